"""Links between the VPC and other networks: peering, transit gateways, VPN, Direct Connect, Client VPN.

What lies behind a link is told by the other side's ranges, the transit gateway's routes, the VPN's static routes
or the routes that it propagated; without these it is unknown. Whether the far side routes back is only told by
a peer's own route tables, where the documents hold them.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from service.domain.addresses import of_network, of_networks
from service.intake.aws_around import Around, Net, exact_network, is_gone, networks, note, ranges_of_vpc
from service.intake.aws_bundle import shared_ids
from service.intake.aws_records import Record
from service.intake.aws_routes import destinations, target_of
from service.intake.drafting import Draft

_ATTACHED = ("available", "associated", "attached", "active", "")
_WAITING = ("initiating-request", "pending-acceptance", "provisioning", "pendingacceptance", "pending", "initiating")


def describe_links(draft: Draft, around: Around) -> None:
    """Every link of the VPC, and why the others are left out."""
    _peerings(draft, around)
    _transit_gateways(draft, around)
    _private_gateways(draft, around)
    _client_vpns(draft, around)
    if draft.cluster.get("connections"):
        draft.unknown[:] = [one for one in draft.unknown if one.field != "/connections"]
    kinds = (
        ("vpcpeeringconnections", "peering connections"),
        ("transitgatewayvpcattachments", "transit gateway attachments"),
        ("vpngateways", "virtual private gateways"),
        ("clientvpnendpoints", "Client VPN endpoints"),
    )
    missing = [title for kind, title in kinds if not _shows(around, kind)]
    if missing:
        draft.leave_open("/connections", f"no document lists the {', '.join(missing)}")


def _shows(around: Around, kind: str) -> bool:
    others = {"transitgatewayvpcattachments": "transitgatewayattachments"}
    return around.bundle.shows(kind) or around.bundle.shows(others.get(kind, kind))


def _put(draft: Draft, element: dict[str, Any], record: Record, because: str = "") -> None:
    draft.add("connections", element)
    note(draft, f"/connections[{element['id']}]", record, because)
    if "remote_cidrs" not in element:
        why = "no document tells which ranges lie behind it"
        draft.leave_open(f"/connections[{element['id']}]/remote_cidrs", why)


def _peerings(draft: Draft, around: Around) -> None:
    for id_, record in shared_ids(around.bundle.of("vpcpeeringconnections"), "VpcPeeringConnectionId"):
        sides = [record.part("AccepterVpcInfo"), record.part("RequesterVpcInfo")]
        own = [side for side in sides if side.text("VpcId") == around.vpc]
        far = next((side for side in sides if side.text("VpcId") != around.vpc), None)
        if not own or far is None:
            draft.ignore(record.place, "a peering between other VPCs, which carries nothing on to this one (F-6.5)")
        elif is_gone(record):
            draft.ignore(record.place, f"the peering is {record.state()}")
        else:
            _put(draft, _peering(draft, around, id_, record, far), record)


def _peering(draft: Draft, around: Around, id_: str, record: Record, far: Record) -> dict[str, Any]:
    element: dict[str, Any] = {"id": id_, "kind": "peering", "attached": record.state() not in _WAITING}
    remote = [far.range("CidrBlock")]
    remote += [part.range("CidrBlock") for part in far.parts("CidrBlockSet")]
    remote += [part.range("Ipv6CidrBlock") for part in far.parts("Ipv6CidrBlockSet")]
    known = [text for text in dict.fromkeys(remote) if text]
    if not known:
        peer = dict(shared_ids(around.bundle.of("vpcs"), "VpcId")).get(far.text("VpcId"))
        known = ranges_of_vpc(peer) if peer else []
    if known:
        element["remote_cidrs"] = known
    returns = _returns(draft, around, id_, far.text("VpcId"))
    if returns is not None:
        element["returns"] = returns
        note(draft, f"/connections[{id_}]/returns", record, "the route tables of the peer's VPC")
    return element


def _returns(draft: Draft, around: Around, link: str, peer: str) -> bool | None:
    """Whether every table of the peer's VPC leads back to all of this one; None if some do, or it is unknown."""
    tables = [one for one in around.bundle.of("routetables") if one.text("VpcId") == peer]
    wanted = [net for text in _own_ranges(draft) if (net := exact_network(text)) and net.version == 4]
    if not peer or not tables or not wanted or not around.bundle.shows("routetables"):
        return None
    answers = {_leads_back(around, table, link, wanted) for table in tables}
    return answers.pop() if len(answers) == 1 else None


def _own_ranges(draft: Draft) -> list[str]:
    """Where replies must come back to: the subnets that are described, else the VPC's ranges."""
    subnets = [subnet["cidr"] for subnet in draft.cluster.get("subnets", ()) if "cidr" in subnet]
    return subnets or list(draft.cluster.get("vpc", {}).get("cidrs", ()))


def _leads_back(around: Around, table: Record, link: str, wanted: Iterable[Net]) -> bool | None:
    """Whether a table leads to all of the ranges over the link; None if to a part of them."""
    led: list[str] = []
    for route in table.parts("Routes"):
        if target_of(route) == link and route.state() != "blackhole":
            led += destinations(route, around)
    back = of_networks(tuple(networks(led)))
    return True if all(back.covers(of_network(net)) for net in wanted) else None if led else False


def _transit_gateways(draft: Draft, around: Around) -> None:
    found: dict[str, Record] = {}
    for kind in ("transitgatewayvpcattachments", "transitgatewayattachments"):
        for one in around.bundle.of(kind):
            vpc = one.text("VpcId") or (one.text("ResourceId") if one.text("ResourceType") == "vpc" else "")
            if vpc == around.vpc and one.text("TransitGatewayId") and not is_gone(one):
                known = found.get(one.text("TransitGatewayId"))
                found[one.text("TransitGatewayId")] = _joined(known, one)
            elif vpc:
                draft.ignore(one.place, "an attachment of another VPC, or one that is gone")
    for id_, record in found.items():
        element: dict[str, Any] = {"id": id_, "kind": "transit_gateway", "attached": record.state() in _ATTACHED}
        remote = _behind_gateway(around, record)
        if remote is not None:
            element["remote_cidrs"] = remote
            note(draft, f"/connections[{id_}]/remote_cidrs", record, "the routes of the table of its attachment")
        _put(draft, element, record)


def _joined(known: Record | None, one: Record) -> Record:
    """The two descriptions of one attachment; only the general one names its route table."""
    return one if known is None else Record(one.value | known.value, known.place)


def _behind_gateway(around: Around, attachment: Record) -> list[str] | None:
    """The ranges that the attachment's route table leads to, but for the way to everywhere; None if unknown."""
    table = attachment.part("Association").text("TransitGatewayRouteTableId")
    own = attachment.text("TransitGatewayAttachmentId")
    holders = [one for one in around.bundle.of("transitgatewayroutes") if one.text("owner") == table]
    holders += [
        one for one in around.bundle.of("transitgatewaystaticroutes") if one.text("TransitGatewayRouteTableId") == table
    ]
    if not table or not holders:
        return None
    found: list[str] = []
    for holder in holders:
        for route in holder.parts("routes"):
            targets = {part.text("TransitGatewayAttachmentId") for part in route.parts("TransitGatewayAttachments")}
            text = route.range("DestinationCidrBlock")
            if text and route.state() in ("active", "") and targets != {own} and ip_network(text, False).prefixlen:
                found.append(text)
    propagated = _propagated(around, table, own)
    return None if propagated is None else list(dict.fromkeys(found + propagated))


def _propagated(around: Around, table: str, own: str) -> list[str] | None:
    """What VPCs propagate into a table, where only its static routes are listed; None if others propagate too."""
    found: list[str] = []
    vpcs = dict(shared_ids(around.bundle.of("vpcs"), "VpcId"))
    for holder in around.bundle.of("transitgatewaypropagations"):
        if holder.text("TransitGatewayRouteTableId") != table:
            continue
        for part in holder.parts("TransitGatewayRouteTablePropagations"):
            if part.text("TransitGatewayAttachmentId") == own or is_gone(part):
                continue
            vpc = vpcs.get(part.text("ResourceId"))
            if vpc is None:
                return None
            found += ranges_of_vpc(vpc)
    return found


def _private_gateways(draft: Draft, around: Around) -> None:
    """Virtual private gateways: a VPN, Direct Connect, or both end there."""
    for id_, record in shared_ids(around.bundle.of("vpngateways"), "VpnGatewayId"):
        attached = [
            one for one in record.parts("VpcAttachments") if one.text("VpcId") == around.vpc and not is_gone(one)
        ]
        if not attached or is_gone(record):
            draft.ignore(record.place, "a virtual private gateway that is not attached to this VPC")
            continue
        tunnels = [
            one for one in around.bundle.of("vpnconnections") if one.text("VpnGatewayId") == id_ and not is_gone(one)
        ]
        direct = _direct_connect(around, id_)
        element: dict[str, Any] = {"id": id_, "kind": "direct_connect" if direct and not tunnels else "vpn"}
        element["attached"] = attached[0].state() in _ATTACHED
        remote = _behind_tunnels(draft, around, id_, tunnels)
        if remote:
            element["remote_cidrs"] = remote
            note(draft, f"/connections[{id_}]/remote_cidrs", record, "static routes, and routes that it propagated")
        if direct and tunnels:
            draft.assume(
                f"/connections[{id_}]/kind", "a VPN and Direct Connect end at the gateway; both leave AWS alike"
            )
        _put(draft, element, record)
    for one in around.bundle.of("vpnconnections"):
        if not one.text("VpnGatewayId"):
            draft.ignore(
                one.place, "a VPN that ends at a transit gateway: the gateway's routes tell what lies behind it"
            )


def _direct_connect(around: Around, gateway: str) -> bool:
    associations = [
        one
        for one in around.bundle.of("directconnectgatewayassociations")
        if gateway in (one.text("virtualGatewayId"), one.part("associatedGateway").text("id"))
    ]
    interfaces = [one for one in around.bundle.of("virtualinterfaces") if one.text("virtualGatewayId") == gateway]
    return any(not is_gone(one) for one in associations + interfaces)


def _behind_tunnels(draft: Draft, around: Around, gateway: str, tunnels: list[Record]) -> list[str]:
    found = [
        text
        for tunnel in tunnels
        for route in tunnel.parts("Routes")
        if route.state() not in ("deleted", "deleting") and (text := route.range("DestinationCidrBlock"))
    ]
    for table in around.bundle.of("routetables"):
        if table.text("VpcId") == around.vpc:
            for route in table.parts("Routes"):
                if target_of(route) == gateway and "propagation" in route.text("Origin").lower():
                    found += [text for text in destinations(route, around) if not text.startswith("pl-")]
    return [text for text in dict.fromkeys(found) if ip_network(text, False).prefixlen]


def _client_vpns(draft: Draft, around: Around) -> None:
    for id_, record in shared_ids(around.bundle.of("clientvpnendpoints"), "ClientVpnEndpointId"):
        if record.text("VpcId") != around.vpc or is_gone(record):
            draft.ignore(record.place, "a Client VPN endpoint of another VPC, or one that is deleted")
            continue
        element: dict[str, Any] = {"id": id_, "kind": "client_vpn", "attached": record.state() in _ATTACHED}
        clients = record.range("ClientCidrBlock")
        if clients:
            element["remote_cidrs"] = [clients]
        if record.flag("SplitTunnel") is True:
            _split_tunnel(draft, around, element)
        _put(draft, element, record)


def _split_tunnel(draft: Draft, around: Around, element: dict[str, Any]) -> None:
    """A split tunnel carries what the endpoint's routes name."""
    reference = f"/connections[{element['id']}]/carries"
    routes = [one for one in around.bundle.of("clientvpnroutes") if one.text("ClientVpnEndpointId") == element["id"]]
    carried = [text for one in routes if not is_gone(one) and (text := one.range("DestinationCidr"))]
    if carried:
        element["carries"] = list(dict.fromkeys(carried))
        note(draft, reference, routes[0], "the routes of the Client VPN endpoint")
    else:
        draft.leave_open(reference, "a split tunnel, and no document shows the routes of the Client VPN endpoint")
