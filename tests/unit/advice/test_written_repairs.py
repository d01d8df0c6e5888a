"""The repairs of the conditions, written down for the AWS command line, Terraform and CloudFormation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint import api as cfn_lint

from service.advice import advise
from service.advice.advising import decided
from service.advice.changes import REPAIRS, written_changes
from service.advice.changes.wanted import Preparation, Wanted
from service.advice.planning import change_plan
from service.domain.change import Change, ChangeKind
from service.domain.network import VpcEndpoint
from service.domain.question import Section
from service.domain.written import Form, WrittenChange
from service.engine import study
from service.intake.terraform_syntax import parse
from tests.unit.advice.tools import ran, validated
from tests.unit.builders import NAT_ADDRESS, a_cluster, a_question, nodes

GROUP, OTHER_GROUP = "sg-0123456789abcdef0", "sg-0fedcba9876543210"
TABLE, SUBNET, LINK = "rtb-0123456789abcdef0", "subnet-0123456789abcdef0", "tgw-0123456789abcdef0"
RULE = {"direction": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443}


def change(kind: ChangeKind, target: str | None = None, /, **values: Any) -> Change:
    return Change(kind=kind, target=target, values=tuple(values.items()))


def of(*changes: Change) -> Wanted:
    repair = Preparation(what="repair mended", sentence="mend it", changes=changes, facts=("F-1.8",))
    table = replace(a_cluster("0.0.0.0/0").route_tables[0], id=TABLE)
    there = VpcEndpoint(service="com.amazonaws.us-east-1.ecr.api"), VpcEndpoint(service="s3", kind="gateway")
    return Wanted(
        name="demo",
        region="us-east-1",
        subnets=(),
        steps=(),
        numbers=(),
        preparations=(repair,),
        route_tables=(table,),
        endpoints=there,
    )


def written(*changes: Change) -> dict[str, WrittenChange]:
    """What is written for a repair, by tool."""
    return {one.tool: one for write in REPAIRS for one in write(of(*changes))}


NAT = (
    change(ChangeKind.NAT_GATEWAY, "new-nat-gateway", subnet=SUBNET, public_ips=("52.95.110.1/32",), is_example=True),
    change(ChangeKind.ROUTE, TABLE, destinations=("0.0.0.0/0", "10.9.0.0/16"), via="new-nat-gateway"),
    change(ChangeKind.ENDPOINT_ACCESS, endpoint_public_access=True, public_access_cidrs=("52.95.110.1/32",)),
)
REPAIRED: dict[str, tuple[Change, ...]] = {
    "dns support": (change(ChangeKind.VPC_ATTRIBUTE, enable_dns_support=True),),
    "dns hostnames": (change(ChangeKind.VPC_ATTRIBUTE, enable_dns_hostnames=True),),
    "both attributes": (change(ChangeKind.VPC_ATTRIBUTE, enable_dns_support=True, enable_dns_hostnames=True),),
    "dhcp": (change(ChangeKind.DHCP_OPTIONS, domain_name_servers=("AmazonProvidedDNS",)),),
    "domain": (
        change(
            ChangeKind.DHCP_OPTIONS,
            domain_name="eu-west-1.compute.internal",
            is_example=True,
            examples=("domain_name",),
        ),
    ),
    "rule by range": (
        change(ChangeKind.SECURITY_GROUP_RULE, GROUP, **RULE, cidrs=("10.8.0.0/16", "fd00::/8"), groups=()),
    ),
    "rule by group": (
        change(ChangeKind.SECURITY_GROUP_RULE, GROUP, **RULE, cidrs=(), groups=(OTHER_GROUP, "the nodes'")),
    ),
    "rule out": (
        change(
            ChangeKind.SECURITY_GROUP_RULE,
            "a group; reboot",
            **RULE | {"direction": "egress"},
            cidrs=("0.0.0.0/0",),
            groups=(),
        ),
    ),
    "acl": tuple(
        change(
            ChangeKind.NETWORK_ACL_RULE,
            "acl-0123456789abcdef0",
            **RULE | {"direction": direction},
            cidrs=("0.0.0.0/0",),
        )
        for direction in ("ingress", "egress")
    ),
    "route": (change(ChangeKind.ROUTE, TABLE, destinations=("10.8.0.0/16", "fd00::/8"), via=LINK),),
    "route to a link without an id": (
        change(ChangeKind.ROUTE, "private", destinations=("10.8.0.0/16",), via="the office"),
    ),
    "nat": NAT,
    "acl with numbers": (
        change(
            ChangeKind.NETWORK_ACL_RULE,
            "acl-0123456789abcdef0",
            **RULE | {"from_port": 1024, "to_port": 65535, "rule_number": 7},
            cidrs=("2600::/16",),
        ),
    ),
    "endpoint": (
        change(
            ChangeKind.VPC_ENDPOINT,
            "sts",
            kind="interface",
            subnets=(SUBNET, "private b"),
            security_groups=(GROUP,),
            private_dns=True,
        ),
    ),
    "endpoint with a new group": (
        change(
            ChangeKind.SECURITY_GROUP,
            "new-security-group",
            description="VPC endpoints of the cluster",
            is_example=True,
            examples=("target",),
        ),
        change(ChangeKind.SECURITY_GROUP_RULE, "new-security-group", **RULE, cidrs=(), groups=("new-security-group",)),
        change(
            ChangeKind.VPC_ENDPOINT,
            "ec2",
            kind="interface",
            subnets=(SUBNET,),
            security_groups=("new-security-group",),
            private_dns=True,
        ),
    ),
    "inbound resolver": (
        change(ChangeKind.INBOUND_RESOLVER, subnets=(SUBNET, "private b"), cidrs=("10.8.0.0/16", "fd00::/8")),
        change(ChangeKind.CONSUMER_RESOLVER, "office", resolver="forwarded_to_cluster_vpc"),
    ),
    "inbound resolver of nobody known": (change(ChangeKind.INBOUND_RESOLVER, subnets=(), cidrs=()),),
    "endpoint that is there": (change(ChangeKind.VPC_ENDPOINT, "ecr.api", kind="interface", private_dns=False),),
    "gateway endpoint that is there": (change(ChangeKind.VPC_ENDPOINT, "s3", kind="gateway", route_tables=(TABLE,)),),
    "gateway endpoint": (change(ChangeKind.VPC_ENDPOINT, "dynamodb", kind="gateway", route_tables=(TABLE,)),),
    "an example": (
        change(
            ChangeKind.SECURITY_GROUP_RULE,
            "new-security-group",
            **RULE,
            cidrs=("10.250.0.0/24",),
            is_example=True,
            examples=("target", "cidrs"),
        ),
    ),
    "public addresses": (change(ChangeKind.SUBNET_ATTRIBUTE, SUBNET, assigns_public_ip=True),),
    "exemption": (change(ChangeKind.BLOCK_PUBLIC_ACCESS, "public 1", is_excluded=True),),
    "cluster subnets": (change(ChangeKind.CLUSTER_SUBNETS, subnets=(SUBNET, "private b")),),
    "list": (
        change(
            ChangeKind.ENDPOINT_ACCESS,
            endpoint_public_access=True,
            endpoint_private_access=True,
            public_access_cidrs=("13.209.0.0/28",),
        ),
    ),
    "private": (change(ChangeKind.ENDPOINT_ACCESS, endpoint_public_access=False, endpoint_private_access=True),),
}
PARAMETERS = {
    "SECURITY_GROUP_ID": "sg-0aaaaaaaaaaaaaaa0",
    "SUBNET_ID": "subnet-0aaaaaaaaaaaaaaa0",
    "SUBNET_ID_2": "subnet-0bbbbbbbbbbbbbbb0",
    "ROUTE_TABLE_ID": "rtb-0aaaaaaaaaaaaaaa0",
    "VPC_ID": "vpc-0aaaaaaaaaaaaaaa0",
    "GATEWAY_ID": "igw-0aaaaaaaaaaaaaaa0",
    "RULE_NUMBER": "90",
    "RULE_NUMBER_2": "91",
    "VPC_ENDPOINT_ID": "vpce-0aaaaaaaaaaaaaaa0",
}


def commands(name: str, folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """The calls that the commands for a repair make, held to botocore's models."""
    status, calls = ran(written(*REPAIRED[name])["aws_cli"].text, folder, **PARAMETERS)
    assert status == 0
    return [(call[1], validated(call)) for call in calls]


@pytest.mark.parametrize("name", REPAIRED)
def test_botocore_takes_the_commands_of_every_repair(name: str, tmp_path: Path) -> None:
    assert commands(name, tmp_path)


def test_a_rule_names_ranges_of_both_families_and_groups(tmp_path: Path) -> None:
    ((operation, given),) = commands("rule by range", tmp_path)
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}

    assert operation == "authorize-security-group-ingress"
    assert given == {
        "GroupId": GROUP,
        "IpPermissions": [rule | {"IpRanges": [{"CidrIp": "10.8.0.0/16"}], "Ipv6Ranges": [{"CidrIpv6": "fd00::/8"}]}],
    }
    ((_, given),) = commands("rule by group", tmp_path)
    groups = [{"GroupId": OTHER_GROUP}, {"GroupId": PARAMETERS["SECURITY_GROUP_ID"]}]
    assert given["IpPermissions"] == [rule | {"UserIdGroupPairs": groups}]


def test_a_route_that_is_there_is_replaced(tmp_path: Path) -> None:
    """The table has a default route already, and none to the office."""
    made = commands("nat", tmp_path)

    assert [operation for operation, _ in made] == [
        "allocate-address",
        "create-nat-gateway",
        "wait",
        "replace-route",
        "create-route",
    ]
    assert "update-cluster-config" not in dict(made)
    notes = written(*NAT)["aws_cli"].notes
    assert notes[:2] == (
        "mend it",
        "the address of the new gateway is known once it is made: put it on the list then, in place of the example",
    )


def test_what_an_id_stands_for_is_said_and_never_run(tmp_path: Path) -> None:
    change_ = written(*REPAIRED["rule out"])["aws_cli"]

    assert "reboot" not in change_.text
    assert "SECURITY_GROUP_ID stands for a group; reboot" in change_.notes
    status, calls = ran(change_.text, tmp_path)
    assert (status != 0, calls) == (True, [])


@pytest.mark.parametrize("name", REPAIRED)
def test_the_resources_of_every_repair_parse_as_terraform(name: str) -> None:
    body = parse(written(*REPAIRED[name])["terraform"].text)

    variables = {block.labels[0] for block in body.of("variable")}
    assert body.of("resource")
    assert all(f"var.{one}" in written(*REPAIRED[name])["terraform"].text for one in variables)


_REST = {
    "AWS::EC2::VPC": {"CidrBlock": "10.0.0.0/16"},
    "AWS::EC2::Subnet": {"VpcId": "vpc-0aaaaaaaaaaaaaaa0", "CidrBlock": "10.0.0.0/24"},
    "AWS::EKS::Cluster": {"RoleArn": "arn:aws:iam::123456789012:role/eks"},
}


def referring(value: Any, prefix: str) -> Any:
    """The value with its references to things that are renamed."""
    if isinstance(value, list):
        return [referring(item, prefix) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"}:
        return {"Ref": f"{prefix}{value['Ref']}"}
    if value.keys() == {"Fn::GetAtt"}:
        return {"Fn::GetAtt": [f"{prefix}{value['Fn::GetAtt'][0]}", value["Fn::GetAtt"][1]]}
    return {name: referring(member, prefix) for name, member in value.items()}


def test_cfn_lint_finds_nothing_in_the_resources_of_any_repair() -> None:
    """All of them stand in one template, each under names of its own."""
    whole: dict[str, Any] = {"Parameters": {}, "Resources": {}}
    for number, name in enumerate(REPAIRED):
        template = yaml.safe_load(written(*REPAIRED[name])["cloudformation"].text)
        for section, members in template.items():
            whole[section] |= {f"N{number}{id_}": referring(member, f"N{number}") for id_, member in members.items()}
    for resource in whole["Resources"].values():
        resource["Properties"] |= _REST.get(resource["Type"], {})
        if resource["Type"] == "AWS::EKS::Cluster":
            resource["Properties"]["ResourcesVpcConfig"].setdefault("SubnetIds", ["subnet-1", "subnet-2"])

    matches = cfn_lint.lint(yaml.safe_dump(whole), config={"regions": ["us-east-1"]})

    assert [f"{match.rule.id} {match.message}" for match in matches] == []


def test_an_endpoint_that_is_there_is_changed_and_not_made_again(tmp_path: Path) -> None:
    made = [commands(f"{kind} that is there", tmp_path)[0] for kind in ("endpoint", "gateway endpoint")]

    assert made == [
        ("modify-vpc-endpoint", {"VpcEndpointId": PARAMETERS["VPC_ENDPOINT_ID"], "PrivateDnsEnabled": False}),
        ("modify-vpc-endpoint", {"VpcEndpointId": PARAMETERS["VPC_ENDPOINT_ID"], "AddRouteTableIds": [TABLE]}),
    ]


def test_a_group_that_the_same_text_makes_is_named_by_what_the_tool_calls_it(tmp_path: Path) -> None:
    told = written(*REPAIRED["endpoint with a new group"])
    made, rule, endpoint = commands("endpoint with a new group", tmp_path)

    assert made[1]["GroupName"] == "eks-vpc-endpoints"
    group = rule[1]["GroupId"]
    assert rule[1]["IpPermissions"][0]["UserIdGroupPairs"] == [{"GroupId": group}]
    assert endpoint[1]["SecurityGroupIds"] == [group]
    assert "security_group_id            = aws_security_group.group.id" in told["terraform"].text
    resources = yaml.safe_load(told["cloudformation"].text)["Resources"]
    assert resources["Ingress4431"]["Properties"]["GroupId"] == {"Ref": "Group"}
    assert not any("new-security-group" in text for one in told.values() for text in (one.text, *one.notes[1:]))


def test_an_inbound_resolver_takes_dns_from_the_network_that_asks_in_two_subnets(tmp_path: Path) -> None:
    told = written(*REPAIRED["inbound resolver"])
    group, rules, endpoint, status = commands("inbound resolver", tmp_path)

    assert [it[0] for it in (group, rules, endpoint, status)] == [
        "create-security-group",
        "authorize-security-group-ingress",
        "create-resolver-endpoint",
        "get-resolver-endpoint",
    ]
    assert [(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in rules[1]["IpPermissions"]] == [
        ("tcp", 53, 53),
        ("udp", 53, 53),
    ]
    assert endpoint[1]["Direction"] == "INBOUND"
    assert endpoint[1]["IpAddresses"] == [{"SubnetId": SUBNET}, {"SubnetId": PARAMETERS["SUBNET_ID"]}]
    (block,) = [
        it for it in parse(told["terraform"].text).of("resource") if it.labels[0] == "aws_route53_resolver_endpoint"
    ]
    assert len(list(block.body.of("ip_address"))) == 2
    resources = yaml.safe_load(told["cloudformation"].text)["Resources"]
    assert resources["Inbound"]["Properties"]["SecurityGroupIds"] == [{"Ref": "Group"}]
    assert "a part of it is not AWS's to change, and is not written here" in told["aws_cli"].notes


def test_an_inbound_resolver_that_nobody_is_known_to_ask_admits_nobody_yet(tmp_path: Path) -> None:
    made = commands("inbound resolver of nobody known", tmp_path)

    assert "authorize-security-group-ingress" not in dict(made)
    assert dict(made)["create-resolver-endpoint"]["IpAddresses"] == [
        {"SubnetId": PARAMETERS["SUBNET_ID"]},
        {"SubnetId": PARAMETERS["SUBNET_ID_2"]},
    ]


def test_an_endpoint_in_a_region_that_is_not_known_asks_for_it(tmp_path: Path) -> None:
    nowhere = replace(of(*REPAIRED["endpoint"]), region=None)
    told = {one.tool: one.text for write in REPAIRS for one in write(nowhere)}

    _, calls = ran(told["aws_cli"], tmp_path, **PARAMETERS, REGION="eu-west-1")

    assert validated(calls[0])["ServiceName"] == "com.amazonaws.eu-west-1.sts"
    assert 'service_name        = "com.amazonaws.${var.region}.sts"' in told["terraform"]
    assert parse(told["terraform"]).of("variable")


def test_what_only_a_person_can_choose_is_named() -> None:
    notes = written(*REPAIRED["an example"])["aws_cli"].notes

    assert "cidrs 10.250.0.0/24 stands for what only you can choose" in notes
    assert not any("new gateway" in note for note in notes)
    notes = written(*REPAIRED["domain"])["terraform"].notes
    assert "domain name eu-west-1.compute.internal stands for what only you can choose" in notes


def test_new_dhcp_options_keep_the_name_servers(tmp_path: Path) -> None:
    (_, given), _ = commands("domain", tmp_path)

    assert given["DhcpConfigurations"] == [
        {"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]},
        {"Key": "domain-name", "Values": ["eu-west-1.compute.internal"]},
    ]


def test_a_service_that_is_no_name_is_left_out() -> None:
    assert written(change(ChangeKind.VPC_ENDPOINT, "sts; reboot", kind="interface")) == {}


def test_what_is_not_aws_to_change_is_left_out_and_named() -> None:
    resolver = change(ChangeKind.CONSUMER_RESOLVER, "office", resolver="forwarded_to_cluster_vpc")

    assert written(resolver) == {}
    notes = written(resolver, *REPAIRED["dns support"])["terraform"].notes
    assert "a part of it is not AWS's to change, and is not written here" in notes


def test_the_repairs_of_the_conditions_are_among_the_changes() -> None:
    listed = a_cluster(NAT_ADDRESS)
    cluster = replace(listed, vpc=replace(listed.vpc, has_dns_hostnames=False))
    question = a_question(cluster, nodes())

    told = advise(replace(question, include=frozenset({Section.CHANGES, Section.CONDITIONS}))).changes
    without = advise(replace(question, include=frozenset({Section.CHANGES}))).changes

    assert told is not None
    assert {(it.tool, it.what) for it in told if it.what.startswith("repair")} == {
        (tool, "repair dns-hostnames-on") for tool in ("aws_cli", "terraform", "cloudformation")
    }
    assert without is not None
    assert {it.what for it in without} == {it.what for it in told} - {"repair dns-hostnames-on"}


def test_a_preparation_of_the_plan_is_written_before_the_updates() -> None:
    question = a_question(a_cluster("0.0.0.0/0"), nodes())
    known = study(question)
    decision = decided(known)
    plan = change_plan(known, decision, (), decided)
    assert plan is not None
    step = replace(plan.steps[0], changes=REPAIRED["dns hostnames"], sentence="turn on DNS hostnames")

    told = written_changes(known, decision, replace(plan, steps=(step, *plan.steps)))

    commands_ = [it for it in told if it.tool == "aws_cli" and it.form is Form.SHELL]
    assert [it.what for it in commands_] == ["step 1", *(f"step {number}" for number, _ in enumerate(plan.steps, 2))]
    assert commands_[0].notes[0] == "turn on DNS hostnames"
