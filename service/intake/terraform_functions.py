"""Terraform's functions, as far as their answer follows from the arguments alone.

A function that reads a file, a clock or chance is not here, and neither are regular expressions, whose time
nobody bounds: calls of those stay open. List functions keep items that are open; text and number functions are
asked only when everything in their arguments is known. A wrong argument raises one of `FAULTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

from service.intake.readings import Open
from service.intake.terraform_ranges import cidrhost, cidrsubnet, cidrsubnets
from service.intake.terraform_values import Value, boolean, is_known, is_open

FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ZeroDivisionError)
LONGEST_STRING = 10_000
MOST_ITEMS = 2_000


class UndecidedError(ValueError):
    """The answer depends on something that is open."""


def call(name: str, arguments: list[Value]) -> Value:
    """The value of a call; raises `UndecidedError` or one of `FAULTS` if it has none."""
    if name in _ON_COLLECTIONS:
        return _ON_COLLECTIONS[name](*arguments)
    if name in _ON_KNOWN:
        if not all(is_known(argument) for argument in arguments):
            raise UndecidedError(name)
        return _ON_KNOWN[name](*arguments)
    raise UndecidedError(name)


def as_string(value: Value) -> str:
    """A scalar as Terraform writes it into a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError("not a text")


def _items(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    raise UndecidedError("no list is known")


def _pairs(value: Value) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise UndecidedError("no object is known")


def _closed(value: Value) -> Value:
    if not is_known(value):
        raise UndecidedError("open")
    return value


def _length(value: Value) -> int:
    if is_open(value):
        raise UndecidedError("open")
    return len(value)


def _element(items: Value, index: Value) -> Value:
    known = _items(items)
    return known[_closed(index) % len(known)]


def _slice(items: Value, start: Value, end: Value) -> list[Value]:
    """Of an open list the items are open, but their number is known, as with `slice(data...names, 0, 3)`."""
    first, last = int(_closed(start)), int(_closed(end))
    if isinstance(items, Open) and 0 <= first <= last <= MOST_ITEMS:
        return [Open(f"{items.text}[{index}]", items.why) for index in range(first, last)]
    return _items(items)[first:last]


def _flatten(value: Value) -> list[Value]:
    flat: list[Value] = []
    for item in _items(value):
        flat += _flatten(item) if isinstance(item, list) else [item]
    return flat


def _compact(items: Value) -> list[Value]:
    known = _items(items)
    if any(isinstance(item, Open) for item in known):
        raise UndecidedError("open")
    return [item for item in known if item is not None and item != ""]


def _distinct(items: Value) -> list[Value]:
    found: list[Value] = []
    for item in _items(items):
        if isinstance(item, Open):
            raise UndecidedError("open")
        if item not in found:
            found.append(item)
    return found


def _merge(*objects: Value) -> dict[str, Value]:
    merged: dict[str, Value] = {}
    for one in objects:
        if one is not None:
            merged |= _pairs(one)
    return merged


def _lookup(object_: Value, key: Value, *default: Value) -> Value:
    known = _pairs(object_)
    return known[_closed(key)] if _closed(key) in known else default[0]


def _coalesce(*values: Value) -> Value:
    for value in values:
        if isinstance(value, Open):
            raise UndecidedError("open")
        if value is not None and value != "":
            return value
    raise ValueError("all empty")


def _coalescelist(*lists: Value) -> Value:
    return next(items for items in map(_items, lists) if items)


def _one(items: Value) -> Value:
    known = _items(items)
    if len(known) > 1:
        raise ValueError("more than one")
    return known[0] if known else None


def _keys(value: Value) -> list[Value]:
    return sorted(_pairs(value))


def _values(value: Value) -> list[Value]:
    known = _pairs(value)
    return [known[key] for key in sorted(known)]


def _zipmap(keys: Value, values: Value) -> dict[str, Value]:
    names = _items(keys)
    if not all(isinstance(name, str) for name in names):
        raise UndecidedError("open")
    return dict(zip(names, _items(values), strict=True))


def _concat(*lists: Value) -> list[Value]:
    return list(chain.from_iterable(map(_items, lists)))


def _same(value: Value) -> Value:
    return value


def _setproduct(*lists: Value) -> list[Value]:
    product: list[list[Value]] = [[]]
    for items in map(_items, lists):
        product = [[*before, item] for before in product for item in items]
        if len(product) > MOST_ITEMS:
            raise ValueError("too many")
    return [list(one) for one in product]


def _chunklist(items: Value, size: Value) -> list[Value]:
    known, step = _items(items), int(_closed(size))
    return [known[start : start + step] for start in range(0, len(known), step)]


_ON_COLLECTIONS: dict[str, Callable[..., Value]] = {
    "length": _length,
    "element": _element,
    "slice": _slice,
    "flatten": _flatten,
    "compact": _compact,
    "distinct": _distinct,
    "merge": _merge,
    "lookup": _lookup,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "one": _one,
    "keys": _keys,
    "values": _values,
    "zipmap": _zipmap,
    "concat": _concat,
    "reverse": lambda items: _items(items)[::-1],
    "toset": lambda items: _distinct(items),
    "tolist": _same,
    "tomap": _same,
    "nonsensitive": _same,
    "setproduct": _setproduct,
    "chunklist": _chunklist,
}


def _format(template: str, *values: Value) -> str:
    text, rest = "", list(values)
    index = 0
    while index < len(template):
        char = template[index]
        if char != "%":
            text += char
        else:
            index += 1
            verb = template[index : index + 1]
            if verb not in ("s", "d", "v", "%"):
                raise UndecidedError("a verb with more to it")
            text += "%" if verb == "%" else as_string(rest.pop(0))
        index += 1
    return text


def _bounded_join(separator: str, items: list[Value]) -> str:
    return separator.join(as_string(item) for item in items)


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        raise UndecidedError("a regular expression")
    if len(text) * max(1, len(new)) > LONGEST_STRING * 10:
        raise ValueError("too long")
    return text.replace(old, new)


def _substr(text: str, offset: int, length: int) -> str:
    start = offset if offset >= 0 else len(text) + offset
    return text[start:] if length == -1 else text[start : start + length]


def _range(*limits: int) -> list[int]:
    numbers = range(*(int(limit) for limit in limits))
    if len(numbers) > MOST_ITEMS:
        raise ValueError("too many")
    return list(numbers)


def _tobool(value: Value) -> bool | None:
    found = boolean(value)
    if found is None and value is not None:
        raise ValueError("no boolean")
    return found


def _tonumber(value: Value) -> int | float | None:
    if value is None or isinstance(value, int | float):
        return value
    if len(value) > 20:
        raise ValueError("too long")
    return float(value) if "." in value else int(value)


_ON_KNOWN: dict[str, Callable[..., Any]] = {
    "format": _format,
    "formatlist": lambda template, items: [_format(template, item) for item in items],
    "join": _bounded_join,
    "split": lambda separator, text: text.split(separator) if separator else list(text),
    "replace": _replace,
    "lower": lambda text: text.lower(),
    "upper": lambda text: text.upper(),
    "title": lambda text: " ".join(word[:1].upper() + word[1:] for word in text.split(" ")),
    "trim": lambda text, cutset: text.strip(cutset),
    "trimspace": lambda text: text.strip(),
    "trimprefix": lambda text, prefix: text.removeprefix(prefix),
    "trimsuffix": lambda text, suffix: text.removesuffix(suffix),
    "substr": _substr,
    "startswith": lambda text, prefix: text.startswith(prefix),
    "endswith": lambda text, suffix: text.endswith(suffix),
    "strcontains": lambda text, part: part in text,
    "tostring": lambda value: None if value is None else as_string(value),
    "tonumber": _tonumber,
    "tobool": _tobool,
    "min": min,
    "max": max,
    "abs": abs,
    "sum": sum,
    "sort": sorted,
    "contains": lambda items, item: item in items,
    "index": lambda items, item: items.index(item),
    "range": _range,
    "alltrue": lambda items: all(boolean(item) for item in items),
    "anytrue": lambda items: any(boolean(item) for item in items),
    "cidrsubnet": cidrsubnet,
    "cidrsubnets": cidrsubnets,
    "cidrhost": cidrhost,
    "setunion": lambda *sets: _distinct(list(chain.from_iterable(sets))),
    "setsubtract": lambda one, other: [item for item in one if item not in other],
    "setintersection": lambda one, *others: [item for item in one if all(item in other for other in others)],
    "basename": lambda path: path.rstrip("/").rsplit("/", 1)[-1],
}
