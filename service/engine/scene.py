"""The question made whole: every reference looked up, every default filled in and listed.

1. Subnets get their route table: the one they name, the shorthand expanded, the main one, or none known.
2. The endpoint network interfaces stand in the cluster subnets; if those are not named, in every subnet
   that may be one (F-3.1, F-3.5).
3. The groups on the interfaces are the cluster security group and the additional ones (F-3.9, F-3.12).
4. What was not said and can be taken for granted is an `Assumption`; what cannot stays unknown.

Gates work on a `Scene` only, so that no default is decided in two places.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from service.domain.addresses import EVERYWHERE, NOWHERE, Addresses, of_network, of_networks, parse_network
from service.domain.cluster import Cluster, EndpointAccess, Hosting, IpFamily
from service.domain.network import (
    Connection,
    Direction,
    Firewall,
    NatGateway,
    NetworkAcl,
    Route,
    RouteTable,
    Routing,
    SecurityGroup,
    Subnet,
)
from service.domain.trace import Assumption
from service.engine.defaults import taken_for_granted
from service.engine.filters import Admission, Party, Verdict, admission_of, judge, passed_by

CLUSTER_GROUP = "cluster security group"
"""Stands for the cluster security group while its id was not given."""
DUAL_STACK_SINCE = datetime(2024, 10, 21, tzinfo=UTC)
"""From this day the endpoint of a new IPv6 cluster has both families (F-12.4)."""
_DEFAULTS = (parse_network("0.0.0.0/0"), parse_network("::/0"))


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
    interface_groups: tuple[SecurityGroup, ...]
    interface_group_ids: frozenset[str]
    interface_group_names: str
    """The groups on the endpoint network interfaces, as a component."""
    cluster_group_ids: frozenset[str]
    knows_cluster_group: bool
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
        return judge(party.addresses, party.is_every, passed, False, party.version)

    def interface_admission(self, direction: Direction, port: int) -> Admission:
        """What the groups on the endpoint network interfaces let in or out on a TCP port."""
        key = ("interfaces", direction is Direction.IN, port)
        found: Admission | None = self.memo.get(key)
        if found is None:
            found = self.memo[key] = self._interface_admission(direction, port)
        return found

    def _interface_admission(self, direction: Direction, port: int) -> Admission:
        described = admission_of(self.interface_groups, direction, port)
        if self.knows_cluster_group:
            return described
        if direction is Direction.OUT:
            return Admission(EVERYWHERE)  # as EKS creates it (F-3.9)
        return Admission(described.addresses, described.groups | self.cluster_group_ids, is_unsure=True)


def set_scene(cluster: Cluster) -> Scene:
    """Look up and fill in everything that the gates need to know about a cluster."""
    tables = {table.id: table for table in cluster.route_tables}
    main = next((table for table in cluster.route_tables if table.is_main), None)
    acls = {acl.id: acl for acl in cluster.network_acls or ()}
    nats = {nat.id: nat for nat in cluster.nat_gateways}
    places, assumed = {}, list[Assumption]()
    vpc = _vpc_addresses(cluster)
    for subnet in sorted(cluster.subnets, key=lambda subnet: subnet.id):
        table = tables.get(subnet.route_table) if subnet.route_table else main
        if subnet.route_table is None and subnet.routing is not None:
            table = _expanded(subnet, subnet.routing, cluster, nats)
            assumed.append(_expansion(subnet.id, subnet.routing))
        settled_by = f"/cluster/subnets[{subnet.id}]/route_table"
        acl = acls.get(subnet.network_acl) if subnet.network_acl else None
        places[subnet.id] = Place(
            id=subnet.id,
            subnet=subnet,
            table=table,
            acl=acl,
            settled_by=settled_by,
            ipv4=subnet.addresses(4),
            ipv6=subnet.addresses(6),
            has_inside_routes=table is not None and _routes_inside(vpc, table),
        )
    groups = {group.id: group for group in cluster.security_groups or ()}
    own = frozenset(group.id for group in groups.values() if group.role == "cluster")
    interface_groups = tuple(groups[name] for name in sorted(groups) if groups[name].role in ("cluster", "additional"))
    interface_group_ids = (own or frozenset({CLUSTER_GROUP})) | {group.id for group in interface_groups}
    hosting = cluster.hosting or Hosting.REGION
    cluster_places = _cluster_places(cluster, hosting, places)
    return Scene(
        cluster=cluster,
        access=cluster.endpoint_access or EndpointAccess(public=True, private=False),
        hosting=hosting,
        ip_family=cluster.ip_family or IpFamily.IPV4,
        is_dual_stack=_is_dual_stack(cluster),
        vpc_addresses=vpc,
        places=places,
        cluster_places=cluster_places,
        nats=nats,
        connections={connection.id: connection for connection in cluster.connections},
        firewalls={firewall.id: firewall for firewall in cluster.firewalls},
        groups=groups,
        interface_groups=interface_groups,
        interface_group_ids=interface_group_ids,
        interface_group_names=", ".join(sorted(interface_group_ids)),
        cluster_group_ids=own or frozenset({CLUSTER_GROUP}),
        knows_cluster_group=bool(own),
        assumptions=(*assumed, *_assumed_subnets(cluster, cluster_places), *taken_for_granted(cluster)),
    )


def unknown_place(name: str, settled_by: str, cluster: Cluster) -> Place:
    """A subnet of the VPC of which nothing was said but that it exists."""
    cidrs = cluster.vpc.cidrs or ()
    cidr = cidrs[0] if len(cidrs) == 1 else None
    subnet = Subnet(id=name, cidr=cidr)
    return Place(
        id=name, subnet=subnet, table=None, acl=None, settled_by=settled_by, ipv4=subnet.addresses(4), ipv6=None
    )


def _routes_inside(vpc: Addresses, table: RouteTable) -> bool:
    return any(
        route.target != "local" and route.destination is not None and vpc.covers(of_network(route.destination))
        for route in table.routes
    )


def _vpc_addresses(cluster: Cluster) -> Addresses:
    subnets = cluster.subnets
    ranges = (*(cluster.vpc.cidrs or ()), *(s.cidr for s in subnets), *(s.ipv6_cidr for s in subnets))
    return of_networks(tuple(network for network in ranges if network is not None)) if ranges else NOWHERE


def _is_dual_stack(cluster: Cluster) -> bool:
    if cluster.ip_family is not IpFamily.IPV6:
        return False
    return cluster.created_at is None or cluster.created_at >= DUAL_STACK_SINCE


def stands_in_zone(subnet: Subnet) -> bool:
    """Whether a subnet lies in an availability zone of the Region, as a cluster subnet must (F-3.5)."""
    return subnet.zone_kind in (None, "availability_zone") and not subnet.is_on_outpost


def _cluster_places(cluster: Cluster, hosting: Hosting, places: dict[str, Place]) -> tuple[Place, ...]:
    if cluster.cluster_subnets:
        return tuple(places[name] for name in sorted(cluster.cluster_subnets))
    fit = [place for place in places.values() if hosting is not Hosting.REGION or stands_in_zone(place.subnet)]
    return tuple(fit) or (unknown_place("cluster subnets", "/cluster/subnets", cluster),)


def _expanded(subnet: Subnet, routing: Routing, cluster: Cluster, nats: dict[str, NatGateway]) -> RouteTable:
    routes: list[Route] = []
    if routing is Routing.PUBLIC:
        routes += [Route(destination=network, target="internet_gateway") for network in _DEFAULTS]
    if routing is Routing.PRIVATE_WITH_NAT:
        nat = _nat_for(subnet, cluster)
        nats.setdefault(nat.id, nat)
        routes.append(Route(destination=_DEFAULTS[0], target=nat.id))
    # To a link that translates nothing has to be routed, and a route would say that it does not.
    routed = (link for link in cluster.connections if link.is_attached and not link.translates)
    attached = sorted(routed, key=lambda link: link.id)
    for connection in attached:
        routes += [Route(destination=r, target=connection.id) for r in connection.remote_cidrs or ()]
    unread = frozenset(connection.id for connection in attached if connection.remote_cidrs is None)
    return RouteTable(id=f"routes of {subnet.id}", routes=tuple(routes), leads_to=unread)


def _nat_for(subnet: Subnet, cluster: Cluster) -> NatGateway:
    """The NAT gateway that `private_with_nat` means: the zone's own, else all that there are, else unknown."""
    described = [nat for nat in cluster.nat_gateways if nat.is_public]
    zones = {s.id: s.availability_zone for s in cluster.subnets}
    near = [n for n in described if n.is_regional or _is_known(zones.get(n.subnet or ""), subnet)]
    candidates = sorted(near or described, key=lambda nat: nat.id)
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        return NatGateway(id="NAT gateway")
    known = all(nat.public_ips for nat in candidates)
    ips = tuple(network for nat in candidates for network in nat.public_ips or ()) if known else None
    return NatGateway(id=", ".join(nat.id for nat in candidates), public_ips=ips)


def _is_known(zone: str | None, subnet: Subnet) -> bool:
    return zone is not None and zone == subnet.availability_zone


def _expansion(subnet: str, routing: Routing) -> Assumption:
    means = {
        Routing.PUBLIC: "a default route to an internet gateway",
        Routing.PRIVATE_WITH_NAT: "a default route to a public NAT gateway",
        Routing.ISOLATED: "no default route",
    }[routing]
    return Assumption(
        code="routing-shorthand-expanded",
        field=f"/cluster/subnets[{subnet}]/route_table",
        sentence=f"`routing: {routing.value}` of {subnet} is read as {means}, and routes to the attached links",
        facts=("F-4.2",),
    )


def _assumed_subnets(cluster: Cluster, cluster_places: tuple[Place, ...]) -> tuple[Assumption, ...]:
    if cluster.cluster_subnets:
        return ()
    names = ", ".join(place.id for place in cluster_places)
    assumed = Assumption(
        code="cluster-subnets-assumed",
        field="/cluster/cluster_subnets",
        sentence=f"the EKS-owned network interfaces are taken to stand in: {names}",
        facts=("F-3.1", "F-3.5"),
    )
    return (assumed,)
