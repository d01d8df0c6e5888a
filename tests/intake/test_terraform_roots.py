"""Several roots in one request: `dev/` and `prod/` have the same addresses and are different clusters."""

from __future__ import annotations

from service.intake import terraform
from service.intake.understanding import Understanding
from tests.intake.definitions import assert_decidable, effective

CONFIGURATION = terraform.FORMATS[0]
PUBLIC = "endpoint_public_access"
CHILD = """
variable "name" {}
variable "public" { default = true }
resource "aws_eks_cluster" "this" {
  name = var.name
  vpc_config {
    subnet_ids              = []
    endpoint_private_access = true
    endpoint_public_access  = var.public
  }
}
"""


def root(name: str, public: str, cidr: str = "10.0.0.0/16") -> str:
    """A root with a cluster in a VPC of its own."""
    return f"""
resource "aws_vpc" "main" {{ cidr_block = "{cidr}" }}
resource "aws_subnet" "a" {{
  vpc_id     = aws_vpc.main.id
  cidr_block = "{cidr.replace("/16", "/24")}"
}}
module "eks" {{
  source                         = "terraform-aws-modules/eks/aws"
  version                        = "20.8.4"
  cluster_name                   = "{name}"
  cluster_endpoint_public_access = {public}
  vpc_id                         = aws_vpc.main.id
  subnet_ids                     = [aws_subnet.a.id]
}}
"""


def read(files: dict[str, str]) -> tuple[Understanding, ...]:
    """The clusters of files, of each of which a decision can be made."""
    found = CONFIGURATION.read(files)
    for one in found:
        assert_decidable(one)
    return found


def test_each_root_has_its_clusters_and_its_network() -> None:
    dev, prod = read({"dev/main.tf": root("d", "true"), "prod/main.tf": root("p", "false", "10.9.0.0/16")})

    assert (dev.cluster["name"], effective(dev)[PUBLIC]) == ("d", True)
    assert (prod.cluster["name"], effective(prod)[PUBLIC]) == ("p", False)
    assert [subnet["cidr"] for subnet in prod.cluster["subnets"]] == ["10.9.0.0/24"]
    assert dev.place == "dev/module.eks.aws_eks_cluster.this[0]"
    assert prod.place == "prod/module.eks.aws_eks_cluster.this[0]"


def test_a_module_that_two_roots_call_is_made_for_both() -> None:
    calls = {
        f"envs/{name}/main.tf": f'module "eks" {{\n source = "../../modules/eks"\n name = "{name}"\n public = {on}\n}}'
        for name, on in (("a", "true"), ("b", "false"))
    }

    found = read({"modules/eks/main.tf": CHILD, **calls})

    assert {one.cluster["name"]: effective(one)[PUBLIC] for one in found} == {"a": True, "b": False}


def test_a_place_that_only_one_root_has_stays_as_terraform_writes_it() -> None:
    other = 'resource "aws_vpc" "other" { cidr_block = "10.8.0.0/16" }'

    cluster, network = read({"dev/main.tf": root("d", "true"), "net/main.tf": other})

    assert cluster.place == "module.eks.aws_eks_cluster.this[0]"
    assert (network.place, network.has_cluster) == ("aws_vpc.other", False)


def test_a_root_that_rancher_makes_elsewhere_takes_nothing_from_the_others() -> None:
    elsewhere = 'resource "rancher2_cluster" "g" {\n name = "g"\n gke_config_v2 { region = "r" }\n}'

    (found,) = read({"a/main.tf": elsewhere, "b/main.tf": root("d", "true")})

    assert found.cluster["name"] == "d"
