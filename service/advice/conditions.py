"""What would make a mode eligible that is ruled out: the smallest sets of repairs, proved by deciding again.

1. The first objection must be mended by one of the repairs that are known for its cause, so the search
   branches over these, makes the change, decides again, and goes on with what then stands first.
2. Deeper sets are tried only once all smaller ones have failed, so the first that fits is a smallest one;
   all of that size that the search meets are offered, a few at most.
3. An objection against which no repair is known ends its branch. The search is bounded: it says so when it
   gave up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.advice.allow_list import derived_lists
from service.advice.changing import changed
from service.advice.faults import CallFault, Fault
from service.advice.repairs import repairs_for
from service.domain.change import Conditions, Repair
from service.domain.cluster import EndpointMode
from service.domain.decision import AllowList, Decision, Objection, Status
from service.domain.question import ListOrigin
from service.engine import Study, objections_to

MOST_REPAIRS = 4
MOST_DECISIONS = 24
"""For each mode; what is not found with so many is not simple enough to be advice."""
MOST_TRACED = 400
"""For each mode, how many consumers are traced in all of its decisions: in a question of many consumers, the bound."""
MOST_WAYS = 3


@dataclass(frozen=True, slots=True)
class _Judged:
    """A mode of a question: with which list it is assessed, and what stands against it."""

    known: Study
    listed: AllowList | None
    objections: tuple[Objection, ...]


@dataclass(slots=True)
class _Search:
    mode: EndpointMode
    left: int = MOST_DECISIONS
    traced: int | None = None
    judged: dict[frozenset[str], _Judged] = field(default_factory=dict)
    stands: dict[str, None] = field(default_factory=dict)

    def after(self, known: Study, repairs: tuple[Repair, ...]) -> _Judged | None:
        """The mode with the repairs made; None once the search has used up its decisions."""
        key = frozenset(repair.code for repair in repairs)
        if key not in self.judged:
            if self.left == 0 or not self._has_room(known):
                self.left = 0
                return None
            self.left -= 1
            changes = (change for repair in repairs for change in repair.changes)
            self.judged[key] = _judge(known.anew(changed(known.question, changes)), self.mode)
        return self.judged[key]

    def _has_room(self, known: Study) -> bool:
        """Whether another decision keeps to the bound, even if it shares nothing."""
        if self.traced is None:
            self.traced = known.tally.traced
        return known.tally.traced - self.traced + len(known.consumers) <= MOST_TRACED


def _judge(known: Study, mode: EndpointMode) -> _Judged:
    keeps = known.question.requirements.public_access_cidrs is ListOrigin.KEEP
    listed = None if keeps or not mode.has_public else derived_lists(known, (mode,))[mode]
    return _Judged(known, listed, objections_to(known, mode, listed))


def conditions(known: Study, decision: Decision) -> tuple[Conditions, ...]:
    """For each mode that is not eligible, what would make it so."""
    return tuple(
        _conditions(known, assessment.mode)
        for assessment in decision.assessments
        if assessment.status is not Status.ELIGIBLE
    )


def _conditions(known: Study, mode: EndpointMode) -> Conditions:
    search = _Search(mode)
    ways: dict[frozenset[str], tuple[Repair, ...]] = {}
    for size in range(1, MOST_REPAIRS + 1):
        for way in _ways(search, known, (), size):
            ways.setdefault(frozenset(repair.code for repair in way), way)
        if ways or search.left == 0:
            break
    return Conditions(
        mode=mode,
        ways=tuple(ways.values())[:MOST_WAYS],
        stands=() if ways else tuple(search.stands),
        is_exhausted=search.left > 0,
    )


def _ways(search: _Search, known: Study, made: tuple[Repair, ...], more: int) -> Iterable[tuple[Repair, ...]]:
    """The sets that begin with the repairs made and mend the mode with so many more."""
    judged = search.after(known, made)
    if judged is None:
        return
    if not judged.objections:
        yield made
        return
    if more == 0:
        return
    first = judged.objections[0]
    tried = {repair.code for repair in made}
    repairs = [repair for repair in _repairs(judged, search.mode, first) if repair.code not in tried]
    if not repairs:
        search.stands[first.id] = None
    for repair in repairs:
        yield from _ways(search, known, (*made, repair), more - 1)


def _repairs(judged: _Judged, mode: EndpointMode, objection: Objection) -> tuple[Repair, ...]:
    """What may mend an objection: for the first consumer that it names, or for the setting."""
    known = judged.known
    if not objection.consumers:
        return repairs_for(Fault(known=known, mode=mode, cause=objection.id))
    journeys = known.journeys(known.access_of(judged.listed), (mode,))
    journey = next(it for it in journeys if it.consumer.name == objection.consumers[0])
    return repairs_for(CallFault(known=known, mode=mode, cause=objection.id, journey=journey))
