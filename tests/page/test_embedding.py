"""Real Chromium opens a portal's page with the card in it: on an origin that may show it, and on one that may not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.e2e.server import Server, running_service
from tests.page.browser import faults
from tests.page.portal import Portal, running_portal
from tests.page.test_browser import QUESTION

HOSTILE = "</script><img src=x onerror=\"document.title='struck'\">שלום`${1}`%(mode)s"
STRANGE = {
    "cluster": {"name": HOSTILE, "region": HOSTILE, "endpoint_access": {"public": False, "private": True}},
    "consumers": [{"name": HOSTILE, "kind": "operator", "location": {"at": "internet"}}],
}
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """An origin that may show the card."""
    with running_portal() as running:
        yield running


@pytest.fixture(scope="module")
def stranger() -> Iterator[Portal]:
    """An origin that may not."""
    with running_portal() as running:
        yield running


@pytest.fixture(scope="module")
def server(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service with a record."""
    log = tmp_path_factory.mktemp("embedding") / "log"
    with running_service(log, RECORDS="required", WORKERS="1", ALLOWED_ORIGINS=portal.origin) as running:
        portal.policy = (
            f"default-src 'none'; script-src {running.url}; connect-src {running.url}; frame-src {running.url}; "
            "style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        yield running


class Tab:
    """A page of a portal, with what it complained of and whom it asked."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.asked: list[Request] = []
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.context.on("request", lambda sent: self.asked.append(sent))

    def open(self, host: Portal, body: str, server: Server | None, language: str = "en") -> Locator:
        """Opens a page with this body, and gives the card that stands in it."""
        script = f'<script type="module" src="{server.url}/embed/card.js"></script>' if server else ""
        head = f'<meta name="viewport" content="width=device-width"><title>portal</title>{script}'
        host.pages["/page.html"] = (
            f'<!doctype html><html lang="{language}"><head>{head}</head><body><main><h1>Portal</h1>{body}</main></body>'
        )
        self.page.goto(f"{host.origin}/page.html")
        return self.page.locator("eks-endpoint-decision .card")


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """A tab; what it complains of is for the tests to hold."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    yield Tab(context.new_page())
    context.close()


def kept(server: Server, question: dict[str, Any]) -> str:
    """The id of a decision that is kept."""
    return str(server.post("/v1/decisions", json=question).json()["decision_id"])


def by_question(question: object) -> str:
    """The element with a question, as a portal writes it."""
    text = json.dumps(question).replace("<", "\\u003c")
    return f'<eks-endpoint-decision><script type="application/json">{text}</script></eks-endpoint-decision>'


def words(card: Locator) -> str:
    """The text of a card on one line, but for the time at which it was decided."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "TIME", card.inner_text())
    return " ".join(text.split())


def test_a_decision_is_shown_by_its_id(tab: Tab, portal: Portal, server: Server) -> None:
    id_ = kept(server, QUESTION)

    card = tab.open(portal, f'<eks-endpoint-decision decision="{id_}"></eks-endpoint-decision>', server)

    expect(card.locator("h2")).to_have_text("Open it public and private")
    expect(card).to_contain_text("nodes turned away")
    assert card.get_attribute("aria-busy") == "false"
    with tab.page.context.expect_page() as opened:
        card.get_by_role("link", name="The whole decision").click()
    expect(opened.value.locator("h1")).to_have_text("Open it public and private")
    assert opened.value.url == f"{server.url}/decisions/{id_}?lang=en"
    assert tab.complaints == []


def test_a_question_is_decided_and_leads_to_the_page(tab: Tab, portal: Portal, server: Server) -> None:
    before = server.get("/v1/decisions").json()

    card = tab.open(portal, by_question(QUESTION), server)

    expect(card.locator("h2")).to_have_text("Open it public and private")
    assert card.get_by_role("link").get_attribute("href").startswith(f"{server.url}/?lang=en#q=")
    with tab.page.context.expect_page() as opened:
        card.get_by_role("link").click()
    opened.value.wait_for_selector("#verdict")
    assert json.loads(opened.value.input_value("#question-text")) == QUESTION
    assert server.get("/v1/decisions").json() == before
    assert tab.complaints == []


def test_nothing_that_tells_who_reads_goes_along(tab: Tab, portal: Portal, server: Server) -> None:
    tab.page.context.add_cookies([{"name": "session", "value": "1", "url": server.url}])
    card = tab.open(portal, by_question(QUESTION), server)
    expect(card.locator("h2")).to_be_visible()

    calls = [sent for sent in tab.asked if "/v1/" in sent.url]

    assert [sent.method for sent in calls] == ["POST"]
    headers = calls[0].all_headers()
    assert "cookie" not in headers
    assert "referer" not in headers
    assert "authorization" not in headers


def test_the_portal_gives_a_token_and_a_question_by_script(tab: Tab, portal: Portal, server: Server) -> None:
    portal.pages["/own.js"] = (
        "const it = document.querySelector('eks-endpoint-decision');"
        f"it.question = {json.dumps(QUESTION)}; it.token = async () => 'from-the-portal';"
    )
    portal.policy, strict = None, portal.policy
    card = tab.open(portal, '<eks-endpoint-decision></eks-endpoint-decision><script src="own.js"></script>', server)
    portal.policy = strict

    expect(card.locator("h2")).to_have_text("Open it public and private")

    (call,) = [sent for sent in tab.asked if "/v1/" in sent.url]
    assert call.all_headers()["authorization"] == "Bearer from-the-portal"
    assert "from-the-portal" not in tab.page.content()


def test_what_changes_is_asked_for_anew(tab: Tab, portal: Portal, server: Server) -> None:
    first, second = kept(server, QUESTION), kept(server, STRANGE)
    card = tab.open(portal, f'<eks-endpoint-decision decision="{first}"></eks-endpoint-decision>', server)
    expect(card.locator("h2")).to_have_text("Open it public and private")
    host = tab.page.locator("eks-endpoint-decision")

    host.evaluate("(it, id) => it.setAttribute('decision', id)", second)
    expect(card.locator(".over")).to_contain_text("שלום")
    host.evaluate("(it, id) => it.setAttribute('lang', 'ko')", second)

    expect(card).to_have_attribute("lang", "ko")
    expect(card).to_contain_text("이유")


def test_a_decision_that_there_is_not_is_said(tab: Tab, portal: Portal, server: Server) -> None:
    card = tab.open(portal, f'<eks-endpoint-decision decision="{NOBODY}"></eks-endpoint-decision>', server)

    expect(card.locator("h2")).to_have_text("There is no such decision")
    expect(card).to_have_class("card refused")
    expect(tab.page.locator("eks-endpoint-decision [role=status]")).to_have_text("There is no such decision")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"cluster": {"vpc": {"cidrs": ["here"]}}}, "/cluster/vpc/cidrs/0"),
        ("no question", "expected an object"),
        ({"cluster": {"labels": {"a": "x" * 300_000}}}, "The body is too large"),
    ],
)
def test_a_question_with_mistakes_is_refused_where_they_stand(
    tab: Tab, portal: Portal, server: Server, question: object, said: str
) -> None:
    card = tab.open(portal, by_question(question), server)

    expect(card).to_contain_text(said)
    expect(card).to_have_class("card refused")
    assert card.get_by_role("button").count() == 0


def test_an_element_that_asks_nothing_says_so(tab: Tab, portal: Portal, server: Server) -> None:
    card = tab.open(portal, "<eks-endpoint-decision></eks-endpoint-decision>", server)

    expect(card).to_contain_text("Nothing is asked")


def test_an_origin_that_may_not_gets_no_element_and_keeps_what_stands_there(
    tab: Tab, stranger: Portal, server: Server
) -> None:
    card = tab.open(
        stranger,
        f'<eks-endpoint-decision decision="{kept(server, QUESTION)}"><p>see the service</p></eks-endpoint-decision>',
        server,
    )

    expect(tab.page.get_by_text("see the service")).to_be_visible()
    assert card.count() == 0
    assert any("CORS policy" in said for said in tab.complaints)


def test_a_copy_of_the_element_on_an_origin_that_may_not_says_that_nobody_answers(
    tab: Tab, stranger: Portal, server: Server
) -> None:
    id_ = kept(server, QUESTION)
    stranger.pages["/embed/card.js"] = server.get("/embed/card.js").text
    body = f'<eks-endpoint-decision service="{server.url}" decision="{id_}"></eks-endpoint-decision>'
    card = tab.open(stranger, f'<script type="module" src="/embed/card.js"></script>{body}', None)
    expect(card).to_have_class("card unreachable")
    expect(card).to_contain_text("this page may not ask it")
    asked = len(tab.asked)

    card.get_by_role("button", name="Try again").press("Enter")

    expect(card).to_have_class("card unreachable")
    assert len([sent for sent in tab.asked[asked:] if id_ in sent.url]) == 1
    assert tab.page.evaluate("document.activeElement.localName") == "eks-endpoint-decision"
    assert "nodes" not in words(card)


def test_a_proxy_of_the_portal_needs_no_allowed_origin(tab: Tab, stranger: Portal, server: Server) -> None:
    """A login page in place of an answer is no decision; the answer of a proxy is one."""
    id_ = kept(server, QUESTION)
    stranger.pages["/embed/card.js"] = server.get("/embed/card.js").text
    stranger.pages[f"/proxy/v1/decisions/{id_}/card"] = server.get(f"/v1/decisions/{id_}/card").text
    stranger.pages[f"/proxy/v1/decisions/{NOBODY}/card"] = "<!doctype html><h1>Log in</h1>"
    element = '<eks-endpoint-decision service="/proxy" decision="{}"></eks-endpoint-decision>'
    script = '<script type="module" src="/embed/card.js"></script>'

    card = tab.open(stranger, script + element.format(id_), None)
    expect(card.locator("h2")).to_have_text("Open it public and private")
    card = tab.open(stranger, script + element.format(NOBODY), None)

    expect(card).to_have_class("card unreachable")


def test_the_frame_says_what_the_element_says(tab: Tab, portal: Portal, server: Server) -> None:
    """Of several decisions: one that is recommended, one that hangs on an address, one in which no mode fits."""
    questions = [QUESTION, {"cluster": {"name": "demo"}}, QUESTION | {"requirements": {"internet_exposure": "none"}}]
    for id_ in [kept(server, question) for question in [*questions, STRANGE]]:
        frame = f'<iframe src="{server.url}/embed/decisions/{id_}" sandbox title="card"></iframe>'
        card = tab.open(portal, f'{frame}<eks-endpoint-decision decision="{id_}"></eks-endpoint-decision>', server)
        expect(card.locator(".foot")).to_be_visible()

        assert words(tab.page.frame_locator("iframe").locator(".card")) == words(card)
    assert tab.complaints == []


def test_a_frame_decides_the_question_in_its_address(tab: Tab, portal: Portal, server: Server) -> None:
    card = tab.open(portal, by_question(QUESTION), server)
    fragment = card.get_by_role("link").get_attribute("href").partition("#")[2]

    rules = "allow-scripts allow-same-origin"
    frame = f'<iframe src="{server.url}/embed/decide#{fragment}" sandbox="{rules}" title="card"></iframe>'
    tab.open(portal, frame, server)

    shown = tab.page.frame_locator("iframe").locator("eks-endpoint-decision .card")
    expect(shown.locator("h2")).to_have_text("Open it public and private")
    assert tab.complaints == []
    assert not any("#" in sent.url.removesuffix(f"#{fragment}") for sent in tab.asked)


@pytest.mark.parametrize("fragment", ["", "#q=", "#q=AAAA", "#q=%%%", "#other"])
def test_a_frame_whose_address_holds_no_question_says_so(
    tab: Tab, portal: Portal, server: Server, fragment: str
) -> None:
    tab.open(portal, f'<iframe src="{server.url}/embed/decide{fragment}" title="card"></iframe>', server)

    shown = tab.page.frame_locator("iframe").locator("eks-endpoint-decision .card")
    expect(shown).to_have_class("card refused")


@pytest.mark.parametrize("path", ["/embed/decide", "/embed/decisions/{}"])
def test_an_origin_that_may_not_gets_an_empty_frame(tab: Tab, stranger: Portal, server: Server, path: str) -> None:
    address = server.url + path.format(kept(server, QUESTION))

    tab.open(stranger, f'<iframe src="{escape(address)}" title="card"></iframe>', None)
    tab.page.wait_for_timeout(300)

    assert tab.page.frame_locator("iframe").locator(".card").count() == 0
    assert any("frame-ancestors" in said for said in tab.complaints)


@pytest.mark.parametrize("how", ["element", "frame"])
def test_names_do_nothing(tab: Tab, portal: Portal, server: Server, how: str) -> None:
    id_ = kept(server, STRANGE)
    element = f'<eks-endpoint-decision decision="{id_}"></eks-endpoint-decision>'
    frame = f'<iframe src="{server.url}/embed/decisions/{id_}" title="card"></iframe>'

    card = tab.open(portal, element if how == "element" else frame, server)
    card = card if how == "element" else tab.page.frame_locator("iframe").locator(".card")

    expect(card.locator(".over bdi")).to_have_text(HOSTILE)
    assert card.locator("img").count() == 0
    assert tab.page.title() == "portal"
    assert tab.complaints == []


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (360, "dark", "ko")])
def test_nobody_is_shut_out(tab: Tab, portal: Portal, server: Server, width: int, scheme: str, language: str) -> None:
    tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.page.set_viewport_size({"width": width, "height": 800})
    found = []
    for question in (QUESTION, STRANGE, {"cluster": {"name": "demo"}}, "no question"):
        card = tab.open(portal, by_question(question), server, language)
        expect(card).not_to_have_class("card loading")
        found += faults(tab.page)
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.page.goto(f"{server.url}/embed/decisions/{kept(server, STRANGE)}")
    found += faults(tab.page)

    assert found == []


def test_a_theme_is_set_from_outside(tab: Tab, portal: Portal, server: Server) -> None:
    portal.pages["/theme.css"] = (
        "eks-endpoint-decision { --eks-ground: rgb(1, 2, 3) } ::part(heading) { color: rgb(4, 5, 6) }"
    )
    body = f'<link rel="stylesheet" href="theme.css">{by_question(QUESTION)}'

    card = tab.open(portal, body, server)

    expect(card.locator("h2")).to_have_css("color", "rgb(4, 5, 6)")
    expect(card).to_have_css("background-color", "rgb(1, 2, 3)")


def test_the_example_of_the_documents_works(tab: Tab, portal: Portal, server: Server) -> None:
    portal.policy, strict = None, portal.policy  # it has a policy of its own
    portal.show_example(server.url)
    tab.page.goto(f"{portal.origin}/index.html")

    card = tab.page.locator("eks-endpoint-decision .card")
    expect(card.locator("h2")).to_have_text("Open it public and private")
    framed = tab.page.frame_locator("iframe").locator("eks-endpoint-decision .card")
    expect(framed.locator("h2")).to_have_text("Open it public and private")
    portal.policy = strict

    assert words(card) == words(framed)
    assert tab.complaints == []
