"""eksctl's ClusterConfig (``eksctl.io/v1alpha5``): what it says, and what eksctl does where it is silent.

1. Each switch of `vpc.clusterEndpoints` has its own default, public on and private off.
2. `privateCluster.enabled` ends private-only (both are on while the cluster is created), and so does a control
   plane on Outposts; eksctl refuses `vpc.clusterEndpoints` beside the former and a list beside the latter.
3. eksctl refuses both endpoints off. It clears the host bits of `vpc.publicAccessCIDRs`.
4. The network is in `eksctl_network`: the one that is named, or the one that eksctl creates.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from service.intake.coherence import make_coherent
from service.intake.drafting import Draft
from service.intake.eks_settings import (
    Dialect,
    describe_family,
    describe_hosting,
    describe_labels,
    describe_list,
    describe_remote_networks,
)
from service.intake.eksctl_network import describe_network
from service.intake.eksctl_nodes import describe_consumers
from service.intake.formats import Documents, Format
from service.intake.kubernetes_objects import Manifest, ignore_others, manifests, pairs_of, recognises
from service.intake.readings import Open, Reading, Section, as_flag, as_ranges, as_text
from service.intake.understanding import NotUnderstoodError, Understanding

NAME = "eksctl-clusterconfig"
_GROUP, _KIND = "eksctl.io", "ClusterConfig"
_READ = frozenset(
    {
        *("apiVersion", "kind", "metadata", "kubernetesNetworkConfig", "vpc", "privateCluster", "nodeGroups"),
        *("managedNodeGroups", "fargateProfiles", "availabilityZones", "localZones", "outpost", "autoModeConfig"),
        *("remoteNetworkConfig",),
    }
)
_CREATED_PRIVATE = "privateCluster.enabled ends private-only; both endpoints are on while eksctl creates the cluster"
_OUTPOST_PRIVATE = "eksctl makes a cluster on Outposts private-only"


def dialect(version: str) -> Dialect:
    """How eksctl spells the EKS API's names, and its own defaults."""
    own = {
        "endpointPublicAccess": "publicAccess",
        "endpointPrivateAccess": "privateAccess",
        "publicAccessCidrs": "publicAccessCIDRs",
        "serviceIpv4Cidr": "serviceIPv4CIDR",
    }
    return Dialect(format=f"eksctl {version}", own=own, is_api=False)


def read(documents: Documents) -> tuple[Understanding, ...]:
    """The cluster of each ClusterConfig."""
    found = manifests(documents)
    configs = [one for one in found if (one.group, one.kind) == (_GROUP, _KIND)]
    if not configs:
        raise NotUnderstoodError("no ClusterConfig of eksctl.io is in the document")
    return tuple(_read_one(one, found, configs) for one in configs)


def _read_one(config: Manifest, found: list[Manifest], configs: list[Manifest]) -> Understanding:
    spelling = dialect(config.version)
    draft = Draft(format=f"{NAME} {config.version}"[:80], place=config.place)
    root = config.section(name=spelling.name)
    metadata = root.section("metadata")
    if not draft.take("/name", as_text(metadata.get("name"))):
        draft.leave_open("/name", "eksctl makes a name up")
    draft.take("/region", as_text(metadata.get("region")))
    describe_labels(draft, pairs_of(metadata.get("tags")))
    describe_family(draft, root.section("kubernetesNetworkConfig"), spelling)
    _describe_endpoint(draft, root, spelling)
    describe_hosting(draft, root.section("outpost"))
    draft.take("/auto_mode", as_flag(root.section("autoModeConfig").get("enabled")))
    describe_network(draft, root)
    describe_consumers(draft, root)
    describe_remote_networks(draft, root.section("remoteNetworkConfig"))
    _describe_gateway(draft, root.section("remoteNetworkConfig"))
    for member in config.value:
        if member not in _READ:
            draft.ignore(f"{config.place}/{member[:80]}", "eksctl's section says nothing of endpoint or network")
    ignore_others(draft, found, configs)
    make_coherent(draft)
    return draft.understanding()


def is_private_cluster(root: Section) -> Reading:
    """Whether the cluster ends private-only, and what says so."""
    enabled = as_flag(root.section("privateCluster").get("enabled"))
    if enabled.value is True:
        return replace(enabled, because=_CREATED_PRIVATE)
    if not as_text(root.section("outpost").get("controlPlaneOutpostARN")).is_missing:
        return Reading(True, f"{root.place}/outpost", _OUTPOST_PRIVATE)
    return enabled


def _describe_endpoint(draft: Draft, root: Section, spelling: Dialect) -> None:
    private_only = is_private_cluster(root)
    vpc = root.section("vpc")
    reference = "/endpoint_access/"
    if isinstance(private_only.value, Open):
        for part in ("public", "private", "public_access_cidrs"):
            draft.take(reference + part, private_only)
        return
    if private_only.value is True:
        for switch, value in (("public", False), ("private", True)):
            draft.compute(reference + switch, value, private_only.because, private_only.place)
        draft.compute(reference + "public_access_cidrs", [], private_only.because, private_only.place)
        for member in ("clusterEndpoints", "publicAccessCIDRs"):
            if not vpc.get(member).is_missing:
                draft.ignore(f"{vpc.place}/{member}", "eksctl refuses it beside a private-only cluster")
        return
    endpoints = vpc.section("clusterEndpoints")
    for switch, member, value in (("public", "publicAccess", True), ("private", "privateAccess", False)):
        if not draft.take(reference + switch, as_flag(endpoints.get(member))):
            because = f"{spelling.format}: {member} defaults to {str(value).lower()}"
            draft.fall_back(reference + switch, value, because)
    given = _normalised(as_ranges(vpc.get("publicAccessCIDRs")))
    version = as_text(root.section("metadata").get("version"))
    api = replace(spelling, is_api=True)  # eksctl hands an absent list on to the EKS API
    describe_list(draft, given, api, version)


def _normalised(given: Reading) -> Reading:
    """The list as eksctl sends it: host bits cleared."""
    if given.is_missing or isinstance(given.value, Open):
        return given
    cleared = [str(ip_network(text, strict=False)) for text in given.value]
    if cleared == given.value:
        return given
    return replace(given, value=cleared, because="eksctl clears the host bits of the ranges")


_GATEWAYS = {"tgw-": "transit_gateway", "vgw-": "vpn"}


def _describe_gateway(draft: Draft, remote: Section) -> None:
    """The gateway that eksctl attaches for hybrid nodes, with routes to their networks."""
    gateway = as_text(remote.get("vpcGatewayID"))
    if gateway.is_missing:
        return
    kind = _GATEWAYS.get(str(gateway.value)[:4])
    networks = draft.cluster.get("remote_networks", {})
    cidrs = list(dict.fromkeys([*networks.get("node_cidrs", ()), *networks.get("pod_cidrs", ())]))
    if kind is None or not cidrs:
        why = "neither a transit gateway's id nor a virtual private gateway's"
        draft.take("/connections", gateway if isinstance(gateway.value, Open) else gateway.opened(why))
        return
    link: dict[str, Any] = {"id": gateway.value, "kind": kind, "remote_cidrs": cidrs}
    draft.add("connections", link)
    draft.note(f"/connections[{gateway.value}]", gateway)
    draft.unknown = [one for one in draft.unknown if one.field != "/connections"]
    for consumer in draft.consumers:
        if consumer["kind"] == "hybrid_node":
            consumer["location"] = {"at": "connected_network", "connection": gateway.value}
    for table in draft.cluster.get("route_tables", ()):
        table["routes"] += [{"destination": cidr, "target": gateway.value} for cidr in _distinct(cidrs)]
        because = "eksctl adds routes to the remote networks"
        draft.compute_in(f"/route_tables[{table['id']}]/routes", because, gateway.place)


def _distinct(cidrs: list[str]) -> list[str]:
    return list(dict.fromkeys(str(ip_network(text, strict=False)) for text in cidrs))


FORMATS = (
    Format(
        name=NAME,
        title="eksctl ClusterConfig (v1alpha5)",
        recognises=recognises((_GROUP,), (_KIND,)),
        read=read,
    ),
)
