"""The places of a picture: the rows of the VPC, the links, and what leads out of it, with who stands where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.network import Connection, NatGateway, RouteTable
from service.engine.gateways import is_egress_only_gateway, is_internet_gateway
from service.engine.scene import Place, Scene
from service.web.render.diagram.paths import Path, Standing, Vantage

MOST_SUBNETS_EACH = 3
"""In how many subnets a group is drawn one by one."""
MOST_IDLE = 3
"""How many firewalls are drawn that no path takes."""
MOST_QUIET = 3
"""How many subnets of a zone in which there is nothing to see are drawn one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Callers that are drawn as one, with the paths that each of them has."""

    names: tuple[str, ...]
    kind: str
    standing: Standing
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A subnet, or several told together: ``names`` are theirs, ``nats`` the NAT gateways in it."""

    names: tuple[str, ...]
    cidr: str = ""
    routing: str = ""
    zone: str | None = None
    interfaces: int = 0
    nats: tuple[tuple[str, str], ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A network behind a link, and the gateway at which the link ends; ``id`` None was not named."""

    id: str | None
    kind: str
    ranges: str = ""
    is_attached: bool = True
    groups: tuple[Group, ...] = ()


def rows_of_vpc(
    scene: Scene | None, groups: Sequence[Group], drawn: Sequence[Path]
) -> tuple[tuple[Row, ...], tuple[tuple[str | None, tuple[Row, ...]], ...]]:
    """The rows of the VPC: those of groups in many subnets, and the subnets by zone."""
    wide: dict[tuple[str, ...], list[Group]] = {}
    of_subnet: dict[str, list[Group]] = {}
    for group in groups:
        names = group.standing.names
        if len(names) > MOST_SUBNETS_EACH:
            wide.setdefault(names, []).append(group)
        else:
            for name in names:
                of_subnet.setdefault(name, []).append(group)
    spanning = tuple(Row(names=names, groups=tuple(those)) for names, those in sorted(wide.items()))
    by_zone: dict[str, list[Row]] = {}
    for row in _subnets(scene, of_subnet, drawn):
        by_zone.setdefault(row.zone or "", []).append(row)
    zones = sorted(by_zone.items(), key=lambda item: (item[0] == "", item[0]))
    return spanning, tuple((zone or None, tuple(_told_together(rows))) for zone, rows in zones)


def _subnets(scene: Scene | None, groups: dict[str, list[Group]], drawn: Sequence[Path]) -> list[Row]:
    nats = _nats_by_subnet(scene, drawn)
    places = dict(scene.places) if scene else {}
    interfaces = {place.id for place in scene.cluster_places} if scene else set()
    if scene and not places:
        places = {place.id: place for place in scene.cluster_places}
    names = [*places, *sorted({*groups, *(name for name in nats if name)} - places.keys())]
    rows = [
        Row(
            names=(name,),
            cidr=_cidrs(places.get(name)),
            routing=_routing(places[name].table, scene) if name in places and scene else "",
            zone=places[name].subnet.availability_zone if name in places else None,
            interfaces=1 if name in interfaces else 0,
            nats=tuple(nats.get(name, ())),
            groups=tuple(groups.get(name, ())),
        )
        for name in names
    ]
    if "" in nats:
        rows.append(Row(names=(), nats=tuple(nats[""])))
    return rows


def _nats_by_subnet(scene: Scene | None, drawn: Sequence[Path]) -> dict[str, list[tuple[str, str]]]:
    """The NAT gateways by the subnet in which they stand, with their addresses; those of nowhere under no name."""
    found: dict[str, list[tuple[str, str]]] = {}
    described: dict[str, NatGateway] = scene.nats if scene else {}
    passed = {name for path in drawn for name in path.nats}
    for name in sorted({*described, *passed}):
        nat = described.get(name)
        subnet = nat.subnet if nat and nat.subnet else ""
        addresses = ", ".join(str(it.network_address) for it in (nat.public_ips or ())) if nat else ""
        found.setdefault(subnet, []).append((name, addresses))
    return found


def _cidrs(place: Place | None) -> str:
    if place is None:
        return ""
    return ", ".join(str(it) for it in (place.subnet.cidr, place.subnet.ipv6_cidr) if it is not None)


def _routing(table: RouteTable | None, scene: Scene) -> str:
    """What kind of subnet the default routes make, as people call it; nothing where that is not known."""
    if table is None:
        return ""
    targets = {
        route.target
        for route in table.routes
        if route.destination is not None and not route.destination.prefixlen and not route.is_blackhole
    }
    kinds = (
        ("public", any(is_internet_gateway(target) for target in targets)),
        ("nat", bool(targets & scene.nats.keys())),
        ("firewall", bool(targets & scene.firewalls.keys())),
        ("link", bool(targets & scene.connections.keys())),
        ("egress_only", any(is_egress_only_gateway(target) for target in targets)),
        ("isolated", not targets and all(route.destination is not None for route in table.routes)),
    )
    return next((kind for kind, applies in kinds if applies), "")


def _told_together(rows: Sequence[Row]) -> list[Row]:
    busy = [row for row in rows if row.groups or row.nats]
    quiet = [row for row in rows if not row.groups and not row.nats]
    if len(quiet) <= MOST_QUIET:
        return list(rows)
    alike: dict[tuple[str, int], list[Row]] = {}
    for row in quiet:
        alike.setdefault((row.routing, row.interfaces), []).append(row)
    told = [
        Row(
            names=tuple(name for row in same for name in row.names),
            cidr=same[0].cidr if len(same) == 1 else "",
            routing=routing,
            zone=same[0].zone,
            interfaces=sum(row.interfaces for row in same),
        )
        for (routing, _), same in alike.items()
    ]
    return [*busy, *told]


def links_of(scene: Scene | None, groups: Sequence[Group], drawn: Sequence[Path]) -> tuple[Link, ...]:
    """The links that were described or are passed, each with who stands behind it."""
    described: dict[str, Connection] = scene.connections if scene else {}
    behind: dict[str | None, list[Group]] = {}
    for group in groups:
        if group.standing.vantage is Vantage.LINK:
            behind.setdefault(next(iter(group.standing.names), None), []).append(group)
    passed = {path.exit[1] for path in drawn if path.exit and path.exit[0] == "connection"}
    names = sorted({*described, *passed, *(name for name in behind if name is not None)})
    links = [
        Link(
            id=name,
            kind=described[name].kind if name in described else "connection",
            ranges=", ".join(str(it) for it in described[name].remote_cidrs or ()) if name in described else "",
            is_attached=described[name].is_attached if name in described else True,
            groups=tuple(behind.get(name, ())),
        )
        for name in names
    ]
    if None in behind:
        links.append(Link(id=None, kind="connection", is_attached=False, groups=tuple(behind[None])))
    return tuple(links)


def exits_of(scene: Scene | None, drawn: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """What leads out of the VPC at its edge: by its routes, and by the paths; links stand elsewhere."""
    targets = (
        {route.target for place in scene.places.values() if place.table for route in place.table.routes}
        if scene
        else set()
    )
    found = {path.exit for path in drawn if path.exit and path.exit[0] != "connection"}
    if any(is_internet_gateway(target) for target in targets) or any(path.nats and path.exit for path in drawn):
        found.add(("internet_gateway", "internet gateway"))
    if any(is_egress_only_gateway(target) for target in targets):
        found.add(("egress_only_internet_gateway", "egress-only internet gateway"))
    if scene:
        found |= {("firewall", name) for name in sorted(scene.firewalls)[:MOST_IDLE]}
    order = ("internet_gateway", "egress_only_internet_gateway", "firewall", "proxy")
    return tuple(sorted(found, key=lambda it: (order.index(it[0]), it[1])))


def endpoints_of(scene: Scene | None) -> tuple[str, ...]:
    """The VPC endpoints by service."""
    if scene is None:
        return ()
    endpoints = scene.cluster.vpc.endpoints or ()
    return tuple(sorted({f"{it.service} (gateway)" if it.kind == "gateway" else it.service for it in endpoints}))
