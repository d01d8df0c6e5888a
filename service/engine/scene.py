"""A cluster with every reference looked up and every default filled in, as the gates see it.

Gates work on a `Scene` only, so that no default is decided in two places; how it is set is in `setting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from service.domain.addresses import EVERYWHERE, Addresses
from service.domain.cluster import Cluster, EndpointAccess, Hosting, IpFamily
from service.domain.network import (
    Connection,
    Direction,
    Firewall,
    NatGateway,
    NetworkAcl,
    RouteTable,
    SecurityGroup,
    Subnet,
)
from service.domain.trace import Assumption
from service.engine.filters import Admission, Party, Verdict, admission_of, judge, passed_by

CLUSTER_GROUP = "cluster security group"
"""Stands for the cluster security group while its id was not given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A subnet with what filters and routes it; ``table`` None is not known, ``acl`` None the default ACL."""

    id: str
    subnet: Subnet
    table: RouteTable | None
    acl: NetworkAcl | None
    settled_by: str
    ipv4: Addresses | None = None
    ipv6: Addresses | None = None
    has_inside_routes: bool = False
    """Whether the table routes part of the VPC elsewhere than the local route does (a middlebox)."""

    @property
    def may_have_ipv6(self) -> bool:
        """Whether interfaces in the subnet may have an IPv6 address."""
        return self.subnet.assigns_ipv6 is not False

    def addresses(self, version: int) -> Addresses | None:
        """Where its interfaces' addresses lie, if that is known."""
        return self.ipv4 if version == 4 else self.ipv6


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceGroups:
    """The groups on the endpoint network interfaces: the cluster security group and additional ones (F-3.9, F-3.12).

    ``cluster_ids`` hold the cluster security group, or `CLUSTER_GROUP` in its stead, and ``ids`` all of them.
    """

    described: tuple[SecurityGroup, ...]
    cluster_ids: frozenset[str]
    ids: frozenset[str]
    names: str
    """All of them, as a component."""
    knows_cluster_group: bool

    def admission(self, direction: Direction, port: int) -> Admission:
        """What they let in or out on a TCP port, taken together."""
        described = admission_of(self.described, direction, port)
        if self.knows_cluster_group:
            return described
        if direction is Direction.OUT:
            return Admission(EVERYWHERE)  # as EKS creates it (F-3.9)
        return Admission(described.addresses, described.groups | self.cluster_ids, is_unsure=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A cluster with everything looked up once."""

    cluster: Cluster
    access: EndpointAccess
    hosting: Hosting
    ip_family: IpFamily
    is_dual_stack: bool
    vpc_addresses: Addresses
    places: dict[str, Place]
    cluster_places: tuple[Place, ...]
    nats: dict[str, NatGateway]
    connections: dict[str, Connection]
    firewalls: dict[str, Firewall]
    groups: dict[str, SecurityGroup]
    interface_groups: InterfaceGroups
    assumptions: tuple[Assumption, ...]
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was worked out already and no list has a part in, by what and of whom."""
    of_list: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was worked out already of the access with its list."""

    @property
    def has_acls(self) -> bool:
        """Whether any subnet has a network ACL of its own."""
        return bool(self.cluster.network_acls)

    def admitted(self, version: int | None) -> Addresses:
        """What the public access CIDRs admit, of one family or of both."""
        key = ("admitted", version)
        found: Addresses | None = self.of_list.get(key)
        if found is None:
            if version is None:
                found = self.access.admitted(is_dual_stack=self.is_dual_stack)
            else:
                found = self.admitted(None).of_version(version)
            self.of_list[key] = found
        return found

    def admission(self, names: Iterable[str], direction: Direction, port: int) -> Admission:
        """What groups let in or out on a TCP port, taken together; unsure if one of them was not described."""
        key = ("groups", frozenset(names), direction is Direction.IN, port)
        found: Admission | None = self.memo.get(key)
        if found is None:
            described = [self.groups[name] for name in sorted(key[1]) if name in self.groups]
            found = admission_of(described, direction, port)
            if len(described) < len(key[1]):
                found = found._replace(is_unsure=True)
            self.memo[key] = found
        return found

    def acl_verdict(self, acl: NetworkAcl, direction: Direction, ports: tuple[int, int], party: Party) -> Verdict:
        """Whether a network ACL passes the party on all of the TCP ports; what it passes is worked out once."""
        key = ("passed", acl.id, direction is Direction.IN, ports)
        passed: Addresses | None = self.memo.get(key)
        if passed is None:
            passed = self.memo[key] = passed_by(acl, direction, ports)
        return judge(party, passed)

    def interface_admission(self, direction: Direction, port: int) -> Admission:
        """What the groups on the endpoint network interfaces let in or out on a TCP port."""
        key = ("interfaces", direction is Direction.IN, port)
        found: Admission | None = self.memo.get(key)
        if found is None:
            found = self.memo[key] = self.interface_groups.admission(direction, port)
        return found


def unknown_place(name: str, settled_by: str, cluster: Cluster) -> Place:
    """A subnet of the VPC of which nothing was said but that it exists."""
    cidrs = cluster.vpc.cidrs or ()
    cidr = cidrs[0] if len(cidrs) == 1 else None
    subnet = Subnet(id=name, cidr=cidr)
    return Place(
        id=name, subnet=subnet, table=None, acl=None, settled_by=settled_by, ipv4=subnet.addresses(4), ipv6=None
    )
