"""Records for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from service.records.record import Record

NOON = datetime(2026, 6, 18, 12, tzinfo=UTC)
PLENTY = 10_000_000
"""Bytes for which the tests of a spill have room, if room is not what they are about."""


def a_record(number: int = 0, **given: Any) -> Record:
    """A record that is its number of seconds past noon; any field may be given."""
    fields: dict[str, Any] = {
        "id": str(UUID(int=number + 1)),
        "created_at": NOON + timedelta(seconds=number),
        "cluster": "payments",
        "region": "eu-west-1",
        "outcome": "recommended",
        "mode": "private",
        "current_mode": "public",
        "input_digest": "sha256:in",
        "decision_digest": "sha256:out",
        "policy_name": "default",
        "policy_revision": "sha256:policy",
        "engine_version": "0.1.0",
        "facts_edition": "2026-06-18",
        "caller": None,
        "request_id": "request",
        "question": b'{"cluster":{"name":"payments"}}',
        "answer": b'{"outcome":"recommended"}\n',
    }
    return Record(**fields | given)
