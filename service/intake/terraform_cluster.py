"""A described cluster: the settings of `aws_eks_cluster`, whoever made it.

The provider's defaults hold where the resource says nothing, the module's where a module makes it; a value that
is written as null counts as not written to the provider, but as written to a module (PEERS.md, section C).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.intake.drafting import Draft
from service.intake.eks_settings import (
    Dialect,
    describe_endpoint,
    describe_family,
    describe_hosting,
    describe_labels,
    describe_list,
    describe_remote_networks,
)
from service.intake.readings import MISSING, Open, Reading, Section, as_flag, as_text, quoted
from service.intake.terraform_filters import own_group
from service.intake.terraform_network import Network
from service.intake.terraform_resources import Inventory, Resource
from service.intake.terraform_values import Handle, Value, block, is_open, opened

_NAMES = {
    "endpointPublicAccess": "endpoint_public_access",
    "endpointPrivateAccess": "endpoint_private_access",
    "publicAccessCidrs": "public_access_cidrs",
    "controlPlaneEgressMode": "control_plane_egress_mode",
    "ipFamily": "ip_family",
    "serviceIpv4Cidr": "service_ipv4_cidr",
    "remoteNodeNetworks": "remote_node_networks",
    "remotePodNetworks": "remote_pod_networks",
    "etcdInstanceType": "etcd_instance_type",
}
PROVIDER = Dialect(format="Terraform's AWS provider", own=_NAMES)
_SETTING = ("endpoint_public_access", "endpoint_private_access", "public_access_cidrs")
_KNOWN = frozenset({*_SETTING, "control_plane_egress_mode"})
_OF_ACCESS = re.compile("access|endpoint|public|private")
_MODULE_LIST = ["0.0.0.0/0"]
_LIST = "/endpoint_access/public_access_cidrs"


def describe_cluster(draft: Draft, cluster: Resource, inventory: Inventory) -> None:
    """All that the resource says of the cluster, but for the network around it."""
    cluster = _with_refused(cluster)
    read = _Reader(cluster, inventory)
    if cluster.how_many:
        draft.leave_open("/", cluster.how_many.why, cluster.how_many.text)
    for sentence in cluster.assumed.get("", ()):
        draft.assume("/", sentence)
    _describe_name(draft, read)
    _describe_region(draft, cluster)
    _describe_family(draft, read)
    vpc = read.section("vpc_config")
    version = as_text(read.reading("version"))
    _describe_endpoint(draft, cluster, read, vpc, version)
    draft.take("/egress_mode", as_text(vpc.get("controlPlaneEgressMode")))
    draft.take("/auto_mode", as_flag(read.section("compute_config").get("enabled")))
    describe_hosting(draft, read.section("outpost_config"))
    describe_remote_networks(draft, read.section("remote_network_config"))
    describe_labels(draft, read.reading("tags"))


def _with_refused(cluster: Resource) -> Resource:
    """The cluster with its setting left open where an argument that the provider does not have was to decide it.

    Terraform refuses such a configuration; its author meant something, and the default is not it.
    """
    config = block(cluster.get("vpc_config"))
    if cluster.made_by is not None or isinstance(config, Open):
        return cluster
    own = [name for name in cluster.values if name in _SETTING]
    alien = own + [name for name in config if name not in _KNOWN and _OF_ACCESS.search(name)]
    if not alien:
        return cluster
    why = f"the provider has no `{quoted(alien[0])}` there, and Terraform refuses it"
    refused = {name: Open(alien[0], why) for name in _SETTING if config.get(name) is None}
    return replace(cluster, values={**cluster.values, "vpc_config": [{**config, **refused}]})


class _Reader:
    """Reads a resource's values with what is known of how each was found."""

    def __init__(self, resource: Resource, inventory: Inventory) -> None:
        self.resource = resource
        self.inventory = inventory

    def reading(self, path: str) -> Reading:
        """What stands under a path such as ``vpc_config/subnet_ids``."""
        value: Value = self.resource.values
        for name in path.split("/"):
            inside = block(value) if not isinstance(value, dict) else value
            if isinstance(inside, Open):
                return Reading(inside, self.place(path))
            value = inside.get(name)
        return self.noted(path, value)

    def noted(self, path: str, value: Value) -> Reading:
        """A value with its place, and the expression that it was computed from."""
        if value is None:
            return Reading(MISSING, self.place(path))
        value = self._plain(value)
        text = self.resource.texts.get(path)
        because = f"computed from `{text}`" if text and not isinstance(value, Open) else ""
        return Reading(value, self.place(path), because, tuple(self.resource.assumed.get(path, ())))

    def place(self, path: str) -> str:
        """Where a path stands in the document."""
        return self.resource.names.get(path) or f"{self.resource.address}.{path.replace('/', '.')}"

    def section(self, name: str) -> Section:
        """A block, whose members are read under the names that the EKS API has for them."""
        value = block(self.resource.values.get(name))

        def read(member: Any, place: str) -> Reading:
            return replace(self.noted(place.rpartition("//")[2], member), place=self.place(place.rpartition("//")[2]))

        return Section(value, f"//{name}", read, PROVIDER.name)

    def _plain(self, value: Value) -> Value:
        """Handles as what they stand for, or as open."""
        if isinstance(value, Handle):
            known = self.inventory.value_of(value)
            return opened(value) if isinstance(known, Handle) else known
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if isinstance(value, dict):
            return {key: self._plain(member) for key, member in value.items()}
        return value


def _describe_name(draft: Draft, read: _Reader) -> None:
    if not draft.take("/name", as_text(read.reading("name"))):
        draft.leave_open("/name", "the document does not give it")


def _describe_region(draft: Draft, cluster: Resource) -> None:
    region = cluster.region
    if is_open(region):
        found = opened(region)
        draft.leave_open("/region", found.why, found.text)
    elif isinstance(region, str) and as_text(Reading(region)).value == region:
        draft.compute("/region", region, "the region of the provider, or of the resource's ARN", cluster.address)


def _describe_family(draft: Draft, read: _Reader) -> None:
    describe_family(draft, read.section("kubernetes_network_config"), PROVIDER)


def _describe_endpoint(draft: Draft, cluster: Resource, read: _Reader, vpc: Section, version: Reading) -> None:
    """The switches and the list, with the defaults of the module if one makes the cluster."""
    made_by = cluster.made_by
    if made_by is None or isinstance(vpc.value, Open):
        describe_endpoint(draft, vpc, PROVIDER, version)
        return
    given = vpc.value if isinstance(vpc.value, Mapping) else {}
    for switch, default in (("public", made_by.public), ("private", made_by.private)):
        name = f"endpoint_{switch}_access"
        reference = f"/endpoint_access/{switch}"
        if draft.take(reference, as_flag(read.reading(f"vpc_config/{name}"))):
            continue
        argument = read.place(f"vpc_config/{name}").rpartition(".")[2]
        if name in given:
            draft.fall_back(
                reference, switch == "public", f"{argument} is null, so the provider's default holds (F-1.1)"
            )
        elif default is None:
            draft.leave_open(reference, made_by.note, f"{argument} is not set")
        else:
            draft.fall_back(reference, default, f"{made_by.title}: {argument} defaults to {str(default).lower()}")
    _describe_list(draft, cluster, vpc, version)


def _describe_list(draft: Draft, cluster: Resource, vpc: Section, version: Reading) -> None:
    """The list. Modules hand on one that is open to IPv4, whatever the family; a private endpoint has none."""
    made_by = cluster.made_by
    given = vpc.get("publicAccessCidrs")
    is_written = isinstance(vpc.value, Mapping) and "public_access_cidrs" in vpc.value
    is_private = draft.cluster.get("endpoint_access", {}).get("public") is False
    if made_by is None or is_written or is_private:
        describe_list(draft, given, PROVIDER, version)
    elif made_by.has_list:
        argument = cluster.names.get("vpc_config/public_access_cidrs", "").rpartition(".")[2]
        draft.fall_back(_LIST, list(_MODULE_LIST), f"{made_by.title}: {argument} defaults to 0.0.0.0/0")
    else:
        draft.leave_open(_LIST, made_by.note)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster stands: its VPC, the group that EKS makes for it, and the further groups on its interfaces."""

    vpc: str
    own_group: str
    groups: tuple[str, ...]


def cluster_network(draft: Draft, cluster: Resource, network: Network) -> Place:
    """The cluster subnets, the VPC and the groups that the cluster names."""
    config = block(cluster.get("vpc_config"))
    records = network.records
    given = config if isinstance(config, dict) else {}
    read = _Reader(cluster, records.inventory)
    subnets = given.get("subnet_ids")
    listed = records.ids.all_of(subnets)
    if isinstance(config, Open):
        draft.leave_open("/cluster_subnets", config.why, config.text)
    elif listed is None:
        found = opened(subnets)
        draft.leave_open("/cluster_subnets", found.why, read.resource.texts.get("vpc_config/subnet_ids", found.text))
    elif listed:
        chosen = list(dict.fromkeys(listed))
        text_ = cluster.texts.get("vpc_config/subnet_ids")
        because = f"computed from `{text_}`" if text_ else ""
        draft.take("/cluster_subnets", Reading(chosen, read.place("vpc_config/subnet_ids"), because))
        draft.know_subnets(chosen)
    groups = records.ids.all_of(given.get("security_group_ids"))
    own = own_group(records, cluster)
    vpc = records.ids.of(given.get("vpc_id")) or _vpc_of_subnets(draft, network, listed or [])
    return Place(vpc, own, (*(groups or ()), *_module_groups(cluster, groups)))


def _module_groups(cluster: Resource, named: list[str] | None) -> list[str]:
    """A group that a module makes on the endpoint's interfaces and that is not known, or groups that are open."""
    if named is None:
        return [f"{cluster.address}.security_group_ids"]
    return [f"{cluster.address}.additional"] if cluster.made_by and not named else []


def _vpc_of_subnets(draft: Draft, network: Network, subnets: list[str]) -> str:
    """The VPC in which all described cluster subnets lie; nothing if that is not one."""
    found = {one.text("VpcId") for one in network.bundle.of("subnets") if one.text("SubnetId") in subnets}
    vpc = found.pop() if len(found) == 1 else ""
    if not vpc and network.bundle.of("vpcs"):
        draft.leave_open("/vpc", "the document does not tie the network that it describes to the cluster")
    return vpc
