"""A decision on a card: it says what the decision says, in short, and says where it is short."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.settings import MAX_BODY_BYTES
from service.web.page.shortening import MOST_CALLERS, MOST_REASONS, MOST_UNKNOWNS, card_of
from tests.recording import recording_app
from tests.scenarios.story import stories
from tests.web.assertions import assert_error
from tests.web.description import ANSWERS, DESCRIPTION, REQUESTS, faults

QUESTION = REQUESTS["nodes-cannot-join"]
DECIDED = [story for story in stories() if "refused" not in story.content["expect"]]


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A service that keeps what it decides."""
    return recording_app(tmp_path_factory.mktemp("cards")).test_client()


def operators(count: int) -> dict[str, Any]:
    """A question in which so many stand on the internet, of unknown address, while the endpoint is private."""
    consumers = [
        {"name": f"team-{number}", "kind": "operator", "location": {"at": "internet"}} for number in range(count)
    ]
    return {"cluster": {"endpoint_access": {"public": False, "private": True}}, "consumers": consumers}


@pytest.mark.parametrize("story", DECIDED[::6], ids=lambda story: story.name)
def test_a_card_is_as_described_and_agrees_with_the_decision(client: FlaskClient, story: Any) -> None:
    answer = client.post("/v1/decisions", json=story.request).get_json()

    card = card_of(answer, is_kept=True)

    assert faults("Card", card) == []
    assert card["mode"] == (answer["recommendation"] or {"mode": None})["mode"]
    assert card["outcome"] == answer["outcome"]
    assert card["conditions"] == [
        {"sentence": it["sentence"]} for it in (answer["recommendation"] or {"conditions": []})["conditions"]
    ]


def test_a_kept_decision_has_a_card(keeping: FlaskClient) -> None:
    answer = keeping.post("/v1/decisions", json=QUESTION).get_json()

    card = keeping.get(f"/v1/decisions/{answer['decision_id']}/card").get_json()

    assert card == card_of(answer, is_kept=True)
    assert card["decision_id"] == answer["decision_id"]
    assert [it["consumer"] for it in card["locked_out_today"]["items"]] == ["nodes"]
    assert card["locked_out_after"] == {"items": [], "more": 0}


def test_a_question_gets_a_card_and_nothing_is_kept(keeping: FlaskClient) -> None:
    before = keeping.get("/v1/decisions").get_json()

    card = keeping.post("/v1/cards", json=QUESTION).get_json()

    assert faults("Card", card) == []
    assert card["decision_id"] is None
    assert keeping.get("/v1/decisions").get_json() == before


def test_the_example_is_what_the_service_says(client: FlaskClient) -> None:
    responses = DESCRIPTION["paths"]["/v1/cards"]["post"]["responses"]
    example = responses["200"]["content"]["application/json"]["example"]

    card = client.post("/v1/cards", json=QUESTION).get_json()

    assert card | {"created_at": example["created_at"]} == example


def test_who_is_locked_out_is_cut_short_and_said_to_be(client: FlaskClient) -> None:
    card = client.post("/v1/cards", json=operators(MOST_CALLERS + 3)).get_json()

    assert len(card["locked_out_today"]["items"]) == MOST_CALLERS
    assert card["locked_out_today"]["more"] == 3


def test_what_a_recommendation_hangs_on_is_never_cut(client: FlaskClient) -> None:
    question = operators(12)
    answer = client.post("/v1/decisions", json=question).get_json()

    card = client.post("/v1/cards", json=question).get_json()

    assert len(card["conditions"]) == len(answer["recommendation"]["conditions"]) > 0


def test_reasons_and_unknowns_are_few(client: FlaskClient) -> None:
    card = client.post("/v1/cards", json=REQUESTS["demo"]).get_json()

    assert len(card["because"]["items"]) == MOST_REASONS
    assert len(card["not_known"]["items"]) == MOST_UNKNOWNS
    assert card["because"]["more"] > 0
    assert card["not_known"]["more"] > 0
    assert card["locked_out_today"] is None


def test_without_the_section_of_unknowns_the_fields_are_named(client: FlaskClient) -> None:
    question = {
        "cluster": {"endpoint_access": {"public": True, "private": False, "public_access_cidrs": ["192.0.2.0/24"]}},
        "consumers": [{"name": "office", "kind": "operator", "location": {"at": "internet"}}],
        "include": [],
    }

    card = client.post("/v1/cards", json=question).get_json()

    assert card["not_known"]["items"][0] == {
        "field": "/consumers[office]/location/source_cidrs",
        "question": None,
        "assumed": False,
    }
    assert card["locked_out_today"]["items"] == []
    assert card["in_doubt_today"]["items"][0]["disposition"] == "insufficient_info"


def test_doubt_is_told_from_a_closed_door() -> None:
    answer = ANSWERS["nodes-cannot-join"]
    current = answer["current"]
    flows = [flow for step in current["traffic_path"] for flow in step["flows"] if flow["consumer"] == "operators"]
    doubtful = [flow | {"consumer": "a", "disposition": "insufficient_info"} for flow in flows]
    paths = [*current["traffic_path"], {"step": 1, "name": "kubectl_to_api_server", "flows": doubtful}]

    card = card_of(answer | {"current": current | {"traffic_path": paths}}, is_kept=False)

    assert [it["consumer"] for it in card["locked_out_today"]["items"]] == ["nodes"]
    assert [it["consumer"] for it in card["in_doubt_today"]["items"]] == ["a"]


def test_a_card_is_said_in_korean(client: FlaskClient) -> None:
    question = {name: value for name, value in QUESTION.items() if name != "include"}
    english = client.post("/v1/cards", json=question).get_json()

    korean = client.post("/v1/cards?lang=ko", json=question).get_json()

    assert korean["mode"] == english["mode"]
    said = [korean["because"]["items"][0]["sentence"], korean["not_known"]["items"][0]["question"]]
    assert not any(sentence.isascii() for sentence in said)
    assert korean["locked_out_today"]["items"][0]["consumer"] == "nodes"


def test_what_is_wrong_with_a_question_is_said_as_by_decisions(client: FlaskClient) -> None:
    question = {"cluster": {"vpc": {"cidrs": ["here"]}}}
    expected = client.post("/v1/decisions", json=question).get_json()

    body = assert_error(client.post("/v1/cards", json=question), 422, "INVALID_QUESTION")

    assert body["errors"] == expected["errors"]


@pytest.mark.parametrize(("path", "status"), [("/v1/cards?limit=1", 422), ("/v1/cards", 413)])
def test_a_card_is_bounded_like_a_question(client: FlaskClient, path: str, status: int) -> None:
    body = b'{"cluster": {}}' + b" " * (MAX_BODY_BYTES if status == 413 else 0)

    response = client.post(path, data=body, content_type="application/json")

    assert response.status_code == status


@pytest.mark.parametrize("id_", ["none", "00000000-0000-4000-8000-000000000000"])
def test_no_decision_has_no_card(keeping: FlaskClient, id_: str) -> None:
    assert_error(keeping.get(f"/v1/decisions/{id_}/card"), 404, "NOT_FOUND")


def test_where_nothing_is_kept_there_is_no_card_of_a_decision(client: FlaskClient) -> None:
    assert_error(client.get("/v1/decisions/00000000-0000-4000-8000-000000000000/card"), 404, "RECORDS_OFF")
