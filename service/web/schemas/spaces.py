"""Subnets in the space of their VPC: inside it, and beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.domain.addresses import Network, of_network
from service.domain.errors import Mistake
from service.web.schemas.ranges import read_network

_FAMILIES = (("cidr", 4), ("ipv6_cidr", 6))


def misplaced_subnets(vpc_cidrs: Iterable[Any], subnets: list[tuple[int, dict[str, Any]]]) -> Iterator[Mistake]:
    """Subnets that lie outside the given ranges of the VPC, or over another subnet.

    A family in which no range of the VPC is given leaves open where its subnets lie.
    """
    spaces = [space for text in vpc_cidrs if (space := _network(text))]
    for name, version in _FAMILIES:
        placed = [
            (index, network)
            for index, subnet in subnets
            if (network := _network(subnet.get(name))) and network.version == version
        ]
        inside = [of_network(space) for space in spaces if space.version == version]
        for index, network in placed:
            if inside and not any(space.covers(of_network(network)) for space in inside):
                ranges = ", ".join(f"`{space}`" for space in spaces if space.version == version)
                yield Mistake(f"/cluster/subnets/{index}/{name}", f"is `{network}`, outside the VPC's ranges {ranges}")
        yield from _overlapping(placed, name)


def _network(text: object) -> Network | None:
    try:
        return read_network(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _overlapping(placed: list[tuple[int, Network]], name: str) -> Iterator[Mistake]:
    """Ranges are nested or apart, so in order of their beginning one that overlaps lies in the widest before."""
    spans = sorted([(of_network(network).intervals[0], index, network) for index, network in placed])
    widest: tuple[int, int, Network] | None = None
    for (low, high), index, network in spans:
        if widest and low <= widest[0]:
            one, other = sorted((widest[1], index))
            around = widest[2] if other == index else network
            yield Mistake(
                f"/cluster/subnets/{other}/{name}",
                f"is `{network if other == index else widest[2]}`, which overlaps `{around}` of"
                f" `/cluster/subnets/{one}`",
            )
        if widest is None or high > widest[0]:
            widest = (high, index, network)
