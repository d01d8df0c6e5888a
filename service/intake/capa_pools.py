"""Who calls the API server of a Cluster API cluster: machine pools, machine deployments and Fargate profiles.

A managed pool stands in its `subnetIDs`, else in the private subnets of the network (`availabilityZoneSubnetType`
may say public or all). Machines of the other kinds are self-managed, and the provider puts the cluster security
group on them (its EKS service takes that group as the role `node`), so in this they are like managed ones.
"""

from __future__ import annotations

from typing import Any

from service.intake.drafting import Draft
from service.intake.kubernetes_objects import Manifest, by_name
from service.intake.readings import Open, Reading, Section, as_flag, as_text, as_texts

_POOL_GROUPS = ("infrastructure.cluster.x-k8s.io", "exp.infrastructure.cluster.x-k8s.io")
_TEMPLATED = ("AWSMachineTemplate", "AWSManagedMachinePoolTemplate", "AWSMachinePoolTemplate")
_POOLS = ("AWSManagedMachinePool", "AWSMachinePool", *_TEMPLATED)
_HOLDS = "the provider puts the cluster security group on the machines that it makes"
_FARGATE = "AWSFargateProfile"


def describe_pools(draft: Draft, plane: Manifest, found: list[Manifest], planes: int) -> list[Manifest]:
    """The plane's pools as consumers; gives the objects that were read."""
    used = []
    for one in found:
        if one.group not in _POOL_GROUPS or one.kind not in (*_POOLS, _FARGATE):
            continue
        if planes > 1 and not _belongs(one, plane, found):
            continue
        used.append(one)
        path = ("spec", "template", "spec") if one.kind in _TEMPLATED else ("spec",)
        _add(draft, one, one.section(*path))
    return used


def _belongs(pool: Manifest, plane: Manifest, found: list[Manifest]) -> bool:
    """Whether a pool is the plane's: its owner names a Cluster, and the Cluster names its control plane."""
    cluster = as_text(pool.section("spec").get("clusterName")).value
    if not isinstance(cluster, str):
        cluster = next((name for owner in found if (name := _owned_by(owner, pool)) is not None), None)
    named = by_name((one for one in found if one.group == "cluster.x-k8s.io" and one.kind == "Cluster"), str(cluster))
    if cluster is None or named is None:
        return False
    return _text(named.section("spec", "controlPlaneRef").get("name")) == plane.name


def _owned_by(owner: Manifest, pool: Manifest) -> str | None:
    """The cluster of a MachinePool or MachineDeployment whose machines the pool describes."""
    if owner.kind not in ("MachinePool", "MachineDeployment"):
        return None
    reference = owner.section("spec", "template", "spec", "infrastructureRef")
    if _text(reference.get("kind")) != pool.kind or _text(reference.get("name")) != pool.name:
        return None
    return _text(owner.section("spec").get("clusterName"))


def _text(reading: Reading) -> str:
    text = as_text(reading).value
    return text.text if isinstance(text, Open) else text if isinstance(text, str) else ""


def _add(draft: Draft, one: Manifest, spec: Section) -> None:
    if one.kind == _FARGATE:
        name = as_text(spec.get("profileName"))
        consumer: dict[str, Any] = {"kind": "fargate_pod"}
    else:
        name = as_text(spec.get("eksNodegroupName"))
        consumer = {"kind": "node", "managed": True}
    consumer = {"name": (name.value if isinstance(name.value, str) else one.name) or one.kind} | consumer
    reference = f"/consumers[{consumer['name']}]"
    subnets = _subnets(draft, one, spec)
    if isinstance(subnets.value, Open):
        draft.take(f"{reference}/subnets", subnets)
    elif subnets.value:
        consumer["subnets"] = subnets.value
        draft.know_subnets(subnets.value)
    else:
        draft.leave_open(f"{reference}/subnets", "the pool names no subnet, and the network's are not known")
    _put_public_ip(draft, consumer, spec)
    is_managed = one.kind.startswith("AWSManagedMachinePool")
    if one.kind in _POOLS and not is_managed:
        draft.compute_in(f"{reference}/managed", _HOLDS, one.place)
    if is_managed and _may_name_groups(spec.section("awsLaunchTemplate")):
        del consumer["managed"]
        draft.leave_open(f"{reference}/security_groups", "its launch template may name groups (F-3.13)")
    draft.consumer(consumer, Reading(None, one.place))


def _may_name_groups(template: Section) -> bool:
    """Whether a launch template names groups beside the provider's, or is one that exists already."""
    groups = template.get("additionalSecurityGroups")
    exists = any(not template.get(member).is_missing for member in ("id", "name"))
    return exists or (not groups.is_missing and groups.value != [])


def _put_public_ip(draft: Draft, consumer: dict[str, Any], spec: Section) -> None:
    public = as_flag(spec.get("publicIP"))
    if isinstance(public.value, Open):
        draft.take(f"/consumers[{consumer['name']}]/public_ip", public)
    elif isinstance(public.value, bool):
        consumer["public_ip"] = public.value


def _subnets(draft: Draft, one: Manifest, spec: Section) -> Reading:
    """The ids that a pool names, or those of the network's subnets of its kind."""
    named = as_texts(spec.get("subnetIDs"))
    if isinstance(named.value, Open):
        return named
    if not named.is_missing and named.value:
        return Reading(list(dict.fromkeys(named.value)), named.place)
    member = "subnets" if one.kind.startswith("AWSMachinePool") else "subnet"
    filters = spec.get(member)
    if not filters.is_missing and filters.value:
        ids = [_text(part.get("id")) for part in spec.sections(member)]
        if ids and all(ids):
            return Reading(list(dict.fromkeys(ids)), filters.place)
        return filters.opened("subnets are selected by filters", "")
    zones = as_texts(spec.get("availabilityZones"))
    kind = as_text(spec.get("availabilityZoneSubnetType"))
    if isinstance(kind.value, Open):
        return kind
    known = [subnet for subnet in draft.cluster.get("subnets", ()) if _is_of(subnet, kind.value)]
    if isinstance(zones.value, list) and zones.value:
        in_zones = [subnet for subnet in known if subnet.get("availability_zone") in zones.value]
        known = in_zones or [subnet for subnet in known if "availability_zone" not in subnet]
    return Reading([subnet["id"] for subnet in known])


def _is_of(subnet: dict[str, Any], kind: object) -> bool:
    is_public = subnet.get("routing") == "public"
    return kind == "all" or (is_public if kind == "public" else not is_public)
