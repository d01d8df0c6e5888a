"""A small cluster and everybody who may call it, with one switch for each thing that may differ.

Every builder has defaults under which everything works, so that a law names only what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

from service.domain.addresses import Network, parse_network
from service.domain.cluster import Cluster, EndpointAccess, IpFamily
from service.domain.consumer import (
    DYNAMIC,
    Consumer,
    ConsumerKind,
    Dynamic,
    Location,
    Proxy,
    Resolver,
    Served,
    Vantage,
)
from service.domain.decision import Decision
from service.domain.network import (
    AclRule,
    BlockPublicAccess,
    Connection,
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
from service.domain.question import Question
from service.engine import decide

Ranges = tuple[Network, ...]


def ranges(*texts: str) -> Ranges:
    """Ranges from their texts."""
    return tuple(parse_network(text) for text in texts)


EVERY_IPV4, EVERY_IPV6 = parse_network("0.0.0.0/0"), parse_network("::/0")
OFFICE = ranges("13.209.0.0/28")
BEHIND_LINK = ranges("10.8.0.0/16")
NAT_ADDRESS = ranges("13.124.1.10")
LINK_EGRESS = ranges("52.78.1.1")
HTTPS = Ports(protocol="tcp", first=443, last=443)
KUBELET = Ports(protocol="tcp", first=10250, last=10250)
ALL = Ports(protocol="all")

WAYS_OUT = {
    "public": (Route(destination=EVERY_IPV4, target="internet_gateway"),),
    "private_with_nat": (Route(destination=EVERY_IPV4, target="nat-a"),),
    "isolated": (),
    "unknown": None,
    "over_the_link": (Route(destination=EVERY_IPV4, target="tgw-1"),),
    "blackhole": (Route(destination=EVERY_IPV4, target="nat-gone", is_blackhole=True),),
}
"""The default route of the nodes' subnets; None is a table that was not described."""
LISTS = {
    "empty": (),
    "two halves": ranges("0.0.0.0/1", "128.0.0.0/1"),
    "admits all who have one address": (*OFFICE, *NAT_ADDRESS, *LINK_EGRESS, *ranges("3.34.5.6")),
    "admits the office": OFFICE,
    "admits nobody": ranges("8.8.8.8"),
}
"""The public access CIDRs, from the widest to one in which nobody stands."""
ADMITTED_BY_GROUP = {
    "everybody": ranges("10.0.0.0/8"),
    "the link": BEHIND_LINK,
    "nobody": (),
}
"""The ranges to which the cluster security group opens 443."""
ACLS = {
    "default": None,
    "shut": (),
    "without replies": (AclRule(number=100, allows=True, ports=HTTPS, cidr=EVERY_IPV4),),
}
"""The network ACL of the cluster subnets, by the rules that it has in both directions."""


def a_cluster(
    *,
    access: EndpointAccess | None = None,
    way_out: str = "private_with_nat",
    admits: str | None = "everybody",
    acl: str = "default",
    block: BlockPublicAccess | None = None,
    assigns_public_ip: bool | None = False,
    has_dns_support: bool | None = True,
    has_dns_hostnames: bool | None = True,
    name_servers: tuple[str, ...] | None = None,
    ip_family: IpFamily = IpFamily.IPV4,
    returns: bool | None = True,
    is_attached: bool = True,
    link: str = "transit_gateway",
) -> Cluster:
    """Two cluster subnets, a public one with a NAT gateway, and a link; ``admits`` None is an unknown group."""
    routes, rules = WAYS_OUT[way_out], ACLS[acl]
    table = None if routes is None else "rtb-nodes"
    back = Route(destination=BEHIND_LINK[0], target="tgw-1")
    out = Route(destination=EVERY_IPV4, target="internet_gateway")
    tables = () if routes is None else (RouteTable(id="rtb-nodes", routes=(*routes, back)),)
    acls = () if rules is None else (NetworkAcl(id="acl-1", ingress=rules, egress=rules),)
    nodes = Subnet(
        id="subnet-a",
        cidr=parse_network("10.0.0.0/20"),
        availability_zone="zone-a",
        route_table=table,
        network_acl=None if rules is None else "acl-1",
        assigns_public_ip=assigns_public_ip,
    )
    more_nodes = replace(nodes, id="subnet-b", cidr=parse_network("10.0.16.0/20"), availability_zone="zone-b")
    public = Subnet(id="subnet-public", cidr=parse_network("10.0.32.0/24"), route_table="rtb-public")
    return Cluster(
        name="demo",
        ip_family=ip_family,
        endpoint_access=access or EndpointAccess(public=True, private=True),
        vpc=Vpc(
            cidrs=ranges("10.0.0.0/16"),
            has_dns_support=has_dns_support,
            has_dns_hostnames=has_dns_hostnames,
            domain_name_servers=name_servers,
            block_public_access=block,
        ),
        subnets=(nodes, more_nodes, public),
        cluster_subnets=("subnet-a", "subnet-b"),
        route_tables=(*tables, RouteTable(id="rtb-public", routes=(out,))),
        nat_gateways=(NatGateway(id="nat-a", subnet="subnet-public", public_ips=NAT_ADDRESS),),
        connections=(
            Connection(
                id="tgw-1",
                kind=link,
                is_attached=is_attached,
                remote_cidrs=BEHIND_LINK,
                internet_egress=LINK_EGRESS,
                returns=returns,
                returns_is_stated=True,
            ),
        ),
        security_groups=None if admits is None else _groups(ADMITTED_BY_GROUP[admits]),
        network_acls=acls,
    )


def _groups(admitted: Ranges) -> tuple[SecurityGroup, ...]:
    rule = SecurityRule(ports=HTTPS, cidrs=admitted)
    from_cluster = SecurityRule(ports=KUBELET, groups=("sg-cluster",))
    return (
        SecurityGroup(id="sg-cluster", role="cluster", ingress=(rule,) if admitted else ()),
        SecurityGroup(id="sg-other", ingress=(from_cluster,)),
    )


def with_list(cluster: Cluster, listed: Ranges) -> Cluster:
    """The same cluster with another list."""
    access = cluster.endpoint_access or EndpointAccess()
    return replace(cluster, endpoint_access=replace(access, public_access_cidrs=listed))


def at(vantage: Vantage, resolver: Resolver | None = None, sources: Ranges | Dynamic | None = None) -> Location:
    """A place of each kind, reached by the builders' link or in the builders' subnet."""
    return Location(
        at=vantage,
        subnet="subnet-a" if vantage is Vantage.CLUSTER_VPC else None,
        connection="tgw-1" if vantage is Vantage.CONNECTED_NETWORK else None,
        resolver=resolver,
        source_cidrs=sources if vantage is Vantage.INTERNET else None,
    )


def everywhere() -> tuple[Consumer, ...]:
    """One consumer of each kind at each place with each resolver."""
    return tuple(
        Consumer(
            name=f"{kind.value} at {vantage.value} asking {resolver.value if resolver else 'as usual'}",
            kind=kind,
            location=at(vantage, resolver, OFFICE),
        )
        for kind, vantage, resolver in product(ConsumerKind, Vantage, (None, *Resolver))
    )


def representatives() -> tuple[Consumer, ...]:
    """One consumer for each thing that the engine treats in its own way."""
    inside, linked = at(Vantage.CLUSTER_VPC), at(Vantage.CONNECTED_NETWORK)
    forwarding = at(Vantage.CONNECTED_NETWORK, Resolver.FORWARDED)
    online, elsewhere = at(Vantage.INTERNET, sources=OFFICE), at(Vantage.OTHER_NETWORK)
    kinds = ConsumerKind
    webhook = (Served(port=8443, purpose="webhook"),)
    return (
        Consumer(name="nodes", kind=kinds.NODE, subnets=("subnet-a", "subnet-b"), serves=webhook),
        Consumer(name="own nodes", kind=kinds.NODE, subnets=("subnet-a",), security_groups=("sg-other",)),
        Consumer(name="addressed nodes", kind=kinds.NODE, subnets=("subnet-b",), public_ip=parse_network("3.34.5.6")),
        Consumer(name="silent nodes", kind=kinds.NODE, subnets=("subnet-b",), is_managed=False),
        Consumer(name="fargate", kind=kinds.FARGATE_POD, subnets=("subnet-a", "subnet-b")),
        Consumer(name="pods", kind=kinds.POD, subnets=("subnet-a",)),
        Consumer(name="controller", kind=kinds.GITOPS_CONTROLLER, is_in_cluster=True),
        Consumer(name="bastion", kind=kinds.OPERATOR, location=inside, security_groups=("sg-other",)),
        Consumer(name="cluster bastion", kind=kinds.OPERATOR, location=inside, security_groups=("sg-cluster",)),
        Consumer(name="own dns", kind=kinds.PIPELINE, location=at(Vantage.CLUSTER_VPC, Resolver.OWN)),
        Consumer(name="blocked dns", kind=kinds.PIPELINE, location=at(Vantage.CLUSTER_VPC, Resolver.OWN_BLOCKING)),
        Consumer(name="function", kind=kinds.FUNCTION, subnets=("subnet-a",), security_groups=("sg-cluster",)),
        Consumer(name="function outside", kind=kinds.FUNCTION, location=online),
        Consumer(name="linked", kind=kinds.PIPELINE, location=linked),
        Consumer(name="linked by name", kind=kinds.PIPELINE, location=forwarding),
        Consumer(name="linked offline", kind=kinds.PIPELINE, location=replace(linked, internet_egress=())),
        Consumer(name="hybrid", kind=kinds.HYBRID_NODE, location=linked, addresses=ranges("10.8.4.4")),
        Consumer(name="hybrid online", kind=kinds.HYBRID_NODE, location=online),
        Consumer(name="office", kind=kinds.OPERATOR, location=online),
        Consumer(name="home", kind=kinds.OPERATOR, location=at(Vantage.INTERNET)),
        Consumer(name="hosted runner", kind=kinds.PIPELINE, location=at(Vantage.INTERNET, sources=DYNAMIC)),
        Consumer(name="scanner", kind=kinds.MANAGED_SERVICE, location=elsewhere, internet_egress=ranges("8.8.8.8")),
        Consumer(name="tunnelled", kind=kinds.OPERATOR, location=online, tunnel_via="bastion"),
        Consumer(name="proxied inside", kind=kinds.OPERATOR, location=inside, proxy=Proxy(location=online)),
        Consumer(name="proxied online", kind=kinds.OPERATOR, location=online, proxy=Proxy(location=inside)),
    )


def clusters() -> Iterator[Cluster]:
    """Every cluster that the switches which bear on a path can make, each with the open list."""
    for way_out, admits, acl, block, dns, own in product(
        WAYS_OUT,
        (*ADMITTED_BY_GROUP, None),
        ACLS,
        (None, BlockPublicAccess.BIDIRECTIONAL),
        ((True, True), (True, False), (False, True)),
        (None, ("10.0.0.2",)),
    ):
        yield a_cluster(
            way_out=way_out,
            admits=admits,
            acl=acl,
            block=block,
            has_dns_support=dns[0],
            has_dns_hostnames=dns[1],
            name_servers=own,
        )


def links() -> Iterator[Cluster]:
    """Every kind and state of the link, against groups that admit it, or not."""
    kinds = ("peering", "transit_gateway", "vpn", "direct_connect", "client_vpn", "private_link")
    for kind, returns, is_attached, admits in product(
        kinds, (True, False, None), (True, False), ("everybody", "nobody", None)
    ):
        yield a_cluster(link=kind, returns=returns, is_attached=is_attached, admits=admits)


def asked(cluster: Cluster, *consumers: Consumer) -> Question:
    """A question of these consumers, or of one for each thing that the engine treats in its own way."""
    return Question(cluster=cluster, consumers=consumers or representatives(), include=frozenset())


@cache
def decisions() -> tuple[tuple[Question, Decision], ...]:
    """Every question that can be made of the switches, decided once for all laws that look at answers."""
    questions = [
        *(asked(cluster) for cluster in clusters()),
        *(asked(cluster) for cluster in links()),
        *(asked(a_cluster(way_out=way_out, ip_family=IpFamily.IPV6)) for way_out in WAYS_OUT),
        *(asked(a_cluster(way_out=way_out, admits=admits), *everywhere()) for way_out, admits in _CORNERS),
    ]
    return tuple((question, decide(question)) for question in questions)


_CORNERS = tuple(product(WAYS_OUT, ("everybody", "nobody", None)))
