"""A decision is drawn: any mode, consumer or step of it, kept or not, and nothing that a picture may not hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.recording import recording_app
from tests.web.assertions import assert_error
from tests.web.description import REQUESTS

SVG = "{http://www.w3.org/2000/svg}"
QUESTION: dict[str, Any] = REQUESTS["nodes-cannot-join"]


@pytest.fixture
def keeping(tmp_path: Path) -> FlaskClient:
    """A client of a service that keeps what it decides."""
    return recording_app(tmp_path).test_client()


def drawn(client: FlaskClient, question: dict[str, Any] = QUESTION, **query: str) -> ElementTree.Element:
    """The picture of a question as the XML that it is."""
    response = client.post("/v1/diagrams", json=question, query_string=query)
    assert response.status_code == 200, response.get_json()
    assert response.mimetype == "image/svg+xml"
    return ElementTree.fromstring(response.data)


def said(picture: ElementTree.Element) -> str:
    """Everything that stands in the picture as text."""
    return "\n".join("".join(text.itertext()) for text in picture.iter(f"{SVG}text"))


def described(picture: ElementTree.Element) -> str:
    """What the picture says to those who do not see it."""
    return picture.findtext(f"{SVG}desc") or ""


@pytest.mark.parametrize("name", REQUESTS)
def test_every_example_is_drawn(client: FlaskClient, name: str) -> None:
    picture = drawn(client, REQUESTS[name])

    assert picture.get("role") == "img"
    assert picture.findtext(f"{SVG}title")
    assert "1. TCP 443" in described(picture) or "3. TCP 443" in described(picture)


def test_a_kept_decision_is_drawn_as_its_question_is(keeping: FlaskClient) -> None:
    where = keeping.post("/v1/decisions", json=QUESTION).headers["Location"]

    kept = keeping.get(f"{where}/diagram.svg", query_string={"mode": "public"})
    asked = keeping.post("/v1/diagrams", json=QUESTION, query_string={"mode": "public"})

    assert kept.status_code == 200
    assert kept.data == asked.data
    again = keeping.get(f"{where}/diagram.svg?mode=public", headers={"If-None-Match": kept.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_drawing_a_question_keeps_nothing(keeping: FlaskClient) -> None:
    keeping.post("/v1/diagrams", json=QUESTION)

    assert keeping.get("/v1/decisions").get_json()["items"] == []


def test_a_blocked_path_ends_at_what_stops_it_with_the_cause(client: FlaskClient) -> None:
    picture = drawn(client, mode="current")

    assert "node-egress-ip-not-in-public-access-cidrs" in said(picture)
    assert "13.124.1.10/32 is not on the list" in said(picture)


def test_one_step_and_one_consumer_can_be_drawn_alone(client: FlaskClient) -> None:
    whole, step, consumer = drawn(client), drawn(client, step="2"), drawn(client, consumer="nodes")

    assert {"1. TCP", "2. TCP", "3. TCP"} == {
        mark for mark in ("1. TCP", "2. TCP", "3. TCP") if mark in described(whole)
    }
    assert "2. TCP" in described(step)
    assert "1. TCP" not in described(step)
    assert "3. TCP" not in described(step)
    assert "1. TCP" not in described(consumer)


def test_two_modes_stand_side_by_side(client: FlaskClient) -> None:
    alone, both = drawn(client, mode="public"), drawn(client, mode="public", compare="private")

    assert float(both.get("width", "0")) > float(alone.get("width", "0")) * 1.5
    assert "Public (" in said(both)
    assert "Private (" in said(both)


@pytest.mark.parametrize(
    ("query", "pointer", "hint"),
    [
        ({"mode": "publik"}, "/mode", "did you mean `public`?"),
        ({"mode": "public", "compare": "public"}, "/compare", "drawn anyway"),
        ({"consumer": "node"}, "/consumer", "did you mean `nodes`?"),
        ({"step": "4"}, "/step", "`1`, `2`, `3`"),
        ({"colour": "red"}, "/colour", ""),
    ],
)
def test_what_is_not_there_to_draw_is_refused(
    client: FlaskClient, query: dict[str, str], pointer: str, hint: str
) -> None:
    response = client.post("/v1/diagrams", json=QUESTION, query_string=query)

    errors = assert_error(response, 422, "INVALID_QUERY")["errors"]
    assert [error["pointer"] for error in errors] == [pointer]
    assert hint in errors[0]["detail"]


def test_a_present_setting_that_is_not_there_is_not_drawn(client: FlaskClient) -> None:
    response = client.post("/v1/diagrams?mode=current", json={"cluster": {"name": "planned"}})

    assert "the present setting is not assessed" in assert_error(response, 422, "INVALID_QUERY")["errors"][0]["detail"]


def test_a_question_that_is_none_is_refused_as_everywhere(client: FlaskClient) -> None:
    assert_error(client.post("/v1/diagrams", json={"clutser": {}}), 422, "INVALID_QUESTION")


def test_a_document_that_was_not_kept_leaves_what_the_paths_name(keeping: FlaskClient) -> None:
    question = REQUESTS["from-a-document"]
    where = keeping.post("/v1/decisions", json=question).headers["Location"]

    picture = ElementTree.fromstring(keeping.get(f"{where}/diagram.svg").data)

    assert "only what the paths name is drawn" in said(picture)


def test_names_are_shown_and_do_nothing(client: FlaskClient) -> None:
    hostile = '</title><script>alert(1)</script>" onload="x'
    question = {
        "cluster": {"name": hostile},
        "consumers": [{"name": hostile, "kind": "operator", "location": {"at": "internet", "source_cidrs": None}}],
    }

    response = client.post("/v1/diagrams", json=question)

    ElementTree.fromstring(response.data)
    assert b"<script" not in response.data
    assert response.data.count(b"http") == 1
    assert b'onload="' not in response.data.replace(b"&quot;", b"")


def test_the_same_paths_come_as_a_flowchart(keeping: FlaskClient) -> None:
    where = keeping.post("/v1/decisions", json=QUESTION).headers["Location"]

    kept = keeping.get(f"{where}/diagram.mmd?mode=current")
    asked = keeping.post("/v1/diagrams?mode=current", json=QUESTION, headers={"Accept": "text/vnd.mermaid"})

    assert kept.mimetype == "text/vnd.mermaid"
    assert kept.data == asked.data
    assert kept.text.startswith("flowchart LR\n")
    assert "node-egress-ip-not-in-public-access-cidrs" in kept.text


def test_a_flowchart_is_of_one_mode(client: FlaskClient) -> None:
    response = client.post(
        "/v1/diagrams?mode=public&compare=private", json=QUESTION, headers={"Accept": "text/vnd.mermaid"}
    )

    assert [it["pointer"] for it in assert_error(response, 422, "INVALID_QUERY")["errors"]] == ["/compare"]


def test_a_form_that_there_is_not_is_refused(client: FlaskClient) -> None:
    assert_error(client.post("/v1/diagrams", json=QUESTION, headers={"Accept": "image/png"}), 406, "NOT_ACCEPTABLE")


def test_the_report_holds_a_flowchart_of_each_mode_that_it_tells(client: FlaskClient) -> None:
    report = client.post("/v1/decisions", json=QUESTION, headers={"Accept": "text/markdown"}).text

    assert report.count("```mermaid\nflowchart LR\n") == report.count("## The traffic path in ") > 0


def test_the_picture_is_in_the_readers_language_and_its_names_and_codes_are_not(client: FlaskClient) -> None:
    korean = client.post("/v1/diagrams?mode=current", json=QUESTION, headers={"Accept-Language": "ko"})

    picture = ElementTree.fromstring(korean.data)
    assert korean.headers["Content-Language"] == "ko"
    assert "13.124.1.10/32" in said(picture)
    assert "is not on the list" not in said(picture)
    assert "node-egress-ip-not-in-public-access-cidrs" in said(picture)
