"""Consumers that are alike but for their names: what is told of each is what would be told if it were walked alone.

A consumer whose name holds NUL, which no name on the wire may, is never stood in for, so it shows what a walk of one's
own gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.advice import advise
from service.domain.question import Question
from service.domain.trace import Trace
from service.engine.effort import KINDS_A_WALK, walks_in
from service.web.render.document import as_document
from service.web.schemas import load_question
from tests.unit.engine.test_effort import asked, calls_of, some_nodes, some_subnets, with_acls, with_tables

ALONE = "\0alone"
OPEN = [{"rule_number": 1, "action": "allow", "protocol": "all", "cidr": "0.0.0.0/0"}]


def half_open_acls() -> dict[str, Any]:
    """Half of the ACLs let everything through, the others nothing."""
    acls = [{"id": f"a{number}"} | ({"ingress": OPEN, "egress": OPEN} if number % 2 else {}) for number in range(9)]
    return asked(some_subnets(9, network_acl="a{}".format), some_nodes(3), network_acls=acls)


def own_groups() -> dict[str, Any]:
    """Nodes whose groups are not described, which hosts webhooks and shadows part of the network."""
    fields = {"security_groups": ["sg-0123456789abcdef0"], "serves": [{"port": 8443, "for": "webhook"}]}
    return asked(some_subnets(9), some_nodes(3, **fields, host_networks=["10.0.0.0/27"]))


SHAPES: dict[str, Callable[[], dict[str, Any]]] = {
    "subnets of unknown tables": lambda: asked(some_subnets(9), some_nodes(3)),
    "an ACL for every subnet": lambda: with_acls(9, some_nodes(3)),
    "ACLs of which some let through": half_open_acls,
    "a table for every subnet": lambda: with_tables(9, some_nodes(3)),
    "nodes that do not say who manages them": lambda: asked(some_subnets(9), some_nodes(3, managed=False)),
    "groups that are not described": own_groups,
    "nodes that only may come in": lambda: asked(some_subnets(9), some_nodes(3, importance="preferred")),
}


def with_one_alone(document: dict[str, Any]) -> Question:
    """The question, in which one of the nodes has a name that nobody stands in for."""
    question = load_question(document)
    first, *others = question.consumers or ()
    return replace(question, consumers=(replace(first, name=ALONE), *others))


def told_of(question: Question, name: str) -> list[Trace]:
    """Every flow of a consumer, in all modes."""
    assessed = advise(question).decision.assessments
    return [trace for assessment in assessed for trace in assessment.traces if trace.consumer == name]


def as_of(name: str, trace: Trace) -> str:
    """The flow as text, under another name."""
    return repr(replace(trace, consumer="it")).replace(repr(ALONE)[1:-1], "it").replace(name, "it")


@pytest.mark.parametrize("shape", SHAPES)
def test_one_of_many_is_told_what_it_would_be_told_alone(shape: str) -> None:
    question = with_one_alone(SHAPES[shape]())

    alone, among_others = told_of(question, ALONE), told_of(question, "n1")

    assert len(alone) >= 6
    assert [as_of(ALONE, trace) for trace in alone] == [as_of("n1", trace) for trace in among_others]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_name_of_nobody_stands_in_an_answer(shape: str) -> None:
    assert "\0" not in repr(as_document(advise(load_question(SHAPES[shape]()))))


def test_those_who_differ_in_more_than_their_name_are_not_taken_for_one_another() -> None:
    nodes = [*some_nodes(2), {"name": "other", "kind": "node", "managed": False}]
    question = load_question(asked(some_subnets(9), nodes))

    first, second, other = (told_of(question, name) for name in ("n0", "n1", "other"))

    assert [trace.cause for trace in first] == [trace.cause for trace in second]
    assert [trace.cause for trace in first] != [trace.cause for trace in other]


def test_a_proxy_in_the_vpc_is_walked_for_its_consumer_alone() -> None:
    """What the interfaces see of it is its consumer's proxy, whose name is no consumer's."""
    proxy = {"location": {"at": "cluster_vpc", "subnet": "s0"}}
    document = asked(some_subnets(70), some_nodes(2, proxy=proxy))

    first, second = (told_of(load_question(document), name) for name in ("n0", "n1"))

    assert any("proxy of n1" in hop.component for trace in second for hop in trace.hops)
    assert [repr(trace).replace("n0", "n1") for trace in first] == [repr(trace) for trace in second]


def test_another_of_a_kind_costs_little() -> None:
    """Each is told its subnets all the same, so it does cost something, and is counted."""
    one, many = with_acls(12, some_nodes(1)), with_acls(12, some_nodes(40))
    most, one_less = (walks_in(load_question(with_acls(40, some_nodes(count)))) for count in (50, 49))

    assert calls_of(many) < 4 * calls_of(one)
    assert most - one_less == 1 + 40 // KINDS_A_WALK
