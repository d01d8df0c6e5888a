"""The VPC and its subnets, as `aws ec2 describe-*` tells of them.

What a whole list does not hold is not there; of what no document shows nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from service.intake.aws_around import GONE, Around, exact_network, is_gone, note, ranges_of_vpc
from service.intake.aws_bundle import shared_ids
from service.intake.aws_records import Record
from service.intake.drafting import Draft
from service.intake.readings import quoted

_ZONE = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+[a-z]")
_LOCAL_ZONE = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+-[a-z]+-[0-9]+[a-z]")
_WAVELENGTH = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+-wl[0-9]+-[a-z]+-wlz-[0-9]+")
_ACCOUNT = re.compile("[0-9]{12}")
MOST_SUBNETS = 1_000
MOST_ENDPOINTS = 200


def describe_vpc(draft: Draft, around: Around) -> None:
    """Ranges, DNS attributes, DHCP options, resolver, Block Public Access and VPC endpoints."""
    record = next((one for id_, one in around.of_vpc("vpcs", "VpcId") if id_ == around.vpc), None)
    if record is None:
        draft.leave_open("/vpc/cidrs", "no document describes the VPC", around.vpc)
    else:
        _ranges(draft, record)
        owner = record.text("OwnerId")
        if _ACCOUNT.fullmatch(owner) and _ACCOUNT.fullmatch(around.account):
            draft.compute(
                "/vpc/shared", owner != around.account, "the owner of the VPC and of the cluster", record.place
            )
    _dns_attributes(draft, around, record)
    _dhcp_options(draft, around, record)
    _resolver(draft, around)
    _block_public_access(draft, around)
    _vpc_endpoints(draft, around)


def _ranges(draft: Draft, record: Record) -> None:
    texts = ranges_of_vpc(record)
    bad = [text for text in texts if exact_network(text) is None]
    if bad or not texts:
        draft.leave_open("/vpc/cidrs", "no ranges that a VPC can have", ", ".join(bad))
    else:
        draft.take("/vpc/cidrs", record.reading(texts))


def _dns_attributes(draft: Draft, around: Around, vpc: Record | None) -> None:
    holders = [one for one in around.bundle.of("vpcattributes") if one.text("VpcId") == around.vpc]
    holders += [vpc] if vpc else []
    for field, name in (("enable_dns_support", "EnableDnsSupport"), ("enable_dns_hostnames", "EnableDnsHostnames")):
        holder = next((one for one in holders if one.flag(name) is not None), None)
        if holder:
            draft.take(f"/vpc/{field}", holder.reading(holder.flag(name)))
        else:
            draft.leave_open(f"/vpc/{field}", f"no `describe-vpc-attribute --attribute {name}` of the VPC")


def _dhcp_options(draft: Draft, around: Around, vpc: Record | None) -> None:
    id_ = vpc.text("DhcpOptionsId") if vpc else ""
    options = dict(shared_ids(around.bundle.of("dhcpoptions"), "DhcpOptionsId")).get(id_)
    if options is None:
        draft.leave_open("/vpc/domain_name_servers", "no document describes the VPC's DHCP options", id_)
        return
    values: dict[str, list[str]] = {}
    for part in options.parts("DhcpConfigurations"):
        listed = part.get("Values")
        items = listed if isinstance(listed, list) else []
        texts = [item.get("value") if isinstance(item, dict) else item for item in items]
        values[part.text("Key")] = [text for text in texts if isinstance(text, str) and 0 < len(text) <= 200]
    servers = values.get("domain-name-servers")
    if servers:
        draft.take("/vpc/domain_name_servers", options.reading(list(dict.fromkeys(map(quoted, servers)))))
    else:
        draft.leave_open("/vpc/domain_name_servers", "the DHCP options name no name servers", id_)
    if values.get("domain-name"):
        draft.take("/vpc/domain_name", options.reading(quoted(values["domain-name"][0])))


def _resolver(draft: Draft, around: Around) -> None:
    inbound = [
        one
        for one in around.bundle.of("resolverendpoints")
        if one.text("HostVPCId") == around.vpc and one.text("Direction").upper().startswith("INBOUND")
    ]
    working = [one for one in inbound if not is_gone(one) and one.state() not in ("action_needed", "creating")]
    if working:
        draft.compute("/vpc/inbound_resolver", True, "an inbound Resolver endpoint", working[0].place)
    elif inbound:
        draft.leave_open("/vpc/inbound_resolver", "an inbound Resolver endpoint that is not operational")
    elif around.bundle.shows("resolverendpoints"):
        draft.compute("/vpc/inbound_resolver", False, "the list of Resolver endpoints holds no inbound one")
    else:
        draft.leave_open("/vpc/inbound_resolver", "no document lists the Resolver endpoints")


def _block_public_access(draft: Draft, around: Around) -> None:
    for options in around.bundle.of("blockpublicaccess"):
        region, mode = options.text("AwsRegion"), options.text("InternetGatewayBlockMode")
        if region and around.region and region != around.region:
            draft.ignore(options.place, f"it is of another Region, {region}")
        elif mode in ("off", "block-bidirectional", "block-ingress"):
            draft.take("/vpc/block_public_access", options.reading(mode))
            return
    draft.leave_open("/vpc/block_public_access", "no document shows the Region's Block Public Access options")


def excluded_subnets(around: Around, subnets: Iterable[str]) -> dict[str, Record]:
    """The subnets that are exempt from Block Public Access, themselves or with their VPC."""
    found: dict[str, Record] = {}
    for one in around.bundle.of("vpcblockpublicaccessexclusions"):
        target = one.text("ResourceArn").rsplit("/", 1)[-1]
        if one.state() in ("create-complete", "update-complete", "update-in-progress", ""):
            for subnet in subnets:
                if target in (subnet, around.vpc):
                    found.setdefault(subnet, one)
    return found


def _vpc_endpoints(draft: Draft, around: Around) -> None:
    if not around.bundle.knows("vpcendpoints"):
        draft.leave_open("/vpc/endpoints", "no document lists the VPC endpoints")
        return
    found: list[dict[str, Any]] = []
    for id_, one in around.of_vpc("vpcendpoints", "VpcEndpointId"):
        kind, service = one.text("VpcEndpointType").lower() or "interface", one.text("ServiceName")
        if is_gone(one) or one.state() in ("pending", "pendingacceptance"):
            draft.ignore(one.place, f"the VPC endpoint is {one.state()}")
        elif kind not in ("interface", "gateway") or not service or len(found) >= MOST_ENDPOINTS:
            draft.ignore(one.place, "no interface or gateway endpoint of a service")
        else:
            found.append(_vpc_endpoint(one, kind, service))
            note(draft, f"/vpc/endpoints[{id_}]", one)
    if found or around.bundle.shows("vpcendpoints"):
        draft.cluster.setdefault("vpc", {})["endpoints"] = found
        for endpoint in found:
            draft.know_subnets(endpoint.get("subnets", ()))
            for table in endpoint.get("route_tables", ()):
                draft.add("route_tables", {"id": table})


def _vpc_endpoint(record: Record, kind: str, service: str) -> dict[str, Any]:
    element: dict[str, Any] = {"service": service, "kind": kind}
    if kind == "gateway":
        return element | ({"route_tables": record.texts("RouteTableIds")} if record.has("RouteTableIds") else {})
    if record.has("SubnetIds"):
        element["subnets"] = record.texts("SubnetIds")
    if record.has("Groups"):
        element["security_groups"] = [
            group.text("GroupId") for group in record.parts("Groups") if group.text("GroupId")
        ]
    if record.flag("PrivateDnsEnabled") is not None:
        element["private_dns"] = record.flag("PrivateDnsEnabled")
    return element


def describe_subnets(draft: Draft, around: Around) -> None:
    """The subnets of the VPC as they are described."""
    described = dict(shared_ids(around.bundle.of("subnets"), "SubnetId"))
    zones = {one.text("ZoneName"): one.text("ZoneType") for one in around.bundle.of("availabilityzones")}
    for id_, record in described.items():
        if record.text("VpcId") == around.vpc and len(draft.cluster.get("subnets", ())) < MOST_SUBNETS:
            element = _subnet(draft, id_, record, zones)
            _put(draft, element)
            note(draft, f"/subnets[{id_}]", record)


def complete_subnets(draft: Draft, around: Around) -> None:
    """What of subnets that are only named is not known, and which are exempt from Block Public Access."""
    described = {one.text("SubnetId") for one in around.bundle.of("subnets")}
    named = [subnet["id"] for subnet in draft.cluster.get("subnets", ())]
    for id_ in named:
        if id_ not in described:
            draft.leave_open(f"/subnets[{id_}]", "named, but no document describes it")
    block = draft.cluster.get("vpc", {}).get("block_public_access", "off")
    if block != "off" and not around.bundle.shows("vpcblockpublicaccessexclusions"):
        draft.assume("/subnets", "no document lists the exclusions from Block Public Access: no subnet is exempt")
    exempt = excluded_subnets(around, named)
    for subnet in draft.cluster.get("subnets", ()):
        if subnet["id"] in exempt:
            subnet["block_public_access_excluded"] = True
            note(draft, f"/subnets[{subnet['id']}]/block_public_access_excluded", exempt[subnet["id"]], "an exclusion")


def _put(draft: Draft, element: dict[str, Any]) -> None:
    """The element, in the place of one that was only named."""
    subnets = draft.cluster.setdefault("subnets", [])
    for index, known in enumerate(subnets):
        if known["id"] == element["id"]:
            subnets[index] = known | element
            return
    subnets.append(element)


def _subnet(draft: Draft, id_: str, record: Record, zones: dict[str, str]) -> dict[str, Any]:
    element: dict[str, Any] = {"id": id_}
    cidr = record.text("CidrBlock")
    if cidr:
        element["cidr"] = cidr
    for association in record.parts("Ipv6CidrBlockAssociationSet"):
        if association.part("Ipv6CidrBlockState").state() not in GONE and association.range("Ipv6CidrBlock"):
            element.setdefault("ipv6_cidr", association.range("Ipv6CidrBlock"))
    zone = record.text("AvailabilityZone")
    if zone:
        element["availability_zone"] = zone
        kind = _zone_kind(zone, zones)
        if kind:
            element["zone_kind"] = kind
            note(draft, f"/subnets[{id_}]/zone_kind", record, "the name of the zone")
    if record.has("OutpostArn"):
        element["outpost"] = record.text("OutpostArn") or True
    for field, name in (("assigns_public_ip", "MapPublicIpOnLaunch"), ("assigns_ipv6", "AssignIpv6AddressOnCreation")):
        if record.flag(name) is not None:
            element[field] = record.flag(name)
    return element


def _zone_kind(zone: str, types: dict[str, str]) -> str:
    known = {"availability-zone": "availability_zone", "local-zone": "local_zone", "wavelength-zone": "wavelength"}
    if types.get(zone) in known:
        return known[types[zone]]
    patterns = ((_ZONE, "availability_zone"), (_LOCAL_ZONE, "local_zone"), (_WAVELENGTH, "wavelength"))
    return next((kind for pattern, kind in patterns if pattern.fullmatch(zone)), "")
