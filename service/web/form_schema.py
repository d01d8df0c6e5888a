"""A question as JSON Schema of draft-07 for programs that make forms of schemas, out of openapi.yaml by rule.

1. Everything stands where it is used: there are no references, and nothing is nested without end.
2. What may be of several types is a choice (`anyOf`) of one type each, with a name for each. Where an object or a list
   may be null, the choice begins with null: what nobody filled in is then not given, which an empty one would not be.
3. Every field and every choice has a title, every `enum` its `enumNames`; codes stay as they are sent.
4. There is no default that the description has not: a form that sends what would be assumed makes a statement of it.
5. That a cluster or a document must be there is left to the service, for no form shows such a choice of requirements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

NAME = "question-form"
DIALECT = "http://json-schema.org/draft-07/schema#"
NOT_GIVEN = "not given"

_COMPONENT = "#/components/schemas/"
_SPELLED = {
    **{"acl": "ACL", "acls": "ACLs", "aws": "AWS", "cidr": "CIDR", "cidrs": "CIDRs", "dns": "DNS", "id": "ID"},
    **{"ip": "IP", "ips": "IPs", "ipv4": "IPv4", "ipv6": "IPv6", "nat": "NAT", "oidc": "OIDC", "vpc": "VPC"},
}
_OF_TYPE = {
    "string": ("minLength", "maxLength", "pattern", "format"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "array": ("items", "minItems", "maxItems"),
    "object": ("properties", "required", "additionalProperties", "propertyNames", "maxProperties"),
    "boolean": (),
    "null": (),
}
_TITLES = {
    **{"string": "text", "integer": "a number", "number": "a number", "array": "a list", "object": "an object"},
    **{"boolean": "yes or no", "null": NOT_GIVEN},
}


def form_schema(components: Mapping[str, Schema]) -> Schema:
    """The schema of a question, made of the components of the description."""
    question = {name: value for name, value in components["Question"].items() if name != "anyOf"}
    head = {"$schema": DIALECT, "$id": f"/v1/schemas/{NAME}"}
    return head | _made(question, components) | {"title": "A question, for a form"}


def _made(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """One schema without references, of one type or a choice."""
    schema = _resolved(schema, components)
    if "anyOf" in schema:
        choices = [_made(choice, components) for choice in schema["anyOf"]]
        said = {name: value for name, value in schema.items() if name != "anyOf"}
    else:
        choices, said = _by_type(schema, components), {}
    if len(choices) == 1:
        return choices[0]
    said |= {name: schema[name] for name in ("title", "description") if name in schema}
    given = [choice for choice in choices if choice["type"] != "null"]
    if len(choices) == 2 and len(given) == 1 and given[0]["type"] not in ("object", "array"):
        return given[0] | said | _nullable(given[0])
    first = [choice for choice in choices if choice["type"] == "null"]
    return said | {"anyOf": [_named(choice) for choice in (*first, *given)]}


def _resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """What a reference leads to; what is said beside it counts more."""
    while "$ref" in schema:
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        schema = components[schema["$ref"].removeprefix(_COMPONENT)] | beside
    return schema


def _by_type(schema: Schema, components: Mapping[str, Schema]) -> list[Schema]:
    """A schema for each type that is allowed, with the keywords that are for it."""
    if "const" in schema:
        schema = {name: value for name, value in schema.items() if name != "const"} | {"enum": [schema["const"]]}
    types = schema.get("type", "string" if "enum" in schema else "object")
    return [_of_type(schema, type_, components) for type_ in ([types] if isinstance(types, str) else types)]


def _of_type(schema: Schema, type_: str, components: Mapping[str, Schema]) -> Schema:
    made: Schema = {"type": type_}
    made |= {name: schema[name] for name in ("title", "description", "default") if name in schema and type_ != "null"}
    made |= {name: schema[name] for name in _OF_TYPE[type_] if name in schema}
    if "enum" in schema and type_ == "string":
        codes = [code for code in schema["enum"] if code is not None]
        made |= {"enum": codes, "enumNames": [_words(code) for code in codes]}
    if "properties" in made:
        fields = {name: _made(field, components) for name, field in made["properties"].items()}
        made["properties"] = {name: field | {"title": _title(name)} for name, field in fields.items()}
    for name in ("items", "additionalProperties", "propertyNames"):
        if isinstance(made.get(name), dict) and made[name]:
            made[name] = _made(made[name], components)
    return made


def _nullable(schema: Schema) -> Schema:
    """What makes a schema of one type take null as well."""
    taken: Schema = {"type": [schema["type"], "null"]}
    if "enum" in schema:
        taken |= {"enum": [*schema["enum"], None], "enumNames": [*schema["enumNames"], NOT_GIVEN]}
    return taken


def _named(choice: Schema) -> Schema:
    return choice if "title" in choice else choice | {"title": _TITLES[choice["type"]]}


def _words(code: str) -> str:
    return " ".join(_SPELLED.get(word.lower(), word) for word in code.replace("-", "_").split("_"))


def _title(name: str) -> str:
    words = _words(name)
    return f"{words[:1].upper()}{words[1:]}"
