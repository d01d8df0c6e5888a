"""JSON Patch (RFC 6902): the edit of a document that came as data, or whose lines hold more than may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.advice.changes.edits import CannotEditError
from service.advice.changes.spellings import Path, value_at

Operation = dict[str, Any]


def patch_for(document: Any, place: Path, values: Mapping[Path, bool | tuple[str, ...]]) -> list[Operation]:
    """The operations that give the object at a place these values, each at its path within it."""
    operations: list[Operation] = []
    for inner, value in values.items():
        path = (*place, *inner)
        new: Any = list(value) if isinstance(value, tuple) else value
        is_there, old = value_at(document, path)
        if is_there:
            if not _is_literal(old, new):
                raise CannotEditError(f"{path[-1]} is no literal: set what it refers to")
            operations.append({"op": "replace", "path": pointer(path), "value": _like(old, new)})
            continue
        operations.append(_added(patched(document, operations), path, new))
    return operations


def _is_literal(old: Any, new: Any) -> bool:
    if isinstance(new, bool):
        return isinstance(old, bool) or (isinstance(old, str) and old.lower() in ("true", "false"))
    return isinstance(old, list) and all(isinstance(one, str) for one in old)


def _like(old: Any, new: Any) -> Any:
    """A boolean as text where one was written as text."""
    return str(new).lower() if isinstance(old, str) else new


def _added(document: Any, path: Path, value: Any) -> Operation:
    """The addition of a member, with the objects around it that are missing."""
    depth = max(depth for depth in range(len(path)) if value_at(document, path[:depth])[0])
    if not isinstance(value_at(document, path[:depth])[1], dict):
        raise CannotEditError(f"{path[depth]} has no place to stand: add it by hand")
    for name in reversed(path[depth + 1 :]):
        value = {name: value}
    return {"op": "add", "path": pointer(path[: depth + 1]), "value": value}


def patched(document: Any, operations: list[Operation]) -> Any:
    """The document with the operations carried out; what they do not touch is shared with the old one."""
    for operation in operations:
        path = tuple(one.replace("~1", "/").replace("~0", "~") for one in operation["path"].split("/")[1:])
        document = _with(document, path, operation["value"])
    return document


def _with(document: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    if isinstance(document, list):
        index = int(path[0])
        return [*document[:index], _with(document[index], path[1:], value), *document[index + 1 :]]
    return {**document, path[0]: _with(document.get(path[0]), path[1:], value)}


def pointer(path: Path) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in path)
