"""What `conditions` says holds against trying everything: no smaller set helps, and what it denies is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from hypothesis import assume, given
from hypothesis import strategies as st

from service.advice.advising import decided
from service.advice.allow_list import derived_lists
from service.advice.changing import changed
from service.advice.conditions import conditions
from service.advice.faults import CallFault, Fault
from service.advice.repairs import repairs_for
from service.domain.change import Repair
from service.domain.cluster import EndpointMode
from service.domain.consumer import Importance
from service.domain.question import ListOrigin, Question
from service.engine import Study, objections_to, study
from tests.laws.questions import few_examples, questions

MOST_TOGETHER = 2
"""All sets of so many repairs are tried."""
Way = tuple[Repair, ...]


def with_made(known: Study, way: Way) -> Study:
    """The question with the repairs made."""
    return known.anew(changed(known.question, (change for repair in way for change in repair.changes)))


def listed(known: Study, mode: EndpointMode):
    """The list with which the mode is assessed."""
    keeps = known.question.requirements.public_access_cidrs is ListOrigin.KEEP
    return None if keeps or not mode.has_public else derived_lists(known, (mode,))[mode]


def fits(known: Study, mode: EndpointMode) -> bool:
    """Whether nothing stands against the mode."""
    return not objections_to(known, mode, listed(known, mode))


def every_repair(known: Study, mode: EndpointMode) -> Iterator[Repair]:
    """All that may mend anything that stands against the mode, in whatever place it stands."""
    faults: list[Fault] = []
    for journey in known.journeys(known.access_of(listed(known, mode)), (mode,)):
        trace = journey.to_api_server[mode]
        if journey.consumer.importance is Importance.REQUIRED and trace.cause:
            causes = (trace.cause, *trace.also)
            faults += [CallFault(known=known, mode=mode, cause=cause, journey=journey) for cause in causes]
    for objection in objections_to(known, mode, listed(known, mode)):
        if not objection.consumers:
            faults.append(Fault(known=known, mode=mode, cause=objection.id))
    yield from {repair.changes: repair for fault in faults for repair in repairs_for(fault)}.values()


def smallest_by_force(known: Study, mode: EndpointMode) -> int | None:
    """How many repairs it takes at least, by trying all sets; None if no set of so few helps."""
    states: dict[frozenset[object], Way] = {frozenset(): ()}
    for size in range(MOST_TOGETHER + 1):
        if any(fits(with_made(known, way), mode) for way in states.values()):
            return size
        larger: dict[frozenset[object], Way] = {}
        for way in states.values() if size < MOST_TOGETHER else ():
            for repair in every_repair(with_made(known, way), mode):
                if repair.changes not in {it.changes for it in way}:
                    larger.setdefault(frozenset(it.changes for it in (*way, repair)), (*way, repair))
        states = larger
    return None


@given(questions(), st.sampled_from(ListOrigin))
@few_examples(25)
def test_no_smaller_set_helps_and_none_is_denied_that_is_there(question: Question, origin: ListOrigin) -> None:
    wanted = replace(question.requirements, public_access_cidrs=origin)
    question = replace(question, requirements=wanted, include=frozenset(), consumers=question.consumers[:3])
    named = {consumer.name for consumer in question.consumers}
    assume(all(consumer.tunnel_via is None or consumer.tunnel_via in named for consumer in question.consumers))
    known = study(question)

    for found in conditions(known, decided(known)):
        least = smallest_by_force(study(question), found.mode)
        if found.is_exhausted and least is not None:
            assert found.ways, (found, least)
        for way in found.ways:
            assert fits(with_made(study(question), way), found.mode)
            assert least is None or len(way) <= least or not found.is_exhausted, (found, least)
            for size in range(len(way)):
                for fewer in combinations(way, size):
                    assert not fits(with_made(study(question), fewer), found.mode), (way, fewer)
