"""Broken and hostile Terraform: a result that loads as a question, or `NotUnderstoodError`, in bounded time."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.intake import terraform
from service.intake.documents import read_documents
from service.intake.understanding import NotUnderstoodError
from service.web.schemas import load_question

CONFIGURATION, PLAN, STATE, TERRASCAN = terraform.FORMATS
_FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
_SAMPLE = """
variable "open" { default = true }
variable "zones" { default = ["eu-west-1a", "eu-west-1b"] }
locals {
  name = "a-${var.zones[0]}"
  all  = { for k, v in var.zones : v => cidrsubnet("10.0.0.0/16", 8, k) if v != "" }
}
provider "aws" { region = "eu-west-1" }
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
resource "aws_subnet" "private" {
  for_each          = local.all
  vpc_id            = aws_vpc.main.id
  cidr_block        = each.value
  availability_zone = each.key
}
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_eip" "nat" {}
resource "aws_nat_gateway" "main" {
  allocation_id = aws_eip.nat.id
  subnet_id     = values(aws_subnet.private)[0].id
}
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.main.id
  }
}
resource "aws_route_table_association" "private" {
  for_each       = aws_subnet.private
  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}
resource "aws_security_group" "extra" {
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = toset(["10.0.0.0/8"])
    content {
      from_port   = 443
      to_port     = 443
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}
resource "aws_network_acl" "main" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [for s in aws_subnet.private : s.id]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}
resource "aws_eks_cluster" "main" {
  name = local.name
  vpc_config {
    endpoint_public_access = var.open ? true : false
    public_access_cidrs    = concat(["1.2.3.4/32"], [])
    subnet_ids             = [for s in aws_subnet.private : s.id]
    security_group_ids     = [aws_security_group.extra.id]
  }
}
resource "aws_eks_node_group" "main" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "workers"
  subnet_ids      = values(aws_subnet.private)[*].id
}
module "vpc" {
  source          = "terraform-aws-modules/vpc/aws"
  version         = "~> 5.0"
  cidr            = "10.1.0.0/16"
  azs             = var.zones
  private_subnets = ["10.1.0.0/24", "10.1.1.0/24"]
  public_subnets  = ["10.1.2.0/24"]
  enable_nat_gateway = true
}
module "eks" {
  source          = "terraform-aws-modules/eks/aws"
  version         = "~> 20.0"
  cluster_name    = "b"
  vpc_id          = module.vpc.vpc_id
  subnet_ids      = module.vpc.private_subnets
  eks_managed_node_groups = { one = {}, two = { subnet_ids = module.vpc.public_subnets } }
}
"""
_TOKENS = [
    *(
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        '"',
        "${",
        "%{",
        "\n",
        " = ",
        ".id",
        "[*]",
        "[0]",
        "null",
        "true",
        "-1",
        "...",
        "?",
    ),
    *(
        "var.zones",
        "local.all",
        "each.value",
        "count.index",
        "aws_vpc.main",
        "module.vpc",
        "for_each = ",
        "count = 2\n",
    ),
    *('"10.0.0.0/33"', "1e999", "<<EOT\n", "/*", "#", "\\", "é", "\u202e", '""', "9" * 30, "module.eks", "count = x\n"),
]
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 70_000)
    | st.text(max_size=6)
    | st.sampled_from(["10.0.0.0/16", "sg-1", "true"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "vpc_id", "x", "cidr_block"]), inner)
    ),
    max_leaves=6,
)


def assert_sound(one: terraform.Format, document: Any, name: str = "") -> None:
    """A result that loads as a question, or the one error."""
    try:
        found = one.read({name: document})
    except NotUnderstoodError:
        return
    for each in found:
        question: dict[str, Any] = {"cluster": each.cluster}
        if each.consumers:
            question["consumers"] = list(each.consumers)
        load_question(question)


@_FUZZ
@given(st.lists(st.tuples(st.integers(0, len(_SAMPLE)), st.integers(0, 25), st.sampled_from(_TOKENS)), max_size=5))
def test_mutated_configurations_are_read_or_refused(edits: list[tuple[int, int, str]]) -> None:
    text = _SAMPLE
    for place, length, token in edits:
        text = text[:place] + token + text[place + length :]
    assert_sound(CONFIGURATION, text)


_VALUES = {
    "aws_vpc": {
        "id": "vpc-1",
        "cidr_block": "10.0.0.0/16",
        "enable_dns_hostnames": True,
        "main_route_table_id": "rtb-0",
    },
    "aws_subnet": {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24", "map_public_ip_on_launch": False},
    "aws_route_table": {
        "id": "rtb-1",
        "vpc_id": "vpc-1",
        "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}],
    },
    "aws_route_table_association": {"subnet_id": "subnet-1", "route_table_id": "rtb-1"},
    "aws_nat_gateway": {"id": "nat-1", "subnet_id": "subnet-1", "public_ip": "3.3.3.3", "connectivity_type": "public"},
    "aws_security_group": {
        "id": "sg-1",
        "vpc_id": "vpc-1",
        "ingress": [{"protocol": "-1", "self": True, "from_port": 0}],
    },
    "aws_network_acl": {"id": "acl-1", "vpc_id": "vpc-1", "subnet_ids": ["subnet-1"], "ingress": [{"rule_no": 1}]},
    "aws_vpc_endpoint": {"id": "vpce-1", "vpc_id": "vpc-1", "service_name": "com.amazonaws.eu-west-1.s3"},
    "aws_vpc_peering_connection": {"id": "pcx-1", "vpc_id": "vpc-1", "peer_vpc_id": "vpc-2"},
    "aws_ec2_transit_gateway_vpc_attachment": {"id": "tgw-attach-1", "vpc_id": "vpc-1", "transit_gateway_id": "tgw-1"},
    "aws_vpn_gateway": {"id": "vgw-1", "vpc_id": "vpc-1"},
    "aws_ec2_client_vpn_endpoint": {"id": "cvpn-endpoint-1", "vpc_id": "vpc-1", "client_cidr_block": "10.9.0.0/22"},
    "aws_eks_cluster": {
        "name": "a",
        "vpc_config": [{"vpc_id": "vpc-1", "subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}],
        "kubernetes_network_config": [{"ip_family": "ipv4"}],
    },
    "aws_eks_node_group": {"cluster_name": "a", "node_group_name": "n", "subnet_ids": ["subnet-1"]},
}


@_FUZZ
@given(st.data())
def test_mutated_states_and_plans_are_read_or_refused(data: st.DataObject) -> None:
    values = json.loads(json.dumps(_VALUES))
    for _ in range(data.draw(st.integers(1, 6))):
        type_ = data.draw(st.sampled_from(sorted(values)))
        attribute = data.draw(st.sampled_from(sorted(_VALUES[type_])))
        values[type_][attribute] = data.draw(_JSON)
    resources = [
        {"address": f"{type_}.one", "mode": "managed", "type": type_, "name": "one", "values": one}
        for type_, one in values.items()
    ]
    unknown = dict.fromkeys(data.draw(st.lists(st.sampled_from(["vpc_id", "subnet_ids", "id"]), max_size=2)), True)
    changes = [
        {**one, "change": {"actions": ["create"], "after": one["values"], "after_unknown": unknown}}
        for one in resources
    ]
    raw = [{**one, "instances": [{"attributes": one["values"], "index_key": data.draw(_JSON)}]} for one in resources]

    assert_sound(STATE, {"format_version": "1.0", "values": {"root_module": {"resources": resources}}})
    assert_sound(STATE, {"version": 4, "terraform_version": "1.9.0", "resources": raw})
    assert_sound(PLAN, {"resource_changes": changes, "configuration": {"root_module": data.draw(_JSON)}})


@_FUZZ
@given(_JSON, _JSON, _JSON)
def test_anything_in_the_place_of_a_part_is_read_or_refused(first: Any, second: Any, third: Any) -> None:
    for document in (
        {"planned_values": {"root_module": first}, "resource_changes": [second], "configuration": third},
        {"format_version": "1", "values": {"root_module": {"resources": [first], "child_modules": [second]}}},
        {"version": 4, "terraform_version": "1", "resources": [first, {"mode": "managed", "instances": second}]},
        {"aws_eks_cluster": [{"type": "aws_eks_cluster", "name": first, "config": second}]},
    ):
        for one in (PLAN, STATE, TERRASCAN):
            if one.recognises(document, "x.json"):
                assert_sound(one, document)


_DOUBLED = "\n".join(f"  a{n} = [local.a{n - 1}, local.a{n - 1}]" for n in range(1, 60))
_GROWN = "\n".join(f'  a{n} = "${{local.a{n - 1}}}${{local.a{n - 1}}}"' for n in range(1, 60))
_CLUSTER = 'resource "aws_eks_cluster" "a" {\n  name = local.a59\n}\n'
_NESTED_FORS = "[for a in [1] : " + "".join(f"[for a{n} in [[a, a]] : " for n in range(40)) + "a" + "]" * 41
_MANY = 'resource "aws_subnet" "s" {\n  count = 2000\n  vpc_id = "vpc-1"\n}\n'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("locals {\n  a0 = [1]\n" + _DOUBLED + "\n}\n" + _CLUSTER, id="a list that doubles"),
        pytest.param('locals {\n  a0 = "xx"\n' + _GROWN + "\n}\n" + _CLUSTER, id="a text that doubles"),
        pytest.param("locals {\n  a59 = " + _NESTED_FORS + "\n}\n" + _CLUSTER, id="loops in loops"),
        pytest.param("locals {\n  a59 = local.b\n  b = local.a59\n}\n" + _CLUSTER, id="a circle"),
        pytest.param("locals {\n  a59 = " + "[" * 3000 + "]" * 3000 + "\n}\n" + _CLUSTER, id="brackets in brackets"),
        pytest.param("locals {\n  a59 = 1" + " + 1" * 3000 + "\n}\n" + _CLUSTER, id="a long sum"),
        pytest.param("locals {\n  a59 = 1" + " * 999999999999" * 40 + "\n}\n" + _CLUSTER, id="a large number"),
        pytest.param(
            "locals {\n  a0 = 1\n"
            + "\n".join(f"  a{n} = local.a{n - 1}" for n in range(1, 900))
            + "\n  b = local.a899\n}\n"
            'resource "aws_eks_cluster" "a" {\n  name = local.b\n}\n',
            id="a long chain",
        ),
        pytest.param(_MANY * 3, id="many instances"),
        pytest.param('resource "aws_eks_cluster" "a" {\n  count = 100000000\n}\n', id="a large count"),
        pytest.param("locals {\n  a59 = range(100000000)\n}\n" + _CLUSTER, id="a large range"),
        pytest.param("x = <<A\n" * 20_000, id="heredocs without an end"),
        pytest.param("/* " * 50_000, id="comments without an end"),
        pytest.param('x = "' + "${" * 5_000, id="interpolations without an end"),
        pytest.param("a {\n" * 5_000, id="blocks without an end"),
    ],
)
def test_hostile_configurations_take_bounded_time(text: str) -> None:
    start = time.process_time()
    assert_sound(CONFIGURATION, text)
    assert time.process_time() - start < 20


def test_modules_that_call_each_other_come_to_an_end() -> None:
    one = 'module "b" {\n  source = "../b"\n}\n'
    other = 'module "a" {\n  source = "../a"\n}\nmodule "c" {\n  source = "../a"\n}\n'
    with pytest.raises(NotUnderstoodError, match="too many modules"):
        CONFIGURATION.read({"a/main.tf": one, "b/main.tf": other})


def test_the_sample_itself_is_understood() -> None:
    found = CONFIGURATION.read(read_documents(_SAMPLE.encode(), "main.tf").by_name)

    assert [one.cluster["name"] for one in found] == ["b", "a-eu-west-1a"]
    assert [one.cluster["endpoint_access"] for one in found] == [
        {"public": False, "private": True, "public_access_cidrs": []},
        {"public": True, "private": False, "public_access_cidrs": ["1.2.3.4/32"]},
    ]
    assert [len(one.cluster["subnets"]) for one in found] == [3, 2]
