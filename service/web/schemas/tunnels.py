"""Tunnels of a question that lead to no end: round in a circle, or through more of them than anybody builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.web.schemas.hints import shown

MOST_TUNNELS = 10
"""In a row; each adds its hops to the path of everybody who comes through it."""

Ways = Mapping[str, tuple[int, str]]
"""By a consumer's name its place in the list, and the name of the consumer through whom its calls go."""


def tunnel_fault(start: str, ways: Ways) -> str | None:
    """What is wrong with the way of this consumer's calls; None if it comes to an end."""
    if circle := _circle(start, ways):
        return f"leads round in a circle: {' -> '.join(circle)}"
    if _tunnels(start, ways) > MOST_TUNNELS:
        return f"leads through more than {MOST_TUNNELS} tunnels in a row: tunnel to the last bastion"
    return None


def _tunnels(start: str, ways: Ways) -> int:
    """How many tunnels a call goes through; no more are counted once there are too many, and a circle has no end."""
    passed, name = 0, start
    while name in ways and passed <= MOST_TUNNELS:
        passed, name = passed + 1, ways[name][1]
    return passed


def _circle(start: str, ways: Ways) -> Sequence[str]:
    """The names on the way from a consumer back to itself; empty if the way ends."""
    passed = [start]
    while passed[-1] in ways and len(passed) <= len(ways):
        passed.append(ways[passed[-1]][1])
        if passed[-1] == start:
            return [shown(name)[1:-1].strip('"') for name in passed]
    return []
