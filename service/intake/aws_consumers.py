"""Node groups and Fargate profiles as consumers of the Kubernetes API.

A managed node group holds the cluster security group unless its launch template names groups (F-3.9, F-3.13):
with a launch template only the template's versions, or the group's own instances, tell.
"""

from __future__ import annotations

from typing import Any

from service.intake.aws_bundle import Bundle
from service.intake.aws_clusters import Named
from service.intake.aws_records import Record
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
    reference = f"/consumers[{name}]/security_groups"
    groups = _groups_of_template(bundle, template) if template.value else []
    if groups is None:
        groups = _groups_of_instances(bundle, name, record.text("clusterName"))
    if groups is None:
        element["managed"] = False
        why = "its launch template may name security groups, and no document shows the template's version"
        draft.leave_open(reference, why, template.text("id") or template.text("name"))
        draft.assume(f"/consumers[{name}]/managed", "written as not managed, so that no group is taken for granted")
    elif groups:
        element["security_groups"] = groups
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


def _groups_of_instances(bundle: Bundle, name: str, cluster: str) -> list[str] | None:
    """The groups that the running instances of a node group hold alike; None if there are none to see."""
    found: set[tuple[str, ...]] = set()
    for one in bundle.of("instances"):
        is_its = one.tag("eks:nodegroup-name") == name and one.tag("eks:cluster-name") in (cluster, "")
        if is_its and one.state() in ("running", "pending"):
            found.add(tuple(sorted({group.text("GroupId") for group in one.parts("SecurityGroups")} - {""})))
    return list(found.pop()) or None if len(found) == 1 else None
