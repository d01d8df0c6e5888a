"""What security groups, network ACLs and firewalls let through, as sets of addresses.

1. A filter's verdict is about a *party*: the addresses on its far side, the groups that it holds, and
   whether traffic comes from every one of those addresses or from one of them that is not known.
2. Security groups are stateful and their rules add up, by range or by group (F-3.15, F-3.25). The cluster
   security group is open to itself, whatever is listed (F-3.10, Reading 4).
3. Network ACLs are stateless: the first rule that matches decides (F-3.19, Reading 9).
4. Firewalls are stateful; what they do not list is denied (Reading 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum
from itertools import pairwise
from typing import NamedTuple

from service.domain.addresses import (
    EVERY_IPV4,
    EVERY_IPV6,
    EVERYWHERE,
    NOWHERE,
    Addresses,
    of_network,
    of_networks,
)
from service.domain.network import (
    ANY_PORT,
    AclRule,
    Direction,
    FirewallRule,
    NetworkAcl,
    Ports,
    SecurityGroup,
    SecurityRule,
)


class Verdict(IntEnum):
    """Whether something passes: yes, not known, or no; the greater, the worse for the caller."""

    YES = 0
    UNKNOWN = 1
    NO = 2


class References(Enum):
    """Whether a rule that names a security group sees the groups of a party (peering and the own VPC)."""

    MATCH = "match"
    UNKNOWN = "unknown"
    NEVER = "never"


class Party(NamedTuple):
    """One side of a connection; ``addresses`` None are not known, ``groups`` None are not known."""

    addresses: Addresses | None
    is_every: bool = True
    groups: frozenset[str] | None = frozenset()
    references: References = References.NEVER
    version: int = 4


class Admission(NamedTuple):
    """What a set of rules lets through: ranges, groups, and whether a part of it cannot be read."""

    addresses: Addresses
    groups: frozenset[str] = frozenset()
    is_unsure: bool = False


def judge(party: Party, admitted: Addresses, *, is_unsure: bool = False) -> Verdict:
    """Whether the admitted set takes in every address of the party, or the one that is not known.

    A party comes from somewhere: of one without any address it is not known from where, and nothing covers it.
    ``is_unsure`` if more than the set may be admitted.
    """
    addresses, version = party.addresses, party.version
    if not addresses:
        if admitted.covers(EVERY_IPV4 if version == 4 else EVERY_IPV6):
            return Verdict.YES
        return Verdict.UNKNOWN if is_unsure or admitted.has_version(version) else Verdict.NO
    if admitted.covers(addresses):
        return Verdict.YES
    if is_unsure:
        return Verdict.UNKNOWN
    return Verdict.NO if party.is_every or not admitted.meets(addresses) else Verdict.UNKNOWN


def admits(admission: Admission, party: Party) -> Verdict:
    """Whether security group rules let the party through, by group or by range."""
    is_unsure = admission.is_unsure
    if admission.groups and party.references is not References.NEVER:
        if party.groups is None:
            is_unsure = True
        elif admission.groups & party.groups:
            if party.references is References.MATCH:
                return Verdict.YES
            is_unsure = True
    return judge(party, admission.addresses, is_unsure=is_unsure)


def admission_of(groups: Iterable[SecurityGroup], direction: Direction, port: int) -> Admission:
    """What described groups let through for one TCP port, taken together."""
    found, named, is_unsure = NOWHERE, set[str](), False
    for group in groups:
        rules = group.ingress if direction is Direction.IN else group.egress
        if group.role == "cluster":
            named.add(group.id)
        if rules is None:
            return Admission(EVERYWHERE)
        for rule in rules:
            if rule.ports.admits_tcp(port):
                found |= of_networks(rule.cidrs)
                named.update(_named_by(rule, group))
                is_unsure = is_unsure or bool(rule.prefix_lists)
    return Admission(found, frozenset(named), is_unsure)


def _named_by(rule: SecurityRule, group: SecurityGroup) -> Iterable[str]:
    return (group.id if name == "self" else name for name in rule.groups)


def _ports_of(rule: Ports) -> tuple[int, int]:
    return ANY_PORT if rule.protocol == "all" else (rule.first, rule.last)


def passed_by(acl: NetworkAcl, direction: Direction, ports: tuple[int, int]) -> Addresses:
    """The addresses that a network ACL passes on *all* of the TCP ports (Reading 9)."""
    spoken, passed = _spoken(acl, direction), EVERYWHERE
    for port in _corners(spoken, ports):
        passed = _passed_on(spoken, port, passed)
        if not passed:
            break
    return passed


def _spoken(acl: NetworkAcl, direction: Direction) -> list[AclRule]:
    """The rules that speak of TCP, in the order in which they are asked."""
    rules = acl.ingress if direction is Direction.IN else acl.egress
    return sorted((rule for rule in rules if rule.ports.protocol in ("tcp", "all")), key=lambda rule: rule.number)


def _corners(rules: list[AclRule], ports: tuple[int, int]) -> Iterable[int]:
    """The ports at which an ACL may change its mind; between two of them it does not."""
    first, last = ports
    starts = {first}
    for rule in rules:
        low, high = _ports_of(rule.ports)
        starts.update(port for port in (low, high + 1) if first < port <= last)
    return sorted(starts)


def _passed_on(rules: list[AclRule], port: int, asked: Addresses) -> Addresses:
    left, passed = asked, NOWHERE
    for rule in rules:
        low, high = _ports_of(rule.ports)
        if low <= port <= high:
            matched = left & of_network(rule.cidr)
            left -= matched
            if rule.allows:
                passed |= matched
        if not left:
            break
    return passed


def closed_ports(acl: NetworkAcl, direction: Direction, ports: tuple[int, int], addresses: Addresses) -> str:
    """The first stretch of ports that the ACL keeps from some of the addresses, for the sentence."""
    spoken = _spoken(acl, direction)
    corners = [*_corners(spoken, ports), ports[1] + 1]
    closed = [
        (low, high - 1) for low, high in pairwise(corners) if not _passed_on(spoken, low, addresses).covers(addresses)
    ]
    low, high = closed[0][0], closed[0][1]
    for next_low, next_high in closed[1:]:
        if next_low != high + 1:
            break
        high = next_high
    return str(low) if low == high else f"{low}-{high}"


def firewall_verdict(rules: tuple[FirewallRule, ...] | None, direction: str, port: int, party: Party) -> Verdict:
    """Whether a firewall passes the far side's addresses; without rules there is no firewall (Reading 5)."""
    if rules is None:
        return Verdict.YES
    admitted = NOWHERE
    for rule in rules:
        if rule.direction in (None, direction) and rule.ports.admits_tcp(port):
            admitted |= EVERYWHERE if rule.cidrs is None else of_networks(rule.cidrs)
    return judge(party, admitted)
