"""A consumer with a change made: where it stands, whom it asks, through what it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from service.advice.change_values import ranges_of, texts_of
from service.domain.change import Change, ChangeKind
from service.domain.consumer import Consumer, Location, Proxy, Resolver, Vantage


def _moved(consumer: Consumer, change: Change) -> Consumer:
    at = Vantage(str(change.value("at")))
    subnet, link = change.value("subnet"), change.value("connection")
    location = Location(
        at=at,
        subnet=None if subnet is None else str(subnet),
        connection=None if link is None else str(link),
        cidrs=ranges_of(change.value("cidrs")) or None,
    )
    groups = texts_of(change.value("security_groups")) or consumer.security_groups
    return replace(consumer, location=location, security_groups=groups, tunnel_via=None)


def _with_egress(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, internet_egress=ranges_of(change.value("cidrs")))


def _with_resolver(consumer: Consumer, change: Change) -> Consumer:
    location = consumer.location or Location(at=Vantage.CLUSTER_VPC)
    return replace(consumer, location=replace(location, resolver=Resolver(str(change.value("resolver")))))


def _past_proxy(consumer: Consumer, change: Change) -> Consumer:
    proxy = consumer.proxy or Proxy()
    return replace(consumer, proxy=replace(proxy, bypass=(*proxy.bypass, *texts_of(change.value("bypass")))))


def _tunnelled(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, tunnel_via=str(change.value("via")))


def _in_subnets(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, subnets=texts_of(change.value("subnets")))


def _with_calls(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, calls_first=texts_of(change.value("calls_first")))


def _with_host_networks(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, host_networks=ranges_of(change.value("host_networks")))


def _with_public_address(consumer: Consumer, change: Change) -> Consumer:
    return replace(consumer, public_ip=True)


OF_CONSUMER: dict[ChangeKind, Callable[[Consumer, Change], Consumer]] = {
    ChangeKind.CONSUMER_LOCATION: _moved,
    ChangeKind.CONSUMER_EGRESS: _with_egress,
    ChangeKind.CONSUMER_RESOLVER: _with_resolver,
    ChangeKind.CONSUMER_PROXY: _past_proxy,
    ChangeKind.CONSUMER_TUNNEL: _tunnelled,
    ChangeKind.CONSUMER_SUBNETS: _in_subnets,
    ChangeKind.CONSUMER_PUBLIC_ADDRESS: _with_public_address,
    ChangeKind.CONSUMER_CALLS: _with_calls,
    ChangeKind.CONSUMER_HOST_NETWORKS: _with_host_networks,
}
"""For each kind of change of a consumer, the consumer with it made."""
