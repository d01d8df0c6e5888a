"""Records of AWS APIs under one spelling, whatever tool wrote them down.

The CLI and boto3 write EC2's names with capitals and EKS's without, Go's and Java's SDKs write both with
capitals, AWS Config neither, and tables made of them with underscores. Names are compared in small letters
without separators; a place keeps the document's own spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.intake.readings import LONGEST_TEXT, Reading, escaped, is_range

_KEPT = frozenset({"tags", "tagset", "labels"})
"""What stands below these are the users' own names."""
MOST_NAMES = 1_000
_PRINTS = re.compile("[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


def plain_name(name: object) -> str:
    """A name in small letters without separators: `VpcId`, `vpcId` and `vpc_id` are one."""
    return str(name).replace("_", "").replace("-", "").lower()


def normalised(value: Any, key: str = "") -> Any:
    """The value with every name in the one spelling; of two that become the same the first counts."""
    if key in _KEPT:
        return value
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for name, member in value.items():
            plain = plain_name(name)
            if plain not in found:
                found[plain] = normalised(member, plain)
        return found
    return [normalised(item) for item in value] if isinstance(value, list) else value


def spellings(value: Any, place: str, plain_place: str = "") -> Iterator[tuple[str, str]]:
    """Each place inside a value, in the one spelling and as the document spells it."""
    if isinstance(value, dict):
        members = [(plain_name(name), escaped(name), member) for name, member in value.items()]
    elif isinstance(value, list):
        members = [(str(index), str(index), member) for index, member in enumerate(value)]
    else:
        return
    for plain, own, member in members:
        below, plain_below = f"{place}/{own}", f"{plain_place or place}/{plain}"
        yield plain_below, below
        if plain not in _KEPT:
            yield from spellings(member, below, plain_below)


def is_text(value: object) -> bool:
    """Whether a value is a text that can stand as an id or a name on the wire."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and _PRINTS.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Record:
    """One element of a list in a response, or an object inside one."""

    value: dict[str, Any]
    place: str

    def has(self, name: str) -> bool:
        """Whether the record speaks of a field at all."""
        return self.value.get(plain_name(name)) is not None

    def get(self, name: str) -> Any:
        """The value of a field; None if it is not there."""
        return self.value.get(plain_name(name))

    def text(self, name: str) -> str:
        """The text of a field; nothing if there is no short text."""
        value = self.get(name)
        return str(value) if is_text(value) else ""

    def flag(self, name: str) -> bool | None:
        """The boolean of a field, also inside an attribute's ``{"Value": true}``; None if there is none."""
        value = self.get(name)
        if isinstance(value, dict):
            value = value.get("value")
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        return value if isinstance(value, bool) else None

    def whole(self, name: str) -> int | None:
        """The whole number of a field, also as text; None if there is none."""
        value = self.get(name)
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,6}", value):
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def range(self, name: str) -> str:
        """The range of a field in CIDR notation; nothing if there is none."""
        value = self.get(name)
        return value if isinstance(value, str) and is_range(value) else ""

    def texts(self, name: str) -> list[str]:
        """The texts of a list, each once."""
        value = self.get(name)
        items = value if isinstance(value, list) else []
        return list(dict.fromkeys(item for item in items if is_text(item)))[:MOST_NAMES]

    def part(self, name: str) -> Record:
        """An object inside; an empty one if there is none."""
        value = self.get(name)
        return Record(value if isinstance(value, dict) else {}, f"{self.place}/{name}")

    def parts(self, name: str) -> list[Record]:
        """The objects of a list."""
        value = self.get(name)
        items = value if isinstance(value, list) else []
        return [Record(item, f"{self.place}/{name}/{n}") for n, item in enumerate(items) if isinstance(item, dict)]

    def state(self) -> str:
        """The state of what is described, in small letters; nothing if it is not said."""
        for name in ("state", "status"):
            value = self.get(name)
            if isinstance(value, dict):
                value = value.get("code") or value.get("name") or value.get("state")
            if isinstance(value, str):
                return value.lower()
        return ""

    def reading(self, value: Any, because: str = "") -> Reading:
        """A value with this record as its place."""
        return Reading(value, self.place, because)

    def tag(self, key: str) -> str:
        """The text of a tag; nothing if there is none."""
        tags = self.get("tags")
        if isinstance(tags, dict):
            found = tags.get(key)
            return found if isinstance(found, str) else ""
        for pair in tags if isinstance(tags, list) else []:
            if isinstance(pair, dict) and pair.get("Key", pair.get("key")) == key:
                found = pair.get("Value", pair.get("value"))
                return found if isinstance(found, str) else ""
        return ""
