"""Which organisation's rules a decision was made under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMark:
    """A policy by its name and by the digest of its content, which changes with every word of it."""

    name: str
    revision: str


NO_POLICY = PolicyMark(name="none", revision="none")
