"""The page without JavaScript: forms in, whole pages out."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.logs import KEY_PREFIX
from tests.page.reading import Page
from tests.web.description import REQUESTS

QUESTION: dict[str, Any] = {k: v for k, v in REQUESTS["nodes-cannot-join"].items() if k != "include"}
HOSTILE = "<img src=x onerror=alert(1)>שלום\"'</script><script>alert(2)</script>"


def send(client: FlaskClient, status: int = 200, **fields: Any) -> Page:
    """The page that answers a form."""
    response = client.post("/", data=fields, content_type="multipart/form-data")
    assert response.status_code == status, response.text[:3000]
    return Page(response.text)


def question_of(page: Page) -> dict[str, Any]:
    """The question that a page holds."""
    question: dict[str, Any] = json.loads(page.one("textarea", name="question").text)
    return question


def test_the_start_offers_three_ways_in(unkept: FlaskClient) -> None:
    page = Page(unkept.get("/").text)

    assert page.one("textarea", name="document")
    assert page.one("button", value="build")
    links = [it.attributes["href"] for it in page.all("a")]
    assert [link for link in links if "examples" in link] == [f"/examples/{name}" for name in REQUESTS]


@pytest.mark.parametrize("name", REQUESTS)
def test_every_example_is_decided_as_by_the_api(unkept: FlaskClient, name: str) -> None:
    answer = unkept.post("/v1/decisions", json=REQUESTS[name]).get_json()
    page = Page(unkept.get(f"/examples/{name}").text)

    chosen = answer["recommendation"]
    said = f"Open it {chosen['mode'].replace('_', ' ')}" if chosen else None
    assert said is None or said in page.one("h1").text
    assert answer["cluster"]["name"] in page.text
    for objection in (it for each in answer["assessments"] for it in each["objections"]):
        assert " ".join(objection["sentence"].split()) in page.text


def test_an_example_that_is_not_there_is_said_as_a_page(unkept: FlaskClient) -> None:
    response = unkept.get("/examples/other")

    assert response.status_code == 404
    assert "there is no example" in Page(response.text).text.lower()


def test_a_question_that_is_pasted_is_decided(unkept: FlaskClient) -> None:
    page = send(unkept, do="take", document=json.dumps(QUESTION))

    assert "public and private" in page.one("h1").text
    assert question_of(page) == QUESTION


def test_a_document_goes_along_as_the_source_of_the_question(unkept: FlaskClient) -> None:
    document = "apiVersion: eksctl.io/v1alpha5\r\nkind: ClusterConfig\r\nmetadata: {name: shop, region: eu-west-1}\r\n"

    page = send(unkept, do="take", document=document)

    assert question_of(page) == {"source": {"document": document.replace("\r\n", "\n")}}
    assert "shop" in page.text
    assert "your own document" in page.text


def test_a_document_that_nobody_recognises_is_said_at_its_field(unkept: FlaskClient) -> None:
    page = send(unkept, 422, do="take", document="a shopping list")

    field = page.one("textarea", name="document")
    assert field.text == "a shopping list"
    assert field.attributes["aria-invalid"] == "true"
    assert page.one("span", id=field.attributes["aria-describedby"]).text


def test_an_empty_document_is_asked_for(unkept: FlaskClient) -> None:
    assert "paste a document, or choose a file" in send(unkept, 422, do="take", document=" ").text


def test_several_files_are_one_document(unkept: FlaskClient) -> None:
    network = b'resource "aws_eks_cluster" "main" {\n  name = var.name\n  vpc_config { subnet_ids = ["subnet-1"] }\n}\n'
    variables = b'variable "name" { default = "from-another-file" }\n'
    files = [(BytesIO(network), "main.tf"), (BytesIO(variables), "variables.tf")]

    page = send(unkept, do="take", files=files)

    assert "from-another-file" in page.one("p", **{"class": "over"}).text
    assert question_of(page)["source"]["encoding"] == "base64"


def test_several_clusters_are_chosen_from(unkept: FlaskClient) -> None:
    one = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: {}, region: eu-west-1}}\n"
    document = "---\n".join(one.format(name) for name in ("first", "second"))

    choice = send(unkept, do="take", document=document)
    buttons = {it.text.strip(): it.attributes["value"] for it in choice.all("button", name="cluster")}
    page = send(unkept, **choice.form(), cluster=buttons["second"])

    assert set(buttons) == {"first", "second"}
    assert "second" in page.one("p", **{"class": "over"}).text


def test_what_is_built_from_choices_is_decided(unkept: FlaskClient) -> None:
    choices = {
        "name": "shop",
        "present": "public_list",
        "present_list": "13.209.0.0/28",
        "nodes": "private_with_nat",
        "nat_addresses": "13.124.1.10",
        "operators": "internet_listed",
        "operators_addresses": "13.209.0.0/28",
        "ci": "connected",
        "link": "vpn",
        "link_ranges": "10.8.0.0/16",
    }

    page = send(unkept, do="build", **choices)

    assert "Locked out: nodes In doubt: ci" in page.text
    assert [caller["name"] for caller in question_of(page)["consumers"]] == ["nodes", "operators", "ci"]
    assert page.one("h1").text.strip().startswith("Open it")


def test_a_caller_of_whom_a_fact_is_missing_is_in_doubt_and_not_locked_out(unkept: FlaskClient) -> None:
    question = {
        "cluster": {"endpoint_access": {"public": True, "private": True, "public_access_cidrs": ["13.209.0.0/28"]}},
        "consumers": [
            {"name": "people", "kind": "operator", "location": {"at": "internet"}},
            {"name": "shut", "kind": "operator", "location": {"at": "internet", "source_cidrs": ["52.78.1.1/32"]}},
        ],
    }

    page = send(unkept, do="take", document=json.dumps(question))

    assert "Locked out: shut In doubt: people" in page.text
    assert "Afterwards Everybody gets in, once what is provided for above holds." in page.text
    assert "with an allow-list (1)" in page.text


def test_what_scanners_say_is_told_in_one_order(unkept: FlaskClient) -> None:
    page = Page(unkept.get("/examples/nodes-cannot-join").text)

    tallies = [re.findall(r"[a-z]+", it.text) for it in page.all("dd")]

    assert tallies[0] == tallies[1] == ["passes", "fails"]


def test_a_kind_that_is_none_is_not_shown_as_another(unkept: FlaskClient) -> None:
    question = {"cluster": {}, "consumers": [{"name": "people", "kind": "human"}]}

    page = send(unkept, 422, do="take", document=json.dumps(question))

    assert page.all("option", value="")[0].text == "choose one"


def test_a_choice_that_cannot_be_is_said_at_its_field(unkept: FlaskClient) -> None:
    page = send(unkept, 422, do="build", operators="internet_listed", operators_addresses="10.0.0.0/8, here")

    field = page.one("input", name="operators_addresses")
    assert field.attributes["value"] == "10.0.0.0/8, here"
    assert field.attributes["aria-invalid"] == "true"
    assert page.one("span", id=field.attributes["aria-describedby"]).text


def test_every_answer_that_is_offered_can_be_given(unkept: FlaskClient) -> None:
    page = send(unkept, do="take", document=json.dumps(QUESTION))
    offered = [it.attributes["value"] for it in page.all("button", name="answer")]

    assert len(offered) > 5
    for answer in offered:
        said = json.loads(answer)
        answered = send(unkept, **page.form(), answer=answer)
        assert json.dumps(said["value"]) in json.dumps(question_of(answered))


def test_an_answer_in_ones_own_words_goes_into_the_question(unkept: FlaskClient) -> None:
    question = {
        "cluster": {"name": "shop"},
        "consumers": [{"name": "office", "kind": "operator", "location": {"at": "internet"}}],
    }
    page = send(unkept, do="take", document=json.dumps(question))
    field = page.one("input", value="/consumers[office]/location/source_cidrs").attributes["name"]
    row = field.removesuffix(".field")

    answered = send(unkept, **page.form() | {f"{row}.text": "198.51.100.7, 203.0.113.0/24"}, typed=row)

    (caller,) = question_of(answered)["consumers"]
    assert caller["location"]["source_cidrs"] == ["198.51.100.7", "203.0.113.0/24"]


def test_an_answer_about_the_cluster_of_a_document_leaves_the_document(unkept: FlaskClient) -> None:
    document = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: shop, region: eu-west-1}\n"
    page = send(unkept, do="take", document=document)
    answer = json.dumps({"field": "/cluster/vpc/block_public_access", "value": "block-bidirectional"})

    question = question_of(send(unkept, **page.form(), answer=answer))

    assert "source" not in question
    assert question["cluster"]["name"] == "shop"
    assert question["cluster"]["vpc"]["block_public_access"] == "block-bidirectional"


@pytest.mark.parametrize("answer", ["no JSON", "[]", '{"field": "/consumers[nobody]/managed", "value": true}'])
def test_an_answer_to_nothing_is_refused(unkept: FlaskClient, answer: str) -> None:
    page = send(unkept, 422, question=json.dumps(QUESTION), answer=answer)

    assert page.one("section", role="alert")


def test_callers_and_requirements_are_changed_in_the_form(unkept: FlaskClient) -> None:
    form = send(unkept, do="take", document=json.dumps(QUESTION)).form()
    new = max(int(name[1:-5]) for name in form if re.fullmatch(r"c\d+\.name", name))
    changes = {
        "c0.gone": "1",
        f"c{new}.name": "ci",
        f"c{new}.kind": "pipeline",
        f"c{new}.at": "internet",
        f"c{new}.addresses": "dynamic",
        f"c{new}.importance": "preferred",
        "r.internet_exposure": "allow_list",
        "r.approved_source_cidrs": "13.209.0.0/16",
        "r.controls": ["cis-eks-5.4.1"],
    }

    question = question_of(send(unkept, **form | changes, do="change"))

    names = [caller["name"] for caller in question["consumers"]]
    assert QUESTION["consumers"][0]["name"] not in names
    assert question["consumers"][-1] == {
        "name": "ci",
        "kind": "pipeline",
        "importance": "preferred",
        "location": {"at": "internet", "source_cidrs": "dynamic"},
    }
    assert question["requirements"] == {
        "internet_exposure": "allow_list",
        "approved_source_cidrs": ["13.209.0.0/16"],
        "controls": ["cis-eks-5.4.1"],
    }


@pytest.mark.parametrize("name", [name for name in REQUESTS if name != "demo"])
def test_sending_the_form_as_it_is_changes_nothing(unkept: FlaskClient, name: str) -> None:
    page = send(unkept, do="take", document=json.dumps(REQUESTS[name]))
    before, after = question_of(page), question_of(send(unkept, **page.form(), do="change"))

    if "source" in before:
        assert after.pop("consumers")  # the callers that the document shows are named from now on
        before.pop("consumers", None)
    assert after == before


def test_a_question_for_some_sections_is_asked_for_all(unkept: FlaskClient) -> None:
    some = send(unkept, do="take", document=json.dumps(QUESTION | {"include": []}))

    whole = send(unkept, **some.form(), do="in_full")

    assert "a part of the advice only" in some.text
    assert "The safe way there" not in some.text
    assert "The safe way there" in whole.text
    assert question_of(whole) == QUESTION


def test_what_was_understood_of_a_document_is_shown(unkept: FlaskClient) -> None:
    access = "  vpc_config {\n    public_access_cidrs = var.list\n  }\n"
    document = f'resource "aws_eks_cluster" "main" {{\n  name = "shop"\n{access}}}\n'

    page = send(unkept, do="take", document=document)

    assert "What was understood of the document" in page.text
    assert "var.list" in page.text


def test_weights_are_moved(unkept: FlaskClient) -> None:
    page = send(unkept, do="take", document=json.dumps(QUESTION))

    moved = send(unkept, **page.form() | {"w.exposure": "0", "w.efficiency": "7.5"}, do="weigh")

    assert question_of(moved)["requirements"]["weights"] == {"exposure": 0, "efficiency": 7.5, "accessibility": 3}


def test_a_mistake_in_the_json_is_said_beside_it(unkept: FlaskClient) -> None:
    page = send(unkept, 422, do="decide", question='{"cluster": {"name": "shop", "vpc": {"cidrs": ["here"]}}}')

    assert "/cluster/vpc/cidrs/0" in page.text
    assert page.one("textarea", name="question").attributes["aria-invalid"] == "true"
    assert '"here"' in page.one("textarea", name="question").text


def test_what_is_no_json_comes_back_as_it_was_typed(unkept: FlaskClient) -> None:
    page = send(unkept, 422, do="decide", question="{cluster")

    assert page.one("textarea", name="question").text == "{cluster"


def test_a_form_of_another_site_is_refused(unkept: FlaskClient) -> None:
    response = unkept.post("/", data={"question": "{}"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 400
    assert "another site" in response.text


def test_names_are_never_markup(kept: FlaskClient) -> None:
    question = {
        "cluster": {"name": HOSTILE, "region": HOSTILE, "labels": {HOSTILE: HOSTILE}},
        "consumers": [{"name": HOSTILE, "kind": "operator", "location": {"at": "internet"}}],
    }

    page = send(kept, do="take", document=json.dumps(question))
    listed = Page(kept.get("/decisions", query_string={"cluster": HOSTILE}).text)

    for shown in (page, listed):
        assert HOSTILE in shown.html.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace(
            "&#39;", "'"
        )
        assert shown.all("img") == []
        assert [it.attributes.get("type") for it in shown.all("script")] == ["module"]
        assert not any(name.startswith("on") for it in shown.elements for name in it.attributes)


def test_a_page_runs_nothing_but_our_own_files(unkept: FlaskClient) -> None:
    response = unkept.get("/")

    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self' 'sha256-" in policy
    assert "unsafe" not in policy
    assert Page(response.text).all("style") == []
    assert not any("style" in it.attributes for it in Page(response.text).elements)


KEY = f"{KEY_PREFIX}{'a1-_' * 10}abc"
"""What looks like a key of ours."""


@pytest.mark.parametrize(
    "address",
    [
        "/?lang={key}",
        "/?key={key}",
        "/decisions?cluster={key}",
        "/decisions?since={key}",
        "/examples/{key}",
        "/decisions/{key}",
        "/compare?left={key}&right={key}",
        "/v1/decisions?limit={key}",
        "/v1/facts/{key}",
    ],
)
def test_a_key_in_an_address_is_given_back_to_nobody(kept: FlaskClient, address: str) -> None:
    response = kept.get(address.format(key=KEY))

    assert KEY not in response.text
    assert not any(KEY in value for value in response.headers.values())


def test_the_margin_is_told_once(unkept: FlaskClient) -> None:
    answer = unkept.post("/v1/decisions", json=QUESTION).get_json()
    page = Page(unkept.get("/examples/nodes-cannot-join").text)

    verdict = page.one("section", **{"class": "verdict recommended"}).text
    assert verdict.count("points before") == 1
    assert f"{answer['recommendation']['margin']:g} points before" in verdict


def test_what_nothing_mends_is_said_with_what_would_stand(unkept: FlaskClient) -> None:
    """The address of the NAT gateway could be listed, and is not approved."""
    access = QUESTION["cluster"]["endpoint_access"] | {"public_access_cidrs": ["52.1.1.1/32"]}
    question = {
        "cluster": QUESTION["cluster"] | {"endpoint_access": access},
        "consumers": [it for it in QUESTION["consumers"] if it["kind"] == "node"],
        "requirements": {"approved_source_cidrs": ["52.0.0.0/8"]},
    }

    page = send(unkept, do="take", document=json.dumps(question))

    mends = page.one("section", id="mends").text
    assert "Nothing that was tried lets it in. What would still stand: unapproved-source-cidrs" in " ".join(
        mends.split()
    )
