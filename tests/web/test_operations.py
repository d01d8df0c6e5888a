"""What explains the service, and what watches it."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from flask.testing import FlaskClient

from service import __version__
from service.web.problems import ALL_KINDS
from service.web.readiness import KNOWN_ANSWER, KNOWN_QUESTION, WrongDecisionError, confirm_decision
from service.web.reference import render_reference

ROOT = Path(__file__).parents[2]

API = yaml.safe_load("""
openapi: 3.1.0
info:
  title: A <small> API
  version: "1"
  description: |
    First line.

    Things:
    - one with `code`
    - **two** & more
paths:
  /things/{name}:
    parameters:
      - $ref: "#/components/parameters/Name"
    get:
      summary: One thing
      responses:
        "200":
          description: The thing
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Thing"}
              examples:
                small: {$ref: "#/components/examples/small"}
        "404": {$ref: "#/components/responses/Missing"}
    post:
      security: [{bearer: [read]}, {apiKey: [decide]}]
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Thing"}
            example: {size: 1}
      responses: {}
components:
  parameters:
    Name: {name: name, in: path, required: true, schema: {type: string, pattern: "^a$"}}
  examples:
    small: {summary: A small one, value: {size: 1, note: "</pre><script>alert(1)</script>"}}
  responses:
    Missing: {description: There is none}
  schemas:
    Thing:
      description: What there is.
      type: object
      required: [size]
      properties:
        size: {type: integer, minimum: 1, description: How large}
        colour: {enum: [red, null]}
        version: {const: 2}
        either: {oneOf: [{type: string, format: date}, {type: "null"}]}
        labels: {type: object, additionalProperties: {type: string}}
        inside: {type: [object, "null"], properties: {deep: {type: boolean, default: false}}}
        parts: {type: array, items: {type: object, properties: {id: {type: string}}}}
        anything: {}
    Bigger:
      allOf:
        - $ref: "#/components/schemas/Thing"
        - properties: {extra: {type: number}}
    Name: {type: string, maxLength: 3}
""")


class Page(HTMLParser):
    """The anchors, links, fetched addresses, text and elements still open of a page."""

    VOID = {"meta", "link", "br", "hr", "img", "input"}  # noqa: RUF012  a constant

    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in given:
            assert given["id"] not in self.anchors, f"two elements have the id {given['id']}"
            self.anchors.add(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        elif "href" in given or "src" in given:
            self.fetched.append(given.get("href") or given["src"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


def test_livez_answers_with_the_version(client: FlaskClient) -> None:
    response = client.get("/livez")

    assert (response.status_code, response.get_json()) == (200, {"status": "pass", "version": __version__})


def test_readyz_answers_once_the_known_question_got_its_known_answer(client: FlaskClient) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.get_json()) == (200, {"status": "pass", "version": __version__})


def test_another_answer_than_the_known_one_is_not_ready() -> None:
    wrong = {**KNOWN_ANSWER, "public": "eligible"}

    with pytest.raises(WrongDecisionError, match="'public': 'ruled_out'"):
        confirm_decision(KNOWN_QUESTION, wrong)


def test_the_description_is_served_as_the_file_stands(client: FlaskClient) -> None:
    response = client.get("/openapi.yaml")

    assert response.status_code == 200
    assert response.mimetype == "application/yaml"
    assert response.data == (ROOT / "openapi.yaml").read_bytes()


def test_the_page_shows_every_route_schema_and_kind_of_error_of_the_description(client: FlaskClient) -> None:
    described = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))

    page = Page(client.get("/docs").text)

    assert page.open == []
    for path in described["paths"]:
        assert path in page.text
    for name in described["components"]["schemas"]:
        assert f"schema-{name.lower()}" in page.anchors
    for kind in ALL_KINDS:
        assert kind.uri.removeprefix("/docs#") in page.anchors


def test_every_link_of_the_page_leads_somewhere(client: FlaskClient) -> None:
    page = Page(client.get("/docs").text)

    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert inside <= page.anchors
    for link in page.links:
        assert link.startswith("#") or client.get(link).status_code == 200


def test_the_page_fetches_nothing_and_runs_nothing(client: FlaskClient) -> None:
    response = client.get("/docs")

    page = Page(response.text)
    style = re.search("<style>(.*?)</style>", response.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert response.headers["Content-Security-Policy"].startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert page.fetched == ["data:,"]
    assert "script" not in page.tags
    assert " style=" not in response.text
    assert not re.search(r"@import|url\(", style[1])


def test_words_of_the_description_are_text_and_never_markup() -> None:
    html = render_reference(API).html

    assert "<script" not in html
    assert "&lt;/pre&gt;&lt;script&gt;" in html
    assert "A &lt;small&gt; API" in html
    assert "<li>one with <code>code</code></li><li><strong>two</strong> &amp; more</li>" in html


def test_references_are_followed_and_named_schemas_are_linked() -> None:
    html = render_reference(API).html

    assert '<a href="#schema-thing">Thing</a>' in html
    assert "There is none" in html
    assert "A small one" in html
    assert html.count("<td>path</td>") == 2


def test_each_field_says_what_it_may_be() -> None:
    text = " ".join(Page(render_reference(API).html).text.split())

    for words in (
        "size required integer (at least 1) How large",
        "colour red | null",
        "version 2",
        "either string (date) or null",
        "labels object of string",
        "inside object or null inside.deep boolean (false if absent)",
        "parts array of object parts[].id string",
        "anything any value",
        "extra number",
        "Name string (at most 3 characters)",
        "name required path string (like ^a$)",
        "Needs the scope decide or read .",
    ):
        assert words in text
