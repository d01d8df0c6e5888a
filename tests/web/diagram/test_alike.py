"""What is alike in an answer is told once, and nothing is taken for alike that is not."""

from __future__ import annotations

from typing import Any

import pytest

from service.web.render.alike import alike, alike_findings, subnets_of
from service.web.render.shortening import shortened


def flow(name: str, subnet: str, **other: Any) -> dict[str, Any]:
    """A flow of a pod, with what differs."""
    return {
        "consumer": name,
        "port": 443,
        "purpose": "kubernetes_api",
        "hops": [
            {"component": name, "kind": "consumer", "detail": f"in {subnet}"},
            {"component": "rtb-1", "kind": "route_table", "detail": f"leads {name} out of {subnet}"},
        ],
        "leaves_vpc": False,
        "leaves_aws_network": False,
        "source_seen_by_endpoint": [f"10.0.{len(name)}.0/24"],
        "disposition": "accepted",
        "cause": None,
        "partial": [],
        "also": [],
        "missing": [],
    } | other


def members(*flows: dict[str, Any]) -> list[list[str]]:
    """Who is told together."""
    answer = {"assessments": [{"traffic_path": [{"step": 3, "flows": list(flows)}]}]}
    return [group["members"] for group in alike(flows, subnets_of(answer))]


def test_who_differs_in_name_and_subnet_alone_is_told_together() -> None:
    assert members(flow("a", "s-1"), flow("b", "s-2"), flow("c", "s-2")) == [["a", "b", "c"]]


@pytest.mark.parametrize(
    "other",
    [
        {"disposition": "no_route", "cause": "no-route-to-internet"},
        {"also": ["no-route-to-internet"]},
        {"missing": ["/consumers[b]/location"]},
        {"partial": ["from s-3 it works"]},
        {"leaves_vpc": True},
        {"port": 10250},
        {"hops": [{"component": "b", "kind": "consumer", "detail": "in s-2"}]},
    ],
)
def test_who_differs_in_anything_else_is_told_alone(other: dict[str, Any]) -> None:
    assert members(flow("a", "s-1"), flow("b", "s-2") | other) == [["a"], ["b"]]


def test_a_text_that_names_the_others_subnet_is_not_the_same_text() -> None:
    """Both lead out of s-1, which is the subnet of one of them only."""
    astray = flow("b", "s-2")
    astray["hops"][1]["detail"] = "leads b out of s-1"

    assert members(flow("a", "s-1"), astray) == [["a"], ["b"]]


def test_a_name_that_is_a_word_of_ours_makes_nothing_alike() -> None:
    assert members(flow("route", "s-1"), flow("b", "s-1", cause="route", disposition="no_route")) == [["route"], ["b"]]


def test_findings_are_told_together_by_whose_they_are() -> None:
    findings = [
        {"consumer": name, "cause": cause, "sentence": f"{name or 'the list'} is open", "mend": "close it"}
        for name, cause in ((None, "open"), ("a", "shut"), ("b", "shut"), ("c", "open"))
    ]

    assert [group["members"] for group in alike_findings(findings, {})] == [[], ["a", "b"], ["c"]]


def test_a_long_list_in_a_sentence_is_cut_and_says_by_how_many() -> None:
    names = [f"nodes-{number}" for number in range(20)]

    said = shortened(f"public is ruled out: {', '.join(names)} would not get in, for it is shut")

    assert said == (
        "public is ruled out: nodes-0, nodes-1, nodes-2, nodes-3, nodes-4, nodes-5, nodes-6, … (+12), "
        "nodes-19 would not get in, for it is shut"
    )


def test_sentences_and_short_lists_stay_as_they_are() -> None:
    for text in (", ".join("abcdefgh"), ", ".join(f"a {letter}" for letter in "abcdefghijklmnopqrstu"), "", "one"):
        assert shortened(text) == text
