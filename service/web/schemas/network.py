"""The network on the wire: VPC, subnets, routes, gateways and links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from service.domain.addresses import Network
from service.domain.network import (
    BlockPublicAccess,
    Connection,
    NatGateway,
    RemoteNetworks,
    Route,
    RouteTable,
    Routing,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from service.web.schemas.elements import Element, Fault, Items, names, ranges
from service.web.schemas.fields import (
    Choice,
    Flag,
    Outpost,
    Text,
    members_of,
    words,
)
from service.web.schemas.filters import MOST_RULES, LinkRule
from service.web.schemas.ranges import Address, Range, RouteDestination

MOST_ROUTES = 1_000
MOST_ENDPOINTS = 200
_FULL_SERVICE_NAME = re.compile(r"(?:cn\.)?com\.amazonaws\.[a-z]{2,}(?:-[a-z]+)+-[0-9]\.(.+)")


class ServiceName(Text):
    """An AWS service, short (``ecr.api``) or in full (``com.amazonaws.eu-west-1.ecr.api``)."""

    expected = "a service such as `ecr.api`"

    def read(self, value: Any) -> str:
        """The short name."""
        text = super().read(value)
        full = _FULL_SERVICE_NAME.fullmatch(text) if "amazonaws" in text else None
        return full[1] if full else text


class VpcEndpointElement(Element):
    """A VPC endpoint for an AWS service."""

    noun = VpcEndpoint
    service = ServiceName(required=True)
    kind = Choice(words("interface", "gateway"))
    subnets = names()
    route_tables = names()
    security_groups = names()
    has_private_dns = Flag("private_dns")


class VpcElement(Element):
    """The cluster VPC."""

    noun = Vpc
    cidrs = ranges(is_exact=True)
    has_dns_support = Flag("enable_dns_support")
    has_dns_hostnames = Flag("enable_dns_hostnames")
    domain_name_servers = names()
    domain_name = Text()
    block_public_access = Choice(members_of(BlockPublicAccess))
    has_inbound_resolver = Flag("inbound_resolver")
    is_shared = Flag("shared")
    endpoints = Items(VpcEndpointElement(), most=MOST_ENDPOINTS)


class SubnetElement(Element):
    """A subnet of the cluster VPC."""

    noun = Subnet
    id = Text(required=True)
    cidr = Range(is_exact=True, version=4)
    ipv6_cidr = Range(is_exact=True, version=6)
    availability_zone = Text()
    zone_kind = Choice(words("availability_zone", "local_zone", "wavelength"))
    is_on_outpost = Outpost("outpost")
    route_table = Text()
    routing = Choice(members_of(Routing))
    network_acl = Text()
    assigns_public_ip = Flag()
    assigns_ipv6 = Flag()
    is_excluded_from_block = Flag("block_public_access_excluded")

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """A subnet has a route table or the shorthand for one."""
        if given.get("route_table") is not None and given.get("routing") is not None:
            yield "routing", "stands beside `route_table`: name the table, or say what kind it is, not both"


class RouteElement(Element):
    """A route."""

    noun = Route
    destination = RouteDestination(required=True)
    target = Text(required=True)
    is_blackhole = Flag("blackhole")

    def build(self, values: dict[str, Any]) -> Route:
        """The route; a prefix list as its destination is kept by id."""
        destination: Network | str = values["destination"]
        if isinstance(destination, str):
            values |= {"destination": None, "prefix_list": destination}
        return Route(**values)


class RouteTableElement(Element):
    """A route table."""

    noun = RouteTable
    id = Text(required=True)
    routes = Items(RouteElement(), by="destination", most=MOST_ROUTES)
    is_main = Flag("main")


class NatGatewayElement(Element):
    """A NAT gateway."""

    noun = NatGateway
    id = Text(required=True)
    subnet = Text()
    is_public = Choice({"public": True, "private": False}, "connectivity")
    public_ips = Items(Address(), most=200)
    is_regional = Choice({"zonal": False, "regional": True}, "availability_mode")


class ConnectionElement(Element):
    """A link between the cluster VPC and another network."""

    noun = Connection
    id = Text(required=True)
    kind = Choice(
        words("peering", "transit_gateway", "vpn", "direct_connect", "client_vpn", "private_link"),
        required=True,
    )
    is_attached = Flag("attached")
    remote_cidrs = ranges()
    carries = ranges()
    internet_egress = ranges()
    returns = Flag(keeps_null=True)
    allows = Items(LinkRule(), most=MOST_RULES)

    def build(self, values: dict[str, Any]) -> Connection:
        """The link; that ``returns`` is true is assumed only where the question says nothing."""
        return Connection(returns_is_stated="returns" in values, **values)


class RemoteNetworksElement(Element):
    """Where hybrid nodes and their pods stand."""

    noun = RemoteNetworks
    node_cidrs = ranges()
    pod_cidrs = ranges()
