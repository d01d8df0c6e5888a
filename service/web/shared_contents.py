"""What the workers of a service have read of a file, shared between them.

So a worker that is started anew while the file is broken has what the others have.
"""

from __future__ import annotations

from hashlib import sha256
from mmap import mmap

_HEAD = 32 + 8 + 8


class SharedContents:
    """The last contents of a file, the newest last, in memory that a process shares with those it forks.

    ``most_bytes`` is how large one may be, ``most_kept`` how many are kept. There is no lock: what is read carries its
    digest, and what was half written is read as nothing.
    """

    def __init__(self, most_bytes: int, most_kept: int) -> None:
        self._most_kept = most_kept
        self._memory = mmap(-1, _HEAD + most_kept * (8 + most_bytes))

    @property
    def failing_since(self) -> int:
        """Since when the file is not used, in milliseconds since 1970; 0 if it is."""
        return int.from_bytes(self._memory[40:48])

    @failing_since.setter
    def failing_since(self, moment: int) -> None:
        self._memory[40:48] = moment.to_bytes(8)

    def read(self) -> list[bytes]:
        """What all have loaded."""
        size = int.from_bytes(self._memory[32:40])
        content = self._memory[_HEAD : _HEAD + size]
        if not size or sha256(content).digest() != self._memory[:32]:
            return []
        found, place = [], 0
        while place < len(content):
            end = place + 8 + int.from_bytes(content[place : place + 8])
            found.append(content[place + 8 : end])
            place = end
        return found

    def add(self, newest: bytes) -> None:
        """Puts a content last, and lets the oldest go if there are too many."""
        others = [content for content in self.read() if content != newest]
        kept = [*(others[1 - self._most_kept :] if self._most_kept > 1 else ()), newest]
        content = b"".join(len(one).to_bytes(8) + one for one in kept)
        self._memory[:40] = sha256(content).digest() + len(content).to_bytes(8)
        self._memory[_HEAD : _HEAD + len(content)] = content
