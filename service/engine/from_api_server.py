"""Step 2, by where the target stands: in the VPC, behind a link, or beyond.

1. Kubelets, webhooks and aggregated APIs in the VPC or behind a link are called from the interfaces, in
   every mode and every egress mode (F-3.17, F-3.18).
2. What lies on the internet, and every OIDC issuer, is called by paths of AWS, unless the cluster routes its
   own egress (F-8.16, F-12.9); an egress mode that nobody has described is not guessed at (F-12.11).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from service.domain.cluster import IpFamily
from service.domain.consumer import Consumer, ConsumerKind, Vantage
from service.domain.network import Direction
from service.domain.trace import Action, Assumption, Disposition
from service.engine.alike import stand_in, told_of
from service.engine.callers import Caller
from service.engine.filters import Party, admits
from service.engine.gates import Gate, Stage, closed, opened, unknown
from service.engine.gateways import NO_WAY_OUT
from service.engine.inside_way import Crossing, Kinds, Side, interfaces_of, kinds_of, pairs
from service.engine.kubelet_way import party_of, reply_stays_on_host, walk_in_vpc, walk_over_link
from service.engine.routes import PUBLIC_INTERNET
from service.engine.scene import Place, Scene
from service.engine.targets import (
    ORIGIN,
    Target,
    interfaces_let_out,
    target_verdict,
    unreachable,
    walk_to,
)
from service.engine.way_out import way_out
from service.engine.ways import Walk, Way, concluded, merged, standing_for

AWS_MANAGED, CUSTOMER_ROUTED = "AWS_MANAGED", "CUSTOMER_ROUTED"


def way_from_api_server(scene: Scene, target: Target) -> Way:
    """What becomes of the API server's call to one port of a consumer."""
    vantage = target.caller.vantage
    is_beyond = vantage in (Vantage.INTERNET, Vantage.OTHER_NETWORK)
    if is_beyond and target.purpose == "kubelet":
        return concluded(walk_to(target, [unreachable(target, "it has only a public address, so nothing leads to it")]))
    if not is_beyond and target.purpose != "oidc_issuer":
        return _from_the_interfaces(scene, target)
    mode = scene.cluster.egress_mode or AWS_MANAGED
    if mode == CUSTOMER_ROUTED:
        return _customer_routed(scene, target)
    way = concluded(_by_paths_of_aws(target) if mode == AWS_MANAGED else _by_unknown_paths(target, mode))
    return way if scene.cluster.egress_mode else way._replace(assumptions=(_ASSUMED_EGRESS,))


_ASSUMED_EGRESS = Assumption(
    code="aws-managed-egress",
    field="/cluster/egress_mode",
    sentence="the control plane's own calls are taken to leave by paths of AWS, EKS's default",
    facts=("F-12.9",),
)


def _from_the_interfaces(scene: Scene, target: Target) -> Way:
    if not target.caller.is_inside:
        return merged([(p.id, concluded(walk_over_link(scene, target, p))) for p in scene.cluster_places])
    other = stand_in(scene, target.caller)
    if other is None:
        return _within(scene, target)
    key = ("called of all", other.reference, target.port, target.purpose, target.is_shared_group)
    found: Way | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = _within(scene, replace(target, caller=other))
    return told_of(target.caller, other, found)


def _within(scene: Scene, target: Target) -> Way:
    walks = (
        (pair, concluded(walk_in_vpc(scene, target, pair.source, pair.target)))
        for pair in pairs(kinds_to(scene, target))
    )
    return merged([(pair.label, standing_for(way, pair.sources, pair.targets)) for pair, way in walks])


def kinds_to(scene: Scene, target: Target) -> Kinds:
    """The kinds of subnets that are walked, found once for all targets that the gates see alike."""
    caller, consumer = target.caller, target.caller.consumer
    seen = (target.port, caller.groups, consumer.kind.is_node_like, consumer.host_networks)
    key = ("kinds to", tuple(map(id, caller.places)), *seen)  # the kinds hold the subnets, so their ids stay theirs
    found: Kinds | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = kinds_of(_crossing(scene, target))
    return found


def _crossing(scene: Scene, target: Target) -> Crossing:
    """The subnets of the interfaces and those of the target, with what of the gates tells them apart."""
    caller, versions = target.caller, (4, 6) if scene.ip_family is IpFamily.IPV6 else (4,)
    let_out = scene.interface_admission(Direction.OUT, target.port)

    def seen_as(place: Place, version: int) -> Party:
        return party_of(caller, place, version)

    def of_source(place: Place) -> Hashable:
        parties = [interfaces_of(scene, place, version) for version in versions]
        kept = bool(reply_stays_on_host(caller, parties[0].addresses, place))
        return kept, tuple((target_verdict(scene, target, party), party.addresses is None) for party in parties)

    def of_target(place: Place) -> Hashable:
        parties = [seen_as(place, version) for version in versions]
        return place.subnet.ipv6_cidr is None, tuple((admits(let_out, it), it.addresses is None) for it in parties)

    sender = Side(scene.cluster_places, lambda place, version: interfaces_of(scene, place, version), of_source)
    return Crossing(scene, sender, Side(caller.places, seen_as, of_target), target.port, versions)


def _by_paths_of_aws(target: Target) -> Walk:
    component, kind = "AWS-managed egress", "internet"
    if target.caller.vantage is Vantage.INTERNET:
        detail = "leaves by paths of AWS"
        gate = opened(Stage.ROUTE, component, kind, detail, "F-8.16", "F-12.9", action=Action.ROUTED)
    else:
        detail = "the control plane leaves by paths of AWS, which do not lead into private networks"
        gate = closed(
            Stage.ROUTE, component, kind, detail, _beyond_cause(target), Disposition.NO_ROUTE, "F-12.9", "F-12.15"
        )
    return _beside_the_interfaces(target, gate)


def _by_unknown_paths(target: Target, mode: str) -> Walk:
    detail, missing = f"what the egress mode {mode} does", ("/cluster/egress_mode",)
    gate = unknown(Stage.ROUTE, "control plane egress", "internet", detail, _beyond_cause(target), missing, "F-12.11")
    return _beside_the_interfaces(target, gate)


def _beyond_cause(target: Target) -> str:
    if target.purpose == "oidc_issuer":
        return "control-plane-cannot-reach-private-idp"
    return NO_WAY_OUT if target.caller.vantage is Vantage.INTERNET else target.route_cause


def _beside_the_interfaces(target: Target, gate: Gate) -> Walk:
    """A call by paths of AWS never sees an endpoint network interface."""
    walk = walk_to(target, [gate])
    return walk._replace(gates=(ORIGIN[0], *walk.gates[len(ORIGIN) :]))


def _customer_routed(scene: Scene, target: Target) -> Way:
    """By the interfaces and the routes of the cluster subnets, wherever the target stands (F-12.10)."""
    if target.caller.vantage is Vantage.OTHER_NETWORK:
        return concluded(walk_to(target, [unreachable(target, "no link leads from the VPC to it")]))
    if target.caller.vantage is not Vantage.INTERNET:
        return _from_the_interfaces(scene, target)
    walks = [(place.id, concluded(_over_own_routes(scene, target, place))) for place in scene.cluster_places]
    return merged(walks)


def _over_own_routes(scene: Scene, target: Target, place: Place) -> Walk:
    stand_in = Consumer(name="the API server", kind=ConsumerKind.MANAGED_SERVICE, public_ip=False)
    caller = Caller(
        consumer=stand_in,
        reference="/cluster",
        location_reference="/cluster",
        vantage=Vantage.CLUSTER_VPC,
        places=(place,),
        groups=None,
    )
    left = way_out(scene, caller, place, 4)
    lets_out = interfaces_let_out(scene, target, Party(PUBLIC_INTERNET[4], is_every=False))
    return walk_to(target, [lets_out, *left.gates, *left.gates_back])
