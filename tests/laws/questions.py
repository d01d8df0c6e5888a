"""Whole questions at random: every noun and every gap that the engine may meet, its references intact.

The examples are the same in every run (`derandomize`), so that a law fails for everybody or for nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from ipaddress import IPv4Network, IPv6Network
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from service.domain.addresses import Network, parse_network
from service.domain.cluster import Cluster, EndpointAccess, Hosting, IpFamily
from service.domain.consumer import (
    DYNAMIC,
    Consumer,
    ConsumerKind,
    Importance,
    Location,
    Proxy,
    Resolver,
    Served,
    Vantage,
)
from service.domain.network import (
    AclRule,
    BlockPublicAccess,
    Connection,
    Firewall,
    FirewallRule,
    NatGateway,
    NetworkAcl,
    Ports,
    RemoteNetworks,
    Route,
    RouteTable,
    Routing,
    SecurityGroup,
    SecurityRule,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from service.domain.question import InternetExposure, NodeTraffic, Question, Requirements, Section, Weights
from service.engine.controls import CONTROLS
from tests.laws.builders import Ranges, ranges

Test = TypeVar("Test", bound=Callable[..., None])
T = TypeVar("T")


def few_examples(count: int) -> Callable[[Test], Test]:
    """A bounded number of examples, the same ones in every run."""
    return settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@st.composite
def a_network(draw: st.DrawFn, version: int = 4) -> Network:
    """Any range of a family, wide ones as likely as narrow ones."""
    bits = 32 if version == 4 else 128
    prefix = draw(st.integers(0, bits))
    network = draw(st.integers(0, (1 << prefix) - 1)) << (bits - prefix)
    return IPv4Network((network, prefix)) if version == 4 else parse_network(str(IPv6Network((network, prefix))))


def networks(*, version: int | None = None, least: int = 0) -> st.SearchStrategy[Ranges]:
    """A few ranges, of one family or of both."""
    one = a_network(version) if version else a_network(4) | a_network(6)
    return st.lists(one, min_size=least, max_size=4).map(tuple)


SUBNET_RANGES = ranges("10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20", "10.0.48.0/20")
SUBNET_IPV6_RANGES = ranges("2600:1f13::/64", "2600:1f13:0:1::/64", "2600:1f13:0:2::/64", "2600:1f13:0:3::/64")
DESTINATIONS = ranges(
    *("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "2000::/3", "52.0.0.0/8", "10.8.0.0/16", "10.8.4.0/24"),
    *("10.0.16.0/20", "10.0.32.0/24", "192.168.0.0/16", "10.0.0.0/8"),
)
FAR_RANGES = ranges("10.8.0.0/16", "10.8.4.0/24", "10.8.4.4", "192.168.0.0/16", "10.0.16.0/24", "172.20.0.0/16")
PUBLIC_RANGES = ranges("13.209.0.0/28", "52.78.1.1", "13.124.1.10", "8.8.8.8", "2600:9000::/28", "3.34.5.6")
LISTED = (*PUBLIC_RANGES, *ranges("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "13.0.0.0/8", "10.8.0.0/16"))
SERVED: tuple[tuple[Served, ...], ...] = (
    (),
    (),
    (Served(port=8443, purpose="webhook"),),
    (Served(port=443, purpose="oidc_issuer"),),
)
ZONES = ("zone-a", "zone-b", "use1-az3")
GROUPS = ("sg-cluster", "sg-additional", "sg-own")
SERVICES = ("eks", "sts", "sts.amazonaws.com", "ec2", "oidc", "s3")


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """A fact that is given, or is not."""
    return st.none() | strategy


def some(pool: tuple[T, ...], *, least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    """Some of the pool, each once."""
    return st.lists(st.sampled_from(pool), min_size=least, max_size=most, unique=True).map(tuple) if pool else NONE


NONE: st.SearchStrategy[tuple[()]] = st.just(())
FLAG = maybe(st.booleans())
PORTS = st.sampled_from(
    [
        Ports(protocol="all"),
        Ports(first=443, last=443),
        Ports(first=10250, last=10250),
        Ports(first=1024, last=65535),
        Ports(first=1024, last=32767),
        Ports(),
        Ports(protocol="udp"),
    ]
)


@st.composite
def a_group(draw: st.DrawFn, name: str) -> SecurityGroup:
    """A security group with rules by range, by group and by prefix list."""
    rule = st.builds(
        SecurityRule,
        ports=PORTS,
        cidrs=some((*FAR_RANGES, *SUBNET_RANGES, *ranges("0.0.0.0/0", "::/0"))),
        groups=some(GROUPS, most=2),
        prefix_lists=some(("pl-1",), most=1),
    )
    rules = st.lists(rule, max_size=2).map(tuple)
    role = {"sg-cluster": "cluster", "sg-additional": "additional"}.get(name, "other")
    return SecurityGroup(id=name, role=role, ingress=draw(rules), egress=draw(maybe(rules)))


@st.composite
def an_acl(draw: st.DrawFn, name: str) -> NetworkAcl:
    """A network ACL, now and then with all that it needs to let calls through."""
    everything = AclRule(number=900, allows=True, ports=Ports(protocol="all"), cidr=parse_network("0.0.0.0/0"))

    def rules() -> tuple[AclRule, ...]:
        numbers = draw(st.lists(st.integers(1, 5), unique=True, max_size=2))
        own = tuple(
            AclRule(
                number=number,
                allows=draw(st.booleans()),
                ports=draw(PORTS),
                cidr=draw(st.sampled_from((*SUBNET_RANGES, *DESTINATIONS))),
            )
            for number in numbers
        )
        return (*own, everything) if draw(st.booleans()) else own

    return NetworkAcl(id=name, ingress=rules(), egress=rules())


def firewall_rules() -> st.SearchStrategy[tuple[FirewallRule, ...] | None]:
    """What a firewall lets through, or that there is none."""
    rule = st.builds(
        FirewallRule,
        direction=st.sampled_from([None, "to_cluster", "from_cluster"]),
        ports=PORTS,
        cidrs=maybe(some(FAR_RANGES, least=1)),
    )
    return maybe(st.lists(rule, max_size=2).map(tuple))


@st.composite
def a_connection(draw: st.DrawFn, name: str) -> Connection:
    """A link of any kind, in any state of knowledge."""
    stated = draw(st.booleans())
    kinds = ("peering", "transit_gateway", "vpn", "direct_connect", "client_vpn", "private_link")
    return Connection(
        id=name,
        kind=draw(st.sampled_from(kinds)),
        is_attached=draw(st.sampled_from([True, True, True, False])),
        remote_cidrs=draw(maybe(some(FAR_RANGES, least=1))),
        carries=draw(st.sampled_from([None, None, ranges("10.0.0.0/8"), ranges("0.0.0.0/0"), ranges("10.0.0.0/20")])),
        internet_egress=draw(maybe(some(PUBLIC_RANGES, most=2))),
        returns=draw(st.sampled_from([True, True, False, None])) if stated else True,
        returns_is_stated=stated,
        allows=draw(firewall_rules()),
    )


@st.composite
def a_table(draw: st.DrawFn, name: str, targets: tuple[str, ...], *, is_main: bool) -> RouteTable:
    """A route table with each destination at most once."""
    gateways = ("internet_gateway", "igw-1", "egress_only_internet_gateway", "local", "eni-1", "vpce-1")
    target = st.sampled_from((*targets, *targets, *gateways))
    dead = st.sampled_from([False, False, False, True])
    destinations = draw(some(DESTINATIONS, most=4))
    routes = [Route(destination=d, target=draw(target), is_blackhole=draw(dead)) for d in destinations]
    if draw(st.sampled_from([False, False, True])):
        routes.append(Route(destination=None, prefix_list="pl-1", target=draw(target)))
    return RouteTable(id=name, routes=tuple(routes), is_main=is_main)


@st.composite
def a_cluster(draw: st.DrawFn) -> Cluster:
    """A cluster with a network of any shape."""
    names = tuple(f"subnet-{number}" for number in range(draw(st.integers(0, 3))))
    nats = tuple(f"nat-{number}" for number in range(draw(st.integers(0, 2))))
    links = tuple(f"link-{number}" for number in range(draw(st.integers(0, 2))))
    walls = tuple(f"firewall-{number}" for number in range(draw(st.integers(0, 1))))
    tables = tuple(f"rtb-{number}" for number in range(draw(st.integers(0, 2))))
    acls = draw(maybe(some(("acl-0", "acl-1"), most=2)))
    groups = draw(maybe(some(GROUPS)))
    main = draw(maybe(st.sampled_from(tables))) if tables else None
    return Cluster(
        name="demo",
        region=draw(st.sampled_from([None, "eu-west-1", "cn-north-1"])),
        hosting=draw(st.sampled_from([None, None, None, *Hosting])),
        ip_family=draw(st.sampled_from([None, IpFamily.IPV4, IpFamily.IPV6])),
        created_at=draw(st.sampled_from([None, datetime(2019, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC)])),
        egress_mode=draw(st.sampled_from([None, "AWS_MANAGED", "CUSTOMER_ROUTED", "SOMETHING_NEW"])),
        endpoint_access=draw(maybe(an_access())),
        service_cidr=draw(st.sampled_from([None, parse_network("10.100.0.0/16")])),
        vpc=draw(a_vpc(tables)),
        subnets=tuple(draw(a_subnet(number, name, tables, acls or ())) for number, name in enumerate(names)),
        cluster_subnets=draw(maybe(some(names, least=1))) if names else None,
        route_tables=tuple(draw(a_table(t, (*nats, *links, *walls), is_main=t == main)) for t in tables),
        nat_gateways=tuple(draw(a_nat(name, names)) for name in nats),
        connections=tuple(draw(a_connection(name)) for name in links),
        firewalls=tuple(
            Firewall(id=w, allows=draw(firewall_rules()), internet_egress=draw(maybe(some(PUBLIC_RANGES))))
            for w in walls
        ),
        security_groups=None if groups is None else tuple(draw(a_group(name)) for name in groups),
        network_acls=None if acls is None else tuple(draw(an_acl(name)) for name in acls),
        remote_networks=draw(
            st.builds(RemoteNetworks, node_cidrs=some(FAR_RANGES, most=2), pod_cidrs=some(FAR_RANGES, most=1))
        ),
    )


def a_nat(name: str, subnets: tuple[str, ...]) -> st.SearchStrategy[NatGateway]:
    """A NAT gateway that may be private, regional, or of unknown addresses."""
    return st.builds(
        NatGateway,
        id=st.just(name),
        subnet=maybe(st.sampled_from(subnets)) if subnets else st.none(),
        is_public=st.sampled_from([True, True, False]),
        public_ips=maybe(some(ranges("13.124.1.10", "13.124.1.11"))),
        is_regional=st.booleans(),
    )


@st.composite
def an_access(draw: st.DrawFn) -> EndpointAccess:
    """A setting of the switches, never both off."""
    public = draw(st.booleans())
    private = draw(st.booleans()) or not public
    return EndpointAccess(public=public, private=private, public_access_cidrs=draw(some(LISTED, most=4)))


@st.composite
def a_subnet(draw: st.DrawFn, number: int, name: str, tables: tuple[str, ...], acls: tuple[str, ...]) -> Subnet:
    """A subnet with a table, a shorthand, or neither."""
    table = draw(maybe(st.sampled_from(tables))) if tables else None
    return Subnet(
        id=name,
        cidr=draw(st.sampled_from([SUBNET_RANGES[number], SUBNET_RANGES[number], None])),
        ipv6_cidr=draw(st.sampled_from([SUBNET_IPV6_RANGES[number], None])),
        availability_zone=draw(maybe(st.sampled_from(ZONES))),
        zone_kind=draw(st.sampled_from([None, None, "availability_zone", "local_zone"])),
        is_on_outpost=draw(st.sampled_from([False, False, False, True])),
        route_table=table,
        routing=None if table else draw(maybe(st.sampled_from(Routing))),
        network_acl=draw(maybe(st.sampled_from(acls))) if acls else None,
        assigns_public_ip=draw(FLAG),
        assigns_ipv6=draw(FLAG),
        is_excluded_from_block=draw(st.booleans()),
    )


@st.composite
def a_vpc(draw: st.DrawFn, tables: tuple[str, ...]) -> Vpc:
    """The VPC, with its switches on more often than off."""
    on = st.sampled_from([None, True, True, False])
    endpoint = st.builds(
        VpcEndpoint,
        service=st.sampled_from(("s3", "ecr.api", "ecr.dkr", "ec2", "sts", "eks")),
        kind=st.sampled_from(("interface", "gateway")),
        route_tables=maybe(some(tables)),
        security_groups=maybe(some(GROUPS, most=1)),
        has_private_dns=FLAG,
    )
    return Vpc(
        cidrs=draw(st.sampled_from([None, ranges("10.0.0.0/16"), ranges("10.0.0.0/16", "100.64.0.0/16")])),
        has_dns_support=draw(on),
        has_dns_hostnames=draw(on),
        domain_name_servers=draw(
            st.sampled_from([None, ("AmazonProvidedDNS",), ("10.0.0.2",), ("AmazonProvidedDNS", "10.0.0.2")])
        ),
        domain_name=draw(st.sampled_from([None, "corp.example", "eu-west-1.compute.internal"])),
        block_public_access=draw(maybe(st.sampled_from(BlockPublicAccess))),
        has_inbound_resolver=draw(FLAG),
        is_shared=draw(st.booleans()),
        endpoints=draw(maybe(st.lists(endpoint, max_size=2).map(tuple))),
    )


@st.composite
def a_location(draw: st.DrawFn, cluster: Cluster) -> Location:
    """A place of any kind that the cluster knows."""
    links = tuple(link.id for link in cluster.connections)
    subnets = tuple(subnet.id for subnet in cluster.subnets)
    vantages = [vantage for vantage in Vantage if links or vantage is not Vantage.CONNECTED_NETWORK]
    vantage = draw(st.sampled_from(vantages))
    is_inside, is_linked = vantage is Vantage.CLUSTER_VPC, vantage is Vantage.CONNECTED_NETWORK
    sources = maybe(st.just(DYNAMIC) | some(PUBLIC_RANGES))
    return Location(
        at=vantage,
        subnet=draw(maybe(st.sampled_from(subnets))) if is_inside and subnets else None,
        connection=draw(st.sampled_from(links)) if is_linked else None,
        cidrs=draw(maybe(some(FAR_RANGES, least=1, most=2))) if not is_inside else None,
        resolver=draw(maybe(st.sampled_from(Resolver))),
        source_cidrs=draw(sources) if vantage is Vantage.INTERNET else None,
        internet_egress=draw(maybe(some(PUBLIC_RANGES, most=2))),
    )


@st.composite
def a_consumer(draw: st.DrawFn, name: str, cluster: Cluster, bastions: tuple[str, ...]) -> Consumer:
    """A consumer of any kind, with a proxy or a tunnel now and then."""
    kind = draw(st.sampled_from(ConsumerKind))
    is_hybrid = kind is ConsumerKind.HYBRID_NODE
    known = tuple(group.id for group in cluster.security_groups or ())
    where = st.booleans() if not is_hybrid and cluster.subnets else st.just(False)
    subnets = draw(some(tuple(s.id for s in cluster.subnets), least=1)) if draw(where) else ()
    hosts = ("*.eks.amazonaws.com", "api.aws", "eu-west-1.eks.amazonaws.com", "10.100.0.0/16", "kubernetes.default")
    names = some(hosts, most=2)
    proxy = st.builds(
        Proxy,
        location=maybe(a_location(cluster)),
        internet_egress=maybe(some(PUBLIC_RANGES, most=1)),
        bypass=names,
        allows=maybe(names),
        security_groups=some(known, most=1),
    )
    rarely = st.sampled_from([False, False, False, True])
    return Consumer(
        name=name,
        kind=kind,
        importance=draw(st.sampled_from([Importance.REQUIRED, *Importance])),
        location=None if subnets else draw(maybe(a_location(cluster))),
        subnets=subnets,
        security_groups=draw(some((*known, "sg-unknown"), most=2)),
        is_managed=draw(FLAG),
        is_in_cluster=draw(rarely),
        public_ip=draw(st.none() | st.booleans() | st.just(parse_network("3.34.5.6"))),
        internet_egress=draw(maybe(some(PUBLIC_RANGES, most=2))) if draw(rarely) else None,
        proxy=draw(proxy) if draw(rarely) else None,
        tunnel_via=draw(st.sampled_from(bastions)) if bastions and draw(rarely) else None,
        calls_first=draw(some(SERVICES, most=1)),
        serves=draw(st.sampled_from(SERVED)),
        host_networks=draw(some(ranges("172.17.0.0/16", "10.0.0.0/20"), most=1)) if draw(rarely) else (),
        prefers_ipv6=draw(FLAG),
        service=draw(st.sampled_from([None, None, None, "prometheus_collector", "batch"])),
        addresses=draw(some(FAR_RANGES, most=1)) if is_hybrid else (),
    )


def requirements() -> st.SearchStrategy[Requirements]:
    """Anything that a caller may insist on."""
    weight = st.integers(0, 10).map(Fraction)
    weights = st.builds(Weights, exposure=weight, efficiency=weight, accessibility=st.integers(1, 10))
    return st.builds(
        Requirements,
        internet_exposure=st.sampled_from(InternetExposure),
        node_traffic=st.sampled_from(NodeTraffic),
        approved_source_cidrs=maybe(some(LISTED, most=2)),
        controls=some(tuple(control.id for control in CONTROLS), most=1),
        weights=weights,
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A whole question: several subnets, tables, gateways, links, filters, and callers of all kinds."""
    cluster = draw(a_cluster())
    consumers: list[Consumer] = []
    for number in range(draw(st.integers(1, 5))):
        bastions = tuple(consumer.name for consumer in consumers)
        consumers.append(draw(a_consumer(f"consumer-{number}", cluster, bastions)))
    return Question(
        cluster=cluster,
        consumers=tuple(consumers),
        requirements=draw(st.just(Requirements()) | requirements()),
        include=draw(st.sampled_from((frozenset(), frozenset(Section)))),
    )
