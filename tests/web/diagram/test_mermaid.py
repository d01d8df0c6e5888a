"""Flowcharts are read by Mermaid itself, in a real browser, whatever names stand in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from service.web.render.diagram.mermaid import charts_of, mermaid_of
from service.web.render.diagram.subject import Excerpt, subject_of
from service.web.render.diagram.words import as_it_is
from tests.web.diagram.test_layout import CHROMIUM, MODES, decided

MERMAID = Path(__file__).resolve().parents[3] / "build/scanners/node_modules/mermaid/dist/mermaid.min.js"
SEEDS = range(0, 200, 8)
HOSTILE = "\"]; %%{init: {}}%% `x` <script>alert(1)</script> end #35; | --> {a} (b) subgraph\\n ~~~ &lt; '한글'"
READ = """async text => {
    mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
    try { return (await mermaid.parse(text)).diagramType } catch (error) { return String(error) }
}"""
SHOW = """async text => {
    document.body.innerHTML = (await mermaid.render('chart', text)).svg;
    return [document.body.innerText, document.body.querySelectorAll('script, img').length];
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page that holds Mermaid and can fetch nothing; a person without it skips these tests, CI does not."""
    if not (MERMAID.exists() and os.path.exists(CHROMIUM)) and os.environ.get("CI") != "true":
        pytest.skip("Mermaid or a browser is not here: run `make scanners`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(offline=True)
        page.set_content("<body></body>")
        page.add_script_tag(content=MERMAID.read_text("utf-8"))
        yield page
        browser.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_mermaid_reads_every_flowchart(page: Page, seed: int) -> None:
    answer, question = decided(seed)
    mode = MODES[seed // 8 % 4]

    drawn = mermaid_of(subject_of(answer, question, mode, Excerpt()), as_it_is)
    of_report = charts_of(answer, [mode])[mode]

    assert page.evaluate(READ, drawn) == "flowchart-v2"
    assert page.evaluate(READ, of_report) == "flowchart-v2"


def test_a_name_is_shown_as_it_is_and_does_nothing(page: Page) -> None:
    answer, _ = decided(1)
    first = answer["assessments"][0]["traffic_path"][0]["flows"][0]["consumer"]
    subject = subject_of(renamed(answer, first, HOSTILE), None, "public", Excerpt())

    text, active = page.evaluate(SHOW, mermaid_of(subject, as_it_is))

    assert HOSTILE[:40] in text
    assert active == 0


def renamed(value: object, name: str, other: str) -> dict[str, object]:
    """An answer in which a consumer has another name."""
    if isinstance(value, dict):
        return {key: renamed(member, name, other) for key, member in value.items()}
    if isinstance(value, list):
        return [renamed(member, name, other) for member in value]  # type: ignore[return-value]
    return other if value == name else value  # type: ignore[return-value]
