"""Law 11: no intermediate state of a change plan cuts off a required consumer that is reachable before and after."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given

from service.advice import advise
from service.domain.addresses import parse_network
from service.domain.change import Change, ChangeKind
from service.domain.cluster import EndpointAccess
from service.domain.consumer import Importance
from service.domain.question import Question, Section
from service.domain.trace import Answer
from service.engine import decide
from service.engine.callers import consumers_of
from tests.laws.questions import few_examples, questions


def carried_out(question: Question, change: Change) -> Question:
    """EKS, as far as a plan goes: the setting after a call."""
    assert change.kind is ChangeKind.ENDPOINT_ACCESS
    values = dict(change.values)
    access = EndpointAccess(
        public=values["endpoint_public_access"],
        private=values["endpoint_private_access"],
        public_access_cidrs=tuple(parse_network(text) for text in values.get("public_access_cidrs", ())),
    )
    return replace(question, cluster=replace(question.cluster, endpoint_access=access))


def calls(question: Question):
    """Everybody's call to the API server in the present setting."""
    return {trace.consumer: trace for trace in decide(question).current.traces if trace.step != 2}


@given(questions())
@few_examples(80)
def test_a_plan_cuts_nobody_off_unless_it_says_so(question):
    advised = advise(replace(question, include=frozenset({Section.CHANGE_PLAN})))
    plan = advised.change_plan
    if plan is None or plan.start is None:
        assert plan is None or [step.call for step in plan.steps] == ["eks:CreateCluster"]
        return
    states = [question]
    for step in plan.steps:
        assert len(step.changes) == 1
        states.append(carried_out(states[-1], step.changes[0]))
    for one, other in pairwise(states):
        assert one.cluster.endpoint_access != other.cluster.endpoint_access
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
