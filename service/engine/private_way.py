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

from service.domain.addresses import NOWHERE
from service.domain.consumer import ConsumerKind, Vantage
from service.domain.network import Connection, Direction
from service.domain.trace import Action, Assumption, Disposition
from service.engine.alike import stand_in, told_of
from service.engine.callers import Caller
from service.engine.filters import Admission, Party, References, Verdict, admits
from service.engine.gates import (
    API_SERVER,
    Call,
    FarSide,
    Gate,
    Stage,
    acl,
    closed,
    firewall,
    opened,
    replies,
    unknown,
)
from service.engine.gateways import HTTPS, OFF_AMAZON
from service.engine.inside_way import interfaces_of, pairs, range_of, within_vpc
from service.engine.interface_ends import as_source, kinds_within, leaving, targets_beyond, versions_of
from service.engine.links import OVERLAP, is_translated, way_back, way_over_link
from service.engine.scene import Place, Scene
from service.engine.ways import Walk, Way, better, concluded, merged, named, standing_for

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
    API_SERVER,
)


def private_way(scene: Scene, caller: Caller) -> Way:
    """What becomes of a call to the private addresses; the same in every mode, the list plays no part."""
    if caller.vantage in (Vantage.INTERNET, Vantage.OTHER_NETWORK):
        return concluded(_walk_from_nowhere(scene, caller))
    if caller.is_inside:
        other = stand_in(scene, caller)
        return _way_within(scene, caller) if other is None else told_of(caller, other, _way_of_all_like(scene, other))
    return merged(
        [(named(alike), _way_from_outside(scene, caller, alike[0])) for alike in targets_beyond(scene, caller)]
    )


def _way_of_all_like(scene: Scene, other: Caller) -> Way:
    key = ("private of all", other.reference)
    found: Way | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = _way_within(scene, other)
    return found


def _way_within(scene: Scene, caller: Caller) -> Way:
    walks = (
        (pair, _way_between(scene, caller, pair.source, pair.target)) for pair in pairs(kinds_within(scene, caller))
    )
    return merged([(pair.label, standing_for(way, pair.sources, pair.targets)) for pair, way in walks])


def _way_from_outside(scene: Scene, caller: Caller, target: Place) -> Way:
    """From behind a link. Where the link translates, the filters of the VPC see one of the VPC's addresses.

    So does AWS Client VPN by its guide, unless it is attached to a transit gateway. Facts F-6.10 leave it open, so a
    caller of whom only the own range is let in is not taken to get in, and not to be kept out either.
    """
    version = _version(scene, caller)
    link = caller.connection
    if link is not None and link.translates and not is_translated(link, target):
        # Routed to, so seen as what it is: no interface of the link stands before it, and no group of one.
        plain = as_source(caller, None, version)._replace(groups=frozenset(), references=References.NEVER)
        return concluded(_walk_between(scene, caller, None, target, version, plain))
    own = _walk_between(scene, caller, None, target, version)
    if link is None or not link.translates or _stands_in_vpc(scene, caller):
        return concluded(own)
    # Without a range of the VPC it is not known which address that is; no address would be let in by every rule.
    party = as_source(caller, None, version)._replace(addresses=scene.vpc_addresses or None, is_every=False)
    seen = concluded(_walk_between(scene, caller, None, target, version, party))
    if seen.is_accepted and not link.is_private_link:
        return seen._replace(assumptions=(*seen.assumptions, _translated(caller, link)))
    if seen.verdict is not Verdict.NO or link.is_private_link:
        return seen
    as_itself = concluded(own)
    if as_itself.is_accepted:
        return concluded(own._replace(gates=tuple(_depends(gate, caller, link) for gate in own.gates)))
    return min(as_itself, seen, key=lambda way: len(way.also))  # what is certain stops it under either address


def _stands_in_vpc(scene: Scene, caller: Caller) -> bool:
    """Whether the caller is told by the addresses under which the VPC sees it."""
    return caller.addresses is not None and scene.vpc_addresses.covers(caller.addresses)


def _translated(caller: Caller, link: Connection) -> Assumption:
    sentence = f"{link.id} is taken to show {caller.consumer.name} to the interfaces under an address of the VPC"
    where = f"{caller.location_reference}/cidrs"
    return Assumption(code="link-translates", field=where, sentence=sentence, facts=("F-6.10",))


def _depends(gate: Gate, caller: Caller, link: Connection) -> Gate:
    """At the groups on the interfaces: the caller's own range is let in, and no address of the VPC."""
    if gate.stage is not Stage.TARGET_GROUPS or gate.hop is None:
        return gate
    detail = f"whether {link.id} shows {caller.consumer.name} under its own range or under an address of the VPC"
    missing, cause = (f"{caller.location_reference}/cidrs",), "cluster-sg-missing-443-from-client"
    return unknown(gate.stage, gate.hop.component, gate.hop.kind, detail, cause, missing, "F-6.10", "F-3.15")


def _way_between(scene: Scene, caller: Caller, source: Place | None, target: Place) -> Way:
    versions = versions_of(scene, caller)
    if 6 in versions and source is not None and caller.consumer.prefers_ipv6:
        return concluded(_walk_between(scene, caller, source, target, 6))
    first = concluded(_walk_between(scene, caller, source, target, versions[0]))
    if len(versions) == 1 or source is None or first.is_accepted or not source.may_have_ipv6:
        return first
    return better(first, concluded(_walk_between(scene, caller, source, target, 6)))


def _version(scene: Scene, caller: Caller) -> int:
    """The family that a caller outside the VPC uses: IPv6 if it has no other and the interfaces have it."""
    only_ipv6 = caller.addresses is not None and not caller.addresses.has_version(4)
    return 6 if only_ipv6 and scene.is_dual_stack else 4


def _walk_between(
    scene: Scene, caller: Caller, source: Place | None, target: Place, version: int, seen: Party | None = None
) -> Walk:
    """One walk; ``seen`` is the caller as the VPC's filters see it behind a link that translates."""
    party = as_source(caller, source, version)
    seen = seen or party
    there = interfaces_of(scene, target, version)
    target_side = FarSide(party=there, words="the interfaces", settled_by=range_of(target, version))
    settled = range_of(source, version) if source else f"{caller.location_reference}/cidrs"
    side = FarSide(party=seen, words=caller.consumer.name, settled_by=settled)
    gates: list[Gate] = [*leaving(scene, caller, target, version)]
    if source is not None and source.id != target.id:
        gates.append(acl(scene, Stage.OWN_ACL, source, Direction.OUT, HTTPS, target_side, ours=True))
    gates += _way_there(scene, caller, source, target, party, version)
    if source is None or source.id != target.id:
        gates.append(acl(scene, Stage.TARGET_ACL, target, Direction.IN, HTTPS, side, ours=False))
    gates.append(interface_groups(scene, caller, seen, settled))
    gates += _way_back(scene, caller, source, target, seen)
    if source is None or source.id != target.id:
        gates.append(replies(scene, target, Direction.OUT, side, ours=False))
    if source is not None and source.id != target.id:
        gates.append(replies(scene, source, Direction.IN, target_side, ours=True))
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


def interface_groups(scene: Scene, caller: Caller, party: Party, settled_by: str) -> Gate:
    """A group on the endpoint network interfaces admits 443 from the caller (F-3.15)."""
    stage, component, kind = Stage.TARGET_GROUPS, scene.interface_groups.names, "security_group"
    is_node = caller.consumer.kind.is_node_like
    cause = f"cluster-sg-missing-443-from-{'node' if is_node else 'client'}"
    name = caller.consumer.name
    admission = scene.interface_admission(Direction.IN, 443)
    verdict = admits(admission, party)
    if verdict is Verdict.YES:
        shares = party.groups is not None and bool(party.groups & scene.interface_groups.cluster_ids)
        detail = f"admits TCP 443 from {name}" + (", which holds the cluster security group" if shares else "")
        return opened(stage, component, kind, detail, "F-3.10" if shares else "F-3.15")
    strangers = _groups_the_link_may_hold(scene, caller, party, admission)
    if verdict is Verdict.NO and strangers:
        held = ", ".join(strangers)
        detail = f"whether the interfaces under which {name} is seen hold {held}, from which TCP 443 is admitted"
        return unknown(stage, component, kind, detail, cause, (f"{caller.reference}/security_groups",), "F-3.15")
    if verdict is Verdict.NO:
        detail = f"no rule on the endpoint network interfaces admits TCP 443 from {name}"
        stop = closed(stage, component, kind, detail, cause, Disposition.DENIED_IN, "F-3.15")
        some = party.addresses & admission.addresses if party.addresses else NOWHERE
        return stop._replace(works=f"works from {', '.join(some.texts())}") if some else stop
    # A prefix list's ranges are not known, nor whether a link lets a rule see the groups behind it: no address tells.
    is_told = party.addresses is not None and (party.is_every or admission.is_unsure) and party.groups is not None
    missing = ["/cluster/security_groups"] if is_told or not scene.interface_groups.knows_cluster_group else []
    if party.groups is None:
        missing.append(f"{caller.reference}/security_groups")
    missing = missing or [settled_by]
    detail = f"whether a rule on the endpoint network interfaces admits TCP 443 from {name}"
    return unknown(stage, component, kind, detail, cause, missing, "F-3.15")


def _groups_the_link_may_hold(scene: Scene, caller: Caller, party: Party, admission: Admission) -> list[str]:
    """Groups that a rule admits and that nobody else is known to hold, where the link's interfaces may hold them."""
    link = caller.connection
    if link is None or not link.translates or party.groups or party.references is References.NEVER:
        return []
    return sorted(admission.groups - scene.interface_groups.ids - caller.held_elsewhere)


def _way_back(scene: Scene, caller: Caller, source: Place | None, target: Place, party: Party) -> list[Gate]:
    if source is None:
        return way_back(scene, caller, target, party)
    back = within_vpc(scene, target, party.addresses, caller.consumer.name)
    stops = [gate for gate in back if gate.verdict is not Verdict.YES]
    return [_returning(gate) for gate in stops]


def _returning(gate: Gate) -> Gate:
    """What stops the reply, told as the way back."""
    disposition = Disposition.NO_ROUTE if gate.verdict is Verdict.NO else gate.disposition
    cause = "control-plane-eni-in-unroutable-subnet"
    return gate._replace(stage=Stage.ROUTE_BACK, cause=cause, disposition=disposition)


def _walk_from_nowhere(scene: Scene, caller: Caller) -> Walk:
    """From the internet, or a network without a link, nothing leads to private addresses (F-1.7)."""
    is_internet = caller.vantage is Vantage.INTERNET
    if caller.consumer.kind is ConsumerKind.FUNCTION:
        cause = "lambda-not-attached-to-vpc"
    else:
        cause = "private-only-from-internet" if is_internet else "no-private-network-path-between-vpcs"
    component = "internet" if is_internet else "private network link"
    detail = f"nothing leads from {caller.consumer.name} to the private addresses in the VPC"
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
