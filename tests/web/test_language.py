"""Answers come in the language that is asked for; everything else about them is the same."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from service.web.language import language_of
from tests.recording import recording_app
from tests.web.assertions import assert_error

QUESTION: dict[str, Any] = {
    "cluster": {"name": "demo", "endpoint_access": {"public": True, "private": False, "public_access_cidrs": []}},
    "consumers": [
        {"name": "the internet", "kind": "operator", "location": {"at": "internet", "source_cidrs": ["13.209.0.0/28"]}}
    ],
}
KOREAN = {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}
HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize(
    ("accepted", "wanted", "language"),
    [
        ("", None, "en"),
        ("ko", None, "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", None, "ko"),
        ("en-US,en;q=0.9,ko;q=0.8", None, "en"),
        ("en;q=0.1, ko;q=0.5", None, "ko"),
        ("fr-FR, ko;q=0.3", None, "ko"),
        ("ko;q=0, fr", None, "en"),
        ("fr, de;q=0.9", None, "en"),
        ("*", None, "en"),
        ("not a language;;;q=x", None, "en"),
        ("en", "ko", "ko"),
        ("ko", "en", "en"),
        ("ko", "tlh", "ko"),
        ("", "../../etc", "en"),
    ],
)
def test_the_language_is_that_of_the_address_then_the_one_liked_best(
    accepted: str, wanted: str | None, language: str
) -> None:
    assert language_of(accepted, wanted) == language


def test_a_decision_in_korean_differs_in_its_sentences_only(client: FlaskClient) -> None:
    english = client.post("/v1/decisions", json=QUESTION).get_json()
    response = client.post("/v1/decisions", json=QUESTION, headers=KOREAN)
    korean = response.get_json()

    assert response.headers["Content-Language"] == "ko"
    assert "Accept-Language" in response.headers["Vary"]
    assert HANGUL.search(korean["current"]["findings"][0]["sentence"])
    assert korean["decision_digest"] == english["decision_digest"]
    assert korean["recommendation"]["because"] == english["recommendation"]["because"]
    for assessment, other in zip(english["assessments"], korean["assessments"], strict=True):
        assert [it["id"] for it in assessment["objections"]] == [it["id"] for it in other["objections"]]
        assert assessment["scores"]["total"] == other["scores"]["total"]


def test_a_caller_with_a_name_like_our_words_keeps_it(client: FlaskClient) -> None:
    korean = client.post("/v1/decisions", json=QUESTION, headers=KOREAN).get_json()

    names = {
        flow["consumer"]
        for assessment in korean["assessments"]
        for step in assessment["traffic_path"]
        for flow in step["flows"]
    }
    assert names == {"the internet"}
    sentences = [it["sentence"] for assessment in korean["assessments"] for it in assessment["objections"]]
    assert any(sentence.startswith("the internet:") for sentence in sentences)


def test_english_is_what_it_was_and_says_that_it_varies(client: FlaskClient) -> None:
    plain = client.get("/v1/causes")
    asked = client.get("/v1/causes", headers={"Accept-Language": "en-GB, ko;q=0.5"})

    assert plain.data == asked.data
    assert "Content-Language" not in plain.headers
    assert plain.headers["Vary"] == "Accept-Language"


def test_the_address_overrides_the_header_and_no_route_has_to_know(client: FlaskClient) -> None:
    response = client.post("/v1/decisions?validate_only=true&lang=ko", json={"cluster": {}}, headers=KOREAN)
    assert response.headers["Content-Language"] == "ko"

    english = client.post("/v1/decisions?lang=en", json=QUESTION, headers=KOREAN)
    assert "Content-Language" not in english.headers


def test_a_problem_comes_in_korean_with_its_code_and_pointers(client: FlaskClient) -> None:
    response = client.post("/v1/decisions", json={"cluster": {"nmae": "x"}}, headers=KOREAN)

    body = assert_error(response, 422, "INVALID_QUESTION")
    assert HANGUL.search(body["title"])
    assert body["errors"][0]["pointer"] == "/cluster/nmae"


def test_a_tag_is_that_of_the_language(client: FlaskClient) -> None:
    english = client.get("/v1/causes").headers["ETag"]
    first = client.get("/v1/causes", headers=KOREAN)
    tag = first.headers["ETag"]

    assert tag != english
    assert client.get("/v1/causes", headers=KOREAN | {"If-None-Match": tag}).status_code == 304
    assert client.get("/v1/causes", headers=KOREAN | {"If-None-Match": english}).status_code == 200
    assert client.get("/v1/causes", headers={"If-None-Match": tag}).status_code == 200
    assert client.head("/v1/causes", headers=KOREAN).status_code == 200


def test_a_report_comes_in_korean(client: FlaskClient) -> None:
    response = client.post("/v1/decisions", json=QUESTION, headers=KOREAN | {"Accept": "text/markdown"})

    assert response.headers["Content-Language"] == "ko"
    assert HANGUL.search(response.get_data(as_text=True).split("\n")[0])


def test_a_batch_comes_in_korean_in_both_forms(client: FlaskClient) -> None:
    items = [QUESTION, {"cluster": {"nmae": "x"}}]
    listed = client.post("/v1/decision-batches", json=items, headers=KOREAN).get_json()["items"]
    lines = client.post(
        "/v1/decision-batches",
        data=b"\n".join(map(orjson.dumps, items)),
        headers=KOREAN | {"Content-Type": "application/x-ndjson"},
    )

    for found in (listed, [orjson.loads(line) for line in lines.data.splitlines()]):
        assert HANGUL.search(found[0]["decision"]["current"]["findings"][0]["sentence"])
        assert HANGUL.search(found[1]["problem"]["title"])


def test_a_kept_decision_is_kept_in_english_and_read_in_either(tmp_path: Any) -> None:
    client = recording_app(tmp_path).test_client()
    place = client.post("/v1/decisions", json=QUESTION, headers=KOREAN).headers["Location"]

    english, korean = client.get(place), client.get(place, headers=KOREAN)

    assert not HANGUL.search(english.get_data(as_text=True))
    assert HANGUL.search(korean.get_json()["current"]["findings"][0]["sentence"])
    assert korean.headers["ETag"] != english.headers["ETag"]
