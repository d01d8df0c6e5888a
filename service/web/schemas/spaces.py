"""Subnets in the space of their VPC: inside it, and beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from service.domain.addresses import Interval, of_network
from service.domain.errors import Mistake
from service.web.schemas.ranges import read_network


class _Space(NamedTuple):
    """A range with the interval that it takes on the line of both families."""

    interval: Interval
    version: int
    text: str

    def is_inside(self, other: _Space) -> bool:
        """Whether the other range covers this one."""
        return other.interval[0] <= self.interval[0] and self.interval[1] <= other.interval[1]


class _Placed(NamedTuple):
    """A subnet's range, sortable by where it begins."""

    space: _Space
    number: int
    name: str


def misplaced_subnets(vpc_cidrs: Iterable[Any], subnets: list[tuple[int, dict[str, Any]]]) -> Iterator[Mistake]:
    """Subnets that lie outside the given ranges of the VPC, or over another subnet.

    A family in which no range of the VPC is given leaves open where its subnets lie.
    """
    around = [space for text in vpc_cidrs if (space := _space(text))]
    placed = []
    for index, subnet in subnets:
        for name in ("cidr", "ipv6_cidr"):
            text = subnet.get(name)
            if text is not None and (space := _space(text)):
                placed.append(_Placed(space, index, name))
    for space, index, name in placed:
        same_family = [other for other in around if other.version == space.version]
        if same_family and not any(space.is_inside(other) for other in same_family):
            ranges = ", ".join(f"`{other.text}`" for other in same_family)
            sentence = f"is `{space.text}`, outside the VPC's ranges {ranges}"
            yield Mistake(f"/cluster/subnets/{index}/{name}", sentence)
    yield from _overlapping(sorted(placed))


def _space(text: object) -> _Space | None:
    return _space_of(text) if isinstance(text, str) else None


@lru_cache(maxsize=8192)
def _space_of(text: str) -> _Space | None:
    try:
        network = read_network(text)
    except ValueError:
        return None
    return _Space(of_network(network).intervals[0], network.version, str(network))


def _overlapping(placed: Iterable[_Placed]) -> Iterator[Mistake]:
    """Ranges are nested or apart, so in order of their beginning one that overlaps lies in the widest before."""
    widest: _Placed | None = None
    for subnet in placed:
        if widest and subnet.space.interval[0] <= widest.space.interval[1]:
            earlier, later = sorted((widest, subnet), key=lambda one: one.number)
            other = f"`{earlier.space.text}` of `/cluster/subnets/{earlier.number}`"
            sentence = f"is `{later.space.text}`, which overlaps {other}"
            yield Mistake(f"/cluster/subnets/{later.number}/{later.name}", sentence)
        if widest is None or subnet.space.interval[1] > widest.space.interval[1]:
            widest = subnet
