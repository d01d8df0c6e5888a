"""eksctl: its ClusterConfig, and the command that applies the same to a cluster that exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.advice.changes.aws_cli import NO_NAME, UNPLANNED, cluster_name
from service.advice.changes.quoting import yaml_text
from service.advice.changes.steps import target
from service.advice.changes.wanted import Access, Wanted
from service.domain.written import Form, WrittenChange

_TOOL = "eksctl"
_APPLY = "`eksctl utils update-cluster-vpc-config --config-file=FILE --approve` applies it"
_PRIVATE = "from then on eksctl's own calls to Kubernetes work inside the VPC only"
_NO_REGION = "add `metadata.region`, which eksctl asks for: the Region is not known, or none that AWS knows"
_NAMELESS = "put the cluster's name in place of `cluster`: it is not known, or none that EKS takes"
_CREATED = "eksctl cannot create a private-only cluster this way: create it with both on, or with `privateCluster`"


def config_access(access: Access) -> dict[str, Any]:
    """The members of `vpc`."""
    switches = {"publicAccess": access.public, "privateAccess": access.private}
    return {"clusterEndpoints": switches} | ({"publicAccessCIDRs": list(access.cidrs)} if access.public else {})


def write(wanted: Wanted) -> Iterator[WrittenChange]:
    """The config with the target, and a command for each step."""
    metadata = {"name": wanted.name or "cluster"} | ({"region": wanted.region} if wanted.region else {})
    private = () if wanted.target.public else (_CREATED if wanted.is_new else _PRIVATE,)
    yield target(
        wanted,
        tool=_TOOL,
        title="eksctl ClusterConfig",
        form=Form.YAML,
        text=yaml_text(
            {
                "apiVersion": "eksctl.io/v1alpha5",
                "kind": "ClusterConfig",
                "metadata": metadata,
                "vpc": config_access(wanted.target),
            }
        ),
        notes=(
            *(() if wanted.is_new else (_APPLY,)),
            *private,
            *(() if wanted.region else (_NO_REGION,)),
            *(() if wanted.name else (_NAMELESS,)),
        ),
    )
    if wanted.is_new:
        return
    for number, access in zip(wanted.numbers, wanted.steps, strict=True):
        yield WrittenChange(
            tool=_TOOL,
            title="eksctl command",
            what="target" if wanted.is_unplanned else f"step {number}",
            form=Form.SHELL,
            text=_command(wanted, access),
            notes=(*wanted.basis, *((UNPLANNED,) if wanted.is_unplanned else ()), *(() if wanted.name else (NO_NAME,))),
            facts=("F-9.7",),
        )


def _command(wanted: Wanted, access: Access) -> str:
    words = [f"eksctl utils update-cluster-vpc-config --cluster {cluster_name(wanted)}"]
    words += [f"--region {wanted.region}"] if wanted.region else []
    words += [f"--public-access={_flag(access.public)}", f"--private-access={_flag(access.private)}"]
    words += [f"--public-access-cidrs={','.join(access.cidrs)}"] if access.public else []
    return " ".join([*words, "--approve"])


def _flag(is_on: bool) -> str:
    return "true" if is_on else "false"
