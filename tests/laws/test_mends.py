"""What `mends` says holds against trying everything: what is offered lets in, and none is denied that is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from hypothesis import given

from service.advice.advising import decided
from service.advice.changing import changed
from service.advice.faults import CallFault
from service.advice.mends import Bench, mends
from service.advice.repairs import IN_EVERY_MODE, repairs_for, repairs_for_any_mode
from service.domain.change import Mend, Repair
from service.domain.question import ListOrigin, Question
from service.engine import Study, study
from tests.laws.questions import few_examples, questions

Way = tuple[Repair, ...]


def on_the_present_list(question: Question) -> Question:
    """The question with at most three callers, judged with the list that it has."""
    names = {consumer.name for consumer in question.consumers[:3]}
    alone = tuple(replace(it, tunnel_via=None) for it in question.consumers if it.name in names)
    kept = replace(question.requirements, public_access_cidrs=ListOrigin.KEEP)
    return replace(question, consumers=alone, requirements=kept, include=frozenset())


def with_made(known: Study, way: Way) -> Study:
    """The question with the repairs made."""
    return known.anew(changed(known.question, (change for repair in way for change in repair.changes)))


def every_repair(known: Study, bench: Bench, name: str) -> Iterator[Repair]:
    """All that may mend anything that stops a consumer's call, in whatever place it stands."""
    journey = bench.journey(known, name)
    trace = journey.to_api_server[bench.mode]
    found: list[Repair] = []
    for cause in (trace.cause, *trace.also) if trace.cause else ():
        fault = CallFault(known=known, mode=bench.mode, cause=cause, journey=journey)
        found += repairs_for(fault)
        found += repairs_for_any_mode(fault) if cause in IN_EVERY_MODE else ()
    yield from {repair.changes: repair for repair in found}.values()


def helps(known: Study, bench: Bench, mend: Mend, way: Way) -> bool:
    """Whether the finding is gone with the repairs made, and nothing else is wrong than was."""
    after = bench.wrong(with_made(known, way))
    return after < bench.wrong(known) and (mend.consumer, mend.cause) not in after


@given(questions())
@few_examples(25)
def test_what_mends_a_call_lets_it_in_and_none_is_denied_that_two_repairs_let_in(question: Question) -> None:
    known = study(on_the_present_list(question))
    current = decided(known).current
    if current is None:
        return
    offered = {(it.consumer, it.cause): it for it in mends(known, decided(known))}
    bench = Bench(current.mode, None)
    for finding in current.findings:
        name = finding.consumer
        trace = bench.journey(known, name).to_api_server[current.mode] if name else None
        if name is None or trace is None or trace.cause != finding.cause:
            continue
        told = offered.get((name, finding.cause), Mend(consumer=name, cause=finding.cause, repairs=(), is_tried=True))
        for way in ((repair,) for repair in told.repairs):
            assert helps(known, bench, told, way), (finding, way)
        if told.together:
            assert helps(known, bench, told, told.together), (finding, told.together)
            for size in range(1, len(told.together)):
                for fewer in combinations(told.together, size):
                    assert not helps(known, bench, told, fewer), (finding, fewer)
        if told.is_tried and not told.repairs:
            one = list(every_repair(known, bench, name))
            two = [(it, more) for it in one for more in every_repair(with_made(known, (it,)), bench, name)]
            assert not any(helps(known, bench, told, (it,)) for it in one), finding
            if any(helps(known, bench, told, way) for way in two):
                assert 0 < len(told.together) <= 2, finding


@given(questions())
@few_examples(25)
def test_what_is_offered_first_for_each_finding_takes_all_of_them_away_together(question: Question) -> None:
    known = study(on_the_present_list(question))
    current = decided(known).current
    if current is None:
        return
    bench = Bench(current.mode, None)
    told = mends(known, decided(known))
    way = tuple(repair for it in told for repair in it.repairs[:1] or it.together)

    after = bench.wrong(with_made(known, way))

    mended = {(it.consumer, it.cause) for it in told if it.repairs or it.together}
    assert mended.isdisjoint(after), mended & after
