"""What may stop a packet or its reply, one gate a function, each citing its fact.

A gate says whether the packet passes, what is shown of it, and, where it does not pass, the cause. The
order of the gates is the order in which a packet meets them (`Stage`, Reading 1); `tracing` puts them
together. This module holds the gates that every way shares; `public_way` and `private_way` hold their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from service.domain.addresses import Addresses, of_networks
from service.domain.network import EPHEMERAL_PORTS, Connection, Direction, Firewall, NetworkAcl
from service.domain.trace import Action, Assumption, Disposition, Hop
from service.engine.callers import Caller
from service.engine.filters import (
    Party,
    Verdict,
    admits,
    closed_ports,
    firewall_verdict,
)
from service.engine.scene import Place, Scene


class Stage(IntEnum):
    """The order in which a packet, and then its reply, meets what may stop it (Reading 1)."""

    NAME = 0
    OWN = 1
    OWN_GROUPS = 2
    OWN_ACL = 3
    ROUTE = 4
    LIST = 5
    TARGET_ACL = 6
    TARGET_GROUPS = 7
    ROUTE_BACK = 8
    ACLS_BACK = 9


class Gate(NamedTuple):
    """What one gate says; ``hop`` None is a gate that passes without being worth a line.

    ``works`` says which part of the callers a stop lets through (Reading 3).
    """

    stage: Stage
    verdict: Verdict = Verdict.YES
    hop: Hop | None = None
    cause: str = ""
    disposition: Disposition = Disposition.ACCEPTED
    works: str = ""
    assumptions: tuple[Assumption, ...] = ()


def opened(
    stage: Stage, component: str, kind: str, detail: str, *facts: str, action: Action = Action.PERMITTED
) -> Gate:
    """A gate that lets the packet through and is shown."""
    return Gate(stage=stage, hop=Hop(component=component, kind=kind, action=action, detail=detail, facts=facts))


def closed(
    stage: Stage, component: str, kind: str, detail: str, cause: str, disposition: Disposition, *facts: str
) -> Gate:
    """A gate that certainly stops the packet."""
    hop = Hop(component=component, kind=kind, action=Action.DENIED, detail=detail, facts=facts)
    return Gate(stage=stage, verdict=Verdict.NO, hop=hop, cause=cause, disposition=disposition)


def unknown(
    stage: Stage, component: str, kind: str, detail: str, cause: str, missing: Iterable[str], *facts: str
) -> Gate:
    """A gate of which a fact is missing: it shows as passed before a certain stop, else as the stop."""
    hop = Hop(
        component=component,
        kind=kind,
        action=Action.PERMITTED,
        detail=f"not known: {detail}",
        facts=facts,
        missing=tuple(sorted(set(missing))),
    )
    return Gate(stage=stage, verdict=Verdict.UNKNOWN, hop=hop, cause=cause, disposition=Disposition.INSUFFICIENT_INFO)


API_SERVER = opened(
    Stage.ACLS_BACK,
    "API server",
    "api_server",
    "takes the connection; IAM and RBAC decide what it may do",
    "F-1.22",
    action=Action.ACCEPTED,
)
"""Where every call to the API server that gets in ends, by whichever endpoint it came."""


def passes_unseen(stage: Stage) -> Gate:
    """A gate that lets the packet through and is not worth a line."""
    return _UNSEEN[stage]


_UNSEEN = tuple(Gate(stage=stage) for stage in Stage)


def host_network(caller: Caller, target: Addresses | None, what: str) -> Gate:
    """A range local to the host shadows the network: what is sent there never leaves the host."""
    own = caller.consumer.host_networks
    if not own:
        return passes_unseen(Stage.OWN)
    shadow = of_networks(own)
    component, kind, cause = (
        f"host network of {caller.consumer.name}",
        "host_network",
        "docker-bridge-cidr-conflict",
    )
    ranges = ", ".join(shadow.texts())
    if target is not None and shadow.covers(target):
        detail = f"the host keeps {ranges} to itself, and {what} lies in it"
        return closed(Stage.OWN, component, kind, detail, cause, Disposition.NO_ROUTE, "F-3.18")
    if target is None or shadow.meets(target):
        detail = f"whether {what} lies in {ranges}, which the host keeps to itself"
        return unknown(Stage.OWN, component, kind, detail, cause, ("/cluster/subnets",), "F-3.18")
    return passes_unseen(Stage.OWN)


def own_groups(caller: Caller, scene: Scene, target: Party, port: int, what: str) -> Gate:
    """The caller's own security groups let the call out; groups that were not described are assumed to."""
    stage, kind, fact = Stage.OWN_GROUPS, "security_group", "F-3.9"
    if not caller.is_inside and not (caller.groups and caller.groups & scene.groups.keys()):
        return passes_unseen(stage)
    names = sorted(caller.groups or ())
    component = ", ".join(names) or f"security groups of {caller.consumer.name}"
    if not names or not scene.groups.keys() >= set(names):
        hop = Hop(
            component=component,
            kind=kind,
            action=Action.PERMITTED,
            facts=(fact,),
            assumed=("groups-let-out",),
            detail=f"taken to let TCP {port} out, as every group does by default",
        )
        where = "/cluster/security_groups" if names else f"{caller.reference}/security_groups"
        sentence = f"the security groups of {caller.consumer.name} are taken to let everything out"
        assumed = Assumption(code="groups-let-out", field=where, sentence=sentence, facts=(fact,))
        return Gate(stage=stage, hop=hop, assumptions=(assumed,))
    verdict = admits(scene.admission(names, Direction.OUT, port), target)
    if verdict is Verdict.YES:
        return _lets_out(component, port, what)
    cause = _blocked_egress_cause(caller, target)
    if verdict is Verdict.NO:
        detail = f"no egress rule lets TCP {port} out to {what}"
        return closed(stage, component, kind, detail, cause, Disposition.DENIED_OUT, "F-3.16")
    detail = f"whether its egress rules let TCP {port} out to {what}"
    missing = (f"/cluster/security_groups[{name}]/egress" for name in names)
    return unknown(stage, component, kind, detail, cause, missing, "F-3.16")


@lru_cache(maxsize=1024)
def _lets_out(component: str, port: int, what: str) -> Gate:
    return opened(Stage.OWN_GROUPS, component, "security_group", f"lets TCP {port} out to {what}", "F-3.9")


def _blocked_egress_cause(caller: Caller, target: Party) -> str:
    if target.version == 6 and caller.consumer.prefers_ipv6:
        return "ipv6-preferred-but-egress-blocked"
    return "security-group-blocks-egress"


class FarSide(NamedTuple):
    """The other side of a filter, in words and as a party, with the field that would settle where it is."""

    party: Party
    words: str
    settled_by: str


def acl(
    scene: Scene, stage: Stage, place: Place, direction: Direction, ports: tuple[int, int], side: FarSide, *, ours: bool
) -> Gate:
    """A subnet's network ACL passes the ports; ``ours`` says that it stands on the caller's side."""
    if place.acl is None:
        return passes_unseen(stage)
    verdict = scene.acl_verdict(place.acl, direction, ports, side.party)
    shown = str(ports[0]) if ports[0] == ports[1] else f"{ports[0]}-{ports[1]}"
    far = side.words
    way = f"out to {far} on {place.id}" if direction is Direction.OUT else f"in from {far} on {place.id}"
    component, kind, cause = place.acl.id, "network_acl", "nacl-blocks-subnet-traffic"
    if verdict is Verdict.YES:
        if stage is not Stage.OWN_ACL:
            return passes_unseen(stage)
        return opened(stage, component, kind, f"passes TCP {shown} {way}", "F-3.19")
    if verdict is Verdict.NO:
        shut = _closed_ports(scene, place.acl, direction, ports, side.party.addresses) or shown
        disposition = Disposition.DENIED_OUT if ours else Disposition.DENIED_IN
        return closed(stage, component, kind, f"does not pass TCP {shut} {way}", cause, disposition, "F-3.19")
    return unknown(stage, component, kind, f"whether it passes TCP {shown} {way}", cause, (side.settled_by,), "F-3.19")


def _closed_ports(
    scene: Scene, acl: NetworkAcl, direction: Direction, ports: tuple[int, int], addresses: Addresses | None
) -> str | None:
    """What an ACL keeps from addresses that are known, worked out once for all who have them."""
    if not addresses:
        return None
    key = ("closed", acl.id, direction is Direction.IN, ports, addresses)
    found: str | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = closed_ports(acl, direction, ports, addresses)
    return found


def replies(scene: Scene, place: Place, direction: Direction, side: FarSide, *, ours: bool) -> Gate:
    """A network ACL passes the replies, on the whole of the ephemeral ports (F-3.19, Reading 9)."""
    return acl(scene, Stage.ACLS_BACK, place, direction, EPHEMERAL_PORTS, side, ours=ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call through a firewall: which way it goes, its port, the far side, and the cause if it is stopped."""

    direction: str
    port: int
    far_side: Party
    cause: str
    stage: Stage = Stage.LIST


def firewall(device: Connection | Firewall, call: Call) -> Gate:
    """A firewall on a link, or one that a route names, passes the call; without `allows` there is none (Reading 5)."""
    where, kind = ("connections", "connection") if isinstance(device, Connection) else ("firewalls", "firewall")
    verdict = firewall_verdict(device.allows, call.direction, call.port, call.far_side)
    if verdict is Verdict.YES:
        if device.allows is None:
            return passes_unseen(call.stage)
        return opened(call.stage, device.id, kind, f"its firewall passes TCP {call.port}", "F-6.10")
    if verdict is Verdict.NO:
        detail = f"its firewall does not pass TCP {call.port}"
        return closed(call.stage, device.id, kind, detail, call.cause, Disposition.DENIED_OUT, "F-6.10")
    detail, missing = (
        f"whether its firewall passes TCP {call.port}",
        (f"/cluster/{where}[{device.id}]/allows",),
    )
    return unknown(call.stage, device.id, kind, detail, call.cause, missing, "F-6.10")
