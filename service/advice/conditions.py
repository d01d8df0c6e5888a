"""What would make a mode eligible that is ruled out: the smallest sets of repairs, proved by deciding again.

1. The first objection must be taken away by one of the repairs that are known for what stops those whom it names:
   the cause, and all that stands behind it (`also`), for a derived list leaves out whom something else stops later.
   The search branches over these, makes the change, decides again, and goes on with what then stands first.
2. Deeper sets are tried only once all smaller ones have failed, so the first that fits is a smallest one;
   all of that size that the search meets are offered, a few at most. What a later repair made superfluous (a rule
   for the subnets from before) is left out again.
3. Where that finds none, repairs are made one after the other until the mode fits, and those that are not needed
   are left out again: a way of more repairs, of which none can be spared.
4. An objection against which no repair is known ends its branch; one that no repair can touch ends the search at
   once. The search is bounded: it says so when it gave up before every set was tried.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.advice.allow_list import derived_lists
from service.advice.changing import changed
from service.advice.faults import CallFault, Fault
from service.advice.repairs import BEYOND_REPAIR, repairs_for
from service.domain.change import Change, Conditions, Repair
from service.domain.cluster import EndpointMode
from service.domain.decision import AllowList, Decision, Objection, Status
from service.domain.question import ListOrigin
from service.engine import Study, objections_to

MOST_REPAIRS = 4
MOST_IN_TURN = 12
"""How many repairs are made one after the other where no smaller set is found."""
MOST_DECISIONS = 40
"""For each mode, and as many again for the longer way; what is not found with so many is not simple enough."""
MOST_TRACED = 640
"""For each mode, how many consumers are traced in all of its decisions: in a question of many consumers, the bound."""
MOST_WAYS = 3
Way = tuple[Repair, ...]
_Made = frozenset[tuple[Change, ...]]


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
    judged: dict[_Made, _Judged] = field(default_factory=dict)
    stands: dict[str, None] = field(default_factory=dict)
    was_cut: bool = False
    """Whether there are sets that were not tried."""

    def after(self, known: Study, repairs: Way) -> _Judged | None:
        """The mode with the repairs made; None once the search has used up its decisions."""
        key = _made(repairs)
        if key not in self.judged:
            if self.left == 0 or not self._has_room(known):
                self.left = 0
                self.was_cut = True
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

    def fits(self, known: Study, repairs: Way) -> bool:
        """Whether the mode is known to be eligible with the repairs made."""
        judged = self.after(known, repairs)
        return judged is not None and not judged.objections

    def untried(self, judged: _Judged, made: Way) -> tuple[Repair, ...]:
        """What may mend what stands first, beside what was made already."""
        tried = _made(made)
        found = tuple(it for it in _repairs(judged, self.mode, judged.objections[0]) if it.changes not in tried)
        if not found:
            self.stands[judged.objections[0].id] = None
        return found


def _made(repairs: Iterable[Repair]) -> _Made:
    """Repairs are the same if they change the same."""
    return frozenset(repair.changes for repair in repairs)


def _judge(known: Study, mode: EndpointMode) -> _Judged:
    keeps = known.question.requirements.public_access_cidrs is ListOrigin.KEEP
    listed = None if keeps or not mode.has_public else derived_lists(known, (mode,))[mode]
    return _Judged(known, listed, objections_to(known, mode, listed))


def conditions(known: Study, decision: Decision) -> tuple[Conditions, ...]:
    """For each mode that is not eligible, what would make it so."""
    found = []
    for assessment in decision.assessments:
        if assessment.status is not Status.ELIGIBLE:
            beyond = tuple(dict.fromkeys(it.id for it in assessment.objections if it.id in BEYOND_REPAIR))
            if beyond:
                found.append(Conditions(mode=assessment.mode, ways=(), stands=beyond, is_exhausted=True))
            else:
                found.append(_conditions(known, assessment.mode))
    return tuple(found)


def _conditions(known: Study, mode: EndpointMode) -> Conditions:
    search = _Search(mode)
    ways: dict[frozenset[str], Way] = {}  # by code, for rules that differ in their numbers alone are the same to people
    for size in range(1, MOST_REPAIRS + 1):
        for found in _ways(search, known, (), size):
            way = _needed(search, known, found)
            ways.setdefault(frozenset(repair.code for repair in way), way)
        if ways or search.left == 0:
            break
    is_exhausted = search.left > 0 if ways else not search.was_cut
    if not ways and search.was_cut:
        search.left = MOST_DECISIONS
        longer = _longer(search, known)
        ways = {frozenset(repair.code for repair in longer): longer} if longer else {}
    return Conditions(
        mode=mode,
        ways=tuple(sorted(ways.values(), key=len))[:MOST_WAYS],
        stands=() if ways else tuple(search.stands),
        is_exhausted=is_exhausted,
    )


def _ways(search: _Search, known: Study, made: Way, more: int) -> Iterable[Way]:
    """The sets that begin with the repairs made and mend the mode with so many more."""
    judged = search.after(known, made)
    if judged is None:
        return
    if not judged.objections:
        yield made
        return
    if more == 0 and len(made) < MOST_REPAIRS:
        return  # the next size goes on from here
    for repair in search.untried(judged, made):
        if more == 0:
            search.was_cut = True
            return
        yield from _ways(search, known, (*made, repair), more - 1)


def _longer(search: _Search, known: Study) -> Way:
    """Repairs made in turn until the mode fits, without those that can be spared; none if that leads nowhere."""
    made: Way = ()
    for _ in range(MOST_IN_TURN):
        judged = search.after(known, made)
        repairs = search.untried(judged, made) if judged else ()
        if not repairs:
            return ()
        made = (*made, repairs[0])
        if search.fits(known, made):
            return _needed(search, known, made)
    return ()


def _needed(search: _Search, known: Study, made: Way) -> Way:
    """Repairs that make the mode fit, without those that can be spared, the last made first."""
    for repair in reversed(made):
        less = tuple(it for it in made if it is not repair)
        if search.fits(known, less):
            made = less
    return made


def _repairs(judged: _Judged, mode: EndpointMode, objection: Objection) -> tuple[Repair, ...]:
    """What may mend an objection: for those whom it names what stops their calls now or would next; or the setting."""
    known = judged.known
    found = list[Repair]()
    if objection.consumers:
        journeys = {it.consumer.name: it for it in known.journeys(known.access_of(judged.listed), (mode,))}
        stopped = [(name, journeys[name].to_api_server[mode]) for name in objection.consumers]
        causes = [(name, objection.id) for name, _ in stopped]
        causes += [(name, cause) for name, trace in stopped for cause in (trace.cause, *trace.also) if cause]
        for name, cause in dict.fromkeys(causes):
            found += repairs_for(CallFault(known=known, mode=mode, cause=cause, journey=journeys[name]))
    else:
        found += repairs_for(Fault(known=known, mode=mode, cause=objection.id))
    return tuple({repair.changes: repair for repair in reversed(found)}.values())[::-1]
