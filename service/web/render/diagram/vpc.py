"""The VPC: gateways on its edge, subnets by zone with who stands in them, and the links at its foot."""

from __future__ import annotations

from collections.abc import Sequence

from service.web.render.diagram import words
from service.web.render.diagram.glyphs import clean, width
from service.web.render.diagram.lanes import SMALL, Lane
from service.web.render.diagram.layout import Columns, Plan, chip, heading_of, station_name, text
from service.web.render.diagram.links import draw_links
from service.web.render.diagram.paths import Halt
from service.web.render.diagram.places import Group, Row
from service.web.render.diagram.shapes import Area, Box, Label
from service.web.render.diagram.strokes import Run, badge, cut_short, ending, lane_between, stroke

STATION = 26.0
HEADER = 24.0
GAP = 8.0
MOST_NATS = 6


def draw_vpc(plan: Plan, columns: Columns, top: float) -> float:
    """Draws the VPC from its upper edge down; returns where it ends."""
    sheet, subject = plan.sheet, plan.subject
    boxes = len(sheet.boxes)
    _stations(plan, top)
    ends = [at + wide for at, wide in plan.stations.values()]
    start = max([columns.zones, *(end + 14 for end in ends)])
    said = plan.say(words.VPC) + (f"  {subject.vpc}" if subject.vpc else "")
    text(sheet, start, top + 24, said, columns.rail - start, size=12.5, bold=True)
    text(
        sheet, columns.rail + 3, top + 44, plan.say(words.INTERFACES), columns.rail - columns.zones,
        size=SMALL, bold=True, anchor="end",
    )  # fmt: skip
    y = top + 56
    y = _stopped_at_edge(plan, columns, y)
    rail_top = y - 6
    for row in subject.spanning:
        y = _row(plan, columns, row, y) + GAP
    for zone, rows in subject.zones:
        y = _zone(plan, columns, zone, rows, y) + GAP
    y = draw_links(plan, columns, y)
    rail = Area(x=columns.rail - 3, y=rail_top, width=6, height=max(y - rail_top, 20))
    sheet.put(Box(area=rail, style="rail", radius=3, hint=plan.say(words.INTERFACES)))
    y = _endpoints(plan, columns, y + 6)
    area = Area(x=columns.vpc, y=top, width=columns.rail + 14 - columns.vpc, height=y - top + 8)
    sheet.boxes.insert(boxes, Box(area=area, style="vpc", radius=12))
    _upright(plan, top)
    return area.bottom


def _stations(plan: Plan, top: float) -> None:
    """The gateways on the VPC's upper edge."""
    for key, (at, wide) in plan.stations.items():
        area = Area(x=at, y=top - STATION / 2, width=wide, height=STATION)
        plan.sheet.put(Box(area=area, style="station", radius=6, hint=clean(key[1])))
        name = station_name(key, plan.say)
        tracks = [way.outer for way in plan.out if way.path.exit == key]
        x, anchor = (max(tracks) + 10, "start") if tracks else (at + wide / 2, "middle")
        plan.sheet.put(Label(x=x, y=top + 4, text=name, size=SMALL, anchor=anchor, hint=clean(key[1])))


def _stopped_at_edge(plan: Plan, columns: Columns, y: float) -> float:
    """What is stopped at a gateway ends below it, with the reason beside."""
    for way in plan.out:
        if way.path.halt is not Halt.EXIT:
            continue
        y += way.lane.rise + 3
        way.starts.append((way.outer, y))
        run = Run(
            lane=way.lane, y=y, start=way.outer, end=columns.rail, badge=columns.zones + 10,
            said_from=columns.zones, said_to=columns.rail - 12,
        )  # fmt: skip
        cut_short(plan.sheet, run, columns.zones + 36)
        y += way.lane.height - way.lane.rise + 3
    return y


def _zone(plan: Plan, columns: Columns, zone: str | None, rows: Sequence[Row], y: float) -> float:
    sheet, top = plan.sheet, y
    boxes = len(sheet.boxes)
    name = plan.say(words.ZONE.format(zone=zone)) if zone else plan.say(words.NO_ZONE)
    text(sheet, columns.zones + 12, y + 18, name, columns.rail - columns.zones - 40, size=SMALL, style="soft")
    y += 26
    for row in rows:
        y = _row(plan, columns, row, y) + GAP
    area = Area(x=columns.zones, y=top, width=columns.rail - 12 - columns.zones, height=y - top + 2)
    sheet.boxes.insert(boxes, Box(area=area, style="zone", radius=8))
    return area.bottom


def _row(plan: Plan, columns: Columns, row: Row, y: float) -> float:
    """A subnet: its heading, its NAT gateways, then who stands in it; returns where it ends."""
    sheet, top = plan.sheet, y
    boxes = len(sheet.boxes)
    _heading(plan, columns, row, y)
    y += HEADER
    beside = y
    for name, addresses in _shown_nats(plan, row):
        beside = _nat(plan, columns, name, addresses, beside) + GAP
    if any(path.goes_out for group in row.groups for path in group.paths) or _ends_at_nats(plan, row):
        y = beside  # what goes out to the left must not meet the NAT gateways
    for group in row.groups:
        y = _group(plan, columns, group, y) + GAP
    y = max(y, beside)
    is_wide = len(row.names) > 1 and bool(row.groups)
    x = columns.zones + (0 if is_wide else 10)
    area = Area(
        x=x, y=top, width=columns.rail - (12 if is_wide else 22) - x, height=y - top + (2 if y > top + HEADER else 4)
    )
    style = "public" if row.routing == "public" else "subnet"
    sheet.boxes.insert(boxes, Box(area=area, style=style, radius=6, hint=clean(", ".join(row.names))))
    return area.bottom


def _heading(plan: Plan, columns: Columns, row: Row, y: float) -> None:
    say, sheet = plan.say, plan.sheet
    room = columns.rail - 66 - columns.chip
    if row.interfaces:
        said = say(words.INTERFACE) if row.interfaces == 1 else f"{row.interfaces} {say(words.INTERFACE)}"
        wide = width(said, 10, bold=True) + 14
        area = Area(x=columns.rail - wide - 2, y=y + 4, width=wide, height=16)
        sheet.put(Box(area=area, style="interface", radius=4, hint=say(words.INTERFACES)))
        sheet.put(Label(x=area.x + wide / 2, y=y + 15.5, text=said, size=10, bold=True, anchor="middle"))
        room = area.x - 10 - columns.chip
    title, notes = heading_of(row, say)
    wide = min(width(title, 12, bold=True), room if not notes else max(room - width(f"  {notes}", SMALL), room * 0.45))
    text(sheet, columns.chip, y + 16, title, wide + 0.01, bold=True)
    text(sheet, columns.chip + wide + 10, y + 16, notes, room - wide - 10, size=SMALL, style="soft")


def _ends_at_nats(plan: Plan, row: Row) -> bool:
    """Whether a path is stopped at one of the row's NAT gateways, so that the reason stands beside it."""
    return any(way.path.halt is Halt.NAT and name in way.path.nats for way in plan.inner for name, _ in row.nats)


def _shown_nats(plan: Plan, row: Row) -> list[tuple[str, str]]:
    used = {name for way in plan.inner for name in way.path.nats}
    shown = sorted(row.nats, key=lambda nat: nat[0] not in used)[: max(MOST_NATS, len(used))]
    return sorted(shown)


def _nat(plan: Plan, columns: Columns, name: str, addresses: str, y: float) -> float:
    """A NAT gateway, entered from the right and left to the left."""
    sheet = plan.sheet
    through = [way for way in plan.inner if name in way.path.nats]
    ends = [way for way in through if way.path.halt is Halt.NAT]
    height = max(40.0, len(through) * 10 + 14.0, sum(way.lane.height + 4 for way in ends) + 6)
    wide = max(columns.inner_track - 12 - columns.left, 112.0)
    area = Area(x=columns.left, y=y, width=wide, height=height)
    sheet.put(Box(area=area, style="station", radius=6, hint=clean(f"NAT gateway {name} {addresses}")))
    text(sheet, area.x + 8, y + height / 2 - 2, f"NAT {name}", wide - 16, size=SMALL, bold=True)
    text(sheet, area.x + 8, y + height / 2 + 12, addresses, wide - 16, size=10.5, style="soft")
    at = y + height / 2 - (len(through) - 1) * 5
    low = y + 3.0
    for way in through:
        here = at
        if way in ends:
            here = low + way.lane.rise
            low += way.lane.height + 4
            run = Run(
                lane=way.lane, y=here, start=columns.chip, end=columns.rail, badge=columns.chip,
                said_from=columns.chip, said_to=columns.rail - 36,
            )  # fmt: skip
            _said_behind(plan, run)
            ending(sheet, way.lane, area.right + 8, here)
            stroke(sheet, way.lane, (way.inner, here), (area.right + 8, here))
        else:
            stroke(sheet, way.lane, (way.inner, here), (area.right, here), arrow=True)
            stroke(sheet, way.lane, (area.x, here), (way.outer, here))
            way.starts.append((way.outer, here))
        way.starts.append((way.inner, here))
        at += 10
    return y + height


def _said_behind(plan: Plan, run: Run) -> None:
    room = run.said_to - run.said_from
    text(plan.sheet, run.said_from, run.y - 3, run.lane.above, room, size=SMALL)
    text(plan.sheet, run.said_from, run.y + 12, run.lane.below, room, size=SMALL, bold=True)


def _group(plan: Plan, columns: Columns, group: Group, y: float) -> float:
    """A group of callers in a subnet, with its lanes on both sides."""
    right = [plan.lane(path, group) for path in group.paths if not path.goes_out]
    left = [plan.lane(path, group) for path in group.paths if path.goes_out]
    room = max(sum(lane.height for lane in right), sum(_left_height(lane) for lane in left))
    height = max(42.0, room + 6)
    area = Area(x=columns.chip, y=y, width=columns.chip_width, height=height)
    chip(plan.sheet, area, group, plan.say)
    at = y + (height - sum(lane.height for lane in right)) / 2
    for lane in right:
        _to_interfaces(plan, columns, lane, at + lane.rise)
        at += lane.height
    at = y + (height - sum(_left_height(lane) for lane in left)) / 2
    for lane in left:
        _outwards(plan, columns, lane, group, at + _left_height(lane) / 2)
        at += _left_height(lane)
    return area.bottom


def _left_height(lane: Lane) -> float:
    return lane.height if lane.path.halt is Halt.OWN else 22.0


def _outwards(plan: Plan, columns: Columns, lane: Lane, group: Group, y: float) -> None:
    """To the left, to a NAT gateway or straight to the edge; or not even so far."""
    sheet, chip_at = plan.sheet, columns.chip
    if lane.path.halt is Halt.OWN:
        badge(sheet, lane, chip_at - 13, y)
        stroke(sheet, lane, (chip_at, y), (chip_at - 32, y))
        ending(sheet, lane, chip_at - 34, y)
        edge, room = chip_at - 46 - len(plan.inner) * 9.0, chip_at - 46 - len(plan.inner) * 9.0 - columns.left
        text(sheet, edge, y - 3, lane.above, room, size=SMALL, anchor="end", style="soft")
        text(sheet, edge, y + 12, lane.below, room, size=SMALL, bold=True, anchor="end")
        return
    way = plan.way(lane.path, group)
    turn = way.inner if lane.path.nats else way.outer
    stroke(sheet, lane, (chip_at, y), (turn, y))
    badge(sheet, lane, chip_at - 13, y)
    way.starts.append((turn, y))


def _to_interfaces(plan: Plan, columns: Columns, lane: Lane, y: float) -> None:
    """To the right, through the interfaces to the API servers, or from there."""
    near, far = columns.right, columns.aws + 14
    run = Run(lane=lane, y=y, start=near, end=far, badge=near + 15, said_from=near + 30, said_to=columns.rail - 20)
    lane_between(plan.sheet, columns, run, near + 20)


def _endpoints(plan: Plan, columns: Columns, y: float) -> float:
    """The VPC endpoints in one line, because no path to the API server takes one (F-4.12)."""
    if not plan.subject.endpoints:
        return y
    said = plan.say(words.ENDPOINTS.format(names=", ".join(plan.subject.endpoints)))
    text(plan.sheet, columns.zones, y + 12, said, columns.rail - columns.zones - 10, size=SMALL, style="soft")
    return y + 20


def _upright(plan: Plan, top: float) -> None:
    """The upright parts of the ways out, each on its own track."""
    for way in plan.ways.values():
        for track in sorted({way.inner, way.outer} - {0}):
            heights = [y for x, y in way.starts if x == track]
            if len(heights) > 1:
                stroke(plan.sheet, way.lane, (track, min(heights)), (track, max(heights)))
