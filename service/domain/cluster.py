"""The cluster: its endpoint access, its kind and the network around it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from service.domain.addresses import EVERY_IPV4, EVERY_IPV6, NOWHERE, Addresses, Network, of_networks
from service.domain.errors import ImpossibleValueError
from service.domain.network import (
    Connection,
    Firewall,
    NatGateway,
    NetworkAcl,
    RemoteNetworks,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
)

UNNAMED = "unnamed"
"""The name of a cluster whose name is not given."""


class EndpointMode(Enum):
    """The three supported combinations of the two switches (F-1.2), in the order of answers."""

    PUBLIC = "public"
    PUBLIC_AND_PRIVATE = "public_and_private"
    PRIVATE = "private"

    __hash__ = object.__hash__  # members are singletons, and are looked up all the time

    @property
    def has_public(self) -> bool:
        """Whether the public endpoint is on."""
        return self is not EndpointMode.PRIVATE

    @property
    def has_private(self) -> bool:
        """Whether the private endpoint is on."""
        return self is not EndpointMode.PUBLIC


class Hosting(Enum):
    """Where the control plane runs (F-7.1 to F-7.5)."""

    REGION = "region"
    OUTPOSTS_EBS = "outposts_ebs"
    OUTPOSTS_INSTANCE_STORE = "outposts_instance_store"


class IpFamily(Enum):
    """The family of pod and service addresses, fixed at creation (F-5.7)."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAccess:
    """The two switches and the list, as the EKS API has them (F-1.1, F-1.3, F-1.11)."""

    public: bool = True
    private: bool = False
    public_access_cidrs: tuple[Network, ...] = ()
    left_out: frozenset[str] = frozenset()
    """Which of the three were not said, so that EKS's default is taken for granted (F-1.1, F-1.10)."""
    unknown: frozenset[str] = frozenset()
    """Which of the three are said to be not known, so that nothing is taken for granted; their values mean nothing."""
    rewritten: tuple[str, ...] = ()
    """Entries as they were written, where host bits or an IPv4-mapped form were read away (Reading 8)."""
    admits_nobody: bool = False
    """A derived list on which nobody stands: EKS cannot be sent one, for an empty list is open to all (F-1.11)."""

    awaited: frozenset[str] = frozenset()
    """Consumers, as `/consumers[name]`, who are to stand on a derived list once their addresses are known."""

    def __post_init__(self) -> None:
        if not (self.public or self.private):
            raise ImpossibleValueError("both endpoints off: EKS refuses that (F-1.3)")

    @property
    def mode(self) -> EndpointMode:
        """Which of the three modes the switches make."""
        if self.public:
            return EndpointMode.PUBLIC_AND_PRIVATE if self.private else EndpointMode.PUBLIC
        return EndpointMode.PRIVATE

    def in_mode(self, mode: EndpointMode) -> EndpointAccess:
        """The same list with the switches of a mode."""
        return replace(self, public=mode.has_public, private=mode.has_private)

    @property
    def knows_mode(self) -> bool:
        """Whether both switches are known, so that `mode` says something."""
        return self.unknown.isdisjoint(("public", "private"))

    @property
    def knows_list(self) -> bool:
        """Whether the list is known."""
        return "public_access_cidrs" not in self.unknown

    def admitted(self, *, is_dual_stack: bool) -> Addresses:
        """The addresses that the public endpoint lets open a connection; an empty list admits all (F-1.11).

        A list that is not known may admit all; whoever asks for more than the most has to ask `knows_list` first.
        """
        if self.admits_nobody:
            return NOWHERE
        reachable = EVERY_IPV4 | EVERY_IPV6 if is_dual_stack else EVERY_IPV4
        return of_networks(self.public_access_cidrs) & reachable if self.public_access_cidrs else reachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """An EKS cluster as a question describes it."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()
    region: str | None = None
    account: str | None = None
    hosting: Hosting | None = None  # None: not said; EKS's default is assumed
    ip_family: IpFamily | None = None  # likewise
    created_at: datetime | None = None
    egress_mode: str | None = None
    has_auto_mode: bool | None = None
    endpoint_access: EndpointAccess | None = None  # None: the cluster does not exist yet
    service_cidr: Network | None = None
    vpc: Vpc = field(default_factory=Vpc)
    subnets: tuple[Subnet, ...] = ()
    cluster_subnets: tuple[str, ...] | None = None
    route_tables: tuple[RouteTable, ...] = ()
    nat_gateways: tuple[NatGateway, ...] = ()
    connections: tuple[Connection, ...] = ()
    firewalls: tuple[Firewall, ...] = ()
    security_groups: tuple[SecurityGroup, ...] | None = None
    network_acls: tuple[NetworkAcl, ...] | None = None
    remote_networks: RemoteNetworks = field(default_factory=RemoteNetworks)
