"""Repairs at the callers: where they stand, whom they ask, from which address they come, what is listed."""

from __future__ import annotations

from collections.abc import Iterable

from service.advice.allow_list import PUBLIC_MODES, derived_lists
from service.advice.faults import EXAMPLE_ADDRESS, NEW_LINK, CallFault, Fault, change, example, keeps, listing, repair
from service.advice.forwarding import inbound_endpoint
from service.domain.addresses import Addresses, addresses, merged, of_networks
from service.domain.change import ChangeKind, Repair
from service.domain.consumer import ConsumerKind, Vantage
from service.domain.network import Connection
from service.engine import Study
from service.engine.callers import Caller
from service.engine.proxies import endpoint_suffix

EXAMPLE_NETWORKS = ("10.250.0.0/24", "172.31.250.0/24")


def list_its_addresses(fault: CallFault) -> Iterable[Repair]:
    """Its addresses on a list that is kept as given; a derived one holds them already."""
    trace = fault.trace
    if not keeps(fault) or trace.source is None or fault.mode not in PUBLIC_MODES:
        return
    listed = merged((*fault.known.scene.access.public_access_cidrs, *trace.source.networks()))
    sentence = f"put {', '.join(trace.source.texts()[:4])} ({trace.consumer}) on the list"
    yield repair("listed", trace.consumer, sentence, ("F-1.18", "F-4.6"), listing(fault, tuple(map(str, listed))))


def use_smallest_list(fault: Fault) -> Iterable[Repair]:
    """The derived list in place of one that is kept as given."""
    if not keeps(fault) or fault.mode not in PUBLIC_MODES:
        return
    cidrs = derived_lists(fault.known, (fault.mode,))[fault.mode].cidrs
    if cidrs:
        sentence = f"set the list to the smallest that serves whom it must: {', '.join(map(str, cidrs[:4]))}" + (
            f" and {len(cidrs) - 4} more" if len(cidrs) > 4 else ""
        )
        yield repair("smallest-list", "", sentence, ("F-1.11", "F-1.12"), listing(fault, tuple(map(str, cidrs))))


def fix_egress(fault: CallFault) -> Iterable[Repair]:
    """An address of its own to come from, where nobody knows its addresses or they change (F-6.12).

    A function outside every VPC can have none; in a VPC it may as well stand in this one (F-6.13).
    """
    trace, caller = fault.trace, fault.journey.caller
    if trace.source is not None:
        return
    if caller.consumer.kind is ConsumerKind.FUNCTION and caller.vantage is Vantage.INTERNET:
        return
    address = _free_address(fault.known)
    changes = [example(ChangeKind.CONSUMER_EGRESS, trace.consumer, ("cidrs",), cidrs=(address,))]
    listed = ""
    if keeps(fault):
        present = tuple(map(str, fault.known.scene.access.public_access_cidrs))
        changes.append(listing(fault, (*present, address), is_example=True))
        listed = ", and put it on the list"
    sentence = f"give {trace.consumer} a fixed egress address ({address} stands for it){listed}"
    yield repair("fixed-egress", trace.consumer, sentence, ("F-6.12", "F-4.6"), *changes)


def _free_address(known: Study) -> str:
    """An example of an address: one that is approved, where it has to be, and as far as it goes nobody else's."""
    approved = known.question.approved_source_cidrs
    if not approved:
        return EXAMPLE_ADDRESS
    taken = Addresses()
    for journey in (journey for journeys in known.traced.values() for journey in journeys):
        for trace in journey.to_api_server.values():
            taken |= trace.source or Addresses()
    free = (of_networks(approved) - taken).networks() or approved
    return str(free[0].network_address)


def forward_dns(fault: CallFault) -> Iterable[Repair]:
    """Its queries asked of the VPC's resolver, from outside the VPC through an inbound endpoint (F-2.14)."""
    caller = fault.journey.caller
    name = caller.consumer.name
    made = change(ChangeKind.CONSUMER_RESOLVER, name, resolver="forwarded_to_cluster_vpc")
    if caller.is_inside:
        sentence = f"forward the DNS queries of {name} for the endpoint's name to the VPC's own resolver"
        yield repair("dns-forwarded", name, sentence, ("F-2.3", "F-2.7"), made)
        return
    sentence = f"forward the DNS queries of {name} for the endpoint's name to a Route 53 inbound endpoint in the VPC"
    has_one = fault.known.question.cluster.vpc.has_inbound_resolver is True
    first = () if has_one else (inbound_endpoint(fault.known, (caller,)),)
    yield repair("dns-forwarded", name, sentence, ("F-2.3", "F-2.14"), *first, made)


def move_inside(fault: CallFault) -> Iterable[Repair]:
    """Run it in the VPC, or let its calls go through somebody who stands there (F-6.1, F-6.10)."""
    journey = fault.journey
    if journey.caller.is_inside or journey.consumer.kind.is_node_like:
        return
    name = journey.consumer.name
    yield from _tunnels(fault, name)
    scene = fault.known.scene
    place = min(scene.cluster_places, key=lambda it: it.id)
    subnet = place.id if place.id in scene.places else None
    groups = tuple(sorted(scene.interface_groups.cluster_ids))
    made = change(ChangeKind.CONSUMER_LOCATION, name, at="cluster_vpc", subnet=subnet, security_groups=groups)
    verb = "attach" if journey.consumer.kind is ConsumerKind.FUNCTION else "run"
    sentence = f"{verb} {name} inside the VPC{f', in {subnet}' if subnet else ''}, with the cluster security group"
    yield repair("moved-inside", name, sentence, ("F-6.1", "F-6.12", "F-6.13"), made)


def _tunnels(fault: CallFault, name: str) -> Iterable[Repair]:
    """A bastion is an operator in the VPC whose own calls arrive."""
    if fault.journey.consumer.tunnel_via is not None:
        return
    for other in fault.known.journeys(fault.known.scene.access, (fault.mode,)):
        is_bastion = other.consumer.kind is ConsumerKind.OPERATOR and other.consumer.tunnel_via is None
        if is_bastion and other.caller.is_inside and other.to_api_server[fault.mode].is_accepted:
            via = other.consumer.name
            made = change(ChangeKind.CONSUMER_TUNNEL, name, via=via)
            sentence = f"let the calls of {name} go through {via}, by SSH or Session Manager"
            yield repair("tunnelled", f"{name}:{via}", sentence, ("F-6.10", "F-6.11"), made)


def join_networks(fault: CallFault) -> Iterable[Repair]:
    """A link with routes both ways, for a caller whose network has none (F-6.5, F-6.8)."""
    journey, scene = fault.journey, fault.known.scene
    if journey.caller.vantage is Vantage.INTERNET or journey.caller.is_inside:
        return
    caller, link = journey.caller, journey.caller.connection
    name = caller.consumer.name
    if link is not None:
        made = change(ChangeKind.CONNECTION, link.id, kind=link.kind)
        sentence = f"let {link.id} end in the cluster VPC, and route the cluster's ranges into it on the far side"
        yield repair("link-mended", link.id, sentence, ("F-6.5", "F-6.8"), made)
        if not _stands_beyond(caller, link):
            return
    ranges = _free_ranges(fault, caller.addresses)
    if ranges is None:
        return
    tables = sorted({place.table.id for place in scene.cluster_places if place.table is not None})
    assumed = () if caller.addresses else ("cidrs",)
    new = ("target", *(("remote_cidrs",) if assumed else ()))
    routed = ("via", *(("destinations",) if assumed else ()))
    joined = ("connection", *assumed)
    changes = (
        example(ChangeKind.CONNECTION, NEW_LINK, new, kind="transit_gateway", remote_cidrs=ranges),
        *(example(ChangeKind.ROUTE, table, routed, destinations=ranges, via=NEW_LINK) for table in tables),
        example(ChangeKind.CONSUMER_LOCATION, name, joined, at="connected_network", connection=NEW_LINK, cidrs=ranges),
    )
    sentence = f"join the network of {name} ({', '.join(ranges)}) to the VPC by a transit gateway, routed both ways"
    yield repair("joined", name, sentence, ("F-6.1", "F-6.5", "F-6.8"), *changes)


def _stands_beyond(caller: Caller, link: Connection) -> bool:
    """Whether a caller stands behind what lies behind the link, which carries nothing further (F-6.5)."""
    if link.remote_cidrs is None or caller.addresses is None:
        return False
    return not of_networks(link.remote_cidrs).meets(caller.addresses)


def _free_ranges(fault: CallFault, stated: Addresses | None) -> tuple[str, ...] | None:
    """The caller's ranges if the VPC does not hold them too; an example where they are not known."""
    vpc = fault.known.scene.vpc_addresses
    if stated:
        return None if stated.meets(vpc) else stated.texts()
    free = (text for text in EXAMPLE_NETWORKS if not addresses(text).meets(vpc))
    first = next(free, None)
    return None if first is None else (first,)


def share_by_private_link(fault: CallFault) -> Iterable[Repair]:
    link = fault.journey.caller.connection
    if link is not None and not link.is_private_link:
        made = change(ChangeKind.CONNECTION, link.id, kind="private_link")
        sentence = (
            f"put PrivateLink before the endpoint network interfaces in place of {link.id}, and a private zone on the"
            " far side that gives the endpoint's name its address"
        )
        yield repair("private-link", link.id, sentence, ("F-6.6", "F-3.7", "F-2.10"), made)


def carry_vpc(fault: CallFault) -> Iterable[Repair]:
    link = fault.journey.caller.connection
    ranges = tuple(map(str, fault.known.question.cluster.vpc.cidrs or ()))
    if link is not None and ranges:
        made = change(ChangeKind.CONNECTION, link.id, kind=link.kind, carries=ranges)
        sentence = f"let {link.id} carry {', '.join(ranges)}"
        yield repair("tunnel-carries", link.id, sentence, ("F-6.10",), made)


def open_link_firewall(fault: CallFault) -> Iterable[Repair]:
    link = fault.journey.caller.connection
    if link is not None:
        made = change(
            ChangeKind.CONNECTION_FIREWALL, link.id, direction="to_cluster", protocol="tcp", from_port=443, to_port=443
        )
        yield repair("firewall-443", link.id, f"let the firewall on {link.id} pass TCP 443", ("F-6.10",), made)


def move_host_network(fault: CallFault) -> Iterable[Repair]:
    """A range local to the host that shadows the network (a container bridge) gives way to it."""
    own = fault.journey.consumer.host_networks
    if own:
        name = fault.journey.consumer.name
        made = change(ChangeKind.CONSUMER_HOST_NETWORKS, name, host_networks=())
        sentence = (
            f"move {', '.join(map(str, own))}, which the hosts of {name} keep to themselves, out of the VPC's way"
        )
        yield repair("host-network-moved", name, sentence, ("F-3.18",), made)


def bypass_proxy(fault: CallFault) -> Iterable[Repair]:
    if fault.journey.consumer.proxy is not None:
        name, suffix = fault.journey.consumer.name, f".{endpoint_suffix(fault.known.scene)}"
        made = change(ChangeKind.CONSUMER_PROXY, name, bypass=(suffix, "kubernetes.default.svc"))
        sentence = f"name the endpoint ({suffix}) in NO_PROXY of {name}; a range there does not match a name"
        yield repair("proxy-bypassed", name, sentence, ("F-2.20",), made)
