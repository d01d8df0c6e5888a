"""The network of a cluster as objects of ACK or Crossplane beside it describe it.

1. One VPC is read: the one in which the cluster subnets lie, else the only one.
2. A subnet's route table is named by the subnet (ACK), by the table (`associations`, classic Crossplane) or by an
   object between the two (`RouteTableAssociation`, upjet); routes stand in the table or as `Route` objects.
3. A subnet without a table of its own has the VPC's main table, where an object gives that its routes
   (`DefaultRouteTable`) or names another for it (`MainRouteTableAssociation`); without one it is not known.
4. Elements have the objects' names as ids. A route whose target is no object here and no id leads to something of
   which nothing is known, as to an appliance, and a destination that is not known stands as a prefix list whose ranges
   are not known: a table with a hole in it would deny what is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from service.intake.drafting import Draft
from service.intake.kubernetes_objects import Manifest
from service.intake.object_links import Inventory, member, parts
from service.intake.readings import MISSING, Open, Reading, Section, as_flag, as_ranges, as_text, unknown_list

_KINDS = (
    *("VPC", "Subnet", "RouteTable", "Route", "RouteTableAssociation", "NATGateway", "InternetGateway"),
    *("DefaultRouteTable", "MainRouteTableAssociation"),
)
_AWS_TARGET = re.compile(r"(igw|eigw|vpce)-.+|(nat|tgw|pcx|vgw|eni|lgw|fw|i)-[0-9a-f]{8,17}")
_TARGETS = (
    ("natGateway", "NATGateway", None),
    ("gateway", "InternetGateway", "internet_gateway"),
    ("egressOnlyInternetGateway", "EgressOnlyInternetGateway", "egress_only_internet_gateway"),
    ("egressOnlyGateway", "EgressOnlyInternetGateway", "egress_only_internet_gateway"),
    ("transitGateway", "TransitGateway", None),
    ("vpcPeeringConnection", "VPCPeeringConnection", None),
)
_DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "cidrBlock", "ipv6CidrBlock")
_LINKS = {"TransitGateway": "transit_gateway", "VPCPeeringConnection": "peering"}


def fields(one: Manifest) -> Section:
    """Where an object keeps its fields: `spec` (ACK) or `spec.forProvider` (Crossplane)."""
    spec = one.section("spec")
    provider = spec.section("forProvider")
    return provider if provider.is_there else spec


def describe_objects(draft: Draft, inventory: Inventory) -> list[Manifest]:
    """The VPC, its subnets, tables and gateways; gives the objects that were read."""
    vpc = _vpc(draft, inventory)
    if vpc is None and not inventory.of("Subnet"):
        return []
    if vpc is not None:
        _describe_vpc(draft, vpc)
    subnets = [one for one in inventory.of("Subnet") if _is_in(one, vpc, inventory)]
    for subnet in subnets:
        _add_subnet(draft, subnet)
    ids = {subnet["id"] for subnet in draft.cluster.get("subnets", ())}
    for gateway in inventory.of("NATGateway"):
        _add_nat(draft, gateway, inventory, ids)
    tables = [one for one in inventory.of("RouteTable") if _is_in(one, vpc, inventory)]
    main = _main_table(vpc, tables, inventory)
    named = [(table, table.name) for table in tables] + ([main] if main and main[0] not in tables else [])
    for table, id_ in named:
        _add_table(draft, table, id_, inventory, is_main=(table, id_) == main)
    _associate(draft, subnets, tables, inventory)
    if main and all(_tells_subnet(one, inventory) for one in inventory.of("RouteTableAssociation")):
        _associate_others(draft, main[1])
    return [one for kind in _KINDS for one in inventory.of(kind)]


def refer(draft: Draft, inventory: Inventory, vpc: Section) -> None:
    """Subnets and groups that are named by reference to objects."""
    for stem, kind, reference in (
        ("subnet", "Subnet", "/cluster_subnets"),
        ("securityGroup", "SecurityGroup", "/security_groups"),
    ):
        if reference[1:] in draft.cluster or any(one.field == reference for one in draft.unknown):
            continue
        names = inventory.link(Section(vpc.value, vpc.place), stem, kind)
        if isinstance(names.value, Open):
            draft.take(reference, names)
        elif names.value and not names.is_missing and stem == "subnet":
            draft.take(reference, names)
            draft.cluster["cluster_subnets"] = list(dict.fromkeys(names.value))
            draft.know_subnets(names.value)
        elif names.value and not names.is_missing:
            draft.leave_open(reference, "named, but without their rules", ", ".join(names.value))


def _vpc(draft: Draft, inventory: Inventory) -> Manifest | None:
    vpcs = inventory.of("VPC")
    if len(vpcs) < 2:
        return vpcs[0] if vpcs else None
    used = set(draft.cluster.get("cluster_subnets", ()))
    homes = {
        name
        for one in inventory.of("Subnet")
        if one.name in used
        for name in _names(inventory.link(fields(one), "vpc", "VPC"))
    }
    named = [one for one in vpcs if one.name in homes]
    if len(named) == 1:
        return named[0]
    draft.leave_open("/vpc", "several VPCs are described, and which is the cluster's is not said")
    return None


def _names(reading: Reading) -> list[str]:
    return reading.value if isinstance(reading.value, list) else []


def _is_in(one: Manifest, vpc: Manifest | None, inventory: Inventory, stem: str = "vpc") -> bool:
    homes = _names(inventory.link(fields(one), stem, "VPC"))
    return vpc is None or not homes or homes == [vpc.name]


def _listed(reading: Reading) -> Reading:
    return Reading([reading.value], reading.place) if isinstance(reading.value, str) else reading


def _describe_vpc(draft: Draft, vpc: Manifest) -> None:
    section = fields(vpc)
    draft.take("/vpc/cidrs", as_ranges(_listed(member(section, "cidrBlocks", "cidrBlock"))))
    for wire, name, default in (
        ("enable_dns_support", "enableDnsSupport", True),
        ("enable_dns_hostnames", "enableDnsHostnames", False),
    ):
        if not draft.take(f"/vpc/{wire}", as_flag(member(section, name))):
            because = f"without {name} EC2's default for a new VPC holds, {str(default).lower()} (F-2.7)"
            draft.fall_back(f"/vpc/{wire}", default, because)


def _add_subnet(draft: Draft, one: Manifest) -> None:
    section = fields(one)
    element: dict[str, Any] = {"id": one.name}
    reference = f"/subnets[{one.name}]"
    zone = as_text(member(section, "availabilityZone"))
    public = as_flag(member(section, "mapPublicIpOnLaunch"))
    for wire, reading in (
        ("cidr", _one(as_ranges(_listed(member(section, "cidrBlock"))))),
        ("ipv6_cidr", _one(as_ranges(_listed(member(section, "ipv6CidrBlock"))))),
        ("availability_zone", zone),
        ("assigns_public_ip", public),
    ):
        if isinstance(reading.value, Open):
            draft.take(f"{reference}/{wire}", reading)
        elif not reading.is_missing:
            element[wire] = reading.value
    if public.is_missing:
        element["assigns_public_ip"] = False
        draft.compute_in(f"{reference}/assigns_public_ip", "EC2's default for a new subnet", one.place)
    elements = draft.cluster.setdefault("subnets", [])
    known = next((subnet for subnet in elements if subnet["id"] == one.name), None)
    if known is None:
        elements.append(element)
    else:
        known |= element
    draft.note(reference, Reading(None, one.place))


def _one(ranges: Reading) -> Reading:
    if ranges.is_missing or isinstance(ranges.value, Open):
        return ranges
    return Reading(ranges.value[0] if ranges.value else MISSING, ranges.place)


def _add_nat(draft: Draft, one: Manifest, inventory: Inventory, subnets: set[str]) -> None:
    section = fields(one)
    homes = _names(inventory.link(section, "subnet", "Subnet"))
    if homes and homes[0] not in subnets:
        return
    element: dict[str, Any] = {"id": one.name} | ({"subnet": homes[0]} if homes else {})
    connectivity = as_text(member(section, "connectivityType"))
    if connectivity.value in ("public", "private"):
        element["connectivity"] = connectivity.value
    elif isinstance(connectivity.value, Open):
        draft.take(f"/nat_gateways[{one.name}]/connectivity", connectivity)
    else:
        element["connectivity"] = "public"
        draft.compute_in(f"/nat_gateways[{one.name}]/connectivity", "EC2's default for a NAT gateway", one.place)
    draft.add("nat_gateways", element)
    draft.note(f"/nat_gateways[{one.name}]", Reading(None, one.place))
    if element.get("connectivity") == "public":
        draft.leave_open(f"/nat_gateways[{one.name}]/public_ips", "the address is allocated when it is made")


def _main_table(vpc: Manifest | None, tables: list[Manifest], inventory: Inventory) -> tuple[Manifest, str] | None:
    """The table that serves the subnets without one, with an id that no other has; None if no object tells it."""
    for one in inventory.of("MainRouteTableAssociation"):
        if _is_in(one, vpc, inventory):
            names = _names(inventory.link(fields(one), "routeTable", "RouteTable"))
            return next(((table, table.name) for table in tables if table.name in names), None)
    for one in inventory.of("DefaultRouteTable"):
        if _is_in(one, vpc, inventory, "defaultRouteTable"):
            is_taken = any(table.name == one.name for table in tables)
            return one, f"{one.name[:180]}.main" if is_taken else one.name
    return None


def _tells_subnet(association: Manifest, inventory: Inventory) -> bool:
    """Whether an association names its subnet: one that does not may be of any."""
    return bool(_names(inventory.link(fields(association), "subnet", "Subnet")))


def _associate_others(draft: Draft, main: str) -> None:
    open_ones = {one.field for one in draft.unknown}
    for subnet in draft.cluster.get("subnets", ()):
        reference = f"/subnets[{subnet['id']}]/route_table"
        if "route_table" not in subnet and reference not in open_ones:
            subnet["route_table"] = main
            draft.compute_in(reference, "no object associates another table: the VPC's main table")


def _routes(table: Manifest, inventory: Inventory) -> Iterator[Section]:
    yield from parts(fields(table), "routes", "route")
    for one in inventory.of("Route"):
        if table.name in _names(inventory.link(fields(one), "routeTable", "RouteTable")):
            yield fields(one)


def _add_table(draft: Draft, one: Manifest, id_: str, inventory: Inventory, *, is_main: bool) -> None:
    routes: dict[str, str] = {}
    reference = f"/route_tables[{id_}]"
    for number, route in enumerate(_routes(one, inventory)):
        given = as_text(member(route, *_DESTINATIONS))
        ranges = as_ranges(_listed(given))
        if isinstance(ranges.value, Open) or ranges.is_missing or not ranges.value:
            text = ranges.value.text if isinstance(ranges.value, Open) else ""
            draft.leave_open(f"{reference}/routes", "a route whose destination is no range", text)
            destination = unknown_list(f"{id_}-{number}")
        else:
            destination = str(ranges.value[0])
        target = _target(draft, route, inventory, destination)
        if target is None:
            draft.leave_open(f"{reference}/routes", "a route whose target is not described", destination)
            target = f"{id_[:150]}.unknown-target"
            draft.add("firewalls", {"id": target, "internet_egress": None})
        routes.setdefault(destination, target)
    element = {"id": id_, "routes": [{"destination": end, "target": target} for end, target in routes.items()]}
    draft.add("route_tables", element | ({"main": True} if is_main else {}))
    draft.note(reference, Reading(None, one.place))


def _target(draft: Draft, route: Section, inventory: Inventory, destination: str) -> str | None:
    for stem, kind, plain in _TARGETS:
        names = _names(inventory.link(route, stem, kind))
        if not names:
            continue
        name = names[0]
        is_object = any(one.name == name for one in inventory.of(kind))
        if is_object and plain:
            return plain
        if is_object and kind in _LINKS:
            is_all = destination in ("0.0.0.0/0", "::/0") or destination.startswith("pl-")
            remote = {} if is_all else {"remote_cidrs": [destination]}
            draft.add("connections", {"id": name, "kind": _LINKS[kind]} | remote)
            draft.compute_in(f"/connections[{name}]", "a route leads to it", route.place)
            return name
        known = {gateway["id"] for gateway in draft.cluster.get("nat_gateways", ())}
        return name if name in known or _AWS_TARGET.fullmatch(name) else None
    return None


def _associate(draft: Draft, subnets: list[Manifest], tables: list[Manifest], inventory: Inventory) -> None:
    elements = {subnet["id"]: subnet for subnet in draft.cluster.get("subnets", ())}
    known = {table.name for table in tables}
    pairs: list[tuple[str, str, str]] = []
    for one in subnets:
        pairs += [
            (one.name, name, one.place) for name in _names(inventory.link(fields(one), "routeTable", "RouteTable"))
        ]
    for one in tables:
        for association in parts(fields(one), "associations"):
            names = _names(inventory.link(association, "subnet", "Subnet"))
            pairs += [(name, one.name, association.place) for name in names]
    for one in inventory.of("RouteTableAssociation"):
        ends = [_names(inventory.link(fields(one), stem, kind)) for stem, kind in _ENDS]
        pairs += [(subnet, table, one.place) for subnet in ends[0][:1] for table in ends[1][:1]]
    for subnet, table, place in pairs:
        if table in known and subnet in elements and "route_table" not in elements[subnet]:
            elements[subnet]["route_table"] = table
            draft.note(f"/subnets[{subnet}]/route_table", Reading(table, place))
        elif subnet in elements and "route_table" not in elements[subnet]:
            draft.leave_open(f"/subnets[{subnet}]/route_table", "its table is not described", table)


_ENDS = (("subnet", "Subnet"), ("routeTable", "RouteTable"))
