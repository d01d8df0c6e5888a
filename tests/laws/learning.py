"""What may be learnt about a question: every fact that is missing from it, with values that it may have.

A default that the answer lists as an assumption is no missing fact: learning that it was wrong asks another
question. So what is learnt here agrees with what was assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from service.domain.addresses import of_networks
from service.domain.cluster import Cluster, Hosting, IpFamily
from service.domain.consumer import DYNAMIC, Consumer, ConsumerKind, Location, Vantage
from service.domain.network import BlockPublicAccess, Ports, Routing, SecurityGroup, SecurityRule
from service.domain.question import Question
from tests.laws.builders import ranges

Learnt = tuple[str, Question]
"""A field, and the question with it filled in."""

EGRESS = (ranges("13.124.1.10"), ranges("8.8.8.8"), ranges("13.209.0.0/28", "8.8.8.8"))
FAR_SIDES = (ranges("10.8.0.0/16"), ranges("10.8.4.0/24", "192.168.0.0/16"), ranges("10.0.16.0/24"))
ANY_PORT = Ports(protocol="all")


def learnings(question: Question) -> Iterator[Learnt]:
    """Every missing fact of the question, with each value that it may turn out to have."""
    cluster = question.cluster
    for where, learnt in _of_cluster(question):
        yield where, replace(question, cluster=learnt)
    consumers = question.consumers or ()
    for number, consumer in enumerate(consumers):
        for where, learnt in _of_consumer(consumer, cluster):
            told = (*consumers[:number], learnt, *consumers[number + 1 :])
            yield f"{consumer.name}: {where}", replace(question, consumers=told)


def _filled(noun: Any, **values: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """The noun with each value for each of the named fields that it lacks."""
    for name, choices in values.items():
        if getattr(noun, name) in (None, ()):
            for value in choices:
                yield f"{name} = {value}", replace(noun, **{name: value})


def _each(cluster: Cluster, member: str, facts: Any) -> Iterator[tuple[str, Cluster]]:
    nouns = getattr(cluster, member) or ()
    for number, noun in enumerate(nouns):
        for where, learnt in facts(noun, cluster):
            told = (*nouns[:number], learnt, *nouns[number + 1 :])
            yield f"{member}[{noun.id}]: {where}", replace(cluster, **{member: told})


def _of_cluster(question: Question) -> Iterator[tuple[str, Cluster]]:
    cluster = question.cluster
    for where, vpc in _filled(
        cluster.vpc,
        has_dns_support=(True,),
        has_dns_hostnames=(True,),
        domain_name_servers=(("AmazonProvidedDNS",),),
        block_public_access=(BlockPublicAccess.OFF,),
        has_inbound_resolver=(True, False),
        cidrs=(ranges("10.0.0.0/16"),),
    ):
        yield f"vpc: {where}", replace(cluster, vpc=vpc)
    yield from _filled(
        cluster,
        hosting=(Hosting.REGION,),
        ip_family=(IpFamily.IPV4,),
        egress_mode=("AWS_MANAGED",),
        service_cidr=ranges("172.20.0.0/16", *(() if _proxies_name(question, "10.100.") else ("10.100.0.0/16",))),
        region=("eu-west-1", *(() if _proxies_name(question, "eu-west-1") else ("us-east-1",))),
    )
    fit = tuple(s.id for s in cluster.subnets if s.stands_in_zone or cluster.hosting not in (None, Hosting.REGION))
    if fit:
        yield from _filled(cluster, cluster_subnets=(fit,))
    yield from _each(cluster, "subnets", _of_subnet)
    yield from _each(cluster, "nat_gateways", _of_nat)
    yield from _each(cluster, "connections", _of_link)
    yield from _each(cluster, "firewalls", lambda noun, _: _filled_if_unknown(noun, "internet_egress", ((), *EGRESS)))
    yield from _groups(cluster)


def _proxies_name(question: Question, what: str) -> bool:
    """Whether a proxy's patterns name a Region or range, from which something is then taken for granted."""
    proxies = [consumer.proxy for consumer in question.consumers or () if consumer.proxy]
    return any(what in pattern for proxy in proxies for pattern in (*proxy.bypass, *(proxy.allows or ())))


def _filled_if_unknown(noun: Any, name: str, choices: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Like `_filled`, where an empty list is a fact and not a lack of one."""
    return _filled(noun, **{name: choices}) if getattr(noun, name) is None else iter(())


def _of_subnet(subnet: Any, cluster: Cluster) -> Iterator[tuple[str, Any]]:
    number = [s.id for s in cluster.subnets].index(subnet.id)
    yield from _filled(
        subnet,
        cidr=ranges(f"10.0.{16 * number}.0/20"),
        ipv6_cidr=ranges(f"2600:1f13:0:{number}::/64") if cluster.ip_family is IpFamily.IPV6 else (),
        availability_zone=("zone-a", "zone-b"),
        zone_kind=("availability_zone",),
        assigns_public_ip=(True, False),
    )
    if subnet.routing is None and not any(table.is_main for table in cluster.route_tables):
        tables = tuple(table.id for table in cluster.route_tables)
        yield from _filled(subnet, route_table=tables)
        if subnet.route_table is None:
            yield from _filled(subnet, routing=tuple(Routing))


def _of_nat(nat: Any, cluster: Cluster) -> Iterator[tuple[str, Any]]:
    fit = tuple(s.id for s in cluster.subnets if s.routing is Routing.PUBLIC and s.network_acl is None)
    yield from _filled(nat, public_ips=EGRESS[:2], subnet=fit)


def _of_link(link: Any, _: Cluster) -> Iterator[tuple[str, Any]]:
    yield from _filled(link, remote_cidrs=FAR_SIDES)
    yield from _filled_if_unknown(link, "internet_egress", ((), *EGRESS))
    if link.returns is None:
        yield from _filled(link, returns=(True, False))


def _groups(cluster: Cluster) -> Iterator[tuple[str, Cluster]]:
    """The cluster security group, and groups that consumers name, learnt with rules of several kinds."""
    described = cluster.security_groups or ()
    for ingress in ((), (SecurityRule(ports=ANY_PORT, cidrs=ranges("10.0.0.0/8")),)):
        if not any(group.role == "cluster" for group in described):
            group = SecurityGroup(id="sg-learnt", role="cluster", ingress=ingress)
            yield "cluster security group", replace(cluster, security_groups=(*described, group))
        if not any(group.id == "sg-unknown" for group in described):
            group = SecurityGroup(id="sg-unknown", ingress=ingress)
            yield "undescribed group", replace(cluster, security_groups=(*described, group))


def _of_consumer(consumer: Consumer, cluster: Cluster) -> Iterator[tuple[str, Consumer]]:
    if consumer.kind is ConsumerKind.NODE and not consumer.security_groups:
        yield from _filled(consumer, is_managed=(True,))
    if consumer.location is not None:
        is_taken = consumer.kind.is_node_like or consumer.is_in_cluster or len(cluster.subnets) == 1
        for where, location in _of_location(consumer.location, cluster, knows_subnet=is_taken):
            yield f"location: {where}", replace(consumer, location=location)
    if consumer.proxy is not None and consumer.proxy.location is not None:
        for where, location in _of_location(consumer.proxy.location, cluster, knows_subnet=len(cluster.subnets) == 1):
            yield f"proxy: {where}", replace(consumer, proxy=replace(consumer.proxy, location=location))
    told = {subnet.assigns_public_ip for subnet in cluster.subnets}
    if told == {None}:
        yield from _filled(consumer, public_ip=(True, False, *ranges("3.34.5.6")))


def _of_location(location: Location, cluster: Cluster, *, knows_subnet: bool) -> Iterator[tuple[str, Location]]:
    if location.at is Vantage.INTERNET and location.source_cidrs is None:
        yield from _filled(location, source_cidrs=(DYNAMIC, *EGRESS))
    if location.at is Vantage.CLUSTER_VPC:
        yield from _filled(location, subnet=() if knows_subnet else tuple(subnet.id for subnet in cluster.subnets))
        return
    yield from _filled_if_unknown(location, "internet_egress", ((), *EGRESS))
    link = next((link for link in cluster.connections if link.id == location.connection), None)
    behind = of_networks(link.remote_cidrs) if link and link.remote_cidrs else None
    within = tuple(side for side in FAR_SIDES if behind is None or behind.covers(of_networks(side)))
    yield from _filled(location, cidrs=within)
