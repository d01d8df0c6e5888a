"""The values on the wire, each read one way only.

Every field has ``read``, which turns a JSON value into the domain's or raises with the sentence of the
refusal; marshmallow's own ``_deserialize`` is the same function. Nothing is coerced: text is no boolean, a
float is no integer, `true` is no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import Any, TypeVar

from marshmallow import ValidationError, fields

from service.web.schemas.hints import did_you_mean, kind_of, listed, shown

LONGEST_TEXT = 256

# What would break a line or turn the reading order of a report: C0 and C1 controls, line and paragraph
# separators, and the marks that embed or override a direction.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")

Member = TypeVar("Member", bound=Enum)


class WireField(fields.Field[Any]):
    """A field of the wire under its name there; ``keeps_null`` if null says more than leaving it out."""

    expected = "a value"

    def __init__(self, wire_name: str | None = None, *, required: bool = False, keeps_null: bool = False) -> None:
        super().__init__(data_key=wire_name, required=required, allow_none=not required)
        self.keeps_null = keeps_null
        self.error_messages = {
            "required": f"is missing, expected {self.expected}",
            "null": f"is null, expected {self.expected}",
        }

    def read(self, value: Any) -> Any:
        """The domain's value; raises `ValidationError` with the sentence of the refusal."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        return self.read(value)

    def refusal(self, value: object, hint: str = "") -> ValidationError:
        """The refusal of a value of the wrong kind."""
        return ValidationError(f"is {kind_of(value)}, expected {self.expected}{hint}")


class Text(WireField):
    """A name or another text: not empty, at most ``longest`` characters, none of them a control."""

    expected = "text"

    def __init__(
        self, wire_name: str | None = None, *, longest: int = LONGEST_TEXT, shortest: int = 1, **more: bool
    ) -> None:
        super().__init__(wire_name, **more)
        self.longest = longest
        self.shortest = shortest

    def read(self, value: Any) -> str:
        """The text as it is."""
        if type(value) is not str:
            raise self.refusal(value)
        if not self.shortest <= len(value) <= self.longest:
            found = f"has {len(value)} characters" if value else "is empty"
            raise ValidationError(f"{found}, expected {self.shortest} to {self.longest} characters")
        if not (value.isascii() and value.isprintable()) and (control := _CONTROLS.search(value)):
            raise ValidationError(f"holds the control character U+{ord(control[0]):04X}, expected plain text")
        return value


class Flag(WireField):
    """True or false."""

    expected = "true or false"
    _meant = {"on": True, "true": True, "yes": True, "enabled": True, "1": True} | {
        "off": False,
        "false": False,
        "no": False,
        "disabled": False,
        "0": False,
    }

    def read(self, value: Any) -> bool:
        """The boolean as it is."""
        if value is True or value is False:
            return bool(value)
        word = str(value).casefold() if isinstance(value, str | int) else ""
        meant = self._meant.get(word)
        raise self.refusal(value, "" if meant is None else f": write `{str(meant).lower()}`")


class Whole(WireField):
    """An integer within bounds."""

    def __init__(self, wire_name: str | None = None, *, least: int, most: int, **more: bool) -> None:
        self.least = least
        self.most = most
        self.expected = f"an integer from {least} to {most}"
        super().__init__(wire_name, **more)

    def read(self, value: Any) -> int:
        """The integer as it is."""
        if type(value) is not int:
            raise self.refusal(value, self._hint(value))
        if not self.least <= value <= self.most:
            raise self.refusal(value)
        return value

    def _hint(self, value: object) -> str:
        if isinstance(value, float) and value.is_integer():
            return f": write `{int(value)}`"
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
            return f": write `{int(value)}`, without quotes"
        return ""


class Weight(WireField):
    """A number that counts as a share: finite, not negative, kept exact."""

    expected = "a number, 0 or more"
    most = 1_000_000_000

    def read(self, value: Any) -> Fraction:
        """The number as it is written, as a fraction: 0.1 is one tenth."""
        if type(value) not in (int, float):
            is_number = isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value)
            raise self.refusal(value, f": write `{value}`, without quotes" if is_number else "")
        if not (isfinite(value) and 0 <= value <= self.most):
            raise ValidationError(f"is {shown(value)}, expected {self.expected} and at most {self.most}")
        return _exact(str(value))


@lru_cache(maxsize=256)
def _exact(text: str) -> Fraction:
    return Fraction(text)


class Choice(WireField):
    """One of a closed set of words; ``refused`` are words that are understood and turned down with a reason."""

    def __init__(
        self,
        members: Mapping[str, Any],
        wire_name: str | None = None,
        *,
        refused: Mapping[str, str] | None = None,
        **more: bool,
    ) -> None:
        self.members = dict(members)
        self.refused = dict(refused or {})
        self.expected = f"one of {listed(self.members)}"
        super().__init__(wire_name, **more)

    def read(self, value: Any) -> Any:
        """What the word stands for."""
        try:
            return self.members[value]
        except (KeyError, TypeError):
            raise self._unknown(value) from None

    def _unknown(self, value: object) -> ValidationError:
        if not isinstance(value, str):
            return self.refusal(value)
        reason = self.refused.get(value.casefold().replace("-", "_"))
        if reason:
            return ValidationError(f"is {shown(value)}: {reason}")
        hint = did_you_mean(value, self.members)
        return ValidationError(f"is {shown(value)}, expected {self.expected}{hint}")


def members_of(closed_set: type[Member]) -> dict[str, Member]:
    """The words of an enumeration and what they stand for."""
    return {str(member.value): member for member in closed_set}


def words(*choices: str) -> dict[str, str]:
    """Words that stand for themselves."""
    return {choice: choice for choice in choices}


class Outpost(WireField):
    """Whether something stands on an Outpost: true, false, or the Outpost's ARN or id."""

    expected = "true, false or the Outpost's id"

    def read(self, value: Any) -> bool:
        """Whether it does."""
        return bool(value) if value is True or value is False else bool(_ID.read(value))


class Timestamp(WireField):
    """A point in time (RFC 3339)."""

    expected = "a time such as `2024-10-21T00:00:00Z`"

    def read(self, value: Any) -> datetime:
        """The time with its offset."""
        if type(value) is not str:
            raise self.refusal(value)
        if not _RFC_3339.fullmatch(value):
            raise ValidationError(f"is {shown(value)}, expected {self.expected}{self._hint(value)}")
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError as error:
            raise ValidationError(f"is {shown(value)}, expected {self.expected} ({error})") from None

    def _hint(self, value: str) -> str:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return f", did you mean `{value}T00:00:00Z`?"
        return f", did you mean `{value}Z`?" if _RFC_3339.fullmatch(f"{value}Z") else ""


class Labels(WireField):
    """Pairs of text that an organisation's rules may select on."""

    expected = "an object of text pairs"
    most = 100

    def read(self, value: Any) -> tuple[tuple[str, str], ...]:
        """The pairs, sorted by key."""
        if type(value) is not dict:
            raise self.refusal(value)
        if len(value) > self.most:
            raise ValidationError(f"has {len(value)} pairs, expected at most {self.most}")
        faults = dict(self._faults(value))
        if faults:
            raise ValidationError(faults)
        return tuple(sorted(value.items()))

    def _faults(self, pairs: Mapping[str, object]) -> Iterable[tuple[str, list[str]]]:
        for key, text in pairs.items():
            try:
                _ID.read(key)
            except ValidationError as error:
                yield key, [f"the label's name {sentence}" for sentence in error.messages]
            try:
                _LABEL.read(text)
            except ValidationError as error:
                yield key, list(error.messages)


_ID = Text()
_LABEL = Text(shortest=0)
