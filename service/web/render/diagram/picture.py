"""The whole picture: one mode or two beside each other, with a title before and a legend below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from service.domain.question import Question
from service.web.render.diagram import words
from service.web.render.diagram.glyphs import clean, width
from service.web.render.diagram.lanes import SMALL, sentence
from service.web.render.diagram.layout import text
from service.web.render.diagram.panel import draw_panel, heading
from service.web.render.diagram.shapes import Mark, Picture, Sheet, Stroke, together
from service.web.render.diagram.subject import Excerpt, Subject, subject_of, usual_mode
from service.web.render.diagram.words import Say, as_it_is

Node = dict[str, Any]

TITLE = 46.0
GUTTER = 8.0


def picture_of(answer: Node, question: Question | None, wanted: Excerpt, say: Say = as_it_is) -> Picture:
    """What is wanted of an answer as a picture; ``question`` None draws what the paths name and no more."""
    modes = [wanted.mode or usual_mode(answer), *([wanted.compare] if wanted.compare else [])]
    subjects = [subject_of(answer, question, mode, wanted) for mode in modes]
    panels = [draw_panel(subject, say) for subject in subjects]
    wide = sum(panel.width for panel in panels) + GUTTER * (len(panels) - 1)
    high = TITLE + max(panel.height for panel in panels)
    frame = Sheet()
    title = clean(say(words.TITLE.format(cluster=answer["cluster"]["name"])))
    text(frame, 20, 32, title, wide - 40, size=19, bold=True)
    bottom = _legend(frame, subjects, say, high, wide)
    drawings, x = [frame.drawing()], 0.0
    for panel in panels:
        drawings.append(panel.sheet.drawing(x, TITLE))
        x += panel.width + GUTTER
    return Picture(
        width=wide,
        height=bottom,
        title=title,
        description=tuple(line for subject in subjects for line in described(subject, say)),
        drawing=together(iter(drawings)),
    )


def described(subject: Subject, say: Say) -> Iterator[str]:
    """The mode in words: the heading, then its paths step by step."""
    yield f"{heading(subject, say)}."
    for step, name in words.STEPS.items():
        told = [(path, group) for group in subject.groups for path in group.paths if path.step == step]
        if told:
            yield f"{step}: {say(name)}."
        yield from (clean(sentence(path, group, say)) + "." for path, group in told)
    if subject.left_out:
        yield say(words.NOT_DRAWN.format(count=subject.left_out)) + "."
    if not subject.is_whole:
        yield say(words.ONLY_PATHS)


def _legend(sheet: Sheet, subjects: Sequence[Subject], say: Say, y: float, wide: float) -> float:
    """What numbers, dashes and signs mean, in as many lines as the width asks for; returns the picture's end."""
    used = {path.step for it in subjects for group in it.groups for path in group.paths}
    reaches = {path.reach.value for it in subjects for group in it.groups for path in group.paths}
    endings = {path.ending.value for it in subjects for group in it.groups for path in group.paths}
    items: list[tuple[str, str | int, str]] = [
        ("step", step, name) for step, name in words.STEPS.items() if step in used
    ]
    items += [("reach", reach, name) for reach, name in words.REACHES.items() if reach in reaches]
    items += [("stop", "stop", words.LEGEND_STOP)] if "stops" in endings else []
    items += [("stop", "unknown", words.LEGEND_UNKNOWN)] if "open" in endings else []
    x, y = 20.0, y + 16
    for kind, what, name in items:
        said = say(name)
        lead = 44.0 if kind == "reach" else 24.0
        needs = lead + width(said, SMALL) + 22
        if x + needs > wide - 10 and x > 20:
            x, y = 20.0, y + 22
        _sign(sheet, kind, what, x, y)
        text(sheet, x + lead, y + 4, said, wide - lead - 40, size=SMALL)
        x += needs
    for note in _notes(subjects, say):
        y += 22
        text(sheet, 20, y + 4, note, wide - 40, size=SMALL, style="soft")
    return y + 24


def _sign(sheet: Sheet, kind: str, what: str | int, x: float, y: float) -> None:
    if kind == "reach":
        sheet.put(Stroke(points=((x, y), (x + 36, y)), step=0, reach=str(what)))
    elif kind == "step":
        sheet.put(Mark(kind="badge", x=x + 9, y=y, step=int(what)))
    else:
        sheet.put(Mark(kind=str(what), x=x + 9, y=y, step=0))


def _notes(subjects: Sequence[Subject], say: Say) -> Iterator[str]:
    left_out = max(subject.left_out for subject in subjects)
    if left_out:
        yield say(words.NOT_DRAWN.format(count=left_out))
    if not all(subject.is_whole for subject in subjects):
        yield say(words.ONLY_PATHS)
