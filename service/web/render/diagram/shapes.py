"""What a finished picture consists of: boxes, lines, marks and texts, each at its place.

Nothing here knows what it shows. Lengths are in the picture's own units, from the top left corner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from service.web.render.diagram.glyphs import width

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height

    def meets(self, other: Area) -> bool:
        """Whether the two share more than an edge."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: Area) -> bool:
        """Whether the other lies inside."""
        return self.x <= other.x and other.right <= self.right and self.y <= other.y and other.bottom <= self.bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle that is drawn; ``style`` names how, ``hint`` is what it says in full."""

    area: Area
    style: str
    radius: float = 6
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of text; ``x`` is its start, middle or end by ``anchor``, ``y`` its base line, ``hint`` the whole text."""

    x: float
    y: float
    text: str
    size: float = 12
    bold: bool = False
    anchor: str = "start"
    style: str = "ink"
    hint: str = ""

    @property
    def area(self) -> Area:
        """Where the text may be, with what hangs below its base line."""
        wide = width(self.text, self.size, bold=self.bold)
        start = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return Area(x=start, y=self.y - self.size * 0.95, width=wide, height=self.size * 1.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A path of a flow; ``reach`` says how far it goes, ``arrow`` whether it arrives where it ends."""

    points: tuple[Point, ...]
    step: int
    reach: str
    arrow: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A sign on a line: ``badge`` with the number of its step, ``stop``, or ``unknown``."""

    kind: str
    x: float
    y: float
    step: int
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Shapes in the order in which they are drawn, each kind above the one before."""

    boxes: tuple[Box, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    marks: tuple[Mark, ...] = ()
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing with its size, and what it says in words for those who do not see it."""

    width: float
    height: float
    title: str
    description: tuple[str, ...]
    drawing: Drawing


@dataclass(slots=True)
class Sheet:
    """Where a drawing is made: shapes are put down one after the other."""

    boxes: list[Box] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def put(self, *shapes: Box | Stroke | Mark | Label) -> None:
        """Puts shapes down; a label without text is none."""
        for shape in shapes:
            if isinstance(shape, Box):
                self.boxes.append(shape)
            elif isinstance(shape, Stroke):
                self.strokes.append(shape)
            elif isinstance(shape, Mark):
                self.marks.append(shape)
            elif shape.text:
                self.labels.append(shape)

    def drawing(self, dx: float = 0, dy: float = 0) -> Drawing:
        """All of it, moved."""
        return Drawing(
            boxes=tuple(replace(it, area=replace(it.area, x=it.area.x + dx, y=it.area.y + dy)) for it in self.boxes),
            strokes=tuple(replace(it, points=tuple((x + dx, y + dy) for x, y in it.points)) for it in self.strokes),
            marks=tuple(replace(it, x=it.x + dx, y=it.y + dy) for it in self.marks),
            labels=tuple(replace(it, x=it.x + dx, y=it.y + dy) for it in self.labels),
        )


def together(drawings: Iterator[Drawing]) -> Drawing:
    """Several drawings on one sheet."""
    each = tuple(drawings)
    return Drawing(
        boxes=tuple(it for one in each for it in one.boxes),
        strokes=tuple(it for one in each for it in one.strokes),
        marks=tuple(it for one in each for it in one.marks),
        labels=tuple(it for one in each for it in one.labels),
    )
