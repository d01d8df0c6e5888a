"""Security groups and network ACLs.

A group that a document lacks is not one without rules: it is left out, and with it what it lets through. A rule
that cannot be read is never dropped in silence: a missing rule would read as a refusal, or as its absence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from service.intake.aws_around import Around, note
from service.intake.aws_clusters import Named
from service.intake.aws_records import Record
from service.intake.aws_routes import prefix_list
from service.intake.drafting import Draft
from service.intake.readings import is_range

MOST_RULES = 1_000
MOST_GROUPS = 1_000
_AWS_GROUP = re.compile(r"sg-[0-9a-f]{8,17}")
_FIRST_DEFAULT_DENY = 32767
_NAMES = {"-1": "all", "all": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


def describe_groups(draft: Draft, around: Around, named: Named | None) -> None:
    """The groups of the VPC, with which of them stand on the endpoint network interfaces (F-3.10, F-3.11)."""
    roles = _roles(draft, around, named)
    by_id = around.bundle.by("securitygroups", "GroupId")
    ours = dict(around.of_vpc("securitygroups", "GroupId"))
    on_endpoint = {id_: by_id[id_][0] for id_ in roles if id_ in by_id}
    all_groups = on_endpoint | ours | _beside(on_endpoint, by_id)
    rules = around.bundle.by("securitygrouprules", "GroupId")
    for id_, record in all_groups.items():
        if len(draft.cluster.get("security_groups", ())) < MOST_GROUPS:
            _group(draft, around, id_, record, roles.get(id_, "other"), rules.get(id_, []))
        else:
            draft.ignore(record.place, f"more than {MOST_GROUPS} security groups")
    if not draft.cluster.get("security_groups"):
        draft.leave_open("/security_groups", "no document shows the security groups")
    else:
        draft.unknown[:] = [one for one in draft.unknown if one.field != "/security_groups"]
    _missing(draft, roles)


def _beside(groups: Mapping[str, Record], by_id: Mapping[str, list[Record]]) -> dict[str, Record]:
    """The groups that rules of these name, where no document tells their VPC: they stand in this one, or its peer."""
    named = {
        pair.text("GroupId")
        for record in groups.values()
        for part in record.parts("IpPermissions")
        for pair in part.parts("UserIdGroupPairs")
    }
    return {id_: by_id[id_][0] for id_ in sorted(named) if id_ in by_id and not by_id[id_][0].text("VpcId")}


def _missing(draft: Draft, roles: dict[str, str]) -> None:
    """Groups of the endpoint network interfaces that no document describes: what they let through is not known.

    While one is missing no group is called the cluster's: a decision then takes what the others do not let
    through for unknown instead of refused.
    """
    groups = {group["id"]: group for group in draft.cluster.get("security_groups", ())}
    missing = sorted(roles.keys() - groups.keys())
    for id_ in missing:
        draft.leave_open(f"/security_groups[{id_}]", "on the endpoint network interfaces; no document shows its rules")
    for id_, group in groups.items():
        if missing and group["role"] == "cluster":
            group["role"] = "additional"
            sentence = "the cluster security group is called `additional` while another group beside it is unknown"
            draft.assume(f"/security_groups[{id_}]/role", sentence)


def _roles(draft: Draft, around: Around, named: Named | None) -> dict[str, str]:
    """Which groups stand on the endpoint network interfaces: as the cluster says, and as they are described."""
    if named is None:
        return {}
    roles = dict.fromkeys(named.groups, "additional")
    if named.own_group:
        roles[named.own_group] = "cluster"
    for interface in own_interfaces(around, named):
        for group in interface.parts("Groups"):
            id_ = group.text("GroupId")
            if id_ and id_ not in roles:
                roles[id_] = "additional"
                note(draft, f"/security_groups[{id_}]/role", interface, "it stands on an EKS-owned network interface")
    return roles


def own_interfaces(around: Around, named: Named) -> list[Record]:
    """The network interfaces that EKS keeps in the VPC for the cluster (F-3.1)."""
    wanted = f"Amazon EKS {named.name}"
    return [
        one
        for one in around.bundle.of("networkinterfaces")
        if named.name and one.text("VpcId") == around.vpc and one.text("Description") == wanted
    ]


def _group(draft: Draft, around: Around, id_: str, record: Record, role: str, own: list[Record]) -> None:
    """A group with its rules; one of which a rule cannot be read, or that shows no rules, is left out whole."""
    element: dict[str, Any] = {"id": id_, "role": role}
    reference = f"/security_groups[{id_}]"
    for side, name in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress")):
        if not record.has(name) and not own:
            draft.leave_open(f"{reference}/{side}", "its rules are not in the document")
            if side == "ingress":
                return
            continue
        parts = record.parts(name) or [rule for rule in own if rule.flag("IsEgress") is (side == "egress")]
        rules = [_permission(around, id_, part) for part in parts]
        if None in rules or len(rules) > MOST_RULES:
            draft.leave_open(reference, "a rule that cannot be read, or too many")
            return
        element[side] = [rule for rule in rules if rule]
    draft.add("security_groups", element)
    note(draft, reference, record)


def _permission(around: Around, own_id: str, part: Record) -> dict[str, Any] | None:
    """One rule, whichever of the two shapes it has; empty if it names nobody, None if it cannot be read."""
    sources = [one.range("CidrIp") for one in part.parts("IpRanges")]
    sources += [one.range("CidrIpv6") for one in part.parts("Ipv6Ranges")]
    given = [part.get(name) for name in ("CidrIpv4", "CidrIpv6", "CidrIp") if part.has(name)]
    sources += [text if isinstance(text, str) and is_range(text) else "" for text in given]
    lists = [one.text("PrefixListId") for one in part.parts("PrefixListIds")]
    lists += [part.text("PrefixListId")] if part.has("PrefixListId") else []
    for id_ in lists:
        sources += prefix_list(around, id_) or [id_ if id_.startswith("pl-") else ""]
    groups = [one.text("GroupId") for one in part.parts("UserIdGroupPairs") or part.parts("Groups")]
    groups += [part.part("ReferencedGroupInfo").text("GroupId")] if part.has("ReferencedGroupInfo") else []
    sources += ["self" if id_ == own_id else id_ if _AWS_GROUP.fullmatch(id_) else "" for id_ in groups]
    ports = _ports(part, "FromPort", "ToPort")
    if "" in sources or ports is None or len(sources) > MOST_RULES:
        return None
    return ports | {"sources": list(dict.fromkeys(sources))} if sources else {}


def _ports(part: Record, first: str, last: str) -> dict[str, Any] | None:
    protocol = _protocol(part)
    if protocol is None:
        return None
    if protocol not in ("tcp", "udp"):
        return {"protocol": protocol}
    begin, end = part.whole(first), part.whole(last)
    if (begin is None and end is None) or (begin, end) == (-1, -1):
        return {"protocol": protocol, "from_port": 0, "to_port": 65535}
    if begin is None or end is None or not 0 <= begin <= end <= 65535:
        return None
    return {"protocol": protocol, "from_port": begin, "to_port": end}


def _protocol(part: Record) -> str | None:
    given = part.get("IpProtocol") if part.has("IpProtocol") else part.get("Protocol")
    text = str(given).lower() if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if text in _NAMES.values():
        return text
    if text in _NAMES:
        return _NAMES[text]
    return text if re.fullmatch("[0-9]{1,3}", text) and int(text) <= 255 else None


def describe_acls(draft: Draft, around: Around) -> None:
    """The network ACLs, and each subnet's; an ACL with an entry that cannot be read is left out whole."""
    owners: dict[str, tuple[str, Record]] = {}
    good: set[str] = set()
    for id_, record in around.of_vpc("networkacls", "NetworkAclId"):
        for association in record.parts("Associations"):
            owners.setdefault(association.text("SubnetId"), (id_, record))
        element = _acl(id_, record)
        if element is None:
            draft.leave_open(f"/network_acls[{id_}]", "an entry that cannot be read")
        else:
            good.add(id_)
            draft.add("network_acls", element)
            note(draft, f"/network_acls[{id_}]", record)
    for subnet in draft.cluster.get("subnets", ()):
        id_, owner = owners.get(subnet["id"], ("", None))
        reference = f"/subnets[{subnet['id']}]/network_acl"
        if owner is not None and id_ in good:
            subnet["network_acl"] = id_
            note(draft, reference, owner, "its association")
        else:
            draft.leave_open(reference, "no document shows the network ACL of the subnet", id_)


def _acl(id_: str, record: Record) -> dict[str, Any] | None:
    if not record.has("Entries"):
        return None
    sides: dict[str, dict[int, dict[str, Any]]] = {"ingress": {}, "egress": {}}
    for entry in record.parts("Entries"):
        number, action, is_egress = entry.whole("RuleNumber"), entry.text("RuleAction").lower(), entry.flag("Egress")
        cidr = entry.range("CidrBlock") or entry.range("Ipv6CidrBlock")
        if number is not None and number >= _FIRST_DEFAULT_DENY and action == "deny":
            continue
        range_ = entry.part("PortRange")
        ports = _ports(Record(range_.value | _protocol_of(entry), entry.place), "From", "To")
        side = sides["egress" if is_egress else "ingress"]
        is_read = number is not None and 1 <= number < _FIRST_DEFAULT_DENY and number not in side
        if not is_read or action not in ("allow", "deny") or is_egress is None or not cidr or ports is None:
            return None
        side[number or 0] = ports | {"rule_number": number, "action": action, "cidr": cidr}
    return {"id": id_} | {name: list(rules.values())[:MOST_RULES] for name, rules in sides.items()}


def _protocol_of(entry: Record) -> dict[str, Any]:
    return {"protocol": entry.get("Protocol")}
