"""The links at the foot of the VPC: the gateway at which each ends, and the network behind it with its callers."""

from __future__ import annotations

from service.web.render.diagram import words
from service.web.render.diagram.glyphs import clean, fitted
from service.web.render.diagram.lanes import SMALL, Lane
from service.web.render.diagram.layout import BOX_WIDTH, EDGE, Columns, Plan, chip, text
from service.web.render.diagram.paths import Halt
from service.web.render.diagram.places import Group, Link
from service.web.render.diagram.shapes import Area, Box, Label
from service.web.render.diagram.strokes import Run, badge, cut_short, lane_between, stroke

GAP = 8.0
GATEWAY_WIDTH = 150.0


def draw_links(plan: Plan, columns: Columns, y: float) -> float:
    """Draws the links from the top down; returns where they end."""
    busy = [link for link in plan.subject.links if link.groups]
    idle = [link for link in plan.subject.links if not link.groups]
    for link in (*busy, *idle[:3]):
        y = _link(plan, columns, link, y) + GAP
    if idle[3:]:
        names = ", ".join(clean(link.id or "") for link in idle[3:])
        said = plan.say(words.MORE_LINKS.format(count=len(idle[3:]), names=names))
        text(plan.sheet, columns.zones, y + 14, said, columns.rail - columns.zones - 30, size=SMALL, style="soft")
        y += 22
    return y


def _link(plan: Plan, columns: Columns, link: Link, y: float) -> float:
    """A link: the gateway at which it ends, and the network behind it with its callers."""
    sheet, say = plan.sheet, plan.say
    top = y
    boxes = len(sheet.boxes)
    gateway_right = columns.vpc - 14 + GATEWAY_WIDTH
    inner = y + 28 if link.groups else y
    for group in link.groups:
        lanes = [plan.lane(path, group) for path in group.paths]
        room = sum(lane.height for lane in lanes)
        height = max(42.0, room + 4)
        chip(sheet, Area(x=EDGE + 12, y=inner, width=BOX_WIDTH - 24, height=height), group, say)
        at = inner + (height - room) / 2
        for lane in lanes:
            _link_lane(plan, columns, lane, group, at + lane.rise, gateway_right)
            at += lane.height
        inner += height + GAP
    bottom = max(inner, top + 44)
    if link.groups:
        _network(plan, link, top, bottom, boxes)
    height = bottom - top - (28 + GAP if link.groups else 4)
    area = Area(x=columns.vpc - 14, y=top + (28 if link.groups else 0), width=GATEWAY_WIDTH, height=height)
    style = "station" if link.is_attached else "loose"
    sheet.put(Box(area=area, style=style, radius=6, hint=clean(f"{link.kind} {link.id or ''}")))
    _gateway_labels(plan, columns, link, area)
    return bottom


def _gateway_labels(plan: Plan, columns: Columns, link: Link, area: Area) -> None:
    say, sheet = plan.say, plan.sheet
    name = say(words.UNNAMED_LINK) if link.id is None else clean(link.id)
    middle = area.y + area.height / 2
    kind = say(words.LINKS.get(link.kind, words.LINKS["connection"]))
    shown = fitted(name, SMALL, area.width - 16, bold=True)
    sheet.put(Label(x=area.x + 8, y=middle - 2, text=shown, size=SMALL, bold=True, hint=name))
    note = kind if link.is_attached or link.id is None else say(words.NOT_ATTACHED)
    sheet.put(Label(x=area.x + 8, y=middle + 12, text=fitted(note, 10.5, area.width - 16), size=10.5, style="soft"))


def _network(plan: Plan, link: Link, top: float, bottom: float, boxes: int) -> None:
    say = plan.say
    said = say(words.NETWORK_UNNAMED) if link.id is None else say(words.NETWORK_BEHIND.format(link=link.id))
    text(plan.sheet, EDGE + 12, top + 18, said, BOX_WIDTH - 20, size=SMALL, style="soft")
    area = Area(x=EDGE, y=top, width=BOX_WIDTH, height=bottom - top)
    plan.sheet.boxes.insert(boxes, Box(area=area, style="network", radius=8, hint=clean(f"{said} {link.ranges}")))


def _link_lane(plan: Plan, columns: Columns, lane: Lane, group: Group, y: float, gateway_right: float) -> None:
    path, start = lane.path, EDGE + BOX_WIDTH - 12
    if path.goes_out:
        way = plan.way(path, group)
        stroke(plan.sheet, lane, (start, y), (way.outer, y))
        badge(plan.sheet, lane, start + 28, y)
        way.starts.append((way.outer, y))
        return
    run = Run(
        lane=lane, y=y, start=start, end=columns.aws + 14, badge=start + 28, said_from=gateway_right + 14,
        said_to=columns.rail - 20,
        hidden=(columns.vpc - 14, gateway_right),
    )  # fmt: skip
    if path.step != 2 and (path.halt in (Halt.LINK, Halt.OWN) or path.joins is not None):
        cut_short(plan.sheet, run, gateway_right + 10)
    else:
        at_target = start + 16 if path.halt is Halt.FAR else gateway_right + 10
        lane_between(plan.sheet, columns, run, at_target)
