"""Answers that this process gave lately, for whoever asks the very same question again.

1. An answer but for its id and time follows from the bytes of the question, the policy in force and the day (waivers
   end), for prices and the edition of the facts are those of the process: so these are the key. A question that asks
   for an earlier policy is decided anew, because that policy may be forgotten meanwhile.
2. Nothing that belongs to a caller is kept: no id, no time, no name, and not the question, only its digest. Each answer
   gets an id of its own, is recorded and is counted, remembered or not.
3. The answers that were asked for least lately go, once there are too many or they take up too much room.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from service.web.answers import Said

MOST_ENTRIES = 1_024
OVERHEAD = 1_024
"""What an entry takes up beside the body, in bytes: a little more than it does."""


class Place(NamedTuple):
    """Where an answer is remembered: all that it follows from."""

    question: bytes
    policy_revision: str
    today: date


def place_of(question: bytes, policy_revision: str, today: date) -> Place:
    """The place of the answer to a question, by its bytes."""
    return Place(sha256(question).digest(), policy_revision, today)


class Memory:
    """What was said lately, of at most so many bytes; none of it if that is 0."""

    def __init__(self, most_bytes: int, most_entries: int = MOST_ENTRIES) -> None:
        self._most_bytes, self._most_entries = most_bytes, most_entries
        self._said: OrderedDict[Place, Said] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._said)

    def find(self, place: Place) -> Said | None:
        """What was said there, if that is remembered."""
        said = self._said.get(place)
        if said is not None:
            self._said.move_to_end(place)
        return said

    def keep(self, place: Place, said: Said) -> None:
        """Remembers an answer, and forgets others for it; one that alone is too long is not remembered."""
        if _size(said) > self._most_bytes:
            return
        if place in self._said:
            self.bytes -= _size(self._said.pop(place))
        self._said[place] = said
        self.bytes += _size(said)
        while self.bytes > self._most_bytes or len(self._said) > self._most_entries:
            self.bytes -= _size(self._said.popitem(last=False)[1])


def _size(said: Said) -> int:
    return len(said.body) + OVERHEAD
