"""Decisions that were made before: listed, searched, opened, compared; and where nothing is kept."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.page.reading import Page
from tests.page.test_asking import QUESTION, send


@pytest.fixture(scope="module")
def ids(kept: FlaskClient) -> list[str]:
    """Three decisions, the oldest first."""
    questions: list[dict[str, Any]] = [
        {"cluster": {"name": "shop"}},
        QUESTION,
        QUESTION | {"requirements": {"internet_exposure": "none"}},
    ]
    return [kept.post("/v1/decisions", json=question).get_json()["decision_id"] for question in questions]


def test_what_the_page_decides_is_kept_under_its_link(kept: FlaskClient) -> None:
    page = send(kept, do="take", document=json.dumps(QUESTION))
    (link,) = [it.attributes["href"] for it in page.all("a") if it.attributes["href"].startswith("/decisions/")]

    again = Page(kept.get(link).text)

    assert again.one("h1").text == page.one("h1").text
    assert again.one("textarea", name="question").text == page.one("textarea", name="question").text


def test_decisions_are_listed_the_newest_first(kept: FlaskClient, ids: list[str]) -> None:
    page = Page(kept.get("/decisions").text)

    shown = [it.attributes["value"] for it in page.all("input", name="left")]
    assert [id_ for id_ in shown if id_ in ids] == ids[::-1]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("cluster=shop", [0]),
        ("outcome=no_mode_fits&cluster=staging", [2]),
        ("until=2020-01-01", []),
        ("mode=&since=", [2, 1, 0]),
    ],
)
def test_decisions_are_searched(kept: FlaskClient, ids: list[str], query: str, numbers: list[int]) -> None:
    page = Page(kept.get(f"/decisions?{query}").text)

    shown = [it.attributes["value"] for it in page.all("input", name="left")]
    assert [id_ for id_ in shown if id_ in ids] == [ids[number] for number in numbers]


def test_the_list_goes_on_page_by_page_with_its_filters(kept: FlaskClient, ids: list[str]) -> None:
    seen: list[str] = []
    address = "/decisions?cluster=staging&limit=1"
    while address:
        page = Page(kept.get(address).text)
        seen += [it.attributes["value"] for it in page.all("input", name="left")]
        address = next((it.attributes["href"] for it in page.all("a", **{"class": "more"})), "")
        assert len(seen) < 50

    assert [id_ for id_ in seen if id_ in ids] == [ids[2], ids[1]]


def test_a_filter_that_is_not_understood_is_said(kept: FlaskClient) -> None:
    response = kept.get("/decisions?since=yesterday&cluster=shop")

    assert response.status_code == 422
    page = Page(response.text)
    assert page.one("section", role="alert")
    assert page.one("input", name="cluster").attributes["value"] == "shop"


def test_nothing_found_is_said(kept: FlaskClient) -> None:
    assert "No decision fits these filters." in Page(kept.get("/decisions?cluster=nobody").text).text


def test_two_decisions_are_compared(kept: FlaskClient, ids: list[str]) -> None:
    page = Page(kept.get("/compare", query_string={"left": ids[1], "right": ids[2]}).text)

    assert "outcome: recommended -> no_mode_fits" in page.text
    assert "They answer different questions." in page.text


def test_a_decision_compared_with_itself_says_the_same(kept: FlaskClient, ids: list[str]) -> None:
    assert "Both say the same." in Page(kept.get(f"/compare?left={ids[0]}&right={ids[0]}").text).text


@pytest.mark.parametrize("address", ["/decisions/none", "/compare?left=none&right=none", "/compare", "/page/none"])
def test_what_is_not_there_is_said_as_a_page(kept: FlaskClient, address: str) -> None:
    response = kept.get(address)

    assert response.status_code == 404
    assert Page(response.text).one("h1").text


@pytest.mark.parametrize(
    "address",
    [
        "/decisions/5f0c8f1e-0000-4000-8000-000000000000",
        "/compare?left=5f0c8f1e-0000-4000-8000-000000000000&right=5f0c8f1e-0000-4000-8000-000000000000",
    ],
)
def test_without_records_there_is_nothing_to_open(unkept: FlaskClient, address: str) -> None:
    response = unkept.get(address)

    assert response.status_code == 404
    assert "RECORDS=off" in response.text


def test_without_records_the_list_says_so(unkept: FlaskClient) -> None:
    page = Page(unkept.get("/decisions").text)

    assert "Records are off here" in page.text
    assert page.all("table") == []


def test_without_records_a_decision_says_that_it_is_not_kept(unkept: FlaskClient) -> None:
    page = send(unkept, do="take", document=json.dumps(QUESTION))

    assert "nothing is kept" in page.text


def test_a_decision_of_a_batch_is_shown_with_what_it_has(kept: FlaskClient) -> None:
    (item,) = kept.post("/v1/decision-batches", json=[QUESTION]).get_json()["items"]

    page = Page(kept.get(f"/decisions/{item['decision']['decision_id']}").text)

    assert "public and private" in page.one("h1").text


def test_files_are_kept_by_their_content(unkept: FlaskClient) -> None:
    page = Page(unkept.get("/").text)
    style = page.one("link", rel="stylesheet").attributes["href"]

    fresh = unkept.get(style)
    again = unkept.get(style, headers={"If-None-Match": fresh.headers["ETag"]})

    assert fresh.mimetype == "text/css"
    assert "immutable" in fresh.headers["Cache-Control"]
    assert again.status_code == 304
    assert "no-cache" in unkept.get("/page/page.css").headers["Cache-Control"]


def test_moved_weights_and_opened_links_are_kept_when_somebody_says_so(kept: FlaskClient) -> None:
    question = QUESTION | {"cluster": QUESTION["cluster"] | {"name": "tried"}}

    def count() -> int:
        return len(kept.get("/v1/decisions?cluster=tried").get_json()["items"])

    asked = send(kept, do="take", document=json.dumps(question))
    before = count()
    tried = send(kept, **asked.form() | {"w.exposure": "0"}, do="weigh")
    looked = send(kept, question=json.dumps(question), do="look")
    after_looking = count()
    (button, _) = tried.all("button", value="decide")[:2]
    send(kept, **tried.form(), do="decide")

    assert after_looking == before
    assert count() == before + 1
    assert button.text == "Keep this decision"
    for page in (tried, looked):
        assert "This was looked at and is not kept." in page.text
        assert not [it for it in page.all("a") if it.attributes["href"].startswith("/decisions/")]


def test_where_nothing_is_kept_nobody_is_asked_whether_to(unkept: FlaskClient) -> None:
    page = send(unkept, question=json.dumps(QUESTION), do="look")

    assert "Records are off here" in page.text
    assert "Keep this decision" not in page.text
