"""What to ask about subnets, gateways and links, by member and field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from service.advice.asking import MOST_NAMES, Ask, Given, element_of, sample_addresses, texts, with_element
from service.advice.asking_cluster import wire_of
from service.domain.addresses import Network
from service.domain.network import Connection, Routing, Subnet
from service.domain.question import Question
from service.domain.unknowns import AnswerKind


def ask_of_element(question: Question, member: str, name: str, field: str) -> Ask | None:
    """What to ask for a field of a subnet, a gateway, a link or a group."""
    ask = _OF_ELEMENT.get((member, field))
    element = element_of(question.cluster, member, name)
    return ask(question, name, element) if ask and element is not None else None


def _hosts(networks: Sequence[Network]) -> list[str]:
    return [str(network.network_address) for network in networks]


def _addresses_of(member: str, said: str, *, may_have_none: bool) -> Callable[[Question, str, Any], Ask]:
    """From which addresses a NAT gateway, a link or a firewall lets traffic out."""
    name = "public_ips" if member == "nat_gateways" else "internet_egress"

    def ask(question: Question, id_: str, _: Any) -> Ask:
        answers = [
            Given(
                value=_hosts(networks) if name == "public_ips" else texts(networks),
                words=words,
                asked=with_element(question, member, id_, **{name: networks}),
                is_representative=True,
            )
            for words, networks in sample_addresses(question)
        ]
        if may_have_none:
            nothing = with_element(question, member, id_, **{name: ()})
            answers.append(Given(value=[], words="none: there is no internet behind it", asked=nothing))
        return Ask(
            field=f"/cluster/{member}[{id_}]/{name}",
            question=said.format(id_),
            kind=AnswerKind.ADDRESSES,
            answers=tuple(answers),
        )

    return ask


def _routes_of(question: Question, id_: str, subnet: Subnet) -> Ask | None:
    """The table of a subnet: one that is described, else the shorthand for one."""
    if subnet.route_table or subnet.routing:
        return None  # it was said by the shorthand, whose expansion is the assumption
    tables = {table.id: f"{table.id}" for table in question.cluster.route_tables[:MOST_NAMES]}
    kinds = {
        Routing.PRIVATE_WITH_NAT: "to a NAT gateway",
        Routing.ISOLATED: "nowhere",
        Routing.PUBLIC: "to an internet gateway",
    }
    name, said = ("route_table", f"Which route table does {id_} use?")
    if not tables:
        name, said = "routing", f"Where does the default route of {id_} lead?"
    answers = tuple(
        Given(value=wire_of(value), words=words, asked=with_element(question, "subnets", id_, **{name: value}))
        for value, words in (tables or kinds).items()
    )
    return Ask(field=f"/cluster/subnets[{id_}]/{name}", question=said, kind=AnswerKind.CHOICE, answers=answers)


def _returns(question: Question, id_: str, link: Connection) -> Ask:
    """Whether the far side answers; where it was not said, it is taken to (Reading 5)."""
    answers = tuple(
        Given(
            value=value,
            words="yes" if value else "no",
            asked=with_element(question, "connections", id_, returns=value, returns_is_stated=True),
            is_assumed=value and not link.returns_is_stated,
        )
        for value in (True, False)
    )
    return Ask(
        field=f"/cluster/connections[{id_}]/returns",
        question=f"Does the far side of {id_} route the cluster's ranges back into the link?",
        kind=AnswerKind.YES_NO,
        answers=answers,
    )


_OF_ELEMENT: dict[tuple[str, str], Callable[[Question, str, Any], Ask | None]] = {
    ("subnets", "route_table"): _routes_of,
    ("nat_gateways", "public_ips"): _addresses_of(
        "nat_gateways", "To which addresses does the NAT gateway {} translate?", may_have_none=False
    ),
    ("connections", "internet_egress"): _addresses_of(
        "connections", "From which addresses does internet traffic that {} carries leave?", may_have_none=True
    ),
    ("connections", "returns"): _returns,
    ("firewalls", "internet_egress"): _addresses_of(
        "firewalls", "From which addresses does the firewall {} let internet traffic out?", may_have_none=True
    ),
}
