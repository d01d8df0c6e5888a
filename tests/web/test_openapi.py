"""The description of the API is a valid one, tells the truth, and cannot drift from the code."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from service import __version__
from service.catalogue import CAUSES, CONTROLS, FACTS
from service.web.bundles import PUBLISHED
from service.web.problems import ALL_KINDS
from tests.web.assertions import assert_error
from tests.web.description import ANSWERS, COMPONENTS, DESCRIPTION, REQUESTS, faults

OPERATIONS = [
    (path, method, operation)
    for path, item in DESCRIPTION["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
]


DOCUMENTS = [
    (media_type, name)
    for media_type, content in DESCRIPTION["paths"]["/v1/descriptions"]["post"]["requestBody"]["content"].items()
    for name in content.get("examples", ())
]


def nodes(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the description with its place; what examples hold is not the description's own."""
    if isinstance(node, dict):
        yield place, node
        for name, value in node.items():
            if name not in ("examples", "example"):
                yield from nodes(value, f"{place}/{name}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{place}/{index}")


def test_the_description_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DESCRIPTION).iter_errors()] == []


def test_it_carries_the_version_of_the_service() -> None:
    assert DESCRIPTION["info"]["version"] == __version__


def test_every_route_is_described_and_nothing_else_is(app: Flask) -> None:
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}").replace("{id_}", "{id}"), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert {(path, method) for path, method, _ in OPERATIONS} == routes


def test_every_object_is_closed() -> None:
    """Catalogues may grow in a later version; a document that names more than it should is a mistake today."""
    open_ones = [
        place
        for place, node in nodes(COMPONENTS)
        if "properties" in node and node.get("additionalProperties") is not False and not place.endswith("/properties")
    ]

    assert open_ones == []


def test_every_field_is_described() -> None:
    silent = [
        f"{place}/{name}"
        for place, node in nodes(DESCRIPTION)
        if isinstance(node.get("properties"), dict) and not place.endswith("/properties")
        for name, field in node["properties"].items()
        if not field.get("description") and "$ref" not in field
    ]

    assert silent == []


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_route_says_what_it_does_and_how_it_fails(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert "500" in operation["responses"]
    assert "404" in operation["responses"] or "{" not in path


def test_every_documented_failure_is_a_kind_of_problem() -> None:
    documented = {int(status) for _, _, operation in OPERATIONS for status in operation["responses"]}

    assert {status for status in documented if status >= 400} <= {kind.status for kind in ALL_KINDS}


@pytest.mark.parametrize("name", REQUESTS)
def test_an_example_of_a_question_gets_a_decision_as_described(client: FlaskClient, name: str) -> None:
    response = client.post("/v1/decisions", json=REQUESTS[name])

    assert response.status_code == 200, response.get_json()
    assert faults("Question", REQUESTS[name]) == []
    assert faults("Decision", response.get_json()) == []


@pytest.mark.parametrize(("media_type", "name"), DOCUMENTS)
def test_an_example_of_a_document_is_described_as_described(client: FlaskClient, media_type: str, name: str) -> None:
    example = DESCRIPTION["components"]["examples"][name]["value"]
    raw = example if isinstance(example, str) else json.dumps(example)

    response = client.post("/v1/descriptions", data=raw, content_type=media_type)

    assert response.status_code == 200, response.get_json()
    assert faults("Descriptions", response.get_json()) == []
    assert [one["cluster"]["name"] for one in response.get_json()["descriptions"]] == ["payments-prod"]


@pytest.mark.parametrize("name", ANSWERS)
def test_an_example_of_an_answer_is_what_the_service_says(client: FlaskClient, name: str) -> None:
    answer = client.post("/v1/decisions", json=REQUESTS[name]).get_json()

    assert gist(answer) == gist(ANSWERS[name])
    assert faults("Decision", ANSWERS[name]) == []


def gist(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer says, without the wording."""
    ends = {
        (assessment["mode"], step["step"], flow["consumer"], flow["port"]): (flow["disposition"], flow["cause"])
        for assessment in answer["assessments"]
        for step in assessment["traffic_path"]
        for flow in step["flows"]
    }
    return {
        "outcome": answer["outcome"],
        "mode": answer["recommendation"] and answer["recommendation"]["mode"],
        "objections": [sorted({it["id"] for it in assessment["objections"]}) for assessment in answer["assessments"]],
        "ends": ends,
        "findings": sorted(finding["cause"] for finding in (answer["current"] or {"findings": []})["findings"]),
        "input_digest": answer["input_digest"],
    }


def test_the_example_of_a_problem_is_what_the_service_says(client: FlaskClient) -> None:
    example = DESCRIPTION["components"]["examples"]["not-valid"]["value"]
    question = {
        "cluster": {
            "endpoint_access": {"private": "off"},
            "subnets": [{"id": "subnet-a", "cidr": "10.0.1.0/20"}],
            "cluster_subnets": ["subnet-aa"],
        }
    }

    body = assert_error(client.post("/v1/decisions", json=question), 422, "INVALID_QUESTION")

    assert body | {"request_id": example["request_id"]} == example
    assert faults("Problem", body) == []


@pytest.mark.parametrize(
    ("path", "component"),
    [
        *((f"/v1/facts/{id_}", "Fact") for id_ in FACTS),
        *((f"/v1/causes/{code}", "Cause") for code in CAUSES),
        *((f"/v1/controls/{id_}", "Control") for id_ in CONTROLS),
        ("/livez", "Health"),
        ("/readyz", "Health"),
    ],
)
def test_what_is_looked_up_comes_as_described(client: FlaskClient, path: str, component: str) -> None:
    assert faults(component, client.get(path).get_json()) == []


def test_the_schemas_are_listed_by_name(client: FlaskClient) -> None:
    listed = client.get("/v1/schemas").get_json()

    assert listed == {
        "items": [
            {"id": "question", "title": "A question"},
            {"id": "decision", "title": "A decision"},
            {"id": "problem", "title": "A problem"},
            {"id": "question-form", "title": "A question, for a form"},
        ]
    }


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_stands_alone_and_is_one(client: FlaskClient, name: str) -> None:
    response = client.get(f"/v1/schemas/{name}")
    schema = response.get_json(force=True)

    Draft202012Validator.check_schema(schema)

    assert response.mimetype == "application/schema+json"
    assert schema["$id"] == f"/v1/schemas/{name}"
    assert [
        place for place, node in nodes(schema) if not str(node.get("$ref", "#/$defs/")).startswith("#/$defs/")
    ] == []


def test_the_schemas_agree_with_the_examples(client: FlaskClient) -> None:
    of = {name: client.get(f"/v1/schemas/{name}").get_json(force=True) for name in ("question", "decision")}

    assert all(Draft202012Validator(of["question"]).is_valid(question) for question in REQUESTS.values())
    assert all(Draft202012Validator(of["decision"]).is_valid(answer) for answer in ANSWERS.values())


def test_an_unknown_schema_is_not_found_and_the_near_one_named(client: FlaskClient) -> None:
    body = assert_error(client.get("/v1/schemas/descision"), 404, "NOT_FOUND")

    assert body["detail"] == "there is no schema `descision`, did you mean `decision`?"
