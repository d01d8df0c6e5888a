"""Modules: the version decides names and defaults, and what hides the version hides the default."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import terraform
from service.intake.understanding import NotUnderstoodError, Understanding
from tests.intake.definitions import assert_decidable, effective, unknown_fields

CONFIGURATION = terraform.FORMATS[0]
PUBLIC = {"endpoint_public_access": True, "endpoint_private_access": False, "public_access_cidrs": ["0.0.0.0/0"]}
PRIVATE = {"endpoint_public_access": False, "endpoint_private_access": True, "public_access_cidrs": []}
OPEN = {"endpoint_public_access": None, "endpoint_private_access": None, "public_access_cidrs": ["0.0.0.0/0"]}


def read(text: str, **more: str) -> tuple[Understanding, ...]:
    """The clusters of a configuration; further files by name, with `__` for a slash and `_tf` for the suffix."""
    files = {name.replace("__", "/").replace("_tf", ".tf"): one for name, one in more.items()}
    return CONFIGURATION.read({"main.tf": text, **files})


def module(source: str, version: str = "", arguments: str = "") -> Understanding:
    """The cluster of one module call."""
    constraint = f'version = "{version}"' if version else ""
    (one,) = read(f'module "eks" {{\n source = "{source}"\n {constraint}\n {arguments}\n}}')
    assert_decidable(one)
    return one


EKS = "terraform-aws-modules/eks/aws"


@pytest.mark.parametrize(
    ("version", "arguments", "expected"),
    [
        ("4.0.2", 'cluster_name = "a"', PUBLIC),
        ("~> 17.24", 'cluster_name = "a"', PUBLIC),
        ("18.31.2", 'cluster_name = "a"', PUBLIC),
        (">= 17.0, < 19.0", 'cluster_name = "a"', PUBLIC),
        ("~> 19.15", 'cluster_name = "a"', PRIVATE),
        ("v20.37.2", 'cluster_name = "a"', PRIVATE),
        (">= 19, < 21", 'cluster_name = "a"', PRIVATE),
        ("~> 21.0", 'name = "a"', PRIVATE),
        ("", 'name = "a"\n kubernetes_version = "1.33"', PRIVATE),
        (">= 17.0", 'cluster_name = "a"', OPEN),
        ("", 'cluster_name = "a"', OPEN),
        ("", 'cluster_name = "a"\n enable_cluster_creator_admin_permissions = true', PRIVATE),
        ("", 'cluster_name = "a"\n worker_groups = []', PUBLIC),
    ],
)
def test_the_version_constraint_decides_the_defaults(version: str, arguments: str, expected: dict[str, Any]) -> None:
    assert effective(module(EKS, version, arguments)) == expected


def test_a_git_source_tells_the_version_by_its_reference() -> None:
    source = "git::https://github.com/terraform-aws-modules/terraform-aws-eks.git?ref=v{}"

    assert effective(module(source.format("18.2.0"), arguments='cluster_name = "a"')) == PUBLIC
    assert effective(module(source.format("20.1.0"), arguments='cluster_name = "a"')) == PRIVATE


VPC = """
module "vpc" {
  source          = "terraform-aws-modules/vpc/aws"
  version         = "5.1.0"
  cidr            = "10.0.0.0/16"
  azs             = ["eu-west-1a", "eu-west-1b"]
  private_subnets = ["10.0.1.0/24", "10.0.2.0/24"]
}
"""


def groups_of(arguments: str) -> dict[str, dict[str, Any]]:
    """The security groups of a cluster in that VPC, by id."""
    call = f'source = "{EKS}"\n version = "20.1.0"\n subnet_ids = module.vpc.private_subnets\n {arguments}'
    (one,) = read(f'{VPC}variable "given" {{}}\nmodule "eks" {{\n {call}\n}}')
    assert_decidable(one)
    return {group["id"]: group for group in one.cluster["security_groups"]}


def test_the_group_of_the_nodes_is_described_where_the_vpc_is_a_variable() -> None:
    groups = groups_of("vpc_id = var.given")

    (rule,) = groups["module.eks.aws_security_group.cluster[0]"]["ingress"]
    assert rule["sources"] == ["module.eks.aws_security_group.node[0]"]
    assert "module.eks.aws_security_group.node[0]" in groups


def test_a_rule_may_name_a_group_that_could_not_be_read() -> None:
    groups = groups_of("vpc_id = module.vpc.vpc_id\n node_security_group_additional_rules = var.given")

    (rule,) = groups["module.eks.aws_security_group.cluster[0]"]["ingress"]
    (source,) = rule["sources"]
    assert source.startswith("sg-")
    assert "module.eks.aws_security_group.node[0]" not in groups


def test_the_same_names_mean_the_opposite_in_another_module() -> None:
    assert effective(module("cloudposse/eks-cluster/aws", "4.6.0", "subnet_ids = []")) == PUBLIC
    assert effective(module("aws-ia/eks-blueprints/aws", "4.32.1", 'cluster_name = "a"')) == PUBLIC


def test_a_source_by_its_place_hides_the_default_unless_the_arguments_tell_it() -> None:
    hidden = module("../..", arguments='cluster_name = "a"\n vpc_id = "vpc-1"')
    telling = "enable_cluster_creator_admin_permissions = true"
    told = module("../..", arguments=f'name = "a"\n kubernetes_version = "1.33"\n vpc_id = "vpc-1"\n {telling}')

    assert effective(hidden) == {**OPEN, "public_access_cidrs": None}
    assert "cluster_endpoint_public_access is not set" in unknown_fields(hidden)["/endpoint_access/public"]
    assert effective(told) == PRIVATE


def test_a_wrapper_that_is_not_in_the_document_keeps_its_defaults_to_itself() -> None:
    one = module("./modules/eks", arguments="cluster_endpoint_public_access = false")

    assert effective(one) == {
        **OPEN,
        "endpoint_public_access": False,
        "endpoint_private_access": True,
        "public_access_cidrs": [],
    }


def test_null_is_handed_on_to_the_provider() -> None:
    one = module(EKS, "~> 20.0", 'cluster_name = "a"\n cluster_endpoint_public_access = null')

    assert effective(one)["endpoint_public_access"] is True
    (origin,) = [origin for origin in one.origins if origin.field == "/endpoint_access/public"]
    assert "null" in origin.because


def test_a_module_that_creates_nothing_makes_no_cluster() -> None:
    off = f'module "eks" {{\n source = "{EKS}"\n version = "~> 20.0"\n create = false\n}}'
    unclear = f'variable "on" {{}}\nmodule "eks" {{\n source = "{EKS}"\n version = "~> 20.0"\n create = var.on\n}}'

    with pytest.raises(NotUnderstoodError, match=r"module\.eks: .*the call turns the module off"):
        read(off)
    assert unknown_fields(read(unclear)[0])["/"] == "var.on"


def test_submodules_are_no_clusters() -> None:
    for source in (f"{EKS}//modules/karpenter", "../../modules/fargate"):
        with pytest.raises(NotUnderstoodError, match="is not known here"):
            read(f'module "one" {{\n source = "{source}"\n cluster_name = "a"\n vpc_id = "v"\n}}')


def test_files_of_one_folder_are_one_module_and_sources_name_others() -> None:
    child = """
    variable "public" { default = true }
    variable "cidrs" { type = list(string) }
    resource "aws_eks_cluster" "this" {
      name = "a"
      vpc_config {
        endpoint_public_access = var.public
        public_access_cidrs    = var.cidrs
        subnet_ids             = ["subnet-1"]
      }
    }
    output "name" { value = aws_eks_cluster.this.name }
    """
    root = """
    module "eks" {
      for_each = toset(["x", "y"])
      source   = "./modules/eks"
      public   = each.key == "x"
      cidrs    = local.cidrs
    }
    """
    found = read(root, locals_tf='locals {\n cidrs = ["1.2.3.4/32"]\n}', modules__eks__main_tf=child)

    assert [one.place for one in found] == [f'module.eks["{key}"].aws_eks_cluster.this' for key in ("x", "y")]
    assert effective(found[0])["public_access_cidrs"] == ["1.2.3.4/32"]
    assert [one.cluster.get("endpoint_access", {}).get("public") for one in found] == [True, None]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({"terraform.tfvars": "public = false\nprivate = true"}, False),
        ({"prod.tfvars": "public = false"}, False),
        ({"prod.tfvars": "public = false", "dev.tfvars": "public = true"}, None),
        ({"a.auto.tfvars.json": {"public": False}}, False),
    ],
)
def test_files_of_values_count_if_it_is_told_which(files: dict[str, Any], expected: bool | None) -> None:
    text = """
    variable "public" { type = bool }
    resource "aws_eks_cluster" "a" {
      name = "a"
      vpc_config {
        endpoint_public_access  = var.public
        endpoint_private_access = true
        subnet_ids              = []
      }
    }
    """
    (one,) = CONFIGURATION.read({"main.tf": text, **files})

    assert effective(one)["endpoint_public_access"] is expected


def test_a_value_of_a_variable_that_another_file_declares_is_taken_where_it_stands() -> None:
    text = 'resource "aws_eks_cluster" "a" {\n name = "a"\n vpc_config {\n endpoint_public_access = var.on\n}\n}'

    (found,) = read(text, **{"terraform.tfvars": 'on = "false"'})
    (named,) = read(text, **{"prod.tfvars": "on = true"})

    assert effective(found)["endpoint_public_access"] is None  # both endpoints off, which EKS refuses (F-1.3)
    assert effective(named)["endpoint_public_access"] is True
    (sentence,) = [one.sentence for one in named.assumed if one.field == "/endpoint_access/public"]
    assert sentence == "`var.on` has the value of prod.tfvars, which Terraform reads only if it is named"


def test_a_sensitive_variable_is_not_shown() -> None:
    text = """
    variable "name" {
      default   = "hush-hush"
      sensitive = true
    }
    # quiet-comment
    resource "aws_eks_cluster" "a" { name = "${var.name}" /* quiet-comment */ }
    """
    (one,) = read(text)

    assert "hush" not in repr(one)
    assert "quiet" not in repr(one)
    assert "/name" in unknown_fields(one)


def test_the_vpc_module_makes_subnets_tables_and_gateways() -> None:
    text = """
    data "aws_availability_zones" "available" {}
    locals { azs = slice(data.aws_availability_zones.available.names, 0, 3) }
    module "vpc" {
      source  = "terraform-aws-modules/vpc/aws"
      version = "%s"
      cidr    = "10.0.0.0/16"
      azs     = local.azs
      private_subnets    = [for k, v in local.azs : cidrsubnet("10.0.0.0/16", 4, k)]
      public_subnets     = [for k, v in local.azs : cidrsubnet("10.0.0.0/16", 8, k + 48)]
      intra_subnets      = ["10.0.250.0/24"]
      enable_nat_gateway = true
      %s
    }
    """
    (old,), (new,), (single,) = (
        read(text % pair) for pair in (("3.19.0", ""), ("~> 5.0", ""), ("6.0.1", "single_nat_gateway = true"))
    )

    assert [one.cluster["vpc"]["enable_dns_hostnames"] for one in (old, new)] == [False, True]
    assert [len(one.cluster["nat_gateways"]) for one in (old, new, single)] == [3, 3, 1]
    subnets = {subnet["id"].removeprefix("module.vpc.aws_subnet."): subnet for subnet in new.cluster["subnets"]}
    assert subnets["private[2]"]["cidr"] == "10.0.32.0/20"
    assert subnets["private[2]"]["route_table"] == "module.vpc.aws_route_table.private[2]"
    assert subnets["public[0]"]["assigns_public_ip"] is False
    routes = {table["id"]: table["routes"] for table in new.cluster["route_tables"]}
    assert routes["module.vpc.aws_route_table.intra[0]"] == []
    assert routes["module.vpc.aws_route_table.public[0]"] == [
        {"destination": "0.0.0.0/0", "target": "internet_gateway"}
    ]
    assert not new.has_cluster
    old_subnets = {subnet["id"]: subnet["assigns_public_ip"] for subnet in old.cluster["subnets"]}
    assert old_subnets["module.vpc.aws_subnet.public[0]"] is True


_VPC = """
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.0.0/24"
}
"""


def test_the_submodule_for_vpc_endpoints_makes_one_for_each_entry() -> None:
    text = f"""{_VPC}
    module "endpoints" {{
      source                = "terraform-aws-modules/vpc/aws//modules/vpc-endpoints"
      version               = "~> 5.1"
      vpc_id                = aws_vpc.v.id
      create_security_group = true
      security_group_rules  = {{ https = {{ cidr_blocks = ["10.0.0.0/16"] }} }}
      endpoints = merge({{
        s3 = {{ service = "s3", service_type = "Gateway", route_table_ids = [] }}
      }}, {{ for service in toset(["ecr.api", "sts"]) : replace(service, ".", "_") => {{
        service             = service
        subnet_ids          = [aws_subnet.s.id]
        private_dns_enabled = true
      }} }})
    }}
    """
    (one,) = read(text)

    assert_decidable(one)
    endpoints = {endpoint["service"]: endpoint for endpoint in one.cluster["vpc"]["endpoints"]}
    assert endpoints["s3"] == {"service": "s3", "kind": "gateway", "route_tables": []}
    assert endpoints["ecr.api"] == {
        "service": "ecr.api",
        "kind": "interface",
        "subnets": ["aws_subnet.s"],
        "security_groups": ["module.endpoints.aws_security_group.this[0]"],
        "private_dns": True,
    }
    assert set(endpoints) == {"s3", "ecr.api", "sts"}


def test_a_module_that_is_not_known_may_make_more_than_is_seen() -> None:
    text = f'{_VPC}\nmodule "more" {{\n source = "example.org/network/aws"\n vpc_id = aws_vpc.v.id\n}}'
    (one,) = read(text)
    (alone,) = read(_VPC)

    assert alone.cluster["vpc"]["endpoints"] == []
    assert "endpoints" not in one.cluster["vpc"]
    assert unknown_fields(one)["/vpc/endpoints"] == "module.more"
    assert [ignored.place for ignored in one.ignored] == ["module.more"]
