"""Deciding again with something changed: the same as deciding afresh, for less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.advice.advising import decided
from service.domain.consumer import Consumer, ConsumerKind, Importance, Location, Vantage
from service.domain.question import Question
from service.engine import study
from tests.unit.builders import (
    a_bastion,
    a_cluster,
    a_group,
    a_link,
    a_nat,
    a_neighbour,
    a_question,
    a_rule,
    a_vpc,
    an_access,
    an_operator,
    nodes,
    ranges,
    the_cluster_group,
    with_routes,
)

CLUSTER = a_cluster("13.209.0.0/28", nat_gateways=(a_nat("nat-a"),))
OFFICE = Location(at=Vantage.INTERNET, source_cidrs=ranges("13.209.0.0/29"))
CALLERS = (
    nodes(),
    Consumer(name="pods", kind=ConsumerKind.POD),
    a_bastion(name="bastion"),
    an_operator(name="through", tunnel_via="bastion"),
    an_operator(name="office", location=OFFICE),
    an_operator(name="beside", location=OFFICE, tunnel_via="bastion"),
    a_neighbour(name="neighbour"),
    an_operator(name="somewhere", importance=Importance.PREFERRED),
)
QUESTION = a_question(CLUSTER, *CALLERS)


def _with(*consumers: Consumer, without: str = "") -> Question:
    new = {consumer.name: consumer for consumer in consumers}
    kept = tuple(new.pop(each.name, each) for each in CALLERS if each.name != without)
    return replace(QUESTION, consumers=(*kept, *new.values()))


def _in(**fields: object) -> Question:
    return replace(QUESTION, cluster=replace(CLUSTER, **fields))  # type: ignore[arg-type]


DIFFERENT = {
    "a source": _with(an_operator(name="somewhere", location=OFFICE)),
    "a bastion without a group": _with(a_bastion(name="bastion", security_groups=("sg-nothing",))),
    "a bastion that is gone": _with(an_operator(name="through"), an_operator(name="beside"), without="bastion"),
    "a tunnel": _with(an_operator(name="beside", location=OFFICE)),
    "somebody new": _with(an_operator(name="new", location=OFFICE, tunnel_via="bastion")),
    "groups of the nodes": _with(nodes(security_groups=("sg-own",))),
    "the present list": _in(endpoint_access=an_access("8.8.8.8")),
    "the addresses of a NAT gateway": _in(nat_gateways=(a_nat("nat-a", "13.124.1.10"),)),
    "another NAT gateway": _in(nat_gateways=(a_nat("nat-a"), a_nat("nat-b"))),
    "host names": _in(vpc=a_vpc(has_dns_hostnames=False)),
    "name servers": _in(vpc=a_vpc(domain_name_servers=("10.0.0.53",))),
    "ranges of the VPC": _in(vpc=a_vpc(cidrs=ranges("10.0.0.0/15"))),
    "an egress mode": _in(egress_mode="CUSTOMER_ROUTED"),
    "a group": _in(security_groups=(the_cluster_group(), a_group("sg-own", a_rule("sg-cluster")))),
    "a link": _in(connections=(a_link(returns=False),)),
    "a route": replace(QUESTION, cluster=with_routes(CLUSTER, ("0.0.0.0/0", "nat-a"))),
}  # fmt: skip


@pytest.mark.parametrize("change", DIFFERENT)
def test_a_question_that_differs_is_decided_as_if_nothing_had_been_known(change: str) -> None:
    known = study(QUESTION)
    decided(known)

    assert decided(known.anew(DIFFERENT[change])) == decided(study(DIFFERENT[change]))


@pytest.mark.parametrize("change", DIFFERENT)
def test_what_was_known_is_left_as_it_was(change: str) -> None:
    known = study(QUESTION)
    before = decided(known)

    decided(known.anew(DIFFERENT[change]))

    assert decided(known) == before


@pytest.mark.parametrize(
    ("change", "traced"),
    [
        (_with(a_neighbour(name="neighbour", importance=Importance.PREFERRED)), 1),
        (_with(a_bastion(name="bastion", security_groups=("sg-nothing",))), 5),
        (_with(an_operator(name="beside", location=OFFICE)), 2),
        (_in(endpoint_access=an_access("8.8.8.8")), 0),
        (_in(vpc=a_vpc(has_dns_hostnames=False)), len(CALLERS)),
    ],
    ids=[
        "alone",
        "with whom uses it, and whom stands beside those",
        "with whom stands beside it",
        "the present setting",
        "the cluster",
    ],
)
def test_only_whom_a_difference_may_touch_is_traced_again(change: Question, traced: int) -> None:
    known = study(QUESTION)
    known.journeys(known.scene.access, ())
    before = known.tally.traced

    known.anew(change).journeys(known.scene.access, ())

    assert (before, known.tally.traced - before) == (len(CALLERS), traced)
