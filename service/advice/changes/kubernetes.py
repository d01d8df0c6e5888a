"""Tools that keep a cluster as a Kubernetes object: Cluster API, ACK, Crossplane and Rancher.

Each has the EKS API's three fields under names of its own. Only these fields are written, so that the text can be
merged into the object that is there, for instance with `kubectl patch --type merge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from service.advice.changes.aws_cli import api_access
from service.advice.changes.quoting import yaml_text
from service.advice.changes.steps import target
from service.advice.changes.wanted import Access, Wanted
from service.domain.written import Form, WrittenChange

_NO_NAME = "add `spec.name`, which the object must have: the cluster's name is not known, or none that EKS takes"
_REST = "these fields alone change: merge them into the object that you have"
Spec = Callable[[Wanted], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object, and how its spec says the setting."""

    tool: str
    title: str
    api_version: str
    kind: str
    spec: Spec
    notes: tuple[str, ...] = ()
    needs_name: bool = False


def _spelt(public: str, private: str, ranges: str) -> Callable[[Access], dict[str, Any]]:
    def fields(access: Access) -> dict[str, Any]:
        switches = {public: access.public, private: access.private}
        return switches | ({ranges: list(access.cidrs)} if access.public else {})

    return fields


_cluster_api = _spelt("public", "private", "publicCIDRs")
_ack = _spelt("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCIDRs")
_rancher = _spelt("publicAccess", "privateAccess", "publicAccessSources")


def _named(wanted: Wanted, member: str) -> dict[str, Any]:
    return {member: wanted.name} if wanted.name else {}


KINDS = (
    Kind(
        tool="cluster_api",
        title="Cluster API, AWSManagedControlPlane",
        api_version="controlplane.cluster.x-k8s.io/v1beta2",
        kind="AWSManagedControlPlane",
        spec=lambda wanted: _named(wanted, "eksClusterName") | {"endpointAccess": _cluster_api(wanted.target)},
    ),
    Kind(
        tool="ack",
        title="ACK, Cluster of eks.services.k8s.aws",
        api_version="eks.services.k8s.aws/v1alpha1",
        kind="Cluster",
        spec=lambda wanted: _named(wanted, "name") | {"resourcesVPCConfig": _ack(wanted.target)},
        notes=("one kind of update at a time: change nothing else of the object in the same step",),
        needs_name=True,
    ),
    Kind(
        tool="crossplane",
        title="Crossplane, Cluster of eks.aws.upbound.io/v1beta2",
        api_version="eks.aws.upbound.io/v1beta2",
        kind="Cluster",
        spec=lambda wanted: {"forProvider": {"vpcConfig": api_access(wanted.target)}},
    ),
    Kind(
        tool="crossplane",
        title="Crossplane, Cluster of eks.aws.upbound.io/v1beta1",
        api_version="eks.aws.upbound.io/v1beta1",
        kind="Cluster",
        spec=lambda wanted: {"forProvider": {"vpcConfig": [api_access(wanted.target)]}},
        notes=("`vpcConfig` is a list of one here, which a merge patch replaces: keep its other members",),
    ),
    Kind(
        tool="rancher",
        title="Rancher, EKSClusterConfig",
        api_version="eks.cattle.io/v1",
        kind="EKSClusterConfig",
        spec=lambda wanted: _named(wanted, "displayName") | _rancher(wanted.target),
        notes=("in Rancher's own cluster object the same fields stand under `spec.eksConfig`",),
    ),
)


def write(wanted: Wanted) -> Iterator[WrittenChange]:
    """The target in each kind of object."""
    for kind in KINDS:
        yield target(
            wanted,
            tool=kind.tool,
            title=kind.title,
            form=Form.YAML,
            text=yaml_text(
                {
                    "apiVersion": kind.api_version,
                    "kind": kind.kind,
                    "metadata": {"name": wanted.object_name},
                    "spec": kind.spec(wanted),
                }
            ),
            notes=(_REST, *kind.notes, *((_NO_NAME,) if kind.needs_name and not wanted.name else ())),
        )
