"""With the same callers outside, private access beside the public endpoint is worth having (F-1.19, F-10.1)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from service.domain.cluster import Cluster, IpFamily
from service.domain.consumer import Consumer
from tests.unit.builders import (
    BOTH,
    a_cluster,
    a_range,
    a_subnet,
    a_table,
    an_operator,
    nodes,
    ranges,
    the_decision,
)

ZONES = "abcdef"
NEWER = datetime(2025, 8, 1, tzinfo=UTC)
"""When IPv6 clusters had dual-stack endpoints (F-5.6)."""


def a_cluster_in(zones: int, **fields: Any) -> tuple[Cluster, Consumer]:
    """Public nodes in so many zones, as eksctl makes them, whose addresses are known."""
    names = tuple(f"subnet-{zone}" for zone in ZONES[:zones])
    subnets = tuple(
        a_subnet(
            name,
            f"10.0.{16 * number}.0/20",
            availability_zone=f"zone-{name[-1]}",
            route_table="rtb-out",
            assigns_public_ip=True,
            **fields,
        )
        for number, name in enumerate(names)
    )
    table = a_table(("0.0.0.0/0", "internet_gateway"), name="rtb-out")
    cluster = a_cluster(subnets=subnets, cluster_subnets=names, route_tables=(table,), connections=(), nat_gateways=())
    return cluster, replace(nodes(*names), internet_egress=ranges("3.90.1.1/32"))


@pytest.mark.parametrize("zones", range(2, 7))
def test_public_nodes_are_served_inside_in_however_many_zones_they_stand(zones: int) -> None:
    cluster, node = a_cluster_in(zones)

    decision = the_decision(cluster, node, an_operator())

    assert decision.recommendation is not None
    assert decision.recommendation.mode is BOTH
    assert decision.recommendation.margin


@pytest.mark.parametrize("zones", range(2, 7))
def test_an_egress_only_gateway_is_a_device_on_the_way(zones: int) -> None:
    cluster, node = a_cluster_in(zones)
    table = a_table(("::/0", "egress_only_internet_gateway"), name="rtb-out")
    subnets = tuple(
        replace(subnet, ipv6_cidr=a_range(f"2600:1f13:1000:aa0{number}::/64"), assigns_ipv6=True)
        for number, subnet in enumerate(cluster.subnets)
    )
    dual = replace(cluster, ip_family=IpFamily.IPV6, created_at=NEWER, route_tables=(table,), subnets=subnets)
    caller = replace(node, internet_egress=None, prefers_ipv6=True)

    decision = the_decision(dual, caller, an_operator())

    assert decision.recommendation is not None
    assert decision.recommendation.mode is BOTH
    assert decision.recommendation.margin
