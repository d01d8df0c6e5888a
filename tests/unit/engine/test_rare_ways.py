"""Ways that few networks have: what the engine says where a gateway, a link or a firewall is only half described."""

from __future__ import annotations

from typing import Any

import pytest

from service.domain.trace import Disposition, Trace
from service.engine import decide
from service.web.schemas import load_question

NODES = {"name": "nodes", "kind": "node", "subnets": ["a", "b"]}


def way_out(target: str, **network: Any) -> Trace:
    """The nodes' call in public mode, their default route leading to a target."""
    subnets = [
        {"id": name, "cidr": f"10.0.{16 * number}.0/20", "availability_zone": f"zone-{name}", "route_table": "rtb"}
        for number, name in enumerate(("a", "b"))
    ]
    cluster = {
        "name": "rare",
        "endpoint_access": {"public": True, "private": False},
        "vpc": {"cidrs": ["10.0.0.0/16"]},
        "subnets": [*subnets, *network.pop("more_subnets", [])],
        "cluster_subnets": ["a", "b"],
        "route_tables": [
            {"id": "rtb", "routes": [{"destination": "0.0.0.0/0", "target": target}]},
            *network.pop("more_tables", []),
        ],
        **network,
    }
    decision = decide(
        load_question({"cluster": cluster, "consumers": [NODES], "requirements": {"public_access_cidrs": "keep"}})
    )
    return next(trace for trace in decision.assessments[0].traces if trace.step == 3)


def a_link(**fields: Any) -> dict[str, Any]:
    return {
        "id": "tgw-1",
        "kind": "transit_gateway",
        "remote_cidrs": ["10.8.0.0/16"],
        "internet_egress": ["52.78.1.1/32"],
    } | fields


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"attached": False}, "does not end in the cluster VPC"),
        ({"kind": "peering"}, "no internet traffic goes through a peering link"),
        ({"internet_egress": []}, "no internet lies behind it"),
        ({"returns": False}, "nothing comes back through it"),
        ({"carries": ["10.8.0.0/16"]}, "carries no internet addresses"),
    ],
)
def test_a_link_without_the_internet_behind_it_is_a_dead_end(fields: dict[str, Any], said: str) -> None:
    trace = way_out("tgw-1", connections=[a_link(**fields)])

    assert trace.disposition is Disposition.NO_ROUTE
    assert said in trace.hops[-1].detail


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"carries": ["52.0.0.0/8"]}, "/cluster/connections[tgw-1]/carries"),
        ({"returns": None}, "/cluster/connections[tgw-1]/returns"),
    ],
)
def test_a_link_of_which_a_part_is_not_known_leaves_the_way_open(fields: dict[str, Any], missing: str) -> None:
    trace = way_out("tgw-1", connections=[a_link(**fields)])

    assert trace.disposition is Disposition.INSUFFICIENT_INFO
    assert missing in trace.missing


def test_a_firewall_that_passes_some_of_the_internet_may_not_pass_the_endpoint() -> None:
    rule = {"direction": "from_cluster", "protocol": "tcp", "from_port": 443, "to_port": 443, "cidrs": ["52.0.0.0/8"]}

    trace = way_out("fw-1", firewalls=[{"id": "fw-1", "allows": [rule], "internet_egress": ["52.78.1.1/32"]}])

    assert trace.disposition is Disposition.INSUFFICIENT_INFO
    assert "/cluster/firewalls[fw-1]/allows" in trace.missing


def test_a_default_route_to_the_vpc_itself_leads_nowhere() -> None:
    trace = way_out("local")

    assert trace.disposition is Disposition.NO_ROUTE
    assert "its default route is local" in trace.hops[-1].detail


def test_what_a_route_leads_to_may_not_be_described() -> None:
    trace = way_out("eni-0123456789abcdef0")

    assert trace.disposition is Disposition.INSUFFICIENT_INFO
    assert "/cluster/route_tables[rtb]/routes" in trace.missing


def test_a_nat_gateway_in_a_subnet_of_unknown_routes_may_lead_out() -> None:
    home = {"id": "home", "cidr": "10.0.64.0/24", "availability_zone": "zone-a"}
    nat = {"id": "nat-1", "subnet": "home", "public_ips": ["13.124.1.10"]}

    trace = way_out("nat-1", more_subnets=[home], nat_gateways=[nat])

    assert trace.disposition is Disposition.INSUFFICIENT_INFO


def test_more_than_four_additional_groups_are_a_contradiction_that_is_named() -> None:
    groups = [{"id": f"sg-{number}", "role": "additional"} for number in range(5)]

    decision = decide(
        load_question({"cluster": {"name": "many", "security_groups": [{"id": "sg", "role": "cluster"}, *groups]}})
    )

    assert "C-4" in {warning.code for warning in decision.warnings}


def test_a_nat_gateway_whose_subnet_has_unknown_routes_leaves_the_way_open() -> None:
    gateway = {"id": "nat-a", "subnet": "public", "public_ips": ["13.124.1.10"]}

    trace = way_out("nat-a", nat_gateways=[gateway], more_subnets=[{"id": "public", "cidr": "10.0.96.0/24"}])

    assert trace.disposition is Disposition.INSUFFICIENT_INFO
    assert trace.missing == ("/cluster/subnets[public]/route_table",)
    assert trace.hops[-1].detail == "not known: whether public has a route to an internet gateway"


def test_a_nat_gateway_behind_a_firewall_shows_the_firewalls_address() -> None:
    """The firewall stands between the gateway's subnet and the internet; without an address there is no way on."""
    nat = {"id": "nat-a", "subnet": "public", "public_ips": ["13.124.1.10"]}
    homes = [{"id": "public", "cidr": "10.0.96.0/24", "route_table": "rtb-public"}]
    tables = [{"id": "rtb-public", "routes": [{"destination": "0.0.0.0/0", "target": "fw-1"}]}]

    def behind(**fields: Any) -> Trace:
        firewalls = [{"id": "fw-1", **fields}]
        return way_out("nat-a", nat_gateways=[nat], more_subnets=homes, more_tables=tables, firewalls=firewalls)

    assert behind(internet_egress=["52.9.9.9"]).disposition is Disposition.ACCEPTED
    assert behind(internet_egress=[]).disposition is Disposition.NO_ROUTE
