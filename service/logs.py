"""Logs as JSON lines on standard output, each with the id of the request that caused it and with who asked.

What looks like a key or a token is struck out of every line, wherever somebody put it: into a path, an id, an error.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

# The request being answered here and now; None between requests.
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
# Who asks, as the record names them; None if nobody has to say so.
CALLER: ContextVar[str | None] = ContextVar("caller", default=None)
# The trace that the request is part of, as its `traceparent` or our own span says; None if there is none.
TRACE_ID: ContextVar[str | None] = ContextVar("trace_id", default=None)
KEY_PREFIX = "eksd_"
"""How every API key begins, so that scanners for secrets find those that got lost."""
SECRET = re.compile(rf"{KEY_PREFIX}[A-Za-z0-9_-]+|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
"""API keys and JSON web tokens."""


def without_secrets(text: str) -> str:
    """The text with what looks like a key or a token struck out."""
    return SECRET.sub("[secret]", text)


class JsonFormatter(logging.Formatter):
    """Writes a record as one line: time, level, logger, request_id, caller, message, trace_id, then its ``fields``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline; an exception is the field ``error``, with its traceback."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": REQUEST_ID.get(),
            "caller": CALLER.get(),
            "message": record.getMessage(),
        }
        trace_id = TRACE_ID.get()
        if trace_id is not None:
            line["trace_id"] = trace_id
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return without_secrets(orjson.dumps(line).decode())


def logging_config(level: str) -> dict[str, Any]:
    """What ``logging.config.dictConfig`` takes: everything to standard output, gunicorn's words too."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "service.logs.JsonFormatter"}},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
        "root": {"level": "WARNING", "handlers": ["stdout"]},
        "loggers": {
            "service": {"level": level},
            # gunicorn adds handlers of its own to a logger without one, so these two are given theirs.
            "gunicorn.error": {"level": level, "handlers": ["stdout"], "propagate": False},
            "gunicorn.access": {"level": "CRITICAL", "handlers": ["stdout"], "propagate": False},
        },
    }
