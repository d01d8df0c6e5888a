"""The network around a cluster, as one template makes it."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import cloudformation
from service.intake.understanding import Kind, Understanding
from tests.intake.definitions import assert_decidable, from_text, unknown_fields

(CLOUDFORMATION,) = cloudformation.FORMATS
_HEAD = """
Parameters:
  Gateway: {Type: String}
  Hub: {Type: String}
  Office: {Type: String}
  Wanted: {Type: String}
Conditions:
  Perhaps: !Equals [!Ref Wanted, 'yes']
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      Name: one
      ResourcesVpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Additional]}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-1a}}
  B:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !GetAtt Vpc.VpcId, CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 4]]}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  OfA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref A, RouteTableId: !Ref Table}}
  Additional: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: x}}
"""
_TABLE = "RouteTableId: !Ref Table"


def _found(*resources: str) -> Understanding:
    """The cluster with more resources, each as `Id: {Type: ..., Properties: ...}`."""
    (found,) = from_text(CLOUDFORMATION, _HEAD + "".join(f"  {resource}\n" for resource in resources))
    assert_decidable(found)
    return found


def _made(id_: str, kind: str, properties: str) -> str:
    """A resource of a type under `AWS::`."""
    return f"{id_}: {{Type: 'AWS::{kind}', Properties: {{{properties}}}}}"


def _by_id(found: Understanding, section: str) -> dict[str, Any]:
    return {element["id"]: element for element in found.cluster.get(section, ())}


def _route(properties: str, more: str = "") -> str:
    body = f"{_TABLE}, DestinationCidrBlock: 0.0.0.0/0, {properties}"
    return f"Route: {{Type: 'AWS::EC2::Route', Properties: {{{body}}}{more}}}"


def test_what_a_vpc_does_not_say_has_cloudformations_default() -> None:
    found = _found()

    assert found.cluster["vpc"] == {
        "cidrs": ["10.0.0.0/16"],
        "enable_dns_support": True,
        "enable_dns_hostnames": False,
        "domain_name_servers": ["AmazonProvidedDNS"],
        "endpoints": [],
    }
    kinds = {origin.field: origin.kind for origin in found.origins}
    assert kinds["/vpc/enable_dns_hostnames"] is Kind.DEFAULT
    assert kinds["/subnets[A]/assigns_public_ip"] is Kind.DEFAULT


def test_subnets_have_their_ranges_zones_and_tables() -> None:
    found = _found()

    subnets = _by_id(found, "subnets")
    assert subnets["A"]["cidr"] == "10.0.0.0/24"
    assert subnets["B"]["cidr"] == "10.0.1.0/24"
    assert subnets["A"]["route_table"] == "Table"
    assert found.cluster["region"] == "eu-west-1"


def test_a_subnet_without_an_association_uses_the_main_table_of_a_new_vpc() -> None:
    found = _found()

    assert _by_id(found, "subnets")["B"]["route_table"] == "the main table of Vpc"
    assert _by_id(found, "route_tables")["the main table of Vpc"] == {
        "id": "the main table of Vpc",
        "main": True,
        "routes": [],
    }


@pytest.mark.parametrize(
    ("properties", "resources", "target"),
    [
        ("GatewayId: !Ref Igw", ["Igw: {Type: 'AWS::EC2::InternetGateway'}"], "internet_gateway"),
        ("GatewayId: igw-0123456789abcdef0", [], "internet_gateway"),
        (
            "GatewayId: !Ref Gateway",
            [_made("At", "EC2::VPCGatewayAttachment", "VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway")],
            "internet_gateway",
        ),
        (
            "EgressOnlyInternetGatewayId: !Ref E",
            ["E: {Type: 'AWS::EC2::EgressOnlyInternetGateway'}"],
            "egress_only_internet_gateway",
        ),
        ("NatGatewayId: !Ref Gateway", [], "Gateway"),
        ("TransitGatewayId: !Ref Hub", [], "Hub"),
        ("InstanceId: !Ref Gateway", [], "Gateway"),
        ("VpcEndpointId: !Select [0, !GetAtt Firewall.EndpointIds]", [], "!Select [0, !GetAtt Firewall.EndpointIds]"),
    ],
)
def test_a_route_leads_to_what_its_property_names(properties: str, resources: list[str], target: str) -> None:
    found = _found(_route(properties), *resources)

    assert _by_id(found, "route_tables")["Table"]["routes"] == [{"destination": "0.0.0.0/0", "target": target}]
    assert _by_id(found, "subnets")["A"]["route_table"] == "Table"


@pytest.mark.parametrize(
    "route", [_route("GatewayId: !Ref Gateway"), _route("NatGatewayId: nat-1", ", Condition: Perhaps")]
)
def test_a_table_with_a_hole_is_not_taken_for_the_whole(route: str) -> None:
    found = _found(route)

    assert "Table" not in _by_id(found, "route_tables")
    assert "route_table" not in _by_id(found, "subnets")["A"]
    assert {"/route_tables[Table]", "/subnets[A]/route_table"} <= set(unknown_fields(found))


def test_a_destination_that_is_open_stands_as_a_list_of_unknown_ranges() -> None:
    route = _made("Route", "EC2::Route", f"{_TABLE}, DestinationCidrBlock: !Ref Office, TransitGatewayId: tgw-1")
    found = _found(route)

    assert _by_id(found, "route_tables")["Table"]["routes"] == [{"destination": "pl-Route", "target": "tgw-1"}]
    assert unknown_fields(found)["/route_tables[Table]/routes"] == "!Ref Office"


def test_a_nat_gateways_addresses_are_given_by_aws() -> None:
    found = _found(
        _made("Nat", "EC2::NatGateway", "SubnetId: !Ref B, AllocationId: !GetAtt Eip.AllocationId"),
        "Eip: {Type: 'AWS::EC2::EIP'}",
        _route("NatGatewayId: !Ref Nat"),
    )

    assert _by_id(found, "nat_gateways")["Nat"] == {"id": "Nat", "subnet": "B", "connectivity": "public"}
    assert unknown_fields(found)["/nat_gateways[Nat]/public_ips"] == "Eip"


def test_groups_have_inline_and_separate_rules_and_eks_makes_one() -> None:
    found = _found(
        "Nodes: {Type: 'AWS::EC2::SecurityGroup', Properties: {VpcId: !Ref Vpc, GroupDescription: x,"
        " SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: '443', CidrIp: 10.8.0.0/16}]}}",
        "Rule: {Type: 'AWS::EC2::SecurityGroupIngress', Properties: {GroupId: !GetAtt Additional.GroupId, "
        "IpProtocol: '-1', SourceSecurityGroupId: !Ref Nodes}}",
        "Own: {Type: 'AWS::EC2::SecurityGroupIngress', Properties: {GroupId: !GetAtt Cluster.ClusterSecurityGroupId,"
        " IpProtocol: 6, FromPort: 443, ToPort: 443, CidrIp: !Ref Office}}",
    )

    groups = _by_id(found, "security_groups")
    assert groups["Nodes"]["role"] == "other"
    assert groups["Nodes"]["ingress"] == [
        {"protocol": "tcp", "sources": ["10.8.0.0/16"], "from_port": 443, "to_port": 443}
    ]
    assert groups["Additional"] == {
        "id": "Additional",
        "role": "additional",
        "ingress": [{"protocol": "all", "sources": ["Nodes"]}],
    }
    own = groups["Cluster.ClusterSecurityGroupId"]
    assert own["role"] == "cluster"
    assert own["ingress"] == [{"protocol": "tcp", "sources": ["pl-Own"], "from_port": 443, "to_port": 443}]
    assert unknown_fields(found)["/security_groups"] == "!Ref Office"


def test_only_egress_rules_of_its_own_take_the_default_one_away() -> None:
    rule = "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}"
    found = _found(
        "Closed: {Type: 'AWS::EC2::SecurityGroup', Properties: {VpcId: !Ref Vpc, GroupDescription: x,"
        f" SecurityGroupEgress: [{rule}]}}}}",
        _made("Out", "EC2::SecurityGroupEgress", "GroupId: !Ref Additional, IpProtocol: -1, CidrIp: 10.0.0.0/8"),
    )

    groups = _by_id(found, "security_groups")
    assert groups["Closed"]["egress"][0]["sources"] == ["0.0.0.0/0"]
    assert "egress" not in groups["Additional"]


def test_network_acls_have_the_rules_of_their_entries() -> None:
    entry = "Type: 'AWS::EC2::NetworkAclEntry', Properties: {NetworkAclId: !Ref Acl, RuleAction: allow"
    found = _found(
        _made("Acl", "EC2::NetworkAcl", "VpcId: !Ref Vpc"),
        f"In: {{{entry}, RuleNumber: 100, Protocol: 6, CidrBlock: 10.0.0.0/8, PortRange: {{From: 443, To: 443}}}}}}",
        f"Out: {{{entry}, RuleNumber: 100, Protocol: -1, Egress: 'true', CidrBlock: 0.0.0.0/0}}}}",
        _made("OnA", "EC2::SubnetNetworkAclAssociation", "SubnetId: !Ref A, NetworkAclId: !Ref Acl"),
    )

    acl = _by_id(found, "network_acls")["Acl"]
    assert acl["ingress"] == [
        {
            "rule_number": 100,
            "action": "allow",
            "protocol": "tcp",
            "cidr": "10.0.0.0/8",
            "from_port": 443,
            "to_port": 443,
        }
    ]
    assert acl["egress"] == [{"rule_number": 100, "action": "allow", "protocol": "all", "cidr": "0.0.0.0/0"}]
    assert _by_id(found, "subnets")["A"]["network_acl"] == "Acl"


def test_vpc_endpoints_have_a_service_whatever_the_region() -> None:
    found = _found(
        "S3: {Type: 'AWS::EC2::VPCEndpoint', Properties: {VpcId: !Ref Vpc, RouteTableIds: [!Ref Table],"
        " ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3'}}",
        "Ecr: {Type: 'AWS::EC2::VPCEndpoint', Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface,"
        " SubnetIds: [!Ref A], PrivateDnsEnabled: true, SecurityGroupIds: [!Ref Additional],"
        " ServiceName: !Join ['.', [com.amazonaws, !Ref 'AWS::Region', ecr.api]]}}",
    )

    assert found.cluster["vpc"]["endpoints"] == [
        {"service": "s3", "kind": "gateway", "route_tables": ["Table"]},
        {
            "service": "ecr.api",
            "kind": "interface",
            "private_dns": True,
            "subnets": ["A"],
            "security_groups": ["Additional"],
        },
    ]


def test_an_endpoint_that_may_not_be_made_leaves_the_list_open() -> None:
    found = _found(
        "S3: {Type: 'AWS::EC2::VPCEndpoint', Condition: Perhaps, Properties: {VpcId: !Ref Vpc,"
        " ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3'}}"
    )

    assert "endpoints" not in found.cluster["vpc"]
    assert "/vpc/endpoints" in unknown_fields(found)


def test_links_are_described_with_the_far_side_that_the_template_makes() -> None:
    found = _found(
        _made("Other", "EC2::VPC", "CidrBlock: 10.9.0.0/16"),
        _made("Peer", "EC2::VPCPeeringConnection", "VpcId: !Ref Other, PeerVpcId: !Ref Vpc"),
        _made("Att", "EC2::TransitGatewayAttachment", "VpcId: !Ref Vpc, TransitGatewayId: !Ref Hub"),
        "Vgw: {Type: 'AWS::EC2::VPNGateway'}",
        _made("On", "EC2::VPCGatewayAttachment", "VpcId: !Ref Vpc, VpnGatewayId: !Ref Vgw"),
        _made("Vpn", "EC2::VPNConnection", "VpnGatewayId: !Ref Vgw, StaticRoutesOnly: true"),
        _made("Far", "EC2::VPNConnectionRoute", "VpnConnectionId: !Ref Vpn, DestinationCidrBlock: 10.8.0.0/16"),
        _made("Prop", "EC2::VPNGatewayRoutePropagation", "VpnGatewayId: !Ref Vgw, RouteTableIds: [!Ref Table]"),
        _made("Cvpn", "EC2::ClientVpnEndpoint", "ClientCidrBlock: 10.7.0.0/16, SplitTunnel: true"),
        _made("To", "EC2::ClientVpnTargetNetworkAssociation", "ClientVpnEndpointId: !Ref Cvpn, SubnetId: !Ref A"),
    )

    assert _by_id(found, "connections") == {
        "Peer": {"id": "Peer", "kind": "peering", "remote_cidrs": ["10.9.0.0/16"]},
        "Hub": {"id": "Hub", "kind": "transit_gateway"},
        "Vgw": {"id": "Vgw", "kind": "vpn", "remote_cidrs": ["10.8.0.0/16"]},
        "Cvpn": {"id": "Cvpn", "kind": "client_vpn", "remote_cidrs": ["10.7.0.0/16"], "carries": ["10.0.0.0/16"]},
    }
    assert _by_id(found, "route_tables")["Table"]["routes"] == [{"destination": "10.8.0.0/16", "target": "Vgw"}]


def test_dhcp_options_resolvers_and_the_block_are_read() -> None:
    found = _found(
        _made("Options", "EC2::DHCPOptions", "DomainNameServers: [10.8.0.2], DomainName: corp.example"),
        _made("On", "EC2::VPCDHCPOptionsAssociation", "VpcId: !Ref Vpc, DhcpOptionsId: !Ref Options"),
        _made("In", "Route53Resolver::ResolverEndpoint", "Direction: INBOUND, IpAddresses: [{SubnetId: !Ref A}]"),
        _made("Block", "EC2::VPCBlockPublicAccessOptions", "InternetGatewayBlockMode: block-ingress"),
    )

    vpc = found.cluster["vpc"]
    assert (vpc["domain_name_servers"], vpc["domain_name"]) == (["10.8.0.2"], "corp.example")
    assert vpc["inbound_resolver"] is True
    assert vpc["block_public_access"] == "block-ingress"


def test_node_groups_and_profiles_are_consumers() -> None:
    found = _found(
        _made("Plain", "EKS::Nodegroup", "ClusterName: !Ref Cluster, Subnets: [!Ref A]"),
        _made("Grouped", "EKS::Nodegroup", "ClusterName: one, Subnets: [!Ref A], LaunchTemplate: {Id: !Ref Lt}"),
        _made("Lt", "EC2::LaunchTemplate", "LaunchTemplateData: {SecurityGroupIds: [!Ref Additional]}"),
        "Own: {Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: {VPCZoneIdentifier: [!Ref B],"
        " LaunchConfigurationName: !Ref Lc, Tags: [{Key: !Sub 'kubernetes.io/cluster/${Cluster}', Value: owned}]}}",
        "Lc: {Type: 'AWS::AutoScaling::LaunchConfiguration', Properties: {SecurityGroups: [!Ref Additional],"
        " AssociatePublicIpAddress: 'true'}}",
        _made("Pods", "EKS::FargateProfile", "ClusterName: !Ref Cluster, Subnets: [!Ref B]"),
        _made("Web", "AutoScaling::AutoScalingGroup", "VPCZoneIdentifier: [!Ref B]"),
    )

    assert {consumer["name"]: consumer for consumer in found.consumers} == {
        "Plain": {"name": "Plain", "kind": "node", "managed": True, "subnets": ["A"]},
        "Grouped": {
            "name": "Grouped",
            "kind": "node",
            "managed": True,
            "subnets": ["A"],
            "security_groups": ["Additional"],
        },
        "Own": {
            "name": "Own",
            "kind": "node",
            "managed": False,
            "subnets": ["B"],
            "public_ip": True,
            "security_groups": ["Additional"],
        },
        "Pods": {"name": "Pods", "kind": "fargate_pod", "subnets": ["B"]},
    }


def test_a_group_that_is_named_and_not_made_lets_nobody_conclude_anything() -> None:
    (found,) = from_text(CLOUDFORMATION, _HEAD.replace("!Ref Additional", "sg-0123456789abcdef0"))
    assert_decidable(found)

    group = _by_id(found, "security_groups")["sg-0123456789abcdef0"]
    assert group["ingress"] == [{"protocol": "all", "sources": ["pl-sg-0123456789abcdef0"]}]


def test_a_template_without_a_cluster_shows_its_networks() -> None:
    (found,) = from_text(
        CLOUDFORMATION, "Resources: {Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}}"
    )

    assert not found.has_cluster
    assert found.cluster["vpc"]["cidrs"] == ["10.0.0.0/16"]
    assert "name" not in found.cluster
