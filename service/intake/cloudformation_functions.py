"""Intrinsic functions over values that are known: each gives a value, or is open with the reason.

They get their arguments evaluated, and never raise for what a template may hold: a function that CloudFormation
would refuse is open, for then nothing is known of its value (AWS CloudFormation user guide, intrinsic functions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Any

from service.intake.cloudformation_texts import MOST_CHARACTERS, LogicalId, first_open, scalar, shown
from service.intake.readings import MISSING, Open

_VARIABLE = re.compile(r"\$\{([^!{}][^{}]*)\}")
_MOST_RANGES = 256
"""How many ranges Fn::Cidr gives at most."""
ZONES = "the Region's availability zones"


def join(arguments: Any) -> Any:
    """`Fn::Join`: texts with a delimiter between them; what is open inside stands as it is written."""
    if not (isinstance(arguments, list) and len(arguments) == 2 and isinstance(arguments[1], list)):
        return _malformed("Fn::Join", arguments)
    delimiter = scalar(arguments[0])
    if delimiter is None:
        return _malformed("Fn::Join", arguments)
    return joined([part for part in arguments[1] if part is not MISSING], delimiter)


def joined(parts: list[Any], delimiter: str) -> Any:
    """The parts as one text, open if one of them is."""
    if len(parts) == 1 and isinstance(parts[0], LogicalId):
        return parts[0]
    texts, found = [], None
    for part in parts:
        text = scalar(part)
        if text is None:
            found = found or first_open(part) or Open(shown(part), "no text")
            text = f"${{{part.text.removeprefix('!Ref ')}}}" if isinstance(part, Open) else "…"
        texts.append(text)
    length = sum(len(text) + len(delimiter) for text in texts)
    if length > MOST_CHARACTERS:
        return Open("…", f"a text of more than {MOST_CHARACTERS} characters")
    whole = delimiter.join(texts)
    return whole if found is None else Open(whole, found.why)


def split(arguments: Any) -> Any:
    """`Fn::Split`: the parts of a text."""
    if not (isinstance(arguments, list) and len(arguments) == 2):
        return _malformed("Fn::Split", arguments)
    if isinstance(arguments[1], Open):
        return arguments[1]
    delimiter, text = scalar(arguments[0]), scalar(arguments[1])
    return text.split(delimiter) if delimiter and text is not None else _malformed("Fn::Split", arguments)


def select(arguments: Any) -> Any:
    """`Fn::Select`: one item of a list; one of the zones that the Region has is a zone of its own."""
    if not (isinstance(arguments, list) and len(arguments) == 2):
        return _malformed("Fn::Select", arguments)
    index, items = scalar(arguments[0]), arguments[1]
    if index is None or not index.isdecimal() or len(index) > 4:
        return first_open(arguments[0]) or _malformed("Fn::Select", arguments)
    if isinstance(items, Open) and items.why == ZONES:
        return f"zone {int(index) + 1} of the Region"
    if isinstance(items, Open):
        return Open(f"!Select [{index}, {items.text}]", items.why)
    if isinstance(items, list) and int(index) < len(items):
        return items[int(index)]
    return _malformed("Fn::Select", arguments)


def cidr(arguments: Any) -> Any:
    """`Fn::Cidr`: the first ranges of a size within a range."""
    if not (isinstance(arguments, list) and len(arguments) in (2, 3)):
        return _malformed("Fn::Cidr", arguments)
    if found := first_open(arguments):
        return found
    block, count, bits = (scalar(part) for part in (*arguments, "8")[:3])
    if not (block and count and bits and (count + bits).isdecimal() and len(count) < 4 and len(bits) < 4):
        return _malformed("Fn::Cidr", arguments)
    try:
        network = ip_network(block)
        prefix = network.max_prefixlen - int(bits)
        size = 2 ** int(bits)
        wanted = int(count)
        if not (1 <= wanted <= _MOST_RANGES and prefix >= network.prefixlen and wanted * size <= network.num_addresses):
            return _malformed("Fn::Cidr", arguments)
        return [f"{network.network_address + number * size}/{prefix}" for number in range(wanted)]
    except ValueError:
        return _malformed("Fn::Cidr", arguments)


def length(arguments: Any) -> Any:
    """`Fn::Length`: how many items a list has."""
    return len(arguments) if isinstance(arguments, list) else first_open(arguments) or _malformed("Fn::Length", "")


def equals(arguments: Any) -> Any:
    """`Fn::Equals`: whether two values are the same once they are texts."""
    if not (isinstance(arguments, list) and len(arguments) == 2):
        return _malformed("Fn::Equals", arguments)
    if found := first_open(arguments):
        return found
    left, right = (scalar(part) if scalar(part) is not None else part for part in arguments)
    return left == right


def both(parts: list[Any]) -> Any:
    """`Fn::And`: false as soon as one is, whatever the others are."""
    return next((found for found in (False, *_opens(parts)) if found in parts), True)


def either(parts: list[Any]) -> Any:
    """`Fn::Or`: true as soon as one is, whatever the others are."""
    return next((found for found in (True, *_opens(parts)) if found in parts), False)


def _opens(parts: list[Any]) -> list[Any]:
    return [part for part in parts if isinstance(part, Open)]


def row_of(mapping: Any, first: Any, second: Any) -> Any:
    """`Fn::FindInMap` in one mapping; where the first key is open, all rows may agree."""
    if not isinstance(mapping, Mapping):
        return MISSING
    key = scalar(second)
    if key is None:
        return first_open(second) or MISSING
    name = scalar(first)
    if name is not None:
        row = mapping.get(name)
        return row.get(key, MISSING) if isinstance(row, Mapping) else MISSING
    found = [row.get(key, MISSING) for row in mapping.values() if isinstance(row, Mapping)]
    agree = bool(found) and all(value == found[0] for value in found)
    return found[0] if agree else first_open(first) or MISSING


def substituted(text: str, value_of: Callable[[str], Any]) -> Any:
    """`Fn::Sub`: a text with its variables in place; `${!Literal}` stays as `${Literal}`."""
    parts: list[Any] = []
    position = 0
    for match in _VARIABLE.finditer(text[:MOST_CHARACTERS]):
        parts += [text[position : match.start()], value_of(match[1].strip())]
        position = match.end()
    parts.append(text[position:])
    kept = [part.replace("${!", "${") if type(part) is str else part for part in parts if part != ""]
    return joined(kept, "") if kept else ""


def _malformed(name: str, arguments: Any) -> Open:
    return Open(shown({name: arguments}), "no call that CloudFormation takes")


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "Fn::Join": join,
    "Fn::Split": split,
    "Fn::Select": select,
    "Fn::Cidr": cidr,
    "Fn::Length": length,
    "Fn::Equals": equals,
}
"""The functions whose value follows from their arguments alone."""
