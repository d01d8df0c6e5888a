"""What routes lead to: gateways, links and appliances, each described once and under one id.

1. The property of a route tells what kind its target is; the target may be made elsewhere, and then the
   expression that names it stands for its id.
2. A NAT gateway's addresses are given by AWS when its Elastic IP is made: not known.
3. An appliance (an instance, an interface, a Gateway Load Balancer's endpoint) is a firewall of which nothing
   is known but that it is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from service.intake.cloudformation_elements import Element
from service.intake.cloudformation_templates import Resource, Template
from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, as_flag, as_text

_LINKS = {
    "TransitGatewayId": "transit_gateway",
    "CoreNetworkArn": "transit_gateway",
    "VpcPeeringConnectionId": "peering",
}
_APPLIANCES = ("VpcEndpointId", "InstanceId", "NetworkInterfaceId", "LocalGatewayId", "CarrierGatewayId")
_PLAIN = {"local", "internet_gateway", "egress_only_internet_gateway"}


@dataclass(slots=True)
class Targets:
    """The targets of one VPC's routes, in the making."""

    template: Template
    draft: Draft
    vpc: str
    ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, route: Resource) -> str | None:
        """The wire's name for a route's target; None if it is not known what kind it is."""
        properties = route.properties
        if not properties.get("EgressOnlyInternetGatewayId").is_missing:
            return "egress_only_internet_gateway"
        if not (nat := properties.get("NatGatewayId")).is_missing:
            return self._nat(nat)
        for name, kind in _LINKS.items():
            if not (link := properties.get(name)).is_missing:
                return self.link(kind, link)
        for name in _APPLIANCES:
            if not (appliance := properties.get(name)).is_missing:
                return self._appliance(appliance, name)
        return self._gateway(properties.get("GatewayId"))

    def _gateway(self, reading: Reading) -> str | None:
        """An internet gateway or a virtual private one: by its id's shape, or by how it is attached."""
        told = self.template.told(reading)
        if reading.is_missing or told is None:
            return None
        if told == "local":
            return "local"
        attached = [self.template.told(one.properties.get("InternetGatewayId")) for one in self._attachments()]
        if told.startswith("igw-") or told in attached or self.template.named(told, "AWS::EC2::InternetGateway"):
            return "internet_gateway"
        attached = [self.template.told(one.properties.get("VpnGatewayId")) for one in self._attachments()]
        if told.startswith("vgw-") or told in attached or self.template.named(told, "AWS::EC2::VPNGateway"):
            return self.link("vpn", reading)
        return None

    def _attachments(self) -> list[Resource]:
        return list(self.template.of("AWS::EC2::VPCGatewayAttachment"))

    def name_for(self, section: str, told: str) -> str:
        """An id that no other target has."""
        if (section, told) not in self.ids:
            name, taken = told, {*self.ids.values(), *_PLAIN}
            while name in taken:
                name = f"{name[:180]} ({section})"
            self.ids[section, told] = name
        return self.ids[section, told]

    def link(self, kind: str, reading: Reading) -> str | None:
        """A link to another network, described if it is not yet."""
        told = self.template.told(reading)
        if told is None:
            return None
        name = self.name_for("connections", told)
        if not any(one["id"] == name for one in self.draft.cluster.get("connections", ())):
            link = Element(self.draft, "connections", name, reading.place)
            link.compute("kind", kind, "what the property names")
            link.leave_open("remote_cidrs", "the template does not say what lies behind it", told)
            link.done()
        return name

    def _nat(self, reading: Reading) -> str | None:
        told = self.template.told(reading)
        if told is None:
            return None
        name = self.name_for("nat_gateways", told)
        if all(one["id"] != name for one in self.draft.cluster.get("nat_gateways", ())):
            nat = Element(self.draft, "nat_gateways", name, reading.place)
            nat.leave_open("public_ips", "the template does not make the NAT gateway in this VPC", told)
            nat.done()
        return name

    def _appliance(self, reading: Reading, what: str) -> str | None:
        told = self.template.told(reading)
        if told is None:
            return None
        name = self.name_for("firewalls", told)
        appliance = Element(self.draft, "firewalls", name, reading.place)
        appliance.fields["internet_egress"] = None
        appliance.leave_open("internet_egress", f"what the route's {what} lets through is not described", told)
        appliance.done()
        return name

    def describe_nats(self) -> None:
        """The NAT gateways that the template makes in the VPC's subnets, or regional ones of the VPC."""
        subnets = {one["id"] for one in self.draft.cluster.get("subnets", ())}
        for resource in self.template.of("AWS::EC2::NatGateway"):
            subnet = as_text(resource.properties.get("SubnetId"))
            mode = as_text(resource.properties.get("AvailabilityMode"))
            is_regional = mode.value == "regional"
            told = self.template.told(subnet)
            if told not in subnets and self.template.vpc_of(resource) != self.vpc:
                continue
            nat = Element(self.draft, "nat_gateways", self.name_for("nat_gateways", resource.id), resource.place)
            if told in subnets:
                nat.take("subnet", Reading(told, subnet.place))
            kind = as_text(resource.properties.get("ConnectivityType"))
            if kind.value in ("public", "private"):
                nat.take("connectivity", kind)
            elif not nat.take("connectivity", kind if isinstance(kind.value, Open) else Reading(None)):
                because = "CloudFormation: ConnectivityType of AWS::EC2::NatGateway defaults to public"
                nat.fall_back("connectivity", "public", because)
            if is_regional:
                nat.take("availability_mode", mode)
            if nat.fields.get("connectivity") != "private":
                address = "AWS gives the address of an Elastic IP when it is made"
                nat.leave_open("public_ips", address, self.template.told(resource.properties.get("AllocationId")) or "")
            nat.done(resource)


def static_routes(template: Template, gateway: str) -> list[Resource] | None:
    """The static routes of the VPN behind a gateway; None if the far side announces them (BGP)."""
    found: list[Resource] = []
    for connection in template.of("AWS::EC2::VPNConnection"):
        if template.told(connection.properties.get("VpnGatewayId")) != gateway:
            continue
        if as_flag(connection.properties.get("StaticRoutesOnly")).value is not True:
            return None
        for route in template.of("AWS::EC2::VPNConnectionRoute"):
            if template.told(route.properties.get("VpnConnectionId")) == connection.id:
                found.append(route)
    return found or None
