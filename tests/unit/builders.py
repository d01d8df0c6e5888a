"""A small cluster in which everything works, its callers, and one way to say how a path ended.

Subnets ``subnet-a`` and ``subnet-b`` hold the endpoint network interfaces and the nodes; they leave through
``nat-a`` in ``subnet-public``; ``tgw-1`` joins 10.8.0.0/16, which the cluster security group admits on 443.
Every builder has defaults, so that a test names only what it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from service.domain.addresses import Network, parse_network
from service.domain.cluster import Cluster, EndpointAccess, EndpointMode
from service.domain.consumer import Consumer, ConsumerKind, Dynamic, Location, Proxy, Served, Vantage
from service.domain.decision import Assessment, Decision
from service.domain.network import (
    AclRule,
    Connection,
    Firewall,
    FirewallRule,
    NatGateway,
    NetworkAcl,
    Ports,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityRule,
    Subnet,
    Vpc,
)
from service.domain.question import Question, Requirements
from service.domain.trace import Action, Disposition, Trace
from service.engine import decide
from service.engine.callers import Caller, caller_of
from service.engine.scene import Place
from service.engine.setting import set_scene
from service.engine.tracing import Journey, journeys

PUBLIC, BOTH, PRIVATE = EndpointMode.PUBLIC, EndpointMode.PUBLIC_AND_PRIVATE, EndpointMode.PRIVATE
MODES = (PUBLIC, BOTH, PRIVATE)
NAT_ADDRESS, OFFICE, LINK_EGRESS = "13.124.1.10/32", "13.209.0.0/28", "52.78.1.1/32"
BEHIND_LINK = "10.8.0.0/16"


def a_range(text: str) -> Network:
    """One range."""
    return parse_network(text)


def ranges(*texts: str) -> tuple[Network, ...]:
    """Ranges from their texts."""
    return tuple(parse_network(text) for text in texts)


# The network


def a_route(destination: str, target: str, **fields: Any) -> Route:
    """A route; a destination that begins with `pl-` is a prefix list."""
    if destination.startswith("pl-"):
        return Route(destination=None, prefix_list=destination, target=target, **fields)
    return Route(destination=a_range(destination), target=target, **fields)


def a_table(*routes: tuple[str, str], name: str = "rtb-a", **fields: Any) -> RouteTable:
    """A route table; routes are pairs of destination and target."""
    return RouteTable(id=name, routes=tuple(a_route(*route) for route in routes), **fields)


def a_subnet(name: str = "subnet-a", cidr: str | None = "10.0.0.0/20", **fields: Any) -> Subnet:
    """A private subnet in zone `a` behind `rtb-a`."""
    given = {"availability_zone": "zone-a", "route_table": "rtb-a", "assigns_public_ip": False, **fields}
    return Subnet(id=name, cidr=None if cidr is None else a_range(cidr), **given)


def a_public_subnet(name: str = "subnet-public", cidr: str = "10.0.32.0/24", **fields: Any) -> Subnet:
    """A subnet with a default route to the internet gateway, whose instances get public addresses."""
    return a_subnet(name, cidr, **{"route_table": "rtb-public", "assigns_public_ip": True, **fields})


def ports(first: int = 443, last: int | None = None, protocol: str = "tcp") -> Ports:
    """Ports of a rule: 443 unless said otherwise."""
    return Ports(protocol=protocol, first=first, last=first if last is None else last)


ALL = Ports(protocol="all")


def a_rule(*sources: str, on: Ports | None = None, **fields: Any) -> SecurityRule:
    """A rule of a security group: sources that begin with `sg-` (or `self`) are groups."""
    groups = tuple(source for source in sources if source.startswith("sg-") or source == "self")
    return SecurityRule(
        ports=on or ports(), cidrs=ranges(*(s for s in sources if s not in groups)), groups=groups, **fields
    )


def a_group(name: str = "sg-own", *ingress: SecurityRule, **fields: Any) -> SecurityGroup:
    """A security group that lets everything out."""
    return SecurityGroup(id=name, ingress=ingress, **fields)


def the_cluster_group(*ingress: SecurityRule, **fields: Any) -> SecurityGroup:
    """The cluster security group, open to itself whatever is listed."""
    return a_group("sg-cluster", *ingress, role="cluster", **fields)


def an_acl_rule(number: int, on: Ports, cidr: str = "0.0.0.0/0", *, allows: bool = True) -> AclRule:
    """A numbered rule."""
    return AclRule(number=number, allows=allows, ports=on, cidr=a_range(cidr))


ALLOW_ALL = (an_acl_rule(100, ALL),)


def an_acl(
    *, ingress: Sequence[AclRule] = ALLOW_ALL, egress: Sequence[AclRule] = ALLOW_ALL, name: str = "acl-1"
) -> NetworkAcl:
    """A network ACL that allows all of IPv4 unless said otherwise."""
    return NetworkAcl(id=name, ingress=tuple(ingress), egress=tuple(egress))


def a_nat(name: str = "nat-a", *public_ips: str, **fields: Any) -> NatGateway:
    """A public NAT gateway in `subnet-public`."""
    return NatGateway(id=name, public_ips=ranges(*public_ips), **{"subnet": "subnet-public", **fields})


def a_link(name: str = "tgw-1", kind: str = "transit_gateway", *remote: str, **fields: Any) -> Connection:
    """A link to 10.8.0.0/16."""
    return Connection(id=name, kind=kind, **{"remote_cidrs": ranges(*(remote or (BEHIND_LINK,))), **fields})


def a_firewall_rule(on: Ports | None = None, *cidrs: str, direction: str | None = None) -> FirewallRule:
    """What a firewall passes; no ranges are any far side."""
    return FirewallRule(direction=direction, ports=on or ports(), cidrs=ranges(*cidrs) if cidrs else None)


def a_firewall(name: str = "fw-1", **fields: Any) -> Firewall:
    """A firewall that passes everything and has an address of its own."""
    return Firewall(id=name, **{"internet_egress": ranges("52.9.9.9"), **fields})


def a_vpc(**fields: Any) -> Vpc:
    """10.0.0.0/16 with both DNS attributes on."""
    given = {"cidrs": ranges("10.0.0.0/16"), "has_dns_support": True, "has_dns_hostnames": True}
    return Vpc(**{**given, **fields})


def an_access(*cidrs: str, public: bool = True, private: bool = False) -> EndpointAccess:
    """A setting; no ranges are a list open to all."""
    return EndpointAccess(public=public, private=private, public_access_cidrs=ranges(*cidrs))


RTB_A = a_table(("0.0.0.0/0", "nat-a"), (BEHIND_LINK, "tgw-1"))
RTB_PUBLIC = a_table(("0.0.0.0/0", "internet_gateway"), name="rtb-public")


def a_cluster(*listed: str, **fields: Any) -> Cluster:
    """The cluster described above; the texts are its public access CIDRs."""
    given: dict[str, Any] = {
        "name": "demo",
        "endpoint_access": an_access(*listed),
        "vpc": a_vpc(),
        "subnets": (a_subnet(), a_subnet("subnet-b", "10.0.16.0/20", availability_zone="zone-b"), a_public_subnet()),
        "cluster_subnets": ("subnet-a", "subnet-b"),
        "route_tables": (RTB_A, RTB_PUBLIC),
        "nat_gateways": (a_nat("nat-a", NAT_ADDRESS),),
        "connections": (a_link(),),
        "security_groups": (the_cluster_group(a_rule(BEHIND_LINK)),),
    }
    return Cluster(**{**given, **fields})


def with_routes(cluster: Cluster, *routes: tuple[str, str], name: str = "rtb-a", **fields: Any) -> Cluster:
    """The cluster with the routes of one table replaced."""
    kept = tuple(table for table in cluster.route_tables if table.id != name)
    return replace(cluster, route_tables=(*kept, a_table(*routes, name=name, **fields)))


def with_subnet(cluster: Cluster, name: str, **fields: Any) -> Cluster:
    """The cluster with fields of one subnet replaced."""
    changed = tuple(replace(s, **fields) if s.id == name else s for s in cluster.subnets)
    return replace(cluster, subnets=changed)


def with_acl(cluster: Cluster, subnet: str, acl: NetworkAcl) -> Cluster:
    """The cluster with a network ACL on one subnet."""
    return replace(with_subnet(cluster, subnet, network_acl=acl.id), network_acls=(*(cluster.network_acls or ()), acl))


# Who calls


def nodes(*subnets: str, **fields: Any) -> Consumer:
    """Nodes in both private subnets that hold the cluster security group."""
    given = {"name": "nodes", "kind": ConsumerKind.NODE, "security_groups": ("sg-cluster",), **fields}
    return Consumer(subnets=subnets or ("subnet-a", "subnet-b"), **given)


def a_caller_at(at: Vantage, kind: ConsumerKind = ConsumerKind.OPERATOR, **fields: Any) -> Consumer:
    """A caller somewhere; fields of its location may be given among its own."""
    own = {name: fields.pop(name) for name in tuple(fields) if name not in Location.__dataclass_fields__}
    for name in ("cidrs", "source_cidrs", "internet_egress"):
        if isinstance(fields.get(name), str):
            fields[name] = ranges(*fields[name].split())
    return Consumer(**{"name": "caller", "kind": kind, "location": Location(at=at, **fields), **own})


def an_operator(source_cidrs: str | Dynamic | None = OFFICE, **fields: Any) -> Consumer:
    """An operator on the internet, at the office."""
    return a_caller_at(Vantage.INTERNET, source_cidrs=source_cidrs, **fields)


def a_bastion(subnet: str = "subnet-a", **fields: Any) -> Consumer:
    """A host in the cluster VPC that holds the cluster security group."""
    return a_caller_at(Vantage.CLUSTER_VPC, subnet=subnet, **{"security_groups": ("sg-cluster",), **fields})


def a_neighbour(**fields: Any) -> Consumer:
    """A pipeline behind `tgw-1`, from 10.8.4.0/24 and, to the internet, from 52.78.1.1."""
    given = {"connection": "tgw-1", "cidrs": "10.8.4.0/24", "internet_egress": LINK_EGRESS, **fields}
    return a_caller_at(Vantage.CONNECTED_NETWORK, **{"kind": ConsumerKind.PIPELINE, **given})


def a_hybrid_node(**fields: Any) -> Consumer:
    """A hybrid node behind `tgw-1`."""
    return a_neighbour(**{"kind": ConsumerKind.HYBRID_NODE, "cidrs": None, "internet_egress": None, **fields})


def a_proxy(at: Vantage = Vantage.INTERNET, **fields: Any) -> Proxy:
    """A proxy; fields of its location may be given among its own."""
    own = {name: fields.pop(name) for name in tuple(fields) if name in Proxy.__dataclass_fields__}
    return Proxy(location=Location(at=at, **fields), **own)


def a_webhook(port: int = 9443) -> Served:
    """A webhook that the API server calls."""
    return Served(port=port, purpose="webhook")


# What is said


def a_question(cluster: Cluster, *consumers: Consumer, **requirements: Any) -> Question:
    """A question about a cluster."""
    return Question(cluster=cluster, consumers=consumers or None, requirements=Requirements(**requirements))


def the_decision(cluster: Cluster, *consumers: Consumer, **requirements: Any) -> Decision:
    """The answer to it."""
    return decide(a_question(cluster, *consumers, **requirements))


def the_assessment(mode: EndpointMode, cluster: Cluster, *consumers: Consumer, **requirements: Any) -> Assessment:
    """What is said of one mode."""
    return the_decision(cluster, *consumers, **requirements).assessment_of(mode)


def the_journeys(cluster: Cluster, *consumers: Consumer) -> dict[str, Journey]:
    """Everybody's flows, by name."""
    ordered = tuple(sorted(consumers, key=lambda consumer: consumer.name))
    return {journey.consumer.name: journey for journey in journeys(set_scene(cluster), ordered)}


def the_call(mode: EndpointMode, cluster: Cluster, *consumers: Consumer) -> Trace:
    """The first consumer's call to the API server."""
    return the_journeys(cluster, *consumers)[consumers[0].name].to_api_server[mode]


def the_call_back(cluster: Cluster, *consumers: Consumer, port: int = 10250) -> Trace:
    """The API server's call to the first consumer (step 2)."""
    calls = the_journeys(cluster, *consumers)[consumers[0].name].from_api_server
    return next(call for call in calls if call.port == port)


def the_caller(cluster: Cluster, consumer: Consumer) -> Caller:
    """The consumer where it stands."""
    scene = set_scene(cluster)
    return caller_of(consumer, scene, scene.interface_groups.cluster_ids)


def the_place(cluster: Cluster, subnet: str) -> Place:
    """A subnet with what filters and routes it."""
    return set_scene(cluster).places[subnet]


def assert_trace(
    trace: Trace, disposition: str, components: Sequence[str] | None = None, cause: str | None = None
) -> None:
    """The path ends so; it passes these components, in this order, and stops at the last of them."""
    names = [hop.component for hop in trace.hops]
    wanted = iter(names)
    assert (trace.disposition.value, trace.cause) == (disposition, cause), names
    if components is not None:
        assert all(component in wanted for component in components), names
        stops = trace.disposition is not Disposition.ACCEPTED
        assert names[-1] == (components[-1] if stops else names[-1]), names
    stopped = trace.hops[-1].action is Action.DENIED
    assert stopped is not trace.disposition.is_success
