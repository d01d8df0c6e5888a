"""Route tables, which subnet has which, and the NAT gateways that routes lead to.

A subnet has the table of its explicit association, and without one the VPC's main table. Whether a subnet has
no explicit association only a whole list of the tables tells; without it the table is unknown. So is that of the
subnets whose table is not told in full: a table with a hole in it would deny what is not known. A route with a target
of an unknown kind leads to something of which nothing is known, as to an appliance, and a destination that cannot be
read stands as a prefix list whose ranges are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_network
from typing import Any

from service.intake.aws_around import Around, is_gone, note
from service.intake.aws_records import Record
from service.intake.drafting import Draft
from service.intake.readings import is_range, unknown_list

MOST_ROUTES = 1_000
_TARGETS = (
    *("NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId"),
    *("NetworkInterfaceId", "InstanceId", "LocalGatewayId", "CarrierGatewayId", "GatewayId", "VpcEndpointId"),
)
_EVERYWHERE = ("0.0.0.0/0", "::/0")
_CORE_NETWORK = re.compile(r"core-network/(core-network-[0-9a-z]+)")
_AWS_TARGET = re.compile(r"(igw|eigw|vpce)-.+|(nat|tgw|pcx|vgw|eni|lgw|cagw|fw|i|core-network)-[0-9a-f]{8,17}")
_KINDS = {"pcx": "peering", "tgw": "transit_gateway", "vgw": "vpn", "cvpn": "client_vpn"}


def describe_routes(draft: Draft, around: Around) -> None:
    """The VPC's route tables, and each subnet's."""
    tables = around.of_vpc("routetables", "RouteTableId")
    if not tables:
        draft.leave_open("/route_tables", "no document shows the VPC's route tables")
        return
    ours = {subnet["id"] for subnet in draft.cluster.get("subnets", ())}
    explicit: dict[str, tuple[str, Record]] = {}
    main = ""
    holes: set[str] = set()
    for id_, record in tables:
        is_main = False
        for association in record.parts("Associations"):
            if association.part("AssociationState").state() in ("disassociated", "disassociating", "failed"):
                continue
            is_main = is_main or (association.flag("Main") is True and not main)
            subnet = association.text("SubnetId")
            if subnet:
                explicit.setdefault(subnet, (id_, record))
            elif association.text("GatewayId"):
                draft.ignore(association.place, "routes of what comes in through a gateway")
        if not _table(draft, id_, record, is_main, around):
            holes.add(id_)
        main = id_ if is_main else main
    draft.know_subnets(sorted(explicit.keys() - ours))
    _associate(draft, around, explicit, main, holes)


def _associate(
    draft: Draft, around: Around, explicit: dict[str, tuple[str, Record]], main: str, holes: set[str]
) -> None:
    mains = dict(around.of_vpc("routetables", "RouteTableId"))
    is_whole = around.bundle.shows("routetables")
    for subnet in draft.cluster.get("subnets", ()):
        reference = f"/subnets[{subnet['id']}]/route_table"
        used = explicit[subnet["id"]][0] if subnet["id"] in explicit else main if is_whole else ""
        if used in holes:
            draft.leave_open(reference, "its table is not told in full", used)
        elif subnet["id"] in explicit:
            table, record = explicit[subnet["id"]]
            subnet["route_table"] = table
            note(draft, reference, record, "an explicit association")
        elif used:
            subnet["route_table"] = main
            note(draft, reference, mains[main], "no explicit association: the VPC's main table")
        else:
            draft.leave_open(reference, "no route table is associated with it here, and the list may be short of one")
    if not is_whole:
        for table in draft.cluster.get("route_tables", ()):
            table.pop("main", None)


def _table(draft: Draft, id_: str, record: Record, is_main: bool, around: Around) -> bool:
    """The table, if it is told in full; says whether it is."""
    element: dict[str, Any] = {"id": id_}
    if is_main:
        element["main"] = True
    if not record.has("Routes"):
        draft.leave_open(f"/route_tables[{id_}]", "its routes are not in the document")
        return False
    routes: dict[str, dict[str, Any]] = {}
    for part in record.parts("Routes"):
        target, is_dead = target_of(part), part.state() == "blackhole"
        led = list(destinations(part, around))
        if not led:
            draft.leave_open(f"/route_tables[{id_}]", "a route without a destination that is known", target)
        for destination in led or [unknown_list(part.place)]:
            if not target:
                draft.leave_open(f"/route_tables[{id_}]", "a route without a target that is known", destination)
                target = f"{id_[:150]}.unknown-target"
            if destination in routes or len(routes) >= MOST_ROUTES:
                draft.ignore(part.place, "a second route to one destination, or one too many")
            else:
                routes[destination] = {"destination": destination, "target": target}
                if is_dead:
                    routes[destination]["blackhole"] = True
    element["routes"] = list(routes.values())
    known = draft.cluster.setdefault("route_tables", [])
    known[:] = [table for table in known if table["id"] != id_]
    known.append(element)
    note(draft, f"/route_tables[{id_}]", record)
    return True


def destinations(route: Record, around: Around) -> Iterator[str]:
    """Where a route leads, as AWS writes it; a prefix list as its ranges where they are known."""
    for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationCidr"):
        text = route.range(name)
        if text:
            yield str(ip_network(text, strict=False))
            return
    id_ = route.text("DestinationPrefixListId")
    if id_.startswith("pl-"):
        entries = prefix_list(around, id_) if not route.text("GatewayId").startswith("vpce-") else None
        yield from (entries or [id_])


def prefix_list(around: Around, id_: str) -> list[str] | None:
    """The ranges of a prefix list; None if no document shows them."""
    for record in around.bundle.by("prefixlists", "PrefixListId").get(id_, []):
        return _ranges(record.get("Cidrs"))
    for record in around.bundle.by("prefixlistentries", "owner").get(id_, []):
        return _ranges([entry.get("Cidr") for entry in record.parts("entries")])
    return None


def _ranges(value: Any) -> list[str] | None:
    if not isinstance(value, list) or not all(isinstance(text, str) and is_range(text) for text in value):
        return None
    return list(dict.fromkeys(str(ip_network(text, strict=False)) for text in value))


def target_of(route: Record) -> str:
    """What a route leads to; nothing if it is not said."""
    found = next((text for name in _TARGETS if (text := route.text(name))), "")
    core = _CORE_NETWORK.search(route.text("CoreNetworkArn"))
    return core[1] if core and not found else found


def describe_nat_gateways(draft: Draft, around: Around) -> None:
    """The NAT gateways of the VPC that exist, with their addresses."""
    for id_, record in around.of_vpc("natgateways", "NatGatewayId"):
        if is_gone(record):
            draft.ignore(record.place, f"the NAT gateway is {record.state()}")
            continue
        if record.state() == "pending":
            draft.assume(f"/nat_gateways[{id_}]", "a NAT gateway that is pending is taken to be available")
        _nat_gateway(draft, id_, record)
    if not around.bundle.shows("natgateways"):
        draft.leave_open("/nat_gateways", "no document lists the NAT gateways")


def _nat_gateway(draft: Draft, id_: str, record: Record) -> None:
    connectivity = record.text("ConnectivityType").lower() or "public"
    is_regional = record.text("AvailabilityMode").lower() == "regional"
    element: dict[str, Any] = {"id": id_, "connectivity": "private" if connectivity == "private" else "public"}
    element["availability_mode"] = "regional" if is_regional else "zonal"
    if record.text("SubnetId"):
        element["subnet"] = record.text("SubnetId")
        draft.know_subnets([element["subnet"]])
    if connectivity != "private":
        addresses = [
            part.text("PublicIp")
            for part in record.parts("NatGatewayAddresses")
            if part.state() not in ("failed", "unassigning", "disassociating")
        ]
        good = [address for address in dict.fromkeys(addresses) if _is_address(address)]
        if good:
            element["public_ips"] = good
        else:
            draft.leave_open(f"/nat_gateways[{id_}]/public_ips", "no addresses in the document")
    if not record.has("ConnectivityType"):
        draft.assume(f"/nat_gateways[{id_}]", "recorded before there were private ones: a public NAT gateway")
    draft.add("nat_gateways", element)
    note(draft, f"/nat_gateways[{id_}]", record)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def know_targets(draft: Draft) -> None:
    """What routes lead to and nothing describes: an element each where the id alone does not tell its nature."""
    known = {
        element["id"]
        for section in ("nat_gateways", "connections", "firewalls")
        for element in draft.cluster.get(section, ())
    }
    for target in sorted(set(_targets(draft.cluster.get("route_tables", ()))) - known):
        prefix = "cvpn" if target.startswith("cvpn-") else target.split("-", 1)[0]
        if target == "local" or prefix in ("igw", "eigw", "vpce"):
            continue
        if prefix in _KINDS:
            draft.add("connections", {"id": target, "kind": _KINDS[prefix]})
            draft.leave_open(
                f"/connections[{target}]/remote_cidrs", "a route leads to it, and no document describes it"
            )
        elif prefix == "nat":
            draft.add("nat_gateways", {"id": target})
            draft.leave_open(f"/nat_gateways[{target}]", "a route leads to it, and no document describes it")
        elif not _AWS_TARGET.fullmatch(target):
            draft.add("firewalls", {"id": target, "internet_egress": None})
            draft.leave_open(f"/firewalls[{target}]", "a route leads to it, and what it is no document says")
    _ask_where_links_lead(draft)


def _ask_where_links_lead(draft: Draft) -> None:
    """A default route over a link leads to the internet only if the far side does (F-4.6)."""
    links = {one["id"] for one in draft.cluster.get("connections", ()) if "internet_egress" not in one}
    for table in draft.cluster.get("route_tables", ()):
        for route in table.get("routes", ()):
            if route["target"] in links and route["destination"] in _EVERYWHERE:
                why = "a default route leads to it, and no document tells whether it leads on to the internet"
                draft.leave_open(f"/connections[{route['target']}]/internet_egress", why)


def _targets(tables: Iterable[dict[str, Any]]) -> Iterator[str]:
    for table in tables:
        yield from (route["target"] for route in table.get("routes", ()))
