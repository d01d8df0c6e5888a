"""Security groups and network ACLs, as records of `aws ec2 describe-*`.

Terraform takes away the rule that lets a new group send everything: a group without egress rules sends nothing. A
rule that cannot be read makes its group unreadable as a whole, and a rule whose group is not known makes every
group so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.intake.terraform_records import Found, Records
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Handle, Value, blocks, boolean, is_open, opened, text, whole

_UNREADABLE: dict[str, Any] = {"IpRanges": [{"CidrIp": ""}], "IpProtocol": "-1"}
_EVERYTHING: dict[str, Any] = {
    "IpProtocol": "-1",
    "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
}
_SIDES = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}


def filter_records(records: Records) -> Iterator[Found]:
    """The groups, then the ACLs."""
    yield from _groups(records)
    yield from _acls(records)


def _groups(records: Records) -> Iterator[Found]:
    groups: dict[str, tuple[dict[str, Any], str]] = {}
    for group in records.inventory.of("aws_security_group", "aws_default_security_group"):
        id_ = _group_id(records, group)
        values: dict[str, Any] = {"GroupId": id_, "VpcId": _vpc_of(records, group)}
        for side, name in _SIDES.items():
            values[name] = _inline(records, id_, group, side)
        groups[id_] = (values, group.address)
        if group.how_many:
            _spoil(records, id_, values, group.how_many)
    for cluster in records.inventory.of("aws_eks_cluster", "awscc_eks_cluster"):
        id_ = own_group(records, cluster)
        if id_ not in groups:
            itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": id_}]}
            values = {"GroupId": id_, "IpPermissions": [itself], "IpPermissionsEgress": [_EVERYTHING]}
            groups[id_] = (values, cluster.address)
    _add_rules(records, groups)
    for values, place in groups.values():
        yield "securitygroups", values, place


def own_group(records: Records, cluster: Resource) -> str:
    """The group that EKS makes for a cluster (F-3.10)."""
    config = next(iter(blocks(cluster.get("vpc_config"))), {})
    return text(config.get("cluster_security_group_id")) or records.ids.of(
        Handle(cluster.address, "cluster_security_group_id")
    )


def _group_id(records: Records, group: Resource) -> str:
    if group.type == "aws_security_group" or text(group.get("id")):
        return records.ids.own(group.address)
    for vpc in records.inventory.of("aws_vpc", "aws_default_vpc"):
        if records.ids.own(vpc.address) == records.ids.of(group.get("vpc_id")):
            return records.ids.of(Handle(vpc.address, "default_security_group_id"))
    return records.ids.own(group.address)


def _vpc_of(records: Records, group: Resource) -> str:
    """The VPC of a group; one that does not say stands in the default VPC, which is not known."""
    return records.ids.of(group.get("vpc_id"))


def _inline(records: Records, id_: str, group: Resource, side: str) -> list[dict[str, Any]]:
    given = group.get(side)
    if is_open(given):
        records.known(f"/security_groups[{id_}]", given)
        return [_UNREADABLE]
    return [_permission(records, id_, rule) for rule in blocks(given)]


def _permission(records: Records, own: str, rule: Mapping[str, Value]) -> dict[str, Any]:
    """A rule, inline or standing alone in one of its three forms."""
    reference = f"/security_groups[{own}]"
    before = len(records.open)
    found: dict[str, Any] = {
        "IpProtocol": _plain(records, reference, rule, "protocol", "ip_protocol"),
        "FromPort": whole(_plain(records, reference, rule, "from_port")),
        "ToPort": whole(_plain(records, reference, rule, "to_port")),
        "IpRanges": [{"CidrIp": text} for text in _listed(records, reference, rule, "cidr_blocks", "cidr_ipv4")],
        "Ipv6Ranges": [
            {"CidrIpv6": text} for text in _listed(records, reference, rule, "ipv6_cidr_blocks", "cidr_ipv6")
        ],
        "PrefixListIds": [
            {"PrefixListId": text} for text in _listed(records, reference, rule, "prefix_list_ids", "prefix_list_id")
        ],
    }
    groups = list(_other_groups(records, reference, rule))
    if boolean(rule.get("self")):
        groups.append(own)
    found["UserIdGroupPairs"] = [{"GroupId": group} for group in dict.fromkeys(groups)]
    return _UNREADABLE if len(records.open) > before else found


def _plain(records: Records, reference: str, rule: Mapping[str, Value], *names: str) -> Any:
    return next((records.known(reference, rule.get(name)) for name in names if rule.get(name) is not None), None)


def _listed(records: Records, reference: str, rule: Mapping[str, Value], *names: str) -> Iterator[Any]:
    for name in names:
        value = records.known(reference, rule.get(name))
        for item in value if isinstance(value, list) else [value]:
            known = records.known(reference, item)
            if known not in (None, ""):
                yield known


def _other_groups(records: Records, reference: str, rule: Mapping[str, Value]) -> Iterator[str]:
    for name in ("security_groups", "source_security_group_id", "referenced_security_group_id"):
        value = rule.get(name)
        for item in value if isinstance(value, list) else [value]:
            if item in (None, ""):
                continue
            id_ = records.ids.of(item)
            if id_:
                yield id_
            else:
                records.open.append((reference, opened(item)))


def _add_rules(records: Records, groups: dict[str, tuple[dict[str, Any], str]]) -> None:
    kinds = {"aws_vpc_security_group_ingress_rule": "ingress", "aws_vpc_security_group_egress_rule": "egress"}
    for rule in records.inventory.of("aws_security_group_rule", *kinds):
        id_ = records.ids.of(rule.get("security_group_id"))
        side = kinds.get(rule.type) or rule.get("type")
        if not id_:
            for other, (values, _) in groups.items():
                _spoil(records, other, values, opened(rule.get("security_group_id")))
        elif id_ in groups:
            values = groups[id_][0]
            if rule.how_many or side not in _SIDES:
                _spoil(records, id_, values, rule.how_many or opened(side))
            else:
                permission = _permission(records, id_, rule.values)
                if permission not in values[_SIDES[side]]:
                    values[_SIDES[side]].append(permission)


def _spoil(records: Records, id_: str, values: dict[str, Any], why: Value) -> None:
    """A group of which a rule cannot be read."""
    records.open.append((f"/security_groups[{id_}]", opened(why)))
    values["IpPermissions"] = [_UNREADABLE]


def _acls(records: Records) -> Iterator[Found]:
    acls: dict[str, tuple[dict[str, Any], str]] = {}
    for acl in records.inventory.of("aws_network_acl", "aws_default_network_acl"):
        id_ = _acl_id(records, acl)
        subnets = records.ids.all_of(acl.get("subnet_ids")) or []
        values = {
            "NetworkAclId": id_,
            "VpcId": _vpc_of_acl(records, acl),
            "Associations": [{"SubnetId": subnet} for subnet in subnets],
            "Entries": [
                entry
                for side in ("ingress", "egress")
                for entry in (
                    [{}]
                    if is_open(acl.get(side))
                    else [_entry(records, id_, rule, side) for rule in blocks(acl.get(side))]
                )
            ],
        }
        acls[id_] = (values, acl.address)
    for rule in records.inventory.of("aws_network_acl_rule"):
        id_ = records.ids.of(rule.get("network_acl_id"))
        if id_ in acls:
            side = "egress" if boolean(rule.get("egress")) else "ingress"
            acls[id_][0]["Entries"].append({} if rule.how_many else _entry(records, id_, rule.values, side))
    for one in records.inventory.of("aws_network_acl_association"):
        id_ = records.ids.of(one.get("network_acl_id"))
        if id_ in acls:
            acls[id_][0]["Associations"].append({"SubnetId": records.ids.of(one.get("subnet_id"))})
    for values, place in acls.values():
        yield "networkacls", values, place


def _acl_id(records: Records, acl: Resource) -> str:
    return records.ids.of(acl.get("default_network_acl_id")) or records.ids.own(acl.address)


def _vpc_of_acl(records: Records, acl: Resource) -> str:
    default = acl.get("default_network_acl_id")
    if acl.get("vpc_id") is None and isinstance(default, Handle):
        return records.ids.own(default.address)
    return records.ids.of(acl.get("vpc_id"))


def _entry(records: Records, id_: str, rule: Mapping[str, Value], side: str) -> dict[str, Any]:
    reference = f"/network_acls[{id_}]"
    ports = {"From": whole(rule.get("from_port")), "To": whole(rule.get("to_port"))}
    return {
        "RuleNumber": whole(_plain(records, reference, rule, "rule_no", "rule_number")),
        "RuleAction": _plain(records, reference, rule, "action", "rule_action"),
        "Egress": side == "egress",
        "CidrBlock": next(iter(_listed(records, reference, rule, "cidr_block")), None),
        "Ipv6CidrBlock": next(iter(_listed(records, reference, rule, "ipv6_cidr_block")), None),
        "Protocol": _plain(records, reference, rule, "protocol"),
        "PortRange": ports,
    }
