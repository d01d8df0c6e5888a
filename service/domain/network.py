"""The network a cluster stands in: VPC, subnets, routes, gateways, filters and links.

A field that is ``None`` is a fact that was not given, unless its comment says what None means.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from service.domain.addresses import Addresses, Network, of_network

ANY_PORT = (0, 65535)
EPHEMERAL_PORTS = (1024, 65535)
"""The ports to which replies come; a stateless filter must pass all of them (F-3.19)."""


class Direction(Enum):
    """Which way a rule looks, seen from what it is attached to."""

    IN = "in"
    OUT = "out"


class BlockPublicAccess(Enum):
    """The VPC's Block Public Access setting (F-4.9)."""

    OFF = "off"
    BIDIRECTIONAL = "block-bidirectional"
    INGRESS = "block-ingress"


class Routing(Enum):
    """The shorthand for people with curl: what kind of subnet it is."""

    PUBLIC = "public"
    PRIVATE_WITH_NAT = "private_with_nat"
    ISOLATED = "isolated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Protocol and ports of a rule; ``protocol`` is ``tcp``, ``udp``, ``icmp``, ``all`` or a number."""

    protocol: str = "tcp"
    first: int = 0
    last: int = 65535

    def admits_tcp(self, port: int) -> bool:
        """Whether the rule speaks about this TCP port."""
        return self.protocol == "all" or (self.protocol == "tcp" and self.first <= port <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityRule:
    """One rule of a security group: the far side by range, by group, or by a list we cannot read."""

    ports: Ports
    cidrs: tuple[Network, ...] = ()
    groups: tuple[str, ...] = ()
    prefix_lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """A security group; ``egress`` None lets everything out (the default of every group)."""

    id: str
    role: str = "other"
    ingress: tuple[SecurityRule, ...] = ()
    egress: tuple[SecurityRule, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AclRule:
    """One numbered rule of a network ACL."""

    number: int
    allows: bool
    ports: Ports
    cidr: Network


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAcl:
    """A network ACL: stateless, the first rule that matches decides, what none matches is denied."""

    id: str
    ingress: tuple[AclRule, ...] = ()
    egress: tuple[AclRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallRule:
    """What a stateful firewall lets through; ``direction`` None is both, ``cidrs`` None any far side."""

    direction: str | None = None
    ports: Ports
    cidrs: tuple[Network, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route: ``destination`` None is a prefix list, whose ranges are not known."""

    destination: Network | None
    prefix_list: str | None = None
    target: str
    is_blackhole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """A route table; ``is_main`` serves the subnets that name none.

    ``leads_to`` holds links to which it is taken to lead although the ranges behind them were not given.
    """

    id: str
    routes: tuple[Route, ...] = ()
    is_main: bool = False
    leads_to: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGateway:
    """A NAT gateway; ``public_ips`` empty or None are addresses that exist but were not given."""

    id: str
    subnet: str | None = None
    is_public: bool = True
    public_ips: tuple[Network, ...] | None = None
    is_regional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A link between the cluster VPC and another network."""

    id: str
    kind: str
    is_attached: bool = True
    remote_cidrs: tuple[Network, ...] | None = None
    carries: tuple[Network, ...] | None = None  # None: all that is sent into it
    internet_egress: tuple[Network, ...] | None = None
    returns: bool | None = True  # None: unknown
    returns_is_stated: bool = False
    allows: tuple[FirewallRule, ...] | None = None  # None: no firewall on the link

    @property
    def is_private_link(self) -> bool:
        """Whether it is no route, but an endpoint in the far network that leads to a load balancer in the VPC."""
        return self.kind == "private_link"

    @property
    def translates(self) -> bool:
        """Whether the VPC sees the far side as interfaces of its own, so that no route back is needed.

        AWS Client VPN translates to the address of its interface in the subnet that it is associated with ("Rules and
        best practices for using AWS Client VPN"); one that is attached to a transit gateway does not, and then the VPC
        routes to it. What comes through PrivateLink comes from the load balancer.
        """
        return self.kind in ("client_vpn", "private_link")


@dataclass(frozen=True, slots=True, kw_only=True)
class Firewall:
    """A firewall that routes name as their target."""

    id: str
    allows: tuple[FirewallRule, ...] | None = None
    internet_egress: tuple[Network, ...] | None = ()  # (): no internet behind it; None: not known


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcEndpoint:
    """A VPC endpoint for an AWS service, which never carries Kubernetes API traffic (F-4.12)."""

    service: str
    kind: str = "interface"
    subnets: tuple[str, ...] | None = None
    route_tables: tuple[str, ...] | None = None
    security_groups: tuple[str, ...] | None = None
    has_private_dns: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A subnet of the cluster VPC."""

    id: str
    cidr: Network | None = None
    ipv6_cidr: Network | None = None
    availability_zone: str | None = None
    zone_kind: str | None = None
    is_on_outpost: bool = False
    route_table: str | None = None
    routing: Routing | None = None
    network_acl: str | None = None  # None: the default ACL, which allows all
    assigns_public_ip: bool | None = None
    assigns_ipv6: bool | None = None
    is_excluded_from_block: bool = False

    def addresses(self, version: int) -> Addresses | None:
        """Where its interfaces' addresses lie; None if the range of that family was not given."""
        network = self.cidr if version == 4 else self.ipv6_cidr
        return None if network is None else of_network(network)

    @property
    def stands_in_zone(self) -> bool:
        """Whether it lies in an availability zone of the Region, as a cluster subnet must (F-3.5)."""
        return self.zone_kind in (None, "availability_zone") and not self.is_on_outpost


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc:
    """The cluster VPC and what of it decides names and ways out."""

    cidrs: tuple[Network, ...] | None = None
    has_dns_support: bool | None = None
    has_dns_hostnames: bool | None = None
    domain_name_servers: tuple[str, ...] | None = None
    domain_name: str | None = None
    block_public_access: BlockPublicAccess | None = None
    has_inbound_resolver: bool | None = None
    is_shared: bool = False
    endpoints: tuple[VpcEndpoint, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteNetworks:
    """Where hybrid nodes and their pods stand (F-7.9, F-7.10)."""

    node_cidrs: tuple[Network, ...] = ()
    pod_cidrs: tuple[Network, ...] = ()
