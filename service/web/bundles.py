"""JSON Schemas out of openapi.yaml, each in one piece, so that the description and the schemas cannot differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from service.web import form_schema
from service.web.contract import contract

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLISHED = {"question": "Question", "decision": "Decision", "problem": "Problem"}
"""The names under which schemas are given, and the components that they are."""
_COMPONENT = "#/components/schemas/"


@cache
def schemas(openapi_file: Path) -> Mapping[str, Schema]:
    """Every published schema by its name, with all that it refers to inside it."""
    components = contract(openapi_file)["components"]["schemas"]
    bundled = {name: _bundled(name, components) for name in PUBLISHED}
    return MappingProxyType(bundled | {form_schema.NAME: form_schema.form_schema(components)})


def _bundled(name: str, components: Mapping[str, Schema]) -> Schema:
    component = components[PUBLISHED[name]]
    parts: dict[str, Schema] = {}
    waiting = list(_references(component))
    while waiting:
        part = waiting.pop()
        if part not in parts:
            parts[part] = components[part]
            waiting += _references(components[part])
    schema: Schema = {"$schema": DIALECT, "$id": f"/v1/schemas/{name}"}
    schema |= _moved(component)
    schema["$defs"] = {part: _moved(parts[part]) for part in sorted(parts)}
    return schema


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(_COMPONENT)
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _moved(node: Any) -> Any:
    """The schema with its references pointing to ``$defs``."""
    if isinstance(node, dict):
        return {
            name: value.replace(_COMPONENT, "#/$defs/") if name == "$ref" else _moved(value)
            for name, value in node.items()
        }
    return [_moved(value) for value in node] if isinstance(node, list) else node
