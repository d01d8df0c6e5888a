"""Security groups as objects of ACK or Crossplane: described in full, or named and left open.

ACK (`ingressRules`) and classic Crossplane (`ingress`) hold their rules; upjet has an object for each rule
(`SecurityGroupRule`, `SecurityGroupIngressRule`, `SecurityGroupEgressRule`), and Terraform beneath it takes EC2's
own egress rule away, so a group without egress rules there lets nothing out. A group of which one rule cannot be
read would say too little, so it is left open as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from service.intake.drafting import Draft
from service.intake.kubernetes_objects import Manifest
from service.intake.object_links import Inventory, member, parts
from service.intake.object_network import fields
from service.intake.readings import Open, Reading, Section, as_ranges, as_text

_MOST_RULES = 200
_RULE_KINDS = ("SecurityGroupRule", "SecurityGroupIngressRule", "SecurityGroupEgressRule")
_AWS_GROUP = re.compile(r"sg-[0-9a-f]{8,17}")
_PORT = re.compile(r"-1|[0-9]{1,5}")
_OPEN = "a rule of it cannot be read, and without it the group would say too little"
_Sides = dict[str, list[dict[str, Any] | None]]


def describe_security(draft: Draft, inventory: Inventory) -> list[Manifest]:
    """The groups; those that the cluster names stand on its network interfaces. Gives the objects that were read."""
    objects = inventory.of("SecurityGroup")
    groups = {one.name: _sides(one, inventory) for one in objects}
    while unreadable := [name for name, sides in groups.items() if not _is_readable(sides, groups)]:
        for name in unreadable:
            del groups[name]
            draft.leave_open(f"/security_groups[{name}]", _OPEN)
    named = [one for one in draft.unknown if one.field == "/security_groups"]
    on_interfaces = {name for one in named for name in one.text.split(", ")}
    if named and on_interfaces <= groups.keys():
        draft.unknown = [one for one in draft.unknown if one not in named]
    for name, sides in groups.items():
        role = "additional" if name in on_interfaces else "other"
        draft.add("security_groups", {"id": name, "role": role} | sides)
        place = next(one.place for one in objects if one.name == name)
        draft.note(f"/security_groups[{name}]", Reading(None, place))
    return [*objects, *(one for kind in _RULE_KINDS for one in inventory.of(kind))]


def _is_readable(sides: _Sides, groups: dict[str, _Sides]) -> bool:
    for rules in sides.values():
        if len(rules) > _MOST_RULES:
            return False
        for rule in rules:
            if rule is None or not all(_is_known(source, groups) for source in rule["sources"]):
                return False
    return True


def _is_known(source: str, groups: dict[str, _Sides]) -> bool:
    return "/" in source or source == "self" or source in groups or _AWS_GROUP.fullmatch(source) is not None


def _sides(one: Manifest, inventory: Inventory) -> _Sides:
    section = fields(one)
    sides: _Sides = {"ingress": [], "egress": []}
    is_upjet = "upbound" in one.group
    has_egress = is_upjet or bool(_items(member(section, "egressRules", "egress")))
    for side, names in (("ingress", ("ingressRules", "ingress")), ("egress", ("egressRules", "egress"))):
        items = _items(member(section, *names))
        sides[side] += [None for item in items if not isinstance(item, Mapping)]
        sides[side] += [_rule(rule, inventory) for rule in parts(section, *names)]
    for side, rule in _separate(one, inventory):
        sides[side].append(_rule(rule, inventory))
    if is_upjet and not any(sides.values()):
        sides["ingress"].append(None)  # its rules stand in documents that are not here
    if not has_egress:
        del sides["egress"]
    return sides


def _items(given: Reading) -> list[Any]:
    if given.is_missing:
        return []
    return given.value if isinstance(given.value, list) else [given.value]


def _separate(one: Manifest, inventory: Inventory) -> Iterator[tuple[str, Section]]:
    """The rules that stand in objects of their own."""
    for kind in _RULE_KINDS:
        for rule in inventory.of(kind):
            names = inventory.link(fields(rule), "securityGroup", "SecurityGroup").value
            if isinstance(names, list) and one.name in names:
                is_egress = kind == _RULE_KINDS[2] or member(fields(rule), "type").value == "egress"
                yield "egress" if is_egress else "ingress", fields(rule)


def _rule(rule: Section, inventory: Inventory) -> dict[str, Any] | None:
    """The rule on the wire; None if something in it cannot be read."""
    sources = _sources(rule, inventory)
    protocol = as_text(member(rule, "ipProtocol", "protocol")).value
    if not sources or not isinstance(protocol, str) or not re.fullmatch(r"-1|all|tcp|udp|icmp|6|17", protocol):
        return None
    if protocol in ("-1", "all", "icmp"):
        return {"protocol": "all" if protocol == "-1" else protocol, "sources": sources}
    ports = [as_text(member(rule, name)).value for name in ("fromPort", "toPort")]
    if not all(isinstance(port, str) and _PORT.fullmatch(port) for port in ports):
        return None
    first, last = (int(str(port)) for port in ports)
    if not 0 <= first <= last <= 65535:
        return None
    return {"protocol": protocol, "from_port": first, "to_port": last, "sources": sources}


def _sources(rule: Section, inventory: Inventory) -> list[str]:
    """Ranges and groups on the far side; nothing if one of them cannot be read."""
    readings = [as_ranges(member(rule, name)) for name in ("cidrBlocks", "ipv6CidrBlocks")]
    readings += [_listed(member(rule, name)) for name in ("cidrIpv4", "cidrIpv6")]
    for name, inner in (("ipRanges", "cidrIp"), ("ipv6Ranges", "cidrIpv6")):
        readings += [_listed(member(one, inner)) for one in parts(rule, name)]
    for stem in ("sourceSecurityGroup", "referencedSecurityGroup"):
        readings.append(inventory.link(rule, stem, "SecurityGroup"))
    pairs = list(parts(rule, "userIdGroupPairs"))
    readings += [inventory.link(pair, "group", "SecurityGroup") for pair in pairs]
    if member(rule, "self").value is True:
        readings.append(Reading(["self"]))
    prefix_lists = member(rule, "prefixListIds", "prefixListId")
    if not prefix_lists.is_missing or any(isinstance(one.value, Open) for one in readings):
        return []
    return [source for one in readings if not one.is_missing for source in one.value]


def _listed(reading: Reading) -> Reading:
    return as_ranges(Reading([reading.value], reading.place) if isinstance(reading.value, str) else reading)
