"""The way between two settings that cuts off fewest, over states in all of which the engine is run.

1. States are the modes with the present list, the wanted one, or both together, and the networks that callers
   make one after the other as they move; each step changes one switch, the list, or where a caller stands.
2. Of all ways the one that cuts off fewest is taken, then the one that opens the endpoint least, then the
   shortest (F-9.11, F-9.12).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import count, pairwise

from service.advice.states import Paths, State, cuts
from service.domain.addresses import Network, merged, of_networks
from service.domain.change import Setting
from service.domain.cluster import EndpointMode
from service.engine.public_way import LONGEST_LIST

_BESIDE = {
    EndpointMode.PUBLIC: (EndpointMode.PUBLIC_AND_PRIVATE,),
    EndpointMode.PUBLIC_AND_PRIVATE: (EndpointMode.PUBLIC, EndpointMode.PRIVATE),
    EndpointMode.PRIVATE: (EndpointMode.PUBLIC_AND_PRIVATE,),
}
"""One switch at a time: what a single call may turn a mode into."""


def safest_way(networks: Sequence[Paths], start: Setting, target: Setting, keep: tuple[str, ...]) -> list[State]:
    """The way that cuts off fewest, opens least and is shortest, in this order (Dijkstra).

    Each network is what the one before it becomes when a caller moves; the way goes through all of them.
    """
    lists = _lists(start, target)
    origin, following = State(networks[0], start), dict(pairwise(networks))
    wanted = origin.admitted | State(networks[-1], target).admitted
    queue: list[tuple[tuple[int, int, int], int, list[State]]] = [((0, 0, 0), 0, [origin])]
    seen: set[tuple[int, Setting]] = set()
    numbers = count(1)  # among equals, the one that was found first
    while True:  # every setting can be reached from every other, so the target is
        cost, _, way = heappop(queue)
        here = way[-1]
        if here.paths is networks[-1] and _is_same(here.setting, target):
            return _ending(way, target)
        key = (networks.index(here.paths), here.setting)
        if key in seen:
            continue
        seen.add(key)
        moved = [State(following[here.paths], here.setting)] if here.paths in following else []
        for there in (*moved, *(State(here.paths, setting) for setting in _next(here.setting, lists))):
            lost = len(cuts(here, there, keep))
            opened = 0 if there in moved else (there.admitted - wanted).count()
            heappush(queue, ((cost[0] + lost, cost[1] + opened, cost[2] + 1), next(numbers), [*way, there]))


def _ending(way: list[State], target: Setting) -> list[State]:
    """The way with the target as it is written, where the last update set it in another writing."""
    last = way[-1]
    if len(way) > 1 and way[-2].paths is last.paths:
        return [*way[:-1], State(last.paths, target)]
    return way


def _lists(start: Setting, target: Setting) -> list[tuple[Network, ...]]:
    lists = [setting.public_access_cidrs for setting in (start, target) if setting.public_access_cidrs is not None]
    both = merged(network for listed in lists for network in listed)
    return [*lists, both] if len(lists) == 2 and len(both) <= LONGEST_LIST else lists


def _is_same(one: Setting, other: Setting) -> bool:
    """Whether EKS would see no change, or one in the writing alone (F-9.5)."""
    return one.mode is other.mode and of_networks(one.public_access_cidrs or ()) == of_networks(
        other.public_access_cidrs or ()
    )


def _next(here: Setting, lists: Iterable[tuple[Network, ...]]) -> Iterable[Setting]:
    for mode in _BESIDE[here.mode]:
        if not mode.has_public:
            yield Setting(mode=mode, public_access_cidrs=None)
        elif here.public_access_cidrs is not None:
            yield Setting(mode=mode, public_access_cidrs=here.public_access_cidrs)
        else:
            yield from (Setting(mode=mode, public_access_cidrs=listed) for listed in lists)
    if here.mode.has_public:
        yield from (
            Setting(mode=here.mode, public_access_cidrs=listed)
            for listed in lists
            if listed != here.public_access_cidrs
        )
