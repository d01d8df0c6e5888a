"""Read a scenario file: a story, the request that a client would send, and what is expected of the answer."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

HERE = Path(__file__).parent
SETTINGS = ("current", "public", "public_and_private", "private")

Json = Any


class _JsonLoader(yaml.CSafeLoader):
    """YAML that means what JSON would: `off` is a word, a date is a string, and a key stands once."""

    # Only the scalars that JSON has; YAML 1.1 would read `off` as false and 2024-10-21 as a date.
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own name)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands twice, which PyYAML would let the later one win."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"key stands twice: {twice}", node.start_mark)
        return super().construct_mapping(node, deep=deep)


_JsonLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_JsonLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^null$"), ["n"])
_JsonLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[0-9]+$"), list("-0123456789"))


def read_yaml(path: Path) -> Json:
    """Read a YAML file as if it were JSON with comments."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_JsonLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One scenario file; `name` is the file's name, which is the story in a line."""

    name: str
    content: Mapping[str, Json]

    @property
    def request(self) -> Json:
        """The body of `POST /v1/decisions`, a fresh copy."""
        return copy.deepcopy(self.content["request"])

    @property
    def expect(self) -> Mapping[str, Json]:
        """What must come out."""
        return self.content["expect"]

    @property
    def incident(self) -> str | None:
        """The id of the public thread that the story retells, if it retells one."""
        return self.content.get("incident")

    @property
    def is_refused(self) -> bool:
        """Whether the request is one that cannot be a question."""
        return "refused" in self.expect

    def reasons(self) -> list[str]:
        """Every reason that the story states: causes, last hops, objections, findings, and refusals."""
        found = list(self.expect.get("refused", {}).values())
        for setting in SETTINGS:
            expected = self.expect.get(setting, {})
            for flow in (*expected.get("calls", {}).values(), *_flattened(expected.get("called", {}))):
                found += [flow[word] for word in ("cause", "stops_at") if word in flow]
                found += flow.get("also", [])
            found += expected.get("objections", [])
            found += [finding["cause"] for finding in expected.get("findings", [])]
        return found


def _flattened(called: Mapping[str, Json]) -> list[Json]:
    """Put the flows to consumers that serve several ports beside those to the others."""
    return [flow for flows in called.values() for flow in (flows if isinstance(flows, list) else [flows])]


def stories() -> list[Story]:
    """Read all scenario files, in the order of their names."""
    paths = sorted(path for path in HERE.glob("*.yaml") if path.name != "scenario.schema.yaml")
    return [Story(name=path.stem, content=read_yaml(path)) for path in paths]


@cache
def shape() -> jsonschema.Draft202012Validator:
    """Give the schema that every scenario file must meet."""
    schema = read_yaml(HERE / "scenario.schema.yaml")
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def patched(document: Json, patch: list[Mapping[str, Json]]) -> Json:
    """Apply a JSON Patch (RFC 6902: add, replace, remove) to a copy of a document."""
    changed = copy.deepcopy(document)
    for operation in patch:
        *parents, last = [_unescaped(part) for part in operation["path"].split("/")[1:]]
        target = changed
        for part in parents:
            target = target[int(part)] if isinstance(target, list) else target[part]
        _apply(target, last, operation)
    return changed


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def _apply(target: Json, last: str, operation: Mapping[str, Json]) -> None:
    match operation["op"], target:
        case "add", list():
            target.insert(len(target) if last == "-" else int(last), copy.deepcopy(operation["value"]))
        case "add", dict():
            target[last] = copy.deepcopy(operation["value"])
        case "replace", list():
            target[int(last)] = copy.deepcopy(operation["value"])
        case "replace", dict():
            assert last in target, f"nothing to replace at {operation['path']}"
            target[last] = copy.deepcopy(operation["value"])
        case "remove", list():
            del target[int(last)]
        case "remove", dict():
            del target[last]
