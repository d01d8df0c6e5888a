"""What a document says in one place: a value, nothing, or an expression that cannot be evaluated.

Formats differ in where they keep a field and in what may stand there (an intrinsic function, a placeholder, a
secret); they agree in these three answers. Nothing here guesses: what is no boolean is `Open`, not false.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

LONGEST_TEXT = 200
"""How much of an expression is quoted: enough to find it again, too little to carry a document along."""

# Variables of shells, kustomize, envsubst, Helm and their like, and brackets that people are meant to replace.
_PLACEHOLDER = re.compile(r"\$\{|\$\(|\$[A-Za-z_]|\{\{|\}\}|<[^<>]*>|%[A-Za-z_]+%|^@[A-Za-z_]+@$")
_RANGE = re.compile(r"[0-9A-Fa-f:.]{2,45}/[0-9]{1,3}")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Nothing(Enum):
    """The field is not there, or explicitly empty (null, ``AWS::NoValue``)."""

    MISSING = "missing"


MISSING = Nothing.MISSING


@dataclass(frozen=True, slots=True)
class Open:
    """An expression that cannot be evaluated from the document alone, and why not."""

    text: str
    why: str


def quoted(text: str) -> str:
    """A text that is safe to show: one line, without control characters, not too long."""
    plain = _CONTROLS.sub(" ", text)
    return plain if len(plain) <= LONGEST_TEXT else f"{plain[: LONGEST_TEXT - 1]}…"


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in one place. ``because`` tells how a value was computed; empty if it stands there as it is.

    ``assumed`` are sentences about what the value rests on, such as a parameter's default.
    """

    value: Any
    place: str = ""
    because: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def is_missing(self) -> bool:
        """Whether the document says nothing here."""
        return self.value is MISSING or self.value is None

    def opened(self, why: str, text: str = "") -> Reading:
        """The same place as one that leaves its field open."""
        return replace(self, value=Open(quoted(text or _shown(self.value)), why))


def plain(value: Any, place: str) -> Reading:
    """A literal value, or an open one if a text holds a placeholder that something else was to replace."""
    if isinstance(value, str) and _PLACEHOLDER.search(value):
        return Reading(Open(quoted(value), "a placeholder without a value"), place)
    return Reading(value, place)


Read = Callable[[Any, str], Reading]


@dataclass(frozen=True, slots=True)
class Section:
    """An object of the document whose members are read one by one.

    ``name`` spells a member as the format does; formats share the EKS API's names and differ in capitals. A member
    that is written with other capitals than the tool knows is open, for the tool refuses it or drops it;
    ``is_lenient`` takes it as it is meant, and says so, where the tool never drops what it does not know.
    """

    value: Any
    place: str = ""
    read: Read = plain
    name: Callable[[str], str] = str
    within: Reading = field(default=Reading(MISSING))
    is_lenient: bool = False

    def get(self, member: str) -> Reading:
        """What stands in a member; open if the whole section is."""
        spelt = self.name(member)
        place = f"{self.place}/{escaped(spelt)}"
        if isinstance(self.value, Open):
            return Reading(self.value, place)
        if not isinstance(self.value, Mapping):
            is_absent = self.value is MISSING or self.value is None or self.value == []
            return Reading(MISSING if is_absent else Open(quoted(_shown(self.value)), "no object"), place)
        if spelt not in self.value:
            return self._written_otherwise(self.value, spelt, place)
        reading = self.read(self.value[spelt], place)
        if self.within.because and not reading.because:
            return replace(reading, because=self.within.because, assumed=self.within.assumed)
        return reading

    def _written_otherwise(self, value: Mapping[Any, Any], spelt: str, place: str) -> Reading:
        """What stands under the name in other capitals; missing if nothing does."""
        wanted = spelt.lower()
        for key in value:
            if isinstance(key, str) and len(key) == len(spelt) and key.lower() == wanted:
                why = f"written `{key}`, where only `{spelt}` is known"
                if not self.is_lenient:
                    return Reading(Open(quoted(key), why), place)
                return replace(self.read(value[key], place), because=why, assumed=(f"`{key}` is meant as `{spelt}`",))
        return Reading(MISSING, place)

    def section(self, member: str) -> Section:
        """The section in a member; a list of one is the one, as Terraform's blocks become lists (upjet)."""
        reading = self.get(member)
        value, place = reading.value, reading.place
        if isinstance(value, list) and len(value) == 1:
            value, place = value[0], f"{place}/0"
        return replace(self, value=value, place=place, within=reading)

    def sections(self, member: str) -> Iterator[Section]:
        """The objects of a list; a single object counts as a list of one."""
        reading = self.get(member)
        items = reading.value if isinstance(reading.value, list) else [reading.value]
        for index, item in enumerate(items):
            item_reading = self.read(item, f"{reading.place}/{index}")
            if isinstance(item_reading.value, Mapping):
                yield replace(self, value=item_reading.value, place=item_reading.place, within=item_reading)

    @property
    def is_there(self) -> bool:
        """Whether the document has the section, be it open."""
        return isinstance(self.value, Mapping | Open)


def escaped(token: object) -> str:
    """A token of a JSON Pointer (RFC 6901)."""
    return str(token).replace("~", "~0").replace("/", "~1")


def as_flag(reading: Reading) -> Reading:
    """A boolean; CloudFormation and state files also write it as text (contracts/input-dialects)."""
    value = reading.value
    if reading.is_missing or isinstance(value, bool | Open):
        return reading
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return replace(reading, value=value.strip().lower() == "true")
    return reading.opened("neither true nor false")


def as_text(reading: Reading) -> Reading:
    """A short text; numbers and booleans stand for their text, as YAML reads some names as such."""
    value = reading.value
    if reading.is_missing or isinstance(value, Open):
        return reading
    if isinstance(value, int | float) and not isinstance(value, bool):
        return replace(reading, value=str(value))
    if isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and not _CONTROLS.search(value):
        return replace(reading, value=str(value))
    return reading.opened("no short text")


def as_texts(reading: Reading) -> Reading:
    """A list of texts, or one text that lists them with commas; one open entry leaves the whole list open."""
    value = reading.value
    if reading.is_missing or isinstance(value, Open):
        return reading
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        return reading.opened("no list")
    texts = []
    for item in items:
        if item is None:
            return reading.opened("an entry without a value", "null")
        entry = as_text(Reading(item.strip() if type(item) is str else item))
        if isinstance(entry.value, Open):
            return replace(reading, value=entry.value)
        if not entry.is_missing:
            texts.append(entry.value)
    return replace(reading, value=[text for text in texts if text])


def as_ranges(reading: Reading) -> Reading:
    """A list of ranges in CIDR notation as they are written; an address alone or another text leaves it open."""
    texts = as_texts(reading)
    if texts.is_missing or isinstance(texts.value, Open):
        return texts
    for text in texts.value:
        if not is_range(text):
            return reading.opened("an entry that is no range", text)
    return texts


@lru_cache(maxsize=8192)
def is_range(text: str) -> bool:
    """Whether a text is a range such as ``10.0.0.0/16``, host bits allowed."""
    if not _RANGE.fullmatch(text):
        return False
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _shown(value: object) -> str:
    return value if isinstance(value, str) else type(value).__name__


def unknown_list(name: str) -> str:
    """The id of a prefix list that stands for ranges which the description does not hold."""
    return "pl-" + re.sub(r"[^A-Za-z0-9.-]+", "-", name)[:150]
