"""Edits of the setting in YAML and JSON text, by the places that the reader of YAML tells (JSON is YAML's flow style).

1. A value is replaced only where it stands literally: a tag, an anchor, an alias or another kind of value is named
   instead, and nothing is edited.
2. A member that is absent is put behind the last one of its object, in the layout that the object has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from service.advice.changes.edits import (
    CannotEditError,
    Edit,
    Entry,
    bracketed_list,
    indent_at,
    line_end_of,
    line_start,
    next_line,
)

Path = tuple[str, ...]
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off"})


def documents_in(text: str) -> list[yaml.Node]:
    """The documents of a text that hold something, as nodes with their places."""
    try:
        found = list(yaml.compose_all(text, Loader=_LOADER))
    except yaml.YAMLError:
        raise CannotEditError("it is no plain YAML: edit it before its templates are rendered") from None
    return [node for node in found if node is not None and node.tag != "tag:yaml.org,2002:null"]


def edits_for(text: str, path: Path, values: Mapping[Path, bool | tuple[str, ...]]) -> list[Edit]:
    """The edits that give the object at ``path`` these values, each at its path within it."""
    documents = documents_in(text)
    root: yaml.Node = documents[0]
    if len(documents) > 1:
        root, path = documents[int(path[0])], path[1:]
    around = _Around(text)
    node = around.follow(root, path)
    if node is None:
        raise CannotEditError("the cluster is not found in the text of the document")
    absent: dict[Path, bool | tuple[str, ...]] = {}
    edits = []
    for place, value in values.items():
        found = around.follow(node, place)
        if found is None:
            absent[place] = value
        else:
            edits += around.replaced(found, value, place[-1])
    return [*edits, *around.added(node, absent)]


@dataclass(frozen=True, slots=True)
class _Around:
    """The text around the nodes."""

    text: str

    def follow(self, node: yaml.Node, path: Path) -> yaml.Node | None:
        """The node under a path; None if a member is absent."""
        found: yaml.Node | None = node
        for token in path:
            if isinstance(found, yaml.SequenceNode):
                found = found.value[int(token)] if token.isdecimal() and int(token) < len(found.value) else None
            elif isinstance(found, yaml.MappingNode):
                found = self._member(found, token)
            else:
                return None
        return found

    def _member(self, node: yaml.MappingNode, name: str) -> yaml.Node | None:
        found = next((value for key, value in node.value if key.value == name), None)
        if found is not None and found.start_mark.index < node.start_mark.index:
            raise CannotEditError(f"{name} is an alias of something elsewhere in the document")
        return found

    def replaced(self, node: yaml.Node, value: bool | tuple[str, ...], name: str) -> list[Edit]:
        """The edits that put a value in the place of a literal."""
        start, end = node.start_mark.index, node.end_mark.index
        written = self.text[start:end]
        if written[:1] in ("!", "&", "*"):
            raise CannotEditError(f"{name} is an expression: set what it refers to")
        if isinstance(value, bool):
            plain = written.strip().strip("\"'")
            if not isinstance(node, yaml.ScalarNode) or plain.lower() not in _BOOLEANS:
                raise CannotEditError(f"{name} is no literal: set what it refers to")
            word = "true" if value else "false"
            return [Edit(start, start + len(written.rstrip()), written.strip().replace(plain, word))]
        if not isinstance(node, yaml.SequenceNode) or any(not self._is_plain(item) for item in node.value):
            raise CannotEditError(f"{name} is no plain list: set what it refers to")
        entries = [Entry(item.start_mark.index, item.end_mark.index, item.value) for item in node.value]
        if node.flow_style:
            return bracketed_list(self.text, start, end, entries, value)
        return self._block_list(entries, value)

    def _is_plain(self, item: yaml.Node) -> bool:
        return isinstance(item, yaml.ScalarNode) and self.text[item.start_mark.index] not in "!&*"

    def _block_list(self, entries: list[Entry], wanted: tuple[str, ...]) -> list[Edit]:
        """A list with a hyphen before each entry; entries that stay keep their lines."""
        text, first, last = self.text, entries[0], entries[-1]
        known = {entry.value for entry in entries}
        edits = [
            Edit(line_start(text, it.start), next_line(text, it.end), "") for it in entries if it.value not in wanted
        ]
        hyphen = text[line_start(text, first.start) : first.start]
        if hyphen.strip() != "-":
            raise CannotEditError("its list is not written with an entry in each line")
        lines = [f"{hyphen}{json.dumps(one)}" for one in wanted if one not in known]
        if lines:
            edits.append(self._behind(last.end, lines))
        return edits

    def _behind(self, at: int, lines: list[str]) -> Edit:
        """Lines behind the line of a place."""
        ending, place = line_end_of(self.text), next_line(self.text, at)
        before = "" if self.text[:place].endswith("\n") else ending
        return Edit(place, place, f"{before}{ending.join(lines)}{ending}")

    def added(self, node: yaml.Node, absent: Mapping[Path, bool | tuple[str, ...]]) -> Iterator[Edit]:
        """The edits that add members; those that share an object are added to it together."""
        by_object: dict[int, tuple[yaml.MappingNode, dict[str, Any]]] = {}
        for path, value in absent.items():
            depth = max(depth for depth in range(len(path)) if self.follow(node, path[:depth]) is not None)
            parent = self.follow(node, path[:depth])
            if not isinstance(parent, yaml.MappingNode):
                raise CannotEditError(f"{path[depth]} has no place to stand: add it by hand")
            members = by_object.setdefault(id(parent), (parent, {}))[1]
            for name in path[depth:-1]:
                members = members.setdefault(name, {})
            members[path[-1]] = list(value) if isinstance(value, tuple) else value
        for parent, members in by_object.values():
            yield self._flow_members(parent, members) if parent.flow_style else self._block_members(parent, members)

    def _block_members(self, parent: yaml.MappingNode, members: dict[str, Any]) -> Edit:
        first_key = parent.value[0][0]
        indent = " " * len(indent_at(self.text, first_key.start_mark.index))
        return self._behind(self._last(parent), [f"{indent}{line}" for line in _block_lines(members)])

    def _last(self, node: yaml.Node) -> int:
        """Where the last thing within a node ends; the marks of a block end where the next thing begins."""
        if isinstance(node, yaml.MappingNode) and not node.flow_style:
            key, value = node.value[-1]
            return self._last(value) if value.start_mark.index >= key.start_mark.index else int(key.end_mark.index)
        if isinstance(node, yaml.SequenceNode) and not node.flow_style:
            return self._last(node.value[-1])
        end = int(node.end_mark.index)
        return end - 1 if self.text[end - 1 : end] == "\n" else end

    def _flow_members(self, parent: yaml.MappingNode, members: dict[str, Any]) -> Edit:
        """Members before the closing brace, each in a line of its own if the present ones have that."""
        text, close = self.text, parent.end_mark.index - 1
        if not parent.value:
            return Edit(
                close, close, ", ".join(f"{json.dumps(name)}: {json.dumps(it)}" for name, it in members.items())
            )
        first, last = parent.value[0][0].start_mark.index, parent.value[-1][1].end_mark.index
        has_lines = "\n" in text[parent.start_mark.index : first]
        indent = indent_at(text, first)
        between = f",{line_end_of(text)}{indent}" if has_lines else ", "
        written = (
            json.dumps(it, indent=2).replace("\n", f"{line_end_of(text)}{indent}") if has_lines else json.dumps(it)
            for it in members.values()
        )
        pairs = [f"{between}{json.dumps(name)}: {value}" for name, value in zip(members, written, strict=True)]
        return Edit(last, last, "".join(pairs))


def _block_lines(members: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in members.items():
        if isinstance(value, dict):
            yield f"{indent}{name}:"
            yield from _block_lines(value, f"{indent}  ")
        elif isinstance(value, list):
            yield f"{indent}{name}:"
            yield from (f"{indent}  - {json.dumps(item)}" for item in value)
        else:
            yield f"{indent}{name}: {json.dumps(value)}"
