"""Edits of a text by place: what is replaced where, lists with their layout and comments kept, and the diff.

1. An edit replaces a span, and nothing outside of it changes, so that comments and formatting stay.
2. In a list that has one entry in a line the lines of entries that stay are kept as they are, with their comments.
3. The diff has no lines around the changed ones: they may hold secrets. A changed line that holds anything else than
   the setting and a comment is not shown either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST_LINE = 400
_COMMENT = re.compile(r"#|//|/\*")
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*/[0-9]{1,3}|[0-9.]+/[0-9]{1,2}")
_SIGNS = frozenset(" \t\r\n-:=,[]{}\"'")
_LITERALS = frozenset({"true", "false", "yes", "no", "on", "off", "null"})


class CannotEditError(Exception):
    """The document is not edited: the sentence says why, and what to do instead."""


class NotShownError(CannotEditError):
    """The edit itself is known, but its lines hold more than may be shown."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """What takes the place of the characters from ``start`` to ``end``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list: where it stands, and the text that it means."""

    start: int
    end: int
    value: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made; they do not overlap."""
    parts, at = [], 0
    for edit in sorted(edits):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def line_start(text: str, at: int) -> int:
    """Where the line begins in which a place is."""
    return text.rfind("\n", 0, at) + 1


def next_line(text: str, at: int) -> int:
    """Where the line after a place begins; the end of the text if there is none."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def indent_at(text: str, at: int) -> str:
    """The white space before a place, if nothing else stands before it in its line; else as many spaces."""
    before = text[line_start(text, at) : at]
    return before if before.isspace() or not before else " " * len(before)


def line_end_of(text: str) -> str:
    """How lines end in the text."""
    return "\r\n" if "\r\n" in text else "\n"


def bracketed_list(text: str, start: int, end: int, entries: Sequence[Entry], wanted: Sequence[str]) -> list[Edit]:
    """The edits of a list in brackets, which stand at ``start`` and before ``end``; its last entry gets no comma."""
    first_break = text.find("\n", start, end)
    if first_break < 0:
        return [Edit(start, end, f"[{', '.join(map(json.dumps, wanted))}]")]
    if _has_a_line_each(text, start, end, entries):
        return _by_lines(text, end, entries, wanted)
    if _COMMENT.search(text, start, end):
        raise CannotEditError("a comment stands between entries of its list that share a line")
    outer, ending = _indent_of_line(text, start), line_end_of(text)
    lines = f",{ending}".join(f"{outer}  {json.dumps(one)}" for one in wanted)
    return [Edit(start, end, f"[{ending}{lines}{ending}{outer}]")]


def _indent_of_line(text: str, at: int) -> str:
    line = text[line_start(text, at) : at]
    return line[: len(line) - len(line.lstrip())]


def _has_a_line_each(text: str, start: int, end: int, entries: Sequence[Entry]) -> bool:
    """Whether each entry stands alone in its line, and the closing bracket as well."""
    begins = [line_start(text, entry.start) for entry in entries]
    alone = all(not text[begin : entry.start].strip() for begin, entry in zip(begins, entries, strict=True))
    closes_alone = not text[line_start(text, end) : end - 1].strip()
    return bool(entries) and alone and closes_alone and len({*begins, line_start(text, start)}) == len(entries) + 1


def _by_lines(text: str, end: int, entries: Sequence[Entry], wanted: Sequence[str]) -> list[Edit]:
    kept = [entry for entry in entries if entry.value in wanted]
    new = [one for one in wanted if one not in {entry.value for entry in kept}]
    edits = [Edit(line_start(text, it.start), next_line(text, it.end), "") for it in entries if it not in kept]
    for number, entry in enumerate(kept, 1):
        comma = re.compile(r"\s*,").match(text, entry.end)
        is_last = number == len(kept) and not new
        if not comma and not is_last:
            edits.append(Edit(entry.end, entry.end, ","))
        elif comma and is_last and edits:
            edits.append(Edit(comma.end() - 1, comma.end(), ""))
    if new:
        place, ending = line_start(text, end), line_end_of(text)
        inner = indent_at(text, entries[0].start)
        lines = f",{ending}".join(f"{inner}{json.dumps(one)}" for one in new)
        edits.append(Edit(place, place, f"{lines}{ending}"))
    return edits


def diff_of(before: str, after: str, name: str, words: Iterable[str]) -> str:
    """The unified diff without lines around; raises `NotShownError` for a line that holds more than ``words``."""
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    known = {word.lower() for word in words} | _LITERALS
    lines = [f"--- a/{name}", f"+++ b/{name}"]
    for tag, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            for line in (*old[i:j], *new[k:m]):
                _refuse_other_content(line, known)
            lines.append(f"@@ -{_span(i, j)} +{_span(k, m)} @@")
            lines += (marked for line in old[i:j] for marked in _marked("-", line))
            lines += (marked for line in new[k:m] for marked in _marked("+", line))
    return "\n".join(lines)


def _span(first: int, after: int) -> str:
    """The lines of a hunk; an empty span names the line before it."""
    return f"{first if first == after else first + 1},{after - first}"


def _marked(sign: str, line: str) -> tuple[str, ...]:
    """A line with its sign."""
    if line.endswith("\n"):
        return (f"{sign}{line[:-1]}",)
    return f"{sign}{line}", "\\ No newline at end of file"


def _refuse_other_content(line: str, known: set[str]) -> None:
    if len(line) > LONGEST_LINE:
        raise NotShownError("the line with the setting is too long to be shown")
    comment = _COMMENT.search(_WORDS.sub(lambda word: " " * len(word[0]), line))
    code = line[: comment.start()] if comment else line
    others = [word for word in _WORDS.findall(code) if word.lower() not in known and "/" not in word]
    if others or not set(_WORDS.sub("", code)) <= _SIGNS:
        raise NotShownError("the line with the setting holds other things, which are not shown")
