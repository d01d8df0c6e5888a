"""The settings of a cluster under the EKS API's names, which most formats keep (PEERS.md, section C).

CloudFormation writes them with a capital, ACK with more capitals, upjet in lists; a `Dialect` says how. An
absent field has the EKS API's default unless the dialect has its own; an expression leaves its field open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, Section, as_flag, as_ranges, as_text, as_texts

EVERYONE = ("0.0.0.0/0",)
EVERYONE_DUAL_STACK = ("0.0.0.0/0", "::/0")
_DUAL_STACK_SINCE = "2024-10-21"
_LAST_MINOR_BEFORE_DUAL_STACK = 23
"""Kubernetes 1.23 left EKS's extended support on 2024-10-11, ten days before dual-stack endpoints (F-5.9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a format spells the EKS API's names, and what an absent switch means to it.

    ``is_api`` tells a format that hands absent fields on to the EKS API from one with defaults of its own;
    ``absent`` is why an absent field is unknown instead, in a format that does not carry all of them.
    """

    format: str
    has_capitals: bool = False
    own: Mapping[str, str] = field(default_factory=dict)
    public: bool = True
    private: bool = False
    is_api: bool = True
    note: str = ""
    absent: str = ""

    def name(self, api_name: str) -> str:
        """The format's name for a field of the EKS API."""
        if api_name in self.own:
            return self.own[api_name]
        return api_name[:1].upper() + api_name[1:] if self.has_capitals else api_name

    def because(self, api_name: str, value: object, fact: str) -> str:
        """Whose default an absent field has."""
        own = self.name(api_name)
        if self.is_api:
            return f"{self.format}: without {own} the EKS API's default holds, {value} ({fact})"
        return f"{self.format}: {own} defaults to {value}{self.note}"

    def fall_back(self, draft: Draft, reference: str, value: object, because: str) -> None:
        """The default of an absent field, or why there is none."""
        if self.absent:
            draft.leave_open(reference, self.absent)
        else:
            draft.fall_back(reference, value, because)


def describe(draft: Draft, config: Section, dialect: Dialect) -> None:
    """All that a request to create a cluster says of it."""
    if not draft.take("/name", as_text(config.get("name"))):
        draft.leave_open("/name", "not given; it is made up at creation")
    describe_family(draft, config.section("kubernetesNetworkConfig"), dialect)
    vpc = config.section("resourcesVpcConfig")
    version = as_text(config.get("version"))
    describe_endpoint(draft, vpc, dialect, version)
    describe_places(draft, vpc)
    draft.take("/egress_mode", as_text(vpc.get("controlPlaneEgressMode")))
    draft.take("/auto_mode", as_flag(config.section("computeConfig").get("enabled")))
    describe_hosting(draft, config.section("outpostConfig"))
    describe_remote_networks(draft, config.section("remoteNetworkConfig"))
    describe_labels(draft, config.get("tags"))


def describe_family(draft: Draft, network: Section, dialect: Dialect) -> None:
    """IP family and service range; the family is fixed at creation and IPv4 unless said (F-5.7)."""
    family = as_text(network.get("ipFamily"))
    if isinstance(family.value, str):
        family = replace(family, value=family.value.lower())
        if family.value not in ("ipv4", "ipv6"):
            family = family.opened("neither ipv4 nor ipv6")
    if not draft.take("/ip_family", family):
        dialect.fall_back(draft, "/ip_family", "ipv4", dialect.because("ipFamily", "ipv4", "F-5.7"))
    service = network.get("serviceIpv4Cidr")
    if not service.is_missing:
        _take_one_range(draft, "/service_cidr", service)


def _take_one_range(draft: Draft, reference: str, reading: Reading) -> None:
    ranges = as_ranges(reading)
    one = ranges if isinstance(ranges.value, Open) else replace(ranges, value=next(iter(ranges.value), None))
    draft.take(reference, one)


def describe_endpoint(draft: Draft, vpc: Section, dialect: Dialect, version: Reading) -> None:
    """The two switches and the list (F-1.1, F-1.10)."""
    switches = (
        ("public", "endpointPublicAccess", dialect.public),
        ("private", "endpointPrivateAccess", dialect.private),
    )
    for switch, api_name, default in switches:
        if not draft.take(f"/endpoint_access/{switch}", as_flag(vpc.get(api_name))):
            because = dialect.because(api_name, str(default).lower(), "F-1.1")
            dialect.fall_back(draft, f"/endpoint_access/{switch}", default, because)
    describe_list(draft, vpc.get("publicAccessCidrs"), dialect, version)


def describe_list(draft: Draft, given: Reading, dialect: Dialect, version: Reading) -> None:
    """The allow-list. An empty one is as good as none (F-1.11); with the public endpoint off EKS keeps none."""
    reference = "/endpoint_access/public_access_cidrs"
    ranges = as_ranges(given)
    is_open_to_all = ranges.value == [] and ranges.because == ""
    if not ranges.is_missing and not is_open_to_all:
        draft.take(reference, ranges)
        return
    public = draft.cluster.get("endpoint_access", {}).get("public")
    if public is False:
        draft.fall_back(reference, [], f"{dialect.format}: without a public endpoint there is no list (F-1.11)")
        return
    if dialect.absent and not is_open_to_all:
        draft.leave_open(reference, dialect.absent)
        return
    everyone = _everyone(draft, version)
    shown = " and ".join(everyone)
    draft.fall_back(reference, list(everyone), dialect.because("publicAccessCidrs", shown, "F-1.10"))


def _everyone(draft: Draft, version: Reading) -> tuple[str, ...]:
    """The default list: both families where the endpoint is dual-stack (F-1.10, F-5.6)."""
    if draft.cluster.get("ip_family") != "ipv6":
        return EVERYONE
    created_at = draft.cluster.get("created_at")
    if created_at is not None:
        return EVERYONE if created_at < _DUAL_STACK_SINCE else EVERYONE_DUAL_STACK
    if is_older_than_dual_stack(version.value):
        sentence = "a cluster of this Kubernetes version was created before October 2024: its endpoint is IPv4 only"
        draft.assume("/endpoint_access/public_access_cidrs", sentence)
        return EVERYONE
    draft.assume("/endpoint_access/public_access_cidrs", "the cluster is created after October 2024: dual-stack")
    return EVERYONE_DUAL_STACK


def is_older_than_dual_stack(version: object) -> bool:
    """Whether EKS created the last cluster of a Kubernetes version before endpoints became dual-stack.

    YAML reads an unquoted 1.30 as the number 1.3; EKS began with 1.10, so a single digit lacks its zero.
    """
    major, _, minor = str(version).lstrip("v").partition(".")
    minor = minor.partition(".")[0]
    minor = f"{minor}0" if len(minor) == 1 else minor
    return major == "1" and minor.isdecimal() and len(minor) < 4 and int(minor) <= _LAST_MINOR_BEFORE_DUAL_STACK


def describe_places(draft: Draft, vpc: Section) -> None:
    """The cluster subnets and the groups on the endpoint network interfaces, as far as they are named."""
    subnets = as_texts(vpc.get("subnetIds"))
    if draft.take("/cluster_subnets", subnets) and isinstance(subnets.value, list):
        draft.cluster["cluster_subnets"] = list(dict.fromkeys(subnets.value))
        draft.know_subnets(subnets.value)
    groups = as_texts(vpc.get("securityGroupIds"))
    if isinstance(groups.value, Open):
        draft.take("/security_groups", groups)
    elif groups.value and not groups.is_missing:
        draft.leave_open("/security_groups", "named, but without their rules", ", ".join(groups.value))


def describe_hosting(draft: Draft, outpost: Section) -> None:
    """Whether the control plane runs on an Outpost, and on which kind (F-7.1, F-7.2, F-7.4)."""
    if isinstance(outpost.value, Open):
        draft.take("/hosting", Reading(outpost.value, outpost.place))
        return
    if not outpost.value or not outpost.is_there:
        return
    is_instance_store = not outpost.get("etcdInstanceType").is_missing
    hosting = "outposts_instance_store" if is_instance_store else "outposts_ebs"
    draft.compute(
        "/hosting", hosting, "an Outpost is configured; etcdInstanceType marks the kind (F-7.4)", outpost.place
    )


def describe_remote_networks(draft: Draft, remote: Section) -> None:
    """Where hybrid nodes and their pods stand, and the nodes as consumers (F-7.6)."""
    if not remote.is_there:
        return
    if isinstance(remote.value, Open):
        draft.take("/remote_networks", Reading(remote.value, remote.place))
        return
    for side, api_name in (("node_cidrs", "remoteNodeNetworks"), ("pod_cidrs", "remotePodNetworks")):
        ranges = _remote_ranges(remote, api_name)
        draft.take(f"/remote_networks/{side}", ranges)
    nodes = draft.cluster.get("remote_networks", {}).get("node_cidrs")
    if nodes:
        draft.consumer(
            {"name": "hybrid nodes", "kind": "hybrid_node"}, Reading(nodes, remote.place, "remote node networks")
        )
        draft.leave_open("/connections", "hybrid nodes need a link to the VPC, which the document does not describe")


def _remote_ranges(remote: Section, api_name: str) -> Reading:
    whole = remote.get(api_name)
    if whole.is_missing or isinstance(whole.value, Open):
        return whole
    found: list[Any] = []
    for network in remote.sections(api_name):
        ranges = as_ranges(network.get("cidrs"))
        if isinstance(ranges.value, Open):
            return ranges
        found += [] if ranges.is_missing else ranges.value
    return Reading(found, whole.place, whole.because, whole.assumed)


def describe_labels(draft: Draft, tags: Reading) -> None:
    """Tags as labels: pairs in an object, or a list of keys and values; open ones are left out one by one."""
    value = tags.value
    if tags.is_missing:
        return
    if isinstance(value, Open):
        draft.take("/labels", tags)
        return
    pairs = dict(_pairs(value))
    labels = {key: text for key, text in pairs.items() if isinstance(text, str) and _is_label(key, text)}
    for key in sorted(pairs.keys() - labels.keys())[:10]:
        draft.leave_open(f"/labels/{key}", "no plain text", getattr(pairs[key], "text", ""))
    if labels:
        draft.take("/labels", replace(tags, value=dict(list(labels.items())[:100])))


def _pairs(value: object) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(key, text) for key, text in value.items() if isinstance(key, str)]
    items = value if isinstance(value, list) else []
    found = []
    for item in items:
        if isinstance(item, Mapping):
            key, text = item.get("Key", item.get("key")), item.get("Value", item.get("value"))
            if isinstance(key, str):
                found.append((key, str(text) if isinstance(text, int | float) else text))
    return found


def _is_label(key: str, text: str) -> bool:
    return as_text(Reading(key)).value == key and (text == "" or as_text(Reading(text)).value == text)
