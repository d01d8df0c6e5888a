"""A message of the catalogue as a pattern: which sentences it made, and with what in its places.

``{subnet} has no route to {destination}`` made ``subnet-a has no route to 10.8.0.0/16``. A place may be
empty and is the shortest text that lets the rest fit, so a match is found in one direction without going back: its
work grows with the length of the sentence and not with what stands in it. A message that begins or ends with a
space or a stop is a piece of a sentence, and what stands before or behind it is a place as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

BEFORE, BEHIND = "before_", "behind_"
AROUND = (BEFORE, BEHIND)
"""The places around a piece of a sentence."""
WORD = "word"
"""What a translation writes after a place's name (``{mode:word}``) where a single word of ours may stand."""

_WHOLE_WORD = re.compile(r"(?<![^\W_])[^\W\d_][^\W_']*(?:'[a-z]+)?(?![^\W_])")
Part = tuple[str, str | None, bool]
"""Of a translation: a text, the place behind it, and whether a single word may stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message with its translation; ``literals`` stand around the ``places``, one more than there are places."""

    literals: tuple[str, ...]
    places: tuple[str, ...]
    said: tuple[Part, ...]

    @property
    def weight(self) -> int:
        """How much of a sentence the message itself says; of two that fit, the heavier one made it."""
        return sum(map(len, self.literals))

    @property
    def fits(self) -> bool:
        """Whether the translation has the same places; those that nothing parts in the message, it keeps together."""
        return set(self.places) == {place for _, place, _ in self.said if place is not None}

    def words(self) -> set[str]:
        """The words that stand whole in every sentence that the message makes."""
        last = len(self.literals) - 1
        found = set()
        for index, literal in enumerate(self.literals):
            for match in _WHOLE_WORD.finditer(literal):
                is_cut = (match.start() == 0 and index > 0) or (match.end() == len(literal) and index < last)
                if not is_cut:
                    found.add(match[0])
        return found

    def matches(self, text: str) -> Iterator[dict[str, str]]:
        """What stands in each place if the message made the text: with the first places as short as can be, and then,
        where that is something else, with the last ones."""
        first, last = self.literals[0], self.literals[-1]
        start, end = len(first), len(text) - len(last)
        if not (text.startswith(first) and text.endswith(last)) or end < start:
            return
        inner = self.literals[1:-1]
        from_left = self._found(text, start, end, [*_found_forwards(text, inner, start, end)])
        if from_left is None:
            return
        yield from_left
        if inner:
            from_right = self._found(text, start, end, [*_found_backwards(text, inner, start, end)][::-1])
            if from_right is not None and from_right != from_left:
                yield from_right

    def _found(self, text: str, start: int, end: int, at: Sequence[int]) -> dict[str, str] | None:
        """The content of the places, with the inner literals standing where ``at`` says; None if that cannot be."""
        if -1 in at:
            return None
        inner = self.literals[1:-1]
        starts = [start, *(place + len(literal) for place, literal in zip(at, inner, strict=True))]
        found: dict[str, str] = {}
        for place, begin, stop in zip(self.places, starts, [*at, end], strict=True):
            if stop < begin or found.setdefault(place, text[begin:stop]) != text[begin:stop]:
                return None
        return found

    def say(self, found: Mapping[str, str], translate: Callable[[str, str, bool], str]) -> str:
        """The translation, with each place filled by what ``translate`` makes of its content."""
        return "".join(
            text if place is None else text + translate(place, found[place], is_word)
            for text, place, is_word in self.said
        )


def _found_forwards(text: str, literals: Sequence[str], start: int, end: int) -> Iterator[int]:
    for literal in literals:
        at = text.find(literal, start, end)
        yield at
        start = at + len(literal) if at >= 0 else end


def _found_backwards(text: str, literals: Sequence[str], start: int, end: int) -> Iterator[int]:
    for literal in reversed(literals):
        at = text.rfind(literal, start, end)
        yield at
        end = max(at, start)


def words_of(text: str) -> set[str]:
    """The whole words of a sentence."""
    return set(_WHOLE_WORD.findall(text))


def messages_of(msgid: str, msgstr: str) -> tuple[Message, ...]:
    """The messages of a catalogue's entry: itself, and as a piece of a longer sentence if it is one."""
    literals, places = _parted(msgid)
    said = [(text, place, spec == WORD) for text, place, spec, _ in Formatter().parse(msgstr)]
    index = 1
    while index < len(places):
        if literals[index]:
            index += 1
            continue
        said = _joined(said, places[index - 1], places[index])
        places[index - 1 : index + 1] = [f"{places[index - 1]}+{places[index]}"]
        del literals[index]
    message = Message(literals=tuple(literals), places=tuple(places), said=tuple(said))
    if literals[0].startswith((" ", ",", ";", ":", ".", ")")):
        literals, places, said = ["", *literals], [BEFORE, *places], [("", BEFORE, True), *said]
    if literals[-1].endswith((" ", "(")):
        literals, places, said = [*literals, ""], [*places, BEHIND], [*said, ("", BEHIND, True)]
    if len(literals) == len(message.literals):
        return (message,)
    return message, Message(literals=tuple(literals), places=tuple(places), said=tuple(said))


def places_of(message: str) -> tuple[str, ...]:
    """The places of a message or of a translation, sorted."""
    return tuple(sorted({place for _, place, _, _ in Formatter().parse(message) if place is not None}))


def _joined(said: Sequence[Part], first: str, second: str) -> list[Part]:
    """A translation in which two places are one, for nothing stands between them: no single word, so none may stand."""
    joined: list[Part] = []
    for text, place, is_word in said:
        if place == second and not text and joined and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], f"{first}+{second}", False)
        else:
            joined.append((text, place, is_word))
    return joined


def _parted(msgid: str) -> tuple[list[str], list[str]]:
    literals, places = [""], []
    for text, place, _, _ in Formatter().parse(msgid):
        literals[-1] += text
        if place is not None:
            places.append(place)
            literals.append("")
    return literals, places
