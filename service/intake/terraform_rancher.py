"""Rancher's clusters in Terraform: `rancher2_cluster` with `eks_config_v2`, read as the cluster that Rancher makes.

Rancher has no default for the switches, and an imported cluster keeps what it has in EKS (see `rancher`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from service.intake.readings import Open
from service.intake.terraform_resources import MadeBy, Resource
from service.intake.terraform_values import Value, block, boolean, is_open

TYPE = "rancher2_cluster"
_CONFIG = "eks_config_v2"
_PLACES = {
    "name": "name",
    "kubernetes_version": "version",
    "public_access": "vpc_config/endpoint_public_access",
    "private_access": "vpc_config/endpoint_private_access",
    "public_access_sources": "vpc_config/public_access_cidrs",
    "subnets": "vpc_config/subnet_ids",
    "security_groups": "vpc_config/security_group_ids",
    "tags": "tags",
}
_NO_DEFAULT = "Rancher has no default: without it the operator refuses to create the cluster"
_IMPORTED = "the cluster is imported, and keeps the setting that it has in EKS"
_Said = TypeVar("_Said")


def made_in_eks(cluster: Resource) -> Resource | None:
    """The cluster under the provider's names for one of EKS; None if Rancher makes it elsewhere."""
    config = block(cluster.get(_CONFIG))
    if isinstance(config, Open):
        return replace(cluster, values={**cluster.values, "vpc_config": config})
    if not config:
        return None
    imported = config.get("imported")
    is_imported = boolean(imported) is True or is_open(imported)
    values: dict[str, Value] = {"name": cluster.get("name"), "vpc_config": {}}
    for name, path in _PLACES.items():
        if config.get(name) is not None:
            inner, _, last = path.rpartition("/")
            (values[inner] if inner else values)[last] = config[name]
    return replace(
        cluster,
        values=values,
        region=config.get("region"),
        names={path: f"{cluster.address}.{_CONFIG}.{name}" for name, path in _PLACES.items()},
        texts=_renamed(cluster.texts),
        assumed={**_renamed(cluster.assumed), "": cluster.assumed.get("", ())},
        made_by=MadeBy(
            title="Rancher",
            public=None,
            private=None,
            note=_IMPORTED if is_imported else _NO_DEFAULT,
            has_list=not is_imported,
        ),
    )


def _renamed(said: Mapping[str, _Said]) -> dict[str, _Said]:
    return {path: said[key] for name, path in _PLACES.items() if (key := f"{_CONFIG}/{name}") in said}
