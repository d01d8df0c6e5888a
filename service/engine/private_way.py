"""To the private endpoint: to the EKS-owned interfaces in the cluster subnets, and back (13.2).

1. The caller's own host, groups and ACL let the call out.
2. In the VPC the local route leads there; from outside, a link that carries both directions (F-6.5, F-6.6).
   From the internet nothing does (F-1.7).
3. The firewall on the link, the ACL of the interfaces' subnet and the groups on the interfaces admit 443
   (F-3.15). The public access CIDRs are never asked (F-1.8).
4. The route tables of the cluster subnets lead back to the caller (F-6.8), and the ACLs let the reply
   through (F-3.19).

A name that gives several interfaces counts as reached only if each of them is (Reading 3).
"""

from __future__ import annotations

from functools import lru_cache

from service.domain.addresses import NOWHERE, Addresses
from service.domain.consumer import ConsumerKind, Vantage
from service.domain.network import Direction
from service.domain.trace import Action, Disposition
from service.engine.callers import Caller
from service.engine.filters import Party, References, Verdict, admits
from service.engine.gates import (
    Call,
    Gate,
    Side,
    Stage,
    acl,
    closed,
    firewall,
    host_network,
    opened,
    own_groups,
    passes_unseen,
    replies,
    unknown,
)
from service.engine.gateways import HTTPS, OFF_AMAZON
from service.engine.links import OVERLAP, way_back, way_over_link
from service.engine.routes import lookup
from service.engine.scene import Place, Scene
from service.engine.ways import Walk, Way, better, classes, concluded, merged, named, standing_for

INTERFACE = "endpoint network interface"
ARRIVAL = (
    opened(
        Stage.ACLS_BACK,
        INTERFACE,
        "endpoint_network_interface",
        "one of the EKS-owned interfaces in the cluster subnets",
        "F-3.1",
        "F-3.3",
        action=Action.ROUTED,
    ),
    opened(
        Stage.ACLS_BACK,
        "API server",
        "api_server",
        "takes the connection; IAM and RBAC decide what it may do",
        "F-1.22",
        action=Action.ACCEPTED,
    ),
)


def private_way(scene: Scene, caller: Caller) -> Way:
    """What becomes of a call to the private addresses; the same in every mode, the list plays no part."""
    if caller.vantage in (Vantage.INTERNET, Vantage.OTHER_NETWORK):
        return concluded(_walk_from_nowhere(scene, caller))
    targets = classes(scene.cluster_places, lambda place: _alike(scene, caller, place))
    if not caller.is_inside:
        return merged([(named(t), _way_between(scene, caller, None, t[0])) for t in targets])
    walks = []
    for sources in classes(caller.places, lambda place: _alike(scene, caller, place)):
        for alike in targets:
            label = named(sources) if len(targets) == 1 else f"{named(sources)} to {named(alike)}"
            walks.append((label, standing_for(_way_between(scene, caller, sources[0], alike[0]), sources)))
    return merged(walks)


def _alike(scene: Scene, caller: Caller, place: Place) -> object:
    if not caller.is_inside or caller.consumer.host_networks or not is_plain(scene, place):
        return place.id
    key = ("alike", place.id, caller.groups, caller.addresses, caller.consumer.kind.is_node_like)
    if key not in scene.memo:
        scene.memo[key] = _trait(scene, caller, place)
    return scene.memo[key]


def _trait(scene: Scene, caller: Caller, place: Place) -> object:
    described = [scene.groups[name] for name in caller.groups or () if name in scene.groups]
    if any(group.egress is not None for group in described):
        return place.id
    admission = scene.interface_admission(Direction.IN, 443)
    versions = (4, 6) if scene.is_dual_stack else (4,)
    return tuple((place.addresses(v) is None, admits(admission, _as_source(caller, place, v))) for v in versions)


def is_plain(scene: Scene, place: Place) -> bool:
    """Whether no ACL and no route within the VPC tells the subnet's packets from those of another."""
    return not scene.has_acls and not place.has_inside_routes


def _as_source(caller: Caller, place: Place | None, version: int) -> Party:
    """The caller as the interfaces' filters see it."""
    if place is not None:
        addresses, is_every = place.addresses(version), caller.consumer.kind.is_node_like
        if caller.addresses is not None and version == 4:
            addresses, is_every = caller.addresses, caller.is_every
        return Party(addresses, is_every, caller.groups, References.MATCH, version)
    link = caller.connection.kind if caller.connection else ""
    sees = {"peering": References.MATCH, "transit_gateway": References.UNKNOWN}.get(link, References.NEVER)
    return Party(caller.addresses, caller.is_every, caller.groups, sees, version)


def _way_between(scene: Scene, caller: Caller, source: Place | None, target: Place) -> Way:
    if scene.is_dual_stack and source is not None and caller.consumer.prefers_ipv6:
        return concluded(_walk_between(scene, caller, source, target, 6))
    first = concluded(_walk_between(scene, caller, source, target, _version(scene, caller)))
    if not scene.is_dual_stack or source is None or first.is_accepted or not source.may_have_ipv6:
        return first
    return better(first, concluded(_walk_between(scene, caller, source, target, 6)))


def _version(scene: Scene, caller: Caller) -> int:
    """The family that a caller outside the VPC uses: IPv6 if it has no other and the interfaces have it."""
    only_ipv6 = caller.addresses is not None and not caller.addresses.has_version(4)
    return 6 if only_ipv6 and not caller.is_inside and scene.is_dual_stack else 4


def _walk_between(scene: Scene, caller: Caller, source: Place | None, target: Place, version: int) -> Walk:
    party = _as_source(caller, source, version)
    there = Party(target.addresses(version), False, scene.interface_group_ids, References.MATCH, version)
    target_side = Side(party=there, words="the interfaces", settled_by=f"/cluster/subnets[{target.id}]/cidr")
    settled = f"/cluster/subnets[{source.id}]/cidr" if source else f"{caller.location_reference}/cidrs"
    side = Side(party=party, words=caller.consumer.name, settled_by=settled)
    gates: list[Gate] = [
        host_network(caller, there.addresses, f"an interface in {target.id}"),
        own_groups(caller, scene, there, 443, "the interfaces"),
    ]
    if source is not None and source.id != target.id:
        gates.append(acl(Stage.OWN_ACL, source, Direction.OUT, HTTPS, target_side, ours=True))
    gates += _way_there(scene, caller, source, target, party, version)
    if source is None or source.id != target.id:
        gates.append(acl(Stage.TARGET_ACL, target, Direction.IN, HTTPS, side, ours=False))
    gates.append(interface_groups(scene, caller, party, settled))
    gates += _way_back(scene, caller, source, target, party)
    if source is None or source.id != target.id:
        gates.append(replies(target, Direction.OUT, side, ours=False))
    if source is not None and source.id != target.id:
        gates.append(replies(source, Direction.IN, target_side, ours=True))
    leaves = caller.connection.kind in OFF_AMAZON if source is None and caller.connection else False
    return Walk(label=target.id, gates=(*gates, *ARRIVAL), source=party.addresses, leaves_aws_network=leaves)


def _way_there(
    scene: Scene, caller: Caller, source: Place | None, target: Place, party: Party, version: int
) -> list[Gate]:
    if source is None:
        gates = way_over_link(scene, caller, target.addresses(version), f"the interfaces in {target.id}")
        if caller.connection is not None:
            call = Call(direction="to_cluster", port=443, far_side=party, cause="link-firewall-blocks-443")
            gates.append(firewall(caller.connection, call))
        return gates
    return within_vpc(scene, source, target.addresses(version), f"the interfaces in {target.id}")


def within_vpc(
    scene: Scene, source: Place, target: Addresses | None, what: str, cause: str = "link-firewall-blocks-443"
) -> list[Gate]:
    """The route from one subnet of the VPC to another: local, unless a narrower route says otherwise."""
    name = source.table.id if source.table else source.id
    kind = "route_table" if source.table else "subnet"
    if source.table is None or target is None or not source.has_inside_routes:
        return [_locally(name, kind, what)]
    gates: list[Gate] = []
    for route, part in lookup(source.table, scene.vpc_addresses | target, target):
        if route is None or route.target == "local":
            continue
        device = scene.firewalls.get(route.target)
        if device is not None and not route.is_blackhole:
            call = Call(direction="from_cluster", port=443, far_side=Party(part), cause=cause, stage=Stage.ROUTE)
            checked = firewall(device, call)
            gates.append(
                checked if checked.hop else opened(Stage.ROUTE, device.id, "firewall", f"leads on to {what}", "F-3.6")
            )
        else:
            detail = f"sends {', '.join(part.texts()[:2])} to {route.target} and not to {what}"
            gates.append(
                closed(
                    Stage.ROUTE,
                    name,
                    kind,
                    detail,
                    "no-private-network-path-between-vpcs",
                    Disposition.NO_ROUTE,
                    "F-6.8",
                )
            )
    return gates or [_locally(name, kind, what)]


@lru_cache(maxsize=1024)
def _locally(name: str, kind: str, what: str) -> Gate:
    return opened(Stage.ROUTE, name, kind, f"the local route leads to {what}", "F-3.6", action=Action.ROUTED)


def interface_groups(scene: Scene, caller: Caller, party: Party, settled_by: str) -> Gate:
    """A group on the endpoint network interfaces admits 443 from the caller (F-3.15)."""
    stage, component, kind = Stage.TARGET_GROUPS, scene.interface_group_names, "security_group"
    is_node = caller.consumer.kind.is_node_like
    cause = f"cluster-sg-missing-443-from-{'node' if is_node else 'client'}"
    name = caller.consumer.name
    admission = scene.interface_admission(Direction.IN, 443)
    verdict = admits(admission, party)
    if verdict is Verdict.YES:
        shares = party.groups is not None and bool(party.groups & scene.cluster_group_ids)
        detail = f"admits TCP 443 from {name}" + (", which holds the cluster security group" if shares else "")
        return opened(stage, component, kind, detail, "F-3.10" if shares else "F-3.15")
    if verdict is Verdict.NO:
        detail = f"no rule on the endpoint network interfaces admits TCP 443 from {name}"
        stop = closed(stage, component, kind, detail, cause, Disposition.DENIED_IN, "F-3.15")
        some = party.addresses & admission.addresses if party.addresses else NOWHERE
        return stop._replace(works=f"works from {', '.join(some.texts())}") if some else stop
    missing = [] if scene.knows_cluster_group else ["/cluster/security_groups"]
    if party.groups is None:
        missing.append(f"{caller.reference}/security_groups")
    missing = missing or [settled_by]
    detail = f"whether a rule on the endpoint network interfaces admits TCP 443 from {name}"
    return unknown(stage, component, kind, detail, cause, missing, "F-3.15")


def _way_back(scene: Scene, caller: Caller, source: Place | None, target: Place, party: Party) -> list[Gate]:
    if source is None:
        return way_back(scene, caller, target, party)
    back = within_vpc(scene, target, party.addresses, caller.consumer.name)
    stops = [gate for gate in back if gate.verdict is not Verdict.YES]
    return [_returning(gate) for gate in stops]


def _returning(gate: Gate) -> Gate:
    hop = gate.hop
    if hop is None:
        return passes_unseen(Stage.ROUTE_BACK)
    cause = "control-plane-eni-in-unroutable-subnet"
    if gate.verdict is Verdict.UNKNOWN:
        return unknown(Stage.ROUTE_BACK, hop.component, hop.kind, hop.detail, cause, hop.missing, *hop.facts)
    return closed(Stage.ROUTE_BACK, hop.component, hop.kind, hop.detail, cause, Disposition.NO_ROUTE, *hop.facts)


def _walk_from_nowhere(scene: Scene, caller: Caller) -> Walk:
    """From the internet, or a network without a link, nothing leads to private addresses (F-1.7)."""
    is_internet = caller.vantage is Vantage.INTERNET
    if caller.consumer.kind is ConsumerKind.FUNCTION:
        cause = "lambda-not-attached-to-vpc"
    else:
        cause = "private-only-from-internet" if is_internet else "no-private-network-path-between-vpcs"
    component = "internet" if is_internet else "private network link"
    detail = f"nothing leads from where {caller.consumer.name} stands to the private addresses in the VPC"
    gate = closed(
        Stage.ROUTE,
        component,
        "internet" if is_internet else "connection",
        detail,
        cause,
        Disposition.NO_ROUTE,
        "F-1.7",
        "F-6.1",
    )
    gates = [gate]
    shared = caller.addresses & scene.vpc_addresses if caller.addresses is not None else NOWHERE
    if shared and not is_internet:
        detail = f"both sides hold {', '.join(shared.texts()[:2])}, so no plain link can join them"
        gates.insert(0, closed(Stage.ROUTE, component, "connection", detail, OVERLAP, Disposition.NO_ROUTE, "F-6.6"))
    leaves = True if is_internet else None
    return Walk(label=caller.consumer.name, gates=tuple(gates), source=caller.addresses, leaves_aws_network=leaves)
