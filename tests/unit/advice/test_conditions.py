"""What would make a mode eligible: each repair mends what it is for, and no smaller set does."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from service.advice import advise, conditions
from service.advice.changing import changed
from service.advice.faults import CallFault, Fault
from service.advice.repairs import OF_CALLS, OF_SETTINGS, repairs_for
from service.domain.change import Conditions, Repair
from service.domain.cluster import Cluster, EndpointMode
from service.domain.consumer import DYNAMIC, Consumer, ConsumerKind, Importance, Resolver, Vantage
from service.domain.decision import Status
from service.domain.network import BlockPublicAccess
from service.domain.question import InternetExposure, ListOrigin, NodeTraffic, Question, Section
from service.engine import study
from tests.unit import builders
from tests.unit.builders import (
    BOTH,
    OFFICE,
    PRIVATE,
    PUBLIC,
    a_bastion,
    a_caller_at,
    a_cluster,
    a_group,
    a_link,
    a_neighbour,
    a_proxy,
    a_question,
    a_rule,
    a_subnet,
    a_vpc,
    an_acl,
    nodes,
    ranges,
    with_acl,
    with_routes,
)

KEEP = {"public_access_cidrs": ListOrigin.KEEP}


def an_operator(source: Any = OFFICE, **fields: Any) -> Consumer:
    return builders.an_operator(source, **{"name": "operator", **fields})


def asked(cluster: Cluster, *consumers: Consumer, **requirements: Any) -> Question:
    return replace(a_question(cluster, *consumers, **requirements), include=frozenset({Section.CONDITIONS}))


def found_for(question: Question, mode: EndpointMode) -> Conditions:
    found = advise(question).conditions
    assert found is not None
    return next(each for each in found if each.mode is mode)


def codes(ways: Iterable[tuple[Repair, ...]]) -> list[set[str]]:
    return [{repair.code for repair in way} for way in ways]


OPEN = a_cluster("0.0.0.0/0")
NO_HOSTNAMES = replace(OPEN, vpc=a_vpc(has_dns_hostnames=False))
NO_SUPPORT = replace(OPEN, vpc=a_vpc(has_dns_support=False))
OWN_DNS = replace(a_cluster(OFFICE), vpc=a_vpc(domain_name_servers=("10.0.0.2",)))
BLOCKED = replace(OPEN, vpc=a_vpc(block_public_access=BlockPublicAccess.BIDIRECTIONAL))
FOREIGN = a_cluster("54.0.0.0/24")
ISOLATED = with_routes(OPEN, ("10.8.0.0/16", "tgw-1"))
SHUT = an_acl(ingress=(), egress=())
ELSEWHERE = a_caller_at(Vantage.OTHER_NETWORK, name="ci", cidrs=ranges("10.9.0.0/24"))
UNKNOWN_PLACE = a_caller_at(Vantage.OTHER_NETWORK, name="ci")
SAME_RANGE = a_caller_at(Vantage.OTHER_NETWORK, name="ci", cidrs=ranges("10.0.0.0/24"))
NEIGHBOUR = a_neighbour(name="ci")


WIDE = replace(OPEN, security_groups=(builders.the_cluster_group(a_rule("10.0.0.0/8")),))
PEERED = with_routes(WIDE, ("0.0.0.0/0", "nat-a"))
SHY = (builders.the_cluster_group(a_rule("sg-tight")), a_group("sg-tight", egress=()))


def linked(**fields: Any) -> Cluster:
    return replace(OPEN, connections=(a_link("tgw-1", "transit_gateway", "10.8.0.0/16", **fields),))


CASES = {
    "host names": (asked(NO_HOSTNAMES, nodes()), PRIVATE, {"dns-hostnames-on"}),
    "dns support": (asked(NO_SUPPORT, nodes()), PRIVATE, {"dns-support-on"}),
    "amazon dns": (asked(OWN_DNS, nodes(), **KEEP), BOTH, {"amazon-dns"}),
    "a resolver that drops private answers": (
        asked(OPEN, a_neighbour(name="ci", resolver=Resolver.OWN_BLOCKING)),
        PRIVATE,
        {"dns-forwarded:ci"},
    ),
    "a group that does not admit a neighbour": (
        asked(replace(OPEN, security_groups=(builders.the_cluster_group(),)), NEIGHBOUR),
        PRIVATE,
        {"admit-443:ci"},
    ),
    "a group that does not admit a bastion with a group": (
        asked(OPEN, a_bastion(name="bastion", security_groups=("sg-other",))),
        PRIVATE,
        {"admit-443:bastion"},
    ),
    "nodes without the cluster group": (
        asked(OPEN, nodes(is_managed=False, security_groups=("sg-other",))),
        PRIVATE,
        {"admit-443:nodes"},
    ),
    "an address that is not listed": (
        asked(a_cluster("54.0.0.0/24"), an_operator(), **KEEP),
        BOTH,
        {"listed:operator"},
    ),
    "changing addresses": (asked(OPEN, an_operator(DYNAMIC)), BOTH, {"fixed-egress:operator"}),
    "changing addresses and a list that is kept": (
        asked(a_cluster(OFFICE), an_operator(DYNAMIC), **KEEP),
        BOTH,
        {"fixed-egress:operator"},
    ),
    "changing addresses and approved ones": (
        asked(OPEN, an_operator(DYNAMIC), approved_source_cidrs=ranges("54.0.0.0/24")),
        BOTH,
        {"fixed-egress:operator"},
    ),
    "a list open to all": (
        asked(OPEN, an_operator(), internet_exposure=InternetExposure.ALLOW_LIST, **KEEP),
        BOTH,
        {"smallest-list"},
    ),
    "from the internet to the private endpoint": (asked(OPEN, an_operator()), PRIVATE, {"moved-inside:operator"}),
    "a function": (
        asked(OPEN, an_operator(kind=ConsumerKind.FUNCTION)),
        PRIVATE,
        {"moved-inside:operator"},
    ),
    "a bastion to tunnel through": (
        asked(OPEN, an_operator(), a_bastion(name="bastion", security_groups=("sg-cluster",))),
        PRIVATE,
        {"tunnelled:operator:bastion"},
    ),
    "a network without a link": (asked(WIDE, ELSEWHERE), PRIVATE, {"joined:ci"}),
    "a network whose ranges are not known": (asked(WIDE, UNKNOWN_PLACE), PRIVATE, {"joined:ci"}),
    "a network with the VPC's own ranges": (asked(OPEN, SAME_RANGE), PRIVATE, {"moved-inside:ci"}),
    "a link that ends elsewhere": (asked(linked(is_attached=False), NEIGHBOUR), PRIVATE, {"link-mended:tgw-1"}),
    "equal ranges": (
        asked(
            replace(
                with_routes(WIDE, ("0.0.0.0/0", "nat-a")), connections=(a_link("tgw-1", "peering", "10.0.0.0/16"),)
            ),
            a_neighbour(name="ci", cidrs=ranges("10.0.4.0/24")),
        ),
        PRIVATE,
        {"private-link:tgw-1"},
    ),
    "a tunnel that does not carry the VPC": (
        asked(linked(carries=ranges("172.16.0.0/16")), NEIGHBOUR),
        PRIVATE,
        {"tunnel-carries:tgw-1"},
    ),
    "a firewall on the link": (asked(linked(allows=()), NEIGHBOUR), PRIVATE, {"firewall-443:tgw-1"}),
    "a proxy": (asked(OPEN, nodes(proxy=a_proxy(allows=()))), PRIVATE, {"proxy-bypassed:nodes"}),
    "a group of its own that lets nothing out": (
        asked(
            replace(OPEN, security_groups=SHY),
            a_bastion(name="bastion", security_groups=("sg-tight",)),
        ),
        PRIVATE,
        {"let-out:sg-tight"},
    ),
    "no way out": (asked(ISOLATED, nodes()), PUBLIC, {"nat-added:rtb-a"}),
    "no way out and a list that is kept": (
        asked(with_routes(a_cluster(OFFICE), ("10.8.0.0/16", "tgw-1")), nodes(), **KEEP),
        PUBLIC,
        {"nat-added:rtb-a"},
    ),
    "nodes without public addresses": (
        asked(
            replace(OPEN, subnets=tuple(replace(s, assigns_public_ip=False) for s in OPEN.subnets)),
            nodes("subnet-public"),
            **KEEP,
        ),
        PUBLIC,
        {"public-addresses:subnet-public"},
    ),
    "interfaces without public addresses": (
        asked(OPEN, nodes("subnet-public", public_ip=False), **KEEP),
        PUBLIC,
        {"public-address:nodes"},
    ),
    "a block of public access": (asked(BLOCKED, nodes()), PUBLIC, {"block-exempt:subnet-public"}),
    "a block in front of a public subnet": (
        asked(BLOCKED, nodes("subnet-public"), **KEEP),
        PUBLIC,
        {"block-exempt:subnet-public"},
    ),
    "an ACL": (asked(with_acl(OPEN, "subnet-a", SHUT), nodes("subnet-b")), PRIVATE, {"acl-opened:acl-1:nodes"}),
    "no route back": (
        asked(with_routes(OPEN, ("0.0.0.0/0", "nat-a")), NEIGHBOUR),
        PRIVATE,
        {"routed-back:tgw-1:ci"},
    ),
    "cluster subnets in one zone": (
        asked(
            replace(
                OPEN,
                subnets=(*OPEN.subnets, a_subnet("subnet-c", "10.0.64.0/20", availability_zone="zone-c")),
                cluster_subnets=("subnet-a",),
            ),
            nodes(),
        ),
        PRIVATE,
        {"cluster-subnets:subnet-a+subnet-b+subnet-c"},
    ),
    "fargate in a public subnet": (
        asked(OPEN, nodes("subnet-public", name="pods", kind=ConsumerKind.FARGATE_POD)),
        PRIVATE,
        {"private-subnets:pods"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_stands_against_a_mode_is_mended(name: str) -> None:
    question, mode, expected = CASES[name]

    found = found_for(question, mode)

    assert expected in codes(found.ways), (codes(found.ways), found.stands)
    for way in found.ways:
        mended = changed(question, (change for repair in way for change in repair.changes))
        assert advise(mended).decision.assessment_of(mode).status is Status.ELIGIBLE
        for size in range(len(way)):
            for smaller in combinations(way, size):
                less = changed(question, (change for repair in smaller for change in repair.changes))
                assert advise(less).decision.assessment_of(mode).status is not Status.ELIGIBLE


def test_what_nothing_is_known_to_mend_is_named() -> None:
    found = found_for(asked(OPEN, an_operator(), internet_exposure=InternetExposure.NONE), BOTH)

    assert (found.ways, found.stands, found.is_exhausted) == ((), ("internet-exposure-none",), True)


def test_a_search_that_goes_too_far_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "MOST_DECISIONS", 1)
    question = asked(OPEN, an_operator(), an_operator(name="other"))

    search = conditions._Search(PRIVATE, left=1)

    assert list(conditions._ways(search, study(question), (), 2)) == []
    assert (search.left, search.was_cut) == (0, True)
    assert conditions._longer(search, study(question)) == ()


def test_a_hopeless_objection_is_named_alone() -> None:
    """Whatever else stands against a mode, none of it is worth mending where the mode is not wanted."""
    found = found_for(asked(NO_HOSTNAMES, nodes(), an_operator(), modes=frozenset({BOTH})), PRIVATE)

    assert (found.ways, found.stands, found.is_exhausted) == ((), ("mode-not-allowed",), True)


def networks_of(count: int) -> tuple[Consumer, ...]:
    """Callers behind one link, of whom each needs a rule of its own."""
    return tuple(a_neighbour(name=f"ci-{number:02}", cidrs=ranges(f"10.8.{number}.0/24")) for number in range(count))


CLOSED = replace(OPEN, security_groups=(builders.the_cluster_group(),))


@pytest.mark.parametrize("count", [5, 8], ids=["of more repairs than a set has", "of more sets than are tried"])
def test_more_repairs_than_a_search_of_sets_tries_are_made_in_turn(count: int) -> None:
    callers = networks_of(count)

    found = found_for(asked(CLOSED, *callers), PRIVATE)

    assert codes(found.ways) == [{f"admit-443:{caller.name}" for caller in callers}]
    assert not found.is_exhausted


def test_what_would_take_too_many_repairs_is_not_offered_and_not_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "MOST_IN_TURN", 4)

    found = found_for(asked(CLOSED, *networks_of(5)), PRIVATE)

    assert (found.ways, found.stands, found.is_exhausted) == ((), (), False)


def test_a_rule_for_a_wide_range_makes_one_within_it_needless() -> None:
    within, around = (
        a_neighbour(name="a", cidrs=ranges("10.8.4.0/24")),
        a_neighbour(name="b", cidrs=ranges("10.8.0.0/16")),
    )

    found = found_for(asked(CLOSED, within, around), PRIVATE)

    assert codes(found.ways) == [{"admit-443:b"}]


def test_what_a_later_repair_made_superfluous_is_left_out_again() -> None:
    callers = (a_neighbour(name="a", cidrs=ranges("10.8.4.0/24")), a_neighbour(name="b", cidrs=ranges("10.8.0.0/16")))
    known, search = study(asked(CLOSED, *callers)), conditions._Search(PRIVATE)
    both = search.untried(search.after(known, ()), ())

    assert codes([both]) == [{"admit-443:a", "admit-443:b"}]
    assert codes([conditions._needed(search, known, both)]) == [{"admit-443:b"}]


def test_two_callers_that_one_acl_stops_need_an_opening_each() -> None:
    shut = with_acl(with_acl(OPEN, "subnet-a", SHUT), "subnet-b", SHUT)
    callers = (a_neighbour(name="a", cidrs=ranges("10.8.1.0/24")), a_neighbour(name="b", cidrs=ranges("10.8.2.0/24")))

    found = found_for(asked(shut, *callers), PRIVATE)

    assert codes(found.ways) == [{"acl-opened:acl-1:a", "acl-opened:acl-1:b"}]


def test_nodes_that_leave_the_vpc_against_a_requirement_are_brought_back_by_dns() -> None:
    found = found_for(asked(OWN_DNS, nodes(), an_operator(), node_traffic=NodeTraffic.INSIDE_VPC), BOTH)

    assert {"amazon-dns"} in codes(found.ways)
    assert {"dns-forwarded:nodes"} in codes(found.ways)


def test_whoever_must_stand_on_a_list_of_approved_addresses_gets_one() -> None:
    found = found_for(asked(OPEN, an_operator(None), approved_source_cidrs=ranges("54.0.0.0/24")), BOTH)

    assert {"fixed-egress:operator"} in codes(found.ways)


def test_nothing_is_asked_of_unwanted_consumers_and_an_eligible_mode_needs_nothing() -> None:
    guest = an_operator(name="guest", importance=Importance.UNWANTED)
    found = advise(asked(OPEN, nodes(), an_operator(), guest, **KEEP)).conditions

    assert found is not None
    assert {each.mode for each in found} == {PUBLIC, BOTH, PRIVATE}
    assert advise(asked(OPEN, nodes(), an_operator())).conditions is not None


BARE = Cluster(name="bare", endpoint_access=OPEN.endpoint_access)
UNPLACED = replace(OPEN, subnets=tuple(replace(subnet, cidr=None) for subnet in OPEN.subnets))
NOWHERE_TO_GO = replace(
    OPEN,
    vpc=replace(OPEN.vpc, cidrs=ranges("10.0.0.0/8", "172.16.0.0/12")),
    route_tables=(),
    subnets=tuple(replace(subnet, route_table=None) for subnet in OPEN.subnets),
)
ODD_CALLERS = (
    an_operator(),
    an_operator(name="tunnelled", tunnel_via="bastion"),
    a_bastion(name="bastion", subnet=None),
    a_bastion(name="unheld", subnet=None, security_groups=()),
    a_caller_at(Vantage.CONNECTED_NETWORK, name="lost"),
    NEIGHBOUR,
    a_caller_at(Vantage.OTHER_NETWORK, name="elsewhere"),
    Consumer(name="nodes", kind=ConsumerKind.NODE, is_managed=False),
    Consumer(name="pods", kind=ConsumerKind.FARGATE_POD),
)


@pytest.mark.parametrize("mode", [PUBLIC, BOTH, PRIVATE])
@pytest.mark.parametrize("requirements", [{}, KEEP], ids=["derive", "keep"])
@pytest.mark.parametrize("cluster", [OPEN, BARE, UNPLACED, NOWHERE_TO_GO, BLOCKED], ids=lambda it: it.name)
def test_whatever_is_suggested_can_be_made(cluster: Cluster, requirements: dict[str, Any], mode: EndpointMode) -> None:
    """A repair that does not fit whose call it is suggests nothing, and none leads to a question without an answer."""
    question = replace(asked(cluster, *ODD_CALLERS, **requirements), include=frozenset())
    known = study(question)
    suggested: dict[str, Repair] = {}
    for journey in known.journeys(known.scene.access, (mode,)):
        for cause in OF_CALLS:
            found = repairs_for(CallFault(known=known, mode=mode, cause=cause, journey=journey))
            suggested |= {repair.code: repair for repair in found}
    for cause in OF_SETTINGS:
        suggested |= {repair.code: repair for repair in repairs_for(Fault(known=known, mode=mode, cause=cause))}

    for repair in suggested.values():
        mended = changed(question, repair.changes)
        assert advise(mended).decision.assessments
        assert repair.facts
    assert repairs_for(Fault(known=known, mode=mode, cause="nothing-that-is-known")) == ()


def test_a_link_of_unknown_range_is_mended_for_whoever_is_said_to_stand_behind_it() -> None:
    """That it stands beyond what the link joins could only be told from the range (F-6.5)."""
    links = (a_link("tgw-1", "transit_gateway", is_attached=False, remote_cidrs=None),)

    found = found_for(asked(replace(OPEN, connections=links), NEIGHBOUR), PRIVATE)

    assert {"link-mended:tgw-1"} in codes(found.ways)
