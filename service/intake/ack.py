"""AWS Controllers for Kubernetes: `Cluster` of ``eks.services.k8s.aws``, its node groups and its network.

1. The fields are the EKS API's, with more capitals (`resourcesVPCConfig`, `publicAccessCIDRs`); what is absent
   is handed on to the EKS API, so its defaults hold.
   An object that adopts a cluster, or only reads it, hands nothing on: what is absent is what the cluster has.
2. Subnets are named by id or by reference to `Subnet` objects; what of the network stands in the same documents is
   read with it (`object_network`).
3. Templates of a kro ResourceGraphDefinition are read as the objects that they become; their expressions stay open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.intake.coherence import make_coherent
from service.intake.drafting import Draft
from service.intake.eks_settings import Dialect, describe
from service.intake.formats import Documents, Format
from service.intake.kubernetes_objects import (
    Manifest,
    ignore_others,
    manifests,
    objects_in,
    pairs_of,
    with_value,
)
from service.intake.object_groups import describe_groups
from service.intake.object_links import Inventory
from service.intake.object_network import describe_objects, refer
from service.intake.object_security import describe_security
from service.intake.readings import Open, Section
from service.intake.understanding import NotUnderstoodError, Understanding

NAME = "ack-eks-cluster"
_GROUP = "eks.services.k8s.aws"
_NETWORK = "ec2.services.k8s.aws"
_REGION = "services.k8s.aws/region"
_ADOPTION = "services.k8s.aws/adoption-policy"
_READ_ONLY = "services.k8s.aws/read-only"
DIALECT = Dialect(
    format="ACK",
    own={
        "resourcesVpcConfig": "resourcesVPCConfig",
        "publicAccessCidrs": "publicAccessCIDRs",
        "subnetIds": "subnetIDs",
        "securityGroupIds": "securityGroupIDs",
        "serviceIpv4Cidr": "serviceIPv4CIDR",
    },
)


def _unwrapped(found: list[Manifest]) -> Iterator[Manifest]:
    """The objects, and those that a ResourceGraphDefinition (kro) makes."""
    for one in found:
        yield one
        if one.group == "kro.run":
            for resource in one.section("spec").sections("resources"):
                yield from objects_in(resource.get("template").value, f"{resource.place}/template")


def _recognises(document: Any, name: str) -> bool:
    return any(one.group in (_GROUP, _NETWORK) for one in _unwrapped(list(objects_in(document))))


def read(documents: Documents) -> tuple[Understanding, ...]:
    """Each cluster with its network; the network alone where no cluster stands."""
    found = list(_unwrapped(manifests(documents)))
    clusters = [one for one in found if (one.group, one.kind) == (_GROUP, "Cluster")]
    if not clusters and not any(one.group == _NETWORK for one in found):
        raise NotUnderstoodError(f"no Cluster of {_GROUP} is in the document")
    return tuple(_read_one(one, found, clusters) for one in clusters) or (_network_alone(found),)


def _read_one(cluster: Manifest, found: list[Manifest], clusters: list[Manifest]) -> Understanding:
    draft = Draft(format=f"{NAME} {cluster.version}"[:80], place=cluster.place)
    inventory = Inventory(tuple(found))
    tags = pairs_of(cluster.section("spec").get("tags"))
    value: Any = cluster.value
    if isinstance(tags.value, Mapping):
        value = with_value(value, ("spec", "tags"), tags.value)
    config = Section(value, cluster.place, name=DIALECT.name).section("spec")
    describe(draft, config, replace(DIALECT, absent=_taken_over(cluster)))
    draft.take("/region", cluster.annotation(_REGION))
    refer(draft, inventory, config.section("resourcesVpcConfig"))
    used = describe_objects(draft, inventory)
    used += describe_security(draft, inventory)
    used += describe_groups(draft, cluster, inventory, (_GROUP,), len(clusters) == 1)
    ignore_others(draft, found, [*clusters, *used])
    make_coherent(draft)
    return draft.understanding()


def _taken_over(cluster: Manifest) -> str:
    """Why an absent field is unknown, if the object takes over or only watches a cluster that exists."""
    adopts, watches = cluster.annotation(_ADOPTION), cluster.annotation(_READ_ONLY)
    is_watched = isinstance(watches.value, Open) or str(watches.value).lower() == "true"
    if not adopts.is_missing or (is_watched and not watches.is_missing):
        return "the object takes over a cluster that exists, or only watches it: the cluster keeps what it has"
    return ""


def _network_alone(found: list[Manifest]) -> Understanding:
    draft = Draft(format=NAME, place="")
    used = describe_objects(draft, Inventory(tuple(found)))
    ignore_others(draft, found, used)
    make_coherent(draft)
    return replace(draft.understanding(), has_cluster=False)


FORMATS = (
    Format(
        name=NAME,
        title="ACK Cluster (eks.services.k8s.aws) and its network",
        recognises=_recognises,
        read=read,
    ),
)
