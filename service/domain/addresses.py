"""Sets of IP addresses, compared by coverage and never by the text of a range.

Parsing and printing are `ipaddress`'s; between the two, a set is a sorted tuple of disjoint intervals on
one number line, IPv4 first and IPv6 far behind it. So ``0.0.0.0/1`` with ``128.0.0.0/1`` *is*
``0.0.0.0/0``, and every question asked of a set is one sweep.

>>> addresses("0.0.0.0/1", "128.0.0.0/1") == EVERY_IPV4
True
>>> [str(network) for network in addresses("10.0.0.0/25", "10.0.0.128/25").networks()]
['10.0.0.0/24']
>>> addresses("::ffff:13.209.0.0/124").texts()
('13.209.0.0/28',)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
    summarize_address_range,
)

Network = IPv4Network | IPv6Network
Interval = tuple[int, int]

_IPV6_BEGINS = 1 << 64  # far enough from the last IPv4 address that the two families never touch


@dataclass(frozen=True, slots=True)
class Addresses:
    """A set of addresses of either family: disjoint, sorted, never adjacent intervals."""

    intervals: tuple[Interval, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __or__(self, other: Addresses) -> Addresses:
        if not self.intervals or not other.intervals:
            return self if self.intervals else other
        return _joined((*self.intervals, *other.intervals))

    def __and__(self, other: Addresses) -> Addresses:
        return self if other.covers(self) else Addresses(tuple(_overlaps(self.intervals, other.intervals)))

    def __sub__(self, other: Addresses) -> Addresses:
        left: list[Interval] = []
        for low, high in self.intervals:
            for taken_low, taken_high in other.intervals:
                if taken_high < low or taken_low > high:
                    continue
                if taken_low > low:
                    left.append((low, taken_low - 1))
                low = taken_high + 1
                if low > high:
                    break
            if low <= high:
                left.append((low, high))
        return Addresses(tuple(left))

    def covers(self, other: Addresses) -> bool:
        """Whether every address of the other set is in this one; the empty set is covered by all."""
        mine = self.intervals
        for first, last in other.intervals:
            for low, high in mine:
                if low <= first and last <= high:
                    break
            else:
                return False
        return True

    def meets(self, other: Addresses) -> bool:
        """Whether the two sets share an address."""
        return next(_overlaps(self.intervals, other.intervals), None) is not None

    def of_version(self, version: int) -> Addresses:
        """The part of the set in one family (4 or 6)."""
        return self & (EVERY_IPV4 if version == 4 else EVERY_IPV6)

    def has_version(self, version: int) -> bool:
        """Whether the set holds an address of the family (4 or 6)."""
        if version == 4:
            return bool(self.intervals) and self.intervals[0][0] < _IPV6_BEGINS
        return bool(self.intervals) and self.intervals[-1][1] >= _IPV6_BEGINS

    def count(self) -> int:
        """How many addresses the set holds."""
        return sum(high - low + 1 for low, high in self.intervals)

    def networks(self) -> tuple[Network, ...]:
        """The fewest CIDR ranges that are exactly this set, IPv4 first."""
        return _networks(self)

    def texts(self) -> tuple[str, ...]:
        """The ranges as text, in the order of `networks`."""
        return _texts(self)


def _joined(intervals: Iterable[Interval]) -> Addresses:
    joined: list[Interval] = []
    for low, high in sorted(intervals):
        if joined and low <= joined[-1][1] + 1:
            if high > joined[-1][1]:
                joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return Addresses(tuple(joined))


def _overlaps(mine: tuple[Interval, ...], others: tuple[Interval, ...]) -> Iterator[Interval]:
    for low, high in mine:
        for other_low, other_high in others:
            if other_low <= high and low <= other_high:
                yield max(low, other_low), min(high, other_high)


def _summarised(interval: Interval) -> Iterator[Network]:
    low, high = interval
    size = high - low + 1
    if low < _IPV6_BEGINS:
        if _is_block(low, size):
            return iter((IPv4Network((low, 33 - size.bit_length())),))
        return summarize_address_range(IPv4Address(low), IPv4Address(high))
    low, high = low - _IPV6_BEGINS, high - _IPV6_BEGINS
    if _is_block(low, size):
        return iter((IPv6Network((low, 129 - size.bit_length())),))
    return summarize_address_range(IPv6Address(low), IPv6Address(high))


def _is_block(low: int, size: int) -> bool:
    """Whether addresses from ``low`` on are one CIDR range, as most sets are: a power of two, and aligned to it."""
    return size & (size - 1) == 0 and low & (size - 1) == 0


@lru_cache(maxsize=4096)
def _networks(addresses: Addresses) -> tuple[Network, ...]:
    return tuple(network for interval in addresses.intervals for network in _summarised(interval))


@lru_cache(maxsize=4096)
def _texts(addresses: Addresses) -> tuple[str, ...]:
    return tuple(str(network) for network in addresses.networks())


def in_order(networks: Iterable[Network]) -> tuple[Network, ...]:
    """Networks once each, IPv4 first, by address and then the widest first."""
    return tuple(sorted(set(networks), key=lambda it: (it.version, int(it.network_address), it.prefixlen)))


@lru_cache(maxsize=8192)
def parse_network(text: str) -> Network:
    """A range or a single address as a network: host bits are cleared, IPv4-mapped IPv6 is IPv4.

    Raises `ValueError`, with `ipaddress`'s sentence, for what is neither.
    """
    network = ip_network(text, strict=False)
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and network.network_address.ipv4_mapped:
        return IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - 96))
    return network


@lru_cache(maxsize=8192)
def of_network(network: Network) -> Addresses:
    """The set that holds exactly one range."""
    begins = 0 if network.version == 4 else _IPV6_BEGINS
    return Addresses(((begins + int(network.network_address), begins + int(network.broadcast_address)),))


@lru_cache(maxsize=8192)
def of_networks(networks: tuple[Network, ...]) -> Addresses:
    """The union of ranges."""
    return _joined(interval for network in networks for interval in of_network(network).intervals)


def union(sets: Iterable[Addresses]) -> Addresses:
    """All of the sets taken together, in one sweep however many they are."""
    return _joined([interval for one in sets for interval in one.intervals])


def addresses(*texts: str) -> Addresses:
    """The union of ranges given as text (for tables and tests)."""
    return of_networks(tuple(parse_network(text) for text in texts))


def merged(networks: Iterable[Network]) -> tuple[Network, ...]:
    """The fewest ranges that cover exactly the given ones."""
    return of_networks(tuple(networks)).networks()


NOWHERE = Addresses()
EVERY_IPV4 = addresses("0.0.0.0/0")
EVERY_IPV6 = addresses("::/0")
EVERYWHERE = EVERY_IPV4 | EVERY_IPV6

# What EKS refuses in publicAccessCidrs is documented by a link to a list of reserved ranges; the IANA
# special-purpose registries stand for it (F-1.13, F-1.14). Private space as routers see it is the same set.
RESERVED = addresses(
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
    *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("::/127", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16"),
    *("3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8"),
)
PUBLIC_SPACE = EVERYWHERE - RESERVED
"""Where the public endpoint's addresses may lie; which of them, AWS does not say (F-2.15)."""
