"""Gateways to the internet, each with what it asks of a caller and what address it gives it.

1. An internet gateway only translates for addresses with a public mapping (F-4.2, F-4.3).
2. A NAT gateway is public and has itself a way to an internet gateway (F-4.6, F-4.8).
3. An egress-only gateway carries IPv6 and translates nothing (F-4.10).
4. A link or a firewall leads to the internet only if an egress lies behind it (F-4.6); a peering never does
   (F-6.5).
5. Block Public Access stands at the subnet whose traffic meets the internet gateway (F-4.9, Reading 10).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from service.domain.addresses import EVERYWHERE, Addresses, of_network, of_networks
from service.domain.consumer import ConsumerKind, Dynamic
from service.domain.network import BlockPublicAccess, Connection, Direction, Firewall, NatGateway, Route, RouteTable
from service.domain.trace import Action, Assumption, Disposition
from service.engine.callers import Caller
from service.engine.filters import Party, Verdict, judge
from service.engine.gates import Call, FarSide, Gate, Stage, acl, closed, firewall, opened, replies, unknown
from service.engine.routes import PUBLIC_INTERNET, default_routes
from service.engine.scene import Place, Scene

HTTPS = (443, 443)
OFF_AMAZON = frozenset({"vpn", "direct_connect", "client_vpn"})
"""Kinds of link whose far side is not Amazon's network."""
NO_WAY_OUT = "no-route-to-internet"
_BLOCKED = "link-firewall-blocks-443"
Source = Addresses | Dynamic | None
_ONWARD = opened(
    Stage.ROUTE,
    "internet gateway",
    "internet_gateway",
    "passes on what the NAT gateway sends",
    "F-11.8",
    action=Action.ROUTED,
)


class Exit(NamedTuple):
    """How traffic leaves: the gates on the way out and back, the source it then has, and whose network."""

    gates: tuple[Gate, ...]
    source: Source = None
    gates_back: tuple[Gate, ...] = ()
    leaves_aws_network: bool | None = False


def no_way(component: str, kind: str, detail: str, version: int, caller: Caller | None = None) -> Gate:
    """No internet lies this way; a caller that insists on IPv6 has a code of its own."""
    prefers = caller is not None and version == 6 and caller.consumer.prefers_ipv6
    cause = "ipv6-preferred-but-egress-blocked" if prefers else NO_WAY_OUT
    return closed(Stage.ROUTE, component, kind, detail, cause, Disposition.NO_ROUTE, "F-4.2", "F-4.4")


def defaults(scene: Scene, table: RouteTable | None, version: int) -> tuple[Route | None, ...]:
    """The default routes of a table, read once; none of one that is not known."""
    if table is None:
        return ()
    key = ("defaults", table.id, version)
    found: tuple[Route | None, ...] | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = default_routes(table, version)
    return found


def is_internet_gateway(target: str) -> bool:
    """Whether a route's target is an internet gateway."""
    return target == "internet_gateway" or target.startswith("igw-")


def is_egress_only_gateway(target: str) -> bool:
    """Whether a route's target is an egress-only internet gateway."""
    return target == "egress_only_internet_gateway" or target.startswith("eigw-")


def block_public_access(scene: Scene, place: Place | None, *, is_one_way: bool) -> tuple[Gate, ...]:
    """The VPC's block, at the subnet whose traffic meets the gateway (F-4.9, Reading 10)."""
    setting = scene.cluster.vpc.block_public_access or BlockPublicAccess.OFF
    if setting is BlockPublicAccess.OFF or (setting is BlockPublicAccess.INGRESS and is_one_way):
        return ()
    component = kind = "block_public_access"
    component = "block public access"
    if place is not None and place.subnet.is_excluded_from_block:
        return (opened(Stage.ROUTE, component, kind, f"{place.id} is exempt from the VPC's block", "F-4.9"),)
    cause, where = "vpc-block-public-access", place.id if place else "the subnet"
    if place is None:
        missing = ("/cluster/nat_gateways",)
        return (
            unknown(
                Stage.ROUTE,
                component,
                kind,
                "whether the NAT gateway's subnet is exempt",
                cause,
                missing,
                "F-4.9",
            ),
        )
    detail = f"{setting.value} stops what {where} sends through the internet gateway"
    return (closed(Stage.ROUTE, component, kind, detail, cause, Disposition.DENIED_OUT, "F-4.9"),)


def internet_gateway(scene: Scene, caller: Caller, place: Place, version: int) -> Exit:
    """Out through the internet gateway, under a public address of the caller's own."""
    component = kind = "internet_gateway"
    component = "internet gateway"
    if version == 6:
        gate, source = (
            opened(Stage.ROUTE, component, kind, "passes IPv6 as it is", "F-4.10"),
            place.addresses(6),
        )
    else:
        gate, source = _public_address(caller, place, component, kind)
    return Exit((gate, *block_public_access(scene, place, is_one_way=False)), source)


def _public_address(caller: Caller, place: Place, component: str, kind: str) -> tuple[Gate, Addresses | None]:
    """An internet gateway only translates for addresses with a public mapping (F-4.3)."""
    own, cause = caller.consumer.public_ip, "public-subnet-node-without-public-ip"
    if caller.consumer.kind in (ConsumerKind.FARGATE_POD, ConsumerKind.FUNCTION):
        own = False  # their interfaces never have one (F-7.15)
    if own is None:
        own = place.subnet.assigns_public_ip
    if own is None and isinstance(caller.egress, Addresses):
        own = True
    if own is None:
        missing = (f"/cluster/subnets[{place.id}]/assigns_public_ip", f"{caller.reference}/public_ip")
        detail = f"whether {caller.consumer.name} has a public address in {place.id}"
        return unknown(Stage.ROUTE, component, kind, detail, cause, missing, "F-4.3"), None
    if own is False:
        detail = f"{caller.consumer.name} has no public address in {place.id}, so nothing is translated"
        return closed(Stage.ROUTE, component, kind, detail, cause, Disposition.NO_ROUTE, "F-4.3"), None
    gate = opened(
        Stage.ROUTE,
        component,
        kind,
        "translates to the public address of the interface",
        "F-4.2",
        action=Action.TRANSLATED,
    )
    return gate, None if own is True else of_network(own)


def egress_only_gateway(scene: Scene, caller: Caller, place: Place, version: int) -> Exit:
    """Out through an egress-only gateway, under the caller's own IPv6 address."""
    component, kind = "egress-only internet gateway", "egress_only_internet_gateway"
    if version == 4:
        return Exit((no_way(component, kind, "it carries IPv6 only", version, caller),))
    gate = opened(Stage.ROUTE, component, kind, "lets IPv6 out and translates nothing", "F-4.10")
    return Exit((gate, *block_public_access(scene, place, is_one_way=True)), place.addresses(6))


def nat_gateway(scene: Scene, place: Place, nat: NatGateway, version: int) -> Exit:
    """Out through a NAT gateway, under its addresses."""
    if not nat.is_public:
        gate = closed(
            Stage.ROUTE,
            nat.id,
            "nat_gateway",
            "a private NAT gateway leads to no internet",
            NO_WAY_OUT,
            Disposition.NO_ROUTE,
            "F-4.8",
        )
        return Exit((gate,))
    source = of_networks(nat.public_ips) if nat.public_ips else None
    seen = ", ".join(source.texts()) if source else "addresses that were not given"
    hop = opened(Stage.ROUTE, nat.id, "nat_gateway", f"translates to {seen}", "F-4.6", action=Action.TRANSLATED)
    home = scene.places.get(nat.subnet) if nat.subnet else None
    if home is None:
        onward = _ONWARD._replace(assumptions=(_stands_in_public_subnet(nat),))
        return Exit((hop, *block_public_access(scene, None, is_one_way=True), onward), source)
    there, back = _around_nat(scene, place, home)
    return Exit((hop, *there, *_beyond_nat(scene, home, nat, version)), source, back)


def _stands_in_public_subnet(nat: NatGateway) -> Assumption:
    return Assumption(
        code="nat-gateway-leads-out",
        field=f"/cluster/nat_gateways[{nat.id}]/subnet",
        sentence=f"{nat.id} is taken to stand in a subnet that leads to an internet gateway and whose ACL lets it work",
        facts=("F-4.2",),
    )


def _around_nat(scene: Scene, place: Place, home: Place) -> tuple[tuple[Gate, ...], tuple[Gate, ...]]:
    """The ACL of the NAT gateway's own subnet, on both of its sides, there and back."""
    out = FarSide(party=Party(PUBLIC_INTERNET[4], is_every=False), words="the internet", settled_by=home.settled_by)
    inner = FarSide(party=Party(place.addresses(4)), words=place.id, settled_by=f"/cluster/subnets[{place.id}]/cidr")
    outer = acl(scene, Stage.ROUTE, home, Direction.OUT, HTTPS, out, ours=True)
    outer_back = replies(scene, home, Direction.IN, out, ours=True)
    if home.id == place.id:
        return (outer,), (outer_back,)
    inner_back = replies(scene, home, Direction.OUT, inner, ours=True)
    return (acl(scene, Stage.ROUTE, home, Direction.IN, HTTPS, inner, ours=True), outer), (outer_back, inner_back)


def seen_by_nat(scene: Scene, place: Place) -> Hashable:
    """What the ACLs around the NAT gateways that a subnet uses make of it, by which it differs from others."""
    routes = defaults(scene, place.table, 4)
    nats = [scene.nats[route.target] for route in routes if route is not None and route.target in scene.nats]
    homes = [scene.places[nat.subnet] for nat in nats if nat.subnet in scene.places]
    return tuple(
        (gate.stage, gate.verdict) for home in homes for gates in _around_nat(scene, place, home) for gate in gates
    )


def _beyond_nat(scene: Scene, home: Place, nat: NatGateway, version: int) -> tuple[Gate, ...]:
    """From the NAT gateway's subnet to an internet gateway, or to a firewall, which the block does not touch."""
    if home.table is None:
        detail = f"whether {home.id} has a route to an internet gateway"
        return (unknown(Stage.ROUTE, nat.id, "nat_gateway", detail, NO_WAY_OUT, (home.settled_by,), "F-4.2"),)
    routes = defaults(scene, home.table, version)
    route = routes[0] if len(routes) == 1 and routes[0] and not routes[0].is_blackhole else None
    if route is not None and route.target in scene.firewalls:
        return firewall_egress(scene.firewalls[route.target], version).gates
    blocked = block_public_access(scene, home, is_one_way=True)
    if route is None or not is_internet_gateway(route.target):
        detail = f"its subnet {home.id} has no route to an internet gateway"
        return (no_way(nat.id, "nat_gateway", detail, version), *blocked)
    return (*blocked, _ONWARD)


def link_egress(link: Connection, version: int) -> Exit:
    """Centralised egress: the internet behind a link (F-4.6); never behind a peering (F-6.5)."""
    leaves = link.kind in OFF_AMAZON

    def dead_end(detail: str) -> Exit:
        gate = closed(Stage.ROUTE, link.id, "connection", detail, NO_WAY_OUT, Disposition.NO_ROUTE, "F-4.2", "F-6.5")
        return Exit((gate,), leaves_aws_network=leaves)

    if not link.is_attached:
        return dead_end("it does not end in the cluster VPC")
    if link.kind in ("peering", "private_link"):
        return dead_end(f"no internet traffic goes through a {link.kind} link")
    if link.internet_egress == ():
        return dead_end("no internet lies behind it")
    if link.returns is False:
        return dead_end("nothing comes back through it")
    far_side = Party(PUBLIC_INTERNET[version], is_every=False, version=version)
    carries = opened(Stage.ROUTE, link.id, "connection", "carries internet traffic", "F-4.6", action=Action.ROUTED)
    gates = [carries if link.internet_egress else carries._replace(assumptions=(_leads_out(link),))]
    carried = of_networks(link.carries) if link.carries is not None else EVERYWHERE
    verdict = judge(far_side, carried)
    if verdict is Verdict.NO:
        return dead_end("it carries no internet addresses")
    if verdict is Verdict.UNKNOWN or link.returns is None:
        field = "carries" if verdict is Verdict.UNKNOWN else "returns"
        missing = (f"/cluster/connections[{link.id}]/{field}",)
        detail = "whether it carries the endpoint's addresses, and back"
        gates.append(unknown(Stage.ROUTE, link.id, "connection", detail, NO_WAY_OUT, missing, "F-4.6"))
    gates.append(firewall(link, Call(direction="from_cluster", port=443, far_side=far_side, cause=_BLOCKED)))
    source = of_networks(link.internet_egress) if link.internet_egress else None
    return Exit(tuple(gates), source, leaves_aws_network=leaves)


def _leads_out(link: Connection) -> Assumption:
    return Assumption(
        code="link-leads-out",
        field=f"/cluster/connections[{link.id}]/internet_egress",
        sentence=f"the default route into {link.id} is taken to lead on to the internet on its far side",
        facts=("F-4.6",),
    )


def firewall_egress(device: Firewall, version: int) -> Exit:
    """A firewall that the route names: its rules, and the internet only if it has an egress (Reading 5)."""
    far_side = Party(PUBLIC_INTERNET[version], is_every=False, version=version)
    checked = firewall(device, Call(direction="from_cluster", port=443, far_side=far_side, cause=_BLOCKED))
    if device.internet_egress == ():
        return Exit((no_way(device.id, "firewall", "no internet lies behind it", version), checked))
    if device.internet_egress is None:
        missing = (f"/cluster/firewalls[{device.id}]/internet_egress",)
        gate = unknown(
            Stage.ROUTE,
            device.id,
            "firewall",
            "whether the internet lies behind it",
            NO_WAY_OUT,
            missing,
            "F-4.6",
        )
        return Exit((gate, checked))
    hop = opened(Stage.ROUTE, device.id, "firewall", "passes traffic on to the internet", "F-4.6", action=Action.ROUTED)
    return Exit((hop, checked), of_networks(device.internet_egress))
