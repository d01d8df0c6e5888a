"""Counts in memory that the workers of a service share, so that a limit is that of the service and not of each worker.

1. There is no lock: each number is written in one piece, and of two requests that are counted in the same instant by
   two workers one may be lost. A limit that is passed by one request in thousands is still a limit, and a worker that
   dies leaves no lock behind.
2. The memory is bounded. Where too many callers share a place, the one who was longest quiet is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from mmap import mmap
from time import monotonic

from limits import RateLimitItem

from service.web.access.rates import Standing, Window, standing

PLACES = 4_096
"""How many callers are counted at once."""
_TRIED = 8
_ID, _NUMBER, _CURRENT, _PREVIOUS, _WIDTH = 0, 1, 2, 3, 4


class SharedCounts:
    """Counts of every worker that is forked from here; ``clock`` must be the machine's, as `monotonic` is."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._cells = memoryview(mmap(-1, PLACES * _WIDTH * 8)).cast("Q")

    def take(self, who: str, rate: RateLimitItem) -> Standing:
        """Counts one request, unless the limit is reached."""
        length = rate.get_expiry()
        number, past = divmod(self._clock(), length)
        at = self._place(who, rate, int(number) + 1)
        window = Window(previous=self._cells[at + _PREVIOUS], current=self._cells[at + _CURRENT], left=length - past)
        if not window.has_room(rate):
            return standing(rate, window, is_within=False)
        self._cells[at + _CURRENT] = window.current + 1
        counted = Window(previous=window.previous, current=window.current + 1, left=window.left)
        return standing(rate, counted, is_within=True)

    def _place(self, who: str, rate: RateLimitItem, number: int) -> int:
        """Where somebody is counted, moved on to the window of this number."""
        told = f"{who}\n{rate.amount}/{rate.get_expiry()}".encode()
        id_ = int.from_bytes(sha256(told).digest()[:8]) | 1
        places = [(id_ + tried) % PLACES * _WIDTH for tried in range(_TRIED)]
        at = next((at for at in places if self._cells[at + _ID] == id_), None)
        if at is None:
            at = min(places, key=lambda at: self._cells[at + _NUMBER])
            self._cells[at + _CURRENT] = self._cells[at + _PREVIOUS] = 0
            self._cells[at + _NUMBER] = number
            self._cells[at + _ID] = id_
        passed = number - self._cells[at + _NUMBER]
        if passed:
            self._cells[at + _PREVIOUS] = self._cells[at + _CURRENT] if passed == 1 else 0
            self._cells[at + _CURRENT] = 0
            self._cells[at + _NUMBER] = number
        return at
