"""Real Chromium drives the page: everything that a person does on it, in one session, with the service as it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from service.web.access.callers import Scope
from service.web.access.keys import new_key
from tests.e2e.server import Server, running_service
from tests.knowledge_base import knowledge
from tests.page.browser import faults
from tests.web.description import REQUESTS

FIRST_VIEW_BYTES = 100_000
QUESTION = {name: value for name, value in REQUESTS["nodes-cannot-join"].items() if name != "include"}
DEFINITIONS = (
    "ack/test/e2e/resources/cluster_simple.yaml",
    "capa/test/e2e/data/eks/cluster-template-eks-control-plane-bare-eks.yaml",
    "cfn-templates/EKS/template.yaml",
    "crossplane/provider-upjet-aws/examples-generated/cluster/eks/v1beta2/cluster.yaml",
    "eksctl/examples/09-nat-gateways.yaml",
    "fixinventory/eks/describe-cluster__cluster1.json",
    "rancher-eks-operator/examples/create-example.yaml",
    "terraform-aws-eks/v20.37.2/examples/eks-auto-mode/main.tf",
    "c7n/terraform/eks_nodegroup_delete/main.tf",
    "checkov/runner/resources/plan_data_resource_partial_values/tfplan.json",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service with a record."""
    with running_service(tmp_path_factory.mktemp("page") / "log", RECORDS="required", WORKERS="1") as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A tab that tells whoever talks to anybody else, and complains."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    complaints: list[str] = []
    elsewhere: list[str] = []
    tab.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    context.on("request", lambda sent: None if sent.url.startswith(server.url) else elsewhere.append(sent.url))
    yield tab
    context.close()
    # Chromium itself notes each answer of 4xx; which ones come is for the tests to say.
    assert [it for it in complaints if "the server responded with a status of 4" not in it] == []
    assert elsewhere == []


def decide(page: Page, server: Server, document: str) -> None:
    """Pastes a document and waits for what comes."""
    page.goto(server.url + "/")
    page.fill("#document", document)
    page.click("#take button")
    page.wait_for_selector("#verdict, .faults, .choices")


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_real_definition_is_decided(page: Page, server: Server, name: str) -> None:
    text = knowledge(f"cases/definitions/{name}")

    decide(page, server, text)

    expect(page.locator("h1")).to_have_text(re.compile("Open it|No mode fits|It depends"))
    assert json.loads(page.input_value("#question-text")) == {"source": {"document": text}}
    assert page.locator("#drawing svg").count() == 1


def test_a_choice_between_clusters_is_no_decision_yet(page: Page, server: Server) -> None:
    each = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: NAME, region: eu-west-1}\n"

    decide(page, server, f"{each.replace('NAME', 'one')}---\n{each.replace('NAME', 'two')}")
    page.wait_for_function("!document.getElementById('main').hasAttribute('aria-busy')")

    expect(page.locator("#news")).to_have_text("")
    page.get_by_role("button", name="two").click()
    expect(page.locator("#news")).to_have_text("Decided.")
    expect(page.locator(".over")).to_contain_text("two")


def test_the_first_view_is_small(page: Page, server: Server) -> None:
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))

    page.goto(server.url + "/", wait_until="networkidle")

    assert len(sizes) >= 3
    assert sum(sizes) < FIRST_VIEW_BYTES


def test_the_state_is_a_link_and_an_answer_moves_on(page: Page, server: Server) -> None:
    decide(page, server, json.dumps(QUESTION))
    page.wait_for_function("location.hash.startsWith('#q=')")
    first, verdict = page.url, page.inner_text("h1")

    page.locator("#next button.answer", has_text="no mode fits").first.click()
    page.wait_for_function("before => location.hash !== before", arg=first.partition("/#")[2].join(["#", ""]))
    expect(page.locator("h1")).to_have_text("No mode fits")
    page.go_back()
    expect(page.locator("h1")).to_have_text(verdict)

    kept = server.get("/v1/decisions").json()
    other = page.context.new_page()
    other.goto(first)
    expect(other.locator("h1")).to_have_text(verdict)
    assert server.get("/v1/decisions").json() == kept
    other.locator("#share button", has_text="Keep this decision").click()
    expect(other.locator("#share")).to_contain_text("This decision is kept")
    assert json.loads(other.input_value("#question-text")) == QUESTION


def test_a_weight_is_moved_by_keyboard(page: Page, server: Server) -> None:
    decide(page, server, json.dumps(QUESTION))
    total = page.locator(".mode.chosen .total b")
    before, kept = total.inner_text(), server.get("/v1/decisions").json()

    page.locator("[id='w.exposure']").focus()
    page.keyboard.press("Home")

    expect(total).not_to_have_text(before)
    assert server.get("/v1/decisions").json() == kept
    assert json.loads(page.input_value("#question-text"))["requirements"]["weights"]["exposure"] == 0
    assert page.evaluate("document.activeElement.id") == "w.exposure"


def test_who_answers_by_keyboard_goes_on_among_the_questions(page: Page, server: Server) -> None:
    decide(page, server, json.dumps({"cluster": {"name": "demo"}}))

    page.evaluate("document.getElementById('main').dataset.seen = 'before'")
    page.locator("#next button.answer").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#main:not([data-seen])")
    assert page.evaluate("document.activeElement.closest('section').id") == "next"

    page.evaluate("document.getElementById('main').dataset.seen = 'before'")
    page.locator("#ask > p button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#main:not([data-seen])")
    assert page.evaluate("document.activeElement.value") == "change"


def test_the_language_is_switched_and_the_question_comes_along(page: Page, server: Server) -> None:
    decide(page, server, json.dumps(QUESTION))
    page.wait_for_function("location.hash.startsWith('#q=')")
    english = page.inner_text("h1")

    page.click("text=한국어")
    page.wait_for_selector("#verdict")

    assert page.evaluate("document.documentElement.lang") == "ko"
    assert page.inner_text("h1") != english
    assert json.loads(page.input_value("#question-text")) == QUESTION


def test_the_picture_is_drawn_as_wanted(page: Page, server: Server) -> None:
    decide(page, server, json.dumps(QUESTION))
    wide = page.locator("#drawing svg").evaluate("it => it.viewBox.baseVal.width")

    page.select_option("#draw-compare", "private")
    page.wait_for_function(
        "wide => document.querySelector('#drawing svg').viewBox.baseVal.width > 1.5 * wide", arg=wide
    )
    page.select_option("#draw-consumer", "operators")

    expect(page.locator("#drawing svg")).not_to_contain_text("kubelet")


def test_texts_are_copied(page: Page, server: Server) -> None:
    decide(page, server, json.dumps(QUESTION))

    page.click("[data-copy=curl]")
    expect(page.locator("#news")).to_have_text("Copied.")

    assert page.evaluate("navigator.clipboard.readText()").startswith(f"curl -s {server.url}/v1/decisions")


def test_files_are_dropped(page: Page, server: Server) -> None:
    page.goto(server.url + "/")
    dropped = page.evaluate_handle(
        "text => { const it = new DataTransfer(); it.items.add(new File([text], 'cluster.json')); return it }",
        json.dumps(QUESTION),
    )

    page.dispatch_event("#take", "drop", {"dataTransfer": dropped})

    page.wait_for_selector("#verdict")


def test_a_mistake_is_led_to(page: Page, server: Server) -> None:
    page.goto(server.url + "/")
    page.click("#build summary")
    page.fill("#name", "shop")
    page.fill("#operators_addresses", "here")
    page.click("#builder button")

    page.wait_for_selector(".faults")
    page.click(".faults a")

    assert page.evaluate("document.activeElement.id || location.hash") in (
        "operators_addresses",
        "#operators_addresses",
    )
    assert page.input_value("#name") == "shop"


def test_recorded_decisions_are_opened_and_compared(page: Page, server: Server) -> None:
    decide(page, server, json.dumps(QUESTION))
    decide(page, server, json.dumps(QUESTION | {"requirements": {"internet_exposure": "none"}}))

    page.goto(server.url + "/decisions")
    page.locator("tbody th a").first.click()
    expect(page.locator("h1")).to_have_text("No mode fits")
    page.go_back()
    page.click("text=Compare the two")

    expect(page.locator(".differences")).to_contain_text("outcome: recommended -> no_mode_fits")


def test_names_do_nothing(page: Page, server: Server) -> None:
    hostile = "<img src=x onerror=\"document.title='struck'\">"
    question = {
        "cluster": {"name": hostile, "labels": {hostile: hostile}},
        "consumers": [{"name": hostile, "kind": "operator", "location": {"at": "internet"}}],
    }

    decide(page, server, json.dumps(question))
    page.select_option("#draw-consumer", hostile)
    page.wait_for_timeout(200)

    assert page.locator("main img").count() == 0
    assert page.title() != "struck"
    assert hostile in page.inner_text(".over")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_nobody_is_shut_out(page: Page, server: Server, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(server.url + "/")
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    found = faults(page)
    decide(page, server, json.dumps(REQUESTS["payments"]))
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    found += faults(page)
    page.goto(server.url + "/decisions")
    found += faults(page)

    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_a_form_is_answered_with_a_page(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    decide(page, server, json.dumps(QUESTION))
    page.locator("#next button.answer", has_text="no mode fits").first.click()

    expect(page.locator("h1")).to_have_text("No mode fits")
    context.close()


def test_a_key_is_asked_for_where_one_is_needed(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    text, key = new_key("reader", frozenset({Scope.DECIDE, Scope.READ}), None, None)
    log = tmp_path_factory.mktemp("locked") / "log"
    with running_service(log, RECORDS="required", WORKERS="1", API_KEYS=key.line()) as locked:
        context = browser.new_context()
        page = context.new_page()
        page.goto(locked.url + "/")
        page.fill("#document", json.dumps(QUESTION))
        page.click("#take button")

        page.fill("#key-text", "none-of-ours")
        page.click("#key button")
        expect(page.locator("#key-refused")).to_have_text("The key was not accepted.")
        page.fill("#key-text", text)
        page.click("#key button")
        page.wait_for_selector("#verdict")
        page.click("nav >> text=Decisions")
        page.wait_for_selector("table.kept")
        page.reload()
        page.wait_for_selector("table.kept")

        assert text not in page.content()
        assert text not in page.url
        page.locator("tbody th a").first.click()
        expect(page.locator("#curl")).to_contain_text('"x-api-key:$KEY"')
        context.close()
