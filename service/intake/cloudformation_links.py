"""What connects a template's VPC with services and other networks: VPC endpoints, peerings, gateways, VPNs.

1. The name of an endpoint's service ends in the service, whatever the Region: `com.amazonaws.REGION.ecr.api`.
2. CloudFormation's defaults: an endpoint is a gateway, and has no private DNS (AWS::EC2::VPCEndpoint).
3. A link's far side is known where the same template makes it, or where static routes of a VPN name it.
"""

from __future__ import annotations

import re
from typing import Any

from service.intake.cloudformation_elements import Element, assume_made
from service.intake.cloudformation_targets import Targets, static_routes
from service.intake.cloudformation_templates import Resource, Template
from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, as_flag, as_ranges, as_text, as_texts

_SERVICE = re.compile(r"(?:cn\.|\$\{[^}]*\}\.)?com\.amazonaws\.(?:\$\{[^}]*\}|[a-z0-9-]+)\.([a-z0-9.-]{1,100})")
_MOST_ENDPOINTS = 200


def describe_vpc_endpoints(template: Template, draft: Draft, vpc: str, *, is_made: bool) -> None:
    """The VPC endpoints; a list only if all of them are known, and the VPC with them."""
    found: list[dict[str, Any]] = []
    subnets = {one["id"] for one in draft.cluster.get("subnets", ())}
    tables = {one["id"] for one in draft.cluster.get("route_tables", ())}
    is_complete = is_made
    for resource in template.of("AWS::EC2::VPCEndpoint"):
        if template.vpc_of(resource) != vpc:
            continue
        kind = as_text(resource.properties.get("VpcEndpointType"))
        if kind.value in ("GatewayLoadBalancer", "Resource", "ServiceNetwork"):
            continue
        service = _service(resource)
        if service is None or isinstance(kind.value, Open) or isinstance(resource.holds, Open):
            draft.leave_open("/vpc/endpoints", "an endpoint that is not known in full", resource.id)
            is_complete = False
            continue
        is_interface = kind.value == "Interface"
        endpoint: dict[str, Any] = {"service": service, "kind": "interface" if is_interface else "gateway"}
        if is_interface:
            _describe_interface(template, draft, resource, endpoint, subnets)
        else:
            _name_all(endpoint, "route_tables", as_texts(resource.properties.get("RouteTableIds")), tables)
        found.append(endpoint)
        draft.note(f"/vpc/endpoints[{service}]", Reading(service, resource.place))
    if is_complete and len(found) <= _MOST_ENDPOINTS:
        draft.compute("/vpc/endpoints", found, "the endpoints that the template makes in its VPC")
        draft.assume("/vpc/endpoints", "nothing outside the template adds VPC endpoints to the VPC")
    elif found:
        draft.leave_open("/vpc/endpoints", "others may exist", ", ".join(one["service"] for one in found))


def _service(resource: Resource) -> str | None:
    value = resource.properties.get("ServiceName").value
    text = value.text if isinstance(value, Open) else value
    match = _SERVICE.fullmatch(text) if isinstance(text, str) else None
    return match[1] if match else None


def _describe_interface(
    template: Template, draft: Draft, resource: Resource, endpoint: dict[str, Any], subnets: set[str]
) -> None:
    properties = resource.properties
    private = as_flag(properties.get("PrivateDnsEnabled"))
    if isinstance(private.value, Open):
        draft.leave_open(f"/vpc/endpoints[{endpoint['service']}]/private_dns", private.value.why, private.value.text)
    else:
        endpoint["private_dns"] = private.value is True
    _name_all(endpoint, "subnets", as_texts(properties.get("SubnetIds")), subnets)
    groups = as_texts(properties.get("SecurityGroupIds"))
    described = {resource.id for resource in template.of("AWS::EC2::SecurityGroup")}
    _name_all(endpoint, "security_groups", groups, described)


def _name_all(endpoint: dict[str, Any], name: str, texts: Reading, known: set[str]) -> None:
    """A list of ids if all of them are described."""
    if isinstance(texts.value, list) and known.issuperset(texts.value):
        endpoint[name] = list(dict.fromkeys(texts.value))


def describe_links(template: Template, draft: Draft, vpc: str, targets: Targets) -> None:
    """The links of the VPC."""
    for peering in template.of("AWS::EC2::VPCPeeringConnection"):
        sides = [template.told(peering.properties.get(name)) for name in ("VpcId", "PeerVpcId")]
        if vpc in sides:
            far = next((side for side in sides if side != vpc), None)
            name = targets.name_for("connections", peering.id)
            _add(draft, name, "peering", peering, _ranges_of(template, far))
    for attachment in template.of("AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment"):
        if template.vpc_of(attachment) == vpc:
            gateway = attachment.properties.get("TransitGatewayId")
            told = template.told(gateway) or attachment.id
            _add(draft, targets.name_for("connections", told), "transit_gateway", attachment, None)
    for attachment in template.of("AWS::EC2::VPCGatewayAttachment"):
        gateway = attachment.properties.get("VpnGatewayId")
        if not gateway.is_missing and template.vpc_of(attachment) == vpc and (end := template.told(gateway)):
            routes = static_routes(template, end) or []
            ranges = [as_ranges(route.properties.get("DestinationCidrBlock")).value for route in routes]
            known = [text for one in ranges if isinstance(one, list) for text in one]
            name = targets.name_for("connections", end)
            _add(draft, name, "vpn", attachment, known if ranges and len(known) == len(ranges) else None)
    _describe_client_vpns(template, draft, vpc, targets)


def _describe_client_vpns(template: Template, draft: Draft, vpc: str, targets: Targets) -> None:
    subnets = {one["id"] for one in draft.cluster.get("subnets", ())}
    ends: set[str | None] = set()
    for association in template.of("AWS::EC2::ClientVpnTargetNetworkAssociation"):
        if template.told(association.properties.get("SubnetId")) in subnets:
            ends.add(template.told(association.properties.get("ClientVpnEndpointId")))
    for endpoint in template.of("AWS::EC2::ClientVpnEndpoint"):
        if endpoint.id in ends:
            ranges = as_ranges(endpoint.properties.get("ClientCidrBlock")).value
            name = targets.name_for("connections", endpoint.id)
            carries = None
            if as_flag(endpoint.properties.get("SplitTunnel")).value is True:
                carries = _carried(template, draft, endpoint)
            _add(draft, name, "client_vpn", endpoint, ranges if isinstance(ranges, list) else None, carries)


def _carried(template: Template, draft: Draft, endpoint: Resource) -> list[str] | None:
    """What a split tunnel carries: the VPC and the routes that the endpoint has; None if one is not known."""
    found = list(draft.cluster.get("vpc", {}).get("cidrs", ()))
    for route in template.of("AWS::EC2::ClientVpnRoute"):
        if template.told(route.properties.get("ClientVpnEndpointId")) == endpoint.id:
            ranges = as_ranges(route.properties.get("DestinationCidrBlock")).value
            if not isinstance(ranges, list):
                return None
            found += ranges
    return found or None


def _ranges_of(template: Template, vpc: str | None) -> list[str] | None:
    """The range of another VPC of the same template."""
    resource = template.named(vpc or "", "AWS::EC2::VPC")
    if resource is None or any(template.vpc_of(block) == vpc for block in template.of("AWS::EC2::VPCCidrBlock")):
        return None
    ranges = as_ranges(resource.properties.get("CidrBlock")).value
    return ranges if isinstance(ranges, list) else None


def _add(
    draft: Draft,
    name: str,
    kind: str,
    resource: Resource,
    remote: list[str] | None,
    carries: list[str] | None = None,
) -> None:
    link = Element(draft, "connections", name, resource.place)
    link.compute("kind", kind, f"a resource of the type {resource.type}")
    if remote:
        link.compute("remote_cidrs", remote, "what the template has on the far side")
    else:
        link.leave_open("remote_cidrs", "the template does not say what lies behind it", name)
    if carries:
        link.compute("carries", carries, "a split tunnel carries the VPC and the endpoint's routes")
    link.done()
    assume_made(draft, link.reference, resource)
