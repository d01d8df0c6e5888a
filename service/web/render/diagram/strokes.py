"""How a lane is drawn between two places: the line, the number of its step, its end, and what is written along it."""

from __future__ import annotations

from dataclasses import dataclass

from service.web.render.diagram.lanes import SMALL, Lane
from service.web.render.diagram.layout import Columns, text
from service.web.render.diagram.paths import Ending, Halt
from service.web.render.diagram.shapes import Mark, Point, Sheet, Stroke

MOST_NEAR = 60.0
"""How far from the beginning of the texts an end may be for them to begin there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A lane from ``start`` to ``end`` at one height; texts begin at ``said_from`` and end before ``said_to``."""

    lane: Lane
    y: float
    start: float
    end: float
    badge: float
    said_from: float
    said_to: float
    hidden: tuple[float, float] | None = None
    """Where it passes a gateway, whose name must stay legible."""


def badge(sheet: Sheet, lane: Lane, x: float, y: float) -> None:
    """The number of a path's step."""
    sheet.put(Mark(kind="badge", x=x, y=y, step=lane.path.step, hint=lane.hint))


def ending(sheet: Sheet, lane: Lane, x: float, y: float) -> None:
    """The sign where a path ends that does not arrive."""
    kind = "stop" if lane.path.ending is Ending.STOPS else "unknown"
    sheet.put(Mark(kind=kind, x=x, y=y, step=lane.path.step, hint=lane.hint))


def stroke(sheet: Sheet, lane: Lane, *points: Point, arrow: bool = False) -> None:
    """A part of a path's line."""
    path = lane.path
    sheet.put(Stroke(points=points, step=path.step, reach=path.reach.value, arrow=arrow, hint=lane.hint))


def _line(sheet: Sheet, run: Run, end: float, *, arrow: bool = False) -> None:
    """The line of a run up to an end, interrupted where it is hidden."""
    parts = [(run.start, end)]
    if run.hidden is not None:
        low, high = run.hidden
        before, behind = (low, high) if end > run.start else (high, low)
        if min(run.start, end) < low and high < max(run.start, end):
            parts = [(run.start, before), (behind, end)]
    for number, (start, stop) in enumerate(parts, 1):
        stroke(sheet, run.lane, (start, run.y), (stop, run.y), arrow=arrow and number == len(parts))


def along(sheet: Sheet, run: Run, before: float | None = None) -> None:
    """What is written along a line, above and below it: from its beginning, or up to the sign of its end."""
    x, anchor = (run.said_from, "start") if before is None else (min(before, run.said_to), "end")
    room = (run.said_to if before is None else x) - run.said_from
    text(sheet, x, run.y - 5, run.lane.above, room, size=SMALL, style=_tone(run.lane), anchor=anchor)
    text(sheet, x, run.y + 13, run.lane.below, room, size=SMALL, bold=True, anchor=anchor)


def whole(sheet: Sheet, run: Run) -> None:
    """A path that arrives."""
    _line(sheet, run, run.end, arrow=True)
    badge(sheet, run.lane, run.badge, run.y)
    along(sheet, run)


def stopped(sheet: Sheet, run: Run, at: float) -> None:
    """A path that ends at a place on its way."""
    _line(sheet, run, at)
    badge(sheet, run.lane, run.badge, run.y)
    ending(sheet, run.lane, at, run.y)
    along(sheet, run, at - 14 if at > run.said_from + MOST_NEAR else None)


def cut_short(sheet: Sheet, run: Run, at: float) -> None:
    """A path that ends close to where it begins, with the reason behind its end."""
    _line(sheet, run, at, arrow=run.lane.path.ending is Ending.ARRIVES)
    badge(sheet, run.lane, run.badge, run.y)
    if run.lane.path.ending is not Ending.ARRIVES:
        ending(sheet, run.lane, at, run.y)
    room, x = run.said_to - at - 14, at + 14
    if not run.lane.below:
        text(sheet, x, run.y + 4, run.lane.above, room, size=SMALL, style="soft")
        return
    text(sheet, x, run.y - 3, run.lane.above, room, size=SMALL, style="soft")
    text(sheet, x, run.y + 12, run.lane.below, room, size=SMALL, bold=True)


def _tone(lane: Lane) -> str:
    return "soft" if lane.path.ending is Ending.ARRIVES else "ink"


def lane_between(sheet: Sheet, columns: Columns, run: Run, at_target: float) -> None:
    """A lane between whoever stands on the left and the API servers on the right.

    ``at_target`` is where a call of the API server ends that does not get past the far end.
    """
    path = run.lane.path
    if path.step == 2:
        back = Run(
            lane=run.lane, y=run.y, start=run.end, end=run.start, badge=columns.aws - 14,
            said_from=run.said_from, said_to=run.said_to,
            hidden=run.hidden,
        )  # fmt: skip
        if path.ending is Ending.ARRIVES:
            whole(sheet, back)
        else:
            stopped(sheet, back, columns.rail + 12 if path.halt is Halt.OWN else at_target)
    elif path.joins is not None or path.halt is Halt.OWN:
        cut_short(sheet, run, run.said_from + 8)
    elif path.ending is Ending.ARRIVES:
        whole(sheet, run)
    else:
        stopped(sheet, run, columns.rail - 12)
