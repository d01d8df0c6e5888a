"""The same laws, and those of the whole answer, over whole questions at random."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from service.catalogue import CAUSES, FACTS
from service.domain.decision import Decision
from service.domain.trace import Action, Answer
from service.engine import decide
from tests.laws.builders import with_list
from tests.laws.questions import few_examples, networks, questions
from tests.laws.test_lists import assert_no_less_open
from tests.laws.test_paths import DISPOSITIONS_OF, asking_public_dns_on_the_internet, asking_the_vpc, called, calls


def every_trace(decision: Decision):
    return [trace for assessment in decision.assessments for trace in assessment.traces]


@given(questions())
@few_examples(400)
def test_paths(question):
    decision = decide(question)
    for trace in every_trace(decision):
        *before, last = trace.hops
        assert not {hop.action for hop in before} & {Action.DENIED, Action.ACCEPTED}
        assert trace.is_uncertain == bool(trace.missing)
        if trace.is_uncertain:
            assert last.missing
        elif not trace.is_accepted:
            assert trace.disposition in DISPOSITIONS_OF[last.kind], trace
            assert not last.missing
            assert trace.disposition.value in CAUSES[trace.cause].dispositions, trace
        assert set(trace.also) <= set(CAUSES)
        for number, hop in enumerate(trace.hops):
            assert hop.facts or (number == 0 and hop.kind == "consumer"), trace
            assert set(hop.facts) <= set(FACTS), trace
        if trace.step != 2:
            kinds = [hop.kind for hop in trace.hops]
            if trace.resolved_to is Answer.ENI_ADDRESSES:
                assert "public_access_cidrs" not in kinds
            if trace.resolved_to is Answer.PUBLIC_ADDRESSES:
                assert "endpoint_network_interface" not in kinds


@given(questions())
@few_examples(400)
def test_modes(question):
    decision = decide(question)
    public, both, private = decision.assessments
    assert called(public) == called(both) == called(private)
    for name in asking_public_dns_on_the_internet(question):
        assert calls(public)[name] == calls(both)[name]
        assert not calls(private)[name].is_accepted
    for name in asking_the_vpc(question):
        if calls(public)[name].is_accepted and calls(both)[name].is_accepted:
            assert len(calls(both)[name].hops) <= len(calls(public)[name].hops), (
                calls(public)[name],
                calls(both)[name],
            )


@given(questions(), networks(), networks())
@few_examples(200)
def test_widen(question, listed, more):
    c = question.cluster
    narrower, wider, widest = (
        decide(replace(question, cluster=with_list(c, e))) for e in (listed or more, (*listed, *more), ())
    )
    assert_no_less_open(wider, narrower)
    assert_no_less_open(widest, wider)


def shuffled(value, random):
    if isinstance(value, tuple):
        items = [shuffled(v, random) for v in value]
        random.shuffle(items)
        return tuple(items)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: shuffled(getattr(value, f.name), random) for f in fields(value) if f.init})
    return value


@given(questions(), st.randoms(use_true_random=False))
@few_examples(300)
def test_order(question, random):
    assert decide(shuffled(question, random)) == decide(question)
