"""A cluster in a VPC with public, private and isolated subnets, made in a simulated AWS."""

from __future__ import annotations

from typing import Any

import requests

from tests.collector.conftest import ACCOUNT, Aws

ROLE = f"arn:aws:iam::{ACCOUNT}:role/eks"
_SCOPE = "AWS4-HMAC-SHA256 Credential=A/20260618/{region}/eks/aws4_request, SignedHeaders=host, Signature=0"


class Network:
    """A VPC with an internet gateway, a NAT gateway, and a subnet for each way out that there is."""

    def __init__(self, aws: Aws, region: str = "eu-west-1", cidr: str = "10.0") -> None:
        self.aws, self.region = aws, region
        self.ec2 = aws.client("ec2", region)
        self.eks = aws.client("eks", region)
        self.vpc = self.ec2.create_vpc(CidrBlock=f"{cidr}.0.0/16")["Vpc"]["VpcId"]
        zones = ("a", "b", "c")
        names = ("public", "private", "isolated")
        self.subnets = {
            name: self._subnet(f"{cidr}.{number}.0/24", f"{region}{zone}")
            for number, (name, zone) in enumerate(zip(names, zones, strict=True))
        }
        self.gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.tables = {name: self._table(name) for name in names}
        self.route("public", "0.0.0.0/0", GatewayId=self.gateway)
        address = self.ec2.allocate_address(Domain="vpc")
        self.nat_address = address["PublicIp"]
        nat = self.ec2.create_nat_gateway(SubnetId=self.subnets["public"], AllocationId=address["AllocationId"])
        self.nat = nat["NatGateway"]["NatGatewayId"]
        self.route("private", "0.0.0.0/0", NatGatewayId=self.nat)
        self.group = self.ec2.create_security_group(GroupName="cluster", Description="eks", VpcId=self.vpc)["GroupId"]

    def _subnet(self, cidr: str, zone: str) -> str:
        made: str = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        return made

    def _table(self, subnet: str) -> str:
        table: str = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=self.subnets[subnet])
        return table

    def route(self, table: str, destination: str, **target: str) -> None:
        """A route in the table of a subnet."""
        self.ec2.create_route(RouteTableId=self.tables[table], DestinationCidrBlock=destination, **target)

    def peer(self, cidr: str = "10.9.0.0/16") -> tuple[str, str]:
        """A peered VPC that routes back, and the peering."""
        far = self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        made = self.ec2.create_vpc_peering_connection(VpcId=self.vpc, PeerVpcId=far)["VpcPeeringConnection"]
        id_: str = made["VpcPeeringConnectionId"]
        self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=id_)
        filters = [{"Name": "vpc-id", "Values": [far]}]
        (table,) = self.ec2.describe_route_tables(Filters=filters)["RouteTables"]
        back = {"DestinationCidrBlock": "10.0.0.0/16", "VpcPeeringConnectionId": id_}
        self.ec2.create_route(RouteTableId=table["RouteTableId"], **back)
        return id_, far

    def cluster(self, name: str = "payments", **access: Any) -> str:
        """A cluster. moto keeps what it was given and adds nothing, so the VPC and the group are given as well."""
        config = {"subnetIds": [self.subnets["private"], self.subnets["isolated"]], "vpcId": self.vpc}
        config |= {"clusterSecurityGroupId": self.group, "securityGroupIds": []}
        config |= {"endpointPublicAccess": True, "endpointPrivateAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]}
        headers = {"authorization": _SCOPE.format(region=self.region)}
        request = {"name": name, "roleArn": ROLE, "resourcesVpcConfig": config | access}
        made = requests.post(f"{self.aws.url}/clusters", json=request, headers=headers, timeout=10)
        made.raise_for_status()
        return name

    def nodes(self, cluster: str, name: str, *subnets: str, **more: Any) -> None:
        """A node group in subnets of these names."""
        within = [self.subnets[subnet] for subnet in subnets]
        role = ROLE.replace("/eks", "/node")
        self.eks.create_nodegroup(clusterName=cluster, nodegroupName=name, subnets=within, nodeRole=role, **more)
