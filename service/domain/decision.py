"""The answer: what is said of each mode, and which one is recommended because of what."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from service.domain.addresses import Network
from service.domain.cluster import EndpointMode
from service.domain.errors import ImpossibleValueError
from service.domain.policy import NO_POLICY, AppliedRule, PolicyMark, Waiver
from service.domain.trace import Assumption, Trace


class Outcome(Enum):
    """What kind of answer a decision is."""

    RECOMMENDED = "recommended"
    NO_MODE_FITS = "no_mode_fits"
    UNDETERMINED = "undetermined"


class Status(Enum):
    """Whether a mode may be recommended."""

    ELIGIBLE = "eligible"
    RULED_OUT = "ruled_out"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What rules a mode out; one that is not certain leaves the mode undetermined."""

    id: str
    consumers: tuple[str, ...] = ()
    sentence: str
    facts: tuple[str, ...] = ()
    source: str = "facts"
    is_certain: bool = True


POLICY = "policy"
"""The source of an objection that the organisation's policy raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong, or worth knowing, that a setting brings with it; ``missing`` fields would settle it."""

    consumer: str | None
    cause: str
    severity: str
    sentence: str
    facts: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlVerdict:
    """What a known control says of a setting: ``pass``, ``fail``, ``not_applicable`` or ``undetermined``."""

    id: str
    result: str
    why: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A part of a score: points out of what it could give."""

    name: str
    points: int
    of: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A criterion's score, which is nothing but the sum of its terms."""

    terms: tuple[Term, ...]

    @property
    def points(self) -> int:
        """0 to 100, higher is better."""
        return sum([term.points for term in self.terms])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The three criteria and their weighted total (exact, so that ties are ties)."""

    exposure: Score
    efficiency: Score
    accessibility: Score
    total: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """A range of a derived list, the consumers that it serves, and how many addresses it admits beside theirs."""

    cidr: Network
    serves: tuple[str, ...]
    extra: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A consumer that wants the public endpoint and gets no entry, why not, and what to do about it."""

    consumer: str
    code: str
    sentence: str
    advice: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowList:
    """The smallest list that serves whom it must; ``unneeded`` entries of the present one serve nobody.

    ``awaits`` names required consumers whose addresses are not known yet: they are to be listed, so that the list is
    not complete before somebody says them. ``objections`` are what stands against the mode because of its list.
    """

    entries: tuple[ListEntry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    awaits: tuple[str, ...] = ()
    unneeded: tuple[Network, ...] = ()
    objections: tuple[Objection, ...] = ()

    @property
    def cidrs(self) -> tuple[Network, ...]:
        """The ranges alone, as EKS takes them."""
        return tuple(entry.cidr for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One mode, or the present setting, assessed."""

    mode: EndpointMode
    public_access_cidrs: tuple[Network, ...] | None  # None: no public endpoint, or not known
    objections: tuple[Objection, ...]
    scores: Scores
    traces: tuple[Trace, ...]
    controls: tuple[ControlVerdict, ...]
    findings: tuple[Finding, ...]
    allow_list: AllowList | None = None  # None: the list is the given one, or there is no public endpoint
    waived: tuple[Objection, ...] = ()
    """Objections of the policy that a waiver in force takes back; they do not count."""

    @property
    def status(self) -> Status:
        """Eligible without objections; one that is certain rules the mode out (law 8)."""
        if not self.objections:
            return Status.ELIGIBLE
        certain = any(objection.is_certain for objection in self.objections)
        return Status.RULED_OUT if certain else Status.UNDETERMINED


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The mode that fits best; ``margin`` in points over ``runner_up``, None if there is none.

    ``awaits`` names consumers without whose addresses, not known yet, the list is not complete and must not be sent.
    """

    mode: EndpointMode
    public_access_cidrs: tuple[Network, ...] | None
    summary: str
    because: tuple[str, ...]
    margin: Fraction | None
    runner_up: EndpointMode | None
    awaits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the organisation's policy had to do with a decision.

    ``undetermined`` are the ids of guardrails that could not be judged, and ``waivers`` all that name the cluster and
    an objection that was raised, those that have expired included.
    """

    mark: PolicyMark = NO_POLICY
    rules: tuple[AppliedRule, ...] = ()
    undetermined: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answer to one question."""

    cluster: str
    region: str | None
    labels: tuple[tuple[str, str], ...]
    assessments: tuple[Assessment, ...]
    current: Assessment | None
    recommendation: Recommendation | None
    assumptions: tuple[Assumption, ...]
    warnings: tuple[Assumption, ...]
    ruling: Ruling = field(default_factory=Ruling)

    def __post_init__(self) -> None:
        chosen = self.recommendation
        if chosen and self.assessment_of(chosen.mode).objections:
            raise ImpossibleValueError("a recommended mode has no objection (law 8)")

    def assessment_of(self, mode: EndpointMode) -> Assessment:
        """What is said of one of the three modes."""
        return next(assessment for assessment in self.assessments if assessment.mode is mode)

    @property
    def outcome(self) -> Outcome:
        """Whether a mode is recommended, none fits, or a missing fact keeps it open."""
        if self.recommendation:
            return Outcome.RECOMMENDED
        statuses = {assessment.status for assessment in self.assessments}
        return Outcome.UNDETERMINED if Status.UNDETERMINED in statuses else Outcome.NO_MODE_FITS
