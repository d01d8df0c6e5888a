"""Step 2: the API server calls kubelets, webhooks and aggregated APIs, the same in every mode (F-3.18).

1. The call never takes the load balancer, an internet gateway or a NAT gateway.
2. In the VPC the local route leads to the node or pod; to hybrid nodes and their pods, the routes of the
   cluster subnets and the link (F-7.8, F-7.9).
3. The ACLs, the firewall on the link and the target's own groups admit the port (F-3.16, F-3.17).
"""

from __future__ import annotations

from service.domain.addresses import Addresses, of_network, of_networks
from service.domain.cluster import IpFamily
from service.domain.consumer import ConsumerKind
from service.domain.network import Connection, Direction
from service.domain.trace import Action, Disposition
from service.engine.callers import Caller
from service.engine.filters import Party, References, Verdict
from service.engine.gates import Call, FarSide, Gate, Stage, acl, closed, firewall, opened, replies, unknown
from service.engine.inside_way import interfaces_of, range_of, within_vpc
from service.engine.links import route_to
from service.engine.scene import Place, Scene
from service.engine.targets import Target, interfaces_let_out, target_groups, unreachable, walk_to
from service.engine.ways import Walk


def walk_in_vpc(scene: Scene, target: Target, source: Place, place: Place) -> Walk:
    """From an interface in one cluster subnet to a target in a subnet of the VPC."""
    caller = target.caller
    version = _version_to(scene, caller, place)
    interfaces = interfaces_of(scene, source, version)
    party = party_of(caller, place, version)
    side = FarSide(party=party, words=caller.consumer.name, settled_by=range_of(place, version))
    from_side = FarSide(party=interfaces, words="the interfaces", settled_by=range_of(source, version))
    port = (target.port, target.port)
    apart = source.id != place.id
    gates = [interfaces_let_out(scene, target, party)]
    if apart:
        gates.append(acl(scene, Stage.OWN_ACL, source, Direction.OUT, port, side, ours=True))
    gates += within_vpc(scene, source, party.addresses, caller.consumer.name, target.firewall_cause, target.port)
    gates += _into_overlay(target, source)
    if apart:
        gates.append(acl(scene, Stage.TARGET_ACL, place, Direction.IN, port, from_side, ours=False))
    gates.append(target_groups(scene, target, interfaces))
    gates += reply_stays_on_host(caller, interfaces.addresses, source)
    if apart:
        gates.append(replies(scene, place, Direction.OUT, from_side, ours=False))
        gates.append(replies(scene, source, Direction.IN, side, ours=True))
    return walk_to(target, gates)


def _version_to(scene: Scene, caller: Caller, place: Place) -> int:
    """The family of the call: nodes and pods of an IPv6 cluster are called over IPv6, whatever is known (F-3.25)."""
    if scene.ip_family is not IpFamily.IPV6:
        return 4
    is_of_cluster = caller.consumer.kind.is_node_like or caller.consumer.is_in_cluster
    return 6 if is_of_cluster or place.subnet.ipv6_cidr is not None else 4


def _into_overlay(target: Target, source: Place) -> list[Gate]:
    """The control plane calls the pod itself (F-3.17), so the VPC has to route the pod's own address."""
    overlay = target.caller.overlay
    if overlay is None:
        return []
    shown, cause = ", ".join(overlay.texts()[:2]), "overlay-pods-not-routable"
    name, kind = (source.table.id, "route_table") if source.table else (source.id, "subnet")
    if source.table is None:
        detail = f"whether it has a route to {shown}, which the VPC does not hold"
        return [unknown(Stage.ROUTE, name, kind, detail, cause, (source.settled_by,), "F-3.17")]
    led = [route for route in source.table.routes if route.destination is not None and route.destination.prefixlen]
    if any(of_network(route.destination).meets(overlay) for route in led if route.destination is not None):
        detail, missing = f"whether its routes lead to {shown}", (f"/cluster/route_tables[{name}]/routes",)
        return [unknown(Stage.ROUTE, name, kind, detail, cause, missing, "F-3.17")]
    detail = f"nothing in the VPC leads to {shown}, the addresses of an overlay network"
    return [closed(Stage.ROUTE, name, kind, detail, cause, Disposition.NO_ROUTE, "F-3.17")]


def party_of(caller: Caller, place: Place, version: int) -> Party:
    """A target in a subnet of the VPC, as the filters on the way to it see it."""
    return Party(place.addresses(version), caller.consumer.kind.is_node_like, caller.groups, References.MATCH, version)


def reply_stays_on_host(caller: Caller, interfaces: Addresses | None, source: Place) -> list[Gate]:
    """A range local to the target's host shadows the interfaces, so that what it answers is lost."""
    own = caller.consumer.host_networks
    if not own or interfaces is None or not of_networks(own).meets(interfaces):
        return []
    detail = f"the host keeps {', '.join(of_networks(own).texts())} to itself, so replies to {source.id} never leave"
    component, cause = f"host network of {caller.consumer.name}", "docker-bridge-cidr-conflict"
    return [closed(Stage.ROUTE_BACK, component, "host_network", detail, cause, Disposition.NO_ROUTE, "F-3.18")]


def walk_over_link(scene: Scene, target: Target, source: Place) -> Walk:
    """From an interface in one cluster subnet to a target behind a link."""
    caller, port = target.caller, (target.port, target.port)
    link, addresses = caller.connection, _remote_addresses(scene, target)
    party = Party(addresses, caller.is_every, caller.groups, References.NEVER)
    side = FarSide(party=party, words=caller.consumer.name, settled_by=f"{caller.location_reference}/cidrs")
    gates = [
        interfaces_let_out(scene, target, party),
        acl(scene, Stage.OWN_ACL, source, Direction.OUT, port, side, ours=True),
        *_remote_networks(scene, target, addresses),
    ]
    if link is None:
        missing = (f"{caller.location_reference}/connection",)
        name, detail = "private network link", "which link leads there"
        gates.append(unknown(Stage.ROUTE, name, "connection", detail, target.route_cause, missing, "F-7.8"))
        return walk_to(target, gates)
    call = Call(direction="from_cluster", port=target.port, far_side=party, cause=target.firewall_cause)
    gates += [
        route_to(scene, source, link, party, Stage.ROUTE, target.route_cause, caller),
        _carried(target, link),
        _on_the_far_side(firewall(link, call)),
        replies(scene, source, Direction.IN, side, ours=True),
    ]
    return walk_to(target, gates)


def _carried(target: Target, link: Connection) -> Gate:
    """A link that ends in the VPC carries the call, if the far side answers through it (F-7.8)."""
    stage, kind, cause = Stage.ROUTE, "connection", target.route_cause
    if not link.is_attached or link.returns is False:
        detail = "nothing answers through it" if link.is_attached else "it does not end in the cluster VPC"
        return closed(stage, link.id, kind, detail, cause, Disposition.NO_ROUTE, "F-7.8")
    if link.returns is None:
        missing = (f"/cluster/connections[{link.id}]/returns",)
        return unknown(stage, link.id, kind, "whether the far side answers through it", cause, missing, "F-7.8")
    detail = f"carries traffic to {target.caller.consumer.name}"
    return opened(stage, link.id, kind, detail, "F-7.8", action=Action.ROUTED)


def _on_the_far_side(gate: Gate) -> Gate:
    """The on-premises firewall stands on the target's side of the call."""
    if gate.verdict is not Verdict.NO or gate.hop is None:
        return gate
    return closed(
        gate.stage, gate.hop.component, gate.hop.kind, gate.hop.detail, gate.cause, Disposition.DENIED_IN, "F-7.9"
    )


def _serves_from_pods(target: Target) -> bool:
    kind = target.caller.consumer.kind
    return kind is ConsumerKind.POD or (kind is ConsumerKind.HYBRID_NODE and not target.is_hybrid_kubelet)


def _remote_addresses(scene: Scene, target: Target) -> Addresses | None:
    consumer, location = target.caller.consumer, target.caller.consumer.location
    if not _serves_from_pods(target):
        return target.caller.addresses
    if consumer.kind is ConsumerKind.POD and location is not None and location.cidrs:
        return of_networks(location.cidrs)
    return of_networks(scene.cluster.remote_networks.pod_cidrs)


def _remote_networks(scene: Scene, target: Target, addresses: Addresses | None) -> list[Gate]:
    """EKS routes to hybrid nodes and pods only within the remote networks of the cluster (F-7.9)."""
    remote = scene.cluster.remote_networks
    if target.is_hybrid_kubelet:
        known, what = of_networks(remote.node_cidrs), "remote node networks"
        if not remote.node_cidrs:
            return []
    elif _serves_from_pods(target):
        known, what = of_networks(remote.pod_cidrs), "remote pod networks"
    else:
        return []
    if addresses and known.covers(addresses):
        return []
    outside = ", ".join((addresses - known).texts()[:2]) if addresses else "its address"
    return [unreachable(target, f"{outside} is not within the {what} of the cluster")]
