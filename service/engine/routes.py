"""Where a route table sends a packet: longest prefix first, the local route always there.

1. A subnet's table is the one it names, else the main table, else not known; the VPC's own ranges are
   always local (F-6.8).
2. The public endpoint's addresses are not known one by one (F-2.15): they follow the default route, or the
   two halves of it. A table with only narrower public routes leaves the way out open.
3. A route to a prefix list may cover anything: it never makes a way, but it keeps its absence from being
   certain.
"""

from __future__ import annotations

from service.domain.addresses import (
    EVERY_IPV4,
    PUBLIC_SPACE,
    Addresses,
    Network,
    addresses,
    of_network,
)
from service.domain.network import Route, RouteTable

LOCAL = Route(destination=None, target="local")
PUBLIC_INTERNET = {4: PUBLIC_SPACE & EVERY_IPV4, 6: PUBLIC_SPACE & addresses("2000::/3")}
"""Where the internet's addresses lie, by family; people route ``2000::/3`` in place of ``::/0``."""
_BROADEST_SPECIFIC = 8  # a public route this narrow is somebody's range, not a half of the internet


def lookup(table: RouteTable, vpc: Addresses, asked: Addresses) -> tuple[tuple[Route | None, Addresses], ...]:
    """Each route that takes part of the asked addresses with that part; None for what no route takes."""
    found: list[tuple[Route | None, Addresses]] = []
    left = asked
    for route in _by_prefix(table):
        taken = left & of_network(route.destination) if route.destination else None
        if taken and not _is_inside(route, vpc):
            taken -= vpc
        if taken:
            found.append((route, taken))
            left -= taken
        if not left:
            return tuple(found)
    inside = left & vpc
    if inside:
        found.append((LOCAL, inside))
        left -= inside
    if left:
        found.append((None, left))
    return tuple(found)


def _by_prefix(table: RouteTable) -> list[Route]:
    return sorted((route for route in table.routes if route.destination), key=lambda route: -_prefix(route))


def _prefix(route: Route) -> int:
    return route.destination.prefixlen if route.destination else 0


def _is_inside(route: Route, vpc: Addresses) -> bool:
    """A route within the VPC's own ranges beats the local one (a middlebox); a broader one never does."""
    return route.destination is not None and vpc.covers(of_network(route.destination))


def has_unread_routes(table: RouteTable) -> bool:
    """Whether a prefix list leads somewhere other than to a VPC endpoint, so that a way may be hidden."""
    return any(route.prefix_list and not route.target.startswith("vpce-") for route in table.routes)


def default_routes(table: RouteTable, version: int) -> tuple[Route | None, ...]:
    """The routes that the public endpoint's addresses may follow, by target; None where none leads."""
    broad = [r for r in _by_prefix(table) if r.destination and _is_broad(r.destination, version)]
    if len(broad) == 1 and _prefix(broad[0]) == 0:
        return (broad[0],)
    left, found = PUBLIC_INTERNET[version], list[Route | None]()
    for route in broad:
        taken = left & of_network(route.destination) if route.destination else None
        if taken:
            left -= taken
            if all(other is None or not _same_way(other, route) for other in found):
                found.append(route)
    if left:
        found.append(None)
    return tuple(found)


def _is_broad(network: Network, version: int) -> bool:
    return network.version == version and network.prefixlen < _BROADEST_SPECIFIC


def _same_way(one: Route, other: Route) -> bool:
    return one.target == other.target and one.is_blackhole == other.is_blackhole


def narrower_public_routes(table: RouteTable, version: int) -> bool:
    """Whether the table names public ranges narrower than a default, which may hold the endpoint or not."""
    return any(
        route.destination is not None
        and route.destination.version == version
        and not _is_broad(route.destination, version)
        and of_network(route.destination).meets(PUBLIC_SPACE)
        for route in table.routes
    )
