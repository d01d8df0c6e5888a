"""Crossplane: the EKS `Cluster` of its providers, compositions of them, and claims for them.

1. upjet (``eks.aws.upbound.io``) keeps the VPC's settings in `vpcConfig`, as a list of one in v1beta1 and as an
   object in v1beta2 and the namespaced group (``eks.aws.m.upbound.io``); classic (``eks.aws.crossplane.io``) in
   `resourcesVpcConfig`. What is absent has the EKS API's default, unless the object only observes a cluster.
2. Compositions make clusters from templates and patches (`crossplane_templates`); claims are in
   `crossplane_claims`. A definition alone describes no cluster.
3. Without a cluster and a claim the network of the objects is described by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.intake.coherence import make_coherent
from service.intake.crossplane_claims import describe_claim, is_claim
from service.intake.crossplane_templates import API, composed, read_default
from service.intake.drafting import Draft
from service.intake.eks_settings import Dialect, describe
from service.intake.formats import Documents, Format
from service.intake.kubernetes_objects import Manifest, ignore_others, manifests, objects_in, pairs_of
from service.intake.object_groups import describe_groups
from service.intake.object_links import Inventory
from service.intake.object_network import describe_objects, refer
from service.intake.object_security import describe_security
from service.intake.readings import Section, as_text
from service.intake.understanding import NotUnderstoodError, Understanding

_UPJET = ("eks.aws.upbound.io", "eks.aws.m.upbound.io")
_CLASSIC = "eks.aws.crossplane.io"
_GROUPS = (*_UPJET, _CLASSIC)
_NETWORKS = ("ec2.aws.upbound.io", "ec2.aws.m.upbound.io", "ec2.aws.crossplane.io")
_EXTERNAL_NAME = "crossplane.io/external-name"
_UPJET_DIALECT = Dialect(format="Crossplane upjet", own={"resourcesVpcConfig": "vpcConfig"})
_CLASSIC_DIALECT = Dialect(format="Crossplane classic")
_PROGRAM = (
    "functions make what the composition composes, and none is run here: render it first, for instance with"
    " `crossplane render`"
)
_OBSERVED = "the object only observes a cluster, which keeps the setting that it has"


def _is_cluster(one: Manifest) -> bool:
    return one.group in _GROUPS and one.kind == "Cluster"


def _recognises(document: Any, name: str) -> bool:
    found = list(objects_in(document))
    if any(one.group in (*_GROUPS, *_NETWORKS) for one in found):
        return True
    if any(one.group == API and one.kind in ("Composition", "CompositeResourceDefinition") for one in found):
        return True
    return any(is_claim(one, found) for one in found)


def read(documents: Documents) -> tuple[Understanding, ...]:
    """The cluster of each object, of each composition and of each claim, in this order."""
    stated = manifests(documents)
    found = [*stated, *composed(stated)]
    clusters = [one for one in found if _is_cluster(one)]
    claims = [one for one in stated if is_claim(one, stated)]
    if not clusters and not claims and not _recognises_any(stated):
        raise NotUnderstoodError("no Cluster of Crossplane's AWS providers and no claim for one is in the document")
    program = next((one for one in stated if not clusters and not claims and _is_program(one)), None)
    if program is not None:
        raise NotUnderstoodError(_PROGRAM, program.place)
    read_ones = [*clusters, *claims]
    understood = [_read_one(one, found, read_ones, len(clusters) == 1) for one in clusters]
    understood += [_read_claim(one, stated, read_ones) for one in claims]
    return tuple(understood) or _network_alone(found)


def _is_program(one: Manifest) -> bool:
    """Whether functions make all that a composition composes."""
    steps = list(one.section("spec").sections("pipeline")) if one.group == API and one.kind == "Composition" else []
    return bool(steps) and all(step.section("input").get("resources").is_missing for step in steps)


def _recognises_any(found: list[Manifest]) -> bool:
    return any(one.group == API or one.group in (*_GROUPS, *_NETWORKS) for one in found)


def _read_one(cluster: Manifest, found: list[Manifest], read_ones: list[Manifest], is_only: bool) -> Understanding:
    is_classic = cluster.group == _CLASSIC
    name = "crossplane-classic-eks-cluster" if is_classic else "crossplane-upjet-eks-cluster"
    draft = Draft(format=f"{name} {cluster.version}"[:80], place=cluster.place)
    inventory = Inventory(tuple(found))
    dialect = _CLASSIC_DIALECT if is_classic else _UPJET_DIALECT
    config = _config(cluster, dialect)
    describe(draft, config, dialect)
    _take_name(draft, cluster)
    draft.take("/region", as_text(config.get("region")))
    vpc = config.section("resourcesVpcConfig")
    if _only_observes(cluster):
        _leave_observed_open(draft)
    refer(draft, inventory, vpc)
    used = describe_objects(draft, inventory)
    used += describe_security(draft, inventory)
    used += describe_groups(draft, cluster, inventory, _GROUPS, is_only)
    ignore_others(draft, found, [*read_ones, *used])
    make_coherent(draft)
    return draft.understanding()


def _network_alone(found: list[Manifest]) -> tuple[Understanding, ...]:
    """The network that the objects describe where no cluster stands; nothing if they describe none."""
    draft = Draft(format="crossplane-network", place="")
    inventory = Inventory(tuple(found))
    used = describe_objects(draft, inventory)
    used += describe_security(draft, inventory)
    if not draft.cluster:
        return ()
    ignore_others(draft, found, used)
    make_coherent(draft)
    return (replace(draft.understanding(), has_cluster=False),)


def _config(cluster: Manifest, dialect: Dialect) -> Section:
    """The provider's fields; what `initProvider` gives at creation fills those that are not there."""
    spec = Section(cluster.value, cluster.place, read_default, dialect.name).section("spec")
    provider, initial = spec.section("forProvider"), spec.section("initProvider")
    value: Any = provider.value
    if isinstance(initial.value, Mapping):
        value = _merged(initial.value, value if isinstance(value, Mapping) else {})
    if isinstance(value, Mapping):
        tags = pairs_of(Section(value, provider.place, read_default).get("tags"))
        value = {key: item for key, item in value.items() if key not in ("name", "tags")}
        value |= {} if tags.is_missing else {"tags": tags.value}
    return Section(value, provider.place or f"{cluster.place}/spec/forProvider", read_default, dialect.name)


def _merged(below: Any, above: Any) -> Any:
    """The members of both; where both have one, the upper one's."""
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return below if above is None else above
    return {**below, **{key: _merged(below.get(key), value) for key, value in above.items()}}


def _take_name(draft: Draft, cluster: Manifest) -> None:
    draft.unknown = [one for one in draft.unknown if one.field != "/name"]
    if not draft.take("/name", cluster.annotation(_EXTERNAL_NAME)) and not draft.take(
        "/name", cluster.metadata("name")
    ):
        draft.leave_open("/name", "Crossplane makes it up when it composes the cluster")


def _only_observes(cluster: Manifest) -> bool:
    """Whether the provider does not make the cluster; what the object leaves out is then what the cluster has."""
    policies = cluster.section("spec").get("managementPolicies").value
    return isinstance(policies, list) and not {"*", "Create"} & {str(one) for one in policies}


def _leave_observed_open(draft: Draft) -> None:
    """Takes back what was filled in by default."""
    for switch in ("public", "private", "public_access_cidrs"):
        reference = f"/endpoint_access/{switch}"
        if any(one.field == reference and one.because for one in draft.origins):
            draft.origins = [one for one in draft.origins if one.field != reference]
            draft.cluster["endpoint_access"].pop(switch, None)
            draft.leave_open(reference, _OBSERVED)


def _read_claim(claim: Manifest, found: list[Manifest], read_ones: list[Manifest]) -> Understanding:
    draft = Draft(format=f"crossplane-claim {claim.group}/{claim.version} {claim.kind}"[:200], place=claim.place)
    if not draft.take("/name", claim.metadata("name")):
        draft.leave_open("/name", "not given")
    describe_claim(draft, claim, found)
    ignore_others(draft, found, read_ones)
    make_coherent(draft)
    return draft.understanding()


FORMATS = (
    Format(
        name="crossplane",
        title="Crossplane Cluster (upjet, classic), compositions and claims",
        recognises=_recognises,
        read=read,
    ),
)
