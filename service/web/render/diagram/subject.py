"""What is drawn of a decision in one mode: the places, who stands there, and the paths between them.

1. Callers of one kind in one place whose paths are alike are one group, with one line for each path.
2. A group in more than three subnets is drawn once, in a row for them all; subnets in which nobody stands and no NAT
   gateway is are told together where they are many.
3. Without the question, places are those that the paths name, and the picture says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.network import Connection, NatGateway, RouteTable
from service.domain.question import Question
from service.engine.callers import consumers_of
from service.engine.gateways import is_egress_only_gateway, is_internet_gateway
from service.engine.scene import Place, Scene, set_scene
from service.web.render.diagram.paths import Ending, Path, Standing, Vantage, in_common, paths, standings

Node = dict[str, Any]

CURRENT = "current"
UNKNOWN_KIND = "consumer"
"""What a caller is whose kind only the question tells."""
MOST_GROUPS = 60
MOST_SUBNETS_EACH = 3
"""In how many subnets a group is drawn one by one."""
MOST_QUIET = 3
"""How many subnets of a zone in which there is nothing to see are drawn one by one."""
_FALLBACK = ("public_and_private", "private", "public")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What of a decision is to be drawn: ``mode`` None is the recommended one, the others None are all."""

    mode: str | None = None
    consumer: str | None = None
    step: int | None = None
    compare: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One mode of a decision as it is drawn.

    ``ranges`` None are not known, or there is no public endpoint; ``awaits`` are consumers whose addresses are to
    stand on the list once they are known.
    """

    cluster: str
    mode: str
    status: str
    is_recommended: bool
    is_current: bool
    has_public: bool
    ranges: tuple[str, ...] | None
    awaits: tuple[str, ...]
    vpc: str
    internet: tuple[Group, ...]
    others: tuple[Group, ...]
    spanning: tuple[Row, ...]
    zones: tuple[tuple[str | None, tuple[Row, ...]], ...]
    links: tuple[Link, ...]
    exits: tuple[tuple[str, str], ...]
    endpoints: tuple[str, ...]
    is_whole: bool
    left_out: int

    @property
    def groups(self) -> tuple[Group, ...]:
        """Everybody who is drawn, each once."""
        rows = [row for _, rows in self.zones for row in rows]
        inside = [group for row in (*self.spanning, *rows) for group in row.groups]
        behind = [group for link in self.links for group in link.groups]
        return tuple(dict.fromkeys((*self.internet, *self.others, *behind, *inside)))


def modes_of(answer: Node) -> tuple[str, ...]:
    """The modes that can be drawn of an answer."""
    return (*(it["mode"] for it in answer["assessments"]), *((CURRENT,) if answer["current"] else ()))


def usual_mode(answer: Node) -> str:
    """The recommended mode; without one the present setting, and without that public and private."""
    if answer["recommendation"]:
        return str(answer["recommendation"]["mode"])
    return CURRENT if answer["current"] else _FALLBACK[0]


def consumers_in(answer: Node) -> tuple[str, ...]:
    """The names of the consumers whose paths an answer tells."""
    steps = answer["assessments"][0]["traffic_path"]
    return tuple(dict.fromkeys(flow["consumer"] for step in steps for flow in step["flows"]))


def subject_of(answer: Node, question: Question | None, mode: str, wanted: Excerpt) -> Subject:
    """One mode of an answer, with the network of its question if that is known."""
    assessment = answer["current"] if mode == CURRENT else _assessed(answer, mode)
    scene = set_scene(question.cluster) if question else None
    subnets = [*scene.places] if scene else []
    where = standings(assessment["traffic_path"], subnets)
    told = paths(assessment["traffic_path"], where, frozenset(scene.nats) if scene else frozenset())
    drawn = [path for path in told if wanted.consumer in (None, path.consumer) and wanted.step in (None, path.step)]
    kinds = {it.name: it.kind.value for it in consumers_of(question.consumers)[0]} if question else {}
    groups = _grouped(drawn, kinds)
    kept = _most_telling(groups)
    chosen, current = answer["recommendation"], answer["current"]
    inside = [group for group in kept if group.standing.vantage is Vantage.SUBNETS]
    spanning, zones = _rows(scene, inside, drawn)
    return Subject(
        cluster=answer["cluster"]["name"],
        mode=assessment["mode"],
        status=assessment["status"],
        is_recommended=bool(chosen and mode != CURRENT and chosen["mode"] == mode),
        is_current=bool(mode == CURRENT or (current and current["mode"] == mode and _same_list(assessment, current))),
        has_public=assessment["mode"] != "private",
        ranges=_ranges(assessment, question),
        awaits=tuple((assessment["allow_list"] or {"awaits": ()})["awaits"]),
        vpc=", ".join(str(cidr) for cidr in (scene.cluster.vpc.cidrs or ())) if scene else "",
        internet=tuple(group for group in kept if group.standing.vantage is Vantage.INTERNET),
        others=tuple(group for group in kept if group.standing.vantage is Vantage.OTHER),
        spanning=spanning,
        zones=zones,
        links=_links(scene, kept, drawn),
        exits=_exits(scene, drawn),
        endpoints=_endpoints(scene),
        is_whole=scene is not None,
        left_out=sum(len(group.names) for group in groups) - sum(len(group.names) for group in kept),
    )


def _assessed(answer: Node, mode: str) -> Node:
    return next(it for it in answer["assessments"] if it["mode"] == mode)


def _same_list(assessment: Node, current: Node) -> bool:
    listed = assessment["allow_list"]
    if assessment["mode"] == "private" or listed is None:
        return True
    return bool([it["cidr"] for it in listed["entries"]] == current["public_access_cidrs"])


def _ranges(assessment: Node, question: Question | None) -> tuple[str, ...] | None:
    """The list that the mode is assessed with; None if it is not known or there is no public endpoint."""
    if assessment["mode"] == "private":
        return None
    listed = assessment["allow_list"]
    if listed is not None:
        return tuple(it["cidr"] for it in listed["entries"])
    given = assessment.get("public_access_cidrs")
    if given is None and "public_access_cidrs" not in assessment and question is not None:
        access = question.cluster.endpoint_access
        given = [str(it) for it in access.public_access_cidrs] if access and access.knows_list else None
    return None if given is None else tuple(given) or ("0.0.0.0/0",)


def _grouped(drawn: Iterable[Path], kinds: dict[str, str]) -> list[Group]:
    of_each: dict[str, list[Path]] = {}
    for path in drawn:
        of_each.setdefault(path.consumer, []).append(path)
    alike: dict[object, list[str]] = {}
    for name in sorted(of_each):
        own = of_each[name]
        key = (kinds.get(name, UNKNOWN_KIND), own[0].standing, tuple(path.likeness() for path in own))
        alike.setdefault(key, []).append(name)
    return [_group([of_each[name] for name in names], kinds) for names in alike.values()]


def _group(members: Sequence[Sequence[Path]], kinds: dict[str, str]) -> Group:
    """Callers whose paths are alike, told by those of the first in words that are true of each."""
    names = tuple(paths[0].consumer for paths in members)
    shared = tuple(in_common(same) for same in zip(*members, strict=True))
    return Group(names=names, kind=kinds.get(names[0], UNKNOWN_KIND), standing=members[0][0].standing, paths=shared)


def _most_telling(groups: Sequence[Group]) -> list[Group]:
    """All groups, or of too many first those with a path that does not arrive."""
    ranked = sorted(groups, key=lambda group: all(path.ending is Ending.ARRIVES for path in group.paths))
    kept = {id(group) for group in ranked[:MOST_GROUPS]}
    return [group for group in groups if id(group) in kept]


def _rows(
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
    """What kind of subnet the default route makes, as people call it; nothing where no table is known."""
    if table is None:
        return ""
    targets = {r.target for r in table.routes if r.destination is not None and not r.destination.prefixlen}
    if any(is_internet_gateway(target) for target in targets):
        return "public"
    if targets & scene.nats.keys():
        return "nat"
    return "link" if targets else "isolated"


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


def _links(scene: Scene | None, groups: Sequence[Group], drawn: Sequence[Path]) -> tuple[Link, ...]:
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


def _exits(scene: Scene | None, drawn: Sequence[Path]) -> tuple[tuple[str, str], ...]:
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
        found |= {("firewall", name) for name in scene.firewalls}
    order = ("internet_gateway", "egress_only_internet_gateway", "firewall", "proxy")
    return tuple(sorted(found, key=lambda it: (order.index(it[0]), it[1])))


def _endpoints(scene: Scene | None) -> tuple[str, ...]:
    if scene is None:
        return ()
    endpoints = scene.cluster.vpc.endpoints or ()
    return tuple(sorted({f"{it.service} (gateway)" if it.kind == "gateway" else it.service for it in endpoints}))
