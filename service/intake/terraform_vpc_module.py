"""terraform-aws-modules/vpc: subnets, route tables and NAT gateways from its arguments.

v4 turned DNS hostnames on and public addresses at launch off (its UPGRADE-4.0.md); before it was the other way
round. Private subnets have a route table for each NAT gateway, a single one with `single_nat_gateway`; intra
subnets have one without any route.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.intake.readings import Open
from service.intake.terraform_known_modules import Call, Made, Majors, handles, is_from, majors
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Handle, Value, members

_REGISTRY = "terraform-aws-modules/vpc/aws"
_REPOSITORY = "terraform-aws-modules/terraform-aws-vpc"
_KINDS = ("public", "private", "intra", "database", "elasticache", "redshift", "outpost")


def expand_vpc(call: Call) -> Made | None:
    """What the module makes; None for another module."""
    if not is_from(call, _REGISTRY, _REPOSITORY):
        return None
    if call.flag(True, "create_vpc") is False:
        return Made((), {})
    resources = [*_vpc(call), *_gateways(call)]
    for kind in _KINDS:
        resources += _subnets(call, kind)
    resources += _tables(call)
    return Made(tuple(resources), _outputs(call))


def subnets_of(call: Call, kind: str) -> list[Value]:
    """The ranges of the subnets of a kind; empty if their number is not known."""
    return members(call.get(f"{kind}_subnets"))


def _default(call: Call, since_v4: bool, before: bool) -> Value:
    span = majors(call)
    if span.least >= 4:
        return since_v4
    if span.most is not None and span.most < 4:
        return before
    return since_v4 if span == Majors() else Open("version", "the default differs between the versions that it allows")


def _vpc_id(call: Call) -> Handle:
    return Handle(f"{call.address}.aws_vpc.this[0]")


def _vpc(call: Call) -> Iterator[Resource]:
    hostnames = call.get("enable_dns_hostnames")
    support = call.get("enable_dns_support")
    yield call.resource(
        "aws_vpc",
        "this",
        {
            "cidr_block": call.get("cidr"),
            "enable_dns_hostnames": _default(call, True, False) if hostnames is None else hostnames,
            "enable_dns_support": True if support is None else support,
        },
    )
    secondary = call.get("secondary_cidr_blocks")
    if isinstance(secondary, Open):
        secondary = [secondary]
    for index, block in enumerate(members(secondary)):
        values = {"vpc_id": _vpc_id(call), "cidr_block": block}
        yield call.resource("aws_vpc_ipv4_cidr_block_association", "this", values, index)
    if call.flag(False, "enable_dhcp_options") is not False:
        servers = call.get("dhcp_options_domain_name_servers")
        values = {
            "domain_name_servers": ["AmazonProvidedDNS"] if servers is None else servers,
            "domain_name": call.get("dhcp_options_domain_name"),
        }
        yield call.resource("aws_vpc_dhcp_options", "this", values)
        options = Handle(f"{call.address}.aws_vpc_dhcp_options.this[0]")
        association = {"vpc_id": _vpc_id(call), "dhcp_options_id": options}
        yield call.resource("aws_vpc_dhcp_options_association", "this", association)


def _subnets(call: Call, kind: str) -> Iterator[Resource]:
    zones = call.get("azs")
    for index, block in enumerate(subnets_of(call, kind)):
        known = members(zones)
        values: dict[str, Value] = {
            "vpc_id": _vpc_id(call),
            "cidr_block": block,
            "availability_zone": known[index % len(known)] if known else Open("azs", "the zones are not known"),
            "map_public_ip_on_launch": _public_addresses(call) if kind == "public" else False,
        }
        yield call.resource("aws_subnet", kind, values, index)


def _public_addresses(call: Call) -> Value:
    given = call.get("map_public_ip_on_launch")
    return _default(call, False, True) if given is None else given


def nat_count(call: Call) -> int | Open:
    """How many NAT gateways the module would make."""
    single = call.flag(False, "single_nat_gateway")
    by_zone = call.flag(False, "one_nat_gateway_per_az")
    if isinstance(single, Open) or (not single and isinstance(by_zone, Open)):
        return single if isinstance(single, Open) else Open("one_nat_gateway_per_az", "it has no value")
    if single:
        return 1
    if by_zone:
        zones = call.get("azs")
        return len(zones) if isinstance(zones, list) else Open("azs", "the number of zones is not known")
    return max(len(subnets_of(call, kind)) for kind in ("private", "elasticache", "database", "redshift"))


def _gateways(call: Call) -> Iterator[Resource]:
    if subnets_of(call, "public") and call.flag(True, "create_igw") is not False:
        yield call.resource("aws_internet_gateway", "this", {"vpc_id": _vpc_id(call)})
    if call.flag(False, "enable_nat_gateway") is not True:
        return
    count = nat_count(call)
    public = subnets_of(call, "public")
    reused = call.flag(False, "reuse_nat_ips") is not False
    for index in range(0 if isinstance(count, Open) else count):
        address = Handle(f"{call.address}.aws_eip.nat[{index}]")
        if not reused:
            yield call.resource("aws_eip", "nat", {}, index)
        place = Handle(f"{call.address}.aws_subnet.public[{index % len(public)}]") if public else None
        values = {
            "subnet_id": place,
            "allocation_id": Open("external_nat_ip_ids", "not made here") if reused else address,
        }
        yield call.resource("aws_nat_gateway", "this", values, index)


def _tables(call: Call) -> Iterator[Resource]:
    """Route tables, their default routes, and which subnet has which."""
    yield from _public_tables(call)
    yield from _private_tables(call)
    intra = subnets_of(call, "intra")
    if intra:
        yield call.resource("aws_route_table", "intra", {"vpc_id": _vpc_id(call)})
        yield from _associations(call, "intra", len(intra), "intra", 1)


def _public_tables(call: Call) -> Iterator[Resource]:
    public = subnets_of(call, "public")
    if not public:
        return
    each = call.flag(False, "create_multiple_public_route_tables") is True
    tables = len(public) if each else 1
    for index in range(tables):
        yield call.resource("aws_route_table", "public", {"vpc_id": _vpc_id(call)}, index)
        if call.flag(True, "create_igw") is not False:
            gateway = Handle(f"{call.address}.aws_internet_gateway.this[0]")
            yield _default_route(call, "public", index, {"gateway_id": gateway})
    yield from _associations(call, "public", len(public), "public", tables)


def _private_tables(call: Call) -> Iterator[Resource]:
    count = nat_count(call)
    longest = max(len(subnets_of(call, kind)) for kind in ("private", "elasticache", "database", "redshift"))
    if not longest:
        return
    nat = call.flag(False, "enable_nat_gateway")
    if isinstance(count, Open) or isinstance(nat, Open):
        return
    # Since v5.15 the route to the NAT gateway can be left out.
    routed = nat and call.flag(True, "create_private_nat_gateway_route") is not False
    for index in range(count):
        yield call.resource("aws_route_table", "private", {"vpc_id": _vpc_id(call)}, index)
        if routed:
            gateway = Handle(f"{call.address}.aws_nat_gateway.this[{index}]")
            yield _default_route(call, "private", index, {"nat_gateway_id": gateway})
    for kind in ("private", "database", "elasticache", "redshift"):
        if call.flag(False, f"create_{kind}_subnet_route_table") is False:
            yield from _associations(call, kind, len(subnets_of(call, kind)), "private", count)


def _default_route(call: Call, name: str, index: int, target: dict[str, Value]) -> Resource:
    table = Handle(f"{call.address}.aws_route_table.{name}[{index}]")
    values = {"route_table_id": table, "destination_cidr_block": "0.0.0.0/0", **target}
    return call.resource("aws_route", name, values, index)


def _associations(call: Call, kind: str, number: int, table: str, tables: int) -> Iterator[Resource]:
    for index in range(number if tables else 0):
        values = {
            "subnet_id": Handle(f"{call.address}.aws_subnet.{kind}[{index}]"),
            "route_table_id": Handle(f"{call.address}.aws_route_table.{table}[{index % tables}]"),
        }
        yield call.resource("aws_route_table_association", kind, values, index)


def _outputs(call: Call) -> dict[str, Value]:
    outputs: dict[str, Value] = {
        "vpc_id": _vpc_id(call),
        "vpc_cidr_block": call.get("cidr"),
        "default_security_group_id": Handle(_vpc_id(call).address, "default_security_group_id"),
        "azs": call.get("azs"),
        "igw_id": Handle(f"{call.address}.aws_internet_gateway.this[0]"),
        "vpc_main_route_table_id": Handle(_vpc_id(call).address, "main_route_table_id"),
    }
    for kind in _KINDS:
        given = call.get(f"{kind}_subnets")
        subnets = handles("aws_subnet", kind, call, len(subnets_of(call, kind)))
        outputs[f"{kind}_subnets"] = given if isinstance(given, Open) else subnets
        outputs[f"{kind}_subnets_cidr_blocks"] = given if given is not None else []
        tables = _number_of_tables(call, kind)
        outputs[f"{kind}_route_table_ids"] = (
            tables if isinstance(tables, Open) else handles("aws_route_table", _table_of(kind), call, tables)
        )
    count = nat_count(call)
    if not isinstance(count, Open) and call.flag(False, "enable_nat_gateway") is True:
        outputs["natgw_ids"] = handles("aws_nat_gateway", "this", call, count)
        outputs["nat_public_ips"] = handles("aws_eip", "nat", call, count, "public_ip")
        outputs["nat_ids"] = handles("aws_eip", "nat", call, count)
    return outputs


def _table_of(kind: str) -> str:
    return kind if kind in ("public", "intra") else "private"


def _number_of_tables(call: Call, kind: str) -> int | Open:
    if kind in ("public", "intra"):
        return 1 if subnets_of(call, kind) else 0
    return nat_count(call) if subnets_of(call, "private") else 0
