"""What a template may or may not make: it is assumed and said, or leaves its field open, and is never a denial."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import cloudformation
from service.intake.documents import read_text
from service.intake.understanding import NotUnderstoodError, Understanding
from tests.intake.definitions import assert_decidable, from_text, unknown_fields

(CLOUDFORMATION,) = cloudformation.FORMATS
_HEAD = """
Parameters: {Wanted: {Type: String}, Range: {Type: String}}
Conditions: {Perhaps: !Equals [!Ref Wanted, 'yes']}
Resources:
  Cluster: {Type: AWS::EKS::Cluster, Properties: {Name: one, ResourcesVpcConfig: {SubnetIds: [!Ref A, !Ref B]}}}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-west-2-lax-1a}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, OutpostArn: !Ref Range}}
"""


def _found(*resources: str, head: str = _HEAD) -> Understanding:
    (found,) = from_text(CLOUDFORMATION, head + "".join(f"  {resource}\n" for resource in resources))
    assert_decidable(found)
    return found


def _made(id_: str, kind: str, properties: str, *, perhaps: bool = False) -> str:
    condition = ", Condition: Perhaps" if perhaps else ""
    return f"{id_}: {{Type: 'AWS::{kind}'{condition}, Properties: {{{properties}}}}}"


def _element(found: Understanding, section: str, id_: str) -> dict[str, Any]:
    return next(element for element in found.cluster.get(section, ()) if element["id"] == id_)


@pytest.mark.parametrize(
    "block",
    [
        _made("More", "EC2::VPCCidrBlock", "VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16", perhaps=True),
        _made("More", "EC2::VPCCidrBlock", "VpcId: !Ref Vpc, CidrBlock: !Ref Range"),
        _made("More", "EC2::VPCCidrBlock", "VpcId: !Ref Vpc, Ipv4IpamPoolId: ipam-pool-1"),
    ],
)
def test_a_range_that_is_not_known_leaves_all_ranges_of_the_vpc_open(block: str) -> None:
    found = _found(block)

    assert "cidrs" not in found.cluster["vpc"]
    assert "/vpc/cidrs" in unknown_fields(found)


def test_further_ranges_are_the_vpcs_too_and_ipv6_is_given_by_aws() -> None:
    found = _found(
        _made("More", "EC2::VPCCidrBlock", "VpcId: !Ref Vpc, CidrBlock: 100.64.0.0/16"),
        _made("Six", "EC2::VPCCidrBlock", "VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true"),
    )

    assert found.cluster["vpc"]["cidrs"] == ["10.0.0.0/16", "100.64.0.0/16"]
    assert unknown_fields(found)["/vpc/cidrs"] == "Six"


def test_zones_and_outposts_of_subnets_are_told() -> None:
    found = _found()

    assert _element(found, "subnets", "A")["zone_kind"] == "local_zone"
    assert _element(found, "subnets", "B")["outpost"] is True


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("ConnectivityType: private, SubnetId: !Ref A", {"connectivity": "private", "subnet": "A"}),
        ("VpcId: !Ref Vpc, AvailabilityMode: regional", {"connectivity": "public", "availability_mode": "regional"}),
        ("ConnectivityType: !Ref Range, SubnetId: !Ref A", {"subnet": "A"}),
    ],
)
def test_nat_gateways_are_of_several_kinds(properties: str, expected: dict[str, str]) -> None:
    found = _found(_made("Nat", "EC2::NatGateway", properties))

    assert _element(found, "nat_gateways", "Nat") == {"id": "Nat", **expected}


def test_a_rule_that_may_not_be_made_is_a_rule_of_unknown_ranges() -> None:
    group = "GroupDescription: x, VpcId: !Ref Vpc"
    found = _found(
        _made("G", "EC2::SecurityGroup", group + ", SecurityGroupIngress: !If [Perhaps, [], !Ref AWS::NoValue]"),
        _made("H", "EC2::SecurityGroup", group),
        _made("In", "EC2::SecurityGroupIngress", "GroupId: !Ref H, IpProtocol: '-1', CidrIp: 0.0.0.0/0", perhaps=True),
        _made(
            "P",
            "EC2::SecurityGroupIngress",
            "GroupId: !Ref H, IpProtocol: tcp, FromPort: !Ref Range, CidrIp: 1.0.0.0/8",
        ),
    )

    assert _element(found, "security_groups", "G")["ingress"] == [{"protocol": "all", "sources": ["pl-G"]}]
    assert [rule["sources"] for rule in _element(found, "security_groups", "H")["ingress"]] == [["pl-In"], ["pl-P"]]


@pytest.mark.parametrize(
    "entry",
    [
        "RuleNumber: 1, RuleAction: allow, Protocol: -1, CidrBlock: !Ref Range",
        "RuleNumber: 1, RuleAction: permit, Protocol: -1, CidrBlock: 0.0.0.0/0",
        "RuleNumber: 1, RuleAction: deny, Protocol: 6, CidrBlock: 0.0.0.0/0, PortRange: {From: 9, To: 1}",
    ],
)
def test_an_acl_with_an_unknown_entry_is_not_taken_for_the_whole(entry: str) -> None:
    found = _found(
        _made("Acl", "EC2::NetworkAcl", "VpcId: !Ref Vpc"),
        _made("Entry", "EC2::NetworkAclEntry", f"NetworkAclId: !Ref Acl, {entry}"),
        _made("On", "EC2::SubnetNetworkAclAssociation", "SubnetId: !Ref A, NetworkAclId: !Ref Acl"),
    )

    assert "network_acls" not in found.cluster
    assert {"/network_acls[Acl]/ingress", "/subnets[A]/network_acl"} <= set(unknown_fields(found))


def test_an_association_that_is_not_known_leaves_the_tables_of_all_others_open() -> None:
    found = _found(
        _made("Table", "EC2::RouteTable", "VpcId: !Ref Vpc"),
        _made("On", "EC2::SubnetRouteTableAssociation", "SubnetId: !Ref Range, RouteTableId: !Ref Table"),
    )

    assert "route_table" not in _element(found, "subnets", "A")
    assert "/subnets[A]/route_table" in unknown_fields(found)


def test_dhcp_options_that_are_not_described_leave_the_name_servers_open() -> None:
    found = _found(_made("On", "EC2::VPCDHCPOptionsAssociation", "VpcId: !Ref Vpc, DhcpOptionsId: dopt-1"))

    assert "domain_name_servers" not in found.cluster["vpc"]
    assert "/vpc/domain_name_servers" in unknown_fields(found)


def test_what_may_change_the_cluster_elsewhere_is_said() -> None:
    found = _found(
        "Config: {Type: 'Custom::Kubeconfig', Properties: {Cluster: !Ref Cluster, Endpoint: !GetAtt Cluster.Endpoint}}",
        "Nested: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://example.com/t.yaml'}}",
        "Bucket: {Type: 'AWS::S3::Bucket'}",
        head=f"Transform: [AWS::LanguageExtensions, OurMacro]\n{_HEAD.strip()}\n",
    )

    sentences = [assumed.sentence for assumed in found.assumed]
    assert "the custom resource Config leaves the endpoints of Cluster as they are here" in sentences
    assert "the macro `OurMacro` leaves the cluster and its network as they are" in sentences
    assert {"/Resources/Nested", "AWS::S3::Bucket"} <= {ignored.place for ignored in found.ignored}
    assert "https://example.com" not in str(found)


@pytest.mark.parametrize(
    "properties",
    [
        "{EndpointPublicAccess: 'False', EndpointPrivateAccess: 'True'}",
        "{Config: {resourcesVpcConfig: {endpointPublicAccess: false}}}",
        "{public_access_cidrs: [198.51.100.0/24]}",
    ],
)
def test_a_custom_resource_that_sets_the_access_leaves_it_open(properties: str) -> None:
    """As templates of the time before CloudFormation could set it do: the cluster itself says nothing there."""
    found = _found(f"Switch: {{Type: 'AWS::CloudFormation::CustomResource', Properties: {properties}}}")

    parts = ("public", "private", "public_access_cidrs")
    assert "endpoint_access" not in found.cluster
    assert {unknown_fields(found)[f"/endpoint_access/{part}"] for part in parts} == {"Switch"}


@pytest.mark.parametrize(("kind", "why"), [("Stack", "is not fetched"), ("StackSet", "send it by itself")])
def test_a_template_of_templates_is_refused_with_the_reason(kind: str, why: str) -> None:
    text = f"Resources:\n  Eks: {{Type: AWS::CloudFormation::{kind}, Properties: {{TemplateURL: 'https://x.y/z'}}}}\n"

    with pytest.raises(NotUnderstoodError, match=f"/Resources/Eks: no cluster and no VPC is described: .*{why}"):
        from_text(CLOUDFORMATION, text)


def test_a_cluster_whose_condition_rests_on_a_parameters_default_says_so() -> None:
    """And so does one that the default takes away, beside another."""
    one = "{Type: AWS::EKS::Cluster, Condition: CONDITION, Properties: {Name: NAME, ResourcesVpcConfig: {}}}"
    text = f"""
Parameters: {{Env: {{Type: String, Default: prod}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod], Dev: !Equals [!Ref Env, dev]}}
Resources:
  Prod: {one.replace("CONDITION", "Prod").replace("NAME", "prod")}
  Dev: {one.replace("CONDITION", "Dev").replace("NAME", "dev")}
"""
    (found,) = from_text(CLOUDFORMATION, text)

    default = "the parameter `Env` keeps its default, `prod`"
    assert ("/", default) in {(one.field, one.sentence) for one in found.assumed}
    (left_out,) = [one.why for one in found.ignored if one.place == "/Resources/Dev"]
    assert left_out == f"not made: its condition `Dev` is false ({default})"


INCLUDE = "Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: 's3://example/part.yaml'}}"


@pytest.mark.parametrize("where", ["Properties", "ResourcesVpcConfig"])
def test_what_a_part_that_is_put_in_may_state_has_no_default(where: str) -> None:
    vpc = "ResourcesVpcConfig: {{EndpointPrivateAccess: true, SubnetIds: [a, b]{}}}"
    inner = vpc.format(f", {INCLUDE}") if where == "ResourcesVpcConfig" else f"{vpc.format('')}, {INCLUDE}"
    text = f"Resources:\n  Cluster: {{Type: AWS::EKS::Cluster, Properties: {{Name: one, {inner}}}}}\n  {INCLUDE}\n"

    (found,) = from_text(CLOUDFORMATION, text)

    assert_decidable(found)
    assert found.cluster["endpoint_access"] == {"private": True}
    assert {"/endpoint_access/public", "/endpoint_access/public_access_cidrs"} <= unknown_fields(found).keys()
    (left_out,) = [one.why for one in found.ignored if one.place == "/Resources/Fn::Transform"]
    assert "which are not fetched or made here" in left_out
    assert "s3://example" not in str(found)


def test_a_property_in_other_capitals_is_taken_as_it_is_meant_and_that_is_said() -> None:
    """CloudFormation refuses the template, so it never makes the cluster with a default instead."""
    text = (
        "Resources: {C: {Type: AWS::EKS::Cluster, Properties: {name: one, resourcesVpcConfig: {endpointPublicAccess:"
        " false, EndpointPrivateAccess: true}}}}"
    )
    (found,) = from_text(CLOUDFORMATION, text)

    access = found.cluster["endpoint_access"]
    assert (found.cluster["name"], access["public"], access["private"]) == ("one", False, True)
    assumed = {one.field: one.sentence for one in found.assumed}
    assert assumed["/endpoint_access/public"] == "`endpointPublicAccess` is meant as `EndpointPublicAccess`"
    assert assumed["/endpoint_access/private"] == "`resourcesVpcConfig` is meant as `ResourcesVpcConfig`"


def test_a_cluster_in_subnets_of_elsewhere_has_no_network_of_the_template() -> None:
    found = _found(head=_HEAD.replace("[!Ref A, !Ref B]", "!ImportValue Subnets"))

    assert "subnets" not in found.cluster
    assert unknown_fields(found)["/cluster_subnets"] == "!ImportValue Subnets"
    assert unknown_fields(found)["/region"] == "AWS::Region"
    assert "/vpc" in unknown_fields(found)


def test_nodes_whose_launch_template_is_elsewhere_have_unknown_groups() -> None:
    found = _found(
        _made("Nodes", "EKS::Nodegroup", "ClusterName: !Ref Cluster, Subnets: !Ref Range, LaunchTemplate: {Id: lt-1}"),
        _made("Two", "EKS::Nodegroup", "ClusterName: !Ref Cluster, Subnets: [!Ref A]", perhaps=True),
        "Pods: {Type: 'Custom::AWSCDK-EKS-FargateProfile', Properties: {Config: {clusterName: !Ref Cluster}}}",
    )

    assert {
        "/consumers[Nodes]/security_groups",
        "/consumers[Nodes]/subnets",
        "/consumers[Pods]/subnets",
    } <= set(unknown_fields(found))
    assert any("`Perhaps`" in assumed.sentence for assumed in found.assumed if assumed.field == "/consumers[Two]")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{Type: AWS::EKS::Cluster, Properties: {Name: one}}", "/Resources/Resource"),
        ("Mine: {Type: AWS::EKS::Cluster, Properties: {Name: one}, DependsOn: Vpc}", "/Resources/Mine"),
    ],
)
def test_a_fragment_of_a_template_is_read_as_the_template_around_it(text: str, place: str) -> None:
    (found,) = from_text(CLOUDFORMATION, text)

    assert (found.place, found.cluster["name"]) == (place, "one")


@pytest.mark.parametrize(
    "text",
    [
        "{Type: AWS::EKS::Cluster, Properties: [Name]}",
        "{Type: AWS::EKS::Cluster, Name: one}",
        "{Type: cluster, Properties: {}}",
        "Mine: {Type: AWS::EKS::Cluster}\nversion: 2",
        "{Type: 2, Properties: {}}",
        "{}",
    ],
)
def test_what_holds_more_than_resources_is_no_fragment(text: str) -> None:
    assert not CLOUDFORMATION.recognises(read_text(text, "fragment.yaml"), "")
