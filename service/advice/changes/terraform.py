"""Terraform: `aws_eks_cluster`, terraform-aws-modules/eks in both spellings, and cloudposse/eks-cluster.

Both switches are always written, whatever the default: those of terraform-aws-modules/eks turned round at v19, and
its arguments were renamed at v21 to the names that cloudposse has with the first defaults (PEERS.md, section C).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.advice.changes.quoting import hcl_attributes, label_of
from service.advice.changes.steps import target
from service.advice.changes.wanted import Access, Wanted
from service.domain.written import Form, WrittenChange

REST = "the rest of the block stays as it is: add or change these lines in it"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleNames:
    """How a module calls the setting, and how a call of it begins."""

    tool: str
    title: str
    source: str
    version: str
    public: str
    private: str
    ranges: str


MODULES = (
    ModuleNames(
        tool="terraform_module",
        title="terraform-aws-modules/eks since v21",
        source="terraform-aws-modules/eks/aws",
        version="~> 21.0",
        public="endpoint_public_access",
        private="endpoint_private_access",
        ranges="endpoint_public_access_cidrs",
    ),
    ModuleNames(
        tool="terraform_module",
        title="terraform-aws-modules/eks until v20",
        source="terraform-aws-modules/eks/aws",
        version="~> 20.0",
        public="cluster_endpoint_public_access",
        private="cluster_endpoint_private_access",
        ranges="cluster_endpoint_public_access_cidrs",
    ),
    ModuleNames(
        tool="terraform_cloudposse",
        title="cloudposse/eks-cluster",
        source="cloudposse/eks-cluster/aws",
        version="",
        public="endpoint_public_access",
        private="endpoint_private_access",
        ranges="public_access_cidrs",
    ),
)
RESOURCE = ModuleNames(
    tool="terraform",
    title="Terraform, `aws_eks_cluster`",
    source="",
    version="",
    public="endpoint_public_access",
    private="endpoint_private_access",
    ranges="public_access_cidrs",
)


def values_of(names: ModuleNames, access: Access) -> dict[str, object]:
    """The setting under a module's names; the list is left as it is where it does nothing (F-1.21)."""
    switches: dict[str, object] = {names.public: access.public, names.private: access.private}
    return switches | ({names.ranges: access.cidrs} if access.public else {})


def write(wanted: Wanted) -> Iterator[WrittenChange]:
    """The resource, and a call of each module."""
    label = label_of(wanted.name, "this")
    yield target(
        wanted,
        tool=RESOURCE.tool,
        title=RESOURCE.title,
        form=Form.HCL,
        text="\n".join(
            (
                f'resource "aws_eks_cluster" "{label}" {{',
                "  vpc_config {",
                *hcl_attributes(values_of(RESOURCE, wanted.target), 4),
                "  }",
                "}",
            )
        ),
        notes=(REST,),
    )
    for module in MODULES:
        head: dict[str, object] = {"source": module.source}
        head |= {"version": module.version} if module.version else {}
        yield target(
            wanted,
            tool=module.tool,
            title=module.title,
            form=Form.HCL,
            text="\n".join(
                (
                    'module "eks" {',
                    *hcl_attributes(head, 2),
                    "",
                    *hcl_attributes(values_of(module, wanted.target), 2),
                    "}",
                )
            ),
            notes=(REST, "keep the source and the version that you have: names and defaults differ between versions"),
        )
