"""The whole answer: a decision, and what to do with it."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.change import ChangePlan, Conditions, Mend
from service.domain.decision import Decision
from service.domain.sensitivity import Sensitivity
from service.domain.trace import Assumption
from service.domain.unknowns import Unknown
from service.domain.verdicts import Comparison
from service.domain.written import WrittenChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """A decision with the sections of advice that its question includes; one that it does not is None."""

    decision: Decision
    is_robust: bool | None
    """Whether the recommendation holds with every weight a quarter off; None if there is none."""
    sensitivity: Sensitivity | None = None
    unknowns: tuple[Unknown, ...] | None = None
    untried: tuple[str, ...] | None = None
    """Open fields whose answers were not tried, because the search for unknowns is bounded."""
    change_plan: ChangePlan | None = None
    conditions: tuple[Conditions, ...] | None = None
    mends: tuple[Mend, ...] | None = None
    changes: tuple[WrittenChange, ...] | None = None
    provisos: tuple[Assumption, ...] = ()  # what must stay true for the recommended list to be right
    controls: Comparison | None = None
