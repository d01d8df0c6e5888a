"""Law 12, and laws 8 and 9 where the list is derived, over whole questions at random."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given

from service.advice import advise
from service.domain.addresses import RESERVED, Addresses, of_network, of_networks
from service.domain.consumer import Importance
from service.domain.decision import Status
from service.domain.question import ListOrigin, Requirements
from service.domain.trace import Answer
from service.engine.public_way import LONGEST_LIST
from tests.laws.questions import few_examples, questions, requirements

UNLISTED = ("client-ip-not-in-public-access-cidrs", "node-egress-ip-not-in-public-access-cidrs")


@given(questions())
@few_examples(100)
def test_every_derived_list_is_minimal_and_admits_exactly_the_sources_that_need_it(question):
    """Law 12: minimal, at most 40 ranges, none reserved, exactly the sources that need it."""
    assume(question.requirements.public_access_cidrs is ListOrigin.DERIVE)
    decision = advise(question).decision
    importance = {consumer.name: consumer.importance for consumer in question.consumers}
    for assessment in decision.assessments:
        listed = assessment.allow_list
        assert (listed is None) == (not assessment.mode.has_public)
        if listed is None:
            continue
        admitted, needed = of_networks(listed.cidrs), Addresses()
        left_out = {it.consumer for it in listed.left_out} | set(listed.awaits)
        for trace in assessment.traces:
            if trace.resolved_to is Answer.PUBLIC_ADDRESSES and importance[trace.consumer] is not Importance.UNWANTED:
                assert trace.consumer in left_out or trace.cause not in UNLISTED
                if (trace.is_accepted or trace.is_uncertain) and trace.consumer not in left_out:
                    assert trace.source is not None
                    needed |= trace.source
        assert admitted == needed
        assert listed.cidrs == needed.networks()
        assert len(listed.cidrs) <= LONGEST_LIST
        assert not any(RESERVED.covers(of_network(cidr)) for cidr in listed.cidrs)
        assert all(entry.serves for entry in listed.entries)


@given(questions(), requirements())
@few_examples(60)
def test_a_further_requirement_never_adds_an_eligible_mode(question, more):
    """Law 9, and law 8: what is recommended has no objection."""
    free = advise(replace(question, requirements=Requirements())).decision
    bound = advise(replace(question, requirements=replace(more, weights=Requirements().weights))).decision
    for before, after in zip(free.assessments, bound.assessments, strict=True):
        assert after.status is not Status.ELIGIBLE or before.status is Status.ELIGIBLE
    if bound.recommendation:
        assert not bound.assessment_of(bound.recommendation.mode).objections
