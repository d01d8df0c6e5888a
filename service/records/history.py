"""How the decisions on one cluster followed each other, and what made a new one differ from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.records.record import Summary

# What a decision follows from. The engine is its version and the edition of the facts that it encodes.
_CAUSES = {
    "cluster": ("input_digest",),
    "policy": ("policy_name", "policy_revision"),
    "engine": ("engine_version", "facts_edition"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A decision beside the one before: ``has_changed`` is None for the first, which nothing precedes.

    ``because`` names what was different, whether the decision changed or not: `cluster` (the question), `policy`,
    `engine`. A decision that changed while nothing differed would be a mistake of the service.
    """

    summary: Summary
    has_changed: bool | None
    because: tuple[str, ...]


def turns(newest_first: Sequence[Summary]) -> list[Turn]:
    """The decisions with what changed from one to the next; the oldest given counts as the first."""
    found = [_turn(later, earlier) for later, earlier in pairwise(newest_first)]
    return [*found, *(Turn(first, None, ()) for first in newest_first[-1:])]


def _turn(later: Summary, earlier: Summary) -> Turn:
    because = tuple(
        cause
        for cause, fields in _CAUSES.items()
        if any(getattr(later, field) != getattr(earlier, field) for field in fields)
    )
    return Turn(later, (later.outcome, later.mode) != (earlier.outcome, earlier.mode), because)
