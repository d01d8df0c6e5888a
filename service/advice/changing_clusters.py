"""A cluster and its network with a change made: one function for each kind of change; none decides anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from service.advice.change_values import ports_of, ranges_of, texts_of
from service.domain.addresses import merged
from service.domain.change import Change, ChangeKind
from service.domain.cluster import Cluster, EndpointAccess
from service.domain.network import (
    AclRule,
    Connection,
    FirewallRule,
    NatGateway,
    NetworkAcl,
    Route,
    SecurityGroup,
    SecurityRule,
    VpcEndpoint,
)
from service.engine.services import plain_name


def _endpoint_access(cluster: Cluster, change: Change) -> Cluster:
    access = EndpointAccess(
        public=bool(change.value("endpoint_public_access")),
        private=bool(change.value("endpoint_private_access")),
        public_access_cidrs=ranges_of(change.value("public_access_cidrs")),
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
    vpc, domain = cluster.vpc, change.value("domain_name")
    if domain is not None:
        vpc = replace(vpc, domain_name=str(domain))
    if change.value("domain_name_servers") is not None:
        vpc = replace(vpc, domain_name_servers=texts_of(change.value("domain_name_servers")))
    return replace(cluster, vpc=vpc)


def _vpc_endpoint(cluster: Cluster, change: Change) -> Cluster:
    """One that is there for the service is changed; without one, it is made."""
    service, kind = str(change.target), str(change.value("kind"))
    stated, is_private = cluster.vpc.endpoints or (), change.value("private_dns")
    there = [it for it in stated if plain_name(it.service) == service and it.kind == kind]
    if there:
        made = [
            replace(
                it,
                has_private_dns=it.has_private_dns if is_private is None else bool(is_private),
                route_tables=None
                if it.route_tables is None
                else tuple(dict.fromkeys((*it.route_tables, *texts_of(change.value("route_tables"))))),
            )
            for it in there
        ]
    else:
        new = VpcEndpoint(
            service=service,
            kind=kind,
            subnets=texts_of(change.value("subnets")) or None,
            route_tables=texts_of(change.value("route_tables")) or None,
            security_groups=texts_of(change.value("security_groups")) or None,
            has_private_dns=None if is_private is None else bool(is_private),
        )
        made = [new]
    others = (it for it in stated if it not in there)
    return replace(cluster, vpc=replace(cluster.vpc, endpoints=(*others, *made)))


def _remote_networks(cluster: Cluster, change: Change) -> Cluster:
    remote = cluster.remote_networks
    remote = replace(
        remote,
        node_cidrs=merged((*remote.node_cidrs, *ranges_of(change.value("node_cidrs")))),
        pod_cidrs=merged((*remote.pod_cidrs, *ranges_of(change.value("pod_cidrs")))),
    )
    return replace(cluster, remote_networks=remote)


def _security_group(cluster: Cluster, change: Change) -> Cluster:
    """A new group lets everything out and nothing in; it is no group of the endpoint network interfaces."""
    groups = cluster.security_groups or ()
    if any(group.id == change.target for group in groups):
        return cluster
    return replace(cluster, security_groups=(*groups, SecurityGroup(id=str(change.target), role="other")))


def _security_group_rule(cluster: Cluster, change: Change) -> Cluster:
    rule = SecurityRule(
        ports=ports_of(change), cidrs=ranges_of(change.value("cidrs")), groups=texts_of(change.value("groups"))
    )
    name = str(change.target)
    groups = {group.id: group for group in cluster.security_groups or ()}
    group = groups.get(name) or SecurityGroup(id=name, role="cluster")  # the one that every cluster has
    if change.value("direction") == "egress":
        group = replace(group, egress=(*(group.egress or ()), rule))
    else:
        group = replace(group, ingress=(*group.ingress, rule))
    return replace(cluster, security_groups=tuple((groups | {name: group}).values()))


def _network_acl_rule(cluster: Cluster, change: Change) -> Cluster:
    """The rule has its number, or goes in front of all others of its direction."""
    is_egress = change.value("direction") == "egress"

    def with_rule(acl: NetworkAcl) -> NetworkAcl:
        rules = acl.egress if is_egress else acl.ingress
        number = int(str(change.value("rule_number") or min((rule.number for rule in rules), default=1) - 1))
        cidr = ranges_of(change.value("cidrs"))
        new = tuple(AclRule(number=number, allows=True, ports=ports_of(change), cidr=network) for network in cidr)
        return replace(acl, egress=(*new, *rules)) if is_egress else replace(acl, ingress=(*new, *rules))

    acls = tuple(with_rule(acl) if acl.id == change.target else acl for acl in cluster.network_acls or ())
    return replace(cluster, network_acls=acls)


def _route(cluster: Cluster, change: Change) -> Cluster:
    destinations = ranges_of(change.value("destinations"))
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
        public_ips=ranges_of(change.value("public_ips")),
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
    return replace(cluster, cluster_subnets=texts_of(change.value("subnets")))


def _connection(cluster: Cluster, change: Change) -> Cluster:
    links = {link.id: link for link in cluster.connections}
    name = str(change.target)
    link = links.get(name) or Connection(id=name, kind="", remote_cidrs=ranges_of(change.value("remote_cidrs")))
    link = replace(link, is_attached=True, returns=True, returns_is_stated=True, kind=str(change.value("kind")))
    if change.value("carries") is not None:
        link = replace(link, carries=merged((*(link.carries or ()), *ranges_of(change.value("carries")))))
    return replace(cluster, connections=tuple((links | {name: link}).values()))


def _connection_firewall(cluster: Cluster, change: Change) -> Cluster:
    rule = FirewallRule(direction=str(change.value("direction")), ports=ports_of(change))
    links = tuple(
        replace(link, allows=(*(link.allows or ()), rule)) if link.id == change.target else link
        for link in cluster.connections
    )
    firewalls = tuple(
        replace(device, allows=(*(device.allows or ()), rule)) if device.id == change.target else device
        for device in cluster.firewalls
    )
    return replace(cluster, connections=links, firewalls=firewalls)


OF_CLUSTER: dict[ChangeKind, Callable[[Cluster, Change], Cluster]] = {
    ChangeKind.ENDPOINT_ACCESS: _endpoint_access,
    ChangeKind.VPC_ATTRIBUTE: _vpc_attribute,
    ChangeKind.DHCP_OPTIONS: _dhcp_options,
    ChangeKind.SECURITY_GROUP: _security_group,
    ChangeKind.SECURITY_GROUP_RULE: _security_group_rule,
    ChangeKind.NETWORK_ACL_RULE: _network_acl_rule,
    ChangeKind.ROUTE: _route,
    ChangeKind.NAT_GATEWAY: _nat_gateway,
    ChangeKind.SUBNET_ATTRIBUTE: _subnet_attribute,
    ChangeKind.BLOCK_PUBLIC_ACCESS: _block_public_access,
    ChangeKind.CLUSTER_SUBNETS: _cluster_subnets,
    ChangeKind.CONNECTION: _connection,
    ChangeKind.CONNECTION_FIREWALL: _connection_firewall,
    ChangeKind.VPC_ENDPOINT: _vpc_endpoint,
    ChangeKind.CONTROL_PLANE_EGRESS: lambda cluster, change: replace(
        cluster, egress_mode=str(change.value("egress_mode"))
    ),
    ChangeKind.REMOTE_NETWORKS: _remote_networks,
    ChangeKind.INBOUND_RESOLVER: lambda cluster, _: cluster,  # who asks it is said of each caller (Reading 7)
    ChangeKind.ACCESS_ENTRY: lambda cluster, _: cluster,  # who may do what is not of the network (F-1.22)
}
"""For each kind of change of a cluster, the cluster with it made."""
