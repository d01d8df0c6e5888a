"""What rules a mode out: facts first, then requirements; each with an id, a sentence and a citation.

1. A required consumer that does not get in, by its cause; one of which a fact is missing leaves the mode
   undetermined (law 8).
2. An unwanted one that does.
3. What EKS refuses: the hosting's modes (F-7.1, F-7.2), entries of the list (F-1.12 to F-1.15), the cluster
   subnets (F-3.4, F-3.5), Fargate in public subnets (F-7.15), remote networks (F-7.10), hybrid IPv6 (F-5.10).
   What AWS advises against: hybrid nodes with both endpoints that ask public DNS (F-7.6, G8).
4. DNS attributes without which nodes cannot register (F-2.8).
5. What the caller or the organisation's policy insists on; the policy's guardrails come last of all (`ruling`).

`OBJECTIONS` lists them in the order in which they are reported. No score overrules any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from service.domain.addresses import (
    RESERVED,
    Addresses,
    Network,
    addresses,
    of_network,
)
from service.domain.cluster import EndpointMode, Hosting, IpFamily
from service.domain.consumer import ConsumerKind, Importance
from service.domain.decision import Objection
from service.domain.trace import Answer, Trace
from service.engine.case import Case
from service.engine.gateways import is_internet_gateway
from service.engine.public_way import LONGEST_LIST
from service.engine.requirements import requirements
from service.engine.scene import Scene
from service.engine.tracing import Journey

NO_CLUSTER_ZONES = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
"""Zone ids in which no cluster subnet may lie (F-3.5)."""
PRIVATE_SPACE = addresses("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
MODES_OF = {
    Hosting.REGION: frozenset(EndpointMode),
    Hosting.OUTPOSTS_EBS: frozenset({EndpointMode.PRIVATE}),
    Hosting.OUTPOSTS_INSTANCE_STORE: frozenset({EndpointMode.PRIVATE, EndpointMode.PUBLIC_AND_PRIVATE}),
}
"""Which modes a hosting knows (F-7.1 to F-7.3)."""


def objections(case: Case) -> tuple[Objection, ...]:
    """All objections to the mode, in the order of `OBJECTIONS`."""
    return tuple(objection for raise_objections in OBJECTIONS for objection in raise_objections(case))


def blocked_consumers(case: Case) -> Iterable[Objection]:
    """A required consumer does not get in, or is not known to."""
    blocked: dict[tuple[str, bool], list[Trace]] = {}
    for journey, flow in case.flows():
        if journey.consumer.importance is Importance.REQUIRED and flow.cause is not None:
            blocked.setdefault((flow.cause, not flow.is_uncertain), []).append(flow)
    for (cause, certain), flows in sorted(blocked.items(), key=lambda item: (not item[0][1], item[0][0])):
        names = tuple(sorted(flow.consumer for flow in flows))
        last = flows[0].hops[-1]
        missing = sorted({name for flow in flows for name in flow.missing})
        how = "not get in" if certain else f"perhaps not get in; that turns on {', '.join(missing)}"
        sentence = f"{', '.join(names)} would {how}: {last.component}: {last.detail}"
        facts = tuple(sorted({fact for flow in flows for fact in flow.hops[-1].facts}))
        yield Objection(id=cause, consumers=names, sentence=sentence, facts=facts, is_certain=certain)


def unwanted_admitted(case: Case) -> Iterable[Objection]:
    """A consumer that must not get in does, or is not known not to."""
    for certain in (True, False):
        names = tuple(
            journey.consumer.name
            for journey, flow in case.flows()
            if journey.consumer.importance is Importance.UNWANTED
            and (flow.is_accepted if certain else flow.is_uncertain)
        )
        if names:
            how = "gets in" if certain else "may get in"
            yield Objection(
                id="unwanted-consumer-admitted",
                consumers=names,
                facts=("F-1.22",),
                is_certain=certain,
                sentence=f"{', '.join(names)} must not get in and {how}",
                source="requirement",
            )


def hosting_forbids(case: Case) -> Iterable[Objection]:
    """The kind of control plane does not offer the mode (F-7.1, F-7.2)."""
    hosting = case.scene.hosting
    if case.mode not in MODES_OF[hosting]:
        known = ", ".join(mode.value for mode in EndpointMode if mode in MODES_OF[hosting])
        yield Objection(
            id="hosting-forbids-mode",
            facts=("F-7.1", "F-7.2"),
            sentence=f"a local cluster on Outposts ({hosting.value}) offers only {known}",
        )


def refused_list_entries(case: Case) -> Iterable[Objection]:
    """EKS refuses entries of the list: reserved, of the wrong family, or too many (F-1.12 to F-1.16)."""
    listed = case.scene.access.public_access_cidrs
    if not case.mode.has_public:
        return
    reserved = [network for network in listed if RESERVED.covers(of_network(network))]
    if reserved:
        yield Objection(
            id="public-access-cidr-reserved",
            facts=("F-1.13", "F-1.14"),
            sentence=f"EKS refuses reserved ranges in publicAccessCidrs: {_listed(reserved)}",
        )
    wrong = [network for network in listed if network.version == 6 and not case.scene.is_dual_stack]
    if wrong:
        yield Objection(
            id="public-access-cidr-wrong-family",
            facts=("F-1.15", "F-1.16"),
            sentence=f"the endpoint has IPv4 addresses only, so EKS refuses {_listed(wrong)}",
        )
    if len(listed) > LONGEST_LIST and len(set(listed)) > LONGEST_LIST:
        sentence = f"the list has {len(set(listed))} ranges and EKS takes {LONGEST_LIST}"
        yield Objection(id="public-access-cidr-quota-exceeded", sentence=sentence, facts=("F-1.12",))


def _listed(networks: Iterable[Network]) -> str:
    return ", ".join(sorted({str(network) for network in networks}))


def cluster_subnets(case: Case) -> Iterable[Objection]:
    """EKS refuses cluster subnets in one zone, or in zones that take none (F-3.4, F-3.5)."""
    scene = case.scene
    if scene.hosting is not Hosting.REGION or not scene.cluster.cluster_subnets:
        return
    subnets = [place.subnet for place in scene.cluster_places]
    unfit = [s.id for s in subnets if not s.stands_in_zone or s.availability_zone in NO_CLUSTER_ZONES]
    if unfit:
        yield Objection(
            id="cluster-subnet-in-unsupported-zone",
            facts=("F-3.5", "F-7.16"),
            sentence=f"no cluster subnet may lie where {', '.join(unfit)} lies",
        )
    zones = {subnet.availability_zone for subnet in subnets}
    if len(subnets) == 1 or (len(zones) == 1 and None not in zones):
        yield Objection(
            id="single-availability-zone",
            facts=("F-3.4",),
            sentence="EKS refuses cluster subnets in fewer than two availability zones",
        )


def fargate_subnets(case: Case) -> Iterable[Objection]:
    """Fargate pods run in private subnets only (F-7.15)."""
    found = set()
    for journey in case.journeys:
        if journey.consumer.kind is ConsumerKind.FARGATE_POD:
            for place in journey.caller.places:
                if place.table and any(is_internet_gateway(route.target) for route in place.table.routes):
                    found.add(place.id)
    if found:
        yield Objection(
            id="fargate-in-public-subnet",
            facts=("F-7.15",),
            sentence=f"Fargate pods cannot run in a public subnet: {', '.join(sorted(found))}",
        )


def hybrid_networks(case: Case) -> Iterable[Objection]:
    """Hybrid nodes need an IPv4 cluster and remote networks that EKS takes (F-5.10, F-7.10)."""
    scene, remote = case.scene, case.scene.cluster.remote_networks
    hybrid = any(journey.consumer.kind is ConsumerKind.HYBRID_NODE for journey in case.journeys)
    ranges = (*remote.node_cidrs, *remote.pod_cidrs)
    if (hybrid or ranges) and scene.ip_family is IpFamily.IPV6:
        yield Objection(
            id="hybrid-nodes-need-ipv4",
            facts=("F-5.10", "F-7.11"),
            sentence="hybrid nodes are not possible on a cluster of the IPv6 family",
        )
    faults = sorted(set(_remote_faults(scene, ranges)))
    if faults:
        yield Objection(
            id="remote-networks-invalid",
            facts=("F-7.10",),
            sentence=f"EKS refuses the remote networks: {'; '.join(faults)}",
        )


def hybrid_nodes_outside(case: Case) -> Iterable[Objection]:
    """With both endpoints on, hybrid nodes are to ask the VPC's resolver (G8, F-7.6, F-7.7).

    Elsewhere the name gives them the public addresses, and AWS tells them to use one endpoint or the other, though
    those that are on the list get in (C-1).
    """
    if case.mode is not EndpointMode.PUBLIC_AND_PRIVATE:
        return
    names = tuple(
        journey.consumer.name
        for journey, flow in case.flows()
        if journey.consumer.kind is ConsumerKind.HYBRID_NODE
        and journey.consumer.importance is Importance.REQUIRED
        and flow.is_accepted
        and flow.resolved_to is Answer.PUBLIC_ADDRESSES
    )
    if names:
        yield Objection(
            id="hybrid-node-resolves-public-ip-in-dual-mode",
            consumers=names,
            facts=("F-7.6", "F-7.7", "G8"),
            sentence=f"{', '.join(names)} would ask public DNS and get in by the public endpoint alone: for hybrid"
            " nodes AWS advises against both endpoints, unless their DNS forwards the name into the cluster VPC",
        )


def _remote_faults(scene: Scene, ranges: Sequence[Network]) -> Iterable[str]:
    service = scene.cluster.service_cidr
    seen = Addresses()
    for network in sorted(ranges, key=str):
        own = of_network(network)
        if network.version == 6 or not PRIVATE_SPACE.covers(own):
            yield f"{network} is not private IPv4 space"
        if own.meets(scene.vpc_addresses):
            yield f"{network} overlaps the VPC"
        if service is not None and own.meets(of_network(service)):
            yield f"{network} overlaps the service range"
        if own.meets(seen):
            yield f"{network} overlaps another remote network"
        seen |= own


def dns_faults(scene: Scene, journeys: Sequence[Journey]) -> Iterable[tuple[str, str]]:
    """The DNS attributes without which nodes and Fargate pods cannot register, by cause (F-2.8)."""
    kinds = (ConsumerKind.NODE, ConsumerKind.FARGATE_POD)
    if not any(journey.consumer.kind in kinds for journey in journeys):
        return
    if scene.cluster.vpc.has_dns_support is False:
        yield "vpc-dns-support-disabled", "the VPC's DNS support is off, so nodes cannot register in any mode"
    if scene.cluster.vpc.has_dns_hostnames is False:
        yield (
            "vpc-dns-hostnames-disabled",
            "the VPC's DNS hostnames are off, so nodes cannot register in any mode",
        )


def dns_attributes(case: Case) -> Iterable[Objection]:
    """Nodes cannot register without both DNS attributes (F-2.8)."""
    for cause, sentence in dns_faults(case.scene, case.journeys):
        yield Objection(id=cause, sentence=sentence, facts=("F-2.8",))


def managed_collectors(case: Case) -> Iterable[Objection]:
    """A managed Prometheus collector needs the private endpoint (F-6.14)."""
    names = tuple(
        j.consumer.name
        for j in case.journeys
        if j.consumer.is_managed_collector and j.consumer.importance is Importance.REQUIRED
    )
    if names and not case.mode.has_private:
        yield Objection(
            id="managed-collector-needs-private-access",
            consumers=names,
            facts=("F-6.14",),
            sentence=f"{', '.join(names)}: a managed collector needs the private endpoint",
        )


OBJECTIONS: tuple[Callable[[Case], Iterable[Objection]], ...] = (
    blocked_consumers,
    unwanted_admitted,
    hosting_forbids,
    refused_list_entries,
    cluster_subnets,
    fargate_subnets,
    hybrid_networks,
    hybrid_nodes_outside,
    dns_attributes,
    managed_collectors,
    requirements,
)
