"""Laws of a path, over every cluster and every caller that the switches can make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from service.catalogue import CAUSES, FACTS
from service.domain.cluster import Cluster, EndpointMode
from service.domain.consumer import ConsumerKind, Resolver, Vantage
from service.domain.decision import Assessment, Decision
from service.domain.question import Question
from service.domain.trace import Action, Answer, Disposition, Step, Trace
from service.engine import decide
from tests.laws.builders import ADMITTED_BY_GROUP, LISTS, WAYS_OUT, a_cluster, asked, decisions, with_list

DISPOSITIONS_OF = {
    "dns": {Disposition.NOT_RESOLVED},
    "proxy": {Disposition.DENIED_OUT},
    "host_network": {Disposition.NO_ROUTE},
    "security_group": {Disposition.DENIED_OUT, Disposition.DENIED_IN},
    "network_acl": {Disposition.DENIED_OUT, Disposition.DENIED_IN},
    "subnet": {Disposition.NO_ROUTE},
    "route_table": {Disposition.NO_ROUTE},
    "nat_gateway": {Disposition.NO_ROUTE},
    "internet_gateway": {Disposition.NO_ROUTE},
    "egress_only_internet_gateway": {Disposition.NO_ROUTE},
    "block_public_access": {Disposition.DENIED_OUT},
    "firewall": {Disposition.DENIED_OUT, Disposition.NO_ROUTE},
    "connection": {Disposition.DENIED_OUT, Disposition.DENIED_IN, Disposition.NO_ROUTE},
    "internet": {Disposition.NO_ROUTE},
    "consumer": {Disposition.NO_ROUTE},
    "public_access_cidrs": {Disposition.DENIED_IN},
}
"""How a path may end at each kind of component, where nothing is unknown."""


def traces(decision: Decision) -> Iterator[Trace]:
    """Every flow of a decision in every mode."""
    return (trace for assessment in decision.assessments for trace in assessment.traces)


def calls(assessment: Assessment) -> dict[str, Trace]:
    """Each consumer's own call, by its name."""
    return {trace.consumer: trace for trace in assessment.traces if trace.step is not Step.API_SERVER_TO_KUBELET}


def called(assessment: Assessment) -> tuple[Trace, ...]:
    """The API server's calls."""
    return tuple(trace for trace in assessment.traces if trace.step is Step.API_SERVER_TO_KUBELET)


@cache
def every_path() -> tuple[Trace, ...]:
    """Every flow that the switches can make; one that several modes share, once."""
    return tuple({id(trace): trace for _, decision in decisions() for trace in traces(decision)}.values())


def stops_at_its_first_denial(trace: Trace) -> None:
    """A path stops at its first denial; only its last hop denies or accepts, and only its first originates."""
    *before, last = trace.hops
    assert trace.hops[0].action is Action.ORIGINATED
    assert not {hop.action for hop in before} & {Action.DENIED, Action.ACCEPTED}
    assert last.action is (Action.ACCEPTED if trace.is_accepted else Action.DENIED)


def ends_as_its_last_hop_says(trace: Trace) -> None:
    """Its disposition follows from its last hop: from where it stands and from whether it lacks a fact."""
    last = trace.hops[-1]
    if trace.is_accepted:
        assert trace.missing == ()
        return
    assert trace.is_uncertain == bool(last.missing), trace
    if not trace.is_uncertain:
        assert trace.disposition in DISPOSITIONS_OF[last.kind], trace


def names_the_fact_that_it_lacks(trace: Trace) -> None:
    """A flow that ends as `insufficient_info`, and no other, names at least one missing field."""
    assert trace.is_uncertain == bool(trace.missing), trace
    assert set(trace.hops[-1].missing) <= set(trace.missing) or not trace.is_uncertain, trace


def has_a_known_cause_if_blocked(trace: Trace) -> None:
    """Anything but `accepted` carries a cause of the catalogue that goes with such an ending."""
    assert set(trace.also) <= set(CAUSES)
    if trace.cause is not None:
        endings = CAUSES[trace.cause].dispositions
        assert trace.is_uncertain or trace.disposition.value in endings, trace


def cites_facts(trace: Trace) -> None:
    """Every hop but the first of a client cites at least one fact, and every fact that is cited exists."""
    for number, hop in enumerate(trace.hops):
        assert hop.facts or (number == 0 and hop.kind == "consumer"), trace
        assert set(hop.facts) <= set(FACTS), trace


def keeps_to_the_doors_guards(trace: Trace) -> None:
    """The list never stands on a path to the private endpoint, an interface's group never on one to the public."""
    if trace.step is Step.API_SERVER_TO_KUBELET:
        return
    kinds = [hop.kind for hop in trace.hops]
    if trace.resolved_to is Answer.ENI_ADDRESSES:
        assert "public_access_cidrs" not in kinds
    if trace.resolved_to is Answer.PUBLIC_ADDRESSES:
        assert "endpoint_network_interface" not in kinds
        filters = [hop for hop in trace.hops if hop.kind == "security_group"]
        # What is left is the caller's own group, which filters what leaves it.
        assert len(filters) <= 1, trace
        assert all(hop.facts[0] in ("F-3.9", "F-3.16") for hop in filters), trace


LAWS_OF_A_PATH = (
    stops_at_its_first_denial,
    ends_as_its_last_hop_says,
    names_the_fact_that_it_lacks,
    has_a_known_cause_if_blocked,
    cites_facts,
    keeps_to_the_doors_guards,
)


@pytest.mark.parametrize("holds", LAWS_OF_A_PATH, ids=lambda law: law.__name__)
def test_a_law_of_a_path_holds_for_every_path(holds: Callable[[Trace], None]) -> None:
    """Each law of a single path, over every flow of every question that the switches can make."""
    for trace in every_path():
        holds(trace)


def test_what_gets_in_from_the_internet_in_private_is_carried_by_somebody_inside() -> None:
    """Where a caller on the internet gets in all the same, a tunnel or a proxy elsewhere makes the call."""
    for question, decision in decisions():
        private = calls(decision.assessment_of(EndpointMode.PRIVATE))
        for consumer in question.consumers or ():
            if consumer.location and consumer.location.at is Vantage.INTERNET and private[consumer.name].is_accepted:
                assert private[consumer.name].hops[1].kind in ("tunnel", "proxy")


def step_two_is_the_same_in_every_mode(_: Question, decision: Decision) -> None:
    """Step 2 (API server to kubelet) is the same trace in every mode (F-3.18)."""
    public, both, private = (called(assessment) for assessment in decision.assessments)
    assert public == both == private


def both_endpoints_are_as_exposed_as_the_public_one(question: Question, decision: Decision) -> None:
    """With the same list, `public_and_private` is exactly as exposed to the internet as `public` (F-1.6)."""
    public, both = decision.assessments[:2]
    assert public.scores.exposure.terms[0] == both.scores.exposure.terms[0]
    for name in asking_public_dns_on_the_internet(question):
        assert calls(public)[name] == calls(both)[name]


def private_admits_nothing_from_the_internet(question: Question, decision: Decision) -> None:
    """In `private` nothing from the internet is accepted."""
    private = calls(decision.assessment_of(EndpointMode.PRIVATE))
    assert not any(private[name].is_accepted for name in calling_from_the_internet(question))


def private_access_never_lengthens_a_path_from_the_vpc(question: Question, decision: Decision) -> None:
    """Turning private access on never lengthens an accepted path that begins in the VPC and asks its resolver."""
    public, both = (calls(assessment) for assessment in decision.assessments[:2])
    for name in asking_the_vpc(question):
        if public[name].is_accepted and both[name].is_accepted:
            assert len(both[name].hops) <= len(public[name].hops), (public[name], both[name])


LAWS_OF_THE_MODES = (
    step_two_is_the_same_in_every_mode,
    both_endpoints_are_as_exposed_as_the_public_one,
    private_admits_nothing_from_the_internet,
    private_access_never_lengthens_a_path_from_the_vpc,
)


@pytest.mark.parametrize("holds", LAWS_OF_THE_MODES, ids=lambda law: law.__name__)
def test_a_law_of_the_modes_holds_for_every_question(holds: Callable[[Question, Decision], None]) -> None:
    """Each law that compares the modes, over every question that the switches can make."""
    for question, decision in decisions():
        holds(question, decision)


def test_the_laws_of_the_modes_speak_of_somebody() -> None:
    """The questions hold calls of the API server, callers on the internet and in the VPC: no law is idle."""
    for question, decision in decisions():
        assert called(decision.assessments[0])
        assert calling_from_the_internet(question)
    assert sum(len(asking_the_vpc(question)) for question, _ in decisions()) > 100


def told(decision: Decision, answer: Answer) -> list[tuple[object, ...]]:
    """What is told of the flows to one kind of address, but for which of two causes comes first (Reading 13)."""
    return [
        (trace.consumer, assessment.mode, trace.hops, trace.disposition, trace.source, trace.partial)
        for assessment in decision.assessments
        for trace in calls(assessment).values()
        if trace.resolved_to is answer
    ]


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_no_list_changes_a_path_to_the_private_endpoint(way_out: str) -> None:
    """The allow-list never bears on a path to the private endpoint (F-1.8)."""
    cluster = a_cluster(way_out=way_out)
    open_to_all = told(decide(asked(cluster)), Answer.ENI_ADDRESSES)

    assert open_to_all
    for listed in LISTS.values():
        assert told(decide(asked(with_list(cluster, listed))), Answer.ENI_ADDRESSES) == open_to_all


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_no_interface_group_changes_a_path_to_the_public_endpoint(way_out: str) -> None:
    """What the groups on the interfaces admit never bears on a path to the public endpoint (F-1.9)."""
    decided = [decide(asked(a_cluster(way_out=way_out, admits=admits))) for admits in ADMITTED_BY_GROUP]
    public = [told(decision, Answer.PUBLIC_ADDRESSES) for decision in decided]

    assert public[0]
    assert all(paths == public[0] for paths in public)


def calling_from_the_internet(question: Question) -> list[str]:
    """Who stands on the internet and calls directly."""
    return [
        consumer.name
        for consumer in question.consumers or ()
        if consumer.location and consumer.location.at is Vantage.INTERNET
        if consumer.tunnel_via is None and consumer.proxy is None
    ]


def asking_the_vpc(question: Question) -> list[str]:
    """Who stands in the VPC and asks its resolver, directly."""
    amazon = question.cluster.vpc.domain_name_servers is None
    return [
        consumer.name
        for consumer in question.consumers or ()
        if consumer.proxy is None and consumer.tunnel_via is None and consumer.kind is not ConsumerKind.HYBRID_NODE
        if consumer.location is None or consumer.location.at is Vantage.CLUSTER_VPC
        if amazon or (consumer.location and consumer.location.resolver is Resolver.VPC)
    ]


def asking_public_dns_on_the_internet(question: Question) -> list[str]:
    """Who of them asks no resolver of the VPC."""
    consumers = {consumer.name: consumer.location for consumer in question.consumers or ()}
    return [
        name
        for name in calling_from_the_internet(question)
        if (location := consumers[name]) and location.resolver is not Resolver.FORWARDED
    ]


@pytest.mark.parametrize("way_out", WAYS_OUT)
@pytest.mark.parametrize("mode", [EndpointMode.PUBLIC, EndpointMode.PRIVATE])
def test_the_present_setting_is_judged_as_the_mode_that_it_is(way_out: str, mode: EndpointMode) -> None:
    """The present setting, which is always assessed, is told exactly as the mode that its switches make."""
    cluster = _in_mode(a_cluster(way_out=way_out), mode)

    decision = decide(asked(cluster))

    assert decision.current == decision.assessment_of(mode)


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_the_present_setting_changes_no_mode(way_out: str) -> None:
    """Each mode is told the same whichever of the modes the cluster is in now."""
    cluster = a_cluster(way_out=way_out)

    assessed = [decide(asked(_in_mode(cluster, mode))).assessments for mode in EndpointMode]

    assert assessed[0] == assessed[1] == assessed[2]


def _in_mode(cluster: Cluster, mode: EndpointMode) -> Cluster:
    access = cluster.endpoint_access
    assert access is not None
    return replace(cluster, endpoint_access=replace(access, public=mode.has_public, private=mode.has_private))
