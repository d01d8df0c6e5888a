"""From one subnet of the VPC to another, and which subnets no such way tells apart.

1. The local route leads there (F-3.6), unless a narrower one within the VPC sends the packet through a middlebox
   or astray (F-6.8).
2. A pair of subnets is walked once for all that are like it. Subnets are alike if they have the same ACL, and the
   same table where it routes within the VPC, and if no ACL and no such table on the other side answers for their
   ranges differently. So the pairs that are walked do not grow with the square of the subnets, however many ACLs
   there are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from service.domain.addresses import Addresses
from service.domain.network import EPHEMERAL_PORTS, Direction, Route, RouteTable
from service.domain.trace import Action, Disposition
from service.engine.filters import Party, References
from service.engine.gates import Call, Gate, Stage, closed, firewall, opened
from service.engine.routes import lookup
from service.engine.scene import Place, Scene
from service.engine.ways import classes, named

Routes = tuple[tuple[Route | None, Addresses], ...]


class Side(NamedTuple):
    """One end of a way: its subnets, each as the other side's filters see it, and what else tells them apart."""

    places: Sequence[Place]
    seen_as: Callable[[Place, int], Party]
    trait: Callable[[Place], Hashable]


class Crossing(NamedTuple):
    """What goes from one side to the other: to a TCP port, by the IP versions that it may use."""

    scene: Scene
    sender: Side
    taker: Side
    port: int
    versions: tuple[int, ...] = (4,)


class Pair(NamedTuple):
    """Subnets from and to which a way is the same, with the two that are walked for all of them."""

    sources: Sequence[Place]
    targets: Sequence[Place]
    source: Place
    target: Place
    label: str


class Kinds(NamedTuple):
    """The subnets of both sides, those together that nothing on either side tells apart."""

    sources: list[list[Place]]
    targets: list[list[Place]]


def kinds_of(crossing: Crossing) -> Kinds:
    """What kinds of subnets there are on the two sides."""
    return Kinds(classes_of(crossing, is_sender=True), classes_of(crossing, is_sender=False))


def pairs(kinds: Kinds) -> Iterator[Pair]:
    """Every kind of way between the two sides; no ACL stands between interfaces in one subnet (F-3.19)."""
    sources, targets = kinds
    for alike in sources:
        for others in targets:
            label = named(alike) if len(targets) == 1 else f"{named(alike)} to {named(others)}"
            source, target = alike[0], others[0]
            if source.acl or target.acl:
                yield from _around_acls(alike, others, label)
            else:
                yield Pair(alike, others, source, target, label)


def _around_acls(sources: Sequence[Place], targets: Sequence[Place], label: str) -> Iterator[Pair]:
    apart = next(((one, other) for one in sources for other in targets if one.id != other.id), None)
    if apart is not None:
        yield Pair(sources, targets, *apart, label)
    names = {place.id for place in targets}
    shared = [place for place in sources if place.id in names]
    if shared:
        within = f"{named(shared)} to {'itself' if len(shared) == 1 else 'itself each'}"
        yield Pair(shared, shared, shared[0], shared[0], within)


def classes_of(crossing: Crossing, *, is_sender: bool) -> list[list[Place]]:
    """The subnets of one side, those together that nothing on either side tells apart."""
    mine, other = (crossing.sender, crossing.taker) if is_sender else (crossing.taker, crossing.sender)
    facing = devices_of(other.places)

    def alike(place: Place) -> Hashable:
        met = tuple(
            _met(crossing, device, mine.seen_as(place, version), comes_in=is_sender)
            for version in crossing.versions
            for device in facing
        )
        return mine.trait(place), _stands_behind(place), met

    return classes(mine.places, alike)


def devices_of(places: Iterable[Place]) -> list[Place]:
    """One subnet for each ACL, and each table that routes within the VPC, that stands before any of them."""
    apart = {_stands_behind(place): place for place in places if place.acl or place.has_inside_routes}
    return list(apart.values())


def _stands_behind(place: Place) -> tuple[str | None, str | None]:
    """What of a subnet's own meets its packets: the ACL, and the table if it routes within the VPC."""
    inside = place.table.id if place.table and place.has_inside_routes else None
    return (place.acl.id if place.acl else None, inside)


def _met(crossing: Crossing, device: Place, party: Party, *, comes_in: bool) -> Hashable:
    """What the ACL and the table of a subnet on the other side make of packets from or to a party, and of replies."""
    scene, port = crossing.scene, crossing.port
    key = ("met", _stands_behind(device), party.addresses, party.is_every, party.version, port, comes_in)
    if key not in scene.memo:
        way, back = (Direction.IN, Direction.OUT) if comes_in else (Direction.OUT, Direction.IN)
        acl = device.acl
        filtered = acl and (
            scene.acl_verdict(acl, way, (port, port), party),
            scene.acl_verdict(acl, back, EPHEMERAL_PORTS, party),
        )
        routed = [(gate.verdict, gate.hop) for gate in within_vpc(scene, device, party.addresses, "", port=port)]
        scene.memo[key] = (filtered, tuple(routed))
    return scene.memo[key]  # type: ignore[no-any-return]


def interfaces_of(scene: Scene, place: Place, version: int) -> Party:
    """The endpoint network interfaces in a cluster subnet, as filters on the other side see them."""
    return Party(place.addresses(version), False, scene.interface_groups.ids, References.MATCH, version)


def range_of(place: Place, version: int) -> str:
    """The field that says where a subnet's addresses of a family lie."""
    return f"/cluster/subnets[{place.id}]/{'cidr' if version == 4 else 'ipv6_cidr'}"


def within_vpc(
    scene: Scene,
    source: Place,
    target: Addresses | None,
    what: str,
    cause: str = "link-firewall-blocks-443",
    port: int = 443,
) -> list[Gate]:
    """The route from one subnet of the VPC to another: local, unless a narrower route says otherwise."""
    name = source.table.id if source.table else source.id
    kind = "route_table" if source.table else "subnet"
    if source.table is None or target is None or not source.has_inside_routes:
        return [_locally(name, kind, what)]
    gates: list[Gate] = []
    for route, part in _looked_up(scene, source.table, target):
        if route is None or route.target == "local":
            continue
        device = scene.firewalls.get(route.target)
        if device is not None and not route.is_blackhole:
            call = Call(direction="from_cluster", port=port, far_side=Party(part), cause=cause, stage=Stage.ROUTE)
            checked = firewall(device, call)
            gates.append(
                checked if checked.hop else opened(Stage.ROUTE, device.id, "firewall", f"leads on to {what}", "F-3.6")
            )
        else:
            detail = f"sends {', '.join(part.texts()[:2])} to {route.target} and not to {what}"
            gates.append(
                closed(
                    Stage.ROUTE,
                    name,
                    kind,
                    detail,
                    "no-private-network-path-between-vpcs",
                    Disposition.NO_ROUTE,
                    "F-6.8",
                )
            )
    return gates or [_locally(name, kind, what)]


def _looked_up(scene: Scene, table: RouteTable, target: Addresses) -> Routes:
    """Where a table sends what goes to addresses in the VPC, looked up once for all who stand behind it."""
    key = ("lookup", table.id, target)
    found: Routes | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = lookup(table, scene.vpc_addresses | target, target)
    return found


@lru_cache(maxsize=1024)
def _locally(name: str, kind: str, what: str) -> Gate:
    return opened(Stage.ROUTE, name, kind, f"the local route leads to {what}", "F-3.6", action=Action.ROUTED)
