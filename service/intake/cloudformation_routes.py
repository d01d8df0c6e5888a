"""Route tables, and which of them each subnet uses.

1. A route whose target is of an unknown kind, or that may not be made, leaves its table unknown: the subnets
   that use it then have no `route_table`, for a table with a hole in it would deny what is not known.
2. A destination that is open stands as a prefix list, whose ranges are not known either.
3. A subnet without an association uses the main table of its VPC. CloudFormation makes that with the VPC and has
   no name for it, so it holds the local route alone; of a VPC made elsewhere it is not known (F-4.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from service.intake.cloudformation_elements import Element
from service.intake.cloudformation_targets import Targets, static_routes
from service.intake.cloudformation_templates import Resource, Template
from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, as_ranges, as_text, as_texts, unknown_list

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


@dataclass(slots=True)
class _Table:
    element: Element
    routes: list[dict[str, Any]] = field(default_factory=list)
    hole: str = ""
    """Why the table is not known in full; empty if it is."""

    def add(self, destination: str, target: str) -> bool:
        """A route, unless the table has one for the destination."""
        if any(_same(route["destination"], destination) for route in self.routes):
            return False
        self.routes.append({"destination": destination, "target": target})
        return True


def describe_routes(template: Template, draft: Draft, vpc: str, *, is_made: bool, targets: Targets) -> None:
    """The tables of the VPC and what its subnets use; ``is_made`` says whether the template makes the VPC."""
    tables: dict[str, _Table] = {}
    for resource in template.of("AWS::EC2::RouteTable"):
        if template.vpc_of(resource) == vpc:
            tables[resource.id] = _Table(Element(draft, "route_tables", resource.id, resource.place))
    for route in template.of("AWS::EC2::Route"):
        told = template.told(route.properties.get("RouteTableId"))
        if told is not None and told in tables:
            _add_route(template, draft, tables[told], route, targets)
    _propagate(template, tables, targets)
    known = set()
    for id_, table in tables.items():
        if table.hole:
            draft.leave_open(f"/route_tables[{id_}]", table.hole, id_)
            continue
        known.add(id_)
        table.element.compute("routes", table.routes, "the routes that the template gives it, beside the local one")
        table.element.done()
    _associate(template, draft, vpc, known=known, every=set(tables), is_made=is_made)


def _add_route(template: Template, draft: Draft, table: _Table, route: Resource, targets: Targets) -> None:
    if isinstance(route.holds, Open):
        table.hole = f"its route {route.id} is made only if the condition `{route.holds.text}` holds"
        return
    target = targets.of(route)
    if target is None:
        table.hole = f"its route {route.id} leads to a gateway whose kind is not known"
        return
    destination = _destination(draft, table, route)
    if destination is None or not table.add(destination, target):
        draft.ignore(route.place, "a route without a destination of its own in its table")
        return
    reference = f"{table.element.reference}/routes[{destination}]"
    draft.note(reference, Reading(destination, route.place))


def _destination(draft: Draft, table: _Table, route: Resource) -> str | None:
    for name in _DESTINATIONS:
        reading = route.properties.get(name)
        if reading.is_missing:
            continue
        text = as_text(reading).value
        if name.endswith("ListId"):
            return text if isinstance(text, str) and text.startswith("pl-") else unknown_list(route.id)
        ranges = as_ranges(reading)
        if isinstance(ranges.value, list) and len(ranges.value) == 1:
            return str(ranges.value[0])
        found = ranges.value if isinstance(ranges.value, Open) else Open("", "no single range")
        draft.leave_open(f"{table.element.reference}/routes", f"{route.id}: {found.why}", found.text)
        return unknown_list(route.id)
    return None


def _propagate(template: Template, tables: dict[str, _Table], targets: Targets) -> None:
    """What a virtual private gateway announces to the tables that it propagates to."""
    for propagation in template.of("AWS::EC2::VPNGatewayRoutePropagation"):
        gateway = propagation.properties.get("VpnGatewayId")
        told, link = template.told(gateway), targets.link("vpn", gateway)
        named = as_texts(propagation.properties.get("RouteTableIds")).value
        if told is None or link is None or not isinstance(named, list):
            continue
        routes = static_routes(template, told)
        for id_ in named:
            if id_ not in tables:
                continue
            if isinstance(propagation.holds, Open):
                tables[id_].hole = f"{propagation.id} is made only if the condition `{propagation.holds.text}` holds"
            for route in routes or ():
                text = as_ranges(route.properties.get("DestinationCidrBlock")).value
                is_known = isinstance(text, list) and len(text) == 1
                tables[id_].add(text[0] if is_known else unknown_list(route.id), link)
            if routes is None:
                tables[id_].add(unknown_list(propagation.id), link)


def _associate(template: Template, draft: Draft, vpc: str, *, known: set[str], every: set[str], is_made: bool) -> None:
    used: dict[str, tuple[str, str]] = {}
    is_complete = is_made
    for association in template.of("AWS::EC2::SubnetRouteTableAssociation"):
        table = as_text(association.properties.get("RouteTableId"))
        subnet = as_text(association.properties.get("SubnetId"))
        if not isinstance(subnet.value, str):
            is_complete = is_complete and template.told(table) not in every
            continue
        hole = isinstance(association.holds, Open) or not isinstance(table.value, str)
        used[subnet.value] = ("" if hole else str(table.value), association.place)
    main = f"the main table of {vpc[:150]}"
    needs_main = False
    for subnet_ in draft.cluster.get("subnets", ()):
        reference = f"/subnets[{subnet_['id']}]/route_table"
        table_id, place = used.get(subnet_["id"], (main, ""))
        if table_id in known:
            subnet_["route_table"] = table_id
            draft.note(reference, Reading(table_id, place))
        elif table_id == main and is_complete:
            needs_main = True
            subnet_["route_table"] = main
            draft.note(reference, Reading(main, "", "without an association the VPC's main table holds (F-4.2)"))
        else:
            draft.leave_open(reference, "its table is not known in full", table_id)
    if needs_main:
        table_ = Element(draft, "route_tables", main)
        table_.compute("main", True, "every VPC has a main table")
        table_.compute("routes", [], "a new VPC's main table holds the local route alone")
        table_.done()


def _same(one: str, other: str) -> bool:
    """Whether two destinations are one once host bits are cleared."""
    try:
        return ip_network(one, strict=False) == ip_network(other, strict=False)
    except ValueError:
        return one == other
