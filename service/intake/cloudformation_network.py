"""The VPC of a template and its subnets, with CloudFormation's own defaults.

1. A VPC that the template makes is known in full: what the template does not give it, it does not have. Of a
   VPC that exists already only what the template adds is known.
2. CloudFormation's defaults: DNS support on, DNS hostnames off, no public addresses in a subnet (AWS::EC2::VPC,
   AWS::EC2::Subnet). A VPC without DHCP options of its own has the Region's default ones (AmazonProvidedDNS).
3. `Fn::Select` of `Fn::GetAZs` names a zone by its number: the Region is not known, the zones are distinct.
"""

from __future__ import annotations

import re

from service.intake.cloudformation_elements import Element, assume_made, exact_range
from service.intake.cloudformation_templates import Resource, Template
from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, as_flag, as_text, as_texts

_VPC = "AWS::EC2::VPC"
_ZONE = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d)[a-z]")
_LOCAL_ZONE = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d-(wl\d-)?.+")


def describe_vpc(template: Template, draft: Draft, vpc: str) -> bool:
    """The VPC, as far as the template makes it; says whether it does."""
    resource = template.named(vpc, _VPC)
    _describe_cidrs(template, draft, vpc, resource)
    _describe_dns_options(template, draft, vpc, resource)
    for endpoint in template.of("AWS::Route53Resolver::ResolverEndpoint"):
        direction = as_text(endpoint.properties.get("Direction"))
        if direction.value == "INBOUND" and endpoint.holds is True and _stands_in(template, endpoint, vpc):
            draft.compute("/vpc/inbound_resolver", True, "the template makes an inbound endpoint", endpoint.place)
    _describe_block(template, draft)
    if resource is None:
        draft.leave_open("/vpc", "the template does not make the VPC, so the rest of it is not known", vpc)
        return False
    assume_made(draft, "/vpc", resource)
    for name, property_, default in (
        ("enable_dns_support", "EnableDnsSupport", True),
        ("enable_dns_hostnames", "EnableDnsHostnames", False),
    ):
        if not draft.take(f"/vpc/{name}", as_flag(resource.properties.get(property_))):
            text = str(default).lower()
            because = f"CloudFormation: {property_} of AWS::EC2::VPC defaults to {text}"
            draft.fall_back(f"/vpc/{name}", default, because)
    return True


def _stands_in(template: Template, endpoint: Resource, vpc: str) -> bool:
    subnets = {template.told(address.get("SubnetId")) for address in endpoint.properties.sections("IpAddresses")}
    return any(template.vpc_of(one) == vpc for one in template.of("AWS::EC2::Subnet") if one.id in subnets)


def _describe_cidrs(template: Template, draft: Draft, vpc: str, resource: Resource | None) -> None:
    """Its ranges; one IPv4 range that is open leaves them all open, for a subnet may lie in it."""
    if resource is None:
        return
    first = exact_range(resource.properties.get("CidrBlock"), 4)
    readings = [first if not first.is_missing else Reading(Open("", "no CidrBlock"), resource.place)]
    for block in template.of("AWS::EC2::VPCCidrBlock"):
        if template.vpc_of(block) != vpc:
            continue
        given = block.properties.get("CidrBlock")
        if not given.is_missing:
            held = isinstance(block.holds, Open)
            readings.append(Reading(block.holds, block.place) if held else exact_range(given, 4))
        elif not block.properties.get("Ipv4IpamPoolId").is_missing:
            readings.append(Reading(Open(block.id, "a pool gives the range"), block.place))
        six = exact_range(block.properties.get("Ipv6CidrBlock"), 6)
        if isinstance(six.value, str):
            readings.append(six)
        else:
            draft.leave_open("/vpc/cidrs", "AWS gives the IPv6 range when the VPC is made", block.id)
    unknown = next((reading for reading in readings if isinstance(reading.value, Open)), None)
    if unknown is not None:
        draft.take("/vpc/cidrs", unknown)
        return
    ranges = list(dict.fromkeys(reading.value for reading in readings))
    draft.take("/vpc/cidrs", Reading(ranges, first.place, first.because, first.assumed))
    for reading in readings[1:]:
        draft.note("/vpc/cidrs", reading)


def _describe_dns_options(template: Template, draft: Draft, vpc: str, resource: Resource | None) -> None:
    for association in template.of("AWS::EC2::VPCDHCPOptionsAssociation"):
        if template.vpc_of(association) != vpc:
            continue
        options = template.named(
            template.told(association.properties.get("DhcpOptionsId")) or "", "AWS::EC2::DHCPOptions"
        )
        if options is None or isinstance(association.holds, Open):
            draft.leave_open("/vpc/domain_name_servers", "the DHCP options are not described", association.id)
            return
        servers = as_texts(options.properties.get("DomainNameServers"))
        if not draft.take("/vpc/domain_name_servers", servers):
            draft.fall_back("/vpc/domain_name_servers", [], "DHCP options without name servers hand none out")
        draft.take("/vpc/domain_name", as_text(options.properties.get("DomainName")))
        return
    if resource is not None:
        because = "a VPC has the Region's default DHCP options unless the template gives it others (F-2.7)"
        draft.fall_back("/vpc/domain_name_servers", ["AmazonProvidedDNS"], because)


def _describe_block(template: Template, draft: Draft) -> None:
    """Block Public Access, a setting of the account in the Region (F-4.9)."""
    for options in template.of("AWS::EC2::VPCBlockPublicAccessOptions"):
        mode = as_text(options.properties.get("InternetGatewayBlockMode"))
        if isinstance(mode.value, str) and mode.value not in ("off", "block-bidirectional", "block-ingress"):
            mode = mode.opened("no mode of Block Public Access")
        if isinstance(options.holds, Open):
            mode = Reading(options.holds, options.place)
        draft.take("/vpc/block_public_access", mode)


def describe_subnets(template: Template, draft: Draft, vpc: str) -> None:
    """The subnets of the VPC that the template makes, without their tables."""
    excluded = {
        template.told(one.properties.get("SubnetId"))
        for one in template.of("AWS::EC2::VPCBlockPublicAccessExclusion")
        if one.holds is True
    }
    for resource in template.of("AWS::EC2::Subnet"):
        if template.vpc_of(resource) != vpc:
            continue
        properties = resource.properties
        subnet = Element(draft, "subnets", resource.id, resource.place)
        subnet.take("cidr", exact_range(properties.get("CidrBlock"), 4))
        subnet.take("ipv6_cidr", exact_range(properties.get("Ipv6CidrBlock"), 6))
        _take_zone(subnet, as_text(properties.get("AvailabilityZone")))
        for name, property_ in (
            ("assigns_public_ip", "MapPublicIpOnLaunch"),
            ("assigns_ipv6", "AssignIpv6AddressOnCreation"),
        ):
            if not subnet.take(name, as_flag(properties.get(property_))):
                subnet.fall_back(name, False, f"CloudFormation: {property_} of AWS::EC2::Subnet defaults to false")
        if not properties.get("OutpostArn").is_missing:
            subnet.compute("outpost", True, "it names an Outpost")
        if resource.id in excluded:
            subnet.compute("block_public_access_excluded", True, "the template exempts it")
        subnet.done(resource)


def _take_zone(subnet: Element, zone: Reading) -> None:
    if not subnet.take("availability_zone", zone) or not isinstance(zone.value, str):
        return
    if region := _ZONE.fullmatch(zone.value):
        if "region" not in subnet.draft.cluster:
            subnet.draft.compute("/region", region[1], "the Region of a subnet's zone", zone.place)
    elif local := _LOCAL_ZONE.fullmatch(zone.value):
        subnet.compute("zone_kind", "wavelength" if local[1] else "local_zone", "its zone's name")
