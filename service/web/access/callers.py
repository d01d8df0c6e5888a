"""Somebody who calls, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from limits import RateLimitItem


class Scope(Enum):
    """What a caller may do; none includes another, so that a key for a pipeline cannot read what others asked."""

    DECIDE = "decide"
    READ = "read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who is known.

    ``name`` is what the record and the log say: `key:` and the key's name, or `jwt:` and the token's subject, so that
    nobody who chooses a subject passes for a key. ``rate`` is the limit of this caller alone, None for the usual one.
    """

    name: str
    scopes: frozenset[Scope]
    rate: RateLimitItem | None = None


def scopes_of(names: list[str]) -> frozenset[Scope]:
    """The scopes among these names; what is meant for other services is nothing here."""
    known = {scope.value: scope for scope in Scope}
    return frozenset(known[name] for name in names if name in known)
