"""One mode of a decision as a drawing: its bands, the VPC, and the AWS-managed VPC beside both."""

from __future__ import annotations

from dataclasses import dataclass

from service.web.render.diagram import words
from service.web.render.diagram.bands import draw_bands
from service.web.render.diagram.lanes import Lane, lies_beyond
from service.web.render.diagram.layout import TRACK, Plan, columns_of, gather_ways, text
from service.web.render.diagram.shapes import Area, Box, Sheet
from service.web.render.diagram.strokes import stroke
from service.web.render.diagram.subject import Subject
from service.web.render.diagram.vpc import draw_vpc
from service.web.render.diagram.words import Say

HEADER = 44.0
LOW = 98.0
"""How far below the top of a panel the VPC begins at least, so that the load balancer has room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A drawn mode and its size."""

    sheet: Sheet
    width: float
    height: float


def draw_panel(subject: Subject, say: Say) -> Panel:
    """Draws one mode."""
    plan = Plan(subject, say)
    gather_ways(plan)
    columns = columns_of(plan)
    for number, way in enumerate(plan.inner):
        way.inner = columns.inner_track + 6 + number * TRACK
    for number, way in enumerate(sorted(plan.links, key=lambda it: not lies_beyond(it.path))):
        way.outer = columns.link_track + number * TRACK
    text(plan.sheet, 20, 26, heading(subject, say), columns.width - 40, size=15, bold=True)
    bands = draw_bands(plan, columns, HEADER)
    vpc_top = max(bands.bottom + 14, HEADER + LOW)
    bottom = draw_vpc(plan, columns, vpc_top)
    aws = Area(x=columns.aws, y=HEADER, width=150, height=bottom - HEADER)
    plan.sheet.boxes.insert(0, Box(area=aws, style="aws", radius=12))
    _aws(plan, aws, bands.called, vpc_top, bottom)
    return Panel(sheet=plan.sheet, width=columns.width, height=bottom + 16)


def heading(subject: Subject, say: Say) -> str:
    """The mode and what is said of it."""
    mode = say(words.MODES[subject.mode])
    notes = [say(words.RECOMMENDED)] if subject.is_recommended else [say(words.STATUSES[subject.status])]
    if subject.is_current:
        notes.append(say(words.AT_PRESENT))
    return f"{mode[:1].upper()}{mode[1:]} ({', '.join(notes)})"


def _aws(plan: Plan, aws: Area, called: list[float], vpc_top: float, bottom: float) -> None:
    """The load balancer as high as the ways to it, and the API servers beside the VPC."""
    sheet, say = plan.sheet, plan.say
    text(sheet, aws.x + 75, aws.y + 20, say(words.AWS_VPC), 140, size=12, bold=True, anchor="middle")
    low = max([*(y + 18 for y in called), aws.y + 78])
    top = min([*(y - 18 for y in called), aws.y + 32])
    top = max(top, aws.y + 32)
    balancer = Area(x=aws.x + 14, y=top, width=122, height=min(low, vpc_top - 6) - top)
    style = "station" if plan.subject.has_public else "loose"
    sheet.put(Box(area=balancer, style=style, radius=8))
    middle, centre = balancer.y + balancer.height / 2, aws.x + 75
    note = words.PUBLIC_ENDPOINT if plan.subject.has_public else words.NO_PUBLIC_ENDPOINT
    text(sheet, centre, middle - 2, say(words.LOAD_BALANCER), 112, size=12, bold=True, anchor="middle")
    text(sheet, centre, middle + 13, say(note), 112, size=10.5, style="soft", anchor="middle")
    servers = Area(x=aws.x + 14, y=vpc_top + 18, width=122, height=bottom - 14 - vpc_top - 18)
    sheet.put(Box(area=servers, style="servers", radius=8))
    text(sheet, centre, servers.y + 24, say(words.API_SERVERS), 112, size=13, bold=True, anchor="middle")
    if plan.subject.has_public:
        _spread(plan, centre, balancer.bottom, servers.y)


def _spread(plan: Plan, x: float, start: float, end: float) -> None:
    """From the load balancer to the API servers, one line for each step that arrives there."""
    lanes: dict[int, Lane] = {}
    for group in plan.subject.groups:
        for path in group.paths:
            if path.is_public and path.halt is None and path.joins is None:
                lanes.setdefault(path.step, plan.lane(path, group))
    for number, step in enumerate(sorted(lanes)):
        at = x + (number - (len(lanes) - 1) / 2) * 14
        stroke(plan.sheet, lanes[step], (at, start), (at, end), arrow=True)
