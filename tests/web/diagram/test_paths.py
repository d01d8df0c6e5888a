"""What a path is drawn as: where it begins and ends, what it passes, and what callers have in common."""

from __future__ import annotations

from typing import Any

import pytest

from service.advice import advise
from service.catalogue.prices import read_prices
from service.web.render.diagram.paths import Ending, Halt, Path, Reach, Vantage, split
from service.web.render.diagram.picture import picture_of
from service.web.render.diagram.subject import Excerpt, Subject, subject_of
from service.web.render.document import as_document
from service.web.schemas import load_question
from tests.web.diagram.test_layout import MODES, SEEDS, decided

CLUSTER: dict[str, Any] = {
    "name": "drawn",
    "vpc": {"cidrs": ["10.0.0.0/16"]},
    "subnets": [
        {"id": "private", "cidr": "10.0.0.0/20", "route_table": "out", "availability_zone": "a"},
        {"id": "public", "cidr": "10.0.16.0/20", "routing": "public", "availability_zone": "a"},
        {"id": "alone", "cidr": "10.0.32.0/20", "routing": "isolated", "availability_zone": "b"},
    ],
    "cluster_subnets": ["private", "alone"],
    "route_tables": [
        {
            "id": "out",
            "routes": [
                {"destination": "0.0.0.0/0", "target": "nat"},
                {"destination": "172.16.0.0/16", "target": "tgw"},
            ],
        }
    ],
    "nat_gateways": [{"id": "nat", "subnet": "public", "public_ips": ["13.124.1.10"]}],
    "connections": [{"id": "tgw", "kind": "transit_gateway", "remote_cidrs": ["172.16.0.0/16"], "returns": False}],
}  # fmt: skip


def subject(mode: str, *consumers: dict[str, Any], **cluster: Any) -> Subject:
    """One mode of the decision on these consumers, as it is drawn."""
    question = load_question({"cluster": CLUSTER | cluster, "consumers": list(consumers), "include": []})
    return subject_of(as_document(advise(question), read_prices()), question, mode, Excerpt())


def path(mode: str, consumer: dict[str, Any], step: int, **cluster: Any) -> Path:
    """The one path of a consumer in a step."""
    (found,) = [it for group in subject(mode, consumer, **cluster).groups for it in group.paths if it.step == step]
    return found


NODES = {"name": "nodes", "kind": "node", "subnets": ["private"]}
LONE = {"name": "lone", "kind": "node", "subnets": ["alone"]}
EDGE = {"name": "edge", "kind": "node", "subnets": ["public"], "public_ip": False}
LAPTOP = {"name": "laptop", "kind": "operator", "location": {"at": "internet", "source_cidrs": ["13.1.1.1/32"]}}
HYBRID = {
    "name": "machines",
    "kind": "hybrid_node",
    "location": {"at": "connected_network", "connection": "tgw", "cidrs": ["172.16.1.0/24"]},
}


def test_nodes_leave_by_their_nat_gateway_and_stay_on_amazons_network() -> None:
    found = path("public", NODES, 3)

    assert (found.nats, found.exit) == (("nat",), ("internet_gateway", "internet gateway"))
    assert (found.ending, found.halt, found.reach) == (Ending.ARRIVES, None, Reach.AMAZON)


@pytest.mark.parametrize(
    ("mode", "consumer", "step", "halt"),
    [
        ("public", LONE, 3, Halt.OWN),
        ("public", EDGE, 3, Halt.EXIT),
        ("private", LAPTOP, 1, Halt.OWN),
        ("private", HYBRID, 3, Halt.LINK),
        ("private", HYBRID, 2, Halt.LINK),
    ],
)
def test_a_path_ends_where_what_stops_it_stands(mode: str, consumer: dict[str, Any], step: int, halt: Halt) -> None:
    found = path(mode, consumer, step)

    assert (found.ending, found.halt) == (Ending.STOPS, halt)
    assert found.cause


def test_a_list_that_does_not_name_the_caller_stops_it_at_the_list() -> None:
    access = {"public": True, "private": False, "public_access_cidrs": ["52.0.0.0/8"]}

    assert path("current", LAPTOP, 1, endpoint_access=access).halt is Halt.LIST
    assert path("current", NODES, 3, endpoint_access=access).halt is Halt.LIST


def test_what_is_not_known_is_open_and_names_the_field() -> None:
    group = {"id": "sg", "role": "cluster", "ingress": []}
    pipeline = {"name": "ci", "kind": "pipeline", "location": {"at": "cluster_vpc", "subnet": "private"}}

    found = path("private", pipeline, 1, security_groups=[group])

    assert (found.ending, found.halt) == (Ending.OPEN, Halt.FAR)
    assert found.missing == ("/consumers[ci]/security_groups",)


def test_a_call_through_a_bastion_joins_its_path() -> None:
    bastion = {"name": "bastion", "kind": "operator", "location": {"at": "cluster_vpc", "subnet": "private"}}
    drawn = subject("public", bastion, LAPTOP | {"tunnel": {"via": "bastion"}})

    (found,) = [it for group in drawn.internet for it in group.paths]

    assert (found.joins, found.goes_out, found.standing.vantage) == ("bastion", False, Vantage.INTERNET)


def test_callers_alike_are_one_group_that_says_what_is_true_of_each() -> None:
    access = {"public": True, "private": False, "public_access_cidrs": ["52.0.0.0/8"]}
    others = [
        LAPTOP | {"name": f"laptop-{n}", "location": {"at": "internet", "source_cidrs": [f"13.1.1.{n}/32"]}}
        for n in range(3)
    ]

    (group,) = subject("current", *others, endpoint_access=access).internet

    assert group.names == ("laptop-0", "laptop-1", "laptop-2")
    assert group.paths[0].last.detail == ""
    assert group.paths[0].source == ("13.1.1.0/32", "13.1.1.1/32", "13.1.1.2/32")


@pytest.mark.parametrize(
    ("target", "destination", "said"),
    [
        ("internet_gateway", "0.0.0.0/0", "public"),
        ("nat", "0.0.0.0/0", "nat"),
        ("tgw", "0.0.0.0/0", "link"),
        ("egress_only_internet_gateway", "::/0", "egress_only"),
        ("igw-0a1b", "0.0.0.0/0", "public"),
        ("tgw", "172.16.0.0/16", "isolated"),
    ],
)
def test_a_subnet_is_called_after_where_its_default_route_leads(target: str, destination: str, said: str) -> None:
    tables = [{"id": "out", "routes": [{"destination": destination, "target": target}]}]

    drawn = subject("public", NODES, route_tables=tables)

    assert [row.routing for _, rows in drawn.zones for row in rows if row.names == ("private",)] == [said]


def test_names_that_hold_commas_are_told_from_lists_of_names() -> None:
    assert split("a, b, c", frozenset({"a, b", "c"})) == ("a, b", "c")
    assert split("a, b", frozenset()) == ("a", "b")


class Counting(frozenset[str]):
    """Names that count how often somebody looks for one."""

    looks = 0

    def __contains__(self, name: object) -> bool:
        type(self).looks += 1
        return super().__contains__(name)


def test_a_long_list_of_names_is_parted_in_as_many_looks_as_it_has_names() -> None:
    """Once every length was tried at every name, which took most of the time of a page on two hundred subnets."""
    known = Counting(["a, b", *(f"subnet-{number}" for number in range(500))])
    text = ", ".join(sorted(known))

    assert len(split(text, known)) == 501
    assert Counting.looks < 1_100


@pytest.mark.parametrize("seed", SEEDS[1::20])
def test_what_stops_or_lacks_a_fact_shows_its_sign_and_what_arrives_shows_none(seed: int) -> None:
    answer, question = decided(seed)
    mode = MODES[seed % 4]

    drawn = subject_of(answer, question, mode, Excerpt())
    drawing = picture_of(answer, question, Excerpt(mode=mode)).drawing

    ends = [it for group in drawn.groups for it in group.paths]
    shown = {kind: "\n".join(mark.hint for mark in drawing.marks if mark.kind == kind) for kind in ("stop", "unknown")}
    assert [it.cause for it in ends if it.ending is Ending.STOPS and str(it.cause) not in shown["stop"]] == []
    assert [
        it.missing for it in ends if it.ending is Ending.OPEN and ", ".join(it.missing) not in shown["unknown"]
    ] == []
    for kind, ending in (("stop", Ending.STOPS), ("unknown", Ending.OPEN)):
        assert bool(shown[kind]) == any(it.ending is ending for it in ends)
