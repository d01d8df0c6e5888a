"""Where everything is: columns first, then rows from top to bottom.

1. From the left: networks behind links, the VPC, the AWS-managed VPC. From the top: the internet, other networks,
   Amazon's network outside the VPC, the VPC. So the further up a path lies, the further out it leads.
2. What goes to the interfaces leaves its caller to the right, straight; what goes out of the VPC leaves to the left,
   by the NAT gateways and up through a gateway on the VPC's edge.
3. The two doors stand above each other: the public access CIDRs before the load balancer, and the interfaces.
4. Lines run upright only in channels without texts, each on a track of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.web.render.diagram import words
from service.web.render.diagram.glyphs import clean, fitted, width
from service.web.render.diagram.lanes import SMALL, Lane, lane_of, lies_beyond
from service.web.render.diagram.paths import Halt, Path
from service.web.render.diagram.places import Group, Row
from service.web.render.diagram.shapes import Area, Box, Label, Sheet
from service.web.render.diagram.subject import Subject
from service.web.render.diagram.words import Say

EDGE = 20.0
TRACK = 9.0
BOX_WIDTH = 190.0
"""Networks and callers on the left."""
MOST_HEADING = 520.0
"""As much room as is made for what stands above a subnet."""
MOST_TEXT = 380.0
"""As much room as is made for what is written along a path; the rest is in its hint."""


@dataclass(slots=True, eq=False)
class Way:
    """What leaves the VPC together: paths that are alike from the first gateway on, with where each begins."""

    lane: Lane
    group: Group
    is_inside: bool
    starts: list[tuple[float, float]] = field(default_factory=list)
    inner: float = 0  # the track to the NAT gateways
    outer: float = 0  # the track to the edge

    @property
    def path(self) -> Path:
        """One of them."""
        return self.lane.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where the columns are."""

    vpc: float
    link_track: float
    zones: float
    left: float
    inner_track: float
    chip: float
    chip_width: float
    right: float
    rail: float
    aws: float
    band_text: float
    out_text: float
    width: float


@dataclass(slots=True)
class Plan:
    """All that is known of a panel before anything has a place from the top."""

    subject: Subject
    say: Say
    sheet: Sheet = field(default_factory=Sheet)
    ways: dict[object, Way] = field(default_factory=dict)
    stations: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def lane(self, path: Path, group: Group) -> Lane:
        """The lane of a path."""
        return lane_of(path, group, self.say)

    def way(self, path: Path, group: Group) -> Way:
        """The way out of a path, which others may share."""
        return self.ways[way_key(path, group)]

    @property
    def out(self) -> list[Way]:
        """Ways that cross the VPC's edge, or end there."""
        return [it for it in self.ways.values() if it.is_inside and it.path.halt not in (Halt.OWN, Halt.NAT)]

    @property
    def inner(self) -> list[Way]:
        """Ways that go to NAT gateways."""
        return [it for it in self.ways.values() if it.is_inside and it.path.nats and it.path.halt is not Halt.OWN]

    @property
    def links(self) -> list[Way]:
        """Ways of callers behind links, by their own egress."""
        return [it for it in self.ways.values() if not it.is_inside]


def way_key(path: Path, group: Group) -> object:
    """What paths have in common that leave together; callers behind links have each their own."""
    if path.standing.names and path.exit is None and not path.nats:
        return group.names, path.step, path.port, path.purpose
    is_alike = (path.step, path.nats, path.exit, path.halt, path.ending, path.cause, path.reach, path.through)
    return (*is_alike, path.missing, path.last.component, path.last.detail)


def text(sheet: Sheet, x: float, y: float, said: str, room: float, **how: object) -> None:
    """Puts a text down, as much of it as there is room for, and all of it as its hint if that is not all."""
    said = clean(said)
    size, bold = float(how.get("size", 12.0)), bool(how.get("bold"))  # type: ignore[arg-type]
    shown = fitted(said, size, room, bold=bold)
    hint = said if shown != said else ""
    sheet.put(Label(x=x, y=y, text=shown, hint=hint, **how))  # type: ignore[arg-type]


def chip(sheet: Sheet, area: Area, group: Group, say: Say) -> None:
    """The box of a group of callers: their names and what they are."""
    names = ", ".join(clean(name) for name in group.names)
    room = area.width - 20
    shown = names
    if len(group.names) > 1 and width(names, 12, bold=True) > room:
        more = say(words.MORE.format(count=len(group.names) - 1))
        first = fitted(clean(group.names[0]), 12, room - width(f" {more}", 12, bold=True), bold=True)
        shown = f"{first} {more}"
    kind = say(words.KINDS[group.kind])
    sheet.put(Box(area=area, style="chip", radius=8, hint=f"{names} ({kind})"))
    middle = area.y + area.height / 2
    sheet.put(
        Label(x=area.x + 10, y=middle - 2, text=fitted(shown, 12, room, bold=True), bold=True, hint=names),
        Label(x=area.x + 10, y=middle + 13, text=fitted(kind, SMALL, room), size=SMALL, style="soft"),
    )


def rights(row_groups: Sequence[Group], plan: Plan) -> list[Lane]:
    """The lanes to and from the interfaces of all groups."""
    return [plan.lane(path, group) for group in row_groups for path in group.paths if not path.goes_out]


def rows_of(subject: Subject) -> list[Row]:
    """All rows of the VPC."""
    return [*subject.spanning, *(row for _, rows in subject.zones for row in rows)]


def heading_of(row: Row, say: Say) -> tuple[str, str]:
    """What stands above a subnet, or above several: the names, then the ranges and where they lead."""
    names = ", ".join(clean(name) for name in row.names)
    title = names if row.names else say(words.NO_SUBNET)
    if len(row.names) > 1:
        template = words.IN_SUBNETS if row.groups else words.MORE_SUBNETS
        title = say(template.format(count=len(row.names), names=names))
    routing = say(words.ROUTINGS[row.routing]) if row.routing else ""
    return title, " · ".join(part for part in (clean(row.cidr), routing) if part)


def _heading_needs(row: Row, say: Say) -> float:
    title, notes = heading_of(row, say)
    return min(width(title, 12, bold=True) + width(notes, SMALL) + 86, MOST_HEADING)


def columns_of(plan: Plan) -> Columns:
    """Columns as wide as what stands in them needs."""
    rows = rows_of(plan.subject)
    inside = [group for row in rows for group in row.groups]
    outward = [it for it in plan.out if lies_beyond(it.path) and it.path.halt is not Halt.EXIT]
    is_indented = bool(plan.links or outward or any(link.groups for link in plan.subject.links))
    gap = 48.0 + (len(plan.links) * TRACK + 8 if plan.links else 0)
    vpc = EDGE + (BOX_WIDTH + gap if is_indented else 0)
    zones = _tracks(plan, vpc)
    left = _left_of_callers(plan, rows)
    inner = zones + 20 + left
    chip_at = inner + (len(plan.inner) * TRACK + 30 if plan.inner or left else 34 if _leaves(inside) else 0)
    chip_width = max([120.0, *(min(_chip_needs(group, plan.say), 190) for group in inside)])
    right = chip_at + chip_width
    band_text = max(vpc - 2 if is_indented else EDGE + BOX_WIDTH + 40, zones + 26 if outward else 0.0)
    out_text = max(zones + 26, vpc + 24, band_text if plan.links else 0)
    needs = max([0.0, *(it.needs for it in rights(inside, plan))])
    rail = max(
        right + max(150.0, min(needs, MOST_TEXT) + 56),
        _bands_need(plan, band_text, out_text),
        *(chip_at + _heading_needs(row, plan.say) for row in rows),
        chip_at + 330,
        vpc + 420,
        *(at + wide + 20 for at, wide in plan.stations.values()),
    )
    return Columns(
        vpc=vpc,
        link_track=EDGE + BOX_WIDTH + 34,
        zones=zones,
        left=zones + 20,
        inner_track=inner + 12,
        chip=chip_at,
        chip_width=chip_width,
        right=right,
        rail=rail,
        aws=rail + 46,
        band_text=band_text,
        out_text=out_text,
        width=rail + 46 + 150 + EDGE,
    )


def _left_of_callers(plan: Plan, rows: Sequence[Row]) -> float:
    """How much room NAT gateways take, and what is written of ways out that end where they begin."""
    gateways = 132.0 if any(row.nats for row in rows) else 0.0
    groups = [group for row in rows for group in row.groups]
    early = [plan.lane(p, g) for g in groups for p in g.paths if p.goes_out and p.halt is Halt.OWN]
    return max([gateways, *(min(it.needs + 46, 260) for it in early)])


def _leaves(groups: Sequence[Group]) -> bool:
    return any(path.goes_out for group in groups for path in group.paths)


def _chip_needs(group: Group, say: Say) -> float:
    names = ", ".join(clean(name) for name in group.names)
    return 20 + max(width(names, 12, bold=True), width(say(words.KINDS[group.kind]), SMALL))


def _tracks(plan: Plan, vpc: float) -> float:
    """Gives every way out its track and every gateway on the edge its place; returns where the zones begin."""
    used: dict[tuple[str, str], list[Way]] = {key: [] for key in plan.subject.exits}
    for way in plan.out:  # a link that leads to the internet stands at the edge as well
        used.setdefault(way.path.exit or ("gateway", "gateway"), []).append(way)
    at, end = vpc + 18, vpc + 4
    for key in sorted(used, key=lambda it: not used[it]):
        wide = width(station_name(key, plan.say), SMALL) + 20 + len(used[key]) * TRACK + (8 if used[key] else 0)
        plan.stations[key] = (at, wide)
        for number, way in enumerate(sorted(used[key], key=lambda it: not lies_beyond(it.path))):
            way.outer = at + 14 + number * TRACK
            end = way.outer
        at += wide + 10
    return end + 14


def station_name(key: tuple[str, str], say: Say) -> str:
    """What stands on a gateway at the VPC's edge; one with a name of its own says what it is before it."""
    kind, name = key
    called = say(words.EXITS.get(kind, words.LINKS["connection"]))
    plain = clean(name)
    is_own = kind in ("internet_gateway", "egress_only_internet_gateway", "proxy")
    return called if is_own else fitted(f"{called} {plain}", SMALL, 180)


def _bands_need(plan: Plan, band_text: float, out_text: float) -> float:
    """How far to the right the lanes above the VPC reach."""
    needs = [0.0]
    for group in (*plan.subject.internet, *plan.subject.others):
        needs += [band_text + min(plan.lane(p, group).needs, MOST_TEXT) + 36 for p in group.paths]
    for way in (*plan.out, *plan.links):
        needs.append((band_text if not way.is_inside else out_text) + min(way.lane.needs, MOST_TEXT) + 36)
    return max(needs)


def gather_ways(plan: Plan) -> None:
    """Puts together what leaves the VPC, or a network behind a link, by its own egress, in one way."""
    inside = [group for row in rows_of(plan.subject) for group in row.groups]
    behind = [group for link in plan.subject.links for group in link.groups]
    found: dict[object, list[tuple[Path, Group]]] = {}
    for group in dict.fromkeys((*inside, *behind)):
        for path in group.paths:
            if path.goes_out:
                found.setdefault(way_key(path, group), []).append((path, group))
    for key, shared in found.items():
        path, group = shared[0]
        sources = tuple(dict.fromkeys(it for other, _ in shared for it in other.source or ()))
        known = all(other.source is not None for other, _ in shared)
        all_names = Group(
            names=tuple(dict.fromkeys(name for _, one in shared for name in one.names)),
            kind=group.kind,
            standing=group.standing,
            paths=group.paths,
        )
        lane = lane_of(path, all_names, plan.say, sources if known else ())
        plan.ways[key] = Way(lane, all_names, is_inside=group in inside)
