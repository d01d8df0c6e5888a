"""Node groups and Fargate profiles as consumers of the Kubernetes API.

A managed node group holds the cluster security group unless its launch template names groups (F-3.9, F-3.13):
with a launch template only the template's versions, or the group's own instances, tell.
"""

from __future__ import annotations

from typing import Any

from service.intake.aws_bundle import Bundle
from service.intake.aws_clusters import Named
from service.intake.aws_records import MOST_NAMES, Record
from service.intake.drafting import Draft

MOST_CONSUMERS = 500
_GONE = ("DELETING", "CREATE_FAILED", "DELETE_FAILED")


def describe_consumers(draft: Draft, bundle: Bundle, named: Named, is_alone: bool) -> None:
    """The node groups and Fargate profiles of the cluster."""
    for kind, name in (("nodegroups", "nodegroupName"), ("fargateprofiles", "fargateProfileName")):
        for record in bundle.of(kind):
            if not record.text(name) or len(draft.consumers) >= MOST_CONSUMERS:
                draft.ignore(record.place, "no name, or one too many")
            elif not _is_of(record, named, is_alone):
                draft.ignore(record.place, f"it belongs to another cluster, {record.text('clusterName')}")
            elif record.text("status") in _GONE:
                draft.ignore(record.place, f"it is {record.text('status')}")
            elif kind == "nodegroups":
                _node_group(draft, bundle, record, record.text(name))
            else:
                _consumer(draft, record, {"name": record.text(name), "kind": "fargate_pod"})
    _other_nodes(draft, bundle, named)


def _is_of(record: Record, named: Named, is_alone: bool) -> bool:
    cluster = record.text("clusterName")
    return cluster == named.name if cluster and named.name else is_alone


def _consumer(draft: Draft, record: Record, element: dict[str, Any]) -> None:
    subnets = record.texts("subnets")
    if subnets:
        draft.know_subnets(subnets)
        element["subnets"] = subnets
    else:
        draft.leave_open(f"/consumers[{element['name']}]/subnets", "no subnets in the document")
    draft.consumer(element, record.reading(element))


def _node_group(draft: Draft, bundle: Bundle, record: Record, name: str) -> None:
    element: dict[str, Any] = {"name": name, "kind": "node", "managed": True}
    template = record.part("launchTemplate")
    instances = [one for one in _running(bundle) if _is_in_group(one, name, record.text("clusterName"))]
    groups = _groups_of_template(bundle, template) if template.value else []
    if groups is None:
        groups = _groups_alike(instances)
    if groups is None:
        element["managed"] = False
        why = "its launch template may name security groups, and no document shows the template's version"
        draft.leave_open(f"/consumers[{name}]/security_groups", why, template.text("id") or template.text("name"))
        draft.assume(f"/consumers[{name}]/managed", "written as not managed, so that no group is taken for granted")
    elif groups:
        element["security_groups"] = groups
    _public_address(element, instances)
    _consumer(draft, record, element)


def _groups_of_template(bundle: Bundle, template: Record) -> list[str] | None:
    """The groups that a launch template's version names, empty if it names none; None if it is not described."""
    for one in bundle.of("launchtemplateversions"):
        is_it = one.text("LaunchTemplateId") == template.text("id") and one.has("LaunchTemplateId")
        if is_it and str(one.get("VersionNumber")) == str(template.get("version")):
            content = one.part("LaunchTemplateData")
            groups = content.texts("SecurityGroupIds")
            for interface in content.parts("NetworkInterfaces"):
                groups += interface.texts("Groups")
            return list(dict.fromkeys(groups))
    return None


def _running(bundle: Bundle) -> list[Record]:
    return [one for one in bundle.of("instances") if one.state() in ("running", "pending")]


def _is_in_group(instance: Record, group: str, cluster: str) -> bool:
    return instance.tag("eks:nodegroup-name") == group and instance.tag("eks:cluster-name") in (cluster, "")


def _groups_alike(instances: list[Record]) -> list[str] | None:
    """The groups that all instances hold; None if there are none to see, or if they differ."""
    found = {_groups_of(one) for one in instances}
    return list(found.pop()) or None if len(found) == 1 else None


def _groups_of(instance: Record) -> tuple[str, ...]:
    return tuple(sorted({group.text("GroupId") for group in instance.parts("SecurityGroups")} - {""}))


def _public_address(element: dict[str, Any], instances: list[Record]) -> None:
    """Whether the running nodes have public addresses, if they all do or none does."""
    answers = {one.has("PublicIpAddress") for one in instances}
    if len(answers) == 1:
        element["public_ip"] = answers.pop()


def _other_nodes(draft: Draft, bundle: Bundle, named: Named) -> None:
    """Instances that say they are the cluster's and are in no node group: self-managed, Karpenter's, Auto Mode's."""
    alike: dict[tuple[str, ...], list[Record]] = {}
    tag = f"kubernetes.io/cluster/{named.name}"
    for one in _running(bundle):
        if named.name and one.tag(tag) == "owned" and not one.tag("eks:nodegroup-name") and one.text("SubnetId"):
            alike.setdefault(_groups_of(one), []).append(one)
    for groups, instances in alike.items():
        if len(draft.consumers) >= MOST_CONSUMERS:
            draft.ignore(instances[0].place, "one too many")
            continue
        subnets = sorted({one.text("SubnetId") for one in instances})[:MOST_NAMES]
        element: dict[str, Any] = {"name": "nodes outside node groups", "kind": "node", "managed": False}
        element["subnets"] = subnets
        if groups:
            element["security_groups"] = list(groups)
        draft.know_subnets(subnets)
        _public_address(element, instances)
        draft.consumer(element, instances[0].reading(element, f"instances with the tag {tag}"))
