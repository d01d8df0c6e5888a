"""The report in another language: on an answer whose sentences are in it already, line by line.

What stands in a line is a message of the report with sentences and names in its places, so it is said as any sentence
is. Blocks of code stay as they are, but for paths, whose places are said one by one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from service.web.render.diagram.mermaid import charts_of
from service.web.render.diagram.words import Say, as_it_is
from service.web.render.markdown import as_markdown
from service.web.render.traffic import modes_shown
from service.words import ENGLISH
from service.words.documents import in_words, names_in
from service.words.speaking import Words

_MARK = re.compile(r"(\s*(?:#+ |- (?:\*\*[a-z]+\*\*: )?|\d+\. )?)(.*)", re.DOTALL)
_COUNT = re.compile(r"([0-9]+) ([a-z ]+)")
_COUNTS = re.compile(r"[0-9]+ [a-z ]+(?:, [0-9]+ [a-z ]+)*")
_ARROW, _BAR = " -> ", " | "


def report_in(words: Words, answer: dict[str, Any]) -> str:
    """The report on an answer, in these words."""
    if words.language == ENGLISH:
        return as_markdown(answer)
    names = names_in(answer)
    charts = charts_of(answer, modes_shown(answer), said_by(words, names))
    return "\n".join(_said(as_markdown(in_words(answer, words), charts), words, names))


def said_by(words: Words, names: Collection[str]) -> Say:
    """How a picture says its own words and the sentences of an answer; ``names`` are never taken for words."""
    if words.language == ENGLISH:
        return as_it_is

    def say(text: str) -> str:
        own = words.gettext(text)
        return words.of(text, names) if own == text else own

    return say


def _said(report: str, words: Words, names: Collection[str]) -> Iterator[str]:
    fence = language = ""
    for line in report.split("\n"):
        if line.startswith("```") and not fence:
            fence = re.match("`+", line)[0]  # type: ignore[index]  # three at least, as the line begins so
            language = line.removeprefix(fence)
            yield line
        elif line == fence:
            fence = ""
            yield line
        elif fence:
            yield (
                _ARROW.join(_place(place, words, names) for place in line.split(_ARROW)) if language == "text" else line
            )
        elif line.startswith("| "):
            yield _row(line, words, names)
        else:
            yield _line(line, words, names)


def _line(line: str, words: Words, names: Collection[str]) -> str:
    """A line that is a message with its mark; else what stands behind the mark, a title before a colon for itself."""
    said = words.message(line, names)
    if said is not None:
        return said
    mark, rest = _MARK.fullmatch(line).groups()  # type: ignore[union-attr]  # every part may be empty
    if rest in names:
        return line
    stop = "." if rest.endswith(".") and words.message(rest, names) is None else ""
    rest = rest.removesuffix(stop) if stop else rest
    title, colon, told = rest.partition(": ")
    counts = _COUNTS.fullmatch(told)
    if counts:
        told = ", ".join(f"{words.word(what)} {count}" for count, what in _COUNT.findall(told))
    if colon and (counts or " " not in title) and title not in names:
        return f"{mark}{words.word(title)}: {told if counts else words.of(told, names)}{stop}"
    return f"{mark}{words.word(rest) if rest.isalpha() else words.of(rest, names)}{stop}"


def _row(line: str, words: Words, names: Collection[str]) -> str:
    said = words.message(line, names)
    return said or f"| {_BAR.join(_cell(cell, words, names) for cell in line[2:-2].split(_BAR))} |"


def _cell(cell: str, words: Words, names: Collection[str]) -> str:
    bold = "**" if cell.startswith("**") and words.message(cell) is None else ""
    inner = cell.strip("*") if bold else cell
    return cell if inner in names else f"{bold}{words.word(inner)}{bold}"


def _place(place: str, words: Words, names: Collection[str]) -> str:
    is_stop = place.startswith("| ") and place.endswith(" |")
    inner = place[2:-2] if is_stop else place
    said = inner if inner in names else words.word(inner)
    return f"| {said} |" if is_stop else said
