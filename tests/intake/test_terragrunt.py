"""Units of Terragrunt: the module that they name with what they give it; what included files may give is not known."""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import terraform
from service.intake.understanding import Kind, NotUnderstoodError, Understanding
from tests.intake.definitions import assert_decidable, effective, unknown_fields

CONFIGURATION = terraform.FORMATS[0]
ALL = ["0.0.0.0/0"]
SOURCE = 'terraform {\n source = "tfr:///terraform-aws-modules/eks/aws?version=21.4.0"\n}'
INCLUDE = 'include "root" {\n path = find_in_parent_folders("root.hcl")\n}'
PRIVATE = "/endpoint_access/private"


def access(public: bool | None, private: bool | None, ranges: list[str] | None) -> dict[str, Any]:
    """A setting under the manifest's names."""
    return {"endpoint_public_access": public, "endpoint_private_access": private, "public_access_cidrs": ranges}


def unit(text: str, **files: str) -> Understanding:
    """The cluster of a unit; further files by name, with `__` for a slash."""
    more = {f"{name.replace('__', '/')}.tf": one for name, one in files.items()}
    (one,) = CONFIGURATION.read({"live/eks/terragrunt.hcl": text, **more})
    assert_decidable(one)
    return one


def test_a_unit_is_the_call_of_the_module_that_it_names() -> None:
    found = unit(
        f"""{SOURCE}
        locals {{
          environment = "prod"
          account     = read_terragrunt_config(find_in_parent_folders("account.hcl"))
        }}
        dependency "vpc" {{
          config_path  = "../vpc"
          mock_outputs = {{ private_subnets = ["subnet-1"] }}
        }}
        inputs = {{
          name                         = "${{local.environment}}-a"
          subnet_ids                   = dependency.vpc.outputs.private_subnets
          endpoint_public_access       = true
          endpoint_public_access_cidrs = [local.account.locals.office]
          eks_managed_node_groups      = {{ one = {{}} }}
        }}"""
    )

    assert found.cluster["name"] == "prod-a"
    assert effective(found) == access(True, True, None)
    assert "cluster_subnets" not in found.cluster
    assert unknown_fields(found)["/cluster_subnets"] == "dependency.vpc.outputs.private_subnets"
    assert unknown_fields(found)["/endpoint_access/public_access_cidrs"] == "local.account.locals.office"
    (public,) = [one for one in found.origins if one.field == "/endpoint_access/public"]
    assert (public.kind, public.place) == (Kind.STATED, "inputs.endpoint_public_access")
    assert [one["name"] for one in found.consumers] == ["one"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("tfr:///terraform-aws-modules/eks/aws?version=18.31.2", access(True, False, ALL)),
        ("tfr://registry.example.org/terraform-aws-modules/eks/aws?version=20.1.0", access(False, True, [])),
        ("git::https://github.com/terraform-aws-modules/terraform-aws-eks.git?ref=v17.1.0", access(True, False, ALL)),
    ],
)
def test_the_version_in_the_source_decides_the_defaults(source: str, expected: dict[str, Any]) -> None:
    found = unit(f'terraform {{\n source = "{source}"\n}}\ninputs = {{ cluster_name = "a" }}')

    assert effective(found) == expected


def test_what_an_included_file_may_give_has_no_default() -> None:
    found = unit(f"{INCLUDE}\n{SOURCE}\ninputs = {{ endpoint_public_access = true }}")

    assert effective(found) == access(True, None, None)
    assert unknown_fields(found)[PRIVATE] == "endpoint_private_access"


def test_a_file_that_is_included_for_its_names_only_gives_nothing() -> None:
    include = INCLUDE.replace("}", ' merge_strategy = "no_merge"\n expose = true\n}')

    found = unit(f"{include}\n{SOURCE}\ninputs = {{ endpoint_public_access = true }}")

    assert effective(found) == access(True, True, ALL)


def test_a_deep_merge_may_add_to_a_list_that_is_stated() -> None:
    include = INCLUDE.replace("}", ' merge_strategy = "deep"\n}')
    switches = "endpoint_public_access = true\n endpoint_private_access = true"
    ranges = 'endpoint_public_access_cidrs = ["198.51.100.0/24"]'

    found = unit(f"{include}\n{SOURCE}\ninputs = {{\n {switches}\n {ranges}\n}}")

    assert effective(found) == access(True, True, None)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("merge(local.common, { endpoint_public_access = true })", access(True, True, ALL)),
        ("merge({ endpoint_public_access = true }, local.common)", access(False, True, [])),
        ("merge(include.root.inputs, { endpoint_public_access = true })", access(True, None, None)),
        ("merge({ endpoint_public_access = true }, include.root.inputs)", access(None, None, None)),
        ("include.root.inputs", access(None, None, None)),
        ("merge()", access(False, True, [])),
        ("merge(local.all...)", access(None, None, None)),
        ("{ endpoint_public_access = true, (local.name) = false }", access(True, None, None)),
    ],
)
def test_of_parts_that_are_put_together_the_later_one_counts(inputs: str, expected: dict[str, Any]) -> None:
    common = "locals {\n common = { endpoint_public_access = false, endpoint_private_access = local.on }\n on = true\n}"

    found = unit(f"{SOURCE}\n{common}\ninputs = {inputs}")

    assert effective(found) == expected


MODULE = """
variable "public" { default = true }
variable "private" { default = true }
resource "aws_eks_cluster" "this" {
  name = "a"
  vpc_config {
    subnet_ids              = []
    endpoint_public_access  = var.public
    endpoint_private_access = var.private
  }
}
"""


@pytest.mark.parametrize(
    "source",
    ["../../modules/eks", "../..//modules/eks", "${get_repo_root()}/modules/eks", "${get_repo_root()}//modules/eks"],
)
def test_a_module_that_is_in_the_document_is_given_the_inputs(source: str) -> None:
    inputs = "inputs = { private = true, public = local.on }\nlocals { on = true }"
    text = f'terraform {{\n source = "{source}"\n}}\n{inputs}'

    found = unit(text, modules__eks__main=MODULE)
    included = unit(f"{INCLUDE}\n{text.replace('private = true,', '')}", modules__eks__main=MODULE)

    assert effective(found) == access(True, True, ALL)
    assert effective(included) == access(True, None, ALL)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("inputs = { tags = {} }", r"a plan \(`terragrunt show -json`\)"),
        (INCLUDE, r"a plan \(`terragrunt show -json`\)"),
        (
            f"{SOURCE.replace('/eks/', '/rds/')}\ninputs = {{}}",
            "the module `terraform-aws-modules/rds/aws` is not known",
        ),
        ('terraform {\n source = "."\n}', r"the module `\.` is not known here"),
    ],
)
def test_a_file_that_names_no_module_of_a_cluster_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(NotUnderstoodError, match=why):
        CONFIGURATION.read({"terragrunt.hcl": text})


def test_each_unit_is_a_cluster_of_its_own() -> None:
    files = {
        f"{name}/terragrunt.hcl": f'{SOURCE}\ninputs = {{ name = "{name}", endpoint_public_access = {on} }}'
        for name, on in (("dev", "true"), ("prod", "false"))
    }

    found = CONFIGURATION.read(files)

    assert {one.place: effective(one)["endpoint_public_access"] for one in found} == {
        "dev/inputs.aws_eks_cluster.this[0]": True,
        "prod/inputs.aws_eks_cluster.this[0]": False,
    }
