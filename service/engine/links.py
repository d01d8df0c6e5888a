"""Links to other networks: whether they carry a call to the VPC, and whether the reply finds back.

1. A link that does not end in the cluster VPC, does not know the caller's ranges, or has a far side that
   does not route back is no private path (Reading 5, F-6.5).
2. A split tunnel carries only what it names (`carries`).
3. Overlapping ranges cannot be peered; over other links the local route wins and nothing comes back (F-6.6).
4. A PrivateLink is no route: it leads from its endpoint in the caller's network to a load balancer before the
   interfaces, and carries only what is sent there. Nothing comes the other way through it, nor into a Client VPN that
   translates.
5. The route tables of the cluster subnets must lead back to the caller over the link it came by (F-6.8).
"""

from __future__ import annotations

from service.domain.addresses import Addresses, of_networks
from service.domain.network import Connection, RouteTable
from service.domain.trace import Action, Assumption, Disposition
from service.engine.callers import Asker, Caller
from service.engine.filters import Party, Verdict, judge
from service.engine.gates import Gate, Stage, closed, opened, passes_unseen, unknown
from service.engine.gateways import is_internet_gateway
from service.engine.routes import has_unread_routes, lookup
from service.engine.scene import Place, Scene

NO_PATH = "no-private-network-path-between-vpcs"
NO_RETURN = "control-plane-eni-in-unroutable-subnet"
OVERLAP = "overlapping-cidrs-prevent-peering"
SPLIT_TUNNEL = "vpn-split-tunnel-endpoint-not-routed"


def way_over_link(scene: Scene, caller: Caller, target: Addresses | None, what: str) -> list[Gate]:
    """The link carries the caller's packets to the target in the VPC."""
    link = caller.connection
    if link is None:
        missing = (f"{caller.location_reference}/connection",)
        detail = "which link leads from the caller to the cluster VPC"
        return [unknown(Stage.ROUTE, "private network link", "connection", detail, NO_PATH, missing, "F-6.1")]
    faults = [
        *_does_not_end_here(link),
        *_overlaps(scene, link),
        *_knows_caller(scene, link, caller),
        *_is_sent_to_endpoint(link, caller),
        *_carries(link, target, what),
        *_far_side_returns(link),
    ]
    if faults:
        return faults
    gate = opened(Stage.ROUTE, link.id, "connection", f"carries traffic to {what}", "F-6.1", action=Action.ROUTED)
    return [_assuming_returns(gate, link)]


def _assuming_returns(gate: Gate, link: Connection) -> Gate:
    if link.returns_is_stated or link.is_private_link or gate.hop is None:
        return gate
    sentence = f"the far side of {link.id} is taken to route the cluster's ranges into the link"
    where = f"/cluster/connections[{link.id}]/returns"
    assumed = Assumption(code="far-side-returns", field=where, sentence=sentence, facts=("F-6.8",))
    return Gate(stage=gate.stage, hop=gate.hop, assumptions=(assumed,))


def _fault(link: Connection, cause: str, detail: str, *facts: str) -> Gate:
    return closed(Stage.ROUTE, link.id, "connection", detail, cause, Disposition.NO_ROUTE, *facts)


def _does_not_end_here(link: Connection) -> list[Gate]:
    return [] if link.is_attached else [_fault(link, NO_PATH, "it does not end in the cluster VPC", "F-6.5")]


def _overlaps(scene: Scene, link: Connection) -> list[Gate]:
    if link.kind != "peering" or not link.remote_cidrs:
        return []
    shared = of_networks(link.remote_cidrs) & scene.vpc_addresses
    if not shared:
        return []
    detail = f"both sides hold {', '.join(shared.texts()[:2])}, so this peering cannot exist"
    return [_fault(link, OVERLAP, detail, "F-6.6")]


def _knows_caller(scene: Scene, link: Connection, caller: Caller) -> list[Gate]:
    """The far side of a link is what it names; what lies behind that is not carried (no transit, F-6.5)."""
    if link.remote_cidrs is None or caller.addresses is None:
        return []
    if link.translates and scene.vpc_addresses.covers(caller.addresses):
        return []  # told by the addresses under which the VPC sees it
    verdict = judge(Party(caller.addresses, caller.is_every), of_networks(link.remote_cidrs))
    if verdict is not Verdict.NO:
        return []
    outside = caller.addresses - of_networks(link.remote_cidrs)
    detail = f"{', '.join(outside.texts()[:2])} is not among the ranges behind it"
    return [_fault(link, NO_PATH, detail, "F-6.5")]


def _is_sent_to_endpoint(link: Connection, caller: Caller) -> list[Gate]:
    if not link.is_private_link or caller.asker is Asker.LINK_ZONE:
        return []
    detail = "it carries only what is sent to its own endpoint, and the name gives the addresses of the interfaces"
    return [_fault(link, NO_PATH, detail, "F-2.10", "F-3.3")]


def _carries(link: Connection, target: Addresses | None, what: str) -> list[Gate]:
    if link.carries is None:
        return []
    verdict = judge(Party(target, is_every=False), of_networks(link.carries))
    if verdict is Verdict.YES:
        return []
    facts = ("F-6.10",)
    if verdict is Verdict.NO:
        return [_fault(link, SPLIT_TUNNEL, f"the tunnel does not carry {what}", *facts)]
    missing = (f"/cluster/connections[{link.id}]/carries",)
    detail = f"whether the tunnel carries all of {what}"
    return [unknown(Stage.ROUTE, link.id, "connection", detail, SPLIT_TUNNEL, missing, *facts)]


def _far_side_returns(link: Connection) -> list[Gate]:
    if link.returns:
        return []
    if link.returns is False:
        return [_fault(link, NO_PATH, "the far side does not route the cluster's ranges into it", "F-6.8")]
    missing = (f"/cluster/connections[{link.id}]/returns",)
    detail = "whether the far side routes the cluster's ranges into it"
    return [unknown(Stage.ROUTE, link.id, "connection", detail, NO_PATH, missing, "F-6.8")]


def way_back(scene: Scene, caller: Caller, place: Place, party: Party) -> list[Gate]:
    """The route table of an interface's subnet leads back to the caller over its link (F-6.8)."""
    link = caller.connection
    if link is None:
        return []
    if party.addresses is not None and not (link.kind == "peering" or link.translates):
        shared = party.addresses & scene.vpc_addresses
        if shared:
            detail = f"{', '.join(shared.texts()[:2])} is local to the VPC, so nothing comes back"
            return [closed(Stage.ROUTE_BACK, place.id, "subnet", detail, OVERLAP, Disposition.NO_ROUTE, "F-6.6")]
    return [route_to(scene, place, link, party, Stage.ROUTE_BACK, NO_RETURN, caller)]


def route_to(
    scene: Scene, place: Place, link: Connection, party: Party, stage: Stage, cause: str, caller: Caller
) -> Gate:
    """A cluster subnet's table leads to the far side over the link; unseen where it does on the way back."""
    name = caller.consumer.name
    if is_translated(link, place):
        if stage is Stage.ROUTE_BACK:
            return passes_unseen(stage)
        component, kind = (place.table.id, "route_table") if place.table else (place.id, "subnet")
        detail = f"no route leads to {name}, for {link.id} lets calls into the VPC and none out of it"
        return closed(stage, component, kind, detail, cause, Disposition.NO_ROUTE, "F-6.10", "F-6.8")
    if place.table is None:
        detail = f"whether {place.id} has a route to {name} over {link.id}"
        return unknown(stage, place.id, "subnet", detail, cause, (place.settled_by,), "F-6.8")
    table = place.table
    if party.addresses is None:
        detail, where = (
            f"whether its routes lead to {name} over {link.id}",
            f"{caller.location_reference}/cidrs",
        )
        return unknown(stage, table.id, "route_table", detail, cause, (where,), "F-6.8")
    wrong, unsure = _astray(scene, table, link, party)
    if wrong:
        detail = f"has no route to {', '.join(wrong.texts()[:3])} over {link.id}"
        if party.is_every and not has_unread_routes(table):
            return closed(stage, table.id, "route_table", detail, cause, Disposition.NO_ROUTE, "F-6.8")
        whole = party.addresses - wrong
        if not whole and not unsure and not has_unread_routes(table):
            return closed(stage, table.id, "route_table", detail, cause, Disposition.NO_ROUTE, "F-6.8")
    if wrong or unsure:
        detail = f"whether its routes lead to {name} over {link.id}"
        missing = (f"/cluster/route_tables[{table.id}]/routes",)
        return unknown(stage, table.id, "route_table", detail, cause, missing, "F-6.8")
    if stage is Stage.ROUTE_BACK:
        return passes_unseen(stage)
    return opened(stage, table.id, "route_table", f"leads to {name} over {link.id}", "F-6.8", action=Action.ROUTED)


def is_translated(link: Connection, place: Place) -> bool:
    """Whether interfaces see the far side under an address of the VPC; a route of theirs to the link denies it."""
    return link.translates and (place.table is None or not _names(place.table, link))


def _names(table: RouteTable, link: Connection) -> bool:
    return any(route.target == link.id for route in table.routes)


def _astray(scene: Scene, table: RouteTable, link: Connection, party: Party) -> tuple[Addresses, bool]:
    """The part of the far side to which the table does not lead over this link, and whether another may."""
    wrong, unsure = Addresses(), False
    is_led = link.id in table.leads_to
    for route, part in lookup(table, scene.vpc_addresses, party.addresses or Addresses()):
        if is_led and (route is None or (route.destination is not None and not route.destination.prefixlen)):
            continue  # the shorthand's route to the link is narrower than any default
        if route is not None and not route.is_blackhole:
            if route.target == link.id:
                continue
            if route.target in scene.firewalls:
                continue  # an inspection point on the way, which is taken to lead on
            if _may_lead(scene, route.target, part):
                unsure = True
                continue
        wrong |= part
    return wrong, unsure


def _may_lead(scene: Scene, target: str, part: Addresses) -> bool:
    """Whether a target by which the call did not come may still lead back: another link, or one not described."""
    other = scene.connections.get(target)
    if other is not None:
        return other.is_attached and (other.remote_cidrs is None or of_networks(other.remote_cidrs).meets(part))
    return target not in scene.nats and target != "local" and not is_internet_gateway(target)
