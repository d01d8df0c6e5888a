"""Filters on the wire: security groups, network ACLs and firewalls.

Protocols come as names, numbers or "-1"; all are read as ``tcp``, ``udp``, ``icmp``, ``all`` or a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError

from service.domain.network import (
    AclRule,
    Firewall,
    FirewallRule,
    NetworkAcl,
    Ports,
    SecurityGroup,
    SecurityRule,
)
from service.web.schemas.elements import Element, Fault, Items, ranges
from service.web.schemas.fields import Choice, Text, Whole, WireField, words
from service.web.schemas.hints import did_you_mean, shown
from service.web.schemas.ranges import Range, RuleSource

MOST_RULES = 1_000
MOST_ACL_RULES = 200
"""For each direction; AWS takes 40 at most, and what an ACL passes is asked for every port that a rule begins at."""
_ALL_PORTS = -1

_NAMES = {"tcp": "tcp", "udp": "udp", "icmp": "icmp", "icmpv6": "icmpv6", "all": "all", "-1": "all"}
_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


class Protocol(WireField):
    """An IP protocol: a name, a number as text or as an integer, or ``all`` (``-1``)."""

    expected = "`tcp`, `udp`, `icmp`, `icmpv6`, `all` or a protocol number"

    def read(self, value: Any) -> str:
        """The protocol under its one name here."""
        if type(value) is int:
            value = str(value)
        if type(value) is not str:
            raise self.refusal(value)
        protocol = _NAMES.get(value) or _NAMES.get(value.lower()) or _NUMBERS.get(value)
        if protocol:
            return protocol
        if value.isascii() and value.isdigit() and len(value) <= 3 and int(value) <= 255:
            return str(int(value))
        hint = did_you_mean(value, _NAMES)
        raise ValidationError(f"is {shown(value)}, expected {self.expected}{hint}")


class Rule(Element):
    """What rules of every kind have: a protocol and its ports."""

    protocol = Protocol()
    first = Whole("from_port", least=_ALL_PORTS, most=65535)
    last = Whole("to_port", least=_ALL_PORTS, most=65535)

    def build(self, values: dict[str, Any]) -> Any:
        """The rule with its ports as one value; ports mean nothing where every protocol is meant."""
        protocol = values.pop("protocol", "tcp")
        first = values.pop("first", _ALL_PORTS)
        last = values.pop("last", _ALL_PORTS)
        return self.noun(ports=_ports(protocol, first, last), **values)

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Ports come in pairs and in order."""
        first, last = given.get("from_port"), given.get("to_port")
        if type(first) is not int and type(last) is not int:
            return
        if first is None:
            yield "from_port", f"is missing beside `to_port`: write `{shown(last)[1:-1]}` again for a single port"
        elif last is None:
            yield "to_port", f"is missing beside `from_port`: write `{shown(first)[1:-1]}` again for a single port"
        elif type(first) is int and type(last) is int and not _is_span(first, last) and _has_ports(given):
            yield "to_port", f"is `{last}`, before `from_port`, which is `{first}`"


def _is_span(first: int, last: int) -> bool:
    return first <= last and (first == _ALL_PORTS) is (last == _ALL_PORTS)


def _has_ports(given: Mapping[str, Any]) -> bool:
    """ICMP keeps a type and a code in the two fields, and every protocol keeps nothing there."""
    return given.get("protocol") in (None, "tcp", "udp", "6", "17", 6, 17)


@lru_cache(maxsize=1024)
def _ports(protocol: str, first: int, last: int) -> Ports:
    if protocol not in ("tcp", "udp") or first == _ALL_PORTS:
        return Ports(protocol=protocol)
    return Ports(protocol=protocol, first=first, last=last)


class GroupRule(Rule):
    """A rule of a security group; ``destinations`` is what egress rules call their ``sources``."""

    noun = SecurityRule
    sources = Items(RuleSource(), most=MOST_RULES)
    destinations = Items(RuleSource(), most=MOST_RULES)

    def build(self, values: dict[str, Any]) -> SecurityRule:
        """The rule with its far sides told apart: ranges, prefix lists and groups."""
        sides = values.pop("sources", None) or values.pop("destinations", ())
        values.pop("destinations", None)
        ids = [side for side in sides if type(side) is str]
        values["cidrs"] = tuple([side for side in sides if type(side) is not str]) if ids else sides
        values["prefix_lists"] = tuple([side for side in ids if side.startswith("pl-")])
        values["groups"] = tuple([side for side in ids if not side.startswith("pl-")])
        rule: SecurityRule = super().build(values)
        return rule

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """A rule names whom it speaks of, under one of the two names."""
        yield from super().rules(given)
        sources, destinations = given.get("sources"), given.get("destinations")
        if sources is None and destinations is None:
            yield "sources", "is missing: name ranges or groups, `0.0.0.0/0` for every IPv4 address"
        elif sources is not None and destinations is not None:
            yield "destinations", "says the same as `sources`: give one of the two"


class Group(Element):
    """A security group."""

    noun = SecurityGroup
    id = Text(required=True)
    role = Choice(words("cluster", "additional", "other"))
    ingress = Items(GroupRule(), most=MOST_RULES)
    egress = Items(GroupRule(), most=MOST_RULES)

    def build(self, values: dict[str, Any]) -> SecurityGroup:
        """The group, with its own id where a rule says ``self``."""
        for side in ("ingress", "egress"):
            if side in values:
                values[side] = tuple([_own(rule, values["id"]) for rule in values[side]])
        return SecurityGroup(**values)


def _own(rule: SecurityRule, group: str) -> SecurityRule:
    if "self" not in rule.groups:
        return rule
    groups = tuple([group if name == "self" else name for name in rule.groups])
    return SecurityRule(ports=rule.ports, cidrs=rule.cidrs, groups=groups, prefix_lists=rule.prefix_lists)


class NumberedRule(Rule):
    """A rule of a network ACL."""

    noun = AclRule
    number = Whole("rule_number", least=1, most=32767, required=True)
    allows = Choice({"allow": True, "deny": False}, "action", required=True)
    cidr = Range(required=True)


class Acl(Element):
    """A network ACL."""

    noun = NetworkAcl
    id = Text(required=True)
    ingress = Items(NumberedRule(), by="rule_number", most=MOST_ACL_RULES)
    egress = Items(NumberedRule(), by="rule_number", most=MOST_ACL_RULES)


class LinkRule(Rule):
    """What a firewall on a link, or one that a route names, lets through."""

    noun = FirewallRule
    direction = Choice(words("to_cluster", "from_cluster"))
    cidrs = ranges()


class FirewallElement(Element):
    """A firewall that routes name as their target."""

    noun = Firewall
    id = Text(required=True)
    allows = Items(LinkRule(), most=MOST_RULES)
    internet_egress = ranges(keeps_null=True)
