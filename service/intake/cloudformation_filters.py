"""Security groups and network ACLs of a template.

1. A group has the rules in its properties and those of separate resources that name it. Without egress rules in
   its own properties EC2's default one stays, which lets everything out (AWS::EC2::SecurityGroup).
2. EKS makes the cluster security group; the template can only add rules to it (F-3.9, F-3.10).
3. A far side or ports that are open, and a rule that may not be made, stand as a prefix list, whose ranges are
   not known: such a rule never makes a way, and keeps its absence from being certain.
4. A network ACL has the rules of its entries. Subnets without an association have the VPC's default ACL, which
   allows all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from service.intake.cloudformation_elements import Element
from service.intake.cloudformation_templates import Resource, Template
from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, Section, as_flag, as_text, is_range, unknown_list

_RANGES = ("CidrIp", "CidrIpv6")
_LISTS = ("SourcePrefixListId", "DestinationPrefixListId")
_GROUPS = ("SourceSecurityGroupId", "DestinationSecurityGroupId")
_NAMES = {"-1": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_WORDS = ("tcp", "udp", "icmp", "icmpv6", "all")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._ -]*")
MOST_RULES = 1_000


@dataclass(slots=True)
class Groups:
    """The security groups of one description; ``roles`` tells which stand on the endpoint network interfaces."""

    template: Template
    draft: Draft
    cluster_group: str
    roles: dict[str, str] = field(default_factory=dict)

    def describe(self, vpc: str | None) -> None:
        """The groups of the VPC and those that are named, and the cluster security group."""
        resources = {
            resource.id: resource
            for resource in self.template.of("AWS::EC2::SecurityGroup")
            if resource.id in self.roles or (vpc is not None and self.template.vpc_of(resource) == vpc)
        }
        described = {*resources, *self.roles, self.cluster_group}
        for id_, resource in resources.items():
            group = Element(self.draft, "security_groups", id_, resource.place)
            group.compute("role", self.roles.get(id_, "other"), "where the template uses it")
            ingress = self._inline(resource, "SecurityGroupIngress", described)
            ingress += self._separate(id_, "AWS::EC2::SecurityGroupIngress", described)
            group.compute("ingress", ingress[:MOST_RULES], "the rules that the template gives it")
            egress = self._inline(resource, "SecurityGroupEgress", described)
            if egress:
                egress += self._separate(id_, "AWS::EC2::SecurityGroupEgress", described)
                group.compute("egress", egress[:MOST_RULES], "the rules that the template gives it")
            group.done(resource)
        for id_, role in self.roles.items():
            if id_ not in (*resources, self.cluster_group):
                group = Element(self.draft, "security_groups", id_)
                rules = [_unknown_rule(id_)]
                group.fields = {"role": role, "ingress": rules, "egress": rules}
                group.leave_open("ingress", "the template names the group and does not make it", id_)
                group.done()
        if self.cluster_group:
            self._describe_cluster_group(described)

    def _describe_cluster_group(self, described: set[str]) -> None:
        group = Element(self.draft, "security_groups", self.cluster_group)
        group.compute("role", "cluster", "EKS makes it with the cluster (F-3.9)")
        rules = self._separate(self.cluster_group, "AWS::EC2::SecurityGroupIngress", described)
        group.compute("ingress", rules[:MOST_RULES], "the rules that the template adds to EKS's own (F-3.10)")
        group.done()
        self.draft.assume(group.reference, "nothing outside the template adds rules to the cluster security group")

    def _inline(self, resource: Resource, name: str, described: set[str]) -> list[dict[str, Any]]:
        given = resource.properties.get(name)
        if isinstance(given.value, Open):
            return [_unknown_rule(resource.id)]
        return [
            rule
            for index, section in enumerate(resource.properties.sections(name))
            if (rule := self._rule(section, f"{resource.id}.{index}", described))
        ]

    def _separate(self, group: str, kind: str, described: set[str]) -> list[dict[str, Any]]:
        found = []
        for resource in self.template.of(kind):
            if self.template.told(resource.properties.get("GroupId")) != group:
                continue
            if isinstance(resource.holds, Open):
                found.append(_unknown_rule(resource.id))
            elif rule := self._rule(resource.properties, resource.id, described):
                found.append(rule)
        return found

    def _rule(self, section: Section, name: str, described: set[str]) -> dict[str, Any] | None:
        """A rule as the wire has it; None for one that names nobody."""
        sources = list(self._far_sides(section, name, described))
        if not sources:
            return None
        protocol = _protocol(as_text(section.get("IpProtocol")))
        if protocol is None:
            return _unknown_rule(name)
        rule: dict[str, Any] = {"protocol": protocol, "sources": sources}
        if protocol in ("tcp", "udp"):
            first, last = section.get("FromPort"), section.get("ToPort")
            if first.is_missing and last.is_missing:
                return rule
            ports = (_port(first), _port(last))
            if None in ports or (ports[0] or 0) > (ports[1] or 0) or (ports[0] == -1) is not (ports[1] == -1):
                self.draft.leave_open("/security_groups", "ports that are not known", name)
                return _unknown_rule(name)
            rule |= {"from_port": ports[0], "to_port": ports[1]}
        return rule

    def _far_sides(self, section: Section, name: str, described: set[str]) -> Iterable[str]:
        for property_ in (*_RANGES, *_LISTS, *_GROUPS):
            reading = section.get(property_)
            if reading.is_missing:
                continue
            text = as_text(reading).value
            if isinstance(text, str) and _is_far_side(property_, text, described):
                yield text
            else:
                shown = reading.value.text if isinstance(reading.value, Open) else str(text)
                self.draft.leave_open("/security_groups", f"the far side of a rule: {property_}", shown)
                yield unknown_list(name)


def _is_far_side(property_: str, text: str, described: set[str]) -> bool:
    """Whether a text is what the property holds: a range, a prefix list or a group that is known."""
    if property_ in _RANGES:
        return is_range(text)
    if property_ in _LISTS:
        return text.startswith("pl-") and unknown_list(text.removeprefix("pl-")) == text
    return (text in described and _NAME.fullmatch(text) is not None) or _is_aws_id(text)


def _is_aws_id(text: str) -> bool:
    head, _, tail = text.partition("-")
    return head == "sg" and 8 <= len(tail) <= 17 and all(letter in "0123456789abcdef" for letter in tail)


def _unknown_rule(name: str) -> dict[str, Any]:
    return {"protocol": "all", "sources": [unknown_list(name)]}


def _protocol(reading: Reading) -> str | None:
    text = reading.value.lower() if isinstance(reading.value, str) else ""
    text = _NAMES.get(text, text)
    is_number = text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255
    return text if text in _WORDS or is_number else None


def _port(reading: Reading) -> int | None:
    text = as_text(reading).value
    if not isinstance(text, str) or len(text) > 5 or not text.removeprefix("-").isdecimal():
        return None
    return int(text) if -1 <= int(text) <= 65535 else None


def describe_acls(template: Template, draft: Draft, vpc: str) -> None:
    """The network ACLs of the VPC, and which subnets have them."""
    subnets = {subnet["id"]: subnet for subnet in draft.cluster.get("subnets", ())}
    holes = set()
    for resource in template.of("AWS::EC2::NetworkAcl"):
        if template.vpc_of(resource) != vpc:
            continue
        acl = Element(draft, "network_acls", resource.id, resource.place)
        rules: dict[bool, dict[int, dict[str, Any]]] = {False: {}, True: {}}
        is_known = not isinstance(resource.holds, Open)
        for entry in template.of("AWS::EC2::NetworkAclEntry"):
            if template.told(entry.properties.get("NetworkAclId")) == resource.id:
                is_known = _add_entry(rules, entry) and is_known
        if not is_known:
            holes.add(resource.id)
            acl.leave_open("ingress", "one of its entries is not known", resource.id)
            continue
        for side, is_egress in (("ingress", False), ("egress", True)):
            acl.compute(side, [rules[is_egress][number] for number in sorted(rules[is_egress])], "its entries")
        acl.done()
    known = {acl["id"] for acl in draft.cluster.get("network_acls", ())}
    for association in template.of("AWS::EC2::SubnetNetworkAclAssociation"):
        subnet = subnets.get(template.told(association.properties.get("SubnetId")) or "")
        told = template.told(association.properties.get("NetworkAclId"))
        if subnet is None:
            continue
        reference = f"/subnets[{subnet['id']}]/network_acl"
        if told in known and association.holds is True:
            subnet["network_acl"] = told
            draft.note(reference, Reading(told, association.place))
        else:
            draft.leave_open(reference, "its network ACL is not known in full", told or association.id)


def _add_entry(rules: dict[bool, dict[int, dict[str, Any]]], entry: Resource) -> bool:
    """An entry as a rule; says whether it is known in full."""
    properties = entry.properties
    side = as_flag(properties.get("Egress"))
    is_egress = False if side.is_missing else side.value
    number, action = _port(properties.get("RuleNumber")), as_text(properties.get("RuleAction")).value
    protocol = _protocol(as_text(properties.get("Protocol")))
    ranges = [as_text(properties.get(name)).value for name in ("CidrBlock", "Ipv6CidrBlock")]
    found = [text for text in ranges if isinstance(text, str) and is_range(text)]
    is_known = entry.holds is True and isinstance(is_egress, bool) and action in ("allow", "deny")
    if not is_known or protocol is None or number is None or not 1 <= number <= 32766 or len(found) != 1:
        return False
    rule: dict[str, Any] = {"rule_number": number, "action": action, "protocol": protocol, "cidr": found[0]}
    if protocol in ("tcp", "udp") and properties.section("PortRange").is_there:
        ports = properties.section("PortRange")
        first, last = _port(ports.get("From")), _port(ports.get("To"))
        if first is None or last is None or not 0 <= first <= last:
            return False
        rule |= {"from_port": first, "to_port": last}
    rules[bool(is_egress)].setdefault(number, rule)
    return True
