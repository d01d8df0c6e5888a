"""How a scene is set: the question made whole.

1. Subnets get their route table: the one they name, the shorthand expanded, the main one, or none known.
2. The endpoint network interfaces stand in the cluster subnets; if those are not named, in every subnet
   that may be one (F-3.1, F-3.5).
3. The groups on the interfaces are the cluster security group and the additional ones (F-3.9, F-3.12).
4. What was not said and can be taken for granted is an `Assumption`; what cannot stays unknown.
"""

from __future__ import annotations

from datetime import UTC, datetime

from service.domain.addresses import NOWHERE, Addresses, of_network, of_networks, parse_network
from service.domain.cluster import Cluster, EndpointAccess, Hosting, IpFamily
from service.domain.network import NatGateway, Route, RouteTable, Routing, SecurityGroup, Subnet
from service.domain.trace import Assumption
from service.engine.defaults import taken_for_granted
from service.engine.scene import CLUSTER_GROUP, InterfaceGroups, Place, Scene, unknown_place

DUAL_STACK_SINCE = datetime(2024, 10, 21, tzinfo=UTC)
"""From this day the endpoint of a new IPv6 cluster has both families (F-12.4)."""
_DEFAULTS = (parse_network("0.0.0.0/0"), parse_network("::/0"))


def set_scene(cluster: Cluster) -> Scene:
    """Look up and fill in everything that the gates need to know about a cluster."""
    nats = {nat.id: nat for nat in cluster.nat_gateways}
    vpc = _vpc_addresses(cluster)
    places = _places(cluster, vpc, nats)
    groups = {group.id: group for group in cluster.security_groups or ()}
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
        interface_groups=_interface_groups(groups),
        assumptions=(
            *_expansions(cluster),
            *_assumed_subnets(cluster, cluster_places),
            *taken_for_granted(cluster),
        ),
    )


def _places(cluster: Cluster, vpc: Addresses, nats: dict[str, NatGateway]) -> dict[str, Place]:
    """Every subnet in its place, in the order of their ids; a NAT gateway that a shorthand means joins ``nats``."""
    tables = {table.id: table for table in cluster.route_tables}
    main = next((table for table in cluster.route_tables if table.is_main), None)
    acls = {acl.id: acl for acl in cluster.network_acls or ()}
    places = {}
    for subnet in _in_order(cluster):
        table = tables.get(subnet.route_table) if subnet.route_table else main
        if subnet.route_table is None and subnet.routing is not None:
            table = _expanded(subnet, subnet.routing, cluster, nats)
        places[subnet.id] = Place(
            id=subnet.id,
            subnet=subnet,
            table=table,
            acl=acls.get(subnet.network_acl) if subnet.network_acl else None,
            settled_by=f"/cluster/subnets[{subnet.id}]/route_table",
            ipv4=subnet.addresses(4),
            ipv6=subnet.addresses(6),
            has_inside_routes=table is not None and _routes_inside(vpc, table),
        )
    return places


def _in_order(cluster: Cluster) -> list[Subnet]:
    return sorted(cluster.subnets, key=lambda subnet: subnet.id)


def _interface_groups(groups: dict[str, SecurityGroup]) -> InterfaceGroups:
    described = tuple(groups[name] for name in sorted(groups) if groups[name].role in ("cluster", "additional"))
    own = frozenset(group.id for group in described if group.role == "cluster")
    cluster_ids = own or frozenset({CLUSTER_GROUP})
    ids = cluster_ids | {group.id for group in described}
    return InterfaceGroups(
        described=described,
        cluster_ids=cluster_ids,
        ids=ids,
        names=", ".join(sorted(ids)),
        knows_cluster_group=bool(own),
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


def _cluster_places(cluster: Cluster, hosting: Hosting, places: dict[str, Place]) -> tuple[Place, ...]:
    if cluster.cluster_subnets:
        return tuple(places[name] for name in sorted(cluster.cluster_subnets))
    fit = [place for place in places.values() if hosting is not Hosting.REGION or place.subnet.stands_in_zone]
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


def _expansions(cluster: Cluster) -> list[Assumption]:
    return [
        _expansion(subnet.id, subnet.routing)
        for subnet in _in_order(cluster)
        if subnet.route_table is None and subnet.routing is not None
    ]


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
