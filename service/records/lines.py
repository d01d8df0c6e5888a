"""Records as JSON lines: exported for others, and read back for replay."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import asdict
from datetime import datetime
from json import dumps, loads
from typing import Any

from service.records.record import Record


class BadLineError(ValueError):
    """A line that holds no record."""


def line_of(record: Record) -> bytes:
    """The record on one line; question and answer are JSON texts, in which every byte of theirs survives.

    What is no UTF-8 goes as base64, under a name that says so.
    """
    fields = asdict(record)
    fields["created_at"] = record.created_at.isoformat()
    for name in ("question", "answer"):
        content: bytes = fields.pop(name)
        try:
            fields[name] = content.decode()
        except UnicodeDecodeError:
            fields[f"{name}_base64"] = b64encode(content).decode("ascii")
    return dumps(fields, ensure_ascii=False).encode() + b"\n"


def record_of(line: bytes) -> Record:
    """The record on a line; raises `BadLineError`."""
    try:
        fields: dict[str, Any] = loads(line)
        for name in ("question", "answer"):
            encoded = fields.pop(f"{name}_base64", None)
            fields[name] = fields[name].encode() if encoded is None else b64decode(encoded, validate=True)
        fields["created_at"] = datetime.fromisoformat(fields["created_at"])
        return Record(**fields | {"masked": tuple(fields["masked"])})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadLineError(f"is no record: {type(error).__name__}") from error
