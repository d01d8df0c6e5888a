"""The marshmallow schemas and openapi.yaml name the same fields with the same types and limits."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.web.schemas.consumers import OwnAddresses, SourceRanges
from service.web.schemas.elements import Element, Items, Part
from service.web.schemas.fields import Choice, Flag, Labels, Outpost, Text, Timestamp, Weight, Whole, WireField
from service.web.schemas.filters import Protocol
from service.web.schemas.loading import QUESTION
from service.web.schemas.ranges import PublicAddress, Range, RouteDestination, RuleSource
from service.web.schemas.source import Document
from tests.web.description import COMPONENTS

Node = dict[str, Any]


def component_of(element: Element) -> str:
    """The component that describes an element, which are named alike but for a few words."""
    name = type(element).__name__.removesuffix("Element")
    renamed = {
        "Group": "SecurityGroup",
        "GroupRule": "SecurityGroupRule",
        "Acl": "NetworkAcl",
        "NumberedRule": "NetworkAclRule",
        "LinkRule": "FirewallRule",
        "Via": "Tunnel",
        "Served": "ServedPort",
    }
    return renamed.get(name, name)


def elements(element: Element) -> Iterator[Element]:
    """An element and all that stand inside it."""
    yield element
    for field in element.load_fields.values():
        inner = field.item if isinstance(field, Items) else field
        if isinstance(inner, Part):
            yield from elements(inner.element)


ELEMENTS = {component_of(element): element for element in elements(QUESTION)}


def resolved(schema: Node) -> Node:
    """The schema with its reference followed; what stands beside the reference goes before."""
    if "$ref" not in schema:
        return schema
    return resolved(COMPONENTS[schema["$ref"].rpartition("/")[2]]) | {
        name: value for name, value in schema.items() if name != "$ref"
    }


def types(schema: Node) -> set[str]:
    """The JSON types that a schema allows."""
    schema = resolved(schema)
    if "anyOf" in schema:
        return {name for choice in schema["anyOf"] for name in types(choice)}
    if "const" in schema:
        return {"string"}
    named = schema["type"]
    return set(named) if isinstance(named, list) else {named}


def reference(schema: Node) -> str:
    """The component that a schema is, null aside."""
    choices = [choice for choice in schema.get("anyOf", (schema,)) if choice.get("type") != "null"]
    return str(choices[0]["$ref"].rpartition("/")[2])


TYPES: dict[type[WireField], set[str]] = {
    Document: {"string", "object", "array"},
    Flag: {"boolean"},
    Whole: {"integer"},
    Weight: {"number"},
    Choice: {"string"},
    Timestamp: {"string"},
    Labels: {"object"},
    Outpost: {"boolean", "string"},
    Protocol: {"string", "integer"},
    PublicAddress: {"boolean", "string"},
    SourceRanges: {"array", "string"},
    OwnAddresses: {"string", "array"},
    Items: {"array"},
    Part: {"object"},
}


def limits(field: WireField) -> Node:
    """The limits that a field sets, in the words of JSON Schema."""
    if isinstance(field, Whole):
        return {"minimum": field.least, "maximum": field.most}
    if isinstance(field, Weight):
        return {"minimum": 0, "maximum": field.most}
    if isinstance(field, Text):
        return {"minLength": field.shortest, "maxLength": field.longest}
    if isinstance(field, Items):
        return {"maxItems": field.most}
    return {"maxProperties": field.most} if isinstance(field, Labels) else {}


FIELDS = [
    pytest.param(component, field.data_key or name, field, id=f"{component}.{field.data_key or name}")
    for component, element in ELEMENTS.items()
    for name, field in element.load_fields.items()
]


@pytest.mark.parametrize("component", ELEMENTS)
def test_a_component_has_the_fields_of_its_schema(component: str) -> None:
    fields = {field.data_key or name: field for name, field in ELEMENTS[component].load_fields.items()}

    described = COMPONENTS[component]

    assert set(described["properties"]) == set(fields)
    assert set(described.get("required", ())) == {name for name, field in fields.items() if field.required}


@pytest.mark.parametrize(("component", "name", "field"), FIELDS)
def test_a_field_is_described_as_it_is_read(component: str, name: str, field: WireField) -> None:
    schema = COMPONENTS[component]["properties"][name]

    expected = next((TYPES[kind] for kind in type(field).__mro__ if kind in TYPES), {"string"})
    nullable = set() if field.required else {"null"}

    assert types(schema) == expected | nullable
    assert {key: value for key, value in resolved(schema).items() if key in limits(field)} == limits(field)
    if isinstance(field, Choice):
        assert set(schema["enum"]) == set(field.members) | ({None} if nullable else set())
    if isinstance(field, Part):
        assert reference(schema) == component_of(field.element)
    if isinstance(field, Items):
        assert_items(resolved(schema)["items"], field.item)


def assert_items(schema: Node, item: WireField) -> None:
    """Holds what a list holds to what the schema says of it."""
    if isinstance(item, Part):
        assert reference(schema) == component_of(item.element)
    elif isinstance(item, Choice):
        assert set(schema["enum"]) == set(item.members)
    elif isinstance(item, RuleSource):
        assert reference(schema) == "RuleSource"
    elif isinstance(item, Range):
        assert not isinstance(item, RouteDestination)
        assert reference(schema) == "Range"
    else:
        assert reference(schema) == "Name"


def test_no_component_of_a_question_is_left_out() -> None:
    reached, waiting = set(), ["Question"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += referred(COMPONENTS[name])

    objects = {name for name in reached if COMPONENTS[name].get("type") == "object"}

    assert objects == set(ELEMENTS)


def referred(node: object) -> Iterator[str]:
    """The components to which a schema refers."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from referred(value)
    elif isinstance(node, list):
        for value in node:
            yield from referred(value)
