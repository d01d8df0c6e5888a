"""Reads a request body as JSON, and refuses whatever two readers could understand differently.

1. The body calls itself ``application/json`` (415), and is not over the limit once it is expanded (413).
2. It is UTF-8 without a byte order mark, and JSON to the letter: no NaN, no Infinity, no trailing comma.
3. It is nested at most DEPTH_LIMIT levels deep, and no number is past what a double holds.
4. No name stands twice in one object, at any depth: a reader that takes the first and one that takes the
   last would decide about different clusters.
5. No string holds NUL or half of a surrogate pair.
6. It is an object (422).

Points 2 and 5 (surrogates) are orjson's own rules.
Point 4 is not, and the standard library's reader, which can be taught it, takes three times as long.
So a document is read by orjson and written again: a member that was dropped because its name came twice
takes its colon with it, and without escapes nothing else adds or removes a colon, so equal counts prove that
no name came twice.
Only a body with an escape or with unequal counts gets the slow look.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

import orjson

from service.domain.errors import InvalidBatchError, InvalidQuestionError, Mistake, UnreadableDocumentError

# orjson writes no deeper than this; a question needs nine levels.
DEPTH_LIMIT = 254
_MOST_NAMED = 5


def read_object(raw: bytes, noun: str = "body") -> dict[str, object]:
    """The JSON object that these bytes hold; ``noun`` is what they are.

    Raises UnreadableDocumentError, or InvalidQuestionError if they hold another kind of value.
    """
    document = read_document(raw, noun)
    if not isinstance(document, dict):
        raise InvalidQuestionError((Mistake("", f"is {_kind(document)}, expected an object"),))
    return document


def read_document(raw: bytes, noun: str = "body") -> object:
    """The JSON value that these bytes hold; ``noun`` is what they are.

    Raises UnreadableDocumentError with a sentence on what stands in the way.
    """
    document = _loaded(raw, noun)
    try:
        written = orjson.dumps(document)
    except orjson.JSONEncodeError:
        raise UnreadableDocumentError(_too_deep()) from None
    if b"\\" in raw or raw.count(b":") != written.count(b":"):
        _look_closely(raw, document)
    return document


def read_items(raw: bytes) -> list[object]:
    """The items of the JSON list that these bytes hold, read as strictly as if each had come by itself.

    An item that could be understood in two ways, or that is nested too deep, stands there as the
    UnreadableDocumentError that it gives, so that it spoils no other. Raises UnreadableDocumentError for what is
    not JSON, and InvalidBatchError for another kind of value.
    """
    items = _loaded(raw, "body")
    if not isinstance(items, list):
        raise InvalidBatchError((Mistake("", f"is {_kind(items)}, expected a list of questions"),))
    colons = 0
    for index, item in enumerate(items):
        try:
            colons += orjson.dumps(item).count(b":")
        except orjson.JSONEncodeError:
            items[index] = UnreadableDocumentError(_too_deep())
    if b"\\" in raw or raw.count(b":") != colons:
        try:
            marked = json.loads(raw, object_pairs_hook=_mark_repeats)
        except RecursionError:
            raise UnreadableDocumentError(_too_deep()) from None
        for index, item in enumerate(marked):
            if not isinstance(items[index], UnreadableDocumentError) and (faults := list(_faults(item, ""))):
                items[index] = UnreadableDocumentError(_told(faults))
    return items


def _loaded(raw: bytes, noun: str) -> object:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise UnreadableDocumentError(_why_unreadable(raw, error, noun)) from None


def _why_unreadable(raw: bytes, error: orjson.JSONDecodeError, noun: str) -> str:
    if not raw.strip():
        return f"the {noun} is empty, expected JSON"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:4]:
        return f"the {noun} is not UTF-8 (it looks like UTF-16 or UTF-32), expected UTF-8"
    if raw.startswith(b"\xef\xbb\xbf"):
        return f"the {noun} begins with a byte order mark, expected UTF-8 without one"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as undecodable:
        return f"the {noun} is not UTF-8: byte {undecodable.start} is `0x{raw[undecodable.start]:02x}`"
    if "depth limit" in error.msg:
        return _too_deep()
    return f"the {noun} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"


def _too_deep() -> str:
    return f"the document is nested deeper than {DEPTH_LIMIT} levels"


class _Repeating(dict[str, object]):
    """An object in which names came more than once."""

    names: tuple[str, ...]


def _mark_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    marked = _Repeating(members)
    marked.names = tuple(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    return marked


def _look_closely(raw: bytes, document: object) -> None:
    faults = list(_faults(json.loads(raw, object_pairs_hook=_mark_repeats), ""))
    if faults:
        raise UnreadableDocumentError(_told(faults))


def _told(faults: Sequence[str]) -> str:
    more = f"; and {len(faults) - _MOST_NAMED} more" if len(faults) > _MOST_NAMED else ""
    return "; ".join(faults[:_MOST_NAMED]) + more


def _faults(value: object, pointer: str) -> Iterator[str]:
    if isinstance(value, str) and "\x00" in value:
        yield f"the string at `{pointer}` holds NUL"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        if isinstance(value, _Repeating):
            for name in value.names:
                yield f"the name `{name}` stands more than once in the object at `{pointer or '/'}`"
        for name, item in value.items():
            if "\x00" in name:
                yield f"a name in the object at `{pointer or '/'}` holds NUL"
            yield from _faults(item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return "a string"
    return "null" if value is None else f"`{json.dumps(value)}`"
