"""What to ask about the cluster and its network.

A table of fields: those that EKS or AWS give a default offer every value, the assumed one marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, count
from typing import Any

from service.advice.asking import (
    Ask,
    Given,
    sample_addresses,
    texts,
    with_cluster,
)
from service.domain.addresses import Network, parse_network
from service.domain.cluster import EndpointAccess, Hosting, IpFamily
from service.domain.consumer import Consumer, ConsumerKind
from service.domain.network import (
    BlockPublicAccess,
    Ports,
    Routing,
    SecurityGroup,
    SecurityRule,
    Subnet,
)
from service.domain.question import Question
from service.domain.unknowns import AnswerKind
from service.engine.setting import DUAL_STACK_SINCE

OWN_RESOLVER = "10.0.0.53"
"""A name server of one's own: which address it has makes no difference."""
BEFORE, AFTER = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
"""Days on either side of `DUAL_STACK_SINCE`."""
ANYWHERE = ("0.0.0.0/0", "::/0")


def ask_of_cluster(question: Question, field: str) -> Ask | None:
    """What to ask for a field of the cluster or of its VPC; None if no single answer settles it."""
    ask = _PLAIN.get(field)
    return ask(question, field) if ask else None


def _choice(
    question: Question, field: str, words: str, values: dict[Any, str], filled: Callable[[Any], Question]
) -> Ask:
    """A choice of values, the first of which was assumed."""
    answers = tuple(
        Given(value=wire_of(value), words=said, asked=filled(value), is_assumed=number == 0)
        for number, (value, said) in enumerate(values.items())
    )
    kind = AnswerKind.YES_NO if all(isinstance(value, bool) for value in values) else AnswerKind.CHOICE
    return Ask(field=field, question=words, kind=kind, answers=answers)


def wire_of(value: Any) -> Any:
    """A value in the form of the wire."""
    return value if isinstance(value, bool | str) else value.value


def _hosting(question: Question, field: str) -> Ask:
    values = {
        Hosting.REGION: "in the Region",
        Hosting.OUTPOSTS_EBS: "a local cluster on Outposts with EBS",
        Hosting.OUTPOSTS_INSTANCE_STORE: "a local cluster on Outposts with instance store",
    }
    said = "Where does the control plane run?"
    return _choice(question, field, said, values, lambda value: with_cluster(question, hosting=value))


def _ip_family(question: Question, field: str) -> Ask:
    values = {IpFamily.IPV4: "IPv4", IpFamily.IPV6: "IPv6"}
    said = "Of which IP family are the cluster's pods and services?"
    return _choice(question, field, said, values, lambda value: with_cluster(question, ip_family=value))


def _created_at(question: Question, field: str) -> Ask | None:
    if question.cluster.created_at is not None:
        return None  # the day is known; what is assumed is how its name resolves
    answers = tuple(
        Given(
            value=day.isoformat().replace("+00:00", "Z"),
            words=f"{side} {DUAL_STACK_SINCE.date()}",
            asked=with_cluster(question, created_at=day),
            is_representative=True,
            is_assumed=day is AFTER,
        )
        for day, side in ((AFTER, "on or after"), (BEFORE, "before"))
    )
    return Ask(field=field, question="When was the cluster created?", kind=AnswerKind.DATE, answers=answers)


def _switch(name: str) -> Callable[[Question, str], Ask]:
    """One of the two switches; the first value is EKS's default, and both are never off (F-1.1, F-1.3)."""

    def ask(question: Question, field: str) -> Ask:
        access = question.cluster.endpoint_access or EndpointAccess()
        values = {False: "off", True: "on"} if name == "private" else {True: "on"}
        if name == "public" and access.private:
            values[False] = "off"
        if name == "private" and not access.public:
            del values[False]
        filled = {value: with_cluster(question, endpoint_access=_said(access, **{name: value})) for value in values}
        return _choice(question, field, f"Is {name} access on today?", values, filled.__getitem__)

    return ask


def _said(access: EndpointAccess, **fields: Any) -> EndpointAccess:
    said = set(fields)
    return replace(access, left_out=access.left_out - said, unknown=access.unknown - said, **fields)


def _list(question: Question, field: str) -> Ask:
    """The present list: an open one, or one of one address, which stands for all that leave callers out."""
    access = question.cluster.endpoint_access or EndpointAccess()
    lists: list[tuple[tuple[Network, ...], str]] = [((parse_network(ANYWHERE[0]),), "open to all IPv4 addresses")]
    lists += [(networks, "one address") for _, networks in sample_addresses(question)][:1]
    answers = tuple(
        Given(
            value=texts(networks),
            words=said,
            asked=with_cluster(question, endpoint_access=_said(access, public_access_cidrs=networks)),
            is_representative=True,
        )
        for networks, said in lists
    )
    said = "Which ranges are on the list of the public endpoint today?"
    return Ask(field=field, question=said, kind=AnswerKind.RANGES, answers=answers)


def _vpc(name: str, said: str, values: dict[Any, str]) -> Callable[[Question, str], Ask]:
    def ask(question: Question, field: str) -> Ask:
        def filled(value: Any) -> Question:
            return with_cluster(question, vpc=replace(question.cluster.vpc, **{name: value}))

        return _choice(question, field, said, values, filled)

    return ask


def _name_servers(question: Question, field: str) -> Ask:
    answers = tuple(
        Given(
            value=[server],
            words=said,
            asked=with_cluster(question, vpc=replace(question.cluster.vpc, domain_name_servers=(server,))),
            is_representative=server == OWN_RESOLVER,
            is_assumed=server != OWN_RESOLVER,
        )
        for server, said in (("AmazonProvidedDNS", "AmazonProvidedDNS"), (OWN_RESOLVER, "a server of your own"))
    )
    said = "Which name servers do the VPC's DHCP options name?"
    return Ask(field=field, question=said, kind=AnswerKind.CHOICE, answers=answers)


def _egress_mode(question: Question, field: str) -> Ask:
    values = {"AWS_MANAGED": "by paths of AWS", "CUSTOMER_ROUTED": "through the VPC"}
    said = "How do the control plane's own calls leave?"
    return _choice(question, field, said, values, lambda value: with_cluster(question, egress_mode=value))


def _subnets(question: Question, field: str) -> Ask | None:
    """No subnet is known: two in two zones, of one kind."""
    if question.cluster.subnets:
        return None
    kinds = {
        Routing.PRIVATE_WITH_NAT: "private ones with a route to a NAT gateway",
        Routing.ISOLATED: "private ones without any way to the internet",
        Routing.PUBLIC: "public ones whose instances get public addresses",
    }
    answers = []
    for routing, said in kinds.items():
        has_address = routing is Routing.PUBLIC
        subnets = tuple(
            Subnet(id=f"subnet-{zone}", availability_zone=zone, routing=routing, assigns_public_ip=has_address)
            for zone in ("a", "b")
        )
        value = [
            {"id": s.id, "availability_zone": s.availability_zone, "routing": routing.value}
            | {"assigns_public_ip": has_address}
            for s in subnets
        ]
        asked = with_cluster(question, subnets=subnets)
        answers.append(Given(value=value, words=said, asked=asked, is_representative=True))
    said = "In which subnets do the cluster and its nodes stand?"
    return Ask(field=field, question=said, kind=AnswerKind.DESCRIPTION, answers=tuple(answers))


def _groups(question: Question, field: str) -> Ask | None:
    """The cluster security group was not described: it admits everybody on 443, or only itself.

    The groups that were described stay, and what consumers name beside them is described with it. The first such name
    of those who hold the cluster security group by default (F-3.9, F-3.14) is taken for its own; one that only
    self-managed nodes or others hold is a group of theirs (F-3.13).
    """
    described = question.cluster.security_groups or ()
    if any(group.role == "cluster" for group in described):
        return None
    known = {group.id for group in described}
    named = sorted({name for consumer in question.consumers or () for name in _groups_named_by(consumer)} - known)
    by_default = {name for it in question.consumers or () if _holds_by_default(it) for name in _groups_named_by(it)}
    names = chain(("sg-cluster",), (f"sg-cluster-{number}" for number in count(2)))
    free = next(name for name in names if name not in known and name not in named)
    own = next((name for name in named if name in by_default), free)
    others = [name for name in named if name != own]
    open_to = tuple(parse_network(text) for text in ANYWHERE)
    https = SecurityRule(ports=Ports(protocol="tcp", first=443, last=443), cidrs=open_to)
    rule = {"protocol": "tcp", "from_port": 443, "to_port": 443, "sources": list(ANYWHERE)}
    rest = tuple(SecurityGroup(id=name) for name in others)
    answers = []
    for rules, wire, said in (((https,), [rule], "everybody"), ((), [], "nobody")):
        group = SecurityGroup(id=own, role="cluster", ingress=rules)
        answers.append(
            Given(
                value=[
                    {"id": own, "role": "cluster", "ingress": wire},
                    *({"id": name} for name in others),
                    *map(_group_on_the_wire, described),
                ],
                words=f"{said} ({own})",
                asked=with_cluster(question, security_groups=(group, *rest, *described)),
                is_representative=True,
            )
        )
    said = "Whom does the cluster security group admit on TCP 443, besides those that hold it?"
    return Ask(field=field, question=said, kind=AnswerKind.DESCRIPTION, answers=tuple(answers))


def _group_on_the_wire(group: SecurityGroup) -> dict[str, Any]:
    """A described group as a question writes it."""
    wire: dict[str, Any] = {"id": group.id, "role": group.role, "ingress": _rules_on_the_wire(group.ingress)}
    return wire if group.egress is None else wire | {"egress": _rules_on_the_wire(group.egress)}


def _rules_on_the_wire(rules: Iterable[SecurityRule]) -> list[dict[str, Any]]:
    return [
        {
            "protocol": rule.ports.protocol,
            "from_port": rule.ports.first,
            "to_port": rule.ports.last,
            "sources": [*texts(rule.cidrs), *rule.groups, *rule.prefix_lists],
        }
        for rule in rules
    ]


def _holds_by_default(consumer: Consumer) -> bool:
    if consumer.kind is ConsumerKind.NODE:
        return consumer.is_managed is not False
    return consumer.kind is ConsumerKind.FARGATE_POD


def _groups_named_by(consumer: Consumer) -> tuple[str, ...]:
    return (*consumer.security_groups, *(consumer.proxy.security_groups if consumer.proxy else ()))


_PLAIN: dict[str, Callable[[Question, str], Ask | None]] = {
    "/cluster/hosting": _hosting,
    "/cluster/ip_family": _ip_family,
    "/cluster/created_at": _created_at,
    "/cluster/endpoint_access/public": _switch("public"),
    "/cluster/endpoint_access/private": _switch("private"),
    "/cluster/endpoint_access/public_access_cidrs": _list,
    "/cluster/vpc/enable_dns_support": _vpc(
        "has_dns_support", "Is the VPC's DNS support on?", {True: "yes", False: "no"}
    ),
    "/cluster/vpc/enable_dns_hostnames": _vpc(
        "has_dns_hostnames", "Are the VPC's DNS hostnames on?", {True: "yes", False: "no"}
    ),
    "/cluster/vpc/domain_name_servers": _name_servers,
    "/cluster/vpc/block_public_access": _vpc(
        "block_public_access",
        "Does the VPC block public access?",
        {
            BlockPublicAccess.OFF: "no",
            BlockPublicAccess.BIDIRECTIONAL: "in both directions",
            BlockPublicAccess.INGRESS: "what comes in",
        },
    ),
    "/cluster/egress_mode": _egress_mode,
    "/cluster/subnets": _subnets,
    "/cluster/security_groups": _groups,
}
