"""Masks what an organisation does not want to keep, before it is written; what the caller gets stays whole.

A mask is a JSON Pointer (RFC 6901) that begins with ``/question`` or ``/answer``; ``*`` stands for every member or
item. The record lists the places that were masked. A masked question cannot be decided again, and `replay` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

MASK = "masked"
_DOCUMENTS = ("question", "answer")


class MaskError(ValueError):
    """A mask that points nowhere it could."""


Mask = tuple[str, ...]


def masks_of(texts: Sequence[str]) -> tuple[Mask, ...]:
    """The masks that pointers stand for; raises `MaskError`."""
    return tuple(_mask(text) for text in texts)


def _mask(text: str) -> Mask:
    start, *tokens = text.split("/")
    if start or len(tokens) < 2 or tokens[0] not in _DOCUMENTS or "" in tokens:
        raise MaskError(f"`{text}` is no mask, expected a JSON Pointer such as `/question/cluster/labels/owner`")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def masked(question: bytes, answer: bytes, masks: Sequence[Mask]) -> tuple[bytes, bytes, tuple[str, ...]]:
    """Both documents with the masked places overwritten, and those places.

    A document without any stays the same bytes.
    """
    documents = {"question": question, "answer": answer}
    places: list[str] = []
    for name in _DOCUMENTS:
        wanted = [mask[1:] for mask in masks if mask[0] == name]
        if not wanted:
            continue
        document = orjson.loads(documents[name])
        found = [f"/{name}{place}" for mask in wanted for place in _overwrite(document, mask)]
        if found:
            documents[name] = orjson.dumps(document) + (b"\n" if documents[name].endswith(b"\n") else b"")
            places += found
    return documents["question"], documents["answer"], tuple(sorted(set(places)))


def _overwrite(value: Any, tokens: Sequence[str], place: str = "") -> Iterator[str]:
    token, rest = tokens[0], tokens[1:]
    for key in _keys(value, token):
        here = f"{place}/{str(key).replace('~', '~0').replace('/', '~1')}"
        if rest:
            yield from _overwrite(value[key], rest, here)
        elif value[key] is not None:
            value[key] = _covered(value[key])
            yield here


def _covered(value: Any) -> Any:
    """The value with every text in it masked and every number and switch gone, in the shape that it had."""
    if isinstance(value, dict):
        return {name: _covered(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_covered(item) for item in value]
    return MASK if isinstance(value, str) else None


def _keys(value: Any, token: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value) if token == "*" else [token] if token in value else []  # noqa: S105  a place, no secret
    if isinstance(value, list):
        return list(range(len(value))) if token == "*" else [int(token)] if _is_index(token, value) else []  # noqa: S105
    return []


def _is_index(token: str, items: list[Any]) -> bool:
    return token.isascii() and token.isdigit() and len(token) < 8 and int(token) < len(items)
