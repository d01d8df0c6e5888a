"""Links to other networks, and Resolver endpoints, as records of `aws ec2 describe-*`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.intake.terraform_records import Found, Records
from service.intake.terraform_values import blocks, boolean, members, text


def link_records(records: Records) -> Iterator[Found]:
    """Peering, transit gateway attachments, private gateways, Client VPN and Resolver endpoints."""
    for make in (_peerings, _attachments, _private_gateways, _client_vpns, _resolvers):
        yield from make(records)


def _peerings(records: Records) -> Iterator[Found]:
    for one in records.inventory.of("aws_vpc_peering_connection"):
        sides: dict[str, dict[str, Any]] = {}
        for side, name in (("RequesterVpcInfo", "vpc_id"), ("AccepterVpcInfo", "peer_vpc_id")):
            vpc = records.inventory.resource_of(one.get(name), "aws_vpc", "aws_default_vpc")
            cidr = text(vpc.get("cidr_block")) if vpc else None
            sides[side] = {"VpcId": records.ids.of(one.get(name)), "CidrBlock": cidr}
        yield "vpcpeeringconnections", {"VpcPeeringConnectionId": records.ids.own(one.address), **sides}, one.address


def _attachments(records: Records) -> Iterator[Found]:
    for one in records.inventory.of("aws_ec2_transit_gateway_vpc_attachment"):
        gateway = records.ids.of(one.get("transit_gateway_id"))
        if not gateway:
            records.known("/connections", one.get("transit_gateway_id"))
            continue
        values = {
            "TransitGatewayAttachmentId": records.ids.own(one.address),
            "TransitGatewayId": gateway,
            "VpcId": records.ids.of(one.get("vpc_id")),
        }
        yield "transitgatewayvpcattachments", values, one.address


def _private_gateways(records: Records) -> Iterator[Found]:
    for one in records.inventory.of("aws_vpn_gateway"):
        id_ = records.ids.own(one.address)
        vpcs = [records.ids.of(one.get("vpc_id"))]
        vpcs += [
            records.ids.of(other.get("vpc_id"))
            for other in records.inventory.of("aws_vpn_gateway_attachment")
            if records.ids.of(other.get("vpn_gateway_id")) == id_
        ]
        attachments = [{"VpcId": vpc, "State": "attached"} for vpc in vpcs if vpc]
        yield "vpngateways", {"VpnGatewayId": id_, "VpcAttachments": attachments}, one.address


def _client_vpns(records: Records) -> Iterator[Found]:
    for one in records.inventory.of("aws_ec2_client_vpn_endpoint"):
        id_ = records.ids.own(one.address)
        vpc = records.ids.of(one.get("vpc_id"))
        for other in records.inventory.of("aws_ec2_client_vpn_network_association"):
            if not vpc and records.ids.of(other.get("client_vpn_endpoint_id")) == id_:
                vpc = records.vpc_of_subnet(other.get("subnet_id"))
        values = {
            "ClientVpnEndpointId": id_,
            "VpcId": vpc,
            "ClientCidrBlock": records.known(f"/connections[{id_}]/remote_cidrs", one.get("client_cidr_block")),
            "SplitTunnel": boolean(one.get("split_tunnel")) or False,
        }
        yield "clientvpnendpoints", values, one.address


def _resolvers(records: Records) -> Iterator[Found]:
    for one in records.inventory.of("aws_route53_resolver_endpoint"):
        subnets = [block.get("subnet_id") for block in blocks(one.get("ip_address"))]
        vpc = next((found for subnet in members(subnets) if (found := records.vpc_of_subnet(subnet))), "")
        direction = records.known("/vpc/inbound_resolver", one.get("direction"))
        yield "resolverendpoints", {"HostVPCId": vpc, "Direction": direction}, one.address
