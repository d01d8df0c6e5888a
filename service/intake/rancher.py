"""Rancher's EKSClusterConfig (``eks.cattle.io/v1``), and the same settings inside Rancher's own cluster object.

1. `publicAccess` and `privateAccess` have no default: the operator refuses to create a cluster without them, and
   an imported cluster (`imported: true`) keeps whatever EKS has. An absent switch is unknown either way.
2. An empty `publicAccessSources` leaves the list to the EKS API: open to all.
3. Without `subnets` the operator makes a VPC of its own with public subnets; node groups stand in their own
   subnets, else in the cluster's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.intake.coherence import make_coherent
from service.intake.drafting import Draft
from service.intake.eks_settings import Dialect, describe_labels, describe_list
from service.intake.formats import Documents, Format
from service.intake.kubernetes_objects import Manifest, ignore_others, manifests, objects_in, pairs_of
from service.intake.readings import Open, Reading, Section, as_flag, as_text, as_texts
from service.intake.understanding import NotUnderstoodError, Understanding

NAME = "rancher-eksclusterconfig"
_DIALECT = Dialect(format="Rancher", own={"publicAccessCidrs": "publicAccessSources"})
_NO_DEFAULT = "Rancher has no default: without it the operator refuses to create the cluster"
_IMPORTED = "the cluster is imported, and keeps the setting that it has in EKS"
_IMPORTED_SUBNETS = "the cluster is imported, and stands in the subnets that it has in EKS"
_OWN_VPC = "without subnets Rancher creates a VPC with public subnets, whose ranges the config does not say"


def _is_config(one: Manifest) -> bool:
    """An EKSClusterConfig, or a Rancher cluster (``management.cattle.io``) with an `eksConfig`."""
    if one.group == "eks.cattle.io":
        return one.kind == "EKSClusterConfig"
    is_cluster = one.group == "management.cattle.io" and one.kind == "Cluster"
    return is_cluster and one.section("spec", "eksConfig").is_there


def _recognises(document: Any, name: str) -> bool:
    return any(_is_config(one) for one in objects_in(document))


def read(documents: Documents) -> tuple[Understanding, ...]:
    """The cluster of each config."""
    found = manifests(documents)
    configs = [one for one in found if _is_config(one)]
    if not configs:
        raise NotUnderstoodError("no EKSClusterConfig of eks.cattle.io is in the document")
    return tuple(_read_one(one, found, configs) for one in configs)


def _read_one(config: Manifest, found: list[Manifest], configs: list[Manifest]) -> Understanding:
    draft = Draft(format=f"{NAME} {config.version}"[:80], place=config.place)
    path = ("spec",) if config.group == "eks.cattle.io" else ("spec", "eksConfig")
    spec = config.section(*path)
    is_named = draft.take("/name", as_text(spec.get("displayName"))) or draft.take("/name", config.metadata("name"))
    if not is_named:
        draft.leave_open("/name", "not given; it is made up at creation")
    draft.take("/region", as_text(spec.get("region")))
    describe_labels(draft, pairs_of(spec.get("tags")))
    _describe_endpoint(draft, spec)
    _describe_network(draft, spec)
    for group in spec.sections("nodeGroups"):
        _add_nodes(draft, group)
    for place, why in _left_out(spec):
        draft.ignore(place, why)
    ignore_others(draft, found, configs)
    make_coherent(draft)
    return draft.understanding()


def _describe_endpoint(draft: Draft, spec: Section) -> None:
    imported = as_flag(spec.get("imported"))
    is_imported = imported.value is True or isinstance(imported.value, Open)
    absent = _IMPORTED if is_imported else _NO_DEFAULT
    for switch, member in (("public", "publicAccess"), ("private", "privateAccess")):
        if not draft.take(f"/endpoint_access/{switch}", as_flag(spec.get(member))):
            draft.leave_open(f"/endpoint_access/{switch}", absent)
    sources = spec.get("publicAccessSources")
    if is_imported and sources.is_missing:
        draft.leave_open("/endpoint_access/public_access_cidrs", absent)
    else:
        describe_list(draft, sources, _DIALECT, as_text(spec.get("kubernetesVersion")))


def _describe_network(draft: Draft, spec: Section) -> None:
    subnets = as_texts(spec.get("subnets"))
    if isinstance(subnets.value, list) and subnets.value:
        draft.take("/cluster_subnets", subnets)
        draft.cluster["cluster_subnets"] = list(dict.fromkeys(subnets.value))
        draft.know_subnets(subnets.value)
    elif isinstance(subnets.value, Open):
        draft.take("/cluster_subnets", subnets)
    else:
        imported = as_flag(spec.get("imported")).value
        is_imported = imported is True or isinstance(imported, Open)
        draft.leave_open("/subnets", _IMPORTED_SUBNETS if is_imported else _OWN_VPC)
    groups = as_texts(spec.get("securityGroups"))
    if isinstance(groups.value, Open):
        draft.take("/security_groups", groups)
    elif not groups.is_missing and groups.value:
        draft.leave_open("/security_groups", "named, but without their rules", ", ".join(groups.value))


def _add_nodes(draft: Draft, group: Section) -> None:
    name = as_text(group.get("nodegroupName"))
    consumer: dict[str, Any] = {"name": "nodes", "kind": "node", "managed": True}
    if isinstance(name.value, str):
        consumer["name"] = name.value
    subnets = as_texts(group.get("subnets"))
    if isinstance(subnets.value, Open):
        draft.take(f"/consumers[{consumer['name']}]/subnets", subnets)
    elif not subnets.is_missing and subnets.value:
        consumer["subnets"] = list(dict.fromkeys(subnets.value))
        draft.know_subnets(consumer["subnets"])
    elif draft.cluster.get("cluster_subnets"):
        consumer["subnets"] = list(draft.cluster["cluster_subnets"])
        draft.compute_in(f"/consumers[{consumer['name']}]/subnets", "Rancher places node groups in the cluster subnets")
    template = group.section("launchTemplate")
    if template.is_there:
        del consumer["managed"]
        draft.leave_open(
            f"/consumers[{consumer['name']}]/security_groups", "a launch template of its own may name groups (F-3.13)"
        )
    draft.consumer(consumer, Reading(None, group.place))


_LEFT_OUT = ("amazonCredentialSecret", "kmsKey", "secretsEncryption", "serviceRole", "loggingTypes", "ebsCSIDriver")


def _left_out(spec: Section) -> Iterator[tuple[str, str]]:
    for member in _LEFT_OUT:
        if not spec.get(member).is_missing:
            yield f"{spec.place}/{member}", "it says nothing of the endpoint, its network or its callers"


FORMATS = (Format(name=NAME, title="Rancher EKSClusterConfig", recognises=_recognises, read=read),)
