"""Between subnets of the VPC: one walk for all that are alike tells nobody anything else than one for each would."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from service.domain.cluster import Cluster, IpFamily
from service.domain.consumer import Consumer
from service.domain.network import NetworkAcl, RouteTable
from service.engine.callers import Caller, caller_of
from service.engine.from_api_server import way_from_api_server
from service.engine.inside_way import Crossing, Side, interfaces_of, kinds_of, pairs
from service.engine.private_way import private_way
from service.engine.scene import Scene
from service.engine.setting import set_scene
from service.engine.targets import Target
from service.engine.ways import Way
from tests.unit.builders import (
    ALLOW_ALL,
    RTB_A,
    RTB_PUBLIC,
    a_cluster,
    a_firewall,
    a_firewall_rule,
    a_group,
    a_range,
    a_rule,
    a_subnet,
    a_table,
    an_acl,
    an_acl_rule,
    nodes,
    ports,
    ranges,
    the_cluster_group,
)

SUBNETS = 12
OPEN = an_acl(name="acl-open")
LOWER_HALF = an_acl(
    name="acl-half",
    ingress=(an_acl_rule(90, ports(0, 65535), "10.0.4.0/22", allows=False), *ALLOW_ALL),
)
NO_REPLIES = an_acl(name="acl-mute", egress=(an_acl_rule(90, ports(2000, 3000), allows=False), *ALLOW_ALL))
MIDDLEBOX = a_table(("0.0.0.0/0", "nat-a"), ("10.0.2.0/24", "fw-1"), ("10.0.3.0/24", "eni-1"), name="rtb-box")


def _cluster(*acls: NetworkAcl | None, tables: tuple[RouteTable, ...] = (RTB_A,), **fields: object) -> Cluster:
    """Twelve subnets that take the ACLs and the tables in turns; the interfaces stand in the first eight."""
    subnets = tuple(
        a_subnet(
            f"subnet-{number:02}",
            f"10.0.{number}.0/24",
            network_acl=acl.id if (acl := acls[number % len(acls)]) else None,
            route_table=tables[number % len(tables)].id,
            ipv6_cidr=a_range(f"2600:1f00:0:{number:x}::/64") if number % 2 else None,
        )
        for number in range(SUBNETS)
    )
    return a_cluster(
        subnets=subnets,
        cluster_subnets=tuple(subnet.id for subnet in subnets[:8]),
        network_acls=tuple(acl for acl in acls if acl),
        route_tables=(*tables, RTB_PUBLIC),
        nat_gateways=(),
        firewalls=(a_firewall(allows=(a_firewall_rule(ports(443), "10.0.2.0/25"),)),),
        **fields,
    )


def _everywhere(**fields: object) -> Consumer:
    return nodes(*(f"subnet-{number:02}" for number in range(4, SUBNETS)), **fields)


CLUSTERS = {
    "no ACLs": _cluster(None),
    "one ACL": _cluster(OPEN),
    "an ACL that tells ranges apart": _cluster(OPEN, LOWER_HALF, None),
    "an ACL that swallows replies": _cluster(OPEN, NO_REPLIES),
    "a middlebox": _cluster(None, tables=(RTB_A, MIDDLEBOX)),
    "a middlebox and ACLs": _cluster(OPEN, LOWER_HALF, tables=(RTB_A, MIDDLEBOX)),
    "IPv6": _cluster(OPEN, LOWER_HALF, ip_family=IpFamily.IPV6),
    "a group for some": _cluster(
        OPEN,
        security_groups=(
            the_cluster_group(a_rule("10.0.4.0/23")),
            a_group("sg-own", a_rule("10.0.0.0/22", on=ports(10250)), egress=(a_rule("10.0.0.0/22", on=ports(443)),)),
        ),
    ),
}
CALLERS = {
    "nodes": _everywhere(),
    "nodes with a group of their own": _everywhere(security_groups=("sg-own",)),
    "nodes with a bridge": _everywhere(host_networks=ranges("10.0.1.0/24")),
}


def _there(scene: Scene, caller: Caller) -> Way:
    return private_way(scene, caller)


def _from_there(scene: Scene, caller: Caller) -> Way:
    return way_from_api_server(scene, Target(caller, 10250, "kubelet"))


@pytest.mark.parametrize("way", [_there, _from_there])
@pytest.mark.parametrize("consumer", CALLERS)
@pytest.mark.parametrize("cluster", CLUSTERS)
def test_what_is_walked_once_for_many_is_what_each_pair_by_itself_would_give(
    cluster: str, consumer: str, way: object
) -> None:
    """A call is accepted only if every pair of subnets is (Reading 3), so the worst of all pairs decides."""
    scene = set_scene(CLUSTERS[cluster])
    caller = caller_of(CALLERS[consumer], scene, frozenset())
    alone = [
        way(replace(scene, cluster_places=(one,), memo={}), caller._replace(places=(other,)))  # type: ignore[operator]
        for one, other in product(scene.cluster_places, caller.places)
    ]

    together = way(scene, caller)  # type: ignore[operator]

    worst = max(each.verdict for each in alone)
    assert together.verdict is worst
    assert together.stage is min(each.stage for each in alone if each.verdict is worst)
    causes = {cause for each in alone if each.verdict is worst for cause in (each.cause, *each.also)}
    assert {together.cause, *together.also} == causes


@pytest.mark.parametrize(("acls", "walked"), [((None,), 1), ((OPEN,), 2), ((OPEN, NO_REPLIES), 6)])
def test_acls_do_not_make_the_walks_grow_with_the_square_of_the_subnets(
    acls: tuple[NetworkAcl | None, ...], walked: int
) -> None:
    """Of the 64 pairs of subnets (8 of the nodes, 8 of the interfaces), one of each kind is walked."""
    scene = set_scene(_cluster(*acls))
    caller = caller_of(_everywhere(), scene, frozenset())

    def seen_as(place, version):  # type: ignore[no-untyped-def]
        return interfaces_of(scene, place, version)

    sides = [Side(places, seen_as, lambda _: None) for places in (caller.places, scene.cluster_places)]

    found = list(pairs(kinds_of(Crossing(scene, *sides, 443))))

    assert len(found) == walked
    told = {(one.id, other.id) for pair in found for one in pair.sources for other in pair.targets}
    assert told == {(one.id, other.id) for one, other in product(caller.places, scene.cluster_places)}
