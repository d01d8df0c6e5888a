"""How a limit is written, and what a caller's window leaves of it.

A window slides: what was asked in the window before counts by the part of it that still lies within the last minute
(hour, day), so nobody gets twice the limit by asking at the turn of a minute.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Protocol

from limits import RateLimitItem, parse

_WRITTEN = re.compile(r"[1-9][0-9]{0,8}/(second|minute|hour|day)")
_ROUNDING = 1e-6
"""What fractions that are not exact may be off by."""
EXPECTED = "a number per second, minute, hour or day, such as `600/minute`"


def rate_of(text: str) -> RateLimitItem:
    """The limit that a text states; raises `ValueError`."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError(f"`{text}` is no limit, expected {EXPECTED}")
    return parse(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What somebody asked in the present window and in the one before it; ``left`` are the seconds to its end."""

    previous: int
    current: int
    left: float

    def weight(self, rate: RateLimitItem) -> float:
        """How much of the limit is used up."""
        return self.previous * self.left / rate.get_expiry() + self.current

    def has_room(self, rate: RateLimitItem) -> bool:
        """Whether one more is within the limit."""
        return self.weight(rate) + 1 <= rate.amount + _ROUNDING

    def seconds_until(self, rate: RateLimitItem) -> int:
        """How long until one more is let through, if nothing else is asked; at least 1."""
        length, room = float(rate.get_expiry()), rate.amount - 1
        if self.current <= room:
            seconds = self.left - length * (room - self.current) / self.previous if self.previous else 0.0
        else:
            seconds = self.left + length * (self.current - room) / self.current
        return max(1, math.ceil(seconds - _ROUNDING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a caller stands after a request that was let through or not; ``seconds`` are those to wait or to the end."""

    rate: RateLimitItem
    is_within: bool
    remaining: int
    seconds: int


def standing(rate: RateLimitItem, window: Window, *, is_within: bool) -> Standing:
    """How somebody stands whose window this is now."""
    remaining = max(0, math.floor(rate.amount - window.weight(rate) + _ROUNDING))
    seconds = max(1, math.ceil(window.left)) if is_within else window.seconds_until(rate)
    return Standing(rate=rate, is_within=is_within, remaining=remaining if is_within else 0, seconds=seconds)


class Counts(Protocol):
    """Where it is counted who asked how much."""

    def take(self, who: str, rate: RateLimitItem) -> Standing:
        """Counts one request, unless the limit is reached."""
