"""Which organisation's rules a decision was made under, and what they said of this question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMark:
    """A policy by its name and by the digest of its content, which changes with every word of it."""

    name: str
    revision: str


NO_POLICY = PolicyMark(name="none", revision="none")
"""The mark of decisions that no policy bore on, such as the engine's own examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An exception for one cluster from one of the policy's objections, which somebody answers for until a day.

    ``rule`` is the objection's id. ``expires`` is the last day on which it counts, and ``is_in_force`` says whether
    it still counted on the day of the question, for nothing here knows the day.
    """

    rule: str
    reason: str
    owner: str
    expires: date
    is_in_force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRule:
    """A rule of the policy that bore on the question, and because of what."""

    name: str
    because: str
