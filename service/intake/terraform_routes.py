"""Route tables, their routes and associations, and NAT gateways, as records of `aws ec2 describe-*`.

A route or an association that cannot be placed makes the tables unknown rather than short of it: a missing route
would read as no way out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.intake.terraform_records import Found, Records
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Handle, blocks, is_open, opened, text

_DESTINATIONS = {
    "cidr_block": "DestinationCidrBlock",
    "destination_cidr_block": "DestinationCidrBlock",
    "ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_prefix_list_id": "DestinationPrefixListId",
}
_TARGETS = {
    "gateway_id": "GatewayId",
    "nat_gateway_id": "NatGatewayId",
    "transit_gateway_id": "TransitGatewayId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId",
    "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "network_interface_id": "NetworkInterfaceId",
    "instance_id": "InstanceId",
    "vpc_endpoint_id": "VpcEndpointId",
    "local_gateway_id": "LocalGatewayId",
    "carrier_gateway_id": "CarrierGatewayId",
    "core_network_arn": "CoreNetworkArn",
}


def route_records(records: Records) -> Iterator[Found]:
    """The route tables of the document's VPCs, and the NAT gateways."""
    ids = records.ids
    tables: dict[str, dict[str, Any]] = {}
    places: dict[str, str] = {}
    for table in records.inventory.of("aws_route_table", "aws_default_route_table"):
        if table.how_many:
            records.open.append(("/route_tables", table.how_many))
            records.short_of("routetables")
            continue
        id_ = ids.own(table.address) if table.type == "aws_route_table" else _default_id(records, table)
        tables[id_] = {"RouteTableId": id_, "VpcId": _vpc_of(records, table), "Associations": []}
        tables[id_]["Routes"] = list(_inline(records, id_, table))
        places[id_] = table.address
    _add_main_tables(records, tables)
    _add_routes(records, tables)
    _add_associations(records, tables)
    for id_, values in tables.items():
        yield "routetables", values, places.get(id_, "")
    yield from _nat_gateways(records)


def _default_id(records: Records, table: Resource) -> str:
    return records.ids.of(table.get("default_route_table_id")) or records.ids.own(table.address)


def _vpc_of(records: Records, table: Resource) -> str:
    given = table.get("vpc_id")
    default = table.get("default_route_table_id")
    if given is None and isinstance(default, Handle):
        return records.ids.own(default.address)
    return records.ids.of(given)


def _add_main_tables(records: Records, tables: dict[str, dict[str, Any]]) -> None:
    """The main table of each VPC that the document makes: one that it names, or the one that AWS makes with it."""
    named: dict[str, str] = {}
    for one in records.inventory.of("aws_main_route_table_association"):
        named[records.ids.of(one.get("vpc_id"))] = records.ids.of(one.get("route_table_id"))
    for vpc in records.inventory.of("aws_vpc", "aws_default_vpc"):
        vpc_id = records.ids.own(vpc.address)
        main = named.get(vpc_id) or _main_of(records, vpc)
        if main not in tables:
            tables[main] = {"RouteTableId": main, "VpcId": vpc_id, "Routes": [], "Associations": []}
            if text(vpc.get("id")):
                del tables[main]["Routes"]
        tables[main]["Associations"].append({"Main": True})


def _main_of(records: Records, vpc: Resource) -> str:
    for table in records.inventory.of("aws_default_route_table"):
        if _vpc_of(records, table) == records.ids.own(vpc.address):
            return _default_id(records, table)
    given = text(vpc.get("main_route_table_id")) or text(vpc.get("default_route_table_id"))
    return given or records.ids.of(Handle(vpc.address, "default_route_table_id"))


def _inline(records: Records, table: str, resource: Resource) -> Iterator[dict[str, Any]]:
    given = resource.get("route")
    if is_open(given):
        records.open.append((f"/route_tables[{table}]", opened(given)))
        yield {"Lost": True}
    for route in blocks(given):
        yield _route(records, table, route)


def _route(records: Records, table: str, route: Any) -> dict[str, Any]:
    """One route; with ``Lost`` if it does not show where it leads from the table."""
    found: dict[str, Any] = {}
    for name, wire in _DESTINATIONS.items():
        value = route.get(name)
        if value not in (None, ""):
            found[wire] = records.known(f"/route_tables[{table}]", value)
            found["Lost"] = found[wire] is None
    for name, wire in _TARGETS.items():
        value = route.get(name)
        if value not in (None, ""):
            found[wire] = records.ids.of(value)
            if not found[wire]:
                records.known(f"/route_tables[{table}]", value)
                found["Lost"] = True
    return found


def _add_routes(records: Records, tables: dict[str, dict[str, Any]]) -> None:
    """The routes that stand alone, each in its table; one that cannot be placed takes the routes of all of them."""
    for route in records.inventory.of("aws_route"):
        table = records.ids.of(route.get("route_table_id"))
        if table not in tables:
            if is_open(route.get("route_table_id")) and not table:
                records.known("/route_tables", route.get("route_table_id"))
                for values in tables.values():
                    values.pop("Routes", None)
            continue
        if route.how_many:
            records.open.append((f"/route_tables[{table}]", route.how_many))
            tables[table].pop("Routes", None)
        elif "Routes" in tables[table]:
            tables[table]["Routes"].append(_route(records, table, route))
    for values in tables.values():
        # A state holds routes twice: in the table and as resources.
        routes = {repr(sorted(route.items())): route for route in values.get("Routes", ())}
        if any(route.get("Lost") for route in routes.values()):
            values.pop("Routes", None)
        elif "Routes" in values:
            values["Routes"] = [{key: part for key, part in one.items() if key != "Lost"} for one in routes.values()]


def _add_associations(records: Records, tables: dict[str, dict[str, Any]]) -> None:
    for one in records.inventory.of("aws_route_table_association"):
        subnet, table = records.ids.of(one.get("subnet_id")), records.ids.of(one.get("route_table_id"))
        if table in tables and subnet and not one.how_many:
            tables[table]["Associations"].append({"SubnetId": subnet})
        elif one.get("gateway_id") is None:
            records.short_of("routetables")
            for value in (one.how_many, one.get("subnet_id"), one.get("route_table_id")):
                if is_open(value) and not records.ids.of(value):
                    records.known("/route_tables", value)


def _nat_gateways(records: Records) -> Iterator[Found]:
    for gateway in records.inventory.of("aws_nat_gateway"):
        if gateway.how_many:
            records.open.append(("/nat_gateways", gateway.how_many))
            records.short_of("natgateways")
            continue
        id_ = records.ids.own(gateway.address)
        reference = f"/nat_gateways[{id_}]"
        subnet = gateway.get("subnet_id")
        connectivity = records.known(f"{reference}/connectivity", gateway.get("connectivity_type") or "public")
        values: dict[str, Any] = {
            "NatGatewayId": id_,
            "VpcId": records.ids.of(gateway.get("vpc_id")) or records.vpc_of_subnet(subnet),
            "SubnetId": records.ids.of(subnet),
            "ConnectivityType": connectivity,
            "AvailabilityMode": text(gateway.get("availability_mode")),
            "NatGatewayAddresses": [{"PublicIp": address} for address in _addresses(records, gateway)],
        }
        yield "natgateways", values, gateway.address


def _addresses(records: Records, gateway: Resource) -> Iterator[str]:
    own = text(gateway.get("public_ip"))
    if own:
        yield own
    allocation = records.inventory.resource_of(gateway.get("allocation_id"), "aws_eip")
    address = text(allocation.get("public_ip")) if allocation else None
    if address and address != own:
        yield address
