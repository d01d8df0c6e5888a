"""`Words`: a sentence of an answer, said in another language.

1. A sentence that the catalogue holds as it is is looked up; any other is held against the messages that share its
   words, those that say most of it first, and what stands in their places is translated in turn.
2. A message whose places hold nothing but names, addresses and whole phrases is sure. If none is, the sentence is
   parted at its own joints (``; ``, ``: ``, ``, ``); only then the message that says most of it is taken, if it says
   more than what would be left in English.
3. What nothing fits stays in English, whole. A single word is translated only where a translation asks for one, and
   what ``names`` holds is never touched.
4. Work is bounded: by the length of a sentence, the depth of its parts, and the messages that are tried on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from service.words.extracting import is_for_people
from service.words.messages import AROUND, Message, messages_of, words_of

LONGEST = 8_000
_DEEPEST = 6
_MOST_TRIES = 3_000
_JOINTS = ("; ", ": ", ", ")
LIGHT = 6
"""A message that says no more than this (``in {subnet}``) fits much: a plain word in its place is none of a name."""
_PLAIN = re.compile("[a-z]{3,}(?: [a-z]+)*")
_OF_ITS_OWN = re.compile("`[^`]*`|[^\\x00-\\x7f].*")
NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Work:
    """What is left to be done for one sentence, and what of it was left in English."""

    names: Collection[str]
    tries: int = _MOST_TRIES
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    is_sure: bool


class Words:
    """The words of one language; `of` is all that most need."""

    def __init__(
        self, language: str, entries: Mapping[str, str], finish: Callable[[str], str] = lambda text: text
    ) -> None:
        """``finish`` is done to a sentence once it is whole, such as choosing endings by what stands before them."""
        self.language = language
        self._finish = finish
        self._exact: dict[str, str] = {}
        self._messages: dict[str, list[Message]] = {}
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
        self._of = lru_cache(maxsize=8_192)(self._translated)

    def _index(self, messages: list[Message]) -> None:
        """Each message stands under the rarest of its words; one without a whole word fits too much to be tried."""
        of_message = [(message, message.words()) for message in messages]
        counts = Counter(word for _, words in of_message for word in words)
        for message, words in of_message:
            if words:
                self._messages.setdefault(min(words, key=lambda word: (counts[word], word)), []).append(message)

    def of(self, sentence: str, names: Collection[str] = NOTHING) -> str:
        """The sentence in this language; as it is if there are no words for it."""
        if not names:
            return self._of(sentence)
        return self._translated(sentence, names)

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
        work = _Work(names)
        for message, found in self._fitting(text, work):
            said = self._filled(message, found, work, 0)
            if said.is_sure:
                return self._finish(said.text)
        return None

    def left_of(self, sentence: str, names: Collection[str] = NOTHING) -> list[str]:
        """The parts of a sentence that would stay in English although they look like sentences."""
        work = _Work(names)
        said = self._whole(sentence, work, 0)
        if said is None:
            return [sentence] if is_for_people(sentence) else []
        return work.left

    def _translated(self, sentence: str, names: Collection[str] = NOTHING) -> str:
        said = self._whole(sentence, _Work(names), 0)
        return self._finish(said.text) if said else sentence

    def _whole(self, text: str, work: _Work, depth: int) -> _Said | None:
        """A text as one message or as several at its joints; None if there are no words for it."""
        if text in work.names or " " not in text or len(text) > LONGEST or depth > _DEEPEST:
            return None
        exact = self._exact.get(text)
        if exact is not None:
            return _Said(exact, is_sure=True)
        unsure: tuple[_Said, list[str]] | None = None
        before = len(work.left)
        for message, found in self._fitting(text, work):
            said = self._filled(message, found, work, depth)
            if said.is_sure:
                return said
            left = work.left[before:]
            if unsure is None and message.weight > sum(map(len, left)):
                unsure = said, left
            del work.left[before:]
        parted = self._parted(text, work, depth) or self._juxtaposed(text, work, depth)
        if parted is not None and (parted.is_sure or unsure is None):
            return parted
        del work.left[before:]
        if unsure is None:
            return None
        work.left += unsure[1]
        return unsure[0]

    def _fitting(self, text: str, work: _Work) -> Iterable[tuple[Message, dict[str, str]]]:
        candidates = [message for word in words_of(text) for message in self._messages.get(word, ())]
        for message in sorted(candidates, key=lambda it: (-it.weight, it.literals)):
            work.tries -= 1
            if work.tries < 0:
                return
            found = message.match(text)
            if found is not None:
                yield message, found

    def _filled(self, message: Message, found: Mapping[str, str], work: _Work, depth: int) -> _Said:
        is_sure = True

        def translate(place: str, content: str, is_word: bool) -> str:
            nonlocal is_sure
            if is_word:
                items = content.split(", ")
                if all(item in self._exact and item not in work.names for item in items):
                    return ", ".join(self._exact[item] for item in items)
                is_sure = is_sure and (" " not in content or place in AROUND)
            inner = content.strip(" ")
            said = self._whole(content, work, depth + 1)
            if said is None and inner != content and (within := self._whole(inner, work, depth + 1)):
                said = _Said(content.replace(inner, within.text), within.is_sure)
            if said is None:
                is_sure = is_sure and self._is_a_name(content, work)
                is_sure = is_sure and not (
                    message.weight <= LIGHT and _PLAIN.fullmatch(content) and content not in work.names
                )
                return content
            is_sure = is_sure and said.is_sure
            return said.text

        text = message.say(found, translate)
        return _Said(text, is_sure)

    def _parted(self, text: str, work: _Work, depth: int) -> _Said | None:
        """The text parted at its first kind of joint, if one part at least has words and the others are names."""
        for joint in _JOINTS:
            parts = text.split(joint)
            if len(parts) == 1:
                continue
            before = len(work.left)
            said = [self._whole(part, work, depth + 1) for part in parts]
            rest = [part for part, translated in zip(parts, said, strict=True) if translated is None]
            if any(said) and all(self._is_a_name(part, work) for part in rest):
                pieces = [one.text if one else part for part, one in zip(parts, said, strict=True)]
                return _Said(joint.join(pieces), all(one is None or one.is_sure for one in said))
            del work.left[before:]
        return None

    def _juxtaposed(self, text: str, work: _Work, depth: int) -> _Said | None:
        """Two phrases side by side, one of them known as it is: ``its call to the API server`` ``may not arrive``.

        Or such a phrase and a name: ``route table`` ``rtb-1``.
        """
        at = text.rfind(" ")
        while at > 0:
            first, second = text[:at], text[at + 1 :]
            known = self._exact.get(second)
            if known is not None and " " in second and (said := self._whole(first, work, depth + 1)):
                return _Said(f"{said.text} {known}", said.is_sure)
            known = self._exact.get(first)
            if known is not None and " " in first and not is_for_people(second):
                return _Said(f"{known} {second}", is_sure=True)
            at = text.rfind(" ", 0, at)
        return None

    def _is_a_name(self, text: str, work: _Work) -> bool:
        """Whether a text without words may stay as it is: a name, an address, a list of them."""
        if text in work.names:
            return True
        for part in re.split("[,;] ", text):
            if part not in work.names and is_for_people(_OF_ITS_OWN.sub("", part)):
                work.left.append(text)
                return False
        return True
