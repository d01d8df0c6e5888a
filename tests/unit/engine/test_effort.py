"""What the largest questions take: counted, bounded, and no more than in proportion to subnets times consumers.

The questions that somebody might make up to hold a worker fit into one body of 256 KiB; what they would take is
counted before anything is walked, so none of them takes long to refuse.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

import orjson
import pytest

from service.advice import advise
from service.domain.errors import InvalidQuestionError
from service.engine.effort import MOST_WALKS, MOST_WALKS_ADVISED, takes_long, walks_in
from service.settings import MAX_BODY_BYTES
from service.web.schemas import load_question
from service.web.schemas.tunnels import MOST_TUNNELS

Document = dict[str, Any]
FIRST = int(IPv4Address("10.0.0.0"))


def a_range(number: int) -> str:
    """One of many ranges that do not touch."""
    return f"{IPv4Address(FIRST + number * 32)}/28"


def some_subnets(count: int, **fields: Callable[[int], str]) -> list[Document]:
    """Subnets, each with fields that depend on its number."""
    return [
        {"id": f"s{number}", "cidr": a_range(number), **{name: told(number) for name, told in fields.items()}}
        for number in range(count)
    ]


def some_nodes(count: int, **fields: Any) -> list[Document]:
    """Nodes, which stand in all cluster subnets if they do not say where."""
    return [{"name": f"n{number}", "kind": "node", **fields} for number in range(count)]


def asked(subnets: list[Document], consumers: list[Document] | None, **cluster: Any) -> Document:
    """A question of these subnets and consumers."""
    described = {"name": "large", "vpc": {"cidrs": ["10.0.0.0/8"]}, "subnets": subnets, **cluster}
    return {"cluster": described, "include": []} | ({"consumers": consumers} if consumers else {})


def with_acls(subnets: int, consumers: list[Document] | None) -> Document:
    """Every subnet has an ACL of its own, which lets nothing through."""
    acls = [{"id": f"a{number}"} for number in range(subnets)]
    return asked(some_subnets(subnets, network_acl="a{}".format), consumers, network_acls=acls)


def with_tables(subnets: int, consumers: list[Document]) -> Document:
    """Every subnet has a table of its own, which sends part of the VPC to a firewall."""
    tables = [
        {"id": f"t{number}", "routes": [{"destination": a_range(number + 1), "target": "fw"}]}
        for number in range(subnets)
    ]
    placed = some_subnets(subnets, route_table="t{}".format)
    return asked(placed, consumers, route_tables=tables, firewalls=[{"id": "fw"}])


def with_groups(subnets: int, consumers: int) -> Document:
    """Every consumer has a group of its own, so that no two are seen alike, and one ACL stands before each subnet."""
    groups = [{"id": f"g{number}"} for number in range(consumers)]
    nodes = [node | {"security_groups": [f"g{number}"]} for number, node in enumerate(some_nodes(consumers))]
    return with_acls(subnets, nodes) | {
        "cluster": with_acls(subnets, nodes)["cluster"] | {"security_groups": groups},
    }


def with_links(subnets: int, consumers: int) -> Document:
    """Everybody stands behind a link, and is called on many ports."""
    link = {"id": "l", "kind": "vpn", "remote_cidrs": ["192.168.0.0/16"]}
    where = {"at": "connected_network", "connection": "l"}
    serves = [{"port": port, "for": "webhook"} for port in range(1, 11)]
    callers = [
        {"name": f"c{number}", "kind": "hybrid_node", "location": where, "serves": serves}
        for number in range(consumers)
    ]
    return asked(some_subnets(subnets), callers, connections=[link])


def with_proxies(subnets: int, consumers: int) -> Document:
    """Everybody stands on the internet and calls through a proxy behind a link."""
    link = {"id": "l", "kind": "vpn", "remote_cidrs": ["192.168.0.0/16"]}
    proxy = {"location": {"at": "connected_network", "connection": "l"}}
    callers = [
        {"name": f"c{number}", "kind": "operator", "location": {"at": "internet"}, "proxy": proxy}
        for number in range(consumers)
    ]
    return asked(some_subnets(subnets), callers, connections=[link])


TOO_MUCH = {
    "as many nodes as subnets, in all of them": lambda: asked(some_subnets(1000), some_nodes(1000)),
    "an ACL for every subnet": lambda: with_acls(500, some_nodes(5)),
    "an ACL for every subnet, and nobody named": lambda: with_acls(1000, None),
    "many ACLs and many nodes": lambda: with_acls(1000, some_nodes(1000)),
    "a table for every subnet": lambda: with_tables(500, some_nodes(5)),
    "a group for every consumer, and an ACL for every subnet": lambda: with_groups(500, 500),
    "ports of everybody behind a link": lambda: with_links(1000, 300),
    "proxies behind a link": lambda: with_proxies(1000, 700),
}
ENOUGH = {
    "the reference of the largest clusters seen": lambda: asked(some_subnets(40), some_nodes(50)),
    "the same with an ACL for every subnet": lambda: with_acls(40, some_nodes(50)),
    "the same with a table for every subnet": lambda: with_tables(40, some_nodes(50)),
    "500 subnets and 500 nodes": lambda: asked(some_subnets(500), some_nodes(500)),
    "1,000 subnets and nobody named": lambda: asked(some_subnets(1000), None),
    "one ACL for 500 subnets": lambda: asked(
        some_subnets(500, network_acl=lambda _: "a"), some_nodes(500), network_acls=[{"id": "a"}]
    ),
}


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_what_would_hold_a_worker_for_minutes_is_refused_and_told_what_to_do(kind: str) -> None:
    document = TOO_MUCH[kind]()
    assert len(orjson.dumps(document)) <= MAX_BODY_BYTES

    with pytest.raises(InvalidQuestionError) as refused:
        load_question(document)

    (mistake,) = refused.value.mistakes
    assert mistake.pointer == ("/consumers" if "consumers" in document else "/cluster/subnets")
    assert "walks" in mistake.detail
    assert f"expected at most {MOST_WALKS:,}" in mistake.detail
    assert "describe consumers that are alike as one" in mistake.detail


@pytest.mark.parametrize("kind", ENOUGH)
def test_what_somebody_might_really_ask_is_taken(kind: str) -> None:
    question = load_question(ENOUGH[kind]())

    assert walks_in(question) <= MOST_WALKS


def test_advice_that_searches_is_for_questions_that_take_fewer_walks() -> None:
    """Forty subnets and fifty consumers get all of it, unless every subnet is filtered in a way of its own."""
    document = with_acls(40, some_nodes(50))
    del document["include"]

    load_question(asked(some_subnets(40), some_nodes(50)) | {"include": None})
    with pytest.raises(InvalidQuestionError) as refused:
        load_question(document)

    (mistake,) = refused.value.mistakes
    assert f"expected at most {MOST_WALKS_ADVISED:,}" in mistake.detail
    assert mistake.detail.endswith("or ask for the decision alone, with `include: []`")
    load_question(document | {"include": ["controls", "sensitivity"]})


def calls_of(document: Document) -> int:
    """How many functions of Python are called to decide a question: its cost, whatever else the machine does."""
    question, calls = load_question(document), 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        advise(question)
    finally:
        sys.setprofile(None)
    return calls


GROWING = {
    "nodes in subnets of unknown tables": lambda size: asked(some_subnets(size), some_nodes(size)),
    "one table for all subnets": lambda size: asked(
        some_subnets(size, route_table=lambda _: "t"), some_nodes(size), route_tables=[{"id": "t", "routes": []}]
    ),
    "one ACL for all subnets": lambda size: asked(
        some_subnets(size, network_acl=lambda _: "a"), some_nodes(size), network_acls=[{"id": "a"}]
    ),
    "everybody behind a link": lambda size: with_links(size, size),
    "proxies behind a link": lambda size: with_proxies(size, size),
}


@pytest.mark.parametrize("shape", GROWING)
def test_the_cost_of_a_pair_of_a_subnet_and_a_consumer_does_not_grow(shape: str) -> None:
    small, large = (calls_of(GROWING[shape](size)) / size**2 for size in (15, 45))

    assert large <= small


def test_what_is_walked_is_no_more_than_was_counted() -> None:
    """Where every subnet is of its own kind the count is the work: it grows as walks do, and no faster."""
    small, large = with_acls(4, some_nodes(2)), with_acls(16, some_nodes(2))
    counted = walks_of_kinds(large) / walks_of_kinds(small)

    assert calls_of(large) / calls_of(small) <= counted


def walks_of_kinds(document: Document) -> int:
    """The walks between and out of subnets that all differ, for nodes that are called on one port."""
    subnets = len(document["cluster"]["subnets"])
    return len(document["consumers"]) * (subnets + 2 * subnets**2)


def test_a_chain_of_tunnels_has_an_end() -> None:
    """Every tunnel adds its hops to all paths through it, so that a long chain would grow with its square."""
    location = {"at": "internet"}
    callers: list[Document] = [{"name": "c0", "kind": "operator", "location": location}]
    for number in range(1, MOST_TUNNELS + 2):
        via = {"via": f"c{number - 1}"}
        callers.append({"name": f"c{number}", "kind": "operator", "location": location, "tunnel": via})

    load_question(asked([], callers[:-1]))
    with pytest.raises(InvalidQuestionError) as refused:
        load_question(asked([], callers))

    (mistake,) = refused.value.mistakes
    assert mistake.pointer == f"/consumers/{MOST_TUNNELS + 1}/tunnel/via"
    assert "tunnels in a row" in mistake.detail


@pytest.mark.parametrize(
    ("subnets", "nodes", "advised", "long"),
    [(6, 8, False, False), (6, 8, True, False), (12, 12, True, True), (40, 50, False, True), (40, 50, True, True)],
)
def test_what_takes_long_is_known_at_a_look(subnets: int, nodes: int, advised: bool, long: bool) -> None:
    document = asked(some_subnets(subnets), some_nodes(nodes))
    question = load_question({**document, "include": None} if advised else document)

    assert takes_long(question) is long
