"""Who calls the API server, as far as a template shows it: node groups and Fargate profiles.

A managed node group holds the cluster security group unless its launch template names groups (F-3.9, F-3.13);
an Auto Scaling group with the cluster's tag is a group of self-managed nodes and holds what its template names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.intake.cloudformation_templates import Resource, Template
from service.intake.cloudformation_texts import shown
from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, Section, as_flag, as_text, as_texts

_LAUNCH = ("AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration")
_OWNED = "kubernetes.io/cluster/"
NODE_GROUP = "AWS::EKS::Nodegroup"
PROFILES = ("AWS::EKS::FargateProfile", "Custom::AWSCDK-EKS-FargateProfile")


def describe_consumers(template: Template, draft: Draft, names: set[str], *, is_only: bool) -> None:
    """The consumers of the cluster that goes by ``names``; of the only cluster all that are not another's."""
    for resource in template.of(NODE_GROUP):
        if _is_of(template, resource.properties.get("ClusterName"), names, is_only):
            _describe_node_group(template, draft, resource)
    for resource in template.of(*PROFILES):
        profile, name, subnets = resource.properties, "ClusterName", "Subnets"
        if resource.type.startswith("Custom::"):
            profile, name, subnets = profile.section("Config"), "clusterName", "subnets"
        if _is_of(template, profile.get(name), names, is_only):
            consumer = {"name": resource.id, "kind": "fargate_pod"}
            _stand(draft, consumer, profile.get(subnets))
            _put(draft, consumer, resource)
    if is_only:
        for resource in template.of("AWS::AutoScaling::AutoScalingGroup"):
            if _is_owned(resource):
                _describe_own_nodes(template, draft, resource)


def groups_of(consumers: list[dict[str, Any]]) -> Iterator[str]:
    """The security groups that consumers hold."""
    for consumer in consumers:
        yield from consumer.get("security_groups", ())


def _is_of(template: Template, reading: Reading, names: set[str], is_only: bool) -> bool:
    told = template.told(reading)
    return told in names or (is_only and (told is None or isinstance(reading.value, Open)))


def _put(draft: Draft, consumer: dict[str, Any], resource: Resource) -> None:
    if isinstance(resource.holds, Open):
        held = f"the condition `{resource.holds.text}`, which cannot be evaluated, holds"
        draft.assume(f"/consumers[{resource.id}]", f"{held}, so that {resource.id} is made")
    draft.consumer(consumer, Reading(resource.id, resource.place))


def _stand(draft: Draft, consumer: dict[str, Any], subnets: Reading) -> None:
    """The subnets that a consumer names; open ones are said to be."""
    texts = as_texts(subnets)
    reference = f"/consumers[{consumer['name']}]/subnets"
    if isinstance(texts.value, list) and texts.value:
        consumer["subnets"] = list(dict.fromkeys(texts.value))
        draft.know_subnets(consumer["subnets"])
        draft.note(reference, texts)
    elif isinstance(texts.value, Open):
        draft.leave_open(reference, texts.value.why, texts.value.text)
    else:
        draft.leave_open(reference, "the template names none")


def _describe_node_group(template: Template, draft: Draft, resource: Resource) -> None:
    consumer: dict[str, Any] = {"name": resource.id, "kind": "node", "managed": True}
    _stand(draft, consumer, resource.properties.get("Subnets"))
    launch = resource.properties.section("LaunchTemplate")
    if launch.is_there:
        _launched(template, draft, consumer, launch)
    _put(draft, consumer, resource)


def _launched(template: Template, draft: Draft, consumer: dict[str, Any], launch: Section) -> None:
    """What a launch template or configuration says of the nodes' interfaces."""
    named = [launch.get(name) for name in ("Id", "LaunchTemplateId", "Name", "LaunchTemplateName")]
    told = next((template.told(reading) for reading in named if not reading.is_missing), None)
    resource = next((one for one in template.of(*_LAUNCH) if told in _names(template, one)), None)
    reference = f"/consumers[{consumer['name']}]/security_groups"
    if resource is None:
        draft.leave_open(reference, "the launch template is not described here", told or "")
        return
    data = resource.properties
    if resource.type == _LAUNCH[0]:
        data = data.section("LaunchTemplateData")
    interface = next(iter(data.sections("NetworkInterfaces")), None)
    groups = as_texts(data.get("SecurityGroupIds" if resource.type == _LAUNCH[0] else "SecurityGroups"))
    public = as_flag(data.get("AssociatePublicIpAddress"))
    if interface is not None:
        groups = as_texts(interface.get("Groups")) if groups.is_missing else groups
        public = as_flag(interface.get("AssociatePublicIpAddress"))
    if isinstance(public.value, bool):
        consumer["public_ip"] = public.value
        draft.note(f"/consumers[{consumer['name']}]/public_ip", public)
    if isinstance(groups.value, list) and groups.value:
        consumer["security_groups"] = list(dict.fromkeys(groups.value))
        draft.note(reference, groups)
    elif isinstance(groups.value, Open):
        draft.leave_open(reference, groups.value.why, groups.value.text)


def _names(template: Template, launch: Resource) -> set[str | None]:
    """What a launch template may be called by; the name may be an expression on both sides."""
    return {launch.id, template.told(launch.properties.get("LaunchTemplateName")) or launch.id}


def _is_owned(group: Resource) -> bool:
    tags = group.properties.get("Tags").value
    keys = [tag.get("Key") for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []
    return any(_OWNED in shown(key) for key in keys)


def _describe_own_nodes(template: Template, draft: Draft, resource: Resource) -> None:
    consumer: dict[str, Any] = {"name": resource.id, "kind": "node", "managed": False}
    _stand(draft, consumer, resource.properties.get("VPCZoneIdentifier"))
    launch = resource.properties.section("LaunchTemplate")
    if not launch.is_there:
        launch = resource.properties.section("MixedInstancesPolicy").section("LaunchTemplate")
        launch = launch.section("LaunchTemplateSpecification")
    if launch.is_there:
        _launched(template, draft, consumer, launch)
    else:
        name = as_text(resource.properties.get("LaunchConfigurationName"))
        _launched(
            template,
            draft,
            consumer,
            Section({"Id": name.value}, name.place, lambda value, place: Reading(value, place)),
        )
    _put(draft, consumer, resource)
