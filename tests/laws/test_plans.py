"""Law 11: no intermediate state of a change plan cuts off a required consumer that is reachable before and after."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from service.advice import advise
from service.advice.changing import changed
from service.domain.change import PlanStep
from service.domain.consumer import Importance
from service.domain.question import Question, Section
from service.domain.trace import Answer
from service.engine import decide
from service.engine.callers import consumers_of
from tests.laws.questions import few_examples, questions


def carried_out(question: Question, step: PlanStep) -> Question:
    """EKS and the network, as far as a plan goes: what is there after a step."""
    after = changed(question, step.changes)
    if any(change.is_update for change in step.changes):
        assert len(step.changes) == 1
        assert after.cluster.endpoint_access != question.cluster.endpoint_access
    else:
        assert after.cluster.endpoint_access == question.cluster.endpoint_access
    return after


def calls(question: Question):
    """Everybody's call to the API server in the present setting."""
    return {trace.consumer: trace for trace in decide(question).current.traces if trace.step != 2}


@given(questions())
@few_examples(80)
def test_a_plan_cuts_nobody_off_unless_it_says_so(question):
    advised = advise(replace(question, include=frozenset({Section.CHANGE_PLAN})))
    plan = advised.change_plan
    if plan is None or plan.start is None:
        assert plan is None or [step.call for step in plan.steps][-1] == "eks:CreateCluster"
        return
    states = [question]
    for step in plan.steps:
        states.append(carried_out(states[-1], step))
    last = states[-1].cluster.endpoint_access
    assert last.mode is plan.target.mode
    told = [calls(state) for state in states]
    for consumer in consumers_of(question.consumers)[0]:
        name = consumer.name
        if consumer.importance is not Importance.REQUIRED or not (
            told[0][name].is_accepted and told[-1][name].is_accepted
        ):
            continue
        for step, before, after in zip(plan.steps, told, told[1:], strict=False):
            if name in {cut.consumer for cut in step.cuts}:
                continue
            assert after[name].is_accepted
            asked, answered = before[name].resolved_to, after[name].resolved_to
            if asked is Answer.PUBLIC_ADDRESSES and answered is not asked:
                assert step.setting.mode.has_public  # the old answer still leads in while it ages
