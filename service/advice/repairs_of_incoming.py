"""Repairs of what keeps the API server from kubelets, webhooks and aggregated APIs, in every mode alike (F-3.18)."""

from __future__ import annotations

from collections.abc import Iterable

from service.advice.faults import NEW_LINK, CallFault, change, example, named_tables, repair
from service.domain.addresses import Addresses, addresses, of_networks
from service.domain.change import ChangeKind, Repair
from service.domain.consumer import ConsumerKind, Vantage
from service.engine.from_api_server import CUSTOMER_ROUTED
from service.engine.scene import CLUSTER_GROUP


def admit_control_plane(fault: CallFault) -> Iterable[Repair]:
    """A rule for the port on a group of the target, from the groups of the endpoint network interfaces (F-3.16)."""
    caller, scene = fault.journey.caller, fault.known.scene
    described = sorted((caller.groups or frozenset()) & scene.groups.keys())
    ports = _ports(fault)
    if not described or not ports:
        return
    sources = tuple(sorted(scene.interface_groups.cluster_ids - {CLUSTER_GROUP}))
    cidrs = () if sources else _interface_ranges(fault)
    name = caller.consumer.name
    changes = tuple(
        change(
            ChangeKind.SECURITY_GROUP_RULE,
            described[0],
            direction="ingress",
            protocol="tcp",
            from_port=port,
            to_port=port,
            cidrs=cidrs,
            groups=sources,
        )
        for port in ports
    )
    said = ", ".join(map(str, ports))
    sentence = f"admit TCP {said} from {', '.join((*sources, *cidrs))}, the control plane, on {described[0]} ({name})"
    if sources or cidrs:
        yield repair("admit-control-plane", name, sentence, ("F-3.16", "F-3.17"), *changes)


def let_control_plane_out(fault: CallFault) -> Iterable[Repair]:
    """A rule for the port out of the groups on the endpoint network interfaces (F-3.11)."""
    caller, scene = fault.journey.caller, fault.known.scene
    described = sorted(scene.interface_groups.ids & scene.groups.keys())
    groups = tuple(sorted((caller.groups or frozenset()) - {CLUSTER_GROUP})) if caller.is_inside else ()
    cidrs = () if groups else _target_ranges(fault)
    if not described or not (groups or cidrs):
        return
    name = caller.consumer.name
    changes = tuple(
        change(
            ChangeKind.SECURITY_GROUP_RULE,
            described[0],
            direction="egress",
            protocol="tcp",
            from_port=port,
            to_port=port,
            cidrs=cidrs,
            groups=groups,
        )
        for port in _ports(fault)
    )
    said = ", ".join(map(str, _ports(fault)))
    sentence = f"let {described[0]} send TCP {said} to {name}"
    yield repair("control-plane-let-out", name, sentence, ("F-3.11",), *changes)


def open_firewall_to_it(fault: CallFault) -> Iterable[Repair]:
    """The firewall on the link, or one that a route names, passes the API server's calls (F-7.9)."""
    devices = sorted({trace.hops[-1].component for trace in fault.calls_to_it})
    for device in devices:
        ports = sorted({trace.port for trace in fault.calls_to_it if trace.hops[-1].component == device})
        changes = tuple(
            change(
                ChangeKind.CONNECTION_FIREWALL,
                device,
                direction="from_cluster",
                protocol="tcp",
                from_port=port,
                to_port=port,
            )
            for port in ports
        )
        said = ", ".join(map(str, ports))
        sentence = (
            f"let the firewall on {device} pass TCP {said} from the cluster subnets to {fault.journey.consumer.name}"
        )
        yield repair("firewall-passes", device, sentence, ("F-7.8", "F-7.9"), *changes)


def route_to_it(fault: CallFault) -> Iterable[Repair]:
    """Routes of the cluster subnets to a target behind a link, within the remote networks of the cluster (F-7.9)."""
    scene, caller = fault.known.scene, fault.journey.caller
    ranges = _target_ranges(fault)
    if not ranges or caller.is_inside or caller.vantage is Vantage.INTERNET:
        return
    tables = sorted({place.table.id for place in scene.cluster_places if place.table} & named_tables(fault.known))
    name, link = caller.consumer.name, caller.connection
    changes = []
    if link is None:
        made = example(ChangeKind.CONNECTION, NEW_LINK, ("target",), kind="transit_gateway", remote_cidrs=ranges)
        to_table = [example(ChangeKind.ROUTE, table, ("via",), destinations=ranges, via=NEW_LINK) for table in tables]
        changes += [made, *to_table]
    else:
        changes += [
            change(ChangeKind.CONNECTION, link.id, kind=link.kind),
            *(change(ChangeKind.ROUTE, table, destinations=ranges, via=link.id) for table in tables),
        ]
    said = f"route {', '.join(ranges)} ({name}) from the cluster subnets to {link.id if link else NEW_LINK}, and back"
    remote, kind = scene.cluster.remote_networks, caller.consumer.kind
    lacks = {ConsumerKind.HYBRID_NODE: remote.node_cidrs, ConsumerKind.POD: remote.pod_cidrs}.get(kind)
    if lacks is not None and not of_networks(lacks).covers(addresses(*ranges)):
        what = "node" if kind is ConsumerKind.HYBRID_NODE else "pod"
        changes.append(change(ChangeKind.REMOTE_NETWORKS, **{f"{what}_cidrs": ranges}))
        said = f"put {', '.join(ranges)} among the remote {what} networks of the cluster, and {said}"
    yield repair("routed-to", name, said, ("F-7.8", "F-7.9"), *changes)


def route_own_egress(fault: CallFault) -> Iterable[Repair]:
    """Paths of AWS lead to public issuers only; the control plane's egress can go through the VPC (F-12.9)."""
    made = change(ChangeKind.CONTROL_PLANE_EGRESS, egress_mode=CUSTOMER_ROUTED)
    sentence = (
        f"use an issuer with a public address in place of {fault.journey.consumer.name}, or let the control plane's "
        "own calls leave through the VPC (CUSTOMER_ROUTED), which cannot be undone"
    )
    yield repair("egress-routed", "", sentence, ("F-8.16", "F-12.9", "F-12.10"), made)


def _ports(fault: CallFault) -> tuple[int, ...]:
    return tuple(sorted({trace.port for trace in fault.calls_to_it}))


def _interface_ranges(fault: CallFault) -> tuple[str, ...]:
    """Where the endpoint network interfaces stand: pinned by subnet, for their addresses are not stable (F-3.7)."""
    found = Addresses()
    for place in fault.known.scene.cluster_places:
        found |= place.addresses(4) or Addresses()
    return found.texts() or tuple(map(str, fault.known.question.cluster.vpc.cidrs or ()))


def _target_ranges(fault: CallFault) -> tuple[str, ...]:
    caller = fault.journey.caller
    if caller.addresses:
        return caller.addresses.texts()
    if caller.is_inside:
        return of_networks(tuple(p.subnet.cidr for p in caller.places if p.subnet.cidr is not None)).texts()
    return of_networks(fault.known.question.cluster.remote_networks.pod_cidrs).texts()


def use_host_network(fault: CallFault) -> Iterable[Repair]:
    """Pods on the host network have the address of their node, which the control plane reaches (F-3.17)."""
    consumer = fault.journey.consumer
    name, subnet = consumer.name, consumer.location.subnet if consumer.location else None
    made = change(ChangeKind.CONSUMER_LOCATION, name, at="cluster_vpc", subnet=subnet)
    sentence = f"run {name} on the host network, so that it has the address of its node"
    yield repair("host-network-used", name, sentence, ("F-3.17",), made)
