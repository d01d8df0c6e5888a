"""Sections of advice as a client sees them: in the JSON, in the report, and only if asked for."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.description import faults

SETTING = {"public": True, "private": True, "public_access_cidrs": ["13.209.0.0/28"]}
QUESTION: dict[str, Any] = {
    "cluster": {
        "name": "demo",
        "endpoint_access": SETTING,
        "vpc": {"cidrs": ["10.0.0.0/16"]},
        "subnets": [
            {"id": "subnet-a", "cidr": "10.0.0.0/20", "availability_zone": "a", "routing": "isolated"},
            {"id": "subnet-b", "cidr": "10.0.16.0/20", "availability_zone": "b", "routing": "isolated"},
        ],
    },
    "consumers": [
        {"name": "nodes", "kind": "node", "managed": True},
        {
            "name": "office",
            "kind": "operator",
            "importance": "preferred",
            "location": {"at": "internet", "source_cidrs": ["13.209.0.0/28"]},
        },
    ],
}


def ask(client: FlaskClient, *sections: str, **fields: Any) -> dict[str, Any]:
    """The answer with these sections, held to its description."""
    answer: dict[str, Any] = client.post("/v1/decisions", json=QUESTION | {"include": sections} | fields).get_json()
    assert faults("Decision", answer) == []
    return answer


def report(client: FlaskClient, **fields: Any) -> str:
    """The whole report."""
    response = client.post("/v1/decisions", json=QUESTION | fields, headers={"Accept": "text/markdown"})
    return response.get_data(as_text=True)


@pytest.mark.parametrize("section", ["sensitivity"])
def test_a_section_stands_in_the_answer_only_if_it_is_asked_for(client: FlaskClient, section: str) -> None:
    assert section in ask(client, section)
    assert section not in ask(client)


def test_robustness_is_told_in_any_case(client: FlaskClient) -> None:
    assert ask(client)["recommendation"]["robust"] is True


def test_the_report_says_how_sure_it_is(client: FlaskClient) -> None:
    told = ask(client, "sensitivity")["sensitivity"]
    turn = next(each for each in told["weights"] if each["criterion"] == "accessibility")["above"]

    text = report(client)

    assert "## How sure" in text
    assert f"accessibility counts 3: above {turn['value']:g} public and private wins" in text
    assert "the recommendation holds if every weight is off by as much as 25 %" in text


def test_the_report_names_what_is_beaten_whatever_the_weights(client: FlaskClient) -> None:
    inside = [QUESTION["consumers"][0]]
    assert "- whatever the weights, it beats public and private" in report(client, consumers=inside)


def test_nothing_is_said_of_how_sure_nothing_is(client: FlaskClient) -> None:
    fields = {"consumers": [{"name": "ci", "kind": "pipeline", "location": {"at": "internet", "internet_egress": []}}]}

    assert "sensitivity" not in ask(client, "sensitivity", **fields)
    assert "## How sure" not in report(client, **fields)
