"""An organisation's policy, as its file says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.catalogue.prices import PriceList
from service.domain.policy import PolicyMark
from service.domain.question import Requirements, Weights
from service.policy.guardrails import Guardrail
from service.policy.selecting import Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class Presumed:
    """A fact of the cluster to take for granted where it is not given: its field, member and value."""

    field: str
    value: Any
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for the clusters that it is about."""

    name: str
    selector: Selector = field(default_factory=Selector)
    demands: Requirements = field(default_factory=Requirements)
    weights: Weights | None = None
    prices: PriceList | None = None
    presumed: tuple[Presumed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenWaiver:
    """An exception as the file has it; it counts up to and including the day on which it expires."""

    cluster: str
    rule: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy, with the digest of its content."""

    name: str
    revision: str
    description: str = ""
    lets_questions_weigh: bool = True
    rules: tuple[Rule, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    waivers: tuple[WrittenWaiver, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The file as it was read, to be shown."""

    @property
    def mark(self) -> PolicyMark:
        """Name and revision."""
        return PolicyMark(name=self.name, revision=self.revision)
