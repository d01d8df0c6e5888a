"""A question with a change made: what plans and conditions are tried on.

One function for each kind of change that a repair can ask for; none of them decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from service.domain.addresses import Network, merged, parse_network
from service.domain.change import Change, ChangeKind, Value
from service.domain.cluster import Cluster, EndpointAccess
from service.domain.consumer import Consumer, Location, Proxy, Resolver, Vantage
from service.domain.network import (
    AclRule,
    Connection,
    FirewallRule,
    NatGateway,
    NetworkAcl,
    Ports,
    Route,
    SecurityGroup,
    SecurityRule,
)
from service.domain.question import Question
from service.engine.callers import consumers_of


def changed(question: Question, changes: Iterable[Change]) -> Question:
    """The question as it would be with the changes made, one after the other."""
    for change in changes:
        if change.kind in _OF_CONSUMER:
            question = _with_consumer(question, change)
        else:
            question = replace(question, cluster=_OF_CLUSTER[change.kind](question.cluster, change))
    return question


def _ranges(value: Value) -> tuple[Network, ...]:
    return tuple(parse_network(text) for text in value) if isinstance(value, tuple) else ()


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _ports(change: Change) -> Ports:
    first, last = change.value("from_port"), change.value("to_port")
    return Ports(first=int(str(first)), last=int(str(last)))


def _endpoint_access(cluster: Cluster, change: Change) -> Cluster:
    access = EndpointAccess(
        public=bool(change.value("endpoint_public_access")),
        private=bool(change.value("endpoint_private_access")),
        public_access_cidrs=_ranges(change.value("public_access_cidrs")),
    )
    return replace(cluster, endpoint_access=access)


def _vpc_attribute(cluster: Cluster, change: Change) -> Cluster:
    vpc = cluster.vpc
    if change.value("enable_dns_support"):
        vpc = replace(vpc, has_dns_support=True)
    if change.value("enable_dns_hostnames"):
        vpc = replace(vpc, has_dns_hostnames=True)
    return replace(cluster, vpc=vpc)


def _dhcp_options(cluster: Cluster, change: Change) -> Cluster:
    return replace(cluster, vpc=replace(cluster.vpc, domain_name_servers=_texts(change.value("domain_name_servers"))))


def _security_group_rule(cluster: Cluster, change: Change) -> Cluster:
    rule = SecurityRule(
        ports=_ports(change), cidrs=_ranges(change.value("cidrs")), groups=_texts(change.value("groups"))
    )
    name = str(change.target)
    groups = {group.id: group for group in cluster.security_groups or ()}
    group = groups.get(name) or SecurityGroup(id=name, role="cluster")
    if change.value("direction") == "egress":
        group = replace(group, egress=(*(group.egress or ()), rule))
    else:
        group = replace(group, ingress=(*group.ingress, rule))
    return replace(cluster, security_groups=tuple((groups | {name: group}).values()))


def _network_acl_rule(cluster: Cluster, change: Change) -> Cluster:
    """The rule goes in front of all others of its direction."""

    def with_rule(acl: NetworkAcl) -> NetworkAcl:
        rules = acl.egress if change.value("direction") == "egress" else acl.ingress
        number = min((rule.number for rule in rules), default=1) - 1
        cidr = _ranges(change.value("cidrs"))
        first = tuple(AclRule(number=number, allows=True, ports=_ports(change), cidr=network) for network in cidr)
        if change.value("direction") == "egress":
            return replace(acl, egress=(*first, *rules))
        return replace(acl, ingress=(*first, *rules))

    acls = tuple(with_rule(acl) if acl.id == change.target else acl for acl in cluster.network_acls or ())
    return replace(cluster, network_acls=acls)


def _route(cluster: Cluster, change: Change) -> Cluster:
    destinations = _ranges(change.value("destinations"))
    new = tuple(Route(destination=network, target=str(change.value("via"))) for network in destinations)
    tables = tuple(
        replace(table, routes=(*(route for route in table.routes if route.destination not in destinations), *new))
        if table.id == change.target
        else table
        for table in cluster.route_tables
    )
    return replace(cluster, route_tables=tables)


def _nat_gateway(cluster: Cluster, change: Change) -> Cluster:
    gateway = NatGateway(
        id=str(change.target),
        subnet=str(change.value("subnet")),
        public_ips=_ranges(change.value("public_ips")),
    )
    return replace(cluster, nat_gateways=(*cluster.nat_gateways, gateway))


def _subnet_attribute(cluster: Cluster, change: Change) -> Cluster:
    subnets = tuple(
        replace(subnet, assigns_public_ip=True) if subnet.id == change.target else subnet for subnet in cluster.subnets
    )
    return replace(cluster, subnets=subnets)


def _block_public_access(cluster: Cluster, change: Change) -> Cluster:
    subnets = tuple(
        replace(subnet, is_excluded_from_block=True) if subnet.id == change.target else subnet
        for subnet in cluster.subnets
    )
    return replace(cluster, subnets=subnets)


def _cluster_subnets(cluster: Cluster, change: Change) -> Cluster:
    return replace(cluster, cluster_subnets=_texts(change.value("subnets")))


def _connection(cluster: Cluster, change: Change) -> Cluster:
    links = {link.id: link for link in cluster.connections}
    name = str(change.target)
    link = links.get(name) or Connection(id=name, kind="", remote_cidrs=_ranges(change.value("remote_cidrs")))
    link = replace(link, is_attached=True, returns=True, returns_is_stated=True, kind=str(change.value("kind")))
    if change.value("carries") is not None:
        link = replace(link, carries=merged((*(link.carries or ()), *_ranges(change.value("carries")))))
    return replace(cluster, connections=tuple((links | {name: link}).values()))


def _connection_firewall(cluster: Cluster, change: Change) -> Cluster:
    rule = FirewallRule(direction=str(change.value("direction")), ports=_ports(change))
    links = tuple(
        replace(link, allows=(*(link.allows or ()), rule)) if link.id == change.target else link
        for link in cluster.connections
    )
    return replace(cluster, connections=links)


_OF_CLUSTER: dict[ChangeKind, Callable[[Cluster, Change], Cluster]] = {
    ChangeKind.ENDPOINT_ACCESS: _endpoint_access,
    ChangeKind.VPC_ATTRIBUTE: _vpc_attribute,
    ChangeKind.DHCP_OPTIONS: _dhcp_options,
    ChangeKind.SECURITY_GROUP_RULE: _security_group_rule,
    ChangeKind.NETWORK_ACL_RULE: _network_acl_rule,
    ChangeKind.ROUTE: _route,
    ChangeKind.NAT_GATEWAY: _nat_gateway,
    ChangeKind.SUBNET_ATTRIBUTE: _subnet_attribute,
    ChangeKind.BLOCK_PUBLIC_ACCESS: _block_public_access,
    ChangeKind.CLUSTER_SUBNETS: _cluster_subnets,
    ChangeKind.CONNECTION: _connection,
    ChangeKind.CONNECTION_FIREWALL: _connection_firewall,
}


def _with_consumer(question: Question, change: Change) -> Question:
    consumers = tuple(
        _OF_CONSUMER[change.kind](consumer, change) if consumer.name == change.target else consumer
        for consumer in consumers_of(question.consumers)[0]
    )
    return replace(question, consumers=consumers)


def _moved(consumer: Consumer, change: Change) -> Consumer:
    at = Vantage(str(change.value("at")))
    subnet, link = change.value("subnet"), change.value("connection")
    location = Location(
        at=at,
        subnet=None if subnet is None else str(subnet),
        connection=None if link is None else str(link),
        cidrs=_ranges(change.value("cidrs")) or None,
    )
    groups = _texts(change.value("security_groups")) or consumer.security_groups
    return replace(consumer, location=location, security_groups=groups, tunnel_via=None)


def _with_egress(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, internet_egress=_ranges(change.value("cidrs")))


def _with_resolver(consumer: Consumer, change: Change) -> Consumer:
    location = consumer.location or Location(at=Vantage.CLUSTER_VPC)
    return replace(consumer, location=replace(location, resolver=Resolver(str(change.value("resolver")))))


def _past_proxy(consumer: Consumer, change: Change) -> Consumer:
    proxy = consumer.proxy or Proxy()
    return replace(consumer, proxy=replace(proxy, bypass=(*proxy.bypass, *_texts(change.value("bypass")))))


def _tunnelled(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, tunnel_via=str(change.value("via")))


def _in_subnets(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, subnets=_texts(change.value("subnets")))


def _with_public_address(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, public_ip=True)


_OF_CONSUMER: dict[ChangeKind, Callable[[Consumer, Change], Consumer]] = {
    ChangeKind.CONSUMER_LOCATION: _moved,
    ChangeKind.CONSUMER_EGRESS: _with_egress,
    ChangeKind.CONSUMER_RESOLVER: _with_resolver,
    ChangeKind.CONSUMER_PROXY: _past_proxy,
    ChangeKind.CONSUMER_TUNNEL: _tunnelled,
    ChangeKind.CONSUMER_SUBNETS: _in_subnets,
    ChangeKind.CONSUMER_PUBLIC_ADDRESS: _with_public_address,
}
