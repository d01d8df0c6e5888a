"""VPCs, their subnets and endpoints, as records of `aws ec2 describe-*`.

What a new VPC brings along is there by default: AWS's name servers, DNS support without hostnames.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.intake.terraform_records import Found, Records
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import boolean, text

_DEFAULT_VPC = "172.31.0.0/16"
_DEFAULT_OPTIONS = "dopt-default"


def vpc_records(records: Records) -> Iterator[Found]:
    """All of them."""
    for make in (_vpcs, _blocks, _dhcp_options, _subnets, _endpoints):
        yield from make(records)


def _vpcs(records: Records) -> Iterator[Found]:
    ids = records.ids
    for vpc in records.inventory.of("aws_vpc", "aws_default_vpc"):
        id_ = ids.own(vpc.address)
        is_default = vpc.type == "aws_default_vpc"
        cidr = vpc.get("cidr_block") or (_DEFAULT_VPC if is_default else None)
        values: dict[str, Any] = {"VpcId": id_, "CidrBlock": records.known("/vpc/cidrs", cidr)}
        values["CidrBlockAssociationSet"] = list(_secondary(records, id_))
        for name, wire, default in (
            ("EnableDnsSupport", "enable_dns_support", True),
            ("EnableDnsHostnames", "enable_dns_hostnames", is_default),
        ):
            given = records.known(f"/vpc/{wire}", vpc.get(wire))
            values[name] = boolean(given)
            if given is None and vpc.get(wire) is None:
                values[name] = default
                records.defaults[f"/vpc/{wire}"] = f"the AWS provider: {wire} defaults to {str(default).lower()}"
        values["DhcpOptionsId"] = _options_of(records, vpc)
        yield "vpcs", values, vpc.address


def _blocks(records: Records) -> Iterator[Found]:
    for options in records.inventory.of("aws_vpc_block_public_access_options"):
        mode = records.known("/vpc/block_public_access", options.get("internet_gateway_block_mode"))
        yield "blockpublicaccess", {"InternetGatewayBlockMode": mode}, options.address
    for one in records.inventory.of("aws_vpc_block_public_access_exclusion"):
        target = records.ids.of(one.get("subnet_id") or one.get("vpc_id"))
        yield "vpcblockpublicaccessexclusions", {"ResourceArn": target}, one.address


def _secondary(records: Records, vpc: str) -> Iterator[dict[str, Any]]:
    for one in records.inventory.of("aws_vpc_ipv4_cidr_block_association"):
        if records.ids.of(one.get("vpc_id")) == vpc:
            cidr = records.known("/vpc/cidrs", one.get("cidr_block"))
            yield {"CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}


def _options_of(records: Records, vpc: Resource) -> str:
    id_ = records.ids.own(vpc.address)
    for one in records.inventory.of("aws_vpc_dhcp_options_association"):
        if records.ids.of(one.get("vpc_id")) == id_:
            return records.ids.of(one.get("dhcp_options_id"))
    given = text(vpc.get("dhcp_options_id"))
    if given is None:
        records.defaults["/vpc/domain_name_servers"] = (
            "AWS: a VPC without DHCP options of its own has AWS's name servers"
        )
        return _DEFAULT_OPTIONS
    return given


def _dhcp_options(records: Records) -> Iterator[Found]:
    configuration = [{"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]}]
    yield "dhcpoptions", {"DhcpOptionsId": _DEFAULT_OPTIONS, "DhcpConfigurations": configuration}, ""
    for one in records.inventory.of("aws_vpc_dhcp_options"):
        parts = []
        for key, name in (("domain-name-servers", "domain_name_servers"), ("domain-name", "domain_name")):
            given = records.known(f"/vpc/{name}", one.get(name))
            items = given if isinstance(given, list) else [given]
            parts.append({"Key": key, "Values": [{"Value": item} for item in items if isinstance(item, str) and item]})
        yield "dhcpoptions", {"DhcpOptionsId": records.ids.own(one.address), "DhcpConfigurations": parts}, one.address


def _subnets(records: Records) -> Iterator[Found]:
    for subnet in records.inventory.of("aws_subnet", "aws_default_subnet"):
        if subnet.how_many:
            records.open.append(("/subnets", subnet.how_many))
            continue
        id_ = records.ids.own(subnet.address)
        reference = f"/subnets[{id_}]"
        public = subnet.get("map_public_ip_on_launch")
        if public is None:
            public = subnet.type == "aws_default_subnet"
            records.defaults[f"{reference}/assigns_public_ip"] = "the AWS provider's default"
        ipv6 = records.known(f"{reference}/ipv6_cidr", subnet.get("ipv6_cidr_block"))
        yield (
            "subnets",
            {
                "SubnetId": id_,
                "VpcId": records.ids.of(subnet.get("vpc_id")),
                "CidrBlock": records.known(f"{reference}/cidr", subnet.get("cidr_block")),
                "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": ipv6}] if ipv6 else [],
                "AvailabilityZone": records.known(f"{reference}/availability_zone", subnet.get("availability_zone")),
                "MapPublicIpOnLaunch": boolean(records.known(f"{reference}/assigns_public_ip", public)),
                "AssignIpv6AddressOnCreation": boolean(subnet.get("assign_ipv6_address_on_creation")),
                "OutpostArn": text(subnet.get("outpost_arn")),
            },
            subnet.address,
        )


def _endpoints(records: Records) -> Iterator[Found]:
    """VPC endpoints with what is associated with them; without a type they are gateways."""
    ids = records.ids
    for one in records.inventory.of("aws_vpc_endpoint"):
        service = records.known("/vpc/endpoints", one.get("service_name"))
        kind = records.known("/vpc/endpoints", one.get("vpc_endpoint_type") or "Gateway")
        if one.how_many or not isinstance(service, str) or not isinstance(kind, str):
            records.short_of("vpcendpoints")
            records.open += [("/vpc/endpoints", one.how_many)] if one.how_many else []
            continue
        id_ = ids.own(one.address)
        values: dict[str, Any] = {
            "VpcEndpointId": id_,
            "VpcId": ids.of(one.get("vpc_id")),
            "VpcEndpointType": kind,
            "ServiceName": service,
            "PrivateDnsEnabled": boolean(one.get("private_dns_enabled")) or False,
        }
        others = (
            ("SubnetIds", "subnet_ids", "aws_vpc_endpoint_subnet_association", "subnet_id"),
            ("RouteTableIds", "route_table_ids", "aws_vpc_endpoint_route_table_association", "route_table_id"),
        )
        for name, attribute, association, member in others:
            listed = ids.all_of(one.get(attribute))
            associated = [
                ids.of(other.get(member))
                for other in records.inventory.of(association)
                if ids.of(other.get("vpc_endpoint_id")) == id_
            ]
            values[name] = None if listed is None else [*listed, *filter(None, associated)]
        groups = ids.all_of(one.get("security_group_ids"))
        values["Groups"] = None if not groups else [{"GroupId": group} for group in groups]
        yield "vpcendpoints", values, one.address
