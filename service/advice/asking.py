"""What to ask for a field that was not given, and the question again with each answer filled in.

An answer that one can give as it is stands for itself. Of what is open-ended (addresses, ranges, rules) there are
representatives: one for each way in which an answer can turn out, announced as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from service.domain.addresses import EVERYWHERE, PUBLIC_SPACE, Network, of_networks, parse_network
from service.domain.cluster import Cluster
from service.domain.consumer import Consumer
from service.domain.question import Question
from service.domain.unknowns import AnswerKind

MOST_NAMES = 4
"""How many described elements (tables, groups, links) are offered as answers to one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer, as the wire has it and in words, and the question with it filled in."""

    value: Any
    words: str
    asked: Question
    is_representative: bool = False
    is_assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to ask for a field; ``field`` takes every answer."""

    field: str
    question: str
    kind: AnswerKind
    answers: tuple[Given, ...]


def with_cluster(question: Question, **fields: Any) -> Question:
    """The question with facts of the cluster filled in."""
    return replace(question, cluster=replace(question.cluster, **fields))


def with_element(question: Question, member: str, name: str, **fields: Any) -> Question:
    """The question with facts of one element of the cluster filled in."""
    elements = tuple(
        replace(each, **fields) if each.id == name else each for each in getattr(question.cluster, member) or ()
    )
    return with_cluster(question, **{member: elements})


def element_of(cluster: Cluster, member: str, name: str) -> Any:
    """An element of the cluster by its id; None if it was not described."""
    return next((each for each in getattr(cluster, member) or () if each.id == name), None)


def with_consumer(question: Question, consumer: Consumer) -> Question:
    """The question with one consumer replaced by what is now known of it."""
    consumers = tuple(consumer if each.name == consumer.name else each for each in question.consumers or ())
    return replace(question, consumers=consumers)


def texts(networks: Iterable[Network]) -> list[str]:
    """Ranges as the wire has them."""
    return [str(network) for network in networks]


def sample_addresses(question: Question) -> Iterator[tuple[str, tuple[Network, ...]]]:
    """Internet addresses that stand for all: one on the present list, one that is approved, and another."""
    access = question.cluster.endpoint_access
    listed = of_networks(access.public_access_cidrs if access else ())
    approved = of_networks(question.approved_source_cidrs or ())
    kinds = (
        ("an address that is on the list and approved", listed & approved),
        ("an address on the list", listed - approved),
        ("an approved address that is not on the list", approved - listed),
        ("another address" if listed or approved else "a fixed address", EVERYWHERE - listed - approved),
    )
    for words, kind in kinds:
        found = (kind & PUBLIC_SPACE.of_version(4)).networks()
        if found:
            yield words, (parse_network(str(found[0].network_address)),)
