"""openapi.yaml as the tests read it."""

from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FILE = Path(__file__).parents[2] / "openapi.yaml"
DESCRIPTION: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
COMPONENTS: dict[str, Any] = DESCRIPTION["components"]["schemas"]
REQUESTS: dict[str, Any] = {
    name: DESCRIPTION["components"]["examples"][name]["value"]
    for name in DESCRIPTION["paths"]["/v1/decisions"]["post"]["requestBody"]["content"]["application/json"]["examples"]
}
ANSWERS: dict[str, Any] = {
    name: DESCRIPTION["components"]["examples"][f"{name}-decision"]["value"] for name in ("demo", "nodes-cannot-join")
}

_REGISTRY: Registry[Any] = Registry().with_resource(
    "urn:openapi", Resource.from_contents(DESCRIPTION, default_specification=DRAFT202012)
)


def validator(component: str) -> Draft202012Validator:
    """Holds documents to a component, formats included."""
    schema = {"$ref": f"urn:openapi#/components/schemas/{component}"}
    return Draft202012Validator(schema, registry=_REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER)


def faults(component: str, document: object) -> list[str]:
    """What in a document the component does not allow, place and sentence."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(component).iter_errors(document)]
