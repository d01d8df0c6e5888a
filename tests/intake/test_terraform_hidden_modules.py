"""Calls of modules whose files are not in the document: whose defaults hold is told by the arguments, or by nobody.

The calls are reduced from examples of several public modules, which all name their module `../..`.
"""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import terraform
from service.intake.understanding import NotUnderstoodError, Understanding
from tests.intake.definitions import assert_decidable, effective, unknown_fields

CONFIGURATION = terraform.FORMATS[0]
ALL = ["0.0.0.0/0"]


def access(public: bool | None, private: bool | None, ranges: list[str] | None) -> dict[str, Any]:
    """A setting under the manifest's names."""
    return {"endpoint_public_access": public, "endpoint_private_access": private, "public_access_cidrs": ranges}


def call(source: str, arguments: str) -> Understanding:
    """The cluster of one call of a module."""
    (one,) = CONFIGURATION.read({"main.tf": f'module "eks" {{\n source = "{source}"\n {arguments}\n}}'})
    assert_decidable(one)
    return one


@pytest.mark.parametrize(
    "arguments",
    [
        "kubernetes_version = var.v\n oidc_provider_enabled = true\n context = module.this.context",
        'name = "a"\n vpc_id = "vpc-1"\n workers_security_group_ids = []',
        "kubernetes_version = var.v\n cluster_log_retention_period = 7\n addons = []",
    ],
)
@pytest.mark.parametrize("source", ["../..", "../../"])
def test_the_examples_of_cloudposse_are_public_by_default(source: str, arguments: str) -> None:
    """Their names are those of terraform-aws-modules/eks v21, whose defaults are the opposite ones."""
    found = call(source, f"subnet_ids = []\n {arguments}")

    assert effective(found) == access(True, False, ALL)
    assert any("cloudposse/eks-cluster" in one.because for one in found.origins)


@pytest.mark.parametrize(
    "arguments",
    [
        'create_eks = true\n kubernetes_version = "1.21"\n tenant = "a"\n managed_node_groups = {}',
        'cluster_name = "a"\n cluster_version = "1.23"',
    ],
)
def test_the_examples_of_eks_blueprints_v4_are_public_by_default(arguments: str) -> None:
    found = call("../..", f'vpc_id = "vpc-1"\n private_subnet_ids = ["subnet-1"]\n {arguments}')

    assert effective(found) == access(True, False, ALL)
    assert found.cluster["cluster_subnets"] == ["subnet-1"]


@pytest.mark.parametrize(
    "arguments",
    [
        'cluster_name = "a"\n cluster_endpoint_public_access = true\n env = "test"\n node_groups = {}',
        'name = "a"\n kubernetes_version = "1.33"\n vpc_id = "vpc-1"\n endpoint_public_access = true',
    ],
)
def test_of_a_module_that_could_be_anybodys_only_what_is_stated_is_known(arguments: str) -> None:
    """An argument that terraform-aws-modules/eks never had (`env`) tells that it is another module."""
    found = call("../..", arguments)

    assert effective(found) == access(True, None, None)
    assert "/endpoint_access/public_access_cidrs" in unknown_fields(found)


@pytest.mark.parametrize(
    "source",
    ["./modules/eks", "git::ssh://git@example.org/acme/eks.git?ref=v1.2.0", "app.terraform.io/acme/eks/aws"],
)
def test_a_wrapper_anywhere_keeps_what_its_call_states_whatever_the_names(source: str) -> None:
    found = call(source, 'endpoint_public_access = true\n public_access_cidrs = ["198.51.100.0/24"]')
    other = call(source, "cluster_endpoint_public_access_cidrs = var.ranges")
    listed = call(source, 'cluster_name = "a"\n public_access_cidrs = ["198.51.100.0/24"]')

    assert effective(found) == access(True, None, ["198.51.100.0/24"])
    assert effective(listed) == access(None, None, ["198.51.100.0/24"])
    assert effective(other) == access(None, None, None)
    assert unknown_fields(other)["/endpoint_access/public_access_cidrs"] == "var.ranges"


@pytest.mark.parametrize(
    "arguments",
    [
        "private_subnet_ids = []\n vpc_id = var.vpc_id",
        "cluster_name = module.eks.cluster_name\n vpc_id = var.vpc_id",
        "name = var.name\n vpc_id = var.vpc_id\n namespace = var.namespace",
    ],
)
def test_a_module_that_may_stand_beside_a_cluster_is_no_cluster(arguments: str) -> None:
    with pytest.raises(NotUnderstoodError, match=r"the module `\.\./\.\.` is not known here"):
        call("../..", arguments)
