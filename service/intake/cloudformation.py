"""CloudFormation templates, written by hand or by the CDK: their clusters and the network around each.

1. A cluster is an `AWS::EKS::Cluster`, CDK's `Custom::AWSCDK-EKS-Cluster` (the EKS API's names under `Config`) or
   the third-party `AWSQS::EKS::Cluster`. All three hand absent fields on to the EKS API.
2. A cluster whose condition is false is not made; one whose condition is open is described, and that is said.
3. The network is that of the VPC in which the cluster's subnets stand, else its security groups, else its nodes.
4. Nothing is fetched: nested stacks, exports of others and included files stay unknown.
5. Without a cluster each VPC of the template is described on its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.intake.cloudformation_consumers import NODE_GROUP, PROFILES, describe_consumers, groups_of
from service.intake.cloudformation_elements import assume_made
from service.intake.cloudformation_filters import Groups, describe_acls
from service.intake.cloudformation_links import describe_links, describe_vpc_endpoints
from service.intake.cloudformation_network import describe_subnets, describe_vpc
from service.intake.cloudformation_routes import describe_routes
from service.intake.cloudformation_targets import Targets
from service.intake.cloudformation_templates import Resource, Template, open_template, templates_in
from service.intake.cloudformation_texts import shown
from service.intake.cloudformation_values import CLUSTER_GROUP
from service.intake.coherence import make_coherent
from service.intake.drafting import Draft
from service.intake.eks_settings import Dialect, describe
from service.intake.formats import Documents, Format
from service.intake.readings import Reading, Section
from service.intake.understanding import Ignored, NotUnderstoodError, Understanding

NAME = "cloudformation"
_CDK = "Custom::AWSCDK-EKS-Cluster"
_CLUSTERS = {
    "AWS::EKS::Cluster": Dialect(format="CloudFormation", has_capitals=True),
    "AWSQS::EKS::Cluster": Dialect(format="AWSQS::EKS::Cluster", has_capitals=True),
    _CDK: Dialect(format="CDK"),
}
_READ = frozenset(
    {
        *_CLUSTERS,
        *PROFILES,
        NODE_GROUP,
        *("AWS::EC2::VPC", "AWS::EC2::VPCCidrBlock", "AWS::EC2::Subnet", "AWS::EC2::RouteTable", "AWS::EC2::Route"),
        *("AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::DHCPOptions"),
        *("AWS::EC2::InternetGateway", "AWS::EC2::VPCGatewayAttachment", "AWS::EC2::EgressOnlyInternetGateway"),
        *("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"),
        *("AWS::EC2::NetworkAcl", "AWS::EC2::NetworkAclEntry", "AWS::EC2::SubnetNetworkAclAssociation"),
        *("AWS::EC2::VPCEndpoint", "AWS::EC2::VPCPeeringConnection", "AWS::EC2::TransitGatewayAttachment"),
        *("AWS::EC2::TransitGatewayVpcAttachment", "AWS::EC2::VPNGateway", "AWS::EC2::VPNConnection"),
        *("AWS::EC2::VPNConnectionRoute", "AWS::EC2::VPNGatewayRoutePropagation", "AWS::EC2::ClientVpnEndpoint"),
        *("AWS::EC2::ClientVpnTargetNetworkAssociation", "AWS::EC2::ClientVpnRoute", "AWS::EC2::LaunchTemplate"),
        *("AWS::EC2::VPCDHCPOptionsAssociation", "AWS::EC2::VPCBlockPublicAccessOptions", "AWS::EC2::TransitGateway"),
        *("AWS::EC2::VPCBlockPublicAccessExclusion", "AWS::Route53Resolver::ResolverEndpoint"),
        *("AWS::AutoScaling::AutoScalingGroup", "AWS::AutoScaling::LaunchConfiguration"),
    }
)
_SETS_ACCESS = re.compile(r"(?:public|private|endpoint)access")
_DEEPEST_NAMES = 4
_HARMLESS = ("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31", "AWS::SecretsManager")


def recognises(document: Any, _: str) -> bool:
    """Whether a document holds a template."""
    try:
        return any(True for _ in templates_in(document))
    except NotUnderstoodError:
        return False


def read(documents: Documents) -> tuple[Understanding, ...]:
    """Each cluster of the templates, or their networks if there is none."""
    opened = []
    for name, document in documents.items():
        for place, template in templates_in(document):
            opened.append((open_template(template, place), f"{name}#" if len(documents) > 1 else "", template))
    if not opened:
        raise NotUnderstoodError("no CloudFormation template: expected an object with `Resources`")
    found = [one for template, file, raw in opened for one in clusters_of(template, file, raw)]
    found = found or [one for template, file, raw in opened for one in _networks_of(template, file, raw)]
    if not found:
        left_out = [(one, file) for opened_one, file, _ in opened for one in _left_out(opened_one)]
        for one, file in left_out[:1]:
            raise NotUnderstoodError(f"no cluster and no VPC is described: {one.why}", f"{file}{one.place}")
    return tuple(found)


def _left_out(template: Template) -> list[Ignored]:
    return [*_elsewhere(template), *template.ignored]


def _elsewhere(template: Template) -> Iterator[Ignored]:
    """The stacks whose templates are not part of the document."""
    for stack in template.of("AWS::CloudFormation::Stack"):
        yield Ignored(place=stack.place, why="a nested stack, whose template is not fetched")
    for stack in template.of("AWS::CloudFormation::StackSet"):
        yield Ignored(place=stack.place, why="a stack set, whose template is not read here: send it by itself")


def clusters_of(template: Template, file: str, raw: Mapping[str, Any]) -> Iterator[Understanding]:
    """The clusters of a template."""
    clusters = list(template.of(*_CLUSTERS))
    for cluster in clusters:
        draft = Draft(format=NAME, place=f"{file}{cluster.place}")
        _describe_cluster(template, draft, cluster, is_only=len(clusters) == 1)
        _say_what_is_left_out(template, draft, raw)
        make_coherent(draft)
        yield draft.understanding()


def _networks_of(template: Template, file: str, raw: Mapping[str, Any]) -> Iterator[Understanding]:
    for vpc in template.of("AWS::EC2::VPC"):
        draft = Draft(format=NAME, place=f"{file}{vpc.place}")
        _describe_network(template, draft, vpc.id)
        Groups(template, draft, "").describe(vpc.id)
        _say_what_is_left_out(template, draft, raw)
        make_coherent(draft)
        yield replace(draft.understanding(), has_cluster=False)


def _describe_cluster(template: Template, draft: Draft, cluster: Resource, *, is_only: bool) -> None:
    dialect = _CLUSTERS[cluster.type]
    config = cluster.properties
    if cluster.type == _CDK:
        config = config.section("Config")
    config = replace(config, name=dialect.name)
    assume_made(draft, "/", cluster)
    names = {cluster.id, *([name] if (name := template.told(config.get("name"))) else [])}
    vpc = _vpc_of(template, config, names, is_only=is_only)
    if vpc is not None:
        _describe_network(template, draft, vpc)
    elif any(template.of("AWS::EC2::VPC")):
        draft.leave_open("/vpc", "the template does not say whether the cluster stands in one of its VPCs")
    describe(draft, config, replace(dialect, absent=_included(config)))
    describe_consumers(template, draft, names, is_only=is_only)
    _describe_groups(template, draft, config.section("resourcesVpcConfig"), cluster, vpc)
    _heed_custom_resources(template, draft, cluster)


def _included(config: Section) -> str:
    """Why an absent field is unknown, if a part of the properties is made elsewhere."""
    for section in (config, config.section("resourcesVpcConfig")):
        if isinstance(section.value, Mapping) and "Fn::Transform" in section.value:
            return "a part that Fn::Transform puts in may state it, and nothing is fetched or run here"
    return ""


def _vpc_of(template: Template, config: Section, names: set[str], *, is_only: bool) -> str | None:
    """The VPC of the cluster's subnets, else of its groups, else of its nodes."""
    vpc = config.section("resourcesVpcConfig")
    nodes = [
        group.properties.get("Subnets")
        for group in template.of(NODE_GROUP)
        if is_only or template.told(group.properties.get("ClusterName")) in names
    ]
    for reading, kind in (
        (vpc.get("subnetIds"), "AWS::EC2::Subnet"),
        (vpc.get("securityGroupIds"), "AWS::EC2::SecurityGroup"),
        *((reading, "AWS::EC2::Subnet") for reading in nodes),
    ):
        items = reading.value if isinstance(reading.value, list) else [reading.value]
        found = Counter(
            told
            for item in items
            if isinstance(item, str)
            and (resource := template.named(item, kind))
            and (told := template.vpc_of(resource))
        )
        if found:
            return found.most_common(1)[0][0]
    return None


def _describe_network(template: Template, draft: Draft, vpc: str) -> None:
    is_made = describe_vpc(template, draft, vpc)
    describe_subnets(template, draft, vpc)
    targets = Targets(template, draft, vpc)
    targets.describe_nats()
    describe_links(template, draft, vpc, targets)
    describe_routes(template, draft, vpc, is_made=is_made, targets=targets)
    describe_vpc_endpoints(template, draft, vpc, is_made=is_made)
    describe_acls(template, draft, vpc)


def _describe_groups(template: Template, draft: Draft, config: Section, cluster: Resource, vpc: str | None) -> None:
    """The groups on the endpoint network interfaces, those of the nodes, and the cluster security group."""
    given = config.get("securityGroupIds")
    items = given.value if isinstance(given.value, list) else [given.value]
    own = f"{cluster.id}.{CLUSTER_GROUP}"
    groups = Groups(template, draft, own)
    for consumer_group in groups_of(draft.consumers):
        groups.roles.setdefault(consumer_group, "other")
    for item in items:
        told = template.told(Reading(item))
        if told is not None:
            groups.roles[told] = "additional"
    groups.roles.pop(own, None)
    groups.describe(vpc)
    made = {resource.id for resource in template.of("AWS::EC2::SecurityGroup")}
    if all(isinstance(item, str) and item in made for item in items):
        draft.unknown = [one for one in draft.unknown if one.why != "named, but without their rules"]


def _heed_custom_resources(template: Template, draft: Draft, cluster: Resource) -> None:
    """Custom resources that speak of endpoints: those that set the access leave it open, for they run last."""
    for resource in template.resources:
        is_custom = resource.type.startswith("Custom::") or resource.type == "AWS::CloudFormation::CustomResource"
        if not is_custom or resource.type in _READ:
            continue
        names = list(_names_in(resource.properties.value))
        if any(_SETS_ACCESS.search(name) for name in names):
            for part in ("public", "private", "public_access_cidrs"):
                why = "the custom resource sets the access to the endpoint, and what it does is not run here"
                draft.reopen(f"/endpoint_access/{part}", why, resource.id)
        elif any("endpoint" in name for name in names):
            sentence = f"the custom resource {resource.id} leaves the endpoints of {cluster.id} as they are here"
            draft.assume("/endpoint_access", sentence)


def _names_in(value: Any, depth: int = 0) -> Iterator[str]:
    """The names of properties, as deep as requests to EKS nest them, in letters alone."""
    if isinstance(value, Mapping) and depth < _DEEPEST_NAMES:
        for name, part in value.items():
            yield re.sub(r"[^a-z]", "", str(name).lower())
            yield from _names_in(part, depth + 1)


def _say_what_is_left_out(template: Template, draft: Draft, raw: Mapping[str, Any]) -> None:
    draft.ignored += template.ignored
    if "region" not in draft.cluster:
        draft.leave_open("/region", "known at deployment only", "AWS::Region")
    types = Counter(resource.type for resource in template.resources if resource.type not in _READ)
    for kind, number in sorted(types.items()):
        if kind in ("AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet"):
            continue
        some = f"{number} resources of this type say" if number > 1 else "a resource of this type says"
        draft.ignore(kind, f"{some} nothing of the endpoint or the network")
    draft.ignored += _elsewhere(template)
    transforms = raw.get("Transform")
    included = raw.get("Fn::Transform", {})
    named = included.get("Name") if isinstance(included, Mapping) else None
    for transform in [*(transforms if isinstance(transforms, list) else [transforms]), named]:
        if transform is not None and transform not in _HARMLESS:
            draft.assume("/", f"the macro `{shown(transform)}` leaves the cluster and its network as they are")


FORMATS = (Format(name=NAME, title="CloudFormation template", recognises=recognises, read=read),)
