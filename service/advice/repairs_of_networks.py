"""Repairs in the network around the cluster: names, groups, ACLs, routes, gateways, subnets."""

from __future__ import annotations

from collections.abc import Iterable

from service.advice.faults import (
    EXAMPLE_ADDRESS,
    NEW_NAT,
    CallFault,
    Fault,
    change,
    example,
    is_public,
    keeps,
    listing,
    named_tables,
    repair,
)
from service.domain.addresses import Addresses, of_networks
from service.domain.change import ChangeKind, Repair
from service.domain.cluster import IpFamily
from service.domain.consumer import ConsumerKind
from service.engine import Study
from service.engine.gateways import defaults
from service.engine.links import is_translated
from service.engine.scene import Place
from service.engine.tracing import Journey


def turn_on_dns_support(fault: Fault) -> Iterable[Repair]:
    if fault.known.question.cluster.vpc.has_dns_support is True:
        return
    made = change(ChangeKind.VPC_ATTRIBUTE, enable_dns_support=True)
    yield repair("dns-support-on", "", "turn on the VPC's DNS support", ("F-2.7", "F-2.8"), made)


def turn_on_dns_hostnames(fault: Fault) -> Iterable[Repair]:
    if fault.known.question.cluster.vpc.has_dns_hostnames is True:
        return
    made = change(ChangeKind.VPC_ATTRIBUTE, enable_dns_hostnames=True)
    sentence = "turn on the VPC's DNS hostnames, in a call of its own after DNS support"
    yield repair("dns-hostnames-on", "", sentence, ("F-2.7", "F-2.9"), made)


def use_amazon_dns(fault: CallFault) -> Iterable[Repair]:
    if fault.journey.caller.is_inside:
        made = change(ChangeKind.DHCP_OPTIONS, domain_name_servers=("AmazonProvidedDNS",))
        yield repair("amazon-dns", "", "name AmazonProvidedDNS in the VPC's DHCP options", ("F-2.7",), made)


def admit_on_group(fault: CallFault) -> Iterable[Repair]:
    """A rule for 443 on a group of the endpoint network interfaces, by group if the caller holds one (F-3.15)."""
    caller, scene = fault.journey.caller, fault.known.scene
    target = min(scene.interface_groups.cluster_ids)
    cidrs: tuple[str, ...] = ()
    groups = tuple(sorted(caller.groups or ())) if caller.is_inside else ()
    if not groups:
        cidrs = _private_addresses(fault.known, fault.journey).texts()
    if not (groups or cidrs):
        return
    made = change(
        ChangeKind.SECURITY_GROUP_RULE,
        target,
        direction="ingress",
        protocol="tcp",
        from_port=443,
        to_port=443,
        cidrs=cidrs,
        groups=groups,
    )
    name = caller.consumer.name
    sentence = f"admit TCP 443 from {', '.join((*groups, *cidrs))} ({name}) on {target}"
    yield repair("admit-443", name, sentence, ("F-3.15",), made)


def _private_addresses(known: Study, journey: Journey) -> Addresses:
    """Where a caller stands, as the endpoint network interfaces see it."""
    caller = journey.caller
    if caller.addresses is not None:
        link, scene = caller.connection, known.scene
        if link is not None and any(is_translated(link, place) for place in scene.cluster_places):
            return caller.addresses | scene.vpc_addresses  # right whichever of the two they see (F-6.10)
        return caller.addresses
    if not caller.is_inside:
        return Addresses()
    found = Addresses()
    for place in caller.places:
        found |= place.addresses(4) or Addresses()
    return found or of_networks(known.question.cluster.vpc.cidrs or ())


def let_out(fault: CallFault) -> Iterable[Repair]:
    described = fault.known.scene.groups
    names = sorted((fault.journey.caller.groups or frozenset()) & described.keys())
    if names:
        everywhere = ("0.0.0.0/0", "::/0") if fault.known.scene.ip_family is IpFamily.IPV6 else ("0.0.0.0/0",)
        made = change(
            ChangeKind.SECURITY_GROUP_RULE,
            names[0],
            direction="egress",
            protocol="tcp",
            from_port=443,
            to_port=443,
            cidrs=everywhere,
            groups=(),
        )
        yield repair("let-out", names[0], f"let {names[0]} send TCP 443 out", ("F-3.16",), made)


def give_way_out(fault: CallFault) -> Iterable[Repair]:
    """A NAT gateway in a public subnet, and the default route to it (F-4.2)."""
    scene = fault.known.scene
    if not fault.journey.caller.is_inside:
        return
    homes = sorted(place.id for place in scene.places.values() if is_public(fault.known, place))
    stuck = [place for place in fault.journey.caller.places if place.table and not is_public(fault.known, place)]
    tables = sorted({place.table.id for place in stuck if place.table and not _leads_out(fault.known, place)})
    if not homes or not tables or not named_tables(fault.known) >= set(tables):
        return
    changes = [
        example(
            ChangeKind.NAT_GATEWAY,
            NEW_NAT,
            ("target", "public_ips"),
            subnet=homes[0],
            public_ips=(EXAMPLE_ADDRESS,),
        ),
        *(example(ChangeKind.ROUTE, table, ("via",), destinations=("0.0.0.0/0",), via=NEW_NAT) for table in tables),
    ]
    sentence = (
        f"add a NAT gateway in {homes[0]} (its address, {EXAMPLE_ADDRESS}, is an example) and a default route to it"
    )
    sentence += f" in {', '.join(tables)}"
    if keeps(fault) and fault.known.scene.access.public_access_cidrs:
        present = tuple(map(str, fault.known.scene.access.public_access_cidrs))
        changes.append(listing(fault, (*present, EXAMPLE_ADDRESS), is_example=True))
        sentence += ", and put its address on the list"
    yield repair("nat-added", "+".join(tables), sentence, ("F-4.2", "F-4.4"), *changes)


def _leads_out(known: Study, place: Place) -> bool:
    routes = defaults(known.scene, place.table, 4)
    found = (route for route in routes if route is not None and not route.is_blackhole)
    return any(route.target in known.scene.nats for route in found)


def assign_public_addresses(fault: CallFault) -> Iterable[Repair]:
    consumer = fault.journey.consumer
    if consumer.public_ip is not False:
        places = [place.id for place in fault.journey.caller.places if is_public(fault.known, place)]
        changes = tuple(change(ChangeKind.SUBNET_ATTRIBUTE, name, assigns_public_ip=True) for name in places)
        sentence = f"let {', '.join(places)} assign public addresses"
        yield repair("public-addresses", "+".join(places), sentence, ("F-4.3",), *changes)
    made = change(ChangeKind.CONSUMER_PUBLIC_ADDRESS, consumer.name, public_ip=True)
    sentence = f"give the interfaces of {consumer.name} public addresses"
    yield repair("public-address", consumer.name, sentence, ("F-4.3",), made)


def exempt_from_block(fault: CallFault) -> Iterable[Repair]:
    known = fault.known
    homes = {
        place.id if is_public(known, place) else str(known.scene.nats[route.target].subnet)
        for place in fault.journey.caller.places
        for route in defaults(known.scene, place.table, 4)
        if route is not None and (is_public(known, place) or route.target in known.scene.nats)
    }
    names = sorted(homes & known.scene.places.keys())
    if names:
        changes = tuple(change(ChangeKind.BLOCK_PUBLIC_ACCESS, name, is_excluded=True) for name in names)
        sentence = f"exempt {', '.join(names)} from the VPC's Block Public Access"
        yield repair("block-exempt", "+".join(names), sentence, ("F-4.9",), *changes)


def route_back(fault: CallFault) -> Iterable[Repair]:
    if fault.journey.caller.connection is None:
        return
    ranges = (fault.journey.caller.addresses or Addresses()).texts()
    link = fault.journey.caller.connection.id
    tables = sorted({place.table.id for place in fault.known.scene.cluster_places if place.table is not None})
    if ranges and tables:
        changes = tuple(change(ChangeKind.ROUTE, table, destinations=ranges, via=link) for table in tables)
        sentence = f"route {', '.join(ranges)} back to {link} in {', '.join(tables)}"
        yield repair("routed-back", f"{link}:{fault.journey.consumer.name}", sentence, ("F-6.8",), *changes)


def choose_cluster_subnets(fault: Fault) -> Iterable[Repair]:
    """Cluster subnets that are alike and fit: in zones that take them, each with a table of the same kind."""
    scene = fault.known.scene
    fit = [place for place in scene.places.values() if place.subnet.stands_in_zone]
    for public in (False, True):
        chosen = sorted(place.id for place in fit if is_public(fault.known, place) is public)
        zones = {scene.places[name].subnet.availability_zone for name in chosen}
        if len(chosen) > 1 and (len(zones) > 1 or None in zones):
            made = change(ChangeKind.CLUSTER_SUBNETS, subnets=tuple(chosen))
            sentence = f"give EKS {', '.join(chosen)} as the cluster subnets"
            yield repair("cluster-subnets", "+".join(chosen), sentence, ("F-3.4", "F-3.5"), made)


def use_private_subnets(fault: Fault) -> Iterable[Repair]:
    """Fargate pods run in private subnets only (F-7.15)."""
    private = sorted(place.id for place in fault.known.scene.places.values() if not is_public(fault.known, place))
    pods = [c for c in fault.known.consumers if c.kind is ConsumerKind.FARGATE_POD]
    for pod in pods if private else ():
        made = change(ChangeKind.CONSUMER_SUBNETS, pod.name, subnets=tuple(private))
        yield repair("private-subnets", pod.name, f"run {pod.name} in {', '.join(private)}", ("F-7.15",), made)
