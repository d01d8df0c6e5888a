"""The network around a cluster, part by part."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import aws
from service.intake.understanding import Understanding
from tests.intake.definitions import assert_decidable, unknown_fields

(AWS,) = aws.FORMATS
_OWN = "sg-00000000000000001"
_CLUSTER = {
    "cluster": {
        "name": "one",
        "arn": "arn:aws:eks:eu-west-1:123456789012:cluster/one",
        "resourcesVpcConfig": {
            "vpcId": "vpc-1",
            "subnetIds": ["subnet-a", "subnet-b"],
            "clusterSecurityGroupId": _OWN,
            "endpointPublicAccess": True,
            "endpointPrivateAccess": True,
        },
    }
}


def _around(*documents: dict[str, Any]) -> Understanding:
    (found,) = AWS.read({f"{number}.json": one for number, one in enumerate((_CLUSTER, *documents))})
    assert_decidable(found)
    return found


def _table(id_: str, *routes: dict[str, Any], vpc: str = "vpc-1", **association: Any) -> dict[str, Any]:
    return {"RouteTableId": id_, "VpcId": vpc, "Routes": list(routes), "Associations": [association]}


def _by_id(found: Understanding, section: str) -> dict[str, dict[str, Any]]:
    return {element["id"]: element for element in found.cluster.get(section, ())}


def test_a_subnet_without_an_explicit_association_has_the_main_table() -> None:
    found = _around({"RouteTables": [_table("rtb-a", SubnetId="subnet-a", Main=False), _table("rtb-m", Main=True)]})

    assert {id_: one["route_table"] for id_, one in _by_id(found, "subnets").items()} == {
        "subnet-a": "rtb-a",
        "subnet-b": "rtb-m",
    }


def test_a_list_with_missing_pages_does_not_tell_which_subnets_have_the_main_table() -> None:
    found = _around({"RouteTables": [_table("rtb-m", Main=True)], "NextToken": "more"})

    assert "route_table" not in _by_id(found, "subnets")["subnet-a"]
    assert "/subnets[subnet-a]/route_table" in unknown_fields(found)


@pytest.mark.parametrize("association", [{"SubnetId": "subnet-a", "Main": False}, {"Main": True}])
def test_a_table_without_its_routes_denies_nothing(association: dict[str, Any]) -> None:
    table = {"RouteTableId": "rtb-a", "VpcId": "vpc-1", "Associations": [association]}
    found = _around({"RouteTables": [table]})

    assert "route_table" not in _by_id(found, "subnets")["subnet-a"]
    assert {"/subnets[subnet-a]/route_table", "/route_tables[rtb-a]"} <= unknown_fields(found).keys()
    assert "rtb-a" not in _by_id(found, "route_tables")


def test_a_target_whose_name_is_new_is_something_of_which_nothing_is_known() -> None:
    routes = [
        {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0123456789abcdef0", "State": "active"},
        {"DestinationCidrBlock": "10.9.0.0/16", "SomeNewGatewayId": "new-1", "State": "active"},
        {"SomeNewDestination": "elsewhere", "NatGatewayId": "nat-0123456789abcdef0", "State": "active"},
    ]
    found = _around({"RouteTables": [_table("rtb-a", *routes, SubnetId="subnet-a", Main=False)]})

    (nat, new, elsewhere) = _by_id(found, "route_tables")["rtb-a"]["routes"]
    assert (nat["target"], new["destination"]) == ("nat-0123456789abcdef0", "10.9.0.0/16")
    assert _by_id(found, "firewalls")[new["target"]]["internet_egress"] is None
    assert elsewhere["destination"].startswith("pl-")
    assert elsewhere["target"] == nat["target"]
    texts = {one.text for one in found.unknown if one.field == "/route_tables[rtb-a]"}
    assert texts == {"10.9.0.0/16", nat["target"]}


def test_where_a_default_route_over_a_link_leads_is_asked() -> None:
    hub, spoke = "tgw-0123456789abcdef0", "tgw-0123456789abcdef1"
    routes = [
        {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": hub},
        {"DestinationCidrBlock": "10.8.0.0/16", "TransitGatewayId": spoke},
    ]
    unknown = unknown_fields(_around({"RouteTables": [_table("rtb-a", *routes, Main=True)]}))

    assert f"/connections[{hub}]/internet_egress" in unknown
    assert f"/connections[{spoke}]/internet_egress" not in unknown


def test_blackholes_prefix_lists_and_targets_are_kept() -> None:
    routes = [
        {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0123456789abcdef0", "State": "blackhole"},
        {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"},
        {"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-0123456789abcdef0"},
    ]
    found = _around(
        {"RouteTables": [_table("rtb-m", *routes, Main=True)]},
        {"PrefixLists": [{"PrefixListId": "pl-1", "Cidrs": ["10.8.0.0/16", "10.9.0.0/16"]}]},
    )

    assert _by_id(found, "route_tables")["rtb-m"]["routes"] == [
        {"destination": "0.0.0.0/0", "target": "nat-0123456789abcdef0", "blackhole": True},
        {"destination": "::/0", "target": "eigw-1"},
        {"destination": "10.8.0.0/16", "target": "tgw-0123456789abcdef0"},
        {"destination": "10.9.0.0/16", "target": "tgw-0123456789abcdef0"},
    ]


def test_nat_gateways_keep_their_kind_and_addresses_and_the_dead_are_left_out() -> None:
    gateways = [
        {"NatGatewayId": "nat-1", "SubnetId": "subnet-a", "NatGatewayAddresses": [{"PublicIp": "3.3.3.3"}]},
        {"NatGatewayId": "nat-2", "SubnetId": "subnet-a", "ConnectivityType": "private"},
        {"NatGatewayId": "nat-3", "AvailabilityMode": "regional", "ConnectivityType": "public"},
        {"NatGatewayId": "nat-4", "SubnetId": "subnet-a", "State": "deleted"},
    ]
    found = _around({"NatGateways": [one | {"VpcId": "vpc-1"} for one in gateways]})

    assert _by_id(found, "nat_gateways") == {
        "nat-1": {
            "id": "nat-1",
            "connectivity": "public",
            "availability_mode": "zonal",
            "subnet": "subnet-a",
            "public_ips": ["3.3.3.3"],
        },
        "nat-2": {"id": "nat-2", "connectivity": "private", "availability_mode": "zonal", "subnet": "subnet-a"},
        "nat-3": {"id": "nat-3", "connectivity": "public", "availability_mode": "regional"},
    }
    assert any(one.why == "the NAT gateway is deleted" for one in found.ignored)


def test_the_vpcs_attributes_options_resolver_and_block_are_read_from_their_own_answers() -> None:
    found = _around(
        {
            "Vpcs": [
                {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1", "OwnerId": "999999999999"}
            ]
        },
        {"VpcId": "vpc-1", "EnableDnsSupport": {"Value": True}},
        {"VpcId": "vpc-1", "EnableDnsHostnames": {"Value": False}},
        {"DhcpOptions": [_options("AmazonProvidedDNS")]},
        {"ResolverEndpoints": []},
        {"VpcBlockPublicAccessOptions": {"AwsRegion": "eu-west-1", "InternetGatewayBlockMode": "block-ingress"}},
        {"VpcEndpoints": []},
    )

    assert found.cluster["vpc"] == {
        "cidrs": ["10.0.0.0/16"],
        "shared": True,
        "enable_dns_support": True,
        "enable_dns_hostnames": False,
        "domain_name_servers": ["AmazonProvidedDNS"],
        "inbound_resolver": False,
        "block_public_access": "block-ingress",
        "endpoints": [],
    }


def _options(server: str) -> dict[str, Any]:
    values = [{"Value": server}]
    return {"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [{"Key": "domain-name-servers", "Values": values}]}


def test_what_no_document_shows_is_unknown() -> None:
    found = _around({"Subnets": [{"SubnetId": "subnet-a", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}]})

    assert {
        "/vpc/cidrs",
        "/vpc/enable_dns_hostnames",
        "/vpc/domain_name_servers",
        "/vpc/endpoints",
        "/route_tables",
        "/nat_gateways",
        "/security_groups",
        "/connections",
        "/subnets[subnet-a]/network_acl",
        "/subnets[subnet-b]",
    } <= unknown_fields(found).keys()


def test_groups_have_their_roles_and_rules() -> None:
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.8.0.0/16"}],
        "UserIdGroupPairs": [{"GroupId": _OWN}],
        "PrefixListIds": [{"PrefixListId": "pl-1"}],
    }
    group = {"GroupId": _OWN, "VpcId": "vpc-1", "IpPermissions": [permission], "IpPermissionsEgress": []}
    found = _around({"SecurityGroups": [group]})

    assert found.cluster["security_groups"] == [
        {
            "id": _OWN,
            "role": "cluster",
            "ingress": [
                {"protocol": "tcp", "from_port": 443, "to_port": 443, "sources": ["10.8.0.0/16", "pl-1", "self"]}
            ],
            "egress": [],
        }
    ]


def test_while_a_group_of_the_interfaces_is_missing_no_refusal_is_certain() -> None:
    interface = {
        "VpcId": "vpc-1",
        "SubnetId": "subnet-a",
        "Description": "Amazon EKS one",
        "Groups": [{"GroupId": "sg-00000000000000002"}],
    }
    group = {"GroupId": _OWN, "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []}
    found = _around({"SecurityGroups": [group], "NetworkInterfaces": [interface]})

    assert _by_id(found, "security_groups")[_OWN]["role"] == "additional"
    assert "/security_groups[sg-00000000000000002]" in unknown_fields(found)


def test_an_acl_keeps_its_numbers_and_its_own_last_rule_goes_without_saying() -> None:
    def entry(number: int, action: str, **more: Any) -> dict[str, Any]:
        return {"RuleNumber": number, "RuleAction": action, "Egress": False, "CidrBlock": "0.0.0.0/0"} | more

    entries = [
        entry(90, "deny", Protocol="6", PortRange={"From": 443, "To": 443}),
        entry(100, "allow", Protocol="-1"),
        entry(32767, "deny", Protocol="-1"),
    ]
    acl = {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-a"}], "Entries": entries}
    found = _around({"NetworkAcls": [acl]})

    assert _by_id(found, "subnets")["subnet-a"]["network_acl"] == "acl-1"
    assert found.cluster["network_acls"][0]["ingress"] == [
        {
            "protocol": "tcp",
            "from_port": 443,
            "to_port": 443,
            "rule_number": 90,
            "action": "deny",
            "cidr": "0.0.0.0/0",
        },
        {"protocol": "all", "rule_number": 100, "action": "allow", "cidr": "0.0.0.0/0"},
    ]


def test_a_peering_tells_the_far_ranges_and_whether_the_far_side_routes_back() -> None:
    peering = {
        "VpcPeeringConnectionId": "pcx-1",
        "Status": {"Code": "active"},
        "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"},
        "AccepterVpcInfo": {"VpcId": "vpc-2", "CidrBlock": "10.9.0.0/16"},
    }
    subnets = [{"SubnetId": "subnet-a", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}]
    way_back = {"DestinationCidrBlock": "10.0.0.0/16", "VpcPeeringConnectionId": "pcx-1"}
    links = [
        _around(
            {"VpcPeeringConnections": [peering]},
            {"Subnets": subnets},
            {"RouteTables": [_table("rtb-m", Main=True), _table("rtb-far", *routes, vpc="vpc-2", Main=True)]},
        ).cluster["connections"]
        for routes in ([way_back], [])
    ]

    expected = {"id": "pcx-1", "kind": "peering", "attached": True, "remote_cidrs": ["10.9.0.0/16"]}
    assert links == [[expected | {"returns": True}], [expected | {"returns": False}]]


def test_a_transit_gateway_leads_where_the_table_of_its_attachment_does() -> None:
    attachment = {
        "TransitGatewayAttachmentId": "tgw-attach-1",
        "TransitGatewayId": "tgw-1",
        "ResourceType": "vpc",
        "ResourceId": "vpc-1",
        "State": "available",
        "Association": {"TransitGatewayRouteTableId": "tgw-rtb-0123456789abcdef0"},
    }
    routes = [
        {"DestinationCidrBlock": "10.0.0.0/16", "TransitGatewayAttachments": [_to("tgw-attach-1")], "State": "active"},
        {"DestinationCidrBlock": "10.9.0.0/16", "TransitGatewayAttachments": [_to("tgw-attach-2")], "State": "active"},
        {
            "DestinationCidrBlock": "10.7.0.0/16",
            "TransitGatewayAttachments": [_to("tgw-attach-3")],
            "State": "blackhole",
        },
        {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayAttachments": [_to("tgw-attach-2")], "State": "active"},
    ]
    (found,) = AWS.read(
        {
            "cluster.json": _CLUSTER,
            "attachments.json": {"TransitGatewayAttachments": [attachment]},
            "search-transit-gateway-routes_tgw-rtb-0123456789abcdef0.json": {
                "Routes": routes,
                "AdditionalRoutesAvailable": False,
            },
        }
    )

    assert found.cluster["connections"] == [
        {"id": "tgw-1", "kind": "transit_gateway", "attached": True, "remote_cidrs": ["10.9.0.0/16"]}
    ]


def _to(attachment: str) -> dict[str, Any]:
    return {"TransitGatewayAttachmentId": attachment}


def test_direct_connect_and_a_split_tunnel_are_told_apart_from_a_vpn() -> None:
    found = _around(
        {"VpnGateways": [{"VpnGatewayId": "vgw-1", "VpcAttachments": [{"VpcId": "vpc-1", "State": "attached"}]}]},
        {"virtualInterfaces": [{"virtualGatewayId": "vgw-1", "virtualInterfaceState": "available"}]},
        {"ClientVpnEndpoints": [_CLIENT_VPN]},
        {"Routes": [{"ClientVpnEndpointId": "cvpn-endpoint-1", "DestinationCidr": "10.0.0.0/16"}]},
    )

    assert {one["id"]: one["kind"] for one in found.cluster["connections"]} == {
        "vgw-1": "direct_connect",
        "cvpn-endpoint-1": "client_vpn",
    }
    assert _by_id(found, "connections")["cvpn-endpoint-1"]["carries"] == ["10.0.0.0/16"]


_CLIENT_VPN = {
    "ClientVpnEndpointId": "cvpn-endpoint-1",
    "VpcId": "vpc-1",
    "ClientCidrBlock": "10.99.0.0/22",
    "SplitTunnel": True,
    "Status": {"Code": "available"},
}


def test_the_groups_of_a_launch_template_are_taken_or_left_open() -> None:
    group = {"nodegroupName": "n", "clusterName": "one", "subnets": ["subnet-a"]}
    template = {"launchTemplate": {"id": "lt-1", "version": "3"}}
    version = {"LaunchTemplateId": "lt-1", "VersionNumber": 3}
    data = {"LaunchTemplateData": {"SecurityGroupIds": ["sg-00000000000000009"]}}
    (plain,) = _around({"nodegroup": group}).consumers
    unknown = _around({"nodegroup": group | template})
    (named,) = _around({"nodegroup": group | template}, {"LaunchTemplateVersions": [version | data]}).consumers

    assert plain == {"name": "n", "kind": "node", "managed": True, "subnets": ["subnet-a"]}
    assert unknown.consumers[0]["managed"] is False
    assert "/consumers[n]/security_groups" in unknown_fields(unknown)
    assert named["security_groups"] == ["sg-00000000000000009"]


def test_fargate_profiles_and_nodes_outside_node_groups_are_consumers() -> None:
    instance = {
        "State": {"Name": "running"},
        "SubnetId": "subnet-b",
        "SecurityGroups": [{"GroupId": _OWN}],
        "Tags": [{"Key": "kubernetes.io/cluster/one", "Value": "owned"}],
    }
    found = _around(
        {"fargateProfile": {"fargateProfileName": "f", "clusterName": "one", "subnets": ["subnet-a"]}},
        {"nodegroup": {"nodegroupName": "far", "clusterName": "other", "subnets": ["subnet-a"]}},
        {"Reservations": [{"Instances": [instance]}]},
    )

    assert [(one["name"], one["kind"], one["subnets"]) for one in found.consumers] == [
        ("f", "fargate_pod", ["subnet-a"]),
        ("nodes outside node groups", "node", ["subnet-b"]),
    ]
    assert found.consumers[1]["public_ip"] is False


def test_a_network_that_is_not_tied_to_the_cluster_is_not_taken_for_its_own() -> None:
    cluster = {"cluster": {"name": "one", "resourcesVpcConfig": {"endpointPublicAccess": True}}}

    (found,) = AWS.read({"a": cluster, "b": {"Vpcs": [{"VpcId": "vpc-9", "CidrBlock": "10.0.0.0/16"}]}})

    assert "vpc" not in found.cluster
    assert "/vpc" in unknown_fields(found)
