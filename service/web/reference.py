"""The page at /docs: openapi.yaml as a person reads it, made here and fetching nothing.

1. References are followed, so that every route shows its own examples and answers.
2. Objects that stand inside others are shown in place, as ``vpc.cidrs`` or ``subnets[].id``; those with a
   name of their own are linked.
3. The style is part of the page and its digest stands in the policy: the browser runs nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from service.web.contract import contract
from service.web.problems import ALL_KINDS

Node = dict[str, Any]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PAGE = Path(__file__).parent / "page"
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "like {}",
    "default": "{} if absent",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """The finished page and the content security policy that fits it."""

    html: str
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    kind: Markup
    is_required: bool
    description: Markup


@cache
def reference_page(openapi_file: Path) -> Reference:
    """The page for this file, made once per process."""
    return render_reference(contract(openapi_file))


def render_reference(document: Node) -> Reference:
    """The page for an OpenAPI 3.1 document."""
    style = (_PAGE / "reference.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    templates = Environment(loader=FileSystemLoader(_PAGE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    html = templates.get_template("reference.html").render(
        info=document["info"],
        introduction=_prose(document["info"].get("description", "")),
        operations=list(_operations(document)),
        schemas=list(_schemas(document)),
        problems=ALL_KINDS,
        style=Markup(style),  # noqa: S704  a file of our own
    )
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Reference(html, policy)


def _operations(document: Node) -> Iterator[Node]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield _operation(document, path, method, item)


def _operation(document: Node, path: str, method: str, item: Node) -> Node:
    operation = item[method]
    parameters = [_followed(document, it) for it in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    body = _followed(document, operation.get("requestBody", {}))
    return {
        "anchor": _anchor(f"{method}-{path}"),
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "scopes": sorted({scope for way in operation.get("security", ()) for them in way.values() for scope in them}),
        "description": _prose(operation.get("description", "")),
        "parameters": [
            {
                "name": it["name"],
                "place": it["in"],
                "kind": _kind(it.get("schema", {})),
                "is_required": it.get("required", False),
                "description": _prose(it.get("description", "")),
            }
            for it in parameters
        ],
        "request": list(_contents(document, body)),
        "responses": [
            {
                "status": status,
                "description": _prose(_followed(document, response).get("description", "")),
                "contents": list(_contents(document, _followed(document, response))),
            }
            for status, response in operation.get("responses", {}).items()
        ],
    }


def _contents(document: Node, carrier: Node) -> Iterator[Node]:
    for media_type, content in carrier.get("content", {}).items():
        examples = {name: _followed(document, example) for name, example in content.get("examples", {}).items()}
        if "example" in content:
            examples["example"] = {"value": content["example"]}
        yield {
            "media_type": media_type,
            "kind": _kind(content["schema"]) if "schema" in content else "",
            "examples": [
                {"summary": example.get("summary", name), "text": _written(example["value"])}
                for name, example in examples.items()
                if "value" in example
            ],
        }


def _schemas(document: Node) -> Iterator[Node]:
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield {
            "name": name,
            "kind": _kind(schema),
            "description": _prose(schema.get("description", "")),
            "fields": list(_fields(schema)),
        }


def _fields(schema: Node, prefix: str = "") -> Iterator[_Field]:
    """The fields of an object, those of objects inside it after the field that holds them."""
    for part in schema.get("allOf", ()):
        yield from _fields(part, prefix)
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield _Field(
            name=prefix + name,
            kind=_kind(field),
            is_required=name in required,
            description=_prose(field.get("description", "")),
        )
        yield from _fields(field, f"{prefix}{name}.")
        if "items" in field:
            yield from _fields(field["items"], f"{prefix}{name}[].")


def _kind(schema: Node) -> Markup:
    """What a value may be, in a few words; named schemas are links."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{}">{}</a>').format(_anchor(name), name)
    if "const" in schema:
        return Markup("<code>{}</code>").format(_inline(schema["const"]))
    if "enum" in schema:
        return Markup(" | ").join(Markup("<code>{}</code>").format(_inline(value)) for value in schema["enum"])
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return Markup(" or ").join(_kind(option) for option in schema[choice])
    if "allOf" in schema:
        return Markup(" with ").join(_kind(part) for part in schema["allOf"])
    return _plain_kind(schema)


def _plain_kind(schema: Node) -> Markup:
    types = schema.get("type", "any value")
    named = Markup(" or ").join([types] if isinstance(types, str) else types)
    if "items" in schema:
        named += Markup(" of ") + _kind(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        named += Markup(" of ") + _kind(schema["additionalProperties"])
    limits = [words.format(_inline(schema[key])) for key, words in _LIMITS.items() if key in schema]
    if "format" in schema:
        limits.insert(0, schema["format"])
    return named + Markup(" ({})").format(", ".join(limits)) if limits else named


def _followed(document: Node, node: Node) -> Node:
    """What a node refers to, or itself; references point into the same file."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _prose(text: str) -> Markup:
    """Paragraphs, lists and `code` of a description; the rest of Markdown is left as it is written."""
    blocks = re.split(r"\n\s*\n", text.strip()) if text.strip() else []
    return Markup("\n").join(_block(block) for block in blocks)


def _block(block: str) -> Markup:
    items = re.split(r"^\s*[-*]\s+", block, flags=re.MULTILINE)
    opening, listed = items[0].strip(), items[1:]
    written = Markup("<p>{}</p>").format(_line(opening)) if opening else Markup()
    if listed:
        rows = Markup().join(Markup("<li>{}</li>").format(_line(item.strip())) for item in listed)
        written += Markup("<ul>{}</ul>").format(rows)
    return written


def _line(text: str) -> Markup:
    with_code = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", with_code))  # noqa: S704  escaped above


def _written(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _inline(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
