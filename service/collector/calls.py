"""Every call that the collector makes. The IAM policy and the table in docs/collecting.md are made of this list.

1. A call stands here only if intake draws a fact from its answer, or a further call from it.
2. All of them read: they list, describe, get or search.
3. Left out on purpose: internet and egress-only gateways (they count through the routes that lead to them),
   customer gateways, transit gateways' own descriptions, Resolver rules, authorization rules of a Client VPN.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation of an AWS API; ``tells`` is why it is called.

    ``items`` is the list in its answer, if that is what it is for; ``keeps`` the fields of each item that are
    written (`Instances.SubnetId` is a field of a field), all but secrets if it is empty.
    """

    service: str
    operation: str
    tells: str
    items: str = ""
    keeps: tuple[str, ...] = ()

    @property
    def action(self) -> str:
        """The action in an IAM policy."""
        return f"{self.service}:{self.operation}"

    @property
    def command(self) -> str:
        """The operation as the AWS CLI calls it, which is how its answer's file is called."""
        return re.sub("(?<=[a-z])(?=[A-Z])", "-", self.operation).lower()


def _call(service: str, operation: str, tells: str, items: str = "", *keeps: str) -> Call:
    return Call(service=service, operation=operation, tells=tells, items=items, keeps=keeps)


CALLER = _call("sts", "GetCallerIdentity", "whose account it is")
REGIONS = _call("ec2", "DescribeRegions", "which Regions the account has enabled", "Regions")
CLUSTERS = _call("eks", "ListClusters", "which clusters there are", "clusters")
CLUSTER = _call("eks", "DescribeCluster", "the endpoint setting, the subnets, the groups and the VPC")
NODE_GROUPS = _call("eks", "ListNodegroups", "which node groups there are", "nodegroups")
NODE_GROUP = _call("eks", "DescribeNodegroup", "where nodes stand, and by which launch template")
FARGATE_PROFILES = _call("eks", "ListFargateProfiles", "which Fargate profiles there are", "fargateProfileNames")
FARGATE_PROFILE = _call("eks", "DescribeFargateProfile", "where Fargate pods stand")
TEMPLATE_VERSION = _call(
    *("ec2", "DescribeLaunchTemplateVersions", "the security groups of nodes", "LaunchTemplateVersions"),
    *("LaunchTemplateId", "LaunchTemplateName", "VersionNumber"),
    *("LaunchTemplateData.SecurityGroupIds", "LaunchTemplateData.NetworkInterfaces"),
)
INSTANCES = _call(
    *("ec2", "DescribeInstances", "nodes outside node groups, and the groups and addresses of all", "Reservations"),
    *("Instances.InstanceId", "Instances.State", "Instances.SubnetId", "Instances.VpcId", "Instances.Tags"),
    *("Instances.SecurityGroups", "Instances.PublicIpAddress"),
)
VPC = _call("ec2", "DescribeVpcs", "the VPC's ranges and its owner", "Vpcs")
VPC_ATTRIBUTE = _call("ec2", "DescribeVpcAttribute", "whether the VPC's resolver and host names are on")
DHCP_OPTIONS = _call("ec2", "DescribeDhcpOptions", "which resolver the VPC's hosts ask", "DhcpOptions")
BLOCK_OPTIONS = _call("ec2", "DescribeVpcBlockPublicAccessOptions", "whether Block Public Access is on")
BLOCK_EXCLUSIONS = _call(
    *("ec2", "DescribeVpcBlockPublicAccessExclusions", "which subnets are exempt from it"),
    *("VpcBlockPublicAccessExclusions", "ExclusionId", "ResourceArn", "InternetGatewayExclusionMode", "State"),
)
SUBNETS = _call("ec2", "DescribeSubnets", "the subnets and their zones", "Subnets")
ROUTE_TABLES = _call("ec2", "DescribeRouteTables", "the routes of each subnet, and a peer's way back", "RouteTables")
NAT_GATEWAYS = _call("ec2", "DescribeNatGateways", "the addresses that nodes leave with", "NatGateways")
SECURITY_GROUPS = _call("ec2", "DescribeSecurityGroups", "who may come in at the private endpoint", "SecurityGroups")
NETWORK_ACLS = _call("ec2", "DescribeNetworkAcls", "what is filtered at a subnet's edge", "NetworkAcls")
PREFIX_LIST = _call("ec2", "GetManagedPrefixListEntries", "the ranges behind a `pl-` in routes and rules", "Entries")
VPC_ENDPOINTS = _call("ec2", "DescribeVpcEndpoints", "what isolated nodes can reach", "VpcEndpoints")
INTERFACES = _call(
    *("ec2", "DescribeNetworkInterfaces", "the endpoint network interfaces that EKS keeps", "NetworkInterfaces"),
    *("NetworkInterfaceId", "InterfaceType", "Description", "VpcId", "SubnetId", "Groups", "Status"),
)
PEERINGS = _call("ec2", "DescribeVpcPeeringConnections", "peered VPCs and their ranges", "VpcPeeringConnections")
GATEWAY_ATTACHMENTS = _call(
    "ec2", "DescribeTransitGatewayAttachments", "the route table of an attachment", "TransitGatewayAttachments"
)
GATEWAY_VPC_ATTACHMENTS = _call(
    "ec2", "DescribeTransitGatewayVpcAttachments", "attachments to transit gateways", "TransitGatewayVpcAttachments"
)
GATEWAY_ROUTES = _call("ec2", "SearchTransitGatewayRoutes", "the ranges behind a transit gateway", "Routes")
VPN_GATEWAYS = _call("ec2", "DescribeVpnGateways", "virtual private gateways", "VpnGateways")
VPN_CONNECTIONS = _call(
    *("ec2", "DescribeVpnConnections", "the ranges behind a VPN; its keys are never written", "VpnConnections"),
    *("VpnConnectionId", "VpnGatewayId", "TransitGatewayId", "CustomerGatewayId", "State", "Type", "Routes"),
)
CLIENT_VPNS = _call(
    *("ec2", "DescribeClientVpnEndpoints", "Client VPN endpoints and their clients' range", "ClientVpnEndpoints"),
    *("ClientVpnEndpointId", "VpcId", "Status", "ClientCidrBlock", "SplitTunnel", "SecurityGroupIds", "DnsServers"),
)
CLIENT_VPN_ROUTES = _call("ec2", "DescribeClientVpnRoutes", "what a split tunnel carries", "Routes")
DIRECT_CONNECT_ASSOCIATIONS = _call(
    *("directconnect", "DescribeDirectConnectGatewayAssociations", "Direct Connect at a virtual private gateway"),
    "directConnectGatewayAssociations",
)
VIRTUAL_INTERFACES = _call(
    *("directconnect", "DescribeVirtualInterfaces", "Direct Connect without a gateway of its own"),
    *("virtualInterfaces", "virtualInterfaceId", "virtualInterfaceType", "virtualInterfaceState", "virtualGatewayId"),
)
RESOLVER_ENDPOINTS = _call(
    *("route53resolver", "ListResolverEndpoints", "whether other networks can ask the VPC's resolver"),
    *("ResolverEndpoints", "Id", "HostVPCId", "Direction", "Status"),
)

CALLS = tuple(one for one in list(globals().values()) if isinstance(one, Call))
"""All of them, in the order above."""
READING_VERBS = ("Describe", "Get", "List", "Search")
