"""What takes findings away, each proved by deciding again."""

from dataclasses import replace
from typing import Any

import pytest

from service.advice import advise, mends
from service.advice.changing import changed
from service.domain.change import Change, ChangeKind, Mend, Repair
from service.domain.cluster import Cluster, IpFamily
from service.domain.consumer import Consumer, ConsumerKind, Resolver, Served, Vantage
from service.domain.network import AclRule, RemoteNetworks, Routing, VpcEndpoint
from service.domain.question import InternetExposure, ListOrigin, Question
from tests.unit.builders import (
    ALL,
    BEHIND_LINK,
    LINK_EGRESS,
    NAT_ADDRESS,
    OFFICE,
    PUBLIC,
    RTB_PUBLIC,
    a_caller_at,
    a_cluster,
    a_firewall,
    a_firewall_rule,
    a_group,
    a_hybrid_node,
    a_link,
    a_nat,
    a_neighbour,
    a_public_subnet,
    a_question,
    a_range,
    a_rule,
    a_subnet,
    a_table,
    a_vpc,
    a_webhook,
    an_access,
    an_acl,
    an_acl_rule,
    an_operator,
    nodes,
    ports,
    ranges,
    the_cluster_group,
)

ISOLATED = a_table((BEHIND_LINK, "tgw-1"))


def the_mends(cluster: Cluster, *consumers: Consumer) -> tuple[Mend, ...]:
    found = advise(a_question(cluster, *consumers)).mends
    assert found is not None
    return found


def the_repairs(cause: str, cluster: Cluster, *consumers: Consumer) -> tuple[Repair, ...]:
    """The repairs for a cause; each takes it away, as deciding again shows."""
    question = a_question(cluster, *consumers)
    repairs = tuple(it for mend in the_mends(cluster, *consumers) if mend.cause == cause for it in mend.repairs)
    for repair in repairs:
        assert cause not in causes(changed(question, repair.changes))
    return repairs


def causes(question: Question) -> set[str]:
    current = advise(question).decision.current
    assert current is not None
    return {finding.cause for finding in current.findings}


def an_isolated_cluster(*endpoints: VpcEndpoint, **fields: Any) -> Cluster:
    return a_cluster("0.0.0.0/0", vpc=a_vpc(endpoints=endpoints), route_tables=(ISOLATED, RTB_PUBLIC), **fields)


def of_kind(repair: Repair, kind: ChangeKind) -> list[Change]:
    return [change for change in repair.changes if change.kind is kind]


def test_missing_endpoints_are_made_with_the_group_that_the_nodes_hold() -> None:
    endpoints, gateway = the_repairs("isolated-subnet-missing-vpc-endpoints", an_isolated_cluster(), nodes())

    assert endpoints.code == "endpoints:ec2+ecr.api+ecr.dkr+s3"
    assert {change.value("security_groups") for change in endpoints.changes[:3]} == {("sg-cluster",)}
    assert endpoints.changes[3].value("route_tables") == ("rtb-a",)
    assert gateway.code == "nat-added:rtb-a"


def test_a_group_is_made_for_endpoints_whose_callers_hold_one_of_their_own() -> None:
    cluster = an_isolated_cluster(security_groups=(the_cluster_group(a_rule("sg-own")), a_group("sg-own")))
    own = nodes(security_groups=("sg-own",))

    endpoints = the_repairs("isolated-subnet-missing-vpc-endpoints", cluster, own)[0]

    group, rule = endpoints.changes[:2]
    assert (group.kind, group.target) == (ChangeKind.SECURITY_GROUP, rule.target)
    assert (rule.kind, rule.value("groups")) == (ChangeKind.SECURITY_GROUP_RULE, ("sg-own",))
    assert rule.value("examples") == ("target",)
    assert {it.value("examples") for it in of_kind(endpoints, ChangeKind.VPC_ENDPOINT)[:3]} == {("security_groups",)}
    assert len(of_kind(endpoints, ChangeKind.SECURITY_GROUP_RULE)) == 1


def test_without_groups_the_ranges_of_the_subnets_are_admitted() -> None:
    function = a_caller_at(Vantage.CLUSTER_VPC, ConsumerKind.FUNCTION, subnet="subnet-a", calls_first=("eks",))

    endpoints = the_repairs("no-path-to-eks-service-api", an_isolated_cluster(), function)[0]

    assert of_kind(endpoints, ChangeKind.SECURITY_GROUP_RULE)[0].value("cidrs") == ("10.0.0.0/20",)


def test_an_endpoint_without_private_dns_gets_it() -> None:
    there = VpcEndpoint(service="com.amazonaws.eu-west-1.eks", kind="interface", has_private_dns=False)
    caller = a_caller_at(Vantage.CLUSTER_VPC, subnet="subnet-a", calls_first=("eks",), security_groups=("sg-cluster",))

    repair = the_repairs("no-path-to-eks-service-api", an_isolated_cluster(there), caller)[0]

    assert [(it.target, it.value("private_dns"), it.value("subnets")) for it in repair.changes] == [("eks", True, None)]


def test_a_subnet_that_says_routing_is_named_in_place_of_its_table() -> None:
    subnets = (
        a_subnet(route_table=None, routing=Routing.ISOLATED),
        a_subnet("subnet-b", "10.0.16.0/20", availability_zone="zone-b", route_table=None, routing=Routing.ISOLATED),
    )
    endpoints = (
        VpcEndpoint(service="ec2", has_private_dns=True),
        VpcEndpoint(service="ecr.api", has_private_dns=True),
        VpcEndpoint(service="ecr.dkr", has_private_dns=True),
    )

    repairs = the_repairs(
        "isolated-subnet-missing-vpc-endpoints", an_isolated_cluster(*endpoints, subnets=subnets), nodes()
    )

    assert [it.code for it in repairs] == ["endpoints:s3"]
    assert repairs[0].changes[0].value("subnets") == ("subnet-a", "subnet-b")


def test_a_gateway_endpoint_is_associated_with_the_table_beside_those_that_it_has() -> None:
    there = VpcEndpoint(service="s3", kind="gateway", route_tables=("rtb-public",))
    caller = a_caller_at(Vantage.CLUSTER_VPC, subnet="subnet-a", calls_first=("s3",), security_groups=("sg-cluster",))
    cluster = an_isolated_cluster(there)

    (repair,) = the_repairs("s3-gateway-endpoint-not-in-route-table", cluster, caller)

    endpoints = changed(a_question(cluster, caller), repair.changes).cluster.vpc.endpoints
    assert endpoints is not None
    assert endpoints[0].route_tables == ("rtb-public", "rtb-a")


def test_the_group_of_an_endpoint_admits_whom_it_refused() -> None:
    there = VpcEndpoint(service="ec2", security_groups=("sg-endpoint",), has_private_dns=True)
    groups = (the_cluster_group(), a_group("sg-endpoint"))
    cluster = a_cluster("0.0.0.0/0", vpc=a_vpc(endpoints=(there,)), security_groups=groups)

    (repair,) = the_repairs("vpc-endpoint-sg-blocks-client", cluster, nodes())

    assert repair.changes[0].target == "sg-endpoint"
    assert repair.changes[0].value("groups") == ("sg-cluster",)


@pytest.mark.parametrize("has_endpoint", [True, False])
def test_the_regional_name_of_sts_takes_the_place_of_the_global_one(has_endpoint: bool) -> None:
    endpoints = (VpcEndpoint(service="sts", has_private_dns=True),) if has_endpoint else ()
    caller = a_caller_at(
        Vantage.CLUSTER_VPC,
        subnet="subnet-a",
        calls_first=("sts.amazonaws.com", "sts"),
        security_groups=("sg-cluster",),
    )
    if not has_endpoint:
        caller = replace(caller, calls_first=("sts.amazonaws.com",))

    repair = the_repairs("sts-global-endpoint-not-covered-by-vpc-endpoint", an_isolated_cluster(*endpoints), caller)[0]

    assert repair.changes[0].value("calls_first") == ("sts",)
    assert len(repair.changes) == (1 if has_endpoint else 2)


def test_private_dns_goes_off_where_it_hides_the_issuer() -> None:
    there = VpcEndpoint(service="eks", has_private_dns=True)
    caller = a_caller_at(Vantage.CLUSTER_VPC, subnet="subnet-a", calls_first=("oidc",), security_groups=("sg-cluster",))

    (repair,) = the_repairs(
        "eks-vpce-private-dns-shadows-oidc", a_cluster("0.0.0.0/0", vpc=a_vpc(endpoints=(there,))), caller
    )

    assert repair.changes[0].value("private_dns") is False


@pytest.mark.parametrize(
    ("region", "domain"),
    [(None, "ec2.internal"), ("us-east-1", "ec2.internal"), ("eu-west-1", "eu-west-1.compute.internal")],
)
def test_amazons_domain_is_named(region: str | None, domain: str) -> None:
    cluster = a_cluster("0.0.0.0/0", vpc=a_vpc(domain_name="corp.example"), region=region)

    (repair,) = the_repairs("dhcp-domain-name-breaks-node-registration", cluster, nodes())

    assert repair.changes[0].value("domain_name") == domain
    assert (repair.changes[0].value("examples") is None) is (region is not None)


def test_ipv6_is_let_out_by_the_group_and_the_table() -> None:
    group = a_group("sg-own", egress=(a_rule("0.0.0.0/0", on=ALL),))
    cluster = a_cluster("0.0.0.0/0", security_groups=(the_cluster_group(a_rule("sg-own")), group))
    subnets = tuple(
        replace(it, ipv6_cidr=a_range(f"2600:1f18:1:a0{n}::/64"), assigns_ipv6=True)
        for n, it in enumerate(cluster.subnets)
    )
    own = nodes(security_groups=("sg-own",), prefers_ipv6=True)

    (repair,) = the_repairs("ipv6-preferred-but-egress-blocked", replace(cluster, subnets=subnets), own)

    assert [it.kind for it in repair.changes] == [ChangeKind.SECURITY_GROUP_RULE, ChangeKind.ROUTE]


def test_where_ipv6_cannot_be_let_out_nothing_is_offered() -> None:
    tables = (a_table(("0.0.0.0/0", "nat-a"), ("::/0", "egress_only_internet_gateway")), RTB_PUBLIC)
    cluster = a_cluster("0.0.0.0/0", route_tables=tables)

    assert the_repairs("ipv6-preferred-but-egress-blocked", cluster, nodes(prefers_ipv6=True)) == ()


def test_a_group_admits_every_port_that_the_control_plane_calls() -> None:
    groups = (the_cluster_group(a_rule("sg-own")), a_group("sg-own"))
    own = nodes(security_groups=("sg-own",), serves=(a_webhook(9443), a_webhook(8443)))

    (webhooks,) = the_repairs(
        "node-sg-missing-webhook-port-from-control-plane", a_cluster("0.0.0.0/0", security_groups=groups), own
    )

    assert [it.value("from_port") for it in webhooks.changes] == [8443, 9443]
    assert webhooks.changes[0].value("groups") == ("sg-cluster",)


def test_the_ranges_of_the_interfaces_are_admitted_where_their_group_has_no_id() -> None:
    own = nodes(security_groups=("sg-own",))
    cluster = a_cluster("0.0.0.0/0", security_groups=(a_group("sg-own"),))

    (repair,) = the_repairs("node-sg-missing-10250-from-control-plane", cluster, own)

    assert repair.changes[0].value("cidrs") == ("10.0.0.0/19",)


@pytest.mark.parametrize("groups", [("sg-own",), ()])
def test_the_groups_of_the_interfaces_let_the_call_out(groups: tuple[str, ...]) -> None:
    cluster_group = the_cluster_group(a_rule(BEHIND_LINK), egress=())
    cluster = a_cluster("0.0.0.0/0", security_groups=(cluster_group, a_group("sg-own", a_rule("sg-cluster", on=ALL))))
    hook = a_caller_at(
        Vantage.CONNECTED_NETWORK if not groups else Vantage.CLUSTER_VPC,
        ConsumerKind.PIPELINE,
        **(
            {"subnet": "subnet-a", "security_groups": groups}
            if groups
            else {"connection": "tgw-1", "cidrs": "10.8.4.0/24"}
        ),
        serves=(a_webhook(),),
    )

    (repair,) = the_repairs("cluster-sg-blocks-egress", cluster, hook)

    assert repair.changes[0].value("groups" if groups else "cidrs") == (groups or ("10.8.4.0/24",))


def test_a_firewall_that_a_route_names_is_opened_as_one_on_a_link_is() -> None:
    closed = a_link(allows=(a_firewall_rule(direction="to_cluster"),))
    cluster = a_cluster("0.0.0.0/0", connections=(closed,), remote_networks=_remote())
    node = a_hybrid_node(name="hybrid", cidrs=BEHIND_LINK)

    (repair,) = the_repairs("onprem-firewall-missing-10250", cluster, node)

    assert repair.changes[0].target == "tgw-1"
    device = a_firewall("fw-1", allows=())
    opened = changed(
        a_question(replace(cluster, firewalls=(device, a_firewall("fw-2")))),
        (replace(repair.changes[0], target="fw-1"),),
    )
    assert [len(it.allows or ()) for it in opened.cluster.firewalls] == [1, 0]


def _remote() -> RemoteNetworks:
    return RemoteNetworks(node_cidrs=ranges(BEHIND_LINK))


def test_cluster_subnets_are_routed_to_a_hybrid_node_within_the_remote_networks() -> None:
    tables = (a_table(("0.0.0.0/0", "nat-a")), RTB_PUBLIC)
    cluster = a_cluster(
        "0.0.0.0/0", route_tables=tables, remote_networks=RemoteNetworks(node_cidrs=ranges("10.9.0.0/16"))
    )
    node = a_hybrid_node(name="hybrid", cidrs="10.8.4.0/24")

    (repair,) = the_repairs("hybrid-node-no-return-path", cluster, node)

    assert [it.kind for it in repair.changes] == [
        ChangeKind.CONNECTION,
        ChangeKind.ROUTE,
        ChangeKind.REMOTE_NETWORKS,
    ]


def test_a_link_is_made_to_a_network_that_has_none() -> None:
    far = a_caller_at(Vantage.OTHER_NETWORK, ConsumerKind.PIPELINE, cidrs="10.8.4.0/24", serves=(a_webhook(),))
    question = a_question(a_cluster("0.0.0.0/0"), far)
    assert "no-private-network-path-between-vpcs" in causes(question)

    found = [it for mend in advise(question).mends or () for it in mend.repairs]

    assert all(it.value("is_example") for repair in found for it in of_kind(repair, ChangeKind.CONNECTION))


def test_pods_behind_a_link_stand_within_the_remote_pod_networks() -> None:
    pod = a_caller_at(
        Vantage.CONNECTED_NETWORK,
        ConsumerKind.POD,
        connection="tgw-1",
        cidrs="10.8.5.0/24",
        serves=(a_webhook(),),
    )

    (repair,) = the_repairs("hybrid-pod-cidr-not-routable-for-webhooks", a_cluster("0.0.0.0/0"), pod)

    assert of_kind(repair, ChangeKind.REMOTE_NETWORKS)[0].value("pod_cidrs") == ("10.8.5.0/24",)


def test_a_private_issuer_needs_egress_through_the_vpc() -> None:
    pod = Consumer(
        name="idp",
        kind=ConsumerKind.POD,
        subnets=("subnet-a",),
        security_groups=("sg-cluster",),
        serves=(Served(port=443, purpose="oidc_issuer"),),
    )

    (repair,) = the_repairs("control-plane-cannot-reach-private-idp", a_cluster("0.0.0.0/0"), pod)

    assert "cannot be undone" in repair.sentence


def test_hosts_that_keep_the_vpc_to_themselves_give_way() -> None:
    shadowed = nodes(host_networks=ranges("10.0.0.0/16"))

    (repair,) = the_repairs("docker-bridge-cidr-conflict", a_cluster("0.0.0.0/0"), shadowed)

    assert repair.changes[0].value("host_networks") == ()


def behind_an_acl(*ingress: AclRule, **fields: Any) -> Cluster:
    """Nodes in a subnet of their own whose ACL lets everything out."""
    subnets = (
        a_subnet(),
        a_subnet("subnet-b", "10.0.16.0/20", availability_zone="zone-b"),
        a_subnet("subnet-n", "10.0.48.0/20", network_acl="acl-1"),
        a_public_subnet(network_acl="acl-2"),
    )
    acls = (an_acl(ingress=ingress), an_acl(name="acl-2", ingress=(), egress=()))
    return a_cluster("0.0.0.0/0", subnets=subnets, network_acls=acls, **fields)


def rules_of(repair: Repair) -> set[tuple[Any, ...]]:
    names = ("direction", "from_port", "to_port", "rule_number")
    return {(it.target, *(it.value(name) for name in names), *texts(it.value("cidrs"))) for it in repair.changes}


def texts(value: Any) -> tuple[str, ...]:
    return tuple(value)


def test_an_acl_is_opened_for_the_kubelet_and_the_replies_and_no_wider() -> None:
    https, rest = an_acl_rule(100, ports(443)), an_acl_rule(120, ALL, allows=False)
    cluster = replace(behind_an_acl(https, rest), endpoint_access=an_access(public=False, private=True))

    repair, *_ = the_repairs("nacl-blocks-subnet-traffic", cluster, nodes("subnet-n"))

    assert rules_of(repair) == {
        ("acl-1", "ingress", 1024, 65535, 119, "10.0.0.0/19"),
        ("acl-1", "ingress", 10250, 10250, 118, "10.0.0.0/19"),
    }


def test_where_no_number_is_free_the_sentence_says_so() -> None:
    cluster = replace(
        behind_an_acl(an_acl_rule(1, ALL, allows=False)), endpoint_access=an_access(public=False, private=True)
    )

    repair, *_ = the_repairs("nacl-blocks-subnet-traffic", cluster, nodes("subnet-n"))

    assert repair.sentence.startswith("its rules have to be numbered anew first")
    assert {it.value("rule_number") for it in repair.changes} == {None}


def test_on_the_way_to_the_internet_the_acl_of_the_nat_gateway_is_opened_too() -> None:
    cluster = behind_an_acl(an_acl_rule(100, ALL))
    named = a_question(cluster, nodes("subnet-n"), public_access_cidrs=ListOrigin.KEEP)

    (public,) = (it for it in advise(named).conditions or () if it.mode is PUBLIC)

    opened = {rule for way in public.ways for repair in way for rule in rules_of(repair)}
    assert {rule[:4] for rule in opened if "10.0.48.0/20" in rule} == {
        ("acl-2", "egress", 1024, 65535),
        ("acl-2", "ingress", 443, 443),
    }
    assert ("acl-2", "egress", 443, 443) in {rule[:4] for rule in opened}


def test_acls_are_opened_for_what_stands_behind_a_link() -> None:
    subnets = tuple(replace(it, network_acl="acl-1") for it in a_cluster().subnets)
    cluster = a_cluster(
        subnets=subnets,
        network_acls=(an_acl(ingress=(an_acl_rule(100, ALL, "10.0.0.0/16"),), egress=()),),
        endpoint_access=an_access(public=False, private=True),
    )
    hook = a_neighbour(serves=(a_webhook(),))

    (repair,) = the_repairs("nacl-blocks-subnet-traffic", cluster, hook)

    assert {rule[:4] for rule in rules_of(repair)} == {
        ("acl-1", "ingress", 443, 443),
        ("acl-1", "ingress", 1024, 65535),
        ("acl-1", "egress", 9443, 9443),
        ("acl-1", "egress", 1024, 65535),
    }
    unknown = replace(cluster, connections=(a_link(remote_cidrs=None),))
    assert the_repairs("nacl-blocks-subnet-traffic", unknown, _without_ranges(hook)) == ()


def _without_ranges(consumer: Consumer) -> Consumer:
    assert consumer.location is not None
    return replace(consumer, location=replace(consumer.location, cidrs=None))


def test_the_bound_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mends, "MOST_TRIALS", 0)
    monkeypatch.setattr(mends.Bench.__init__, "__defaults__", (True, 0))

    found = the_mends(an_isolated_cluster(), nodes())

    assert {(mend.repairs, mend.is_tried) for mend in found} == {((), False)}


def mended(cluster: Cluster, *consumers: Consumer, **requirements: Any) -> dict[tuple[str | None, str], Mend]:
    """What is offered for each finding; all first offers together take all of these findings away."""
    question = a_question(cluster, *consumers, **requirements)
    found = {(it.consumer, it.cause): it for it in advise(question).mends or ()}
    first = [repair for it in found.values() for repair in it.repairs[:1] or it.together]
    after = advise(changed(question, (change for repair in first for change in repair.changes))).decision.current
    assert after is not None
    left = {(finding.consumer, finding.cause) for finding in after.findings}
    assert left.isdisjoint({key for key, it in found.items() if it.repairs or it.together})
    return found


def sentences(repairs: tuple[Repair, ...]) -> list[str]:
    return [repair.sentence for repair in repairs]


UNLISTED, OFF = "node-egress-ip-not-in-public-access-cidrs", "vpc-dns-hostnames-disabled"


def test_nodes_that_are_not_listed_and_whose_names_are_off_are_let_in_by_what_is_offered_together() -> None:
    found = mended(a_cluster(OFFICE, vpc=a_vpc(has_dns_hostnames=False)), nodes(), an_operator())

    assert {key: sentences(it.repairs)[0] for key, it in found.items()} == {
        (None, OFF): "turn on the VPC's DNS hostnames, in a call of its own after DNS support",
        ("nodes", UNLISTED): f"put {NAT_ADDRESS} (nodes) on the list",
    }


def test_what_one_fault_hides_is_mended_with_it() -> None:
    """Neither the rule nor the route alone lets it in; nor does any other single repair."""
    table = a_table(("0.0.0.0/0", "nat-a"))
    cluster = a_cluster(route_tables=(table, RTB_PUBLIC), security_groups=(the_cluster_group(),))
    private = replace(cluster, endpoint_access=an_access(public=False, private=True))

    mend = mended(private, nodes(), a_neighbour(name="ci"))["ci", "cluster-sg-missing-443-from-client"]

    assert mend.repairs == ()
    assert [repair.code for repair in mend.together] == ["admit-443:ci", "routed-back:tgw-1:ci"]


def test_what_still_stands_is_said_where_nothing_lets_it_in() -> None:
    """The address of the NAT gateway could be listed, and is not approved; nodes stand nowhere else."""
    found = mended(a_cluster("52.1.1.1/32"), nodes(), approved_source_cidrs=ranges("52.0.0.0/8"))

    mend = found["nodes", UNLISTED]
    assert (mend.repairs, mend.together, mend.is_tried) == ((), (), True)
    assert mend.stands == ("unapproved-source-cidrs",)


def test_each_list_that_is_offered_holds_what_those_before_it_hold() -> None:
    found = mended(a_cluster("52.1.1.1/32"), nodes(), an_operator(name="office"), a_neighbour(name="ci"))

    lists = {key[0]: it.repairs[0].changes[0].value("public_access_cidrs") for key, it in found.items()}
    assert lists == {
        "ci": ("52.1.1.1/32", LINK_EGRESS),
        "nodes": (NAT_ADDRESS, "52.1.1.1/32", LINK_EGRESS),
        "office": (NAT_ADDRESS, OFFICE, "52.1.1.1/32", LINK_EGRESS),
    }


def test_an_endpoint_that_is_open_to_all_gets_the_list_that_would_do() -> None:
    found = mended(a_cluster("0.0.0.0/0"), nodes(), an_operator())

    (repair,) = found[None, "public-endpoint-open-to-internet"].repairs
    assert repair.changes[0].value("public_access_cidrs") == (NAT_ADDRESS, OFFICE)


def test_callers_from_one_address_are_let_in_by_one_entry() -> None:
    found = mended(a_cluster("52.1.1.1/32", NAT_ADDRESS), nodes(), an_operator(name="a"), an_operator(name="b"))

    assert {key[0]: sentences(it.repairs)[:1] for key, it in found.items()} == {
        "a": [f"put {OFFICE} (a) on the list"],
        "b": [f"put {OFFICE} (a) on the list"],
    }


@pytest.mark.parametrize("trials", range(6))
def test_wherever_the_trials_end_it_is_said(monkeypatch: pytest.MonkeyPatch, trials: int) -> None:
    monkeypatch.setattr(mends.Bench.__init__, "__defaults__", (True, trials))
    table = a_table(("0.0.0.0/0", "nat-a"))
    cluster = a_cluster("52.1.1.1/32", route_tables=(table, RTB_PUBLIC), security_groups=(the_cluster_group(),))
    both = replace(cluster, endpoint_access=an_access("52.1.1.1/32", private=True))
    ci = a_neighbour(name="ci", resolver=Resolver.FORWARDED)

    found = mended(both, nodes(), an_operator(name="office"), ci)

    assert all(it.is_tried or not (it.repairs and it.together) for it in found.values())
    assert any(not it.is_tried for it in found.values()) or len(found) == 2


def test_a_new_cluster_is_mended_in_the_recommended_mode_and_one_that_fits_none_not_at_all() -> None:
    new = replace(an_isolated_cluster(), endpoint_access=None)

    assert [it.cause for it in the_mends(new, nodes())] == ["isolated-subnet-missing-vpc-endpoints"]
    stranded = a_caller_at(Vantage.INTERNET, ConsumerKind.HYBRID_NODE, source_cidrs=OFFICE)
    question = a_question(new, stranded, internet_exposure=InternetExposure.NONE)
    assert advise(question).mends == ()


def test_a_finding_about_the_setting_is_mended_too() -> None:
    cluster = a_cluster("0.0.0.0/0", vpc=a_vpc(has_dns_hostnames=False))

    (repair,) = the_repairs("vpc-dns-hostnames-disabled", cluster, nodes(), an_operator())

    assert repair.code == "dns-hostnames-on"


def test_an_ipv6_cluster_is_no_other_matter() -> None:
    assert the_mends(a_cluster(NAT_ADDRESS, ip_family=IpFamily.IPV4), nodes()) == ()


def test_a_group_that_lets_ipv6_out_needs_a_route_alone() -> None:
    cluster = a_cluster("0.0.0.0/0")
    subnets = tuple(
        replace(it, ipv6_cidr=a_range(f"2600:1f18:1:a0{n}::/64"), assigns_ipv6=True)
        for n, it in enumerate(cluster.subnets)
    )

    (repair,) = the_repairs(
        "ipv6-preferred-but-egress-blocked", replace(cluster, subnets=subnets), nodes(prefers_ipv6=True)
    )

    assert [it.kind for it in repair.changes] == [ChangeKind.ROUTE]


def test_a_target_without_groups_is_let_out_to_by_its_subnet_and_one_of_unknown_place_not_at_all() -> None:
    cluster = a_cluster(
        "0.0.0.0/0",
        security_groups=(the_cluster_group(a_rule(BEHIND_LINK), egress=()),),
        connections=(a_link(remote_cidrs=None),),
    )
    inside = a_caller_at(Vantage.CLUSTER_VPC, ConsumerKind.FUNCTION, subnet="subnet-a", serves=(a_webhook(),))
    far = _without_ranges(a_neighbour(name="far", serves=(a_webhook(),)))

    found = {mend.consumer for mend in the_mends(cluster, inside, far) if mend.cause == "cluster-sg-blocks-egress"}

    assert "far" not in found


def test_without_any_range_of_the_interfaces_no_rule_is_offered() -> None:
    subnets = (a_subnet(cidr=None), a_subnet("subnet-b", None, availability_zone="zone-b"))
    cluster = a_cluster(
        "0.0.0.0/0", vpc=a_vpc(cidrs=None), subnets=subnets, security_groups=(a_group("sg-own", a_rule(OFFICE)),)
    )

    assert the_repairs("node-sg-missing-10250-from-control-plane", cluster, nodes(security_groups=("sg-own",))) == ()


def test_a_nat_gateway_of_unknown_place_has_no_acl_to_open() -> None:
    cluster = behind_an_acl(an_acl_rule(100, ports(22)), nat_gateways=(a_nat("nat-a", NAT_ADDRESS, subnet=None),))
    question = a_question(cluster, nodes("subnet-n"), public_access_cidrs=ListOrigin.KEEP)

    (public,) = (it for it in advise(question).conditions or () if it.mode is PUBLIC)

    assert {it.target for way in public.ways for repair in way for it in repair.changes} == {"acl-1"}


def test_a_group_that_two_repairs_ask_for_is_made_once() -> None:
    made = Change(kind=ChangeKind.SECURITY_GROUP, target="new-security-group", values=(("description", "endpoints"),))

    after = changed(a_question(a_cluster()), (made, made)).cluster

    assert [group.id for group in after.security_groups or ()] == ["sg-cluster", "new-security-group"]
