"""What is doubtful in a configuration is said, and never taken for a default.

The documents are reduced from public repositories that were read for this: module calls pinned to a commit, calls
with the argument names of another version, and clusters behind a count.
"""

from __future__ import annotations

import pytest

from service.intake import terraform
from service.intake.understanding import NotUnderstoodError, Understanding
from tests.intake.definitions import assert_decidable, effective

CONFIGURATION = terraform.FORMATS[0]
PUBLIC, LIST = "endpoint_public_access", "public_access_cidrs"


def clusters(text: str, **files: str) -> tuple[Understanding, ...]:
    """The clusters of a configuration; further files by name, with `__` for a slash."""
    found = CONFIGURATION.read(
        {"main.tf": text, **{f"{name.replace('__', '/')}.tf": one for name, one in files.items()}}
    )
    for one in found:
        assert_decidable(one)
    return found


def call(version: str, arguments: str, source: str = "terraform-aws-modules/eks/aws") -> Understanding:
    """The cluster of one call of a module."""
    (one,) = clusters(f'module "eks" {{\n source = "{source}"\n version = "{version}"\n {arguments}\n}}')
    return one


@pytest.mark.parametrize(
    ("version", "source", "arguments"),
    [
        ("~> 21.0", "terraform-aws-modules/eks/aws", 'name = "a"\n cluster_{} = {}'),
        ("20.8.4", "terraform-aws-modules/eks/aws", 'cluster_name = "a"\n {} = {}'),
        ("4.2.0", "cloudposse/eks-cluster/aws", "cluster_{} = {}"),
    ],
)
@pytest.mark.parametrize(("name", "value"), [(PUBLIC, "true"), ("endpoint_public_access_cidrs", '["198.51.100.0/24"]')])
def test_an_argument_that_the_module_does_not_have_in_its_version_leaves_the_setting_open(
    version: str, source: str, arguments: str, name: str, value: str
) -> None:
    """Terraform refuses such a call; the author meant something, and the module's default is not it."""
    found = call(version, arguments.format(name, value), source)

    field = LIST if name.endswith("cidrs") else name
    assert effective(found)[field] is None
    (why,) = [one.why for one in found.unknown if one.text.endswith(name)]
    assert "has no argument of that name, and Terraform refuses the call" in why


def assumed(found: Understanding) -> set[tuple[str, str]]:
    """What was taken for granted, by field."""
    return {(one.field, one.sentence) for one in found.assumed}


DEFAULT = "`var.enabled` has the default that the document gives it"
NONE_MADE = f"none is made: `var.enabled ? 0 : 1` gives none ({DEFAULT})"
COUNTED = """
variable "enabled" {{
  type    = bool
  default = {enabled}
}}
resource "aws_eks_cluster" "plain" {{
  count = var.enabled ? 0 : 1
  name  = "plain"
  vpc_config {{ subnet_ids = [] }}
}}
resource "aws_eks_cluster" "encrypted" {{
  count = var.enabled ? 1 : 0
  name  = "encrypted"
  vpc_config {{ subnet_ids = [] }}
}}
"""


def test_a_cluster_whose_count_rests_on_a_default_says_so_and_so_does_one_that_is_not_made() -> None:
    (found,) = clusters(COUNTED.format(enabled="true"))

    assert found.cluster["name"] == "encrypted"
    assert ("/", DEFAULT) in assumed(found)
    (left_out,) = [one for one in found.ignored if one.place == "aws_eks_cluster.plain"]
    assert left_out.why == NONE_MADE


def test_what_a_called_module_makes_rests_on_the_count_of_its_call() -> None:
    child = 'resource "aws_eks_cluster" "this" {\n name = "a"\n vpc_config { subnet_ids = [] }\n}'
    root = 'variable "on" { default = true }\nmodule "a" {\n count = var.on ? 1 : 0\n source = "./child"\n}'

    (found,) = clusters(root, child__main=child)

    assert ("/", "`var.on` has the default that the document gives it") in assumed(found)


@pytest.mark.parametrize("switch", ["create", "count"])
def test_a_module_that_a_default_turns_off_is_named_where_nothing_else_is_described(switch: str) -> None:
    value = "var.create_eks" if switch == "create" else "var.create_eks ? 1 : 0"
    text = f"""
variable "create_eks" {{ default = false }}
module "eks" {{
  source       = "terraform-aws-modules/eks/aws"
  version      = "20.8.4"
  cluster_name = "a"
  {switch}     = {value}
}}
"""
    with pytest.raises(NotUnderstoodError) as refused:
        CONFIGURATION.read({"main.tf": text})

    assert refused.value.detail.startswith("no cluster and no VPC is described: ")
    assert "(`var.create_eks` has the default that the document gives it)" in refused.value.detail
    assert refused.value.place == "module.eks"


def test_a_module_that_is_not_known_is_named_where_nothing_else_is_described() -> None:
    text = 'module "platform" {\n source = "app.terraform.io/acme/eks/aws"\n version = "1.0.0"\n}'

    with pytest.raises(NotUnderstoodError) as refused:
        CONFIGURATION.read({"main.tf": text})

    assert refused.value.place == "module.platform"
    assert "the module `app.terraform.io/acme/eks/aws` is not known here" in refused.value.detail


@pytest.mark.parametrize("name", ["local.settings", "module.settings", "var.settings"])
def test_what_stands_in_another_file_is_nothing_that_try_passes_over(name: str) -> None:
    """One file of several may be sent; Terraform itself refuses a name that is declared nowhere, also within `try`."""
    (found,) = clusters(
        f"""
locals {{ public = try({name}.public, true) }}
resource "aws_eks_cluster" "a" {{
  vpc_config {{
    endpoint_public_access  = local.public
    endpoint_private_access = can({name}.private)
    subnet_ids              = {name}.subnets
  }}
}}
"""
    )

    assert (effective(found)[PUBLIC], effective(found)["endpoint_private_access"]) == (None, None)
    (why,) = [one.why for one in found.unknown if one.field == "/cluster_subnets"]
    assert why.endswith("in the document")


@pytest.mark.parametrize("text", ["all", "[vpc_config]", "[tags, vpc_config[0].public_access_cidrs]"])
def test_access_whose_changes_terraform_ignores_is_assumed_to_be_as_it_was_made(text: str) -> None:
    (found,) = clusters(f'resource "aws_eks_cluster" "a" {{\n lifecycle {{\n ignore_changes = {text}\n }}\n}}')
    (other,) = clusters('resource "aws_eks_cluster" "a" {\n lifecycle {\n ignore_changes = [tags]\n }\n}')

    assert {field for field, sentence in assumed(found) if "though Terraform ignores changes" in sentence} == {"/"}
    assert assumed(other) == set()


def test_values_of_variables_alone_are_refused_with_what_to_do() -> None:
    with pytest.raises(NotUnderstoodError, match=r"prod.tfvars: .*send them with the configuration that uses them"):
        CONFIGURATION.read({"prod.tfvars": "endpoint_public_access = true"})


RANCHER = """
variable "public" {{ default = true }}
resource "rancher2_cluster" "a" {{
  name = "a"
  {config}
}}
"""


def test_a_cluster_that_rancher_makes_in_eks_is_one_and_rancher_has_no_defaults() -> None:
    config = """eks_config_v2 {
    name                  = "in-eks"
    region                = "eu-west-2"
    public_access         = var.public
    public_access_sources = ["198.51.100.0/24"]
    node_groups { name = "nodes" }
  }"""
    (found,) = clusters(RANCHER.format(config=config))

    assert (found.cluster["name"], found.cluster["region"]) == ("in-eks", "eu-west-2")
    access = effective(found)
    assert (access[PUBLIC], access["endpoint_private_access"], access[LIST]) == (True, None, ["198.51.100.0/24"])
    assert ("/endpoint_access/public", "`var.public` has the default that the document gives it") in assumed(found)
    (why,) = [one.why for one in found.unknown if one.field == "/endpoint_access/private"]
    assert why.startswith("Rancher has no default")


def test_an_imported_cluster_of_rancher_leaves_all_open_and_one_elsewhere_is_none() -> None:
    (found,) = clusters(RANCHER.format(config='eks_config_v2 {\n name = "b"\n imported = true\n}'))

    assert set(effective(found).values()) == {None}
    with pytest.raises(NotUnderstoodError, match=r"rancher2_cluster\.a: .*Rancher does not make in EKS"):
        clusters(RANCHER.format(config="rke_config {}"))
    (dynamic,) = clusters(
        RANCHER.format(config='dynamic "eks_config_v2" {\n for_each = var.nope\n content {\n region = "a"\n }\n }')
    )
    assert set(effective(dynamic).values()) == {None}


def test_a_file_of_terragrunt_that_names_no_module_is_refused_with_what_to_do() -> None:
    text = """
include "root" { path = find_in_parent_folders() }
inputs = { cluster_endpoint_public_access = true }
"""
    with pytest.raises(NotUnderstoodError, match=r"terragrunt.hcl: .*a plan \(`terragrunt show -json`\)"):
        CONFIGURATION.read({"terragrunt.hcl": text})


def test_a_constant_count_of_none_says_so() -> None:
    with pytest.raises(NotUnderstoodError, match=r"aws_eks_cluster\.a: .*none is made: `0` gives none"):
        clusters('resource "aws_eks_cluster" "a" {\n count = 0\n name = "a"\n}')


def test_what_each_instance_is_given_rests_on_the_default_of_the_map() -> None:
    text = """
variable "clusters" {
  type    = map(object({ public = optional(bool, false) }))
  default = { a = { public = true }, b = {} }
}
resource "aws_eks_cluster" "each" {
  for_each = var.clusters
  name     = each.key
  dynamic "vpc_config" {
    for_each = [each.value]
    content {
      endpoint_public_access  = vpc_config.value.public
      endpoint_private_access = true
    }
  }
}
"""
    a, b = clusters(text)

    assert (effective(a)[PUBLIC], effective(b)[PUBLIC]) == (True, False)
    sentence = "`var.clusters` has the default that the document gives it"
    assert all(("/", sentence) in assumed(one) for one in (a, b))


def test_a_file_of_values_that_terraform_reads_only_if_it_is_named_is_said_to_be_taken() -> None:
    text = (
        'variable "public" {}\nresource "aws_eks_cluster" "a" {\n vpc_config { endpoint_public_access = var.public }\n}'
    )

    for name, sentences in (
        ("prod.tfvars", {"`var.public` has the value of prod.tfvars, which Terraform reads only if it is named"}),
        ("terraform.tfvars", set()),
    ):
        (found,) = CONFIGURATION.read({"main.tf": text, name: "public = true"})

        assert effective(found)[PUBLIC] is True
        assert {said for field, said in assumed(found) if field == "/endpoint_access/public"} == sentences


BASE = """
resource "aws_eks_cluster" "a" {
  name = "base"
  vpc_config {
    endpoint_public_access  = true
    endpoint_private_access = "true"
    subnet_ids              = ["subnet-1"]
  }
}
"""


def test_an_override_file_replaces_what_it_names_and_keeps_the_rest() -> None:
    off = "endpoint_public_access = false\n endpoint_private_access = true"
    override = f'resource "aws_eks_cluster" "a" {{\n vpc_config {{\n {off}\n }}\n}}'

    for files in ({"a": BASE, "override": override}, {"z": BASE, "a_override": override}):
        (found,) = CONFIGURATION.read({f"{name}.tf": text for name, text in files.items()})

        assert found.cluster["name"] == "base"
        assert effective(found)[PUBLIC] is False
        assert "cluster_subnets" not in found.cluster  # a block replaces all blocks of its type


def test_two_clusters_of_one_address_are_both_described() -> None:
    """Terraform refuses that; the files are examples, of which each stands for itself."""
    second = BASE.replace("access  = true", "access  = false").replace("base", "second")

    found = CONFIGURATION.read({"bad.tf": BASE, "good.tf": second})

    assert [one.cluster["name"] for one in found] == ["base", "second"]
    assert [effective(one)[PUBLIC] for one in found] == [True, False]
    (said,) = [one for one in found[0].ignored if one.place == "aws_eks_cluster.a#2"]
    assert said.why == "a second block of one address, which Terraform refuses; both are described"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("iam_role_additional_policies = { more = var.arn }", True),
        ('iam_role_additional_policies = ["arn:aws:iam::aws:policy/A"]', False),
        ('cluster_encryption_config = { resources = ["secrets"] }', True),
        ('cluster_encryption_config = [{ resources = ["secrets"] }]', False),
        ("cluster_encryption_config = []", None),
        ('node_security_group_ntp_ipv4_cidr_block = ["169.254.169.123/32"]', False),
        ("node_security_group_enable_recommended_rules = true", True),
        ("iam_role_additional_policies = var.policies", None),
    ],
)
def test_an_argument_that_was_a_list_until_v18_tells_the_side_of_the_turn(
    arguments: str, expected: bool | None
) -> None:
    """v19 turned the defaults round and made objects of some lists; Terraform takes only the one or the other."""
    given = f'cluster_name = "a"\n subnet_ids = []\n manage_aws_auth_configmap = true\n {arguments}'

    (found,) = clusters(f'module "eks" {{\n source = "../.."\n {given}\n}}')

    assert effective(found)["endpoint_private_access"] is expected


@pytest.mark.parametrize(
    ("inside", "beside", "shown"),
    [
        ("endpoint_config = { public_access = false }", "", "endpoint_config"),
        ("public_access = false", "", "public_access"),
        ("endpoint_privat_access = true", "", "endpoint_privat_access"),
        ("", "endpoint_public_access = false", "endpoint_public_access"),
    ],
)
@pytest.mark.parametrize(
    ("type_", "sign", "name"),
    [("aws_eks_cluster", "", "vpc_config"), ("awscc_eks_cluster", "=", "resources_vpc_config")],
)
def test_an_argument_that_the_provider_does_not_have_there_leaves_the_setting_open(
    type_: str, sign: str, name: str, inside: str, beside: str, shown: str
) -> None:
    """Terraform refuses it; the author meant something, and the provider's default is not it."""
    block = f'{name} {sign} {{\n subnet_ids = ["subnet-1"]\n {inside}\n}}'

    (found,) = clusters(f'resource "{type_}" "a" {{\n name = "a"\n {block}\n {beside}\n}}')

    assert set(effective(found).values()) == {None}
    assert {one.text for one in found.unknown if one.field.startswith("/endpoint_access")} == {shown}


def test_what_is_stated_beside_a_refused_argument_stays_stated() -> None:
    block = "vpc_config {\n public = false\n endpoint_private_access = true\n}"

    (found,) = clusters(f'resource "aws_eks_cluster" "a" {{\n name = "a"\n {block}\n}}')

    assert effective(found) == {PUBLIC: None, "endpoint_private_access": True, LIST: None}
