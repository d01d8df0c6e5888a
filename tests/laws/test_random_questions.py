"""The laws over whole questions at random: every noun, every gap, and every fact that may be learnt of one."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.domain.decision import Decision, Outcome
from service.domain.question import Question
from service.engine import decide
from tests.laws.builders import Ranges, with_list
from tests.laws.learning import learnings
from tests.laws.questions import few_examples, networks, questions
from tests.laws.test_lists import assert_no_less_open
from tests.laws.test_paths import LAWS_OF_A_PATH, LAWS_OF_THE_MODES, traces

FACTS_LEARNT = 8
"""How many of the facts that a question lacks are learnt in turn; all of them would be some twenty."""


@given(questions(), networks(), networks(), st.randoms(use_true_random=False))
@few_examples(100)
def test_every_law_holds_for_a_question_at_random(
    question: Question, listed: Ranges, more: Ranges, random: Random
) -> None:
    """What holds for every switch holds for whatever the switches leave out.

    One test, because drawing a question takes twenty times as long as deciding it.
    """
    decision = decide(question)

    for trace in traces(decision):
        for holds_for_path in LAWS_OF_A_PATH:
            holds_for_path(trace)
    for holds_for_modes in LAWS_OF_THE_MODES:
        holds_for_modes(question, decision)
    widening_the_list_never_closes_a_door(question, listed or more, (*listed, *more))
    the_order_of_no_list_means_anything(question, decision, random)
    learning_a_fact_never_unsettles_an_answer(question, decision, random)


def widening_the_list_never_closes_a_door(question: Question, listed: Ranges, more: Ranges) -> None:
    """Nobody is worse off with a wider list, and no mode is less exposed (law 1)."""
    narrower, wider, widest = (
        decide(replace(question, cluster=with_list(question.cluster, entries))) for entries in (listed, more, ())
    )

    assert_no_less_open(wider, narrower)
    assert_no_less_open(widest, wider)


def the_order_of_no_list_means_anything(question: Question, decision: Decision, random: Random) -> None:
    """A question with every list in another order gets the same decision."""
    assert decide(_shuffled(question, random)) == decision


def learning_a_fact_never_unsettles_an_answer(question: Question, decision: Decision, random: Random) -> None:
    """A flow that was settled stays settled, and so does the outcome, whatever fact is learnt (law 10)."""
    settled = _settled(decision)
    facts = list(learnings(question))

    for field, learnt in random.sample(facts, min(FACTS_LEARNT, len(facts))):
        unsettled = settled - _settled(decide(learnt))
        assert not unsettled, (field, unsettled)


def _settled(decision: Decision) -> set[tuple[object, ...]]:
    """Each flow of each mode that no missing fact keeps open, and the outcome if none does that either."""
    flows: set[tuple[object, ...]] = {
        (assessment.mode, trace.step, trace.consumer, trace.port, trace.purpose)
        for assessment in decision.assessments
        for trace in assessment.traces
        if not trace.is_uncertain
    }
    return flows if decision.outcome is Outcome.UNDETERMINED else {*flows, ("outcome",)}


def _shuffled(value: Any, random: Random) -> Any:
    if isinstance(value, tuple):
        items = [_shuffled(item, random) for item in value]
        random.shuffle(items)
        return tuple(items)
    if is_dataclass(value) and not isinstance(value, type):
        members = {field.name: _shuffled(getattr(value, field.name), random) for field in fields(value) if field.init}
        return replace(value, **members)
    return value
