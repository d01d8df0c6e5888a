"""How a limit is written: `600/minute`."""

from __future__ import annotations

import re

from limits import RateLimitItem, parse

_WRITTEN = re.compile(r"[1-9][0-9]{0,8}/(second|minute|hour|day)")
EXPECTED = "a number per second, minute, hour or day, such as `600/minute`"


def rate_of(text: str) -> RateLimitItem:
    """The limit that a text states; raises `ValueError`."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError(f"`{text}` is no limit, expected {EXPECTED}")
    return parse(text)
