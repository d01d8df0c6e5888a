"""Facts that were not given, what one would ask for them, and what each answer would make of the decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from service.domain.addresses import Network
from service.domain.cluster import EndpointMode
from service.domain.decision import Outcome
from service.domain.trace import Disposition


class AnswerKind(Enum):
    """What kind of answer a question takes."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    ADDRESSES = "addresses"
    RANGES = "ranges"
    DATE = "date"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What becomes of one consumer's call in one mode."""

    consumer: str
    mode: EndpointMode
    disposition: Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleAnswer:
    """One answer and what it would make of the decision.

    ``value`` is what to write at the unknown's field, in the form of the wire. ``is_representative`` tells an
    example that stands for answers like it from an answer that can be given as it is; ``is_assumed``, the one
    that was taken for granted. ``admissions`` are the calls that would end otherwise than they do now.
    """

    value: Any
    words: str
    is_representative: bool
    is_assumed: bool
    outcome: Outcome
    mode: EndpointMode | None
    public_access_cidrs: tuple[Network, ...] | None
    admissions: tuple[Admission, ...]
    is_decisive: bool
    """Whether the outcome or the recommendation would change, and not only who gets in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A fact that was not given: the question, the field that takes the answer, and what the answers would do."""

    field: str
    question: str
    kind: AnswerKind
    is_assumed: bool
    """Whether a default was taken for granted, so that the decision does not wait for the answer."""
    answers: tuple[PossibleAnswer, ...]
