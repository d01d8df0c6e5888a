"""A file that says who may call, read again when it changes.

It is looked at at most once in `SECONDS_BETWEEN_LOOKS`, so what is struck out there is refused that long after. A file
that is broken or gone replaces nothing, and the log says so once. The workers of a service share what they read last,
so that none that is started anew meanwhile goes back to something older.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

from service.web.policies import SECONDS_BETWEEN_LOOKS
from service.web.shared_contents import SharedContents

_T = TypeVar("_T")

_log = logging.getLogger("service.files")


class WatchedFile(Generic[_T]):
    """What a file holds, as ``read`` understands it.

    ``read`` raises `ValueError` for what it does not understand; the first reading raises that too, or `OSError`.
    """

    def __init__(
        self, path: Path, read: Callable[[bytes], _T], most_bytes: int, clock: Callable[[], float] = monotonic
    ) -> None:
        self._path, self._read, self._most_bytes, self._clock = path, read, most_bytes, clock
        self._shared = SharedContents(most_bytes, most_kept=1)
        self._looked_at = clock()
        self.is_failing = False
        """Whether the file is not what is in force."""
        self._seen = self._stamp()
        self._held = self._taken()

    def current(self) -> _T:
        """What is in force."""
        if self._clock() - self._looked_at >= SECONDS_BETWEEN_LOOKS:
            self._look()
        return self._held

    def _look(self) -> None:
        self._looked_at = self._clock()
        try:
            stamp = self._stamp()
            if stamp == self._seen and not self.is_failing:
                return
            self._held, self._seen = self._taken(), stamp
        except (OSError, ValueError) as error:
            if not self.is_failing:
                fields = {"file": str(self._path), "reason": str(error)}
                _log.error("a file is not used; what it held before stays in force", extra={"fields": fields})
            self.is_failing = True
            for content in self._shared.read():
                self._held = self._read(content)
        else:
            self.is_failing = False
            _log.warning("a file has changed and is in force", extra={"fields": {"file": str(self._path)}})

    def _taken(self) -> _T:
        with self._path.open("rb") as stream:
            content = stream.read(self._most_bytes + 1)
        if len(content) > self._most_bytes:
            raise ValueError(f"is larger than {self._most_bytes} bytes")
        held = self._read(content)
        self._shared.add(content)
        return held

    def _stamp(self) -> tuple[int, ...]:
        """What changes when the file does; a file that is put in its place has another inode."""
        found = self._path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
