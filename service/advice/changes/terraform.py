"""Terraform: `aws_eks_cluster`, `rancher2_cluster`, terraform-aws-modules/eks in both spellings, and cloudposse.

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
class Spelling:
    """What a resource or a module calls the setting."""

    tool: str
    title: str
    public: str
    private: str
    ranges: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceSpelling(Spelling):
    """The setting in the block ``block`` of resources of a type."""

    type: str
    block: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleSpelling(Spelling):
    """The setting among the arguments of a module, and how a call of it begins."""

    source: str
    version: str


RESOURCE = ResourceSpelling(
    tool="terraform",
    title="Terraform, `aws_eks_cluster`",
    type="aws_eks_cluster",
    block="vpc_config",
    public="endpoint_public_access",
    private="endpoint_private_access",
    ranges="public_access_cidrs",
)
RESOURCES = (
    RESOURCE,
    ResourceSpelling(
        tool="terraform_rancher",
        title="Terraform, `rancher2_cluster`",
        type="rancher2_cluster",
        block="eks_config_v2",
        public="public_access",
        private="private_access",
        ranges="public_access_sources",
    ),
)
MODULES = (
    ModuleSpelling(
        tool="terraform_module",
        title="terraform-aws-modules/eks since v21",
        source="terraform-aws-modules/eks/aws",
        version="~> 21.0",
        public="endpoint_public_access",
        private="endpoint_private_access",
        ranges="endpoint_public_access_cidrs",
    ),
    ModuleSpelling(
        tool="terraform_module",
        title="terraform-aws-modules/eks until v20",
        source="terraform-aws-modules/eks/aws",
        version="~> 20.0",
        public="cluster_endpoint_public_access",
        private="cluster_endpoint_private_access",
        ranges="cluster_endpoint_public_access_cidrs",
    ),
    ModuleSpelling(
        tool="terraform_cloudposse",
        title="cloudposse/eks-cluster",
        source="cloudposse/eks-cluster/aws",
        version="",
        public="endpoint_public_access",
        private="endpoint_private_access",
        ranges="public_access_cidrs",
    ),
)


def values_of(spelling: Spelling, access: Access) -> dict[str, object]:
    """The setting under the names of a resource or module; a list that does nothing is left as it is (F-1.21)."""
    switches: dict[str, object] = {spelling.public: access.public, spelling.private: access.private}
    return switches | ({spelling.ranges: access.cidrs} if access.public else {})


def write(wanted: Wanted) -> Iterator[WrittenChange]:
    """A resource of each type, and a call of each module."""
    label = label_of(wanted.name, "this")
    for resource in RESOURCES:
        yield target(
            wanted,
            tool=resource.tool,
            title=resource.title,
            form=Form.HCL,
            text="\n".join(
                (
                    f'resource "{resource.type}" "{label}" {{',
                    f"  {resource.block} {{",
                    *hcl_attributes(values_of(resource, wanted.target), 4),
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
