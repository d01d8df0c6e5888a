"""Terraform's configuration in JSON says the same as HCL and is read to the same descriptions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.intake import terraform
from service.intake.terraform_evaluator import Budget
from service.intake.terraform_expressions import evaluator_of
from service.intake.terraform_folders import _NoNames
from service.intake.terraform_json import as_hcl, is_configuration
from service.intake.terraform_syntax import parse

CONFIGURATION = terraform.FORMATS[0]

HCL = """
variable "region" {
  type    = string
  default = "eu-central-1"
}
variable "private" { default = true }
locals {
  cidrs = ["203.0.113.0/24", "198.51.100.7/32"]
  names = { one = "a" }
}
provider "aws" { region = var.region }
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "net-${local.names["one"]}" }
}
resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, 1)
  availability_zone = "${var.region}a"
}
resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "${var.region}b"
}
resource "aws_security_group" "ops" {
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = local.cidrs
    content {
      from_port   = 443
      to_port     = 443
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_eks_cluster" "this" {
  name     = "json \\"quoted\\" $${not} one"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids              = [aws_subnet.a.id, aws_subnet.b.id]
    security_group_ids      = [aws_security_group.ops.id]
    endpoint_private_access = var.private
    endpoint_public_access  = !var.private
    public_access_cidrs     = local.cidrs
  }
}
"""

JSON: dict[str, Any] = {
    "//": {"metadata": {"backend": "local", "stackName": "demo"}},
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "6.0.0"}}},
    "variable": {"region": {"type": "string", "default": "eu-central-1"}, "private": {"default": True}},
    "locals": {"cidrs": ["203.0.113.0/24", "198.51.100.7/32"], "names": {"one": "a"}},
    "provider": {"aws": [{"region": "${var.region}"}]},
    "resource": {
        "aws_vpc": {
            "main": {
                "//": "a comment",
                "cidr_block": "10.0.0.0/16",
                "enable_dns_hostnames": True,
                "tags": {"Name": 'net-${local.names["one"]}'},
            }
        },
        "aws_subnet": [
            {
                "a": {
                    "vpc_id": "${aws_vpc.main.id}",
                    "cidr_block": "${cidrsubnet(aws_vpc.main.cidr_block,\n 8, 1)}",
                    "availability_zone": "${var.region}a",
                }
            },
            {
                "b": {
                    "vpc_id": "${aws_vpc.main.id}",
                    "cidr_block": "10.0.2.0/24",
                    "availability_zone": "${var.region}b",
                }
            },
        ],
        "aws_security_group": {
            "ops": {
                "vpc_id": "${aws_vpc.main.id}",
                "dynamic": {
                    "ingress": {
                        "for_each": "${local.cidrs}",
                        "content": {
                            "from_port": 443,
                            "to_port": 443,
                            "protocol": "tcp",
                            "cidr_blocks": ["${ingress.value}"],
                        },
                    }
                },
                "egress": [{"from_port": 0, "to_port": 0, "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"]}],
            }
        },
        "aws_eks_cluster": {
            "this": {
                "name": 'json "quoted" $${not} one',
                "role_arn": "arn:aws:iam::111122223333:role/eks",
                "vpc_config": {
                    "subnet_ids": ["${aws_subnet.a.id}", "${aws_subnet.b.id}"],
                    "security_group_ids": ["${aws_security_group.ops.id}"],
                    "endpoint_private_access": "${var.private}",
                    "endpoint_public_access": "${!var.private}",
                    "public_access_cidrs": "${local.cidrs}",
                },
            }
        },
    },
}


def test_json_and_hcl_of_one_configuration_read_the_same() -> None:
    assert CONFIGURATION.recognises(JSON, "cdk.tf.json")
    (of_json,) = CONFIGURATION.read({"cdk.tf.json": JSON})
    (of_hcl,) = CONFIGURATION.read({"main.tf": HCL})
    assert of_json.cluster == of_hcl.cluster
    assert of_json.consumers == of_hcl.consumers
    assert of_json.cluster["endpoint_access"]["public"] is False


def test_json_stands_beside_hcl_in_one_folder() -> None:
    (one,) = CONFIGURATION.read(
        {"cluster.tf.json": {"resource": JSON["resource"]}, "rest.tf": HCL.split("resource")[0]}
    )
    assert one.cluster["endpoint_access"]["private"] is True


@pytest.mark.parametrize(
    "document",
    [
        {"resource": []} | {"Resources": {}},
        {"variable": {"a": {}}},
        {"resource": "text"},
        [{"resource": {}}],
        {"resource_changes": [], "resource": {}},
    ],
)
def test_what_is_not_only_blocks_is_not_taken_for_a_configuration(document: Any) -> None:
    assert not is_configuration(document)


def test_a_name_that_is_none_in_hcl_is_left_out() -> None:
    hcl = as_hcl(
        {"resource": {"aws_vpc": {'x" {} #': {}, "main": {"a b": 1, "cidr_block": "10.0.0.0/16"}}, "1": {"a": {}}}}
    )
    assert hcl == 'resource "aws_vpc" "main" {\ncidr_block = "10.0.0.0/16"\n}\n'


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**9), 10**9)
        | st.text(st.characters(codec="ascii", exclude_characters="$%")),
        lambda below: (
            st.lists(below, max_size=3) | st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), below)
        ),
        max_leaves=10,
    )
)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    body = parse(as_hcl({"locals": {"it": value}}))
    (block,) = body.blocks
    assert evaluator_of(_NoNames(), Budget()).value(block.body.attributes["it"], {}) == value
