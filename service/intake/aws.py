"""Reads what AWS APIs answer and take: a cluster, the network around it, and who calls it.

1. All documents together describe each cluster with the VPC that it stands in. The VPC is the one that the
   cluster names, or the one of its subnets; what belongs to other VPCs is left out, but for the far side of links.
2. Without a cluster each VPC is described by itself.
3. What the collector wrote about several clusters is read cluster by cluster.
4. A part that no document shows is unknown; one that a whole list shows to be empty is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized
from dataclasses import replace
from typing import Any

from service.intake.aws_around import Around
from service.intake.aws_bundle import Bundle
from service.intake.aws_clusters import CONNECTED, FORMAT, Named, clusters_of
from service.intake.aws_collections import CONSUMER_CALLS, collections_of
from service.intake.aws_consumers import describe_consumers
from service.intake.aws_documents import collect
from service.intake.aws_filters import describe_acls, describe_groups, own_interfaces
from service.intake.aws_links import describe_links
from service.intake.aws_routes import describe_nat_gateways, describe_routes, know_targets
from service.intake.aws_vpcs import complete_subnets, describe_subnets, describe_vpc
from service.intake.coherence import make_coherent
from service.intake.drafting import Draft
from service.intake.formats import Documents, Format
from service.intake.understanding import Ignored, NotUnderstoodError, Understanding

MOST_CLUSTERS = 200
MOST_ELEMENTS = 1_000
MOST_WORK = 10_000
"""Elements in the VPCs of all clusters, one VPC counted for each cluster in it (0.3 ms were measured for each)."""
MOST_RANGES = 10_000
_OF_A_VPC = (
    *("subnets", "routetables", "natgateways", "securitygroups", "networkacls", "vpcendpoints", "networkinterfaces"),
    *("vpcattributes", "transitgatewayvpcattachments", "clientvpnendpoints", "vpcs"),
)
_THROUGH_ROUTES = {
    "internetgateways": "an internet gateway counts through the routes that lead to it",
    "egressonlyinternetgateways": "an egress-only gateway counts through the routes that lead to it",
    "customergateways": "the far end of a VPN, whose ranges its routes tell",
    "addresses": "an Elastic IP counts where a NAT gateway or an instance has it",
}


def recognises(document: Any, name: str) -> bool:
    """Whether the document holds anything that this module knows."""
    return isinstance(document, dict | list) and collect([(name, document)]).is_recognised


def read(documents: Documents) -> tuple[Understanding, ...]:
    """The clusters, or without any the VPCs; raises `NotUnderstoodError` if there is neither."""
    found: list[Understanding] = []
    refusals: list[NotUnderstoodError] = []
    for share in collections_of(documents):
        try:
            found += _read(share)
        except NotUnderstoodError as error:
            refusals.append(error)
    if not found:
        raise refusals[0]
    left_out = tuple(Ignored(place=error.place, why=error.detail) for error in refusals)
    return (replace(found[0], ignored=(*found[0].ignored, *left_out)), *found[1:])


def _read(documents: Documents) -> tuple[Understanding, ...]:
    """The same of documents that belong together."""
    bundle = collect(documents.items())
    clusters = clusters_of(bundle)
    if len(clusters) > MOST_CLUSTERS:
        raise NotUnderstoodError(f"the documents describe {len(clusters)} clusters, expected at most {MOST_CLUSTERS}")
    work = sum(len(bundle.by(kind, "VpcId").get(one.vpc, ())) for one in clusters for kind in _OF_A_VPC)
    if len(clusters) > 1 and work > MOST_WORK:
        raise NotUnderstoodError("too many clusters beside too large a network: send them in several documents")
    shared = tuple(bundle.ignored) + tuple(_counted_elsewhere(bundle))
    if clusters:
        return tuple(_with_cluster(bundle, one, shared, len(clusters) == 1) for one in clusters)
    refused = next((one for one in bundle.ignored if one.why == CONNECTED), None)
    if refused:
        raise NotUnderstoodError(refused.why, refused.place)
    vpcs = list(_vpcs(bundle))[:MOST_CLUSTERS]
    if not vpcs:
        raise NotUnderstoodError(*_nothing(bundle))
    return tuple(_without_cluster(bundle, vpc, shared) for vpc in vpcs)


def _nothing(bundle: Bundle) -> tuple[str, str]:
    """Why the documents describe neither a cluster nor a VPC, and where."""
    named = [kind for kind in ("nodegroups", "fargateprofiles") if bundle.of(kind)]
    if named:
        place = bundle.of(named[0])[0].place
        return "it belongs to a cluster that is not described: add `aws eks describe-cluster`", place
    if bundle.ignored:
        first = bundle.ignored[0]
        return f"no cluster and no VPC is described: {first.why}", first.place
    return "no cluster and no VPC is described: the lists are empty, or of things that belong to none", ""


def _with_cluster(bundle: Bundle, named: Named, shared: tuple[Ignored, ...], is_alone: bool) -> Understanding:
    draft = named.draft
    vpc = named.vpc or _vpc_of_subnets(draft, bundle)
    around = Around(bundle=bundle, vpc=vpc, region=named.region, account=named.account)
    describe_consumers(draft, bundle, named, is_alone)
    in_vain = sorted(CONSUMER_CALLS.intersection(bundle.unanswered))
    if in_vain:
        draft.leave_open("/consumers", "some who call may be missing: a call was denied or failed", ", ".join(in_vain))
    if vpc and not draft.cluster.get("cluster_subnets"):
        _subnets_of_interfaces(draft, around, named)
    has_network = bundle.lists.keys() - {"nodegroups", "fargateprofiles", "launchtemplateversions"}
    if has_network and vpc:
        describe_network(draft, around, named)
    elif has_network:
        draft.leave_open("/vpc", "no document ties the network that is described to the cluster's VPC")
    draft.ignored += [*shared, *_of_other_vpcs(bundle, vpc)]
    return _closed(draft)


def _without_cluster(bundle: Bundle, vpc: str, shared: tuple[Ignored, ...]) -> Understanding:
    draft = Draft(format=FORMAT, place=vpc)
    describe_network(draft, Around(bundle=bundle, vpc=vpc), None)
    draft.ignored += [*shared, *_of_other_vpcs(bundle, vpc)]
    return replace(_closed(draft), has_cluster=False)


def _closed(draft: Draft) -> Understanding:
    """The description, held to what a question may hold."""
    make_coherent(draft)
    for name in ("route_tables", "nat_gateways", "connections", "firewalls", "network_acls"):
        _refuse_many(draft.cluster.get(name, ()), name, MOST_ELEMENTS)
    for link in draft.cluster.get("connections", ()):
        _refuse_many(link.get("remote_cidrs", ()), "remote_cidrs", MOST_RANGES)
        _refuse_many(link.get("carries", ()), "carries", MOST_RANGES)
    for part, name in (("endpoint_access", "public_access_cidrs"), ("vpc", "cidrs"), ("vpc", "domain_name_servers")):
        _refuse_many(draft.cluster.get(part, {}).get(name, ()), name, MOST_ELEMENTS)
    return draft.understanding()


def _refuse_many(items: Sized, name: str, most: int) -> None:
    if len(items) > most:
        raise NotUnderstoodError(f"one cluster has {len(items)} of `{name}`, expected at most {most}")


def describe_network(draft: Draft, around: Around, named: Named | None) -> None:
    """All around the cluster; the order matters where one part refers to another."""
    describe_vpc(draft, around)
    describe_nat_gateways(draft, around)
    describe_subnets(draft, around)
    describe_routes(draft, around)
    describe_groups(draft, around, named)
    describe_acls(draft, around)
    describe_links(draft, around)
    know_targets(draft)
    complete_subnets(draft, around)


def _vpc_of_subnets(draft: Draft, bundle: Bundle) -> str:
    """The VPC that all described cluster subnets lie in; nothing if that is not one."""
    wanted = set(draft.cluster.get("cluster_subnets", ()))
    found = {one.text("VpcId") for one in bundle.of("subnets") if one.text("SubnetId") in wanted}
    vpc = found.pop() if len(found) == 1 else ""
    if vpc:
        draft.assume("/vpc", f"the cluster stands in {vpc}, where its subnets lie")
    return vpc


def _subnets_of_interfaces(draft: Draft, around: Around, named: Named) -> None:
    """Where the EKS-owned network interfaces stand, for a cluster whose subnets are not told (F-3.1)."""
    interfaces = own_interfaces(around, named)
    subnets = sorted({one.text("SubnetId") for one in interfaces} - {""})
    if subnets:
        place = interfaces[0].place
        draft.compute("/cluster_subnets", subnets, "the subnets of the EKS-owned network interfaces", place)
        draft.unknown[:] = [one for one in draft.unknown if one.field != "/cluster_subnets"]
        draft.know_subnets(subnets)


def _vpcs(bundle: Bundle) -> Iterator[str]:
    """The VPCs that the documents speak of, in their order."""
    kinds = ("vpcs", *(kind for kind in _OF_A_VPC if kind != "vpcs"))
    yield from dict.fromkeys(id_ for kind in kinds for one in bundle.of(kind) if (id_ := one.text("VpcId")))


def _counted_elsewhere(bundle: Bundle) -> Iterator[Ignored]:
    for kind, why in _THROUGH_ROUTES.items():
        yield from (Ignored(place=one.place, why=why) for one in bundle.of(kind))


def _of_other_vpcs(bundle: Bundle, vpc: str) -> Iterator[Ignored]:
    """What belongs to other VPCs, said once for each list and VPC."""
    for kind in _OF_A_VPC:
        first: dict[str, str] = {}
        for one in bundle.of(kind):
            first.setdefault(one.text("VpcId"), one.place)
        for other, place in first.items():
            if other and other != vpc:
                yield Ignored(place=place, why=f"it and its like belong to another VPC, {other}")


FORMATS: tuple[Format, ...] = (
    Format(
        name=FORMAT,
        title="requests and responses of the AWS APIs (EKS, EC2, Cloud Control, AWS Config)",
        recognises=recognises,
        read=read,
    ),
)
