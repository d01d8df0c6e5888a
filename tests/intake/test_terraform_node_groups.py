"""The groups of nodes in calls of modules: their names, subnets and security groups, or that these are not shown."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import terraform
from service.intake.understanding import Understanding
from tests.intake.definitions import assert_decidable, unknown_fields

CONFIGURATION = terraform.FORMATS[0]
NODE = "module.eks.aws_security_group.node[0]"
PRIMARY = "module.eks.aws_eks_cluster.this[0].cluster_security_group_id"
VPC = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_security_group" "more" { vpc_id = aws_vpc.main.id }
"""


def eks(arguments: str, version: str = "~> 19.0", more: str = "") -> Understanding:
    """The cluster of a call of terraform-aws-modules/eks, with what stands beside it."""
    subnets = "subnets" if version.startswith("17") else "subnet_ids"
    (one,) = CONFIGURATION.read(
        {
            "main.tf": f"""{VPC}
            module "eks" {{
              source       = "terraform-aws-modules/eks/aws"
              version      = "{version}"
              cluster_name = "a"
              vpc_id       = aws_vpc.main.id
              {subnets}    = [aws_subnet.a.id]
              {arguments}
            }}
            {more}"""
        }
    )
    assert_decidable(one)
    return one


def nodes(found: Understanding) -> dict[str, Any]:
    """The security groups of each consumer but the operator; None where they are not given."""
    return {one["name"]: one.get("security_groups") for one in found.consumers if one["kind"] != "operator"}


def test_each_kind_of_group_takes_the_defaults_of_its_own_kind() -> None:
    found = eks(
        """
        eks_managed_node_group_defaults  = { attach_cluster_primary_security_group = true }
        self_managed_node_group_defaults = { vpc_security_group_ids = [aws_security_group.more.id] }
        eks_managed_node_groups          = { managed = {} }
        self_managed_node_groups         = { own = {} }
        """
    )

    assert nodes(found) == {"managed": [NODE, PRIMARY], "own": [NODE, "aws_security_group.more"]}


def test_a_group_says_more_than_the_defaults_and_without_a_group_of_nodes_holds_what_is_named() -> None:
    found = eks(
        """
        create_node_security_group      = false
        eks_managed_node_group_defaults = { vpc_security_group_ids = ["sg-0123456789abcdef0"] }
        eks_managed_node_groups = {
          plain = {}
          named = { vpc_security_group_ids = [aws_security_group.more.id] }
        }
        """
    )

    assert nodes(found) == {"plain": ["sg-0123456789abcdef0"], "named": ["aws_security_group.more"]}


@pytest.mark.parametrize(
    "group",
    [
        "vpc_security_group_ids = var.groups",
        "vpc_security_group_ids = [var.group]",
        "attach_cluster_primary_security_group = var.attach",
        'create_launch_template = false\n launch_template_name = "mine"',
    ],
)
def test_groups_that_are_not_shown_are_left_open_and_none_is_taken_for_granted(group: str) -> None:
    found = eks(f"eks_managed_node_groups = {{ one = {{ {group} }} }}")

    assert nodes(found) == {"one": None}
    assert "/consumers[one]/security_groups" in unknown_fields(found)
    assert found.consumers[0]["managed"] is False


def test_the_template_of_eks_holds_the_group_of_eks() -> None:
    found = eks("eks_managed_node_groups = { one = { use_custom_launch_template = false } }")

    assert nodes(found) == {"one": None}
    assert found.consumers[0]["managed"] is True


def test_until_v17_a_template_of_somebody_else_is_not_shown() -> None:
    arguments = """
    node_groups = {
      plain    = {}
      template = { launch_template_id = aws_launch_template.mine.id }
    }
    fargate_subnets  = ["subnet-0123456789abcdef0"]
    fargate_profiles = { pods = {} }
    """

    found = eks(arguments, "17.24.0")

    assert {one["name"]: one.get("managed") for one in found.consumers[:2]} == {"plain": True, "template": False}
    assert "/consumers[template]/security_groups" in unknown_fields(found)
    assert found.consumers[2]["subnets"] == ["subnet-0123456789abcdef0"]


def test_groups_of_workers_have_the_names_that_they_are_given() -> None:
    found = eks('worker_groups = [{ name = "first" }, { instance_type = "m5.large" }]', "17.24.0")

    assert set(nodes(found)) == {"first", "1"}


SUBMODULES = """
module "managed" {
  source                            = "terraform-aws-modules/eks/aws//modules/eks-managed-node-group"
  name                              = "separate"
  cluster_name                      = module.eks.cluster_name
  subnet_ids                        = [aws_subnet.a.id]
  cluster_primary_security_group_id = module.eks.cluster_primary_security_group_id
  vpc_security_group_ids            = [module.eks.node_security_group_id]
}
module "pods" {
  source       = "../../modules/fargate-profile"
  cluster_name = module.eks.cluster_name
  subnet_ids   = [aws_subnet.a.id]
}
module "cloudposse" {
  source       = "cloudposse/eks-node-group/aws"
  version      = "3.2.0"
  cluster_name = module.eks.cluster_name
  subnet_ids   = [aws_subnet.a.id]
}
module "off" {
  source = "../../modules/self-managed-node-group"
  create = false
}
module "of_eks" {
  source                     = "../../modules/eks-managed-node-group"
  cluster_name               = module.eks.cluster_name
  subnet_ids                 = [aws_subnet.a.id]
  use_custom_launch_template = false
}
"""


def test_a_submodule_is_a_group_of_its_own_though_the_cluster_is_given_its_role() -> None:
    given = "aws_auth_node_iam_role_arns_non_windows = [module.managed.iam_role_arn]"

    found = eks(given, more=SUBMODULES)

    assert nodes(found) == {"separate": [NODE, PRIMARY], "pods": None, "cloudposse": None, "of_eks": None}
    assert all(one["subnets"] == ["aws_subnet.a"] for one in found.consumers if one["kind"] != "operator")
    assert "/consumers[cloudposse]/security_groups" in unknown_fields(found)
    assert {one["name"]: one.get("managed") for one in found.consumers}["of_eks"] is True
    assert ("module.off", "the call turns the module off") in {(one.place, one.why) for one in found.ignored}


def test_nodes_of_a_cluster_whose_name_is_not_known_belong_to_it_all_the_same() -> None:
    second = """
    module "other" {
      source       = "terraform-aws-modules/eks/aws"
      version      = "~> 20.0"
      cluster_name = var.other
      vpc_id       = aws_vpc.main.id
      subnet_ids   = [aws_subnet.a.id]
    }
    module "nodes" {
      source       = "terraform-aws-modules/eks/aws//modules/eks-managed-node-group"
      cluster_name = module.other.cluster_name
      subnet_ids   = [aws_subnet.a.id]
    }
    """
    text = f'{VPC}{second}resource "aws_eks_cluster" "a" {{\n name = "a"\n vpc_config {{ subnet_ids = [] }}\n}}'

    found = {one.place: one for one in CONFIGURATION.read({"main.tf": text})}

    assert [one["name"] for one in found["module.other.aws_eks_cluster.this[0]"].consumers][:1] == ["nodes"]
    assert found["aws_eks_cluster.a"].consumers == ()


def raw(template: str, name: str = "aws_launch_template.mine.id") -> Understanding:
    """A cluster without a module, whose nodes have a launch template."""
    text = f"""{VPC}
    resource "aws_eks_cluster" "a" {{
      name = "a"
      vpc_config {{ subnet_ids = [aws_subnet.a.id] }}
    }}
    resource "aws_launch_template" "mine" {{
      name = "mine"
      {template}
    }}
    resource "aws_eks_node_group" "one" {{
      cluster_name    = aws_eks_cluster.a.name
      node_group_name = "one"
      subnet_ids      = [aws_subnet.a.id]
      launch_template {{
        {"name" if "id" not in name else "id"} = {name}
        version = "1"
      }}
    }}"""
    (found,) = CONFIGURATION.read({"main.tf": text})
    assert_decidable(found)
    return found


MORE = ["aws_security_group.more"]


@pytest.mark.parametrize(
    ("template", "name", "expected"),
    [
        ("vpc_security_group_ids = [aws_security_group.more.id]", "aws_launch_template.mine.id", MORE),
        ("vpc_security_group_ids = [aws_security_group.more.id]", '"mine"', MORE),
        (
            "network_interfaces {\n security_groups = [aws_security_group.more.id]\n}",
            "aws_launch_template.mine.id",
            MORE,
        ),
        (
            "vpc_security_group_ids = [aws_eks_cluster.a.vpc_config[0].cluster_security_group_id]",
            "aws_launch_template.mine.id",
            ["aws_eks_cluster.a.cluster_security_group_id"],
        ),
        ("", "aws_launch_template.mine.id", None),
    ],
)
def test_a_launch_template_of_the_document_shows_the_groups_that_it_names(
    template: str, name: str, expected: list[str] | None
) -> None:
    """One that names none leaves EKS's group to the nodes (F-3.13)."""
    found = raw(template, name)

    assert nodes(found) == {"one": expected}
    assert found.consumers[0]["managed"] is True
    assert "/consumers[one]/security_groups" not in unknown_fields(found)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("vpc_security_group_ids = var.groups", "aws_launch_template.mine.id"),
        ("network_interfaces {\n security_groups = [var.group]\n}", "aws_launch_template.mine.id"),
        ('dynamic "network_interfaces" {\n for_each = var.all\n content {}\n}', "aws_launch_template.mine.id"),
        ("count = var.number", "aws_launch_template.mine[0].id"),
        ("", '"another"'),
    ],
)
def test_a_template_that_does_not_show_its_groups_leaves_them_open(template: str, name: str) -> None:
    found = raw(template, name)

    assert nodes(found) == {"one": None}
    assert found.consumers[0]["managed"] is False
    assert "/consumers[one]/security_groups" in unknown_fields(found)
