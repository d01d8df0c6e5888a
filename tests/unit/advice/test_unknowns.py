"""What is asked of one who left a fact out, and which answers are offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from service.advice.asking import sample_addresses
from service.advice.unknowns import ask_for, unknowns
from service.domain.cluster import Cluster, EndpointAccess, EndpointMode, IpFamily
from service.domain.consumer import Consumer, ConsumerKind, Importance, Location, Vantage
from service.domain.decision import Outcome
from service.domain.errors import InvalidQuestionError
from service.domain.network import RemoteNetworks, Routing, SecurityGroup
from service.domain.question import Question
from service.domain.trace import Disposition
from service.domain.unknowns import AnswerKind, Unknown
from service.engine import decide
from service.web.schemas import load_question
from tests.unit.builders import (
    BOTH,
    NAT_ADDRESS,
    PRIVATE,
    PUBLIC,
    a_bastion,
    a_cluster,
    a_firewall,
    a_group,
    a_link,
    a_nat,
    a_neighbour,
    a_question,
    a_rule,
    a_subnet,
    a_vpc,
    an_access,
    an_operator,
    nodes,
    ranges,
    the_cluster_group,
    with_routes,
    with_subnet,
)

LISTED = "13.209.0.0/28"


def asked(cluster: Cluster, *consumers: Consumer, **requirements: Any) -> dict[str, Unknown]:
    """What is asked next, by field."""
    return asked_of(a_question(cluster, *consumers, **requirements))


def asked_of(question: Question) -> dict[str, Unknown]:
    """What is asked next about a question, by field."""
    return {unknown.field: unknown for unknown in unknowns(question, decide(question), decide)[0]}


def becomes(unknown: Unknown) -> dict[str, EndpointMode | str]:
    """What each answer would make of the decision: the mode, or the outcome if none is recommended."""
    return {answer.words: answer.mode or answer.outcome.value for answer in unknown.answers}


def test_an_operator_of_unknown_address_is_asked_where_it_comes_from() -> None:
    question = a_question(a_cluster(LISTED), nodes(), an_operator(None, importance=Importance.PREFERRED))

    unknown = asked_of(question)["/consumers[caller]/location/source_cidrs"]

    assert unknown.kind is AnswerKind.ADDRESSES
    assert not unknown.is_assumed
    assert [answer.value for answer in unknown.answers] == [["13.209.0.0/32"], ["1.0.0.0/32"], "dynamic"]
    assert [answer.is_representative for answer in unknown.answers] == [True, True, False]
    ends = [{(it.mode, it.disposition) for it in answer.admissions} for answer in unknown.answers]
    assert ends[0] == {(PUBLIC, Disposition.ACCEPTED), (BOTH, Disposition.ACCEPTED)}
    assert ends[1] == ends[2] == {(PUBLIC, Disposition.DENIED_IN), (BOTH, Disposition.DENIED_IN)}


def test_the_answer_that_decides_is_found_by_deciding_again() -> None:
    unknown = asked(a_cluster(LISTED), nodes(), an_operator(None))["/consumers[caller]/location/source_cidrs"]

    assert becomes(unknown) == {
        "an address on the list": BOTH,
        "another address": Outcome.NO_MODE_FITS.value,
        "they change and cannot be listed": Outcome.NO_MODE_FITS.value,
    }


def test_samples_stand_for_every_way_in_which_an_address_can_turn_out() -> None:
    question = a_question(a_cluster(LISTED, "52.0.0.0/8"), approved_source_cidrs=ranges("13.209.0.0/16"))

    assert list(sample_addresses(question)) == [
        ("an address that is on the list and approved", ranges("13.209.0.0")),
        ("an address on the list", ranges("52.0.0.0")),
        ("an approved address that is not on the list", ranges("13.209.0.16")),
        ("another address", ranges("1.0.0.0")),
    ]


def test_an_open_list_leaves_one_kind_of_address() -> None:
    question = a_question(a_cluster("0.0.0.0/0"))

    assert [words for words, _ in sample_addresses(question)] == ["an address on the list"]


def test_a_fact_that_changes_nothing_is_not_asked() -> None:
    """An open list admits the operator from wherever it comes."""
    assert "/consumers[caller]/location/source_cidrs" not in asked(a_cluster(), nodes(), an_operator(None))


def test_a_nat_gateway_of_unknown_addresses_is_asked_to_which_it_translates() -> None:
    cluster = a_cluster(LISTED, nat_gateways=(a_nat(),))

    unknown = asked(cluster, nodes())["/cluster/nat_gateways[nat-a]/public_ips"]

    assert [answer.value for answer in unknown.answers] == [["13.209.0.0"], ["1.0.0.0"]]
    assert {it.mode for answer in unknown.answers for it in answer.admissions} == {PUBLIC}


def test_a_link_may_have_no_internet_behind_it() -> None:
    cluster = a_cluster(LISTED, connections=(a_link(),))

    unknown = asked(cluster, a_neighbour(internet_egress=None))["/consumers[caller]/internet_egress"]

    assert unknown.answers[-1].value == []
    assert {(it.mode, it.disposition) for it in unknown.answers[-1].admissions} == {
        (PUBLIC, Disposition.NO_ROUTE),
        (BOTH, Disposition.NO_ROUTE),
    }


def test_a_firewall_that_says_nothing_of_the_internet_is_asked() -> None:
    cluster = with_routes(a_cluster(firewalls=(a_firewall(internet_egress=None),)), ("0.0.0.0/0", "fw-1"))

    unknown = asked(cluster, nodes())["/cluster/firewalls[fw-1]/internet_egress"]

    assert becomes(unknown)["none: there is no internet behind it"] is PRIVATE
    assert {it.disposition for it in unknown.answers[-1].admissions} == {Disposition.NO_ROUTE}


def test_a_subnet_of_unknown_routes_is_asked_for_its_table() -> None:
    cluster = with_subnet(a_cluster(), "subnet-a", route_table=None)

    unknown = asked(cluster, nodes())["/cluster/subnets[subnet-a]/route_table"]

    assert [answer.value for answer in unknown.answers] == ["rtb-a", "rtb-public"]


def test_a_subnet_without_any_table_is_asked_where_it_leads() -> None:
    subnets = (
        a_subnet(route_table=None, routing=Routing.ISOLATED),
        a_subnet("subnet-b", "10.0.16.0/20", availability_zone="zone-b", route_table=None),
    )
    cluster = a_cluster(subnets=subnets, route_tables=(), nat_gateways=())

    found = asked(cluster, nodes("subnet-b"))

    assert becomes(found["/cluster/subnets[subnet-b]/routing"]).keys() == {
        "to a NAT gateway",
        "nowhere",
        "to an internet gateway",
    }
    assert "/cluster/subnets[subnet-a]/route_table" not in found


def test_nodes_are_asked_for_a_public_address_once_and_not_by_subnet() -> None:
    cluster = with_subnet(with_subnet(a_cluster(), "subnet-public", assigns_public_ip=None), "subnet-b")
    found = asked(cluster, nodes("subnet-public"))

    assert "/consumers[nodes]/public_ip" in found
    assert not any(field.endswith("assigns_public_ip") for field in found)


def test_the_far_side_of_a_link_is_taken_to_answer_until_it_is_known() -> None:
    cluster = a_cluster(endpoint_access=an_access(LISTED, private=True))

    unknown = asked(cluster, nodes(), a_neighbour())["/cluster/connections[tgw-1]/returns"]

    assert unknown.is_assumed
    assert [(answer.value, answer.is_assumed) for answer in unknown.answers] == [(True, True), (False, False)]
    assert becomes(unknown) == {"yes": PRIVATE, "no": Outcome.NO_MODE_FITS.value}


def test_a_far_side_that_is_not_known_to_answer_is_asked_and_nothing_is_assumed() -> None:
    link = a_link(returns=None, returns_is_stated=True)

    unknown = asked(a_cluster(connections=(link,)), a_neighbour())["/cluster/connections[tgw-1]/returns"]

    assert not unknown.is_assumed
    assert not any(answer.is_assumed for answer in unknown.answers)


def test_a_consumer_without_a_place_is_asked_where_it_stands() -> None:
    caller = Consumer(name="ci", kind=ConsumerKind.PIPELINE)
    hybrid = Consumer(name="edge", kind=ConsumerKind.HYBRID_NODE)

    of_ci = ask_for(a_question(a_cluster(), caller), "/consumers[ci]/location")
    of_edge = ask_for(a_question(a_cluster(), hybrid), "/consumers[edge]/location")

    assert of_ci is not None
    assert of_edge is not None
    assert [answer.value for answer in of_ci.answers] == [
        {"at": "internet"},
        {"at": "cluster_vpc"},
        {"at": "connected_network", "connection": "tgw-1"},
        {"at": "other_network"},
    ]
    assert {"at": "cluster_vpc"} not in [answer.value for answer in of_edge.answers]


def test_nodes_and_pods_stand_in_the_vpc_and_are_not_asked_where() -> None:
    assert ask_for(a_question(a_cluster(), nodes()), "/consumers[nodes]/location") is None


def test_a_caller_in_the_vpc_is_asked_for_its_subnet_if_there_are_several() -> None:
    bastion = a_bastion(location=Location(at=Vantage.CLUSTER_VPC))
    field = "/consumers[caller]/location/subnet"

    several = ask_for(a_question(a_cluster(), bastion), field)
    one = ask_for(a_question(a_cluster(subnets=(a_subnet(),), cluster_subnets=("subnet-a",)), bastion), field)

    assert several is not None
    assert [answer.value for answer in several.answers] == ["subnet-a", "subnet-b", "subnet-public"]
    assert one is None
    assert ask_for(a_question(a_cluster(), Consumer(name="caller", kind=ConsumerKind.POD)), field) is None


def test_a_consumer_that_says_no_place_has_no_sources_to_ask_for() -> None:
    pod = Consumer(name="caller", kind=ConsumerKind.POD)

    assert ask_for(a_question(a_cluster(), pod), "/consumers[caller]/location/source_cidrs") is None


def test_a_pod_on_hybrid_nodes_is_asked_for_its_address_only_where_it_may_have_two() -> None:
    location, field = Location(at=Vantage.CONNECTED_NETWORK, connection="dx"), "/consumers[caller]/location/cidrs"
    pod, nodes_only = Consumer(name="caller", kind=ConsumerKind.POD, location=location), ranges("10.80.0.0/16")
    both = RemoteNetworks(node_cidrs=nodes_only, pod_cidrs=ranges("10.81.0.0/16"))

    asked = ask_for(a_question(a_cluster(remote_networks=both), pod), field)

    assert asked is not None
    assert [answer.value for answer in asked.answers] == [["10.81.0.0/16"], ["10.80.0.0/16"]]
    assert ask_for(a_question(a_cluster(remote_networks=RemoteNetworks(node_cidrs=nodes_only)), pod), field) is None
    outside = replace(pod, kind=ConsumerKind.OPERATOR)
    assert ask_for(a_question(a_cluster(remote_networks=both), outside), field) is None


def test_which_groups_a_caller_holds_is_one_that_was_described_the_clusters_own_or_another() -> None:
    bastion, field = a_bastion(security_groups=()), "/consumers[caller]/security_groups"
    others = a_group("sg-own"), a_group("sg-web")

    def offered(*groups: SecurityGroup) -> list[str]:
        ask = ask_for(a_question(a_cluster(security_groups=groups), bastion), field)
        assert ask is not None
        return [answer.words for answer in ask.answers]

    assert offered(*others, the_cluster_group()) == [
        "sg-cluster, the cluster security group",
        "sg-own",
        "sg-web",
        "another group",
    ]
    assert offered(*others) == ["the cluster security group", "sg-own", "sg-web", "another group"]
    assert offered() == ["the cluster security group", "another group than the cluster security group"]


def test_nodes_that_nobody_manages_are_asked_for_their_groups_where_none_is_described() -> None:
    """They do not hold the cluster security group by themselves (F-3.13); whether they do decides."""
    cluster = replace(a_cluster(LISTED, NAT_ADDRESS), security_groups=None)

    told = asked(cluster, nodes(is_managed=False, security_groups=()), an_operator(LISTED))

    assert becomes(told["/consumers[nodes]/security_groups"]) == {
        "the cluster security group": BOTH,
        "another group than the cluster security group": PUBLIC,
    }
    assert "/cluster/security_groups" in told


@pytest.mark.parametrize("groups", [None, [], [{"id": "sg-own"}]])
def test_the_cluster_security_group_may_be_named_by_what_it_is_until_it_is_described(groups: Any) -> None:
    holder = {"name": "nodes", "kind": "node", "managed": False, "security_groups": ["cluster security group"]}
    document = {"cluster": {"name": "x", "security_groups": groups}, "consumers": [holder]}
    described = {
        "cluster": {"name": "x", "security_groups": [{"id": "sg-1", "role": "cluster"}]},
        "consumers": [holder],
    }

    assert [it.security_groups for it in load_question(document).consumers or ()] == [("cluster security group",)]
    with pytest.raises(InvalidQuestionError) as refused:
        load_question(described)
    assert [it.pointer for it in refused.value.mistakes] == ["/consumers/0/security_groups/0"]


def test_a_cluster_security_group_that_was_not_described_is_asked_whom_it_admits() -> None:
    cluster = a_cluster(security_groups=None, endpoint_access=an_access(public=False, private=True))

    unknown = asked(cluster, a_neighbour(), nodes())["/cluster/security_groups"]

    assert becomes(unknown) == {"everybody (sg-cluster)": PRIVATE, "nobody (sg-cluster)": BOTH}
    assert ask_for(a_question(a_cluster()), "/cluster/security_groups") is None


def test_groups_that_were_described_stay_beside_the_cluster_security_group_that_was_not() -> None:
    described = a_group("sg-own", a_rule("10.0.0.0/8"), egress=(a_rule("0.0.0.0/0"),))
    question = a_question(a_cluster(security_groups=(described,)), a_neighbour(security_groups=("sg-own",)), nodes())

    ask = ask_for(question, "/cluster/security_groups")

    assert ask is not None
    for answer in ask.answers:
        assert answer.asked.cluster.security_groups is not None
        assert described in answer.asked.cluster.security_groups
        document = {"cluster": {"name": "x", "security_groups": answer.value}}
        assert load_question(document).cluster.security_groups == answer.asked.cluster.security_groups


def test_a_switch_that_was_left_out_is_asked_for() -> None:
    access = EndpointAccess(public=True, private=True, left_out=frozenset({"public"}))
    question = a_question(a_cluster(endpoint_access=access))

    public = ask_for(question, "/cluster/endpoint_access/public")
    alone = ask_for(a_question(a_cluster()), "/cluster/endpoint_access/public")
    private = ask_for(a_question(a_cluster()), "/cluster/endpoint_access/private")

    assert [ask and [answer.value for answer in ask.answers] for ask in (public, alone, private)] == [
        [True, False],
        [True],  # turning it off would leave no endpoint
        [False, True],
    ]


def test_a_list_that_was_left_out_is_asked_for() -> None:
    access = EndpointAccess(public=True, private=True, left_out=frozenset({"public_access_cidrs"}))
    cluster = a_cluster(endpoint_access=access)

    unknown = asked(cluster, nodes(), an_operator())["/cluster/endpoint_access/public_access_cidrs"]

    assert [answer.value for answer in unknown.answers] == [["0.0.0.0/0"], ["1.0.0.0/32"]]
    assert becomes(unknown) == {"open to all IPv4 addresses": BOTH, "one address": Outcome.NO_MODE_FITS.value}


def test_the_day_of_creation_is_asked_for_where_it_decides_on_the_families() -> None:
    question = a_question(a_cluster(ip_family=IpFamily.IPV6))
    known = replace(question, cluster=replace(question.cluster, created_at=datetime(2019, 1, 1, tzinfo=UTC)))

    ask = ask_for(question, "/cluster/created_at")

    assert ask is not None
    assert [answer.value for answer in ask.answers] == ["2025-01-01T00:00:00Z", "2024-01-01T00:00:00Z"]
    assert ask_for(known, "/cluster/created_at") is None


def test_a_question_that_names_nobody_is_asked_who_calls() -> None:
    unknown = asked(a_cluster())["/consumers"]

    assert becomes(unknown) == {
        "the nodes, and operators on the internet": BOTH,
        "the nodes, and operators in the cluster VPC": Outcome.UNDETERMINED.value,
        "the nodes alone": PRIVATE,
    }


def test_a_cluster_without_subnets_is_asked_in_what_kind_it_stands() -> None:
    callers = Consumer(name="nodes", kind=ConsumerKind.NODE), an_operator(importance=Importance.PREFERRED)

    found = asked(Cluster(name="demo", vpc=a_vpc()), *callers)

    assert found["/cluster/subnets"].kind is AnswerKind.DESCRIPTION
    assert ask_for(a_question(a_cluster()), "/cluster/subnets") is None


def test_fields_that_no_one_answer_settles_are_not_asked() -> None:
    question = a_question(a_cluster(), nodes())

    for field in (
        "/cluster/network_acls",
        "/cluster/route_tables[rtb-a]/routes",
        "/cluster/subnets[strange]/route_table",
        "/consumers[stranger]/public_ip",
        "/consumers[nodes]/tunnel",
    ):
        assert ask_for(question, field) is None


def test_no_more_is_tried_than_what_can_matter_most() -> None:
    subnets = tuple(
        a_subnet(f"subnet-{n}", f"10.0.{n}.0/24", route_table=None, availability_zone=f"zone-{n % 2}")
        for n in range(40)
    )
    names = tuple(subnet.id for subnet in subnets)
    cluster = a_cluster(subnets=subnets, cluster_subnets=names[:2], route_tables=(), nat_gateways=())

    assert len(asked(cluster, nodes(*names))) <= 12


def test_a_private_switch_beside_public_access_off_can_only_be_on() -> None:
    access = EndpointAccess(public=False, private=True, left_out=frozenset({"private"}))

    ask = ask_for(a_question(a_cluster(endpoint_access=access)), "/cluster/endpoint_access/private")

    assert ask is not None
    assert [answer.value for answer in ask.answers] == [True]


@pytest.mark.parametrize(
    ("fields", "own"),
    [
        ({"is_managed": False}, "sg-cluster"),
        ({"is_managed": None}, "sg-node"),
        ({"kind": ConsumerKind.FARGATE_POD}, "sg-node"),
    ],
    ids=["self-managed nodes hold a group of theirs", "managed nodes", "Fargate pods"],
)
def test_a_group_that_nobody_described_is_the_clusters_own_only_with_those_who_hold_it(
    fields: dict[str, Any], own: str
) -> None:
    question = a_question(a_cluster(security_groups=None), nodes(security_groups=("sg-node",), **fields))

    ask = ask_for(question, "/cluster/security_groups")

    assert ask is not None
    assert {answer.value[0]["id"] for answer in ask.answers} == {own}
    assert all({"sg-node"} <= {group["id"] for group in answer.value} for answer in ask.answers)


def test_a_new_name_for_the_cluster_security_group_is_one_that_nobody_has() -> None:
    cluster = a_cluster(security_groups=(a_group("sg-cluster"),))

    ask = ask_for(a_question(cluster, a_neighbour()), "/cluster/security_groups")

    assert ask is not None
    assert {answer.value[0]["id"] for answer in ask.answers} == {"sg-cluster-2"}
