"""The card in pages of others, as it goes out: whose pages may show it, what stands in it, and what does not."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.access_settings import AccessSettings
from service.settings import Edge
from tests.page.reading import Page
from tests.page.test_asking import HOSTILE, QUESTION
from tests.recording import recording_app
from tests.web.callers import READ, KeyFile

PORTAL = "https://portal.example.com"
TO_PORTAL = Edge(allowed_origins=(PORTAL,))
OTHER = "https://other.example.com"
FRAMES = ("/embed/decide", "/embed/decisions/00000000-0000-4000-8000-000000000000")
ELEMENT = "/embed/card.js"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A service with a record that a portal may show."""
    return recording_app(tmp_path_factory.mktemp("opened"), edge=TO_PORTAL).test_client()


def keep(client: FlaskClient, question: dict[str, Any]) -> str:
    """The id of a decision that is kept now."""
    return str(client.post("/v1/decisions", json=question).get_json()["decision_id"])


@pytest.mark.parametrize("path", FRAMES)
def test_without_configured_origins_there_is_no_frame(kept: FlaskClient, path: str) -> None:
    answer = kept.get(path)

    assert answer.headers["Content-Security-Policy"].endswith("; frame-ancestors 'none'")
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", FRAMES)
def test_configured_origins_alone_may_show_a_frame(opened: FlaskClient, path: str) -> None:
    answer = opened.get(path)

    assert answer.headers["Content-Security-Policy"].endswith(f"; frame-ancestors {PORTAL}")
    assert "X-Frame-Options" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/decisions", "/compare", "/v1/facts", "/nothing", "/embed/nothing", ELEMENT]
)
def test_everything_else_stays_out_of_frames(opened: FlaskClient, path: str) -> None:
    answer = opened.get(path)

    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_frame_runs_nothing_but_our_own_files(opened: FlaskClient) -> None:
    policy = opened.get("/embed/decide").headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self' 'sha256-")
    assert "unsafe" not in policy


def test_a_kept_decision_stands_in_a_frame_without_scripts(opened: FlaskClient) -> None:
    id_ = keep(opened, QUESTION)

    page = Page(opened.get(f"/embed/decisions/{id_}").text)

    assert page.one("h1").text == "Open it public and private"
    assert page.all("script") == []
    assert page.all("form") == []
    (link,) = page.all("a")
    assert link.attributes["href"] == f"../../decisions/{id_}?lang=en"
    assert (link.attributes["target"], link.attributes["rel"]) == ("_blank", "noopener")
    for said in ("staging", "nodes turned away", "13.124.1.10/32 is not on the list", "Everybody gets in."):
        assert said in page.text


def test_a_frame_speaks_korean(opened: FlaskClient) -> None:
    id_ = keep(opened, QUESTION)

    page = Page(opened.get(f"/embed/decisions/{id_}?lang=ko").text)

    assert page.one("h1").text == "권장: 퍼블릭 및 프라이빗"
    assert page.one("html").attributes["lang"] == "ko"
    assert page.one("a").attributes["href"].endswith("?lang=ko")


def test_names_are_never_markup_in_a_frame(opened: FlaskClient) -> None:
    question = {
        "cluster": {"name": HOSTILE, "region": HOSTILE, "endpoint_access": {"public": False, "private": True}},
        "consumers": [{"name": HOSTILE, "kind": "operator", "location": {"at": "internet"}}],
    }

    page = Page(opened.get(f"/embed/decisions/{keep(opened, question)}").text)

    assert page.html.count("<bdi>") >= 2
    assert HOSTILE in unescape(page.html)
    assert page.all("img") == []
    assert page.all("script") == []


@pytest.mark.parametrize(
    ("id_", "said"), [("none", "There is no such decision"), (FRAMES[1][17:], "There is no such decision")]
)
def test_a_decision_that_there_is_not_is_said_in_the_frame(opened: FlaskClient, id_: str, said: str) -> None:
    answer = opened.get(f"/embed/decisions/{id_}")

    assert answer.status_code == 404
    assert Page(answer.text).one("h1").text == said
    assert Page(answer.text).one("a").text == "Try again"
    assert answer.headers["Content-Security-Policy"].endswith(PORTAL)


def test_a_frame_says_that_a_key_is_needed(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.txt")
    key = file.add("portal", READ)
    access = AccessSettings(keys_file=file.path)
    locked = recording_app(tmp_path, edge=TO_PORTAL, access=access).test_client()
    path = FRAMES[1]

    refused, found = locked.get(path), locked.get(path, headers=key)

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"]
    assert Page(refused.text).all("a") == []
    assert found.status_code == 404
    assert locked.get("/embed/decide").status_code == locked.get(ELEMENT).status_code == 200


def test_the_element_is_one_file_that_fetches_no_other(unkept: FlaskClient) -> None:
    answer = unkept.get(ELEMENT)

    assert answer.content_type == "text/javascript; charset=utf-8"
    assert "\nimport " not in answer.text
    assert "import(" not in answer.text
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert sink not in answer.text


def test_the_element_is_kept_by_its_digest_and_asked_for_again_without(unkept: FlaskClient) -> None:
    first = unkept.get(ELEMENT)
    digest = first.headers["ETag"].strip('"')

    assert first.headers["Cache-Control"] == "no-cache"
    assert unkept.get(ELEMENT, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert "immutable" in unkept.get(f"{ELEMENT}?v={digest}").headers["Cache-Control"]


def test_the_element_says_its_words_in_both_languages(unkept: FlaskClient) -> None:
    line = next(line for line in unkept.get(ELEMENT).text.splitlines() if line.startswith("const WORDS = "))
    words = json.loads(line.removeprefix("const WORDS = ").removesuffix(";"))

    assert words["en"]["sentences"].keys() == words["ko"]["sentences"].keys()
    assert [name for name, said in words["ko"]["sentences"].items() if said == words["en"]["sentences"][name]] == []
    assert words["ko"]["names"]["private"] == "프라이빗"


def test_the_pages_of_a_portal_may_fetch_the_element_and_others_may_not(opened: FlaskClient) -> None:
    allowed, refused = (opened.get(ELEMENT, headers={"Origin": origin}) for origin in (PORTAL, OTHER))

    assert allowed.headers["Access-Control-Allow-Origin"] == PORTAL
    assert allowed.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert refused.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("path", "method"), [("/v1/cards", "POST"), ("/v1/decisions/00000000-0000-4000-8000-000000000000/card", "GET")]
)
def test_what_the_element_asks_is_open_to_the_portal_only(opened: FlaskClient, path: str, method: str) -> None:
    wanted = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}

    allowed, refused = (opened.options(path, headers={"Origin": origin, **wanted}) for origin in (PORTAL, OTHER))
    answered = opened.open(path, method=method, json=QUESTION, headers={"Origin": PORTAL})

    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (204, PORTAL)
    assert not any(name.startswith("Access-Control-") for name, _ in refused.headers)
    assert answered.headers["Access-Control-Allow-Origin"] == PORTAL
    for answer in (allowed, answered):
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers
