"""From a subnet of the VPC to the internet: the default route and what lies behind it (13.2).

1. The caller's groups and its subnet's ACL let the call out.
2. The default route leads to a gateway that leads on (`gateways`).
3. The ACLs let the replies in (F-3.19).

The public endpoint asks for this way, and so does every AWS service without a VPC endpoint (section 8).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from service.domain.addresses import Addresses
from service.domain.network import Direction, Route, RouteTable
from service.domain.trace import Action, Assumption
from service.engine.callers import Caller
from service.engine.filters import Party
from service.engine.gates import FarSide, Gate, Stage, acl, opened, own_groups, replies, unknown
from service.engine.gateways import (
    HTTPS,
    NO_WAY_OUT,
    Exit,
    defaults,
    egress_only_gateway,
    firewall_egress,
    internet_gateway,
    is_egress_only_gateway,
    is_internet_gateway,
    link_egress,
    nat_gateway,
    no_way,
    seen_by_nat,
)
from service.engine.routes import PUBLIC_INTERNET, has_unread_routes, narrower_public_routes
from service.engine.scene import Place, Scene
from service.engine.ways import classes


def leaving_alike(scene: Scene, places: Sequence[Place]) -> list[list[Place]]:
    """Subnets that nothing tells apart on their way out, whoever leaves; found once for all who stand in them."""
    key = ("leaving alike", tuple(map(id, places)))  # what is kept holds the subnets, so their ids stay theirs
    found: list[list[Place]] | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = classes(places, lambda place: _trait(scene, place))
    return found


def _trait(scene: Scene, place: Place) -> Hashable:
    """What tells subnets apart on their way out; subnets that it does not have the same."""
    subnet, acl = place.subnet, place.acl
    if place.table is None or scene.is_dual_stack:
        return place.id
    own = (place.table.id, subnet.is_excluded_from_block, subnet.assigns_public_ip, acl.id if acl else None)
    return own, seen_by_nat(scene, place) if scene.has_acls else None


def egress(scene: Scene, caller: Caller, place: Place, version: int) -> tuple[tuple[Gate, ...], Exit]:
    """The gates from a subnet to the internet; what an AWS service's public address asks for as well."""
    key = ("egress", caller.reference, place.id, version)
    kept: tuple[tuple[Gate, ...], Exit] | None = scene.memo.get(key)
    if kept is None:
        kept = scene.memo[key] = _egress(scene, caller, place, version)
    return kept


def _egress(scene: Scene, caller: Caller, place: Place, version: int) -> tuple[tuple[Gate, ...], Exit]:
    there = Party(PUBLIC_INTERNET[version], is_every=False, version=version)
    side = FarSide(party=there, words="the internet", settled_by=place.settled_by)
    left = way_out(scene, caller, place, version)
    back = replies(scene, place, Direction.IN, side, ours=True)
    gates = (
        own_groups(caller, scene, there, 443, "the public endpoint"),
        acl(scene, Stage.OWN_ACL, place, Direction.OUT, HTTPS, side, ours=True),
        *left.gates,
    )
    return gates, Exit(left.gates, left.source, (*left.gates_back, back), left.leaves_aws_network)


def way_out(scene: Scene, caller: Caller, place: Place, version: int) -> Exit:
    """Where the subnet's default route leads, and whether the internet lies there."""
    stated = caller.egress
    if isinstance(stated, Addresses) and not stated:
        return Exit((no_way(f"egress of {caller.consumer.name}", "consumer", "it has no internet", version),))
    table = place.table
    if table is None:
        where = f"where {place.id} sends traffic for the internet"
        gate = unknown(Stage.ROUTE, place.id, "subnet", where, NO_WAY_OUT, (place.settled_by,), "F-4.2")
        return Exit((gate,), stated)
    routes = defaults(scene, table, version)
    missing = (f"/cluster/route_tables[{table.id}]/routes",)
    route = routes[0] if len(routes) == 1 else None
    if route is None or route.is_blackhole:
        may_lead = len(routes) > 1 or has_unread_routes(table) or narrower_public_routes(table, version)
        if may_lead and not (route and route.is_blackhole):
            detail = "whether the routes that it has lead to the public endpoint's addresses"
            return Exit((unknown(Stage.ROUTE, table.id, "route_table", detail, NO_WAY_OUT, missing, "F-4.2"),), stated)
        detail = "its default route is a blackhole" if route else "it has no route to the internet"
        return Exit((no_way(table.id, "route_table", detail, version, caller),))
    return _over(scene, caller, place, route, version)


def _over(scene: Scene, caller: Caller, place: Place, route: Route, version: int) -> Exit:
    """Over the default route; only an internet gateway asks who is calling, so the rest is kept."""
    if is_internet_gateway(route.target):
        left = internet_gateway(scene, caller, place, version)
        left = left._replace(gates=(_routed(place, route, version), *left.gates))
    else:
        key = ("out", place.id, version, caller.consumer.prefers_ipv6)
        kept: Exit | None = scene.memo.get(key)
        if kept is None:
            kept = _onward(scene, caller, place, route, version)
            kept = scene.memo[key] = kept._replace(gates=(_routed(place, route, version), *kept.gates))
        left = kept
    return left if caller.egress is None else left._replace(source=caller.egress)


def _onward(scene: Scene, caller: Caller, place: Place, route: Route, version: int) -> Exit:
    target, name = route.target, place.table.id if place.table else place.id
    if target in scene.nats:
        return nat_gateway(scene, place, scene.nats[target], version)
    if is_egress_only_gateway(target):
        return egress_only_gateway(scene, caller, place, version)
    if target in scene.connections:
        return link_egress(scene.connections[target], version)
    if target in scene.firewalls:
        return firewall_egress(scene.firewalls[target], version)
    if target == "local":
        return Exit((no_way(name, "route_table", "its default route is local", version, caller),))
    detail, missing = f"what {target} is", (f"/cluster/route_tables[{name}]/routes",)
    return Exit((unknown(Stage.ROUTE, target, "gateway", detail, NO_WAY_OUT, missing, "F-4.2"),))


def _routed(place: Place, route: Route, version: int) -> Gate:
    name = place.table.id if place.table else place.id
    detail = f"sends {route.destination} to {route.target}"
    routed = opened(Stage.ROUTE, name, "route_table", detail, "F-4.2", action=Action.ROUTED)
    if place.table is None or not narrower_public_routes(place.table, version):
        return routed
    return routed._replace(assumptions=(_follows_default(place.table),))


def _follows_default(table: RouteTable) -> Assumption:
    return Assumption(
        code="endpoint-follows-default-route",
        field=f"/cluster/route_tables[{table.id}]/routes",
        sentence=f"the public endpoint's addresses are taken to follow the default route of {table.id}, and none of "
        "its narrower routes to public ranges",
        facts=("F-2.15",),
    )
