"""Cluster API's AWS provider: `AWSManagedControlPlane`, its templates, and the pools around it.

1. `spec.endpointAccess` keeps `public`, `private` and `publicCIDRs`; absent switches are compared with true and
   false (`EqualWithDefault`), and no list is sent without `publicCIDRs`, so the EKS API's default holds.
2. A template nests the same under `spec.template.spec`. Patches of a ClusterClass that reach into it leave the
   field that they set open: their values come from variables.
3. `spec.network.vpc.id` names a VPC that exists; without it the provider makes one (10.0.0.0/16), with a public
   subnet, a NAT gateway and a private subnet in each zone, unless `network.subnets` lists them.
4. Pools (`capa_pools`) belong to the control plane that their Cluster names, or to the only one.
5. A control plane that something else manages (the annotation `cluster.x-k8s.io/managed-by`) is only watched: what
   the object leaves out is what the cluster has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.intake.capa_pools import describe_pools
from service.intake.coherence import make_coherent
from service.intake.drafting import Draft
from service.intake.eks_settings import (
    Dialect,
    describe_hosting,
    describe_labels,
    describe_list,
    describe_remote_networks,
)
from service.intake.formats import Documents, Format
from service.intake.kubernetes_objects import (
    Manifest,
    ignore_others,
    manifests,
    pairs_of,
    recognises,
    with_value,
)
from service.intake.readings import Open, Reading, Section, as_flag, as_ranges, as_text, quoted
from service.intake.understanding import NotUnderstoodError, Understanding

NAME = "capa-awsmanagedcontrolplane"
_GROUP = "controlplane.cluster.x-k8s.io"
_EXPERIMENTAL = "exp.infrastructure.cluster.x-k8s.io"
"""The group that the first releases kept the same kinds in (v1alpha3)."""
_PLANE, _TEMPLATE = "AWSManagedControlPlane", "AWSManagedControlPlaneTemplate"
_GROUPS = (_GROUP, _EXPERIMENTAL, "infrastructure.cluster.x-k8s.io", "cluster.x-k8s.io")
_KINDS = (
    *(_PLANE, _TEMPLATE, "AWSManagedMachinePool", "AWSMachinePool", "AWSMachineTemplate", "AWSFargateProfile"),
    *(
        "AWSManagedMachinePoolTemplate",
        "AWSMachinePoolTemplate",
        "AWSManagedCluster",
        "Cluster",
        "ClusterClass",
        "MachinePool",
        "MachineDeployment",
    ),
)
"""What is read together, so that a folder with one object to a file is one description."""
_DIALECT = Dialect(format="Cluster API AWS", own={"publicAccessCidrs": "publicCIDRs"})
_DEFAULT_CIDR = "10.0.0.0/16"
_MANAGED_BY = "cluster.x-k8s.io/managed-by"
_WATCHED = "something else manages the control plane, and the provider only watches it: the cluster keeps what it has"
_MANAGED = "the provider creates the VPC, with a public and a private subnet and a NAT gateway in each zone"


def read(documents: Documents) -> tuple[Understanding, ...]:
    """The cluster of each control plane or template of one."""
    found = manifests(documents)
    planes = [one for one in found if one.group in (_GROUP, _EXPERIMENTAL) and one.kind in (_PLANE, _TEMPLATE)]
    if not planes:
        raise NotUnderstoodError("no AWSManagedControlPlane of controlplane.cluster.x-k8s.io is in the document")
    return tuple(_read_one(one, found, planes) for one in planes)


def _read_one(plane: Manifest, found: list[Manifest], planes: list[Manifest]) -> Understanding:
    draft = Draft(format=f"{NAME} {plane.version}"[:80], place=plane.place)
    plane = _with_patches(plane, found)
    path = ("spec",) if plane.kind == _PLANE else ("spec", "template", "spec")
    spec = plane.section(*path)
    if not draft.take("/name", as_text(spec.get("eksClusterName"))):
        draft.take("/name", plane.metadata("name"))
    draft.take("/region", as_text(spec.get("region")))
    describe_labels(draft, pairs_of(spec.get("additionalTags")))
    network = spec.section("network")
    is_watched = not plane.annotation(_MANAGED_BY).is_missing
    dialect = replace(_DIALECT, absent=_WATCHED if is_watched else "")
    _describe_family(draft, network.section("vpc"), dialect)
    _describe_endpoint(draft, spec, dialect)
    describe_hosting(draft, spec.section("outpostConfig"))
    draft.take("/auto_mode", _as_auto_mode(spec.section("autoMode").get("mode")))
    draft.take("/egress_mode", _as_egress_mode(as_text(spec.get("controlPlaneEgressMode"))))
    _describe_network(draft, spec, network, is_watched=is_watched)
    used = describe_pools(draft, plane, found, len(planes))
    describe_remote_networks(draft, spec.section("remoteNetworkConfig"))
    ignore_others(draft, found, [*planes, *used])
    make_coherent(draft)
    return draft.understanding()


def _as_auto_mode(mode: Reading) -> Reading:
    """`Enabled` and `Disabled` as a switch."""
    if mode.is_missing or isinstance(mode.value, Open):
        return mode
    switch = {"Enabled": True, "Disabled": False}.get(str(mode.value))
    return mode.opened("neither Enabled nor Disabled") if switch is None else replace(mode, value=switch)


def _as_egress_mode(mode: Reading) -> Reading:
    """`aws-managed` and `customer-routed` as the EKS API spells them; other values as they stand."""
    return replace(mode, value=mode.value.upper().replace("-", "_")) if isinstance(mode.value, str) else mode


def _with_patches(plane: Manifest, found: list[Manifest]) -> Manifest:
    """The template with what patches of a ClusterClass set in it left open."""
    value: Any = plane.value
    if plane.kind == _TEMPLATE:
        for path, opened in _patched(found):
            value = with_value(value, path, opened)
    return replace(plane, value=value) if isinstance(value, Mapping) else plane


def _patched(found: list[Manifest]) -> Iterator[tuple[tuple[str, ...], Open]]:
    for one in found:
        if one.kind == "ClusterClass":
            for patch in one.section("spec").sections("patches"):
                for definition in patch.sections("definitions"):
                    if definition.section("selector").get("kind").value == _TEMPLATE:
                        yield from _json_patches(definition)


def _json_patches(definition: Section) -> Iterator[tuple[tuple[str, ...], Open]]:
    for patch in definition.sections("jsonPatches"):
        path = patch.get("path").value
        if isinstance(path, str) and path.startswith("/spec/") and path.count("/") <= 12:
            variable = as_text(patch.section("valueFrom").get("variable"))
            text = f"variable {variable.value}" if isinstance(variable.value, str) else path
            yield tuple(path[1:].split("/")), Open(quoted(text), "a patch of the ClusterClass sets it")


def _describe_family(draft: Draft, vpc: Section, dialect: Dialect) -> None:
    ipv6 = vpc.get("ipv6")
    if isinstance(ipv6.value, Open):
        draft.take("/ip_family", ipv6)
    elif ipv6.is_missing:
        because = "Cluster API AWS: without network.vpc.ipv6 the cluster is IPv4"
        dialect.fall_back(draft, "/ip_family", "ipv4", because)
    else:
        draft.compute("/ip_family", "ipv6", "network.vpc.ipv6 is there", ipv6.place)


def _describe_endpoint(draft: Draft, spec: Section, dialect: Dialect) -> None:
    access = spec.section("endpointAccess")
    for switch, value in (("public", True), ("private", False)):
        if not draft.take(f"/endpoint_access/{switch}", as_flag(access.get(switch))):
            because = f"Cluster API AWS: endpointAccess.{switch} defaults to {str(value).lower()}"
            dialect.fall_back(draft, f"/endpoint_access/{switch}", value, because)
    describe_list(draft, access.get("publicCIDRs"), dialect, as_text(spec.get("version")))


def _describe_network(draft: Draft, spec: Section, network: Section, *, is_watched: bool) -> None:
    vpc = network.section("vpc")
    is_managed = (vpc.get("id").is_missing or vpc.get("id").value == "") and not is_watched
    _describe_cidrs(draft, spec, vpc, is_managed=is_managed)
    if not is_managed:
        draft.ignore(f"{vpc.place}/id", "the VPC's id alone")
    subnets = network.get("subnets")
    if isinstance(subnets.value, Open):
        draft.take("/subnets", subnets)
    elif not subnets.is_missing and subnets.value:
        for subnet in network.sections("subnets"):
            _add_subnet(draft, subnet, is_managed=is_managed)
    elif is_managed:
        _add_created(draft)
    else:
        draft.leave_open("/subnets", "the provider finds the VPC's subnets when it runs")
    _describe_cluster_subnets(draft, as_flag(spec.get("restrictPrivateSubnets")), subnets.place)
    groups = network.section("securityGroupOverrides")
    if groups.is_there:
        draft.leave_open("/security_groups", "named, but without their rules")


def _describe_cidrs(draft: Draft, spec: Section, vpc: Section, *, is_managed: bool) -> None:
    cidr = vpc.get("cidrBlock")
    if isinstance(cidr.value, str):
        cidr = replace(cidr, value=[cidr.value])
    is_pooled = vpc.section("ipamPool").is_there
    if is_pooled:
        draft.leave_open("/vpc/cidrs", "taken from an IPAM pool when the provider runs")
    elif not draft.take("/vpc/cidrs", as_ranges(cidr)) and is_managed:
        because = f"Cluster API AWS: network.vpc.cidrBlock defaults to {_DEFAULT_CIDR}"
        draft.fall_back("/vpc/cidrs", [_DEFAULT_CIDR], because)
    second = spec.get("secondaryCidrBlock")
    ranges = as_ranges(replace(second, value=[second.value]) if isinstance(second.value, str) else second)
    known = draft.cluster.get("vpc", {}).get("cidrs")
    if isinstance(ranges.value, Open):
        draft.take("/vpc/cidrs", ranges)
    elif not ranges.is_missing and known is not None:
        known += [text for text in ranges.value if text not in known]
        draft.note("/vpc/cidrs", ranges)
    if is_managed:
        for attribute in ("enable_dns_support", "enable_dns_hostnames"):
            draft.compute(f"/vpc/{attribute}", True, "the provider creates the VPC")


_TEXTS = {"availabilityZone": "availability_zone"}
_RANGES = {"cidrBlock": "cidr", "ipv6CidrBlock": "ipv6_cidr"}


def _add_subnet(draft: Draft, subnet: Section, *, is_managed: bool) -> None:
    id_ = as_text(subnet.get("id"))
    number = len(draft.cluster.get("subnets", ())) + 1
    element: dict[str, Any] = {"id": id_.value if isinstance(id_.value, str) else f"subnet {number}"}
    reference = f"/subnets[{element['id']}]"
    for member, wire in (_TEXTS | _RANGES).items():
        reading = as_text(subnet.get(member))
        if isinstance(reading.value, str) and wire in _RANGES.values():
            ranges = as_ranges(replace(reading, value=[reading.value]))
            reading = ranges if isinstance(ranges.value, Open) else reading
        if isinstance(reading.value, Open):
            draft.take(f"{reference}/{wire}", reading)
        elif not reading.is_missing:
            element[wire] = reading.value
    public = as_flag(subnet.get("isPublic"))
    if isinstance(public.value, Open):
        draft.take(f"{reference}/routing", public)
    elif public.value is True:
        element["routing"] = "public"
    elif is_managed or not subnet.get("natGatewayId").is_missing:
        element["routing"] = "private_with_nat"
    else:
        draft.leave_open(f"{reference}/routing", "whether a private subnet of this VPC has a way out is not said")
    if is_managed and public.value is True:
        element["assigns_public_ip"] = True
    draft.add("subnets", element)
    draft.note(reference, Reading(None, subnet.place))
    if element.get("routing") == "private_with_nat":
        draft.compute_in(f"{reference}/routing", "a private subnet with the provider's NAT gateway", subnet.place)


def _add_created(draft: Draft) -> None:
    """One subnet of each kind stands for those that the provider makes in each zone."""
    for side, routing in (("public", "public"), ("private", "private_with_nat")):
        element = {"id": side, "routing": routing, "assigns_public_ip": side == "public"}
        draft.add("subnets", element)
        draft.compute_in(f"/subnets[{side}]", _MANAGED)
    draft.assume("/subnets", "one subnet of each kind stands for those of up to three zones, which are not named")


def _describe_cluster_subnets(draft: Draft, restricts: Reading, place: str) -> None:
    """All subnets, or with `restrictPrivateSubnets` those that are not public."""
    subnets = draft.cluster.get("subnets", [])
    if subnets and isinstance(restricts.value, Open):
        draft.take("/cluster_subnets", restricts)
        return
    because = "the provider hands every subnet to the cluster"
    if restricts.value is True:
        subnets = [subnet for subnet in subnets if subnet.get("routing") != "public"]
        because = "restrictPrivateSubnets: the provider hands the private subnets alone to the cluster"
    if subnets:
        draft.compute("/cluster_subnets", [subnet["id"] for subnet in subnets], because, restricts.place or place)


FORMATS = (
    Format(
        name=NAME,
        title="Cluster API AWSManagedControlPlane and its template",
        recognises=recognises(_GROUPS, _KINDS),
        read=read,
    ),
)
