"""What to ask about those who call: who they are, where they stand, from which addresses they come.

A consumer that nobody named has no field to answer in; its questions come down to who calls at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from service.advice.asking import MOST_NAMES, Ask, Given, sample_addresses, texts, with_consumer
from service.domain.addresses import Network
from service.domain.consumer import DYNAMIC, Consumer, ConsumerKind, Dynamic, Location, Vantage
from service.domain.question import Question
from service.domain.unknowns import AnswerKind
from service.engine.callers import assumed_consumers
from service.engine.scene import CLUSTER_GROUP

OTHER_GROUP = "sg-0123456789abcdef0"
"""Stands for a group that was not described."""


def ask_of_consumers(question: Question) -> Ask:
    """Nobody was named: who calls besides the nodes, and from where."""
    nodes, on_the_internet = assumed_consumers()
    in_the_vpc = replace(on_the_internet, location=Location(at=Vantage.CLUSTER_VPC))
    groups = (
        ((nodes, on_the_internet), "the nodes, and operators on the internet"),
        ((nodes, in_the_vpc), "the nodes, and operators in the cluster VPC"),
        ((nodes,), "the nodes alone"),
    )
    answers = tuple(
        Given(
            value=[_wire(consumer) for consumer in consumers],
            words=said,
            asked=replace(question, consumers=consumers),
            is_representative=True,
            is_assumed=on_the_internet in consumers,
        )
        for consumers, said in groups
    )
    said = "Who calls the API server, and from where?"
    return Ask(field="/consumers", question=said, kind=AnswerKind.DESCRIPTION, answers=answers)


def _wire(consumer: Consumer) -> dict[str, Any]:
    wire: dict[str, Any] = {"name": consumer.name, "kind": consumer.kind.value}
    return wire | ({"location": {"at": consumer.location.at.value}} if consumer.location else {})


def ask_of_consumer(question: Question, consumer: Consumer, field: str) -> Ask | None:
    """What to ask for a field of a consumer (``public_ip``, ``location/source_cidrs``); None if none settles it."""
    ask = _OF_CONSUMER.get(field)
    return ask(question, consumer) if ask else None


def _reference(consumer: Consumer, field: str) -> str:
    return f"/consumers[{consumer.name}]/{field}"


def _knowing(consumer: Consumer, member: str, value: Any) -> Consumer:
    return replace(consumer, **{member: value})


def _yes_no(field: str, member: str, said: str, assumed: bool | None = None) -> Callable[[Question, Consumer], Ask]:
    def ask(question: Question, consumer: Consumer) -> Ask:
        answers = tuple(
            Given(
                value=value,
                words="yes" if value else "no",
                asked=with_consumer(question, _knowing(consumer, member, value)),
                is_assumed=value is assumed,
            )
            for value in (True, False)
        )
        reference = _reference(consumer, field)
        return Ask(field=reference, question=said.format(consumer.name), kind=AnswerKind.YES_NO, answers=answers)

    return ask


def _location(question: Question, consumer: Consumer) -> Ask | None:
    """Where a consumer without a place stands; a link that could carry it is one that is described.

    Nodes and pods are not asked: but for hybrid nodes, they stand nowhere else than in the VPC (F-3.1).
    """
    if consumer.kind.is_node_like and consumer.kind is not ConsumerKind.HYBRID_NODE:
        return None
    places = [(Location(at=Vantage.INTERNET), "on the internet")]
    if consumer.kind is not ConsumerKind.HYBRID_NODE:
        places.append((Location(at=Vantage.CLUSTER_VPC), "in the cluster VPC"))
    places += [
        (Location(at=Vantage.CONNECTED_NETWORK, connection=link.id), f"behind {link.id}")
        for link in question.cluster.connections[:MOST_NAMES]
    ]
    places.append((Location(at=Vantage.OTHER_NETWORK), "in a network without a link to the cluster VPC"))
    answers = tuple(
        Given(
            value={"at": place.at.value} | ({"connection": place.connection} if place.connection else {}),
            words=said,
            asked=with_consumer(question, replace(consumer, location=place)),
        )
        for place, said in places
    )
    return Ask(
        field=_reference(consumer, "location"),
        question=f"Where does {consumer.name} stand?",
        kind=AnswerKind.CHOICE,
        answers=answers,
    )


def _subnet(question: Question, consumer: Consumer) -> Ask | None:
    """In which of the described subnets a caller in the VPC stands."""
    location = consumer.location
    names = [subnet.id for subnet in question.cluster.subnets[:MOST_NAMES]]
    if location is None or len(names) < 2:
        return None
    answers = tuple(
        Given(
            value=name,
            words=name,
            asked=with_consumer(question, replace(consumer, location=replace(location, subnet=name))),
            is_representative=len(names) < len(question.cluster.subnets),
        )
        for name in names
    )
    return Ask(
        field=_reference(consumer, "location/subnet"),
        question=f"In which subnet does {consumer.name} stand?",
        kind=AnswerKind.CHOICE,
        answers=answers,
    )


def _sources(question: Question, consumer: Consumer) -> Ask | None:
    """From which internet addresses a caller on the internet comes, or that they change."""
    location = consumer.location
    if location is None:
        return None

    def filled(sources: tuple[Network, ...] | Dynamic) -> Question:
        return with_consumer(question, replace(consumer, location=replace(location, source_cidrs=sources)))

    answers = [
        Given(value=texts(networks), words=said, asked=filled(networks), is_representative=True)
        for said, networks in sample_addresses(question)
    ]
    answers.append(Given(value="dynamic", words="they change and cannot be listed", asked=filled(DYNAMIC)))
    return Ask(
        field=_reference(consumer, "location/source_cidrs"),
        question=f"From which addresses does {consumer.name} come?",
        kind=AnswerKind.ADDRESSES,
        answers=tuple(answers),
    )


def _own_addresses(question: Question, consumer: Consumer) -> Ask | None:
    """Under which addresses a pod on hybrid nodes calls: its own, or those of the node that masquerades it (F-7.9)."""
    location, remote = consumer.location, question.cluster.remote_networks
    if location is None or not consumer.runs_in_pods or not (remote.pod_cidrs and remote.node_cidrs):
        return None
    answers = tuple(
        Given(
            value=texts(networks),
            words=said,
            asked=with_consumer(question, replace(consumer, location=replace(location, cidrs=networks))),
        )
        for networks, said in (
            (remote.pod_cidrs, "its own, within the remote pod networks"),
            (remote.node_cidrs, "that of its node, within the remote node networks"),
        )
    )
    return Ask(
        field=_reference(consumer, "location/cidrs"),
        question=f"With which address do calls of {consumer.name} leave its node?",
        kind=AnswerKind.ADDRESSES,
        answers=answers,
    )


def _egress(question: Question, consumer: Consumer) -> Ask:
    """From which addresses a caller's internet traffic leaves, wherever it stands."""
    answers = [
        Given(
            value=texts(networks),
            words=said,
            asked=with_consumer(question, replace(consumer, internet_egress=networks)),
            is_representative=True,
        )
        for said, networks in sample_addresses(question)
    ]
    nothing = with_consumer(question, replace(consumer, internet_egress=()))
    answers.append(Given(value=[], words="none: it has no internet", asked=nothing))
    return Ask(
        field=_reference(consumer, "internet_egress"),
        question=f"From which addresses does the internet traffic of {consumer.name} leave?",
        kind=AnswerKind.ADDRESSES,
        answers=tuple(answers),
    )


def _groups(question: Question, consumer: Consumer) -> Ask:
    """Which groups a caller holds: one that was described, the cluster security group if it was not, or another."""
    described = sorted(question.cluster.security_groups or (), key=lambda group: (group.role != "cluster", group.id))
    own = described[0].id if described and described[0].role == "cluster" else None
    groups = {own: f"{own}, the cluster security group"} if own else {CLUSTER_GROUP: "the cluster security group"}
    groups |= {group.id: group.id for group in described[:MOST_NAMES] if group.id != own}
    groups[OTHER_GROUP] = "another group" if described else "another group than the cluster security group"
    answers = tuple(
        Given(
            value=[name],
            words=words,
            asked=with_consumer(question, replace(consumer, security_groups=(name,))),
            is_representative=len(described) > MOST_NAMES or name == OTHER_GROUP,
        )
        for name, words in groups.items()
    )
    return Ask(
        field=_reference(consumer, "security_groups"),
        question=f"Which security groups does {consumer.name} hold?",
        kind=AnswerKind.CHOICE,
        answers=answers,
    )


_OF_CONSUMER: dict[str, Callable[[Question, Consumer], Ask | None]] = {
    "managed": _yes_no("managed", "is_managed", "Is {} a managed node group?", assumed=True),
    "public_ip": _yes_no("public_ip", "public_ip", "Does {} have a public address of its own?"),
    "location": _location,
    "location/subnet": _subnet,
    "location/source_cidrs": _sources,
    "location/cidrs": _own_addresses,
    "location/internet_egress": _egress,
    "internet_egress": _egress,
    "security_groups": _groups,
}
