"""What would make a mode eligible that is ruled out: the smallest sets of repairs, proved by deciding again.

1. The first objection must be mended by one of the repairs that are known for its cause, so the search
   branches over these, makes the change, decides again, and goes on with what then stands first.
2. Deeper sets are tried only once all smaller ones have failed, so the first that fits is a smallest one;
   all of that size that the search meets are offered, a few at most.
3. An objection against which no repair is known ends its branch. The search is bounded: it says so when it
   gave up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from service.advice.changing import changed
from service.advice.repairs import Fault, repairs_for
from service.domain.change import Conditions, Repair
from service.domain.cluster import EndpointMode
from service.domain.decision import Assessment, Decision, Objection, Status
from service.engine import Study, study

MOST_REPAIRS = 4
MOST_DECISIONS = 24
"""For each mode; what is not found with so many is not simple enough to be advice."""
MOST_WAYS = 3

Decide = Callable[[Study], Decision]


@dataclass(slots=True)
class _Search:
    mode: EndpointMode
    decide: Decide
    left: int = MOST_DECISIONS
    decided: dict[frozenset[str], tuple[Study, Assessment]] = field(default_factory=dict)
    stands: dict[str, None] = field(default_factory=dict)

    def after(self, known: Study, repairs: tuple[Repair, ...]) -> tuple[Study, Assessment] | None:
        """The mode with the repairs made; None once the search has used up its decisions."""
        key = frozenset(repair.code for repair in repairs)
        if key not in self.decided:
            if self.left == 0:
                return None
            self.left -= 1
            mended = study(changed(known.question, (change for repair in repairs for change in repair.changes)))
            self.decided[key] = (mended, self.decide(mended).assessment_of(self.mode))
        return self.decided[key]


def conditions(known: Study, decision: Decision, decide: Decide) -> tuple[Conditions, ...]:
    """For each mode that is not eligible, what would make it so; ``decide`` is how the question is decided."""
    return tuple(
        _conditions(known, assessment, decide)
        for assessment in decision.assessments
        if assessment.status is not Status.ELIGIBLE
    )


def _conditions(known: Study, assessment: Assessment, decide: Decide) -> Conditions:
    search = _Search(assessment.mode, decide)
    search.decided[frozenset()] = (known, assessment)
    ways: dict[frozenset[str], tuple[Repair, ...]] = {}
    for size in range(1, MOST_REPAIRS + 1):
        for way in _ways(search, known, (), size):
            ways.setdefault(frozenset(repair.code for repair in way), way)
        if ways or search.left == 0:
            break
    return Conditions(
        mode=assessment.mode,
        ways=tuple(ways.values())[:MOST_WAYS],
        stands=() if ways else tuple(search.stands),
        is_exhausted=search.left > 0,
    )


def _ways(search: _Search, known: Study, made: tuple[Repair, ...], more: int) -> Iterable[tuple[Repair, ...]]:
    """The sets that begin with the repairs made and mend the mode with so many more."""
    found = search.after(known, made)
    if found is None:
        return
    mended, assessment = found
    if assessment.status is Status.ELIGIBLE:
        yield made
        return
    if more == 0:
        return
    first = assessment.objections[0]
    tried = {repair.code for repair in made}
    repairs = [repair for repair in _repairs(mended, assessment, first) if repair.code not in tried]
    if not repairs:
        search.stands[first.id] = None
    for repair in repairs:
        yield from _ways(search, known, (*made, repair), more - 1)


def _repairs(known: Study, assessment: Assessment, objection: Objection) -> tuple[Repair, ...]:
    """What may mend an objection: for the first consumer that it names, or for the setting."""
    mode = assessment.mode
    if not objection.consumers:
        return repairs_for(Fault(known=known, mode=mode, cause=objection.id))
    journeys = known.journeys(known.access_of(assessment.allow_list), (mode,))
    journey = next(it for it in journeys if it.consumer.name == objection.consumers[0])
    return repairs_for(Fault(known=known, mode=mode, cause=objection.id, journey=journey))
