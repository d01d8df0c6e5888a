"""Where pods are when they are not where their nodes are: in an overlay network, or on IPv6 alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from service.domain.cluster import Cluster, IpFamily
from service.domain.consumer import Consumer, ConsumerKind, Vantage
from service.domain.network import SecurityGroup
from tests.unit.builders import (
    ALL,
    BOTH,
    PRIVATE,
    a_caller_at,
    a_cluster,
    a_group,
    a_range,
    a_rule,
    a_vpc,
    a_webhook,
    assert_trace,
    nodes,
    ports,
    the_call,
    the_call_back,
    the_caller,
    the_cluster_group,
    with_routes,
    with_subnet,
)

OVERLAY = "192.168.0.0/16"


def a_pod(**fields: Any) -> Consumer:
    return a_caller_at(Vantage.CLUSTER_VPC, **{"kind": ConsumerKind.POD, "security_groups": ("sg-cluster",), **fields})


def an_overlay_pod(**fields: Any) -> Consumer:
    return a_pod(**{"cidrs": OVERLAY, "serves": (a_webhook(),), **fields})


def an_ipv6_cluster(*groups: SecurityGroup, **fields: Any) -> Cluster:
    """Two private subnets that have ranges of both families."""
    cluster = a_cluster(ip_family=IpFamily.IPV6, security_groups=(the_cluster_group(), *groups), **fields)
    for number, name in enumerate(("subnet-a", "subnet-b")):
        cluster = with_subnet(cluster, name, ipv6_cidr=a_range(f"2600:1f14:237:630{number}::/64"))
    return cluster


def test_nothing_in_the_vpc_leads_to_a_pod_of_an_overlay_network() -> None:
    trace = the_call_back(a_cluster(), an_overlay_pod(), port=9443)

    assert_trace(trace, "no_route", ["rtb-a"], "overlay-pods-not-routable")


def test_a_subnet_of_unknown_routes_may_lead_to_an_overlay_network() -> None:
    cluster = with_subnet(a_cluster(cluster_subnets=("subnet-a",)), "subnet-a", route_table=None)

    trace = the_call_back(cluster, an_overlay_pod(), port=9443)

    assert_trace(trace, "insufficient_info", ["subnet-a"], "overlay-pods-not-routable")
    assert trace.missing == ("/cluster/subnets[subnet-a]/route_table",)


def test_a_route_for_the_overlay_network_leaves_open_where_it_leads() -> None:
    cluster = with_routes(a_cluster(), ("0.0.0.0/0", "nat-a"), (OVERLAY, "eni-router"))

    trace = the_call_back(cluster, an_overlay_pod(), port=9443)

    assert_trace(trace, "insufficient_info", ["rtb-a"], "overlay-pods-not-routable")


def test_a_pod_of_an_overlay_network_leaves_with_the_address_of_its_node() -> None:
    caller = the_caller(a_cluster(), an_overlay_pod())

    assert caller.addresses is None
    assert [assumed.code for assumed in caller.assumptions] == ["location-assumed", "overlay-translates"]
    assert_trace(the_call(PRIVATE, a_cluster(), an_overlay_pod()), "accepted")


@pytest.mark.parametrize(
    ("cluster", "cidrs"),
    [(a_cluster(), "10.0.3.0/24"), (a_cluster(vpc=a_vpc(cidrs=None)), OVERLAY), (a_cluster(), None)],
    ids=["an address of the VPC", "a VPC of unknown ranges", "no address"],
)
def test_other_pods_are_in_no_overlay_network(cluster: Cluster, cidrs: str | None) -> None:
    assert the_caller(cluster, an_overlay_pod(cidrs=cidrs)).overlay is None


def test_hosts_with_foreign_addresses_are_in_no_overlay_network() -> None:
    host = a_caller_at(Vantage.CLUSTER_VPC, subnet="subnet-a", cidrs=OVERLAY)

    assert the_caller(a_cluster(), host).overlay is None


def test_pods_of_an_ipv6_cluster_need_a_rule_for_ipv6() -> None:
    only_ipv4 = a_group("sg-node", egress=(a_rule("0.0.0.0/0", on=ALL),))
    pod, node = a_pod(security_groups=("sg-node",)), nodes(security_groups=("sg-node",))
    cluster = an_ipv6_cluster(only_ipv4)
    admitted = replace(cluster, security_groups=(the_cluster_group(a_rule("sg-node")), only_ipv4))

    assert_trace(the_call(BOTH, admitted, pod), "denied_out", ["sg-node"], "security-group-blocks-egress")
    assert_trace(the_call(BOTH, admitted, node), "accepted")


def test_the_stated_addresses_of_a_pod_are_those_of_its_family() -> None:
    ruled = the_cluster_group(a_rule("2600:1f14:237:6300:1::/80"))
    cluster = replace(an_ipv6_cluster(a_group("sg-pod")), security_groups=(ruled, a_group("sg-pod")))
    pod = a_pod(security_groups=("sg-pod",), cidrs="2600:1f14:237:6300:1::/80", subnet="subnet-a")

    assert_trace(the_call(PRIVATE, cluster, pod), "accepted", ["sg-cluster"])


def test_nodes_of_an_ipv6_cluster_are_called_over_ipv6_even_if_no_range_is_known() -> None:
    own = a_group("sg-node", a_rule("10.0.0.0/16", on=ports(10250)))
    cluster = a_cluster(ip_family=IpFamily.IPV6, security_groups=(the_cluster_group(), own))

    trace = the_call_back(cluster, nodes(security_groups=("sg-node",)))

    assert_trace(trace, "denied_in", ["sg-node"], "node-sg-missing-10250-from-control-plane")


@pytest.mark.parametrize(("has_range", "disposition"), [(False, "accepted"), (True, "denied_in")])
def test_a_host_that_is_no_part_of_the_cluster_is_called_over_what_its_subnet_has(
    has_range: bool, disposition: str
) -> None:
    own = a_group("sg-host", a_rule("10.0.0.0/16", on=ports(9443)))
    cluster = an_ipv6_cluster(own)
    if not has_range:
        cluster = with_subnet(with_subnet(cluster, "subnet-a", ipv6_cidr=None), "subnet-b", ipv6_cidr=None)
    host = a_caller_at(
        Vantage.CLUSTER_VPC, subnet="subnet-a", security_groups=("sg-host",), serves=(a_webhook(),), cidrs=None
    )

    assert the_call_back(cluster, host, port=9443).disposition.value == disposition
