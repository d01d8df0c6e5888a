"""The two ends of a call to the interfaces: how each is seen from the other, and which subnets are alike in that.

Subnets that no gate tells apart are walked once for all of them (`inside_way`).
"""

from __future__ import annotations

from collections.abc import Hashable

from service.domain.cluster import IpFamily
from service.domain.network import Connection, Direction
from service.engine.callers import Asker, Caller
from service.engine.filters import Admission, Party, References, Verdict, admits
from service.engine.gates import Gate, host_network, own_groups
from service.engine.inside_way import Crossing, Kinds, Side, classes_of, interfaces_of, kinds_of
from service.engine.scene import Place, Scene


def kinds_within(scene: Scene, caller: Caller) -> Kinds:
    """The kinds of subnets that are walked, found once for all callers in the VPC that the gates see alike."""
    consumer = caller.consumer
    seen = (caller.addresses, caller.is_every, caller.groups, consumer.kind.is_node_like, consumer.host_networks)
    places = tuple(map(id, caller.places))  # the kinds hold the subnets, so their ids stay theirs
    key = ("kinds", places, versions_of(scene, caller), *seen)
    found: Kinds | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = kinds_of(_crossing(scene, caller))
    return found


def targets_beyond(scene: Scene, caller: Caller) -> list[list[Place]]:
    """The subnets of the interfaces by what callers behind a link see of them, found once for all who see the same."""
    link = caller.connection.id if caller.connection else None
    key = ("targets", link, caller.groups, caller.consumer.host_networks)
    found: list[list[Place]] | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = classes_of(_crossing(scene, caller), is_sender=False)
    return found


def versions_of(scene: Scene, caller: Caller) -> tuple[int, ...]:
    """The families that a caller in the VPC tries on the interfaces, in this order.

    Those of an IPv6 cluster have both, whatever its name gives; its pods, and its `kubernetes` Service, have IPv6
    alone (F-5.8, F-3.25).
    """
    if caller.asker is Asker.CLUSTER_IP and scene.ip_family is IpFamily.IPV6:
        return (6,)
    return (4, 6) if scene.is_dual_stack else (4,)


def _crossing(scene: Scene, caller: Caller) -> Crossing:
    """The caller's subnets and those of the interfaces, with what of the gates tells them apart."""
    admission = scene.interface_admission(Direction.IN, 443)
    versions = versions_of(scene, caller)

    def seen_as(place: Place, version: int) -> Party:
        return as_source(caller, place, version)

    def of_source(place: Place) -> Hashable:
        admitted = tuple(_admitted(admission, seen_as(place, version), place) for version in versions)
        return place.may_have_ipv6, admitted

    def of_target(place: Place) -> Hashable:
        gates = [gate for version in versions for gate in leaving(scene, caller, place, version)]
        known = tuple(place.addresses(version) is None for version in versions)
        return known, tuple(gate.verdict for gate in gates), None if caller.is_inside else _beyond_link(caller, place)

    sender = Side(caller.places, seen_as, of_source)
    taker = Side(scene.cluster_places, lambda place, version: interfaces_of(scene, place, version), of_target)
    return Crossing(scene, sender, taker, 443, versions)


def leaving(scene: Scene, caller: Caller, target: Place, version: int) -> tuple[Gate, Gate]:
    """The caller's own host and groups let the call to the interfaces in a subnet out."""
    there = interfaces_of(scene, target, version)
    return (
        host_network(caller, there.addresses, f"an interface in {target.id}"),
        own_groups(caller, scene, there, 443, "the interfaces"),
    )


def _beyond_link(caller: Caller, place: Place) -> Hashable:
    """What tells interfaces apart for a caller behind a link: the table that leads back, and a split tunnel."""
    is_split = caller.connection is not None and caller.connection.carries is not None
    return place.id if is_split or place.table is None else place.table.id


def _admitted(admission: Admission, party: Party, place: Place) -> Hashable:
    """How the groups on the interfaces take a subnet's addresses; one that they take in part is like no other."""
    verdict = admits(admission, party)
    in_part = verdict is not Verdict.YES and party.addresses is not None and party.addresses.meets(admission.addresses)
    return verdict, party.addresses is None, place.id if in_part else None


def as_source(caller: Caller, place: Place | None, version: int) -> Party:
    """The caller as the interfaces' filters see it."""
    if place is not None:
        addresses, is_every = place.addresses(version), caller.consumer.kind.is_node_like
        stated = caller.addresses.of_version(version) if caller.addresses is not None else None
        if stated:
            addresses, is_every = stated, caller.is_every
        return Party(addresses, is_every, caller.groups, References.MATCH, version)
    # Of a proxy whose place nobody said it is not known either whether a rule sees a group of it.
    without = References.NEVER if caller.groups is not None else References.UNKNOWN
    sees = _seen_over(caller.connection) if caller.connection else without
    return Party(caller.addresses, caller.is_every, caller.groups, sees, version)


def _seen_over(link: Connection) -> References:
    """Whether a rule sees the groups of callers behind a link; one that translates shows its own interfaces."""
    if link.translates:
        return References.MATCH
    return {"peering": References.MATCH, "transit_gateway": References.UNKNOWN}.get(link.kind, References.NEVER)
