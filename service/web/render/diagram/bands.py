"""The rows above the VPC: who calls from beyond it, and the ways that lead out of it, up to the public endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.web.render.diagram import words
from service.web.render.diagram.glyphs import width
from service.web.render.diagram.lanes import SMALL, Lane, lies_beyond, said_of_list
from service.web.render.diagram.layout import BOX_WIDTH, EDGE, Columns, Plan, Way, chip, text
from service.web.render.diagram.paths import Ending, Halt, Path
from service.web.render.diagram.places import Group
from service.web.render.diagram.shapes import Area, Box
from service.web.render.diagram.strokes import Run, along, badge, cut_short, stopped, stroke, whole

HEADING = 30.0
IDLE_NOTE = 200.0
"""Room for the note that nobody stands on the internet."""
GAP = 12.0


@dataclass(slots=True)
class Bands:
    """What the rows above the VPC came to: where they end, and at which heights the public endpoint is called."""

    bottom: float
    called: list[float] = field(default_factory=list)


def draw_bands(plan: Plan, columns: Columns, top: float) -> Bands:
    """Draws the rows above the VPC from the top down."""
    bands = Bands(bottom=top)
    beyond = [way for way in (*plan.links, *plan.out) if lies_beyond(way.path) and _crosses(way)]
    within = [way for way in (*plan.links, *plan.out) if not lies_beyond(way.path) and _crosses(way)]
    _band(plan, columns, bands, words.INTERNET, plan.subject.internet, beyond, "internet")
    _said_of_list(plan, columns, top)
    if plan.subject.others:
        _band(plan, columns, bands, words.OTHER, plan.subject.others, [], "other")
    if within:
        _band(plan, columns, bands, words.AMAZON, (), within, "amazon")
    return bands


def _crosses(way: Way) -> bool:
    return way.path.halt is not Halt.EXIT or not way.is_inside


def _band(
    plan: Plan, columns: Columns, bands: Bands, title: str, groups: Sequence[Group], ways: Sequence[Way], style: str
) -> None:
    top = bands.bottom
    y = top + HEADING
    sheet = plan.sheet
    boxes = len(sheet.boxes)
    rises = any(lies_beyond(way.path) for way in (*plan.links, *plan.out) if _crosses(way))
    heading = {"internet": EDGE + 14, "other": columns.band_text if rises else EDGE + 14}.get(style, columns.out_text)
    text(sheet, heading, top + 20, plan.say(title), 320, size=12.5, bold=True, style="soft")
    for group in groups:
        y = _callers(plan, columns, bands, group, y) + 8
    for way in ways:
        y += way.lane.rise
        _way(plan, columns, bands, way, y)
        y += way.lane.height - way.lane.rise + 2
    if not groups and not ways:
        after = heading + width(plan.say(title), 12.5, bold=True) + 16
        text(sheet, after, top + 20, plan.say(words.NO_INTERNET_CALLER), IDLE_NOTE - 40, size=SMALL, style="soft")
        y -= 4
    area = Area(x=EDGE, y=top, width=columns.rail + 14 - EDGE, height=y + 4 - top)
    sheet.boxes.insert(boxes, Box(area=area, style=style, radius=10))
    bands.bottom = area.bottom + GAP


def _said_of_list(plan: Plan, columns: Columns, top: float) -> None:
    """The public access CIDRs, right where the ways to the public endpoint meet them."""
    subject, say = plan.subject, plan.say
    said = said_of_list(subject, say)
    taken = EDGE + 14 + width(say(words.INTERNET), 12.5, bold=True) + 20
    if not subject.internet:
        taken += IDLE_NOTE
    room = columns.rail - taken
    text(plan.sheet, columns.rail + 4, top + 20, said, room, size=SMALL, bold=True, anchor="end")


def _callers(plan: Plan, columns: Columns, bands: Bands, group: Group, y: float) -> float:
    """A group of callers and its lanes; returns where it ends."""
    lanes = [plan.lane(path, group) for path in group.paths]
    room = sum(lane.height for lane in lanes)
    height = max(42.0, room + 4)
    chip(plan.sheet, Area(x=EDGE + 12, y=y, width=BOX_WIDTH - 12, height=height), group, plan.say)
    at = y + (height - room) / 2
    for lane in lanes:
        _lane(plan, columns, bands, lane, at + lane.rise)
        at += lane.height
    return y + height


def _lane(plan: Plan, columns: Columns, bands: Bands, lane: Lane, y: float) -> None:
    path, start = lane.path, EDGE + BOX_WIDTH
    run = Run(
        lane=lane, y=y, start=start, end=columns.rail, badge=start + 16, said_from=columns.band_text,
        said_to=columns.rail - 14,
    )  # fmt: skip
    if path.step == 2:
        _by_paths_of_aws(plan, columns, run)
    elif path.joins is not None or path.halt in (Halt.OWN, Halt.FAR, Halt.LINK, Halt.EXIT, Halt.NAT):
        cut_short(plan.sheet, run, columns.band_text + 4)
    else:
        _to_endpoint(plan, columns, bands, run)


def _by_paths_of_aws(plan: Plan, columns: Columns, run: Run) -> None:
    """A call of the API server that takes no interface."""
    edge = columns.rail + 14
    run = Run(
        lane=run.lane, y=run.y, start=edge, end=run.start, badge=edge - 12, said_from=run.said_from,
        said_to=edge - 26,
    )  # fmt: skip
    if run.lane.path.ending is Ending.ARRIVES:
        whole(plan.sheet, run)
    else:
        stopped(plan.sheet, run, run.said_from - 16)


def _to_endpoint(plan: Plan, columns: Columns, bands: Bands, run: Run) -> None:
    """Through the list to the load balancer, or up to the list."""
    sheet, path = plan.sheet, run.lane.path
    bar = Area(x=columns.rail - 3, y=run.y - 11, width=6, height=22)
    sheet.put(Box(area=bar, style="gate", radius=2, hint=said_of_list(plan.subject, plan.say)))
    bands.called.append(run.y)
    if path.ending is Ending.ARRIVES:
        stroke(sheet, run.lane, (run.start, run.y), (columns.aws + 14, run.y), arrow=True)
        badge(sheet, run.lane, run.badge, run.y)
        along(sheet, run)
    else:
        stopped(sheet, run, columns.rail - 12)


def _way(plan: Plan, columns: Columns, bands: Bands, way: Way, y: float) -> None:
    """A way that comes up from the VPC or from a network behind a link."""
    said_from = columns.out_text if way.is_inside else columns.band_text
    run = Run(
        lane=way.lane, y=y, start=way.outer, end=columns.rail, badge=said_from - 14, said_from=said_from,
        said_to=columns.rail - 14,
    )  # fmt: skip
    way.starts.append((way.outer, y))
    if _is_early_of_link(way.path) and not way.is_inside:
        cut_short(plan.sheet, run, said_from + 4)
    else:
        _to_endpoint(plan, columns, bands, run)


def _is_early_of_link(path: Path) -> bool:
    return path.halt in (Halt.OWN, Halt.LINK, Halt.EXIT, Halt.NAT)
