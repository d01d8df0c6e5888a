"""Node groups and Fargate profiles as consumers of the Kubernetes API.

A managed node group holds the cluster security group unless its launch template names groups (F-3.9, F-3.13);
what a launch template elsewhere names is not known.
"""

from __future__ import annotations

from typing import Any

from service.intake.aws_records import is_text
from service.intake.drafting import Draft
from service.intake.readings import Reading, quoted
from service.intake.terraform_network import Network
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Handle, Value, block, blocks, is_open, members, opened

_KINDS = {
    "aws_eks_node_group": "node",
    "self_managed_node_group": "node",
    "aws_eks_fargate_profile": "fargate_pod",
}
_TEMPLATE = "aws_launch_template"
_MOST = 500
_NOT_MANAGED = "written as not managed, so that no group is taken for granted"
_NAMES = ("node_group_name", "fargate_profile_name", "key")


def describe_consumers(draft: Draft, cluster: Resource, network: Network, own_group: str) -> None:
    """The node groups and Fargate profiles of the cluster."""
    inventory = network.records.inventory
    is_alone = len([one for one in inventory.resources if one.type == cluster.type]) == 1
    for one in inventory.of(*_KINDS):
        if not _is_of(one.get("cluster_name"), cluster, draft, is_alone):
            draft.ignore(one.address, "it belongs to another cluster")
        elif len(draft.consumers) >= _MOST:
            draft.ignore(one.address, f"more than {_MOST} groups of nodes")
        else:
            _consumer(draft, one, network)


def _is_of(name: Value, cluster: Resource, draft: Draft, is_alone: bool) -> bool:
    if isinstance(name, Handle):
        return name.address == cluster.address
    if isinstance(name, str) and "name" in draft.cluster:
        return bool(name == draft.cluster["name"])
    return is_alone


def _consumer(draft: Draft, one: Resource, network: Network) -> None:
    name = next((found for key in _NAMES if is_text(found := one.get(key))), quoted(one.address))
    element: dict[str, Any] = {"name": name, "kind": _KINDS[one.type]}
    if one.how_many:
        draft.leave_open(f"/consumers[{name}]", one.how_many.why, one.how_many.text)
    subnets = network.records.ids.all_of(one.get("subnet_ids"))
    if subnets:
        draft.know_subnets(subnets)
        element["subnets"] = list(dict.fromkeys(subnets))
    else:
        what = opened(one.get("subnet_ids"))
        draft.leave_open(f"/consumers[{name}]/subnets", what.why, what.text)
    if element["kind"] == "node":
        element |= _groups(draft, name, one, network)
    draft.consumer(element, Reading(element, one.address))


def _groups(draft: Draft, name: str, one: Resource, network: Network) -> dict[str, Any]:
    reference = f"/consumers[{name}]/security_groups"
    named = one.get("module_node_groups")
    if named is None:
        named = _named_in_template(one, network)
    groups = network.records.ids.all_of(named)
    is_managed = one.type == "aws_eks_node_group"
    if groups:
        return {"managed": is_managed, "security_groups": list(dict.fromkeys(groups))}
    if groups is None:
        what = opened(named)
        draft.leave_open(reference, what.why, what.text)
        draft.assume(f"/consumers[{name}]/managed", _NOT_MANAGED)
        return {"managed": False}
    if not is_managed or (block(one.get("launch_template")) and named is None):
        draft.leave_open(
            reference, "its launch template may name security groups, and the document does not show which"
        )
        draft.assume(f"/consumers[{name}]/managed", _NOT_MANAGED)
        return {"managed": False}
    return {"managed": True}


def _named_in_template(one: Resource, network: Network) -> Value:
    """The groups that a launch template of the document names; None if the document does not hold it."""
    template = block(one.get("launch_template"))
    given = template.get("id") or template.get("name") if isinstance(template, dict) else None
    found = network.records.inventory.resource_of(given, _TEMPLATE)
    if found is None and isinstance(given, str):
        found = next((it for it in network.records.inventory.of(_TEMPLATE) if it.get("name") == given), None)
    if found is None or found.how_many:
        return None
    groups = found.get("vpc_security_group_ids")
    if is_open(groups) or members(groups):
        return groups
    interfaces = found.get("network_interfaces")
    listed = [group for each in blocks(interfaces) for group in _listed(each.get("security_groups"))]
    return interfaces if is_open(interfaces) else listed


def _listed(value: Value) -> list[Value]:
    return [value] if is_open(value) else members(value)
