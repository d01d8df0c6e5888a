"""Reads YAML as plain data: no object is made, nothing expands, and CloudFormation's short forms become long ones.

1. The text is walked event by event first: nodes and nesting are counted before anything is built.
2. An alias counts with all that its anchor holds, so that a small text which expands to a large document is
   refused before it expands ("billion laughs"); an alias inside its own anchor is refused.
3. Only YAML's core types are built. A timestamp stays text, since CloudFormation's and Kubernetes' readers take
   it as text where a text is expected.
4. A tag such as ``!GetAtt a.b`` becomes ``{"Fn::GetAtt": ["a", "b"]}`` (AWS CloudFormation user guide, intrinsic
   function reference: "short form" and "full function name"). What any other tag stands for is not known, and
   its content may be a secret (``!vault``): it becomes a marker with the tag's name.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import yaml

from service.intake.understanding import NotUnderstoodError

MOST_NODES = 100_000
DEPTH_LIMIT = 100
UNKNOWN_TAG = "Tag::Unknown"
"""The only name in the object that stands for a value under a tag that is not known."""

_CORE = "tag:yaml.org,2002:"
_WITHOUT_PREFIX = frozenset({"Ref", "Condition"})
_FUNCTIONS = frozenset(
    {
        *("Ref", "Condition", "Base64", "Cidr", "FindInMap", "GetAtt", "GetAZs", "ImportValue", "Join", "Select"),
        *("Split", "Sub", "Transform", "And", "Equals", "If", "Not", "Or", "Length", "ToJsonString", "ForEach"),
    }
)
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> list[Any]:
    """Every document of the text that holds something; raises `NotUnderstoodError`."""
    try:
        _refuse_the_large(text)
        return [document for document in _documents(text) if document is not None]
    except yaml.YAMLError as error:
        raise NotUnderstoodError(f"the document is not YAML{_where(error)}") from None
    except (ValueError, OverflowError) as error:
        raise NotUnderstoodError(f"the document holds a number that cannot be read: {type(error).__name__}") from None


def is_unknown_tag(value: object) -> bool:
    """Whether the value is the marker of a tag whose meaning is not known."""
    return isinstance(value, dict) and list(value) == [UNKNOWN_TAG]


def _where(error: yaml.YAMLError) -> str:
    """Where the reader gave up; its own text may quote the document, so it is left out."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None)
    place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    known = isinstance(problem, str) and "`" not in problem and "'" not in problem and '"' not in problem
    return f": {problem}{place}" if known else place


def _refuse_the_large(text: str) -> None:
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_LIMIT:
                raise NotUnderstoodError(f"the document is nested deeper than {DEPTH_LIMIT} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        nodes += isinstance(event, yaml.NodeEvent)
        if nodes > MOST_NODES:
            raise NotUnderstoodError(f"the document holds more than {MOST_NODES} values")


def _documents(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            _expanded_size(node, {}, frozenset())
            yield loader.construct_document(node)
    finally:
        loader.dispose()


def _expanded_size(node: yaml.Node, sizes: dict[int, int], around: frozenset[int]) -> int:
    """How many values the node holds once every alias is written out."""
    if id(node) in around:
        raise NotUnderstoodError("an alias stands inside what it names, so the document has no end")
    if id(node) in sizes:
        return sizes[id(node)]
    size = 1
    if isinstance(node, yaml.CollectionNode):
        inside = around | {id(node)}
        if len(inside) > DEPTH_LIMIT:
            raise NotUnderstoodError(f"the document is nested deeper than {DEPTH_LIMIT} levels")
        for child in node.value:
            for part in child if isinstance(child, tuple) else (child,):
                size += _expanded_size(part, sizes, inside)
    if size > MOST_NODES:
        raise NotUnderstoodError(f"its aliases expand to more than {MOST_NODES} values")
    sizes[id(node)] = size
    return size


class _Loader(_LOADER):  # type: ignore[misc]  # which of two classes it is depends on how PyYAML was built
    """The safe loader with the core types only, strict about repeated names."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        """An object whose names are texts; a name that comes twice is refused, as JSON's are."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise NotUnderstoodError("a name in the document is a list or an object, expected a text")
            if key.value in seen and key.tag != f"{_CORE}merge":
                line = key.start_mark.line + 1
                raise NotUnderstoodError(f"the name `{key.value[:80]}` stands more than once in an object, line {line}")
            seen.add(key.value)
        self.flatten_mapping(node)
        return {str(key.value): self.construct_object(value, deep=True) for key, value in node.value}


def _sequence(loader: _Loader, node: yaml.SequenceNode) -> list[Any]:
    return list(loader.construct_sequence(node, deep=True))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    return loader.construct_mapping(node)


def _number(loader: _Loader, node: yaml.ScalarNode) -> float | str:
    """A float; what JSON has no number for stays text."""
    number = float(loader.construct_yaml_float(node))
    return number if math.isfinite(number) else str(node.value)


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    """A CloudFormation function in its long form, or the marker of an unknown tag."""
    if suffix not in _FUNCTIONS:
        return {UNKNOWN_TAG: f"!{suffix}"[:80]}
    if isinstance(node, yaml.MappingNode):
        argument: Any = loader.construct_mapping(node)
    elif isinstance(node, yaml.SequenceNode):
        argument = _sequence(loader, node)
    else:
        argument = loader.construct_scalar(node)
        if suffix == "GetAtt":
            argument = str(argument).split(".", 1)
    return {suffix if suffix in _WITHOUT_PREFIX else f"Fn::{suffix}": argument}


def _unknown(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    return {UNKNOWN_TAG: str(node.tag)[:80]}


# Without the resolver of timestamps; the map is copied, so PyYAML's own stays as it is.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{_CORE}timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in _Loader.yaml_constructors.items()
    if tag in {f"{_CORE}null", f"{_CORE}bool", f"{_CORE}int", f"{_CORE}str"}
}
_Loader.add_constructor(f"{_CORE}float", _number)
_Loader.add_constructor(f"{_CORE}seq", _sequence)
_Loader.add_constructor(f"{_CORE}map", _mapping)
_Loader.add_multi_constructor("!", _tagged)
_Loader.add_multi_constructor("", _unknown)
