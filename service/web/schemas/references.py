"""Holds the parts of a question to each other: what names something must name something described.

Works on the document as it came, whatever shape it is in, so that these mistakes come together with those of
shape, and speaks in pointers to it. What has the wrong type is passed over here: the schemas have said so.

1. Ids and names are given once; so are a table's destinations and an ACL's rule numbers.
2. Subnets, route tables, ACLs and connections that are named are described.
3. A route leads to something described or to an id of AWS's shape, whose nature its prefix tells.
4. Security groups are held to the description only if there is one; AWS's ids always pass, and so does the cluster
   security group by what it is while it is not described, for every cluster has it (F-3.9).
5. Tunnels lead through other consumers and come to an end (`tunnels`).
6. Subnets lie inside the VPC and beside each other (`spaces`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from service.domain.errors import Mistake
from service.engine.scene import CLUSTER_GROUP
from service.web.schemas.hints import did_you_mean, shown
from service.web.schemas.ranges import read_network
from service.web.schemas.spaces import misplaced_subnets
from service.web.schemas.tunnels import tunnel_fault

Numbered = list[tuple[int, dict[str, Any]]]

_PLAIN_TARGETS = frozenset({"internet_gateway", "egress_only_internet_gateway", "local"})
_AWS_TARGET = re.compile(r"(igw|eigw|vpce)-.+|(nat|tgw|pcx|vgw|eni|lgw|cagw|fw|i|core-network)-[0-9a-f]{8,17}")
_AWS_GROUP = re.compile(r"sg-[0-9a-f]{8,17}")


@dataclass(frozen=True, slots=True)
class _Described:
    """What there is to refer to; ``groups`` None if the question describes no security groups."""

    subnets: frozenset[str]
    route_tables: frozenset[str]
    network_acls: frozenset[str]
    connections: frozenset[str]
    targets: frozenset[str]
    groups: frozenset[str] | None
    has_cluster_group: bool
    consumers: frozenset[str]


def broken_references(document: dict[str, Any]) -> list[Mistake]:
    """Every reference to what is not described, every name that is given twice, every subnet out of place."""
    cluster = _object(document, "cluster")
    subnets = _elements(cluster, "subnets")
    tables = _elements(cluster, "route_tables")
    acls = _elements(cluster, "network_acls")
    gateways = _elements(cluster, "nat_gateways")
    links = _elements(cluster, "connections")
    firewalls = _elements(cluster, "firewalls")
    groups = _elements(cluster, "security_groups")
    consumers = _elements(document, "consumers")
    described = _Described(
        subnets=_ids(subnets),
        route_tables=_ids(tables),
        network_acls=_ids(acls),
        connections=_ids(links),
        targets=_ids(gateways) | _ids(links) | _ids(firewalls),
        groups=_ids(groups) if isinstance(cluster.get("security_groups"), list) else None,
        has_cluster_group=any(group.get("role") == "cluster" for _, group in groups),
        consumers=_ids(consumers, "name"),
    )
    mistakes = [*_repeated((("/cluster/subnets", subnets),)), *_repeated((("/cluster/route_tables", tables),))]
    mistakes += _repeated((("/cluster/network_acls", acls),))
    mistakes += _repeated((("/cluster/security_groups", groups),))
    mistakes += _repeated((("/consumers", consumers),), "name")
    targets = (("/cluster/nat_gateways", gateways), ("/cluster/connections", links))
    mistakes += _repeated((*targets, ("/cluster/firewalls", firewalls)))
    mistakes += _of_subnets(cluster, subnets, gateways, described)
    mistakes += _of_tables(tables, described)
    mistakes += _of_filters(acls, groups, described)
    mistakes += _of_vpc_endpoints(_elements(_object(cluster, "vpc"), "endpoints"), described)
    mistakes += _of_consumers(consumers, described)
    mistakes += misplaced_subnets(_list(_object(cluster, "vpc"), "cidrs"), subnets)
    return mistakes


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _list(parent: dict[str, Any], name: str) -> list[Any]:
    value = parent.get(name)
    return value if isinstance(value, list) else []


def _elements(parent: dict[str, Any], name: str) -> Numbered:
    value = parent.get(name)
    if not isinstance(value, list):
        return []
    return [(index, element) for index, element in enumerate(value) if isinstance(element, dict)]


def _ids(elements: Numbered, key: str = "id") -> frozenset[str]:
    return frozenset([id_ for _, element in elements if isinstance(id_ := element.get(key), str)])


def _repeated(sections: Iterable[tuple[str, Numbered]], key: str = "id") -> Iterator[Mistake]:
    """Names that stand more than once in sections that share them."""
    first: dict[str, str] = {}
    for pointer, elements in sections:
        for index, element in elements:
            id_ = element.get(key)
            if isinstance(id_, str):
                if id_ in first:
                    found = f"is {shown(id_)}, which `{first[id_]}` has already"
                    yield Mistake(f"{pointer}/{index}/{key}", found)
                else:
                    first[id_] = f"{pointer}/{index}"


def _undescribed(what: str, name: str, known: frozenset[str], section: str) -> str:
    hint = did_you_mean(name, known)
    if not hint:
        hint = f"; describe it in `{section}`" if known else f"; `{section}` describes none"
    return f"is {shown(name)}, which is no described {what}{hint}"


def _one(value: object, known: frozenset[str], pointer: str, what: str, section: str) -> Iterator[Mistake]:
    if isinstance(value, str) and value not in known:
        yield Mistake(pointer, _undescribed(what, value, known, section))


def _many(values: Any, known: frozenset[str], pointer: str, what: str, section: str) -> Iterator[Mistake]:
    for index, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, str) and value not in known:
            yield Mistake(f"{pointer}/{index}", _undescribed(what, value, known, section))


def _in_groups(values: Any, described: _Described, pointer: str) -> Iterator[Mistake]:
    known = described.groups
    if known is not None and isinstance(values, list):
        for index, value in enumerate(values):
            if value == CLUSTER_GROUP and not described.has_cluster_group:
                continue
            if isinstance(value, str) and value not in known and not _AWS_GROUP.fullmatch(value):
                sentence = _undescribed("security group", value, known, "cluster.security_groups")
                yield Mistake(f"{pointer}/{index}", sentence)


def _of_subnets(
    cluster: dict[str, Any], subnets: Numbered, gateways: Numbered, described: _Described
) -> Iterator[Mistake]:
    places = described.subnets
    yield from _many(cluster.get("cluster_subnets"), places, "/cluster/cluster_subnets", "subnet", "cluster.subnets")
    for index, subnet in subnets:
        place = f"/cluster/subnets/{index}"
        table, acl = subnet.get("route_table"), subnet.get("network_acl")
        if table is not None:
            known = described.route_tables
            yield from _one(table, known, f"{place}/route_table", "route table", "cluster.route_tables")
        if acl is not None:
            known = described.network_acls
            yield from _one(acl, known, f"{place}/network_acl", "network ACL", "cluster.network_acls")
    for index, gateway in gateways:
        pointer = f"/cluster/nat_gateways/{index}/subnet"
        yield from _one(gateway.get("subnet"), places, pointer, "subnet", "cluster.subnets")


def _of_tables(tables: Numbered, described: _Described) -> Iterator[Mistake]:
    mains = [index for index, table in tables if table.get("main") is True]
    for index in mains[1:]:
        yield Mistake(
            f"/cluster/route_tables/{index}/main",
            f"is true, but `/cluster/route_tables/{mains[0]}` is the main table: a VPC has one",
        )
    for index, table in tables:
        place = f"/cluster/route_tables/{index}/routes"
        destinations: dict[str, int] = {}
        for number, route in _elements(table, "routes"):
            target = route.get("target")
            if isinstance(target, str) and target not in described.targets and not _is_known_target(target):
                yield Mistake(f"{place}/{number}/target", _unknown_target(target, described))
            destination = route.get("destination")
            destination = _canonical(destination) if isinstance(destination, str) else ""
            if destination and destinations.setdefault(destination, number) != number:
                found = f"is `{destination}`, which `{place}/{destinations[destination]}` has already"
                yield Mistake(f"{place}/{number}/destination", found)


def _is_known_target(target: str) -> bool:
    return target in _PLAIN_TARGETS or _AWS_TARGET.fullmatch(target) is not None


def _unknown_target(target: str, described: _Described) -> str:
    hint = did_you_mean(target, described.targets | _PLAIN_TARGETS)
    return (
        f"is {shown(target)}, which is no described NAT gateway, connection or firewall, nor `internet_gateway`,"
        f" `egress_only_internet_gateway`, `local` or an AWS id{hint}"
    )


@lru_cache(maxsize=8192)
def _canonical(destination: str) -> str:
    """A destination as AWS keeps it, so that two spellings of one are seen; nothing if it is malformed."""
    try:
        return str(read_network(destination))
    except ValueError:
        return destination if destination.startswith("pl-") else ""


def _of_filters(acls: Numbered, groups: Numbered, described: _Described) -> Iterator[Mistake]:
    for index, acl in acls:
        for side in ("ingress", "egress"):
            place = f"/cluster/network_acls/{index}/{side}"
            numbers: dict[int, int] = {}
            for place_in_list, rule in _elements(acl, side):
                number = rule.get("rule_number")
                if type(number) is int and numbers.setdefault(number, place_in_list) != place_in_list:
                    found = f"is `{number}`, which `{place}/{numbers[number]}` has already"
                    yield Mistake(f"{place}/{place_in_list}/rule_number", found)
    for index, group in groups:
        for side in ("ingress", "egress"):
            for number, rule in _elements(group, side):
                for name in ("sources", "destinations"):
                    if name in rule:
                        named = [_group_named(entry) for entry in _list(rule, name)]
                        place = f"/cluster/security_groups/{index}/{side}/{number}/{name}"
                        yield from _in_groups(named, described, place)


def _group_named(entry: object) -> str | None:
    """The group that a rule's source names; None if it is a range, a prefix list or the group itself."""
    if not isinstance(entry, str) or entry == "self" or entry.startswith("pl-"):
        return None
    return None if "/" in entry or ":" in entry or entry.replace(".", "").isdigit() else entry


def _of_vpc_endpoints(endpoints: Numbered, described: _Described) -> Iterator[Mistake]:
    for index, endpoint in endpoints:
        place = f"/cluster/vpc/endpoints/{index}"
        subnets, tables = endpoint.get("subnets"), endpoint.get("route_tables")
        yield from _many(subnets, described.subnets, f"{place}/subnets", "subnet", "cluster.subnets")
        known = described.route_tables
        yield from _many(tables, known, f"{place}/route_tables", "route table", "cluster.route_tables")
        yield from _in_groups(endpoint.get("security_groups"), described, f"{place}/security_groups")


def _of_consumers(consumers: Numbered, described: _Described) -> Iterator[Mistake]:
    for index, consumer in consumers:
        place = f"/consumers/{index}"
        subnets, groups = consumer.get("subnets"), consumer.get("security_groups")
        if subnets is not None:
            yield from _many(subnets, described.subnets, f"{place}/subnets", "subnet", "cluster.subnets")
        if groups is not None:
            yield from _in_groups(groups, described, f"{place}/security_groups")
        yield from _of_location(_object(consumer, "location"), described, f"{place}/location")
        proxy = _object(consumer, "proxy")
        if proxy:
            yield from _in_groups(proxy.get("security_groups"), described, f"{place}/proxy/security_groups")
            yield from _of_location(_object(proxy, "location"), described, f"{place}/proxy/location")
    yield from _of_tunnels(consumers, described)


def _of_location(location: dict[str, Any], described: _Described, place: str) -> Iterator[Mistake]:
    subnet, link = location.get("subnet"), location.get("connection")
    if subnet is not None:
        yield from _one(subnet, described.subnets, f"{place}/subnet", "subnet", "cluster.subnets")
    if link is not None:
        known = described.connections
        yield from _one(link, known, f"{place}/connection", "connection", "cluster.connections")


def _of_tunnels(consumers: Numbered, described: _Described) -> Iterator[Mistake]:
    ways = {
        consumer["name"]: (index, via)
        for index, consumer in consumers
        if isinstance(consumer.get("name"), str) and isinstance(via := _object(consumer, "tunnel").get("via"), str)
    }
    for name, (index, via) in ways.items():
        place = f"/consumers/{index}/tunnel/via"
        if via not in described.consumers:
            yield from _one(via, described.consumers, place, "consumer", "consumers")
        elif fault := tunnel_fault(name, ways):
            yield Mistake(place, fault)
