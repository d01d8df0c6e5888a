"""The resources that make each kind of repair, in the types of Terraform and CloudFormation.

Attributes of things that exist already (a VPC, a subnet, the cluster) are no resources of their own there: they are
written as the lines that are to stand in the resource that makes the thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from service.advice.changes.cloudformation import template_access
from service.advice.changes.made import Made, Reference, Text, camel, label
from service.advice.changes.repairs import (
    DNS_PROTOCOLS,
    GROUP_NAME,
    RESOLVER_NAME,
    RESOLVER_SAID,
    Id,
    Job,
    access_of,
    gateway_of,
    port,
    ranges,
    texts,
)
from service.advice.changes.terraform import RESOURCE, values_of
from service.domain.change import Change, ChangeKind


def _group(job: Job, change: Change) -> Iterator[Made]:
    yield _new_group(job, GROUP_NAME, str(change.value("description")))


def _new_group(job: Job, name: str, said: str) -> Made:
    vpc = job.vpc()
    return Made(
        terraform="aws_security_group",
        template="AWS::EC2::SecurityGroup",
        name="group",
        values={"name": name, "description": said, "vpc_id": vpc},
        properties={"GroupName": name, "GroupDescription": said, "VpcId": vpc},
    )


def _rules(job: Job, change: Change) -> Iterator[Made]:
    direction = str(change.value("direction"))
    is_ingress = direction == "ingress"
    ipv4, ipv6 = ranges(change)
    first, last = port(change, "from_port"), port(change, "to_port")
    group = job.id(change.target, "sg")
    sources: list[tuple[str, str, Any]] = [("cidr_ipv4", "CidrIp", one) for one in ipv4]
    sources += [("cidr_ipv6", "CidrIpv6", one) for one in ipv6]
    other = "SourceSecurityGroupId" if is_ingress else "DestinationSecurityGroupId"
    sources += [("referenced_security_group_id", other, job.id(one, "sg")) for one in texts(change, "groups")]
    for number, (attribute, name, source) in enumerate(sources, 1):
        yield Made(
            terraform=f"aws_vpc_security_group_{direction}_rule",
            template=f"AWS::EC2::SecurityGroup{direction.capitalize()}",
            name=f"{direction}_{first}_{number}",
            values={
                "security_group_id": group,
                "ip_protocol": "tcp",
                "from_port": first,
                "to_port": last,
                attribute: source,
            },
            properties={
                "GroupId": group,
                "IpProtocol": "tcp",
                "FromPort": first,
                "ToPort": last,
                name: source,
            },
        )


def _acl_rules(job: Job, change: Change) -> Iterator[Made]:
    direction, first, last = str(change.value("direction")), port(change, "from_port"), port(change, "to_port")
    acl = job.id(change.target, "acl")
    number = job.number(change)
    for cidr in texts(change, "cidrs"):
        yield Made(
            terraform="aws_network_acl_rule",
            template="AWS::EC2::NetworkAclEntry",
            name=f"{direction}_{first}",
            values={
                "network_acl_id": acl,
                "rule_number": number,
                "egress": direction == "egress",
                "protocol": "tcp",
                "rule_action": "allow",
                "from_port": first,
                "to_port": last,
                "ipv6_cidr_block" if ":" in cidr else "cidr_block": cidr,
            },
            properties={
                "NetworkAclId": acl,
                "RuleNumber": number,
                "Egress": direction == "egress",
                "Protocol": 6,
                "RuleAction": "allow",
                "PortRange": {"From": first, "To": last},
                "Ipv6CidrBlock" if ":" in cidr else "CidrBlock": cidr,
            },
        )


def _vpc_lines(job: Job, change: Change) -> Iterator[Made]:
    values = {name: value for name, value in change.values if value is True}
    yield Made(terraform="aws_vpc", template="AWS::EC2::VPC", name="vpc", values=values)


def _dhcp_options(job: Job, change: Change) -> Iterator[Made]:
    values: dict[str, Any] = {"domain_name_servers": list(job.name_servers(change))}
    domain = change.value("domain_name")
    values |= {"domain_name": str(domain)} if domain else {}
    yield Made(terraform="aws_vpc_dhcp_options", template="AWS::EC2::DHCPOptions", name="options", values=values)
    yield Made(
        terraform="aws_vpc_dhcp_options_association",
        template="AWS::EC2::VPCDHCPOptionsAssociation",
        name="options_of_vpc",
        values={"vpc_id": job.vpc(), "dhcp_options_id": Reference("options")},
    )


def _routes(job: Job, change: Change) -> Iterator[Made]:
    via = change.value("via")
    for number, destination in enumerate(texts(change, "destinations"), 1):
        family = "destination_ipv6_cidr_block" if ":" in destination else "destination_cidr_block"
        table = job.id(change.target, "rtb")
        yield Made(
            terraform="aws_route",
            template="AWS::EC2::Route",
            name=f"route_{label(table)}_{number}",
            values={
                "route_table_id": table,
                family: destination,
                f"{gateway_of(via)}_id": job.id(via, "gateway"),
            },
        )


def _nat_gateway(job: Job, change: Change) -> Iterator[Made]:
    yield Made(terraform="aws_eip", template="AWS::EC2::EIP", name="nat_address", values={"domain": "vpc"})
    yield Made(
        terraform="aws_nat_gateway",
        template="AWS::EC2::NatGateway",
        name="nat",
        values={
            "subnet_id": job.id(change.value("subnet"), "subnet"),
            "allocation_id": Reference("nat_address", "AllocationId"),
        },
    )


def _subnet_lines(job: Job, change: Change) -> Iterator[Made]:
    name = label(job.id(change.target, "subnet"))
    yield Made(terraform="aws_subnet", template="AWS::EC2::Subnet", name=name, values={"map_public_ip_on_launch": True})


def _exclusion(job: Job, change: Change) -> Iterator[Made]:
    subnet = job.id(change.target, "subnet")
    yield Made(
        terraform="aws_vpc_block_public_access_exclusion",
        template="AWS::EC2::VPCBlockPublicAccessExclusion",
        name=f"exempt_{label(subnet)}",
        values={"subnet_id": subnet, "internet_gateway_exclusion_mode": "allow-bidirectional"},
    )


def _vpc_endpoint(job: Job, change: Change) -> Iterator[Made]:
    """One that is there already is the same resource; its id is not needed, for its lines go into it."""
    kind, region = str(change.value("kind")).capitalize(), job.region()
    values: dict[str, Any] = {
        "vpc_id": job.vpc(),
        "service_name": Text(("com.amazonaws.", region, f".{change.target}")),
        "vpc_endpoint_type": kind,
    }
    properties = {"VpcId": values["vpc_id"], "ServiceName": values["service_name"], "VpcEndpointType": kind}
    for member, name, prefix in (
        ("subnets", "subnet_ids", "subnet"),
        ("security_groups", "security_group_ids", "sg"),
        ("route_tables", "route_table_ids", "rtb"),
    ):
        ids = [job.id(it, prefix) for it in texts(change, member)]
        values |= {name: ids} if ids else {}
        properties |= {camel(name): ids} if ids else {}
    if change.value("private_dns") is not None:
        values["private_dns_enabled"] = properties["PrivateDnsEnabled"] = change.value("private_dns") is True
    yield Made(
        terraform="aws_vpc_endpoint",
        template="AWS::EC2::VPCEndpoint",
        name=f"{re.sub('[^a-z0-9]', '_', str(change.target))}_{kind.lower()}",
        values=values,
        properties=properties,
    )


def _inbound_resolver(job: Job, change: Change) -> Iterator[Made]:
    """The group, its rules for DNS, and the endpoint."""
    group = Id("group", is_made=True)
    yield _new_group(job, RESOLVER_NAME, RESOLVER_SAID)
    for protocol in DNS_PROTOCOLS:
        for number, cidr in enumerate(texts(change, "cidrs"), 1):
            attribute, name = ("cidr_ipv6", "CidrIpv6") if ":" in cidr else ("cidr_ipv4", "CidrIp")
            rule = {"security_group_id": group, "ip_protocol": protocol, "from_port": 53, "to_port": 53}
            yield Made(
                terraform="aws_vpc_security_group_ingress_rule",
                template="AWS::EC2::SecurityGroupIngress",
                name=f"dns_{protocol}_{number}",
                values=rule | {attribute: cidr},
                properties={"GroupId": group, "IpProtocol": protocol, "FromPort": 53, "ToPort": 53, name: cidr},
            )
    subnets = job.resolver_subnets(change)
    yield Made(
        terraform="aws_route53_resolver_endpoint",
        template="AWS::Route53Resolver::ResolverEndpoint",
        name="inbound",
        values={"name": RESOLVER_NAME, "direction": "INBOUND", "security_group_ids": [group]},
        blocks=tuple(("ip_address", {"subnet_id": subnet}) for subnet in subnets),
        properties={
            "Name": RESOLVER_NAME,
            "Direction": "INBOUND",
            "SecurityGroupIds": [group],
            "IpAddresses": [{"SubnetId": subnet} for subnet in subnets],
        },
    )


def _cluster_lines(job: Job, change: Change) -> Iterator[Made]:
    if change.kind is ChangeKind.CLUSTER_SUBNETS:
        subnets = [job.id(name, "subnet") for name in texts(change, "subnets")]
        values: dict[str, Any] = {"subnet_ids": subnets}
        properties: dict[str, Any] = {"SubnetIds": subnets}
    else:
        access = access_of(change)
        values, properties = values_of(RESOURCE, access), template_access(access)
    yield Made(
        terraform="aws_eks_cluster",
        template="AWS::EKS::Cluster",
        name="cluster",
        values=values,
        block="vpc_config",
        properties={"ResourcesVpcConfig": properties},
    )


MADE: dict[ChangeKind, Callable[[Job, Change], Iterator[Made]]] = {
    ChangeKind.VPC_ATTRIBUTE: _vpc_lines,
    ChangeKind.DHCP_OPTIONS: _dhcp_options,
    ChangeKind.SECURITY_GROUP: _group,
    ChangeKind.SECURITY_GROUP_RULE: _rules,
    ChangeKind.NETWORK_ACL_RULE: _acl_rules,
    ChangeKind.ROUTE: _routes,
    ChangeKind.NAT_GATEWAY: _nat_gateway,
    ChangeKind.SUBNET_ATTRIBUTE: _subnet_lines,
    ChangeKind.BLOCK_PUBLIC_ACCESS: _exclusion,
    ChangeKind.CLUSTER_SUBNETS: _cluster_lines,
    ChangeKind.VPC_ENDPOINT: _vpc_endpoint,
    ChangeKind.INBOUND_RESOLVER: _inbound_resolver,
    ChangeKind.ENDPOINT_ACCESS: _cluster_lines,
}
"""For each kind of change the resources that make it."""
