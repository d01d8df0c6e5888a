"""Ways over links that few networks have: a reply by another link, a far side of which only the range is known."""

from __future__ import annotations

from dataclasses import replace

from service.domain.consumer import Vantage
from service.domain.trace import Disposition
from tests.unit.builders import (
    PRIVATE,
    a_caller_at,
    a_cluster,
    a_firewall,
    a_link,
    a_neighbour,
    a_proxy,
    nodes,
    the_call,
    with_routes,
)

SOMEWHERE = {"cidrs": None, "internet_egress": None}
"""Behind the link, at an address that nobody said."""


def test_a_table_without_any_route_to_the_far_side_is_certain_even_if_the_caller_is_one_address_of_it() -> None:
    cluster = with_routes(a_cluster(), ("0.0.0.0/0", "nat-a"))

    trace = the_call(PRIVATE, cluster, a_neighbour(**SOMEWHERE))

    assert (trace.disposition, trace.cause) == (Disposition.NO_ROUTE, "control-plane-eni-in-unroutable-subnet")


def test_a_table_with_a_route_to_a_part_of_the_far_side_may_be_enough_for_one_address_of_it() -> None:
    cluster = with_routes(a_cluster(), ("10.8.0.0/17", "tgw-1"))

    trace = the_call(PRIVATE, cluster, a_neighbour(**SOMEWHERE))

    assert (trace.disposition, trace.cause) == (
        Disposition.INSUFFICIENT_INFO,
        "control-plane-eni-in-unroutable-subnet",
    )


def test_a_reply_that_takes_another_link_may_arrive_if_that_one_holds_the_range() -> None:
    links = (a_link("tgw-1"), a_link("tgw-2"))
    cluster = replace(with_routes(a_cluster(), ("10.8.0.0/16", "tgw-2")), connections=links)

    trace = the_call(PRIVATE, cluster, a_neighbour())

    assert trace.disposition is Disposition.INSUFFICIENT_INFO
    assert trace.missing == ("/cluster/route_tables[rtb-a]/routes",)


def test_a_reply_that_takes_another_link_is_lost_if_that_one_ends_elsewhere() -> None:
    links = (a_link("tgw-1"), a_link("tgw-2", is_attached=False))
    cluster = replace(with_routes(a_cluster(), ("10.8.0.0/16", "tgw-2")), connections=links)

    assert the_call(PRIVATE, cluster, a_neighbour()).disposition is Disposition.NO_ROUTE


def test_a_firewall_between_subnets_that_stops_the_reply_is_told_as_the_way_back() -> None:
    """The table of the cluster subnets sends the caller's subnet through a firewall that passes nothing."""
    cluster = with_routes(a_cluster(), ("10.0.32.0/24", "fw-1"), ("0.0.0.0/0", "nat-a"))
    cluster = replace(cluster, firewalls=(a_firewall(allows=()),))
    caller = a_caller_at(Vantage.CLUSTER_VPC, subnet="subnet-public", security_groups=("sg-cluster",))

    trace = the_call(PRIVATE, cluster, caller)

    assert (trace.disposition, trace.cause) == (Disposition.NO_ROUTE, "control-plane-eni-in-unroutable-subnet")
    assert trace.hops[-1].component == "fw-1"


def test_a_bypass_of_everything_is_a_bypass_of_the_endpoint() -> None:
    proxied = nodes(proxy=a_proxy(allows=(), bypass=("*",)))

    assert the_call(PRIVATE, a_cluster(), proxied).is_accepted
    assert not the_call(PRIVATE, a_cluster(), nodes(proxy=a_proxy(allows=(), bypass=("10.0.0.0/8",)))).is_accepted
