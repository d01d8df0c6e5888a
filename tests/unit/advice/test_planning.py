"""The safe way from the present setting to the recommended one."""

from dataclasses import replace
from typing import Any

import pytest

from service.advice import advise
from service.domain.addresses import parse_network
from service.domain.change import ChangeKind, ChangePlan
from service.domain.cluster import Cluster
from service.domain.consumer import DYNAMIC, Consumer, ConsumerKind, Importance, Resolver, Vantage
from service.domain.network import Routing
from service.domain.question import InternetExposure, ListOrigin, Section, Weights
from tests.unit import builders
from tests.unit.builders import (
    BEHIND_LINK,
    BOTH,
    LINK_EGRESS,
    NAT_ADDRESS,
    OFFICE,
    PRIVATE,
    PUBLIC,
    RTB_A,
    RTB_PUBLIC,
    a_bastion,
    a_caller_at,
    a_cluster,
    a_group,
    a_link,
    a_neighbour,
    a_question,
    a_rule,
    a_subnet,
    a_table,
    a_vpc,
    an_access,
    nodes,
    the_cluster_group,
)

FOR_EFFICIENCY = Weights(exposure=0, efficiency=1, accessibility=0)


def an_operator(**fields: Any) -> Consumer:
    return builders.an_operator(**{"name": "operator", **fields})


def the_plan(cluster: Cluster, *consumers: Consumer, **requirements: Any) -> ChangePlan:
    plan = advise(a_question(cluster, *consumers, **requirements)).change_plan
    assert plan is not None
    return plan


def present(cluster: Cluster, *listed: str, **switches: bool) -> Cluster:
    return replace(cluster, endpoint_access=an_access(*listed, **switches))


def states(plan: ChangePlan) -> list[tuple[str, tuple[str, ...]]]:
    return [(setting.mode.value, tuple(map(str, setting.public_access_cidrs or ()))) for _, setting in plan.updates]


def test_private_access_is_turned_on_and_verified_before_the_list_is_narrowed() -> None:
    plan = the_plan(a_cluster("0.0.0.0/0"), nodes(), an_operator())

    assert states(plan) == [("public_and_private", ("0.0.0.0/0",)), ("public_and_private", (OFFICE,))]
    assert [cut for step in plan.steps for cut in step.cuts] == []
    first = plan.steps[0]
    assert "nodes: the name gives ENI addresses" in first.verify
    assert any("60 seconds" in wait for wait in first.waits)
    assert first.way_back_changes[0].value("endpoint_private_access") is False


def test_the_public_endpoint_is_turned_off_last() -> None:
    plan = the_plan(a_cluster("0.0.0.0/0"), nodes(), internet_exposure=InternetExposure.NONE)

    assert [mode for mode, _ in states(plan)] == ["public_and_private", "private"]
    assert any("access entry" in it for it in plan.steps[1].preconditions)


def test_a_list_is_widened_before_private_access_is_turned_off() -> None:
    cluster = present(a_cluster(), OFFICE, private=True)

    plan = the_plan(cluster, nodes(), an_operator(), a_bastion(name="bastion", security_groups=("sg-other",)))

    assert plan.target.mode is PUBLIC
    assert states(plan) == [("public_and_private", (NAT_ADDRESS, OFFICE)), ("public", (NAT_ADDRESS, OFFICE))]


def test_nothing_is_sent_where_nothing_changes() -> None:
    plan = the_plan(present(a_cluster(), OFFICE, private=True), nodes(), an_operator())

    assert plan.steps == ()
    assert "send nothing" in plan.sentence


def test_from_private_the_public_endpoint_is_opened_with_its_list_at_once() -> None:
    plan = the_plan(present(a_cluster(), public=False, private=True), nodes(), an_operator())

    assert states(plan) == [("public_and_private", (OFFICE,))]
    assert plan.steps[0].sentence == f"turn public access on, from {OFFICE}"


def test_who_cannot_be_kept_while_answers_age_is_named_with_how_long() -> None:
    cluster = present(a_cluster(), LINK_EGRESS, private=True)

    plan = the_plan(cluster, nodes(), a_neighbour(name="ci"), internet_exposure=InternetExposure.NONE)

    (cut,) = [cut for step in plan.steps for cut in step.cuts]
    assert (cut.consumer, cut.seconds) == ("ci", 60)
    assert "forward its DNS queries to an inbound endpoint in the VPC first" in cut.sentence
    assert plan.sentence.endswith("cut off for a while: ci")


def test_dns_that_is_forwarded_keeps_it_in() -> None:
    cluster = present(a_cluster(), LINK_EGRESS, private=True)
    forwarding = a_neighbour(name="ci", resolver=Resolver.FORWARDED)

    plan = the_plan(cluster, nodes(), forwarding, internet_exposure=InternetExposure.NONE)

    assert [cut for step in plan.steps for cut in step.cuts] == []


APPROVED_OFFICE = {"approved_source_cidrs": (parse_network(OFFICE),)}


def test_dns_is_forwarded_to_an_endpoint_that_is_made_for_it_before_the_switch_that_needs_it() -> None:
    """Its internet addresses are not approved, so it has to come by the private ones."""
    both = a_neighbour(name="ci"), a_neighbour(name="lab", cidrs="10.8.9.0/24", internet_egress="52.78.2.2/32")

    plan = the_plan(a_cluster("0.0.0.0/0"), nodes(), an_operator(), *both, **APPROVED_OFFICE)

    kinds = [step.changes[0].kind.value for step in plan.steps]
    assert kinds == ["inbound_resolver", "consumer_resolver", "consumer_resolver", "endpoint_access", "endpoint_access"]
    resolver, _, _, switched, _ = plan.steps
    assert resolver.call.endswith("route53resolver:CreateResolverEndpoint")
    assert resolver.changes[0].values == (("subnets", ("subnet-a", "subnet-b")), ("cidrs", ("10.8.0.0/16",)))
    assert resolver.way_back_changes[0].value("is_removed") is True
    assert "ci: the name gives ENI addresses" in switched.verify
    assert "an inbound endpoint in the VPC answers the DNS queries of ci, lab (F-2.14)" in switched.preconditions
    assert plan.target.public_access_cidrs == (parse_network(OFFICE),)
    assert [cut for step in plan.steps for cut in step.cuts] == []


def test_networks_behind_two_links_ask_one_inbound_endpoint() -> None:
    links = (a_link(), a_link("vpn-1", "vpn", "10.9.0.0/16"))
    routes = a_table(("0.0.0.0/0", "nat-a"), (BEHIND_LINK, "tgw-1"), ("10.9.0.0/16", "vpn-1"))
    group = the_cluster_group(a_rule("10.8.0.0/15"))
    cluster = a_cluster("0.0.0.0/0", connections=links, route_tables=(routes, RTB_PUBLIC), security_groups=(group,))
    lab = a_neighbour(name="lab", connection="vpn-1", cidrs="10.9.9.0/24", internet_egress="52.78.2.2/32")

    plan = the_plan(cluster, nodes(), an_operator(), a_neighbour(name="ci"), lab, **APPROVED_OFFICE)

    (made,) = [it for step in plan.steps for it in step.changes if it.kind is ChangeKind.INBOUND_RESOLVER]
    assert made.value("cidrs") == ("10.8.0.0/15",)


@pytest.mark.parametrize("has_one", [True, False, None])
def test_queries_that_are_said_to_be_forwarded_need_an_endpoint_that_answers_them(has_one: bool | None) -> None:
    cluster = a_cluster("0.0.0.0/0", vpc=a_vpc(has_inbound_resolver=has_one))

    plan = the_plan(cluster, nodes(), an_operator(), a_neighbour(name="ci", resolver=Resolver.FORWARDED))

    assert plan.target.mode is BOTH
    first = plan.steps[0]
    assert (first.changes[0].kind is ChangeKind.INBOUND_RESOLVER) is (has_one is False)
    switch = plan.steps[1 if has_one is False else 0]
    assert "an inbound endpoint in the VPC answers the DNS queries of ci (F-2.14)" in switch.preconditions


def test_nothing_is_made_for_queries_that_reach_the_vpc_already() -> None:
    cluster = replace(present(a_cluster(), "0.0.0.0/0", private=True), vpc=a_vpc(has_inbound_resolver=False))

    plan = the_plan(cluster, nodes(), an_operator(), a_neighbour(name="ci", resolver=Resolver.FORWARDED))

    assert [step.changes[0].kind.value for step in plan.steps] == ["endpoint_access"]
    assert not any("inbound endpoint" in it for it in plan.steps[0].preconditions)


def test_a_new_cluster_gets_the_endpoint_that_forwarded_queries_ask() -> None:
    cluster = replace(a_cluster(vpc=a_vpc(has_inbound_resolver=False)), endpoint_access=None)

    plan = the_plan(cluster, nodes(), an_operator(), a_neighbour(name="ci", resolver=Resolver.FORWARDED))

    assert [step.changes[0].kind.value for step in plan.steps] == ["inbound_resolver", "create_cluster"]


def test_a_plan_that_locks_out_who_carries_it_out_says_so_first() -> None:
    guest = an_operator(importance=Importance.PREFERRED)

    plan = the_plan(a_cluster("0.0.0.0/0"), nodes(), guest, internet_exposure=InternetExposure.NONE)

    assert plan.locks_out == ("operator",)
    assert plan.sentence.startswith("whoever carries this out from the place of operator is locked out")


def test_a_cluster_that_does_not_exist_yet_is_created_right() -> None:
    plan = the_plan(replace(a_cluster(), endpoint_access=None), nodes(), an_operator())

    assert plan.start is None
    assert [(step.call, step.setting.mode) for step in plan.steps] == [("eks:CreateCluster", BOTH)]


def test_without_a_recommendation_or_a_known_setting_there_is_no_plan() -> None:
    nobody = a_question(
        a_cluster("0.0.0.0/0"), an_operator(source_cidrs=None), approved_source_cidrs=(parse_network("52.0.0.0/8"),)
    )
    cluster = a_cluster("0.0.0.0/0")
    assert cluster.endpoint_access is not None
    unknown = replace(cluster, endpoint_access=replace(cluster.endpoint_access, unknown=frozenset({"public"})))

    assert advise(nobody).change_plan is None
    assert advise(a_question(unknown, nodes(), an_operator())).change_plan is None


def test_a_list_that_awaits_addresses_stays_as_it_is_and_the_switch_is_turned_meanwhile() -> None:
    plan = the_plan(a_cluster("52.95.110.0/24"), nodes(), an_operator(source_cidrs=None))

    (step,) = plan.steps
    assert step.setting.mode.value == "public_and_private"
    assert step.setting.public_access_cidrs == (parse_network("52.95.110.0/24"),)
    assert plan.sentence.startswith(
        "the list stays as it is: the new list cannot be sent before the addresses of operator"
    )


def test_nothing_is_planned_where_a_list_that_awaits_addresses_would_be_the_first() -> None:
    cluster = a_cluster("0.0.0.0/0")
    assert cluster.endpoint_access is not None
    private = replace(cluster, endpoint_access=replace(cluster.endpoint_access, public=False, private=True))
    both = replace(cluster, endpoint_access=replace(cluster.endpoint_access, private=True))

    for present in (private, both, replace(cluster, endpoint_access=None)):
        plan = the_plan(present, nodes(), an_operator(source_cidrs=None))
        assert plan.steps == ()
        assert plan.sentence.startswith("the new list cannot be sent before the addresses of operator are known")


def test_where_nobody_gets_in_there_is_nothing_to_verify() -> None:
    plan = the_plan(a_cluster("0.0.0.0/0"), an_operator(importance=Importance.UNWANTED))

    assert [step.verify for step in plan.steps[1:]] == [("operator: the name gives ENI addresses",)]


def test_a_list_too_long_for_both_is_exchanged_and_says_who_is_cut_off() -> None:
    sources = [f"52.78.{n}.0/32" for n in range(40)]
    cluster = present(a_cluster(), *(f"54.1.{n}.0/32" for n in range(40)), private=True)
    many = an_operator(name="many")
    assert many.location is not None
    many = replace(many, location=replace(many.location, source_cidrs=tuple(map(parse_network, sources))))

    plan = the_plan(cluster, nodes(), many)

    assert [mode for mode, _ in states(plan)] == ["public_and_private"]
    assert plan.target.public_access_cidrs == tuple(map(parse_network, sources))


def test_dns_attributes_are_turned_on_first_each_in_a_call_of_its_own() -> None:
    cluster = a_cluster("0.0.0.0/0", vpc=a_vpc(has_dns_support=False, has_dns_hostnames=False))

    plan = the_plan(cluster, nodes(), an_operator(), weights=FOR_EFFICIENCY)

    assert [step.call for step in plan.steps[:2]] == ["ec2:ModifyVpcAttribute"] * 2
    assert [step.changes[0].values for step in plan.steps[:2]] == [
        (("enable_dns_support", True),),
        (("enable_dns_hostnames", True),),
    ]
    assert [step.way_back_changes[0].values for step in plan.steps[:2]] == [
        (("enable_dns_support", False),),
        (("enable_dns_hostnames", False),),
    ]
    assert plan.sentence.startswith("no mode fits as things are, and this plan rests on these changes being made: turn")
    assert len(plan.rests_on) == 2
    assert "2 preparations first; then 2 updates" in plan.sentence


def test_a_rule_for_443_is_added_and_shown_to_let_them_in_before_public_access_goes() -> None:
    group = the_cluster_group(a_rule("10.9.0.0/16"))
    cluster = replace(present(a_cluster(), LINK_EGRESS, private=True), security_groups=(group,))
    ci = a_neighbour(name="ci", resolver=Resolver.FORWARDED)

    plan = the_plan(cluster, nodes(), ci, internet_exposure=InternetExposure.NONE)

    assert [step.call for step in plan.steps] == [
        "ec2:AuthorizeSecurityGroupIngress",
        "eks:CreateAccessEntry, and eks:AssociateAccessPolicy",
        "eks:UpdateClusterConfig",
    ]
    rule, entries, update = plan.steps
    assert rule.changes[0].value("cidrs") == ("10.8.4.0/24",)
    assert "`kubectl get --raw /readyz` works from: ci" in rule.verify
    assert rule.way_back_changes[0].value("is_removed") is True
    assert rule.setting == plan.start
    assert entries.changes[0].value("examples") == ("principal_arn",)
    assert [number for number, _ in plan.updates] == [3]
    assert update.setting == plan.target


FOR_EXPOSURE = Weights(exposure=1, efficiency=0, accessibility=0)


@pytest.mark.parametrize("weights", [FOR_EFFICIENCY, FOR_EXPOSURE], ids=["for efficiency", "for exposure"])
def test_where_no_mode_fits_nobody_is_moved_if_less_will_do(weights: Weights) -> None:
    """Weights choose among modes that fit, not how much is to be changed until one does."""
    cluster = a_cluster("0.0.0.0/0", vpc=a_vpc(has_dns_hostnames=False))

    plan = the_plan(cluster, nodes(), an_operator(), weights=weights)

    assert plan.target.mode is not PRIVATE
    assert all(change.kind is not ChangeKind.CONSUMER_LOCATION for step in plan.steps for change in step.changes)


def test_where_nobody_has_to_move_the_way_that_leaves_nothing_to_choose_is_taken() -> None:
    """A gateway has to be given an address; the VPC's own resolver is there already."""
    table = replace(RTB_A, routes=RTB_A.routes[1:])
    cluster = a_cluster("0.0.0.0/0", route_tables=(table, RTB_PUBLIC), vpc=a_vpc(domain_name_servers=("10.0.0.2",)))

    plan = the_plan(cluster, nodes(), an_operator())

    assert plan.rests_on == ("name AmazonProvidedDNS in the VPC's DHCP options",)
    assert not any(change.value("is_example") for step in plan.steps for change in step.changes)


def test_the_mode_that_weighs_most_is_taken_among_those_that_move_nobody() -> None:
    cluster = a_cluster("0.0.0.0/0", vpc=a_vpc(has_dns_hostnames=False))

    plan = the_plan(cluster, nodes(), weights=FOR_EXPOSURE, public_access_cidrs=ListOrigin.KEEP)

    assert plan.target.mode is PRIVATE


def test_what_one_step_makes_is_a_parameter_of_the_next() -> None:
    """Each step is a text of its own, so the route cannot speak of the gateway by a name of the text before."""
    table = replace(RTB_A, routes=())
    cluster = a_cluster(OFFICE, route_tables=(table, RTB_PUBLIC), vpc=a_vpc(domain_name_servers=("10.0.0.2",)))
    held = nodes(is_managed=False, security_groups=("sg-other",))
    question = a_question(cluster, held, an_operator())

    advised = advise(replace(question, include=frozenset({Section.CHANGE_PLAN, Section.CHANGES})))

    assert advised.change_plan is not None
    made = [step.changes[0].kind for step in advised.change_plan.steps[:2]]
    assert made == [ChangeKind.NAT_GATEWAY, ChangeKind.ROUTE]
    texts = {it.tool: it.text for it in advised.changes or () if it.what == "step 2"}
    assert "${GATEWAY_ID:?" in texts["aws_cli"]
    assert "nat_gateway_id         = var.gateway_id" in texts["terraform"]


def test_a_group_for_new_endpoints_is_made_before_the_rule_and_the_endpoint_that_name_it() -> None:
    table = replace(RTB_A, routes=())
    cluster = present(a_cluster(route_tables=(table, RTB_PUBLIC), vpc=a_vpc(endpoints=())), OFFICE, private=True)

    plan = the_plan(cluster, nodes(is_managed=False, security_groups=("sg-node",)), an_operator())

    kinds = [step.changes[0].kind for step in plan.steps]
    first = kinds.index(ChangeKind.SECURITY_GROUP)
    assert first < kinds.index(ChangeKind.SECURITY_GROUP_RULE) < kinds.index(ChangeKind.VPC_ENDPOINT)
    group = plan.steps[first]
    assert group.call == "ec2:CreateSecurityGroup"
    assert group.way_back_changes[0].value("is_removed") is True


def test_endpoints_beside_a_gateway_get_a_group_of_their_own_as_well() -> None:
    """The gateway for `s3` is told by subnets where tables have no names, and needs no group."""
    subnets = tuple(
        a_subnet(name, cidr, availability_zone=name[-1], route_table=None, routing=Routing.ISOLATED)
        for name, cidr in (("subnet-a", "10.0.0.0/20"), ("subnet-b", "10.0.16.0/20"))
    )
    bare = a_cluster(subnets=subnets, route_tables=(), nat_gateways=(), vpc=a_vpc(endpoints=()))
    cluster = present(bare, OFFICE, private=True)

    plan = the_plan(cluster, nodes(is_managed=False, security_groups=("sg-node",)), an_operator())

    steps = [step.changes[0] for step in plan.steps]
    named = {name for it in steps if it.kind is ChangeKind.VPC_ENDPOINT for name in it.value("security_groups") or ()}
    assert named == {it.target for it in steps if it.kind is ChangeKind.SECURITY_GROUP} == {"new-security-group"}


def test_a_list_with_an_address_that_only_stands_for_another_says_so() -> None:
    hosted = an_operator(name="hosted", kind=ConsumerKind.PIPELINE, source_cidrs=DYNAMIC)
    cluster = present(a_cluster(), OFFICE, private=True)

    plan = the_plan(cluster, nodes(), hosted, weights=FOR_EFFICIENCY)

    egress, update = plan.steps
    assert egress.changes[0].value("examples") == ("cidrs",)
    assert "put the real values in place of the examples: 52.95.110.1/32" in egress.preconditions
    assert update.changes[0].value("examples") == ("public_access_cidrs",)
    assert "put the real addresses in place of the examples: 52.95.110.1/32" in update.preconditions
    assert update.way_back_changes[0].value("examples") is None


def test_an_example_is_nobody_elses_address_and_a_list_that_was_there_is_none() -> None:
    """The present list admits everybody, the example with it; it is no example for that."""
    hosted = an_operator(name="hosted", kind=ConsumerKind.PIPELINE, source_cidrs=DYNAMIC)
    office = an_operator(name="office", source_cidrs="13.209.0.0/28")
    approved = {"approved_source_cidrs": (parse_network("13.209.0.0/24"),)}

    plan = the_plan(a_cluster("0.0.0.0/0"), nodes(), office, hosted, weights=FOR_EFFICIENCY, **approved)

    egress, switch, listed = plan.steps
    assert egress.changes[0].value("cidrs") == ("13.209.0.16",)
    assert switch.changes[0].value("examples") is None
    assert not any("examples" in it for it in switch.preconditions)
    assert "put the real addresses in place of the examples: 13.209.0.16/32" in listed.preconditions


def test_where_all_that_is_approved_is_taken_an_example_is_one_of_it() -> None:
    hosted = an_operator(name="hosted", kind=ConsumerKind.PIPELINE, source_cidrs=DYNAMIC)
    approved = {"approved_source_cidrs": (parse_network(OFFICE),)}

    plan = the_plan(present(a_cluster(), OFFICE, private=True), nodes(), an_operator(), hosted, **approved)

    assert plan.steps[0].changes[0].value("cidrs") == ("13.209.0.0",)


def test_the_private_way_is_proved_before_the_name_leads_there() -> None:
    """A network with DNS of its own meets the private addresses for the first time when public access goes off."""
    cluster = present(a_cluster(), LINK_EGRESS, private=True)

    plan = the_plan(cluster, nodes(), a_neighbour(name="ci"), internet_exposure=InternetExposure.NONE)

    (update,) = [step for step in plan.steps if step.changes[0].is_update]
    assert any("`nc -vz ADDRESS 443` connects" in it and "from ci, for" in it for it in update.preconditions)


def test_a_caller_moves_where_that_cuts_nobody_off() -> None:
    table = replace(RTB_A, routes=RTB_A.routes[1:])  # no way out, so whoever stands inside needs private access
    cluster = a_cluster(OFFICE, route_tables=(table, RTB_PUBLIC))
    group = ("sg-cluster",)
    pod = Consumer(name="nodes", kind=ConsumerKind.NODE, subnets=("subnet-a", "subnet-b"), security_groups=group)

    plan = the_plan(cluster, pod, an_operator(), internet_exposure=InternetExposure.NONE)

    calls = [step.changes[0].kind.value for step in plan.steps if step.changes[0].kind.value != "vpc_endpoint"]
    assert calls == ["access_entry", "endpoint_access", "consumer_location", "endpoint_access"]
    assert [cut for step in plan.steps for cut in step.cuts] == []
    moved = next(step for step in plan.steps if step.changes[0].kind is ChangeKind.CONSUMER_LOCATION)
    assert moved.setting is not None
    assert moved.setting.mode is BOTH


def test_whose_address_nobody_knows_is_kept_by_a_list_that_goes_on_admitting_everybody() -> None:
    routes = replace(RTB_A, routes=(replace(RTB_A.routes[0], target="internet_gateway"), *RTB_A.routes[1:]))
    subnets = tuple(replace(subnet, assigns_public_ip=True) for subnet in a_cluster().subnets)
    cluster = a_cluster("0.0.0.0/0", route_tables=(routes, RTB_PUBLIC), subnets=subnets)

    plan = the_plan(cluster, nodes(), an_operator())

    assert states(plan) == [("public_and_private", ("0.0.0.0/0",)), ("public_and_private", (OFFICE,))]
    assert [cut for step in plan.steps for cut in step.cuts] == []


def test_private_access_stays_on_while_a_caller_of_unknown_address_moves() -> None:
    cluster = present(a_cluster(), "0.0.0.0/0", private=True)

    plan = the_plan(cluster, nodes(), an_operator(source_cidrs=None), internet_exposure=InternetExposure.NONE)

    calls = [step.changes[0].kind.value for step in plan.steps]
    assert calls == ["access_entry", "consumer_location", "endpoint_access"]
    assert states(plan) == [("private", ())]


def test_what_the_mode_does_not_change_is_mended_on_the_way() -> None:
    nodes_of_their_own = nodes(security_groups=("sg-own",))
    groups = (the_cluster_group(a_rule("sg-own")), a_group("sg-own"))
    cluster = replace(present(a_cluster(), OFFICE, private=True), security_groups=groups)

    plan = the_plan(cluster, nodes_of_their_own, an_operator())

    assert [step.call for step in plan.steps] == ["ec2:AuthorizeSecurityGroupIngress"]
    assert plan.rests_on == ()
    assert plan.updates == ()
    assert plan.sentence.startswith("one preparation first; then the endpoint access stays as it is")


def test_a_new_cluster_is_created_in_a_network_that_is_ready() -> None:
    cluster = replace(a_cluster(vpc=a_vpc(has_dns_hostnames=False)), endpoint_access=None)

    plan = the_plan(cluster, nodes(), an_operator(), weights=FOR_EFFICIENCY)

    assert [(step.call, step.setting is None) for step in plan.steps] == [
        ("ec2:ModifyVpcAttribute", True),
        ("eks:CreateCluster", False),
    ]
    assert plan.sentence.startswith("no mode fits as things are")


def test_a_new_cluster_may_have_something_to_be_mended_first() -> None:
    groups = (the_cluster_group(a_rule("sg-own")), a_group("sg-own"))
    cluster = replace(a_cluster(security_groups=groups), endpoint_access=None)

    plan = the_plan(cluster, nodes(security_groups=("sg-own",)), an_operator())

    assert plan.sentence == "one preparation first; then a new cluster, made right at once"


def test_without_anything_that_would_help_there_is_no_plan() -> None:
    stranded = a_caller_at(Vantage.INTERNET, ConsumerKind.HYBRID_NODE, source_cidrs=OFFICE)
    question = a_question(a_cluster("0.0.0.0/0"), stranded, internet_exposure=InternetExposure.NONE)

    assert advise(question).change_plan is None


def test_other_cluster_subnets_are_an_update_of_their_own_with_a_way_back() -> None:
    plan = the_plan(a_cluster("0.0.0.0/0", cluster_subnets=("subnet-a",)), nodes(), an_operator())

    step = next(it for it in plan.steps if it.changes[0].kind is ChangeKind.CLUSTER_SUBNETS)

    assert step.way_back_changes[0].values == (("subnets", ("subnet-a",)),)
