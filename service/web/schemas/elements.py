"""Objects and lists on the wire, and the two ways in which a document passes through them.

1. ``read`` takes the happy path: one loop over the members that are there, each through the reader that was
   looked up when the schema was made, straight into the domain's noun. It gives up at the first fault.
2. ``validate`` is marshmallow's, and names every fault at its place. It is only asked once ``read`` gave up.

Both go through the same fields and the same rules, so they agree on what is valid (a test holds them together).
Null counts as not given, unless the field says that it keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, ClassVar

import orjson
from marshmallow import EXCLUDE, Schema, ValidationError, validates_schema

from service.web.schemas.fields import Text, WireField
from service.web.schemas.hints import did_you_mean, kind_of, listed
from service.web.schemas.ranges import Range

Fault = tuple[str, str]
"""The wire name of a member and what is wrong with it, seen with its neighbours; ``""`` is the object itself."""

_REFUSE, _SKIP, _KEEP = range(3)


class Element(Schema):
    """An object of the wire that becomes one noun of the domain."""

    noun: ClassVar[Callable[..., Any]]
    advice: ClassVar[Mapping[str, str]] = {}
    """Members that are refused with a reason of their own, where "unknown" would mislead."""

    class Meta:
        """Unknown members are refused by ``_whole``, which knows what they were meant to be."""

        unknown = EXCLUDE

    def __init__(self) -> None:
        super().__init__()
        self.readers: dict[str, tuple[str, Callable[[Any], Any], int]] = {}
        for attribute, field in self.load_fields.items():
            if not isinstance(field, WireField):
                raise TypeError(f"{attribute} has no reader")
            on_null = _REFUSE if field.required else _KEEP if field.keeps_null else _SKIP
            self.readers[field.data_key or attribute] = (attribute, field.read, on_null)
        self.needed = frozenset(name for name, field in self.load_fields.items() if field.required)
        self.has_rules = type(self).rules is not Element.rules

    def read(self, value: Any) -> Any:
        """The noun that the object describes; raises `ValidationError` at the first fault, without its place."""
        if type(value) is not dict:
            raise ValidationError(f"is {kind_of(value)}, expected an object")
        readers = self.readers
        values = {}
        for name, member in value.items():
            if name not in readers:
                raise ValidationError(f"unknown field `{name}`")
            attribute, read, on_null = readers[name]
            if member is not None:
                values[attribute] = read(member)
            elif on_null == _KEEP:
                values[attribute] = None
            elif on_null == _REFUSE:
                raise ValidationError("is null")
        if not self.needed <= values.keys():
            raise ValidationError("lacks a member")
        if self.has_rules and any(self.rules(value)):
            raise ValidationError("breaks a rule")
        return self.build(values)

    def build(self, values: dict[str, Any]) -> Any:
        """The noun made of the values that were read; for the caller's sake, only ones that break no rule."""
        return self.noun(**values)

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """What is wrong with members only when seen together; members may be of any type here."""
        return ()

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _whole(self, _: Any, given: Any, **__: Any) -> None:
        if not isinstance(given, dict):
            return
        faults: dict[str, list[str]] = {}
        for name in given:
            if name not in self.readers:
                faults.setdefault(name, []).append(self._unknown(name))
        for name, sentence in self.rules(given):
            faults.setdefault(name or "_schema", []).append(sentence)
        if faults:
            raise ValidationError(faults)

    def _unknown(self, name: str) -> str:
        if name in self.advice:
            return self.advice[name]
        hint = did_you_mean(name, (*self.readers, *self._members_of_members()))
        return f"is no field here{hint or f'; known are {listed(sorted(self.readers))}'}"

    def _members_of_members(self) -> Iterator[str]:
        """Where what is no member here may belong: ``location/cidrs``."""
        for field in self.load_fields.values():
            if isinstance(field, Part):
                yield from (f"{field.data_key or field.name}/{name}" for name in field.element.readers)


class Part(WireField):
    """A member that is an object itself."""

    expected = "an object"

    def __init__(self, element: Element, wire_name: str | None = None, **more: bool) -> None:
        super().__init__(wire_name, **more)
        self.element = element
        self.read = element.read  # type: ignore[method-assign]  # one call less on the happy path

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        if not isinstance(value, dict):
            raise self.refusal(value)
        faults = self.element.validate(value)
        if faults:
            raise ValidationError(faults)
        return value


class Items(WireField):
    """A list whose order means nothing: it is read in one fixed order, so that no answer depends on it.

    ``by`` names the member by which the objects of the list are told apart and ordered.
    """

    def __init__(
        self,
        item: WireField | Element,
        wire_name: str | None = None,
        *,
        most: int,
        by: str | None = None,
        **more: bool,
    ) -> None:
        self.item = Part(item) if isinstance(item, Element) else item
        self.most = most
        self.by = by
        self.order: Callable[[Any], Any] | None = None
        if by:
            self.order = itemgetter(by)
        elif isinstance(item, Element):
            self.order = _canonical_bytes
        self.read_item = self.item.read
        self.expected = f"a list of at most {most}"
        super().__init__(wire_name, **more)

    def read(self, value: Any) -> tuple[Any, ...]:
        """The items in their fixed order, whatever order they came in."""
        if type(value) is not list:
            raise self.refusal(value)
        if len(value) < 2:
            return tuple([self.read_item(item) for item in value])
        if len(value) > self.most:
            raise ValidationError(f"has {len(value)} items, expected at most {self.most}")
        try:
            value = sorted(value, key=self.order)
        except (KeyError, TypeError):
            raise ValidationError("holds an item of the wrong kind") from None
        return tuple(map(self.read_item, value))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        if not isinstance(value, list):
            hint = ": write it as a list, in brackets" if isinstance(value, str) else ""
            raise self.refusal(value, hint)
        if len(value) > self.most:
            raise ValidationError(f"has {len(value)} items, expected at most {self.most}")
        faults = dict(self._faults(value))
        if faults:
            raise ValidationError(faults)
        return value

    def _faults(self, items: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        """The faults of items by their number; a text that comes again has the faults that it had before."""
        of_texts: dict[str, Any] = {}
        for index, item in enumerate(items):
            if type(item) is str and item in of_texts:
                yield index, of_texts[item]
                continue
            try:
                self.item._deserialize(item, None, None)
            except ValidationError as error:
                if type(item) is str:
                    of_texts[item] = error.messages
                yield index, error.messages


def _canonical_bytes(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


MOST_RANGES = 10_000
MOST_NAMES = 1_000


def ranges(wire_name: str | None = None, *, is_exact: bool = False, keeps_null: bool = False) -> Items:
    """A list of ranges."""
    return Items(Range(is_exact=is_exact), wire_name, most=MOST_RANGES, keeps_null=keeps_null)


def names(wire_name: str | None = None, *, keeps_null: bool = False) -> Items:
    """A list of ids or names."""
    return Items(Text(), wire_name, most=MOST_NAMES, keeps_null=keeps_null)
