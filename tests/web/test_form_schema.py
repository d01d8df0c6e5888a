"""The question as a schema for generated forms: draft-07, whole, and within what makers of forms understand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator

from service.app import create_app
from service.settings import Records, Settings
from service.web.form_schema import DIALECT, NAME, NOT_GIVEN
from tests.web.description import COMPONENTS, REQUESTS

# What rjsf (react-jsonschema-form) shows or checks; `enumNames` is its own.
UNDERSTOOD = {
    *("$schema", "$id", "title", "description", "default", "type", "enum", "enumNames", "anyOf", "properties"),
    *("required", "additionalProperties", "propertyNames", "maxProperties", "items", "minItems", "maxItems"),
    *("minLength", "maxLength", "pattern", "format", "minimum", "maximum"),
}
DEEPEST = 12
"""Fields, lists and choices inside each other; a proxy's location is the deepest field."""


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema as a portal gets it."""
    response = create_app(Settings(records=Records.OFF)).test_client().get(f"/v1/schemas/{NAME}")
    assert response.mimetype == "application/schema+json"
    return dict(response.get_json(force=True))


def parts(schema: dict[str, Any], depth: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every schema in a schema, with how deep it stands."""
    yield depth, schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    inner += [schema[name] for name in ("items", "additionalProperties", "propertyNames") if schema.get(name)]
    for each in inner:
        yield from parts(each, depth + 1)


def fields(schema: dict[str, Any], place: str = "") -> Iterator[str]:
    """Every field that can be filled in, by its path; references are followed, choices and lists looked through."""
    while "$ref" in schema:
        schema = COMPONENTS[schema["$ref"].rpartition("/")[2]]
    for name, field in schema.get("properties", {}).items():
        yield f"{place}/{name}"
        yield from fields(field, f"{place}/{name}")
    for choice in schema.get("anyOf", ()):
        yield from fields(choice, place)
    if isinstance(schema.get("items"), dict):
        yield from fields(schema["items"], place)


def test_it_is_a_schema_of_draft_07_that_is_listed(client: FlaskClient, schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)

    assert schema["$schema"] == DIALECT
    assert {"id": NAME, "title": schema["title"]} in client.get("/v1/schemas").get_json()["items"]


def test_it_has_every_field_of_a_question_and_no_other(schema: dict[str, Any]) -> None:
    assert sorted(set(fields(schema))) == sorted(set(fields(COMPONENTS["Question"])))


@pytest.mark.parametrize("name", REQUESTS)
def test_every_example_of_a_question_fits(schema: dict[str, Any], name: str) -> None:
    faults = [f"{error.json_path}: {error.message}" for error in Draft7Validator(schema).iter_errors(REQUESTS[name])]

    assert faults == []


@pytest.mark.parametrize(
    "question",
    [
        {"cluster": {"endpoint_access": {"public": "yes"}}},
        {"cluster": {"subnets": [{"cidr": "10.0.0.0/20"}]}},
        {"cluster": {"hosting": "moon"}},
        {"consumers": [{"name": "ci", "kind": "robot"}]},
        {"cluster": {}, "colour": "red"},
        {"requirements": {"weights": {"exposure": -1}}},
    ],
)
def test_what_is_no_question_does_not_fit(schema: dict[str, Any], question: dict[str, Any]) -> None:
    assert not Draft7Validator(schema).is_valid(question)


def test_makers_of_forms_understand_all_of_it(schema: dict[str, Any]) -> None:
    found = list(parts(schema))

    assert {keyword for _, part in found for keyword in part} <= UNDERSTOOD
    assert max(depth for depth, _ in found) <= DEEPEST
    for _, part in found:
        assert ("type" in part) != ("anyOf" in part), part
        kinds = part.get("type", "")
        assert isinstance(kinds, str) or (len(kinds) == 2 and kinds[1] == "null"), part
        assert len(part.get("enum", ())) == len(part.get("enumNames", ()))
        assert all("title" in field for field in part.get("properties", {}).values())
        assert all("title" in choice for choice in part.get("anyOf", ()))


def test_what_nobody_fills_in_is_not_given(schema: dict[str, Any]) -> None:
    """A form makes empty objects and lists of what it shows at once, and an empty list says that there is nothing."""
    optional = [
        part for _, part in parts(schema) if any(choice.get("type") == "null" for choice in part.get("anyOf", ()))
    ]

    assert len(optional) > 20
    assert all(part["anyOf"][0] == {"type": "null", "title": NOT_GIVEN} for part in optional)
    assert not [part for _, part in parts(schema) if part.get("type") in (["array", "null"], ["object", "null"])]
    assert not [part for _, part in parts(schema) if "default" in part]
