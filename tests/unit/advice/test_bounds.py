"""What advice costs at most: counted in consumers that are traced again, whatever the question."""

from __future__ import annotations

from dataclasses import replace

from service.advice import advise
from service.advice.advising import decided, deciding_like
from service.advice.conditions import MOST_DECISIONS, MOST_TRACED, conditions
from service.advice.mends import MOST_TRIALS, mends
from service.advice.unknowns import MOST_TRACED as MOST_TRACED_FOR_UNKNOWNS
from service.advice.unknowns import unknowns
from service.domain.cluster import EndpointMode
from service.domain.consumer import Consumer
from service.domain.question import Question, Section
from service.engine import study
from tests.unit.builders import a_cluster, a_nat, a_neighbour, a_question, an_operator, nodes

UNSETTLED = a_cluster("13.209.0.0/28", nat_gateways=(a_nat("nat-a"),))


def _crowd(count: int) -> tuple[Consumer, ...]:
    """Callers of whom each lacks a fact of its own, or has a fault of its own."""
    halves = (a_neighbour, an_operator)
    return (nodes(), *(halves[number % 2](name=f"caller-{number:03}") for number in range(count)))


def _question(count: int) -> Question:
    return replace(a_question(UNSETTLED, *_crowd(count)), include=frozenset())


def test_a_search_for_repairs_that_would_trace_too_many_says_that_it_gave_up() -> None:
    """Of more consumers than the bound no repair is tried: each mode is judged once, as it stands."""
    known = study(_question(MOST_TRACED))
    decision = decided(known)
    before = known.tally.traced

    found = conditions(known, decision)

    assert found
    assert not any(each.is_exhausted or each.ways for each in found)
    assert known.tally.traced - before <= 2 * len(EndpointMode) * len(known.consumers)


def test_unknowns_that_were_not_tried_are_named_where_consumers_are_many() -> None:
    known = study(_question(200))
    decision = decided(known)
    before = known.tally.traced

    asked, untried = unknowns(known.question, decision, deciding_like(known))

    tried = {unknown.field for unknown in asked}
    assert known.tally.traced - before <= MOST_TRACED_FOR_UNKNOWNS + 3 * len(known.consumers)
    assert untried
    assert tried.isdisjoint(untried)


def test_nothing_is_left_untried_in_a_question_of_ordinary_size() -> None:
    """Eight consumers, as the reference of the bench has: no bound on what is traced comes into it."""
    advised = advise(replace(_question(7), include=frozenset({Section.UNKNOWNS, Section.CONDITIONS})))

    assert advised.untried == ()
    assert advised.conditions is not None
    assert all(each.is_exhausted for each in advised.conditions)


def test_what_is_not_asked_for_names_nothing_untried() -> None:
    assert advise(_question(1)).untried is None


def test_trials_of_findings_are_bounded_by_their_number() -> None:
    known = study(_question(30))
    decision = decided(known)
    before = known.tally.traced

    mends(known, decision)

    assert known.tally.traced - before <= (MOST_TRIALS + 1) * len(known.consumers)
    assert MOST_DECISIONS * 8 * 2 <= MOST_TRACED
