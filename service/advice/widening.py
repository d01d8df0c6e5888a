"""The cheapest way to say a set of addresses in few ranges: exact, by dynamic programming over the prefix tree.

1. The ranges that the set needs are the leaves of a binary tree of prefixes, one tree for each family.
2. A prefix either stands on the list itself, and then admits all of it, or leaves the matter to its halves.
3. For each prefix and each number of ranges the tree knows the fewest extra addresses; a prefix in which only
   one half is needed is never better than that half, so such chains are skipped and the tree has at most
   twice as many prefixes as leaves. That holds because a range may stand only if all of its parts may.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network

from service.domain.addresses import Addresses, Network

MOST_LEAVES = 4_096
"""Beyond so many ranges nothing is widened: what would come out is no list that anybody should want."""
Choice = tuple[int, tuple[Network, ...]]  # extra addresses, and the ranges that admit them
MayStand = Callable[[Network], bool]


def widened(wanted: Addresses, most: int, may_stand: MayStand) -> tuple[Network, ...] | None:
    """At most so many ranges that cover the set with the fewest extra addresses; None if there are none.

    ``may_stand`` says of a range whether it may be listed, and never refuses a part of one that may. Among equals
    the fewest ranges win, and then those that stand first.
    """
    leaves = wanted.networks()
    if len(leaves) > MOST_LEAVES:
        return None
    table: list[Choice | None] = [(0, ())]
    for version in (4, 6):
        family = [leaf for leaf in leaves if leaf.version == version]
        if family:
            table = _together(table, _table(family, most, may_stand), most)
    best = min((choice for choice in table if choice is not None), key=_cost, default=None)
    return best[1] if best else None


def _table(leaves: Sequence[Network], most: int, may_stand: MayStand) -> list[Choice | None]:
    """The best choice for each number of ranges from 0 to ``most``, None where there is none."""
    whole = _spanning(leaves[0], leaves[-1])
    if len(leaves) == 1:
        return [None, (0, (whole,))]
    middle = _first_of_second_half(leaves, whole)
    table = _together(_table(leaves[:middle], most, may_stand), _table(leaves[middle:], most, may_stand), most)
    if may_stand(whole):
        extra = whole.num_addresses - sum(leaf.num_addresses for leaf in leaves)
        table[1] = (extra, (whole,))  # both halves are needed, so no other single range does
    return table


def _together(one: Sequence[Choice | None], other: Sequence[Choice | None], most: int) -> list[Choice | None]:
    """Two sets side by side, for each number of ranges that they need together."""
    size = min(len(one) + len(other) - 1, most + 1)
    found: list[Choice | None] = [None] * max(size, 2)
    for i, mine in enumerate(one):
        for j, theirs in enumerate(other[: size - i]):
            if mine is not None and theirs is not None:
                choice = (mine[0] + theirs[0], mine[1] + theirs[1])
                kept = found[i + j]
                if kept is None or _cost(choice) < _cost(kept):
                    found[i + j] = choice
    return found


def _cost(choice: Choice) -> tuple[int, int]:
    return choice[0], len(choice[1])


def _spanning(first: Network, last: Network) -> Network:
    """The narrowest prefix that holds both ranges, which are of one family and in order."""
    low, high = int(first.network_address), int(last.broadcast_address)
    free = (low ^ high).bit_length()
    start = low >> free << free
    if first.version == 4:
        return IPv4Network((start, 32 - free))
    return IPv6Network((start, 128 - free))


def _first_of_second_half(leaves: Sequence[Network], whole: Network) -> int:
    half = int(whole.network_address) + whole.num_addresses // 2
    return next(i for i, leaf in enumerate(leaves) if int(leaf.network_address) >= half)
