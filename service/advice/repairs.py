"""What can be done about a cause, as data: for each cause the repairs that may mend it.

1. A repair says in plain words what to do, what it changes in no tool's words, and on which facts it rests.
   Whether it helps is not said here: `conditions` tries it and decides again.
2. Values that only a person can choose (a new address, a new link) stand in as examples, and the sentence
   says so.
3. What the caller insists on is never repaired, and neither is the hosting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.advice.allow_list import PUBLIC_MODES, derived_lists
from service.domain.addresses import Addresses, addresses, merged, of_networks
from service.domain.change import Change, ChangeKind, Repair, Value
from service.domain.cluster import EndpointMode
from service.domain.consumer import ConsumerKind, Vantage
from service.domain.question import ListOrigin
from service.domain.trace import Trace
from service.engine import Study
from service.engine.gateways import defaults, is_internet_gateway
from service.engine.proxies import endpoint_suffix
from service.engine.scene import Place, stands_in_zone
from service.engine.tracing import Journey

EXAMPLE_ADDRESS = "52.95.110.1/32"
EXAMPLE_NETWORK = ("10.250.0.0/24", "172.31.250.0/24")
NEW_NAT, NEW_LINK = "new-nat-gateway", "new-transit-gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What stands against a mode: a cause, and whose call fails by it; None for one of the setting."""

    known: Study
    mode: EndpointMode
    cause: str
    journey: Journey | None = None

    @property
    def trace(self) -> Trace | None:
        """The call that fails."""
        return self.journey.to_api_server[self.mode] if self.journey else None


def repairs_for(fault: Fault) -> tuple[Repair, ...]:
    """What may mend a fault, the least first."""
    found = (repair for suggest in REPAIRS.get(fault.cause, ()) for repair in suggest(fault))
    return tuple({repair.code: repair for repair in found}.values())


def _change(kind: ChangeKind, target: str | None = None, /, **values: Value) -> Change:
    return Change(kind=kind, target=target, values=tuple(values.items()))


def _repair(code: str, target: str, sentence: str, facts: tuple[str, ...], *changes: Change) -> Repair:
    return Repair(code=f"{code}:{target}" if target else code, sentence=sentence, changes=changes, facts=facts)


def turn_on_dns_support(fault: Fault) -> Iterable[Repair]:
    change = _change(ChangeKind.VPC_ATTRIBUTE, enable_dns_support=True)
    yield _repair("dns-support-on", "", "turn on the VPC's DNS support", ("F-2.7", "F-2.8"), change)


def turn_on_dns_hostnames(fault: Fault) -> Iterable[Repair]:
    change = _change(ChangeKind.VPC_ATTRIBUTE, enable_dns_hostnames=True)
    sentence = "turn on the VPC's DNS hostnames, in a call of its own after DNS support"
    yield _repair("dns-hostnames-on", "", sentence, ("F-2.7", "F-2.9"), change)


def forward_dns(fault: Fault) -> Iterable[Repair]:
    if fault.journey is None:
        return
    name = fault.journey.consumer.name
    change = _change(ChangeKind.CONSUMER_RESOLVER, name, resolver="forwarded_to_cluster_vpc")
    sentence = f"forward the DNS queries of {name} for the endpoint's name to a Route 53 inbound endpoint in the VPC"
    yield _repair("dns-forwarded", name, sentence, ("F-2.3", "F-2.14"), change)


def use_amazon_dns(fault: Fault) -> Iterable[Repair]:
    if fault.journey is not None and fault.journey.caller.is_inside:
        change = _change(ChangeKind.DHCP_OPTIONS, domain_name_servers=("AmazonProvidedDNS",))
        yield _repair("amazon-dns", "", "name AmazonProvidedDNS in the VPC's DHCP options", ("F-2.7",), change)


def admit_on_group(fault: Fault) -> Iterable[Repair]:
    """A rule for 443 on a group of the endpoint network interfaces, by group if the caller holds one (F-3.15)."""
    if fault.journey is None:
        return
    caller, scene = fault.journey.caller, fault.known.scene
    target = min(scene.cluster_group_ids)
    cidrs: tuple[str, ...] = ()
    groups = tuple(sorted(caller.groups or ())) if caller.is_inside else ()
    if not groups:
        cidrs = _private_addresses(fault.known, fault.journey).texts()
    if not (groups or cidrs):
        return
    change = _change(
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
    yield _repair("admit-443", name, sentence, ("F-3.15",), change)


def _private_addresses(known: Study, journey: Journey) -> Addresses:
    """Where a caller stands, as the endpoint network interfaces see it."""
    caller = journey.caller
    if caller.addresses is not None:
        return caller.addresses
    if not caller.is_inside:
        return Addresses()
    found = Addresses()
    for place in caller.places:
        found |= place.addresses(4) or Addresses()
    return found or of_networks(known.question.cluster.vpc.cidrs or ())


def list_its_addresses(fault: Fault) -> Iterable[Repair]:
    """Its addresses on a list that is kept as given; a derived one holds them already."""
    trace = fault.trace
    if not _keeps(fault) or trace is None or trace.source is None or fault.mode not in PUBLIC_MODES:
        return
    listed = merged((*fault.known.scene.access.public_access_cidrs, *trace.source.networks()))
    sentence = f"put {', '.join(trace.source.texts()[:4])} ({trace.consumer}) on the list"
    yield _repair("listed", trace.consumer, sentence, ("F-1.18", "F-4.6"), _listing(fault, tuple(map(str, listed))))


def use_smallest_list(fault: Fault) -> Iterable[Repair]:
    """The derived list in place of one that is kept as given."""
    if not _keeps(fault) or fault.mode not in PUBLIC_MODES:
        return
    cidrs = derived_lists(fault.known)[fault.mode].cidrs
    if cidrs:
        sentence = f"set the list to the smallest that serves whom it must: {', '.join(map(str, cidrs[:4]))}" + (
            f" and {len(cidrs) - 4} more" if len(cidrs) > 4 else ""
        )
        yield _repair("smallest-list", "", sentence, ("F-1.11", "F-1.12"), _listing(fault, tuple(map(str, cidrs))))


def _keeps(fault: Fault) -> bool:
    return fault.known.question.requirements.public_access_cidrs is ListOrigin.KEEP


def _listing(fault: Fault, listed: tuple[str, ...]) -> Change:
    """The list of the present setting; a mode is assessed with it whichever switches are on."""
    access = fault.known.scene.access
    return _change(
        ChangeKind.ENDPOINT_ACCESS,
        endpoint_public_access=access.public,
        endpoint_private_access=access.private,
        public_access_cidrs=listed,
    )


def fix_egress(fault: Fault) -> Iterable[Repair]:
    """An address of its own to come from, where nobody knows its addresses or they change (F-6.12)."""
    trace = fault.trace
    if trace is None or trace.source is not None:
        return
    approved = fault.known.question.requirements.approved_source_cidrs
    address = f"{approved[0].network_address}" if approved else EXAMPLE_ADDRESS
    changes = [_change(ChangeKind.CONSUMER_EGRESS, trace.consumer, cidrs=(address,), is_example=True)]
    listed = ""
    if _keeps(fault):
        present = tuple(map(str, fault.known.scene.access.public_access_cidrs))
        changes.append(_listing(fault, (*present, address)))
        listed = ", and put it on the list"
    sentence = f"give {trace.consumer} a fixed egress address ({address} stands for it){listed}"
    yield _repair("fixed-egress", trace.consumer, sentence, ("F-6.12", "F-4.6"), *changes)


def move_inside(fault: Fault) -> Iterable[Repair]:
    """Run it in the VPC, or let its calls go through somebody who stands there (F-6.1, F-6.10)."""
    journey = fault.journey
    if journey is None or journey.caller.is_inside or journey.consumer.kind.is_node_like:
        return
    name = journey.consumer.name
    yield from _tunnels(fault, name)
    scene = fault.known.scene
    place = min(scene.cluster_places, key=lambda it: it.id)
    subnet = place.id if place.id in scene.places else None
    groups = tuple(sorted(scene.cluster_group_ids))
    change = _change(ChangeKind.CONSUMER_LOCATION, name, at="cluster_vpc", subnet=subnet, security_groups=groups)
    verb = "attach" if journey.consumer.kind is ConsumerKind.FUNCTION else "run"
    sentence = f"{verb} {name} inside the VPC{f', in {subnet}' if subnet else ''}, with the cluster security group"
    yield _repair("moved-inside", name, sentence, ("F-6.1", "F-6.12", "F-6.13"), change)


def _tunnels(fault: Fault, name: str) -> Iterable[Repair]:
    """A bastion is an operator in the VPC whose own calls arrive."""
    if fault.journey is None or fault.journey.consumer.tunnel_via is not None:
        return
    for other in fault.known.journeys(fault.known.scene.access, (fault.mode,)):
        is_bastion = other.consumer.kind is ConsumerKind.OPERATOR and other.consumer.tunnel_via is None
        if is_bastion and other.caller.is_inside and other.to_api_server[fault.mode].is_accepted:
            via = other.consumer.name
            change = _change(ChangeKind.CONSUMER_TUNNEL, name, via=via)
            sentence = f"let the calls of {name} go through {via}, by SSH or Session Manager"
            yield _repair("tunnelled", f"{name}:{via}", sentence, ("F-6.10", "F-6.11"), change)


def join_networks(fault: Fault) -> Iterable[Repair]:
    """A link with routes both ways, for a caller whose network has none (F-6.5, F-6.8)."""
    journey, scene = fault.journey, fault.known.scene
    if journey is None or journey.caller.vantage is Vantage.INTERNET or journey.caller.is_inside:
        return
    caller, link = journey.caller, journey.caller.connection
    name = caller.consumer.name
    if link is not None:
        change = _change(ChangeKind.CONNECTION, link.id, kind=link.kind)
        sentence = f"let {link.id} end in the cluster VPC, and route the cluster's ranges into it on the far side"
        yield _repair("link-mended", link.id, sentence, ("F-6.5", "F-6.8"), change)
        return
    ranges = _free_ranges(fault, caller.addresses)
    if ranges is None:
        return
    tables = sorted({place.table.id for place in scene.cluster_places if place.table is not None})
    changes = (
        _change(ChangeKind.CONNECTION, NEW_LINK, kind="transit_gateway", remote_cidrs=ranges),
        *(_change(ChangeKind.ROUTE, table, destinations=ranges, via=NEW_LINK) for table in tables),
        _change(ChangeKind.CONSUMER_LOCATION, name, at="connected_network", connection=NEW_LINK, cidrs=ranges),
    )
    sentence = f"join the network of {name} ({', '.join(ranges)}) to the VPC by a transit gateway, routed both ways"
    yield _repair("joined", name, sentence, ("F-6.1", "F-6.5", "F-6.8"), *changes)


def _free_ranges(fault: Fault, stated: Addresses | None) -> tuple[str, ...] | None:
    """The caller's ranges if the VPC does not hold them too; an example where they are not known."""
    vpc = fault.known.scene.vpc_addresses
    if stated:
        return None if stated.meets(vpc) else stated.texts()
    free = (text for text in EXAMPLE_NETWORK if not addresses(text).meets(vpc))
    first = next(free, None)
    return None if first is None else (first,)


def share_by_private_link(fault: Fault) -> Iterable[Repair]:
    link = fault.journey.caller.connection if fault.journey else None
    if link is not None and link.kind != "private_link":
        change = _change(ChangeKind.CONNECTION, link.id, kind="private_link")
        sentence = f"put PrivateLink before the endpoint network interfaces in place of {link.id}"
        yield _repair("private-link", link.id, sentence, ("F-6.6", "F-3.7"), change)


def give_way_out(fault: Fault) -> Iterable[Repair]:
    """A NAT gateway in a public subnet, and the default route to it (F-4.2)."""
    scene = fault.known.scene
    if fault.journey is None or not fault.journey.caller.is_inside:
        return
    homes = sorted(place.id for place in scene.places.values() if _is_public(fault.known, place))
    stuck = [place for place in fault.journey.caller.places if place.table and not _is_public(fault.known, place)]
    tables = sorted({place.table.id for place in stuck if place.table and not _leads_out(fault.known, place)})
    if not homes or not tables or any(table.startswith("routes of ") for table in tables):
        return
    changes = [
        _change(ChangeKind.NAT_GATEWAY, NEW_NAT, subnet=homes[0], public_ips=(EXAMPLE_ADDRESS,), is_example=True),
        *(_change(ChangeKind.ROUTE, table, destinations=("0.0.0.0/0",), via=NEW_NAT) for table in tables),
    ]
    sentence = f"add a NAT gateway in {homes[0]} and a default route to it in {', '.join(tables)}"
    if _keeps(fault) and fault.known.scene.access.public_access_cidrs:
        present = tuple(map(str, fault.known.scene.access.public_access_cidrs))
        changes.append(_listing(fault, (*present, EXAMPLE_ADDRESS)))
        sentence += ", and put its address on the list"
    yield _repair("nat-added", "+".join(tables), sentence, ("F-4.2", "F-4.4"), *changes)


def _is_public(known: Study, place: Place) -> bool:
    routes = defaults(known.scene, place.table, 4) if place.table else ()
    return any(route is not None and is_internet_gateway(route.target) for route in routes)


def _leads_out(known: Study, place: Place) -> bool:
    routes = defaults(known.scene, place.table, 4) if place.table else ()
    return any(route is not None and route.target in known.scene.nats for route in routes)


def assign_public_addresses(fault: Fault) -> Iterable[Repair]:
    if fault.journey is None:
        return
    consumer = fault.journey.consumer
    if consumer.public_ip is not False:
        places = [place.id for place in fault.journey.caller.places if _is_public(fault.known, place)]
        changes = tuple(_change(ChangeKind.SUBNET_ATTRIBUTE, name, assigns_public_ip=True) for name in places)
        sentence = f"let {', '.join(places)} assign public addresses"
        yield _repair("public-addresses", "+".join(places), sentence, ("F-4.3",), *changes)
    change = _change(ChangeKind.CONSUMER_PUBLIC_ADDRESS, consumer.name, public_ip=True)
    sentence = f"give the interfaces of {consumer.name} public addresses"
    yield _repair("public-address", consumer.name, sentence, ("F-4.3",), change)


def exempt_from_block(fault: Fault) -> Iterable[Repair]:
    if fault.journey is None:
        return
    known = fault.known
    homes = {
        place.id if _is_public(known, place) else str(known.scene.nats[route.target].subnet)
        for place in fault.journey.caller.places
        for route in (defaults(known.scene, place.table, 4) if place.table else ())
        if route is not None and (_is_public(known, place) or route.target in known.scene.nats)
    }
    names = sorted(homes & known.scene.places.keys())
    if names:
        changes = tuple(_change(ChangeKind.BLOCK_PUBLIC_ACCESS, name, is_excluded=True) for name in names)
        sentence = f"exempt {', '.join(names)} from the VPC's Block Public Access"
        yield _repair("block-exempt", "+".join(names), sentence, ("F-4.9",), *changes)


def open_acls(fault: Fault) -> Iterable[Repair]:
    """443 out, and replies on all ephemeral ports back, on every ACL along the way (F-3.19)."""
    acl = fault.trace.hops[-1].component if fault.trace else None
    if acl is None or acl not in {it.id for it in fault.known.question.cluster.network_acls or ()}:
        return
    changes = [
        _change(
            ChangeKind.NETWORK_ACL_RULE,
            acl,
            direction=direction,
            protocol="tcp",
            from_port=first,
            to_port=last,
            cidrs=("0.0.0.0/0",),
        )
        for direction in ("ingress", "egress")
        for first, last in ((443, 443), (1024, 65535))
    ]
    sentence = f"let {acl} pass TCP 443 and the ephemeral ports 1024-65535, both ways"
    yield _repair("acl-opened", acl, sentence, ("F-3.19",), *changes)


def route_back(fault: Fault) -> Iterable[Repair]:
    if fault.journey is None or fault.journey.caller.connection is None:
        return
    ranges = (fault.journey.caller.addresses or Addresses()).texts()
    link = fault.journey.caller.connection.id
    tables = sorted({place.table.id for place in fault.known.scene.cluster_places if place.table is not None})
    if ranges and tables:
        changes = tuple(_change(ChangeKind.ROUTE, table, destinations=ranges, via=link) for table in tables)
        sentence = f"route {', '.join(ranges)} back to {link} in {', '.join(tables)}"
        yield _repair("routed-back", f"{link}:{fault.journey.consumer.name}", sentence, ("F-6.8",), *changes)


def choose_cluster_subnets(fault: Fault) -> Iterable[Repair]:
    """Cluster subnets that are alike and fit: in zones that take them, each with a table of the same kind."""
    scene = fault.known.scene
    fit = [place for place in scene.places.values() if stands_in_zone(place.subnet)]
    for public in (False, True):
        chosen = sorted(place.id for place in fit if _is_public(fault.known, place) is public)
        zones = {scene.places[name].subnet.availability_zone for name in chosen}
        if len(chosen) > 1 and (len(zones) > 1 or None in zones):
            change = _change(ChangeKind.CLUSTER_SUBNETS, subnets=tuple(chosen))
            sentence = f"give EKS {', '.join(chosen)} as the cluster subnets"
            yield _repair("cluster-subnets", "+".join(chosen), sentence, ("F-3.4", "F-3.5"), change)


def open_link_firewall(fault: Fault) -> Iterable[Repair]:
    link = fault.journey.caller.connection if fault.journey else None
    if link is not None:
        change = _change(
            ChangeKind.CONNECTION_FIREWALL, link.id, direction="to_cluster", protocol="tcp", from_port=443, to_port=443
        )
        yield _repair("firewall-443", link.id, f"let the firewall on {link.id} pass TCP 443", ("F-6.10",), change)


def carry_vpc(fault: Fault) -> Iterable[Repair]:
    link = fault.journey.caller.connection if fault.journey else None
    ranges = tuple(map(str, fault.known.question.cluster.vpc.cidrs or ()))
    if link is not None and ranges:
        change = _change(ChangeKind.CONNECTION, link.id, kind=link.kind, carries=ranges)
        sentence = f"let {link.id} carry {', '.join(ranges)}"
        yield _repair("tunnel-carries", link.id, sentence, ("F-6.10",), change)


def bypass_proxy(fault: Fault) -> Iterable[Repair]:
    if fault.journey is not None and fault.journey.consumer.proxy is not None:
        name, suffix = fault.journey.consumer.name, f".{endpoint_suffix(fault.known.scene)}"
        change = _change(ChangeKind.CONSUMER_PROXY, name, bypass=(suffix, "kubernetes.default.svc"))
        sentence = f"name the endpoint ({suffix}) in NO_PROXY of {name}; a range there does not match a name"
        yield _repair("proxy-bypassed", name, sentence, ("F-2.20",), change)


def let_out(fault: Fault) -> Iterable[Repair]:
    described = fault.known.scene.groups
    names = sorted((fault.journey.caller.groups or frozenset()) & described.keys()) if fault.journey else []
    if names:
        change = _change(
            ChangeKind.SECURITY_GROUP_RULE,
            names[0],
            direction="egress",
            protocol="tcp",
            from_port=443,
            to_port=443,
            cidrs=("0.0.0.0/0",),
            groups=(),
        )
        yield _repair("let-out", names[0], f"let {names[0]} send TCP 443 out", ("F-3.16",), change)


def use_private_subnets(fault: Fault) -> Iterable[Repair]:
    """Fargate pods run in private subnets only (F-7.15)."""
    private = sorted(place.id for place in fault.known.scene.places.values() if not _is_public(fault.known, place))
    pods = [c for c in fault.known.consumers if c.kind is ConsumerKind.FARGATE_POD]
    for pod in pods if private else ():
        change = _change(ChangeKind.CONSUMER_SUBNETS, pod.name, subnets=tuple(private))
        yield _repair("private-subnets", pod.name, f"run {pod.name} in {', '.join(private)}", ("F-7.15",), change)


Suggest = Callable[[Fault], Iterable[Repair]]
_UNLISTED: tuple[Suggest, ...] = (list_its_addresses, use_smallest_list, fix_egress, forward_dns, move_inside)
_OUTSIDE: tuple[Suggest, ...] = (move_inside, join_networks)
_RESOLVED_PUBLIC: tuple[Suggest, ...] = (forward_dns, list_its_addresses, use_smallest_list, fix_egress)
_LIST: tuple[Suggest, ...] = (use_smallest_list,)

REPAIRS: dict[str, tuple[Suggest, ...]] = {
    "client-ip-not-in-public-access-cidrs": _UNLISTED,
    "node-egress-ip-not-in-public-access-cidrs": (list_its_addresses, use_smallest_list, fix_egress, forward_dns),
    "public-access-cidr-quota-exceeded": _UNLISTED,
    "private-only-from-internet": _OUTSIDE,
    "lambda-not-attached-to-vpc": _OUTSIDE,
    "no-private-network-path-between-vpcs": _OUTSIDE,
    "overlapping-cidrs-prevent-peering": (share_by_private_link, move_inside),
    "cluster-sg-missing-443-from-client": (admit_on_group,),
    "cluster-sg-missing-443-from-node": (admit_on_group,),
    "vpc-dns-support-disabled": (turn_on_dns_support,),
    "vpc-dns-hostnames-disabled": (turn_on_dns_hostnames,),
    "custom-dns-not-forwarding": (use_amazon_dns, forward_dns, list_its_addresses),
    "peered-vpc-resolves-public-ip": _RESOLVED_PUBLIC,
    "hybrid-node-resolves-public-ip-in-dual-mode": _RESOLVED_PUBLIC,
    "no-route-to-internet": (give_way_out, forward_dns, fix_egress),
    "public-subnet-node-without-public-ip": (assign_public_addresses,),
    "vpc-block-public-access": (exempt_from_block,),
    "nacl-blocks-subnet-traffic": (open_acls, choose_cluster_subnets),
    "control-plane-eni-in-unroutable-subnet": (route_back, choose_cluster_subnets),
    "link-firewall-blocks-443": (open_link_firewall,),
    "vpn-split-tunnel-endpoint-not-routed": (carry_vpc, list_its_addresses),
    "proxy-intercepts-api-traffic": (bypass_proxy,),
    "security-group-blocks-egress": (let_out,),
    "fargate-in-public-subnet": (use_private_subnets,),
    "single-availability-zone": (choose_cluster_subnets,),
    "cluster-subnet-in-unsupported-zone": (choose_cluster_subnets,),
    "unwanted-consumer-admitted": _LIST,
    "public-access-cidr-reserved": _LIST,
    "public-access-cidr-wrong-family": _LIST,
    "internet-exposure-allow-list": _LIST,
    "unapproved-source-cidrs": _LIST,
}
"""For each cause and objection, what may mend it; the least first."""
