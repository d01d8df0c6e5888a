"""What is kept of a decision, and what a search for it may ask."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A decision as a list shows it; ``mode`` is the recommended one, None if none is."""

    id: str
    created_at: datetime
    cluster: str
    region: str | None
    outcome: str
    mode: str | None
    current_mode: str | None
    input_digest: str
    decision_digest: str
    policy_name: str
    policy_revision: str
    engine_version: str
    facts_edition: str
    caller: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Summary):
    """The whole of it: question and answer byte for byte, and the places that were masked in them."""

    question: bytes
    answer: bytes
    masked: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many bytes question and answer have together."""
        return len(self.question) + len(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which decisions a list is to show; None asks for all. ``until`` is exclusive."""

    cluster: str | None = None
    mode: str | None = None
    outcome: str | None = None
    policy_revision: str | None = None
    caller: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the next one holds what is older than this decision."""

    created_ms: int
    id: str

    @classmethod
    def of(cls, summary: Summary) -> Cursor:
        """The cursor of a page that ends with this decision."""
        return cls(milliseconds(summary.created_at), summary.id)

    def __str__(self) -> str:
        return urlsafe_b64encode(f"{self.created_ms}:{self.id}".encode()).decode().rstrip("=")


class BadCursorError(ValueError):
    """A cursor that no page of this service gave out."""


def cursor_of(text: str) -> Cursor:
    """The cursor that a text stands for; raises `BadCursorError`."""
    try:
        plain = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
        created, _, id_ = plain.partition(":")
        if not (created.isdigit() and len(created) <= 15 and _ID.fullmatch(id_)):
            raise BadCursorError(text)
    except (UnicodeError, Base64Error) as error:
        raise BadCursorError(text) from error
    return Cursor(int(created), id_)


def milliseconds(moment: datetime) -> int:
    """A time as whole milliseconds since 1970, which is how exactly answers tell it."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment_of(created_ms: int) -> datetime:
    """The time that `milliseconds` made of it."""
    return _EPOCH + timedelta(milliseconds=created_ms)
