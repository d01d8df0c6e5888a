"""`Words`: a sentence of an answer, said in another language.

1. A sentence that the catalogue holds as it is is looked up; any other is held against the messages that share its
   words, those that say most of it first, and what stands in their places is said in turn.
2. A way to read a sentence is sure if nothing stays in English that looks like a sentence: its places hold names,
   addresses and phrases of ours. If no message is sure, the sentence is parted at a joint (``; ``, ``: ``, ``, ``) or
   between two phrases that stand side by side. Only then a way that is not sure is taken, if a message says more of
   the sentence than it leaves in English.
3. What nothing fits stays in English, whole. A single word is said only where a translation asks for one, and what
   ``names`` holds is never touched.
4. Work is bounded: by the length of a sentence, the depth of its parts, and the messages that are tried on it; no part
   is looked at twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from service.words.extracting import is_for_people
from service.words.messages import AROUND, Message, messages_of, words_of

LONGEST = 4_000
LIGHT = 6
"""A message that says no more than this (``in {subnet}``) fits much: a plain word in its place is none of a name."""
NOTHING: frozenset[str] = frozenset()
_DEEPEST = 8
_MOST_WORK = 20_000
_MOST_JOINTS = 12
_PLAIN = re.compile("[a-z]{3,}(?: [a-z]+)*")
_OF_ITS_OWN = re.compile("`[^`]*`|[^\\x00-\\x7f].*")
_CODES = re.compile(r"[a-z0-9.-]+(?:, [a-z0-9.-]+)*")
_IN_BRACKETS = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class _Said:
    """A text in the language; ``left`` are the parts of it that stay in English although they look like sentences."""

    text: str
    left: tuple[str, ...] = ()
    is_doubtful: bool = False

    @property
    def is_sure(self) -> bool:
        return not self.left and not self.is_doubtful


Memory = dict[str, _Said | None]
"""What was made of the parts of sentences, for one and the same names."""


@dataclass(slots=True)
class _Work:
    """What is to be done for one sentence."""

    names: Collection[str]
    memory: Memory
    left: int = _MOST_WORK
    """How much may still be done; each text that is looked at costs by its length, each message that is tried on it."""

    def costs(self, effort: int) -> bool:
        """Takes an effort from what is left; whether there was enough."""
        self.left -= effort
        return self.left >= 0


@dataclass(slots=True)
class _Place:
    """What became of the places of one message."""

    left: list[str] = field(default_factory=list)
    is_doubtful: bool = False


_rank = itemgetter(0)


class Words:
    """The words of one language; `of` is all that most need."""

    def __init__(
        self, language: str, entries: Mapping[str, str], finish: Callable[[str], str] = lambda text: text
    ) -> None:
        """``finish`` is done to a sentence once it is whole, such as choosing endings by what stands before them."""
        self.language = language
        self._finish = finish
        self._exact: dict[str, str] = {}
        self._messages: dict[str, list[tuple[int, Message]]] = {}
        """By a word that it holds, a message and its rank: those that say most come first."""
        messages = []
        for msgid, msgstr in entries.items():
            for message in messages_of(msgid, msgstr):
                if not message.fits:
                    raise ValueError(f"the translation of `{msgid}` has other places")
                if message.places:
                    messages.append(message)
                else:
                    self._exact[message.literals[0]] = message.said[0][0] if message.said else msgstr
        self._index(messages)
        self._of = lru_cache(maxsize=1_024)(self._translated)

    def _index(self, messages: list[Message]) -> None:
        """Each message stands under the rarest of its words; one without a whole word fits too much to be tried."""
        of_message = [(message, message.words()) for message in messages]
        counts = Counter(word for _, words in of_message for word in words)
        of_message.sort(key=lambda it: (-it[0].weight, it[0].literals))
        for rank, (message, words) in enumerate(of_message):
            if words:
                rarest = min(words, key=lambda word: (counts[word], word))
                self._messages.setdefault(rarest, []).append((rank, message))

    def of(self, sentence: str, names: Collection[str] = NOTHING, memory: Memory | None = None) -> str:
        """The sentence in this language; as it is if there are no words for it.

        ``memory`` is kept by whoever says many sentences with the same names.
        """
        if not names and memory is None:
            return self._of(sentence)
        return self._translated(sentence, names, memory)

    def gettext(self, message: str) -> str:
        """What a template's message is in this language, as gettext gives it."""
        return self._exact.get(message, message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The same of a message with a number; English has two forms, Korean one, under the first of them."""
        return self._exact.get(singular) or (singular if number == 1 else plural)

    def word(self, word: str) -> str:
        """A single word of ours, or a sentence, in this language."""
        return self._exact.get(word) or self.of(word)

    def message(self, text: str, names: Collection[str] = NOTHING) -> str | None:
        """The text if it is one message as it stands, not parted and not put together; else None."""
        exact = self._exact.get(text)
        if exact is not None:
            return exact
        work = _Work(names, {})
        filled = (self._filled(message, found, work, 0) for message, found in self._fitting(text, work))
        return next((self._finish(said.text) for said in filled if said.is_sure), None)

    def left_of(self, sentence: str, names: Collection[str] = NOTHING, memory: Memory | None = None) -> tuple[str, ...]:
        """The parts of a sentence that would stay in English although they look like sentences."""
        said = self._whole(sentence, _Work(names, {} if memory is None else memory), 0)
        if said is None:
            return (sentence,) if is_for_people(sentence) and sentence not in names else ()
        return said.left

    def _translated(self, sentence: str, names: Collection[str] = NOTHING, memory: Memory | None = None) -> str:
        work = _Work(names, {} if memory is None else memory)
        said = self._whole(sentence, work, 0)
        return self._finish(said.text) if said and work.left >= 0 else sentence

    def _whole(self, text: str, work: _Work, depth: int) -> _Said | None:
        """A text in whatever way it can be said; None if there are no words for it."""
        if text in work.names or " " not in text or len(text) > LONGEST or depth > _DEEPEST:
            return None
        if text in work.memory:
            return work.memory[text]
        exact = self._as_it_stands(text)
        said = _Said(exact) if exact is not None else self._best(text, work, depth)
        if work.left >= 0:
            work.memory[text] = said
        return said

    def _as_it_stands(self, text: str) -> str | None:
        """The translation of a whole text, also where a statement of the catalogue stands inside another one."""
        found = self._exact.get(text)
        if found is None and text[:1].islower():
            statement = self._exact.get(f"{text[0].upper()}{text[1:]}.")
            found = statement.removesuffix(".") if statement else None
        return found

    def _best(self, text: str, work: _Work, depth: int) -> _Said | None:
        """The first way that is sure; else the first that says more than it leaves."""
        if not work.costs(10 + len(text) // 10):
            return None
        unsure = None
        for message, found in self._fitting(text, work):
            said = self._filled(message, found, work, depth)
            if said.is_sure:
                return said
            if unsure is None and message.weight > sum(map(len, said.left)):
                unsure = said
        for way in (self._parted, self._juxtaposed):
            other = way(text, work, depth)
            if other is not None and other.is_sure:
                return other
            unsure = unsure or other
        return unsure

    def _fitting(self, text: str, work: _Work) -> Iterator[tuple[Message, dict[str, str]]]:
        candidates = [ranked for word in words_of(text) for ranked in self._messages.get(word, ())]
        effort = 1 + len(text) // 200
        for _, message in sorted(candidates, key=_rank):
            if not work.costs(effort):
                return
            for found in message.matches(text):
                yield message, found

    def _filled(self, message: Message, found: Mapping[str, str], work: _Work, depth: int) -> _Said:
        places = _Place()

        def translate(place: str, content: str, is_word: bool) -> str:
            if is_word:
                words = self._words(content, work.names)
                if words is not None:
                    return words
                places.is_doubtful |= " " in content and place not in AROUND
            inner = content.strip(" ")
            said = self._whole(content, work, depth + 1)
            if said is None and inner != content and (within := self._whole(inner, work, depth + 1)):
                said = _Said(content.replace(inner, within.text), within.left, within.is_doubtful)
            if said is not None:
                places.left += said.left
                places.is_doubtful |= said.is_doubtful
                return said.text
            if not self._is_a_name(content, work):
                places.left.append(content)
            elif message.weight <= LIGHT and content not in work.names and _PLAIN.fullmatch(content):
                places.is_doubtful = True
            return content

        text = message.say(found, translate)
        return _Said(text, tuple(places.left), places.is_doubtful)

    def _words(self, content: str, names: Collection[str]) -> str | None:
        """Single words of ours (``a, b``), or each with codes behind it (``a: x-y; b: z``); None if it is neither."""

        def of_all(items: Sequence[str]) -> list[str] | None:
            return (
                [self._exact[item] for item in items]
                if all(it in self._exact and it not in names for it in items)
                else None
            )

        words = of_all(content.split(", "))
        if words is not None:
            return ", ".join(words)
        pairs = [part.partition(": ") for part in content.split("; ")]
        words = of_all([word for word, _, _ in pairs])
        if words is None or not all(codes and _CODES.fullmatch(codes) for _, _, codes in pairs):
            return None
        return "; ".join(f"{word}: {codes}" for word, (_, _, codes) in zip(words, pairs, strict=True))

    def _parted(self, text: str, work: _Work, depth: int) -> _Said | None:
        """The text parted at its joints, if a part has words and the others have them as well or are names.

        At all joints of a kind at once; then, for a message may hold such a joint itself, at each of the first ones.
        """
        unsure = None
        for joint in ("; ", ": ", ", "):
            parts = text.split(joint)
            if len(parts) == 1:
                continue
            halves = (
                (joint.join(parts[:at]), joint.join(parts[at:])) for at in range(1, min(len(parts), _MOST_JOINTS))
            )
            for pieces in (parts, *(halves if len(parts) > 2 else ())):
                said = self._together(pieces, joint, work, depth)
                if said is not None and said.is_sure:
                    return said
                unsure = unsure or said
        return unsure

    def _together(self, parts: Sequence[str], joint: str, work: _Work, depth: int) -> _Said | None:
        found = [self._whole(part, work, depth + 1) for part in parts]
        pairs = list(zip(parts, found, strict=True))
        if not any(found) or any(said is None and not self._is_a_name(part, work) for part, said in pairs):
            return None
        left = tuple(one for said in found if said for one in said.left)
        doubtful = any(said is not None and said.is_doubtful for said in found)
        return _Said(joint.join(said.text if said else part for part, said in pairs), left, doubtful)

    def _juxtaposed(self, text: str, work: _Work, depth: int) -> _Said | None:
        """Two phrases side by side, one of them known as it is: ``its call to the API server`` ``may not arrive``.

        Or such a phrase and a name: ``route table`` ``rtb-1``.
        """
        at = text.rfind(" ")
        while at > 0:
            first, second = text[:at], text[at + 1 :]
            known = self._exact.get(second)
            if known is not None and " " in second and (said := self._whole(first, work, depth + 1)):
                return _Said(f"{said.text} {known}", said.left, said.is_doubtful)
            known = self._exact.get(first)
            if known is not None and " " in first and not is_for_people(_IN_BRACKETS.sub("", second)):
                return _Said(f"{known} {second}")
            at = text.rfind(" ", 0, at)
        return None

    def _is_a_name(self, text: str, work: _Work) -> bool:
        """Whether a text without words may stay as it is: a name, an address, a list of them."""
        return text in work.names or all(
            part in work.names or not is_for_people(_OF_ITS_OWN.sub("", part)) for part in re.split("[,;] ", text)
        )
