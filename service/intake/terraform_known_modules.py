"""Modules that many configurations use, as far as their arguments tell what they make.

The version decides names and defaults. A source by its place (`../..`) hides the version; then only what the
arguments tell, or what all versions share that the arguments fit, is taken for known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.intake.readings import Open
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Handle, Value, boolean, is_open, opened

_PART = re.compile(r"\s*(~>|>=|<=|!=|=|>|<)?\s*v?(\d{1,4})((?:\.\d{1,6}){0,2})[-+.\w]*\s*")
_REF = re.compile(r"[?&]ref=(?:tags/)?v?(\d{1,4})\.\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a module that is not part of the document."""

    address: str
    source: str
    version: str
    arguments: Mapping[str, Value]
    texts: Mapping[str, str]
    assumed: Mapping[str, tuple[str, ...]]
    region: Value
    how_many: Open | None

    def get(self, *names: str) -> Value:
        """The first of some arguments that is given."""
        return next((self.arguments[name] for name in names if self.arguments.get(name) is not None), None)

    def has(self, *names: str) -> bool:
        """Whether one of some arguments is written, be it as null."""
        return any(name in self.arguments for name in names)

    def flag(self, default: bool, *names: str) -> bool | Open:
        """A switch among the arguments; open if its expression is."""
        value = self.get(*names)
        if value is None:
            return default
        decided = boolean(value)
        return (
            decided if decided is not None else opened(value) if is_open(value) else Open(str(value)[:80], "no boolean")
        )

    def assumed_for(self, *names: str) -> tuple[str, ...]:
        """What some arguments take for granted, the empty name standing for the call itself."""
        return tuple(sorted({sentence for name in names for sentence in self.assumed.get(name, ())}))

    def resource(self, type_: str, name: str, values: Mapping[str, Value], index: int | str = 0) -> Resource:
        """A resource that the module makes."""
        return Resource(
            address=f"{self.address}.{type_}.{name}[{index}]", type=type_, values=values, region=self.region
        )


@dataclass(frozen=True, slots=True)
class Made:
    """What a module makes, and what it gives to its caller; ``why_none`` if it was to make a cluster and does not."""

    resources: tuple[Resource, ...]
    outputs: Mapping[str, Value]
    why_none: str = ""


@dataclass(frozen=True, slots=True)
class Majors:
    """The major versions that a call allows; ``most`` is None if there is no upper end."""

    least: int = 0
    most: int | None = None

    def within(self, least: int, most: int | None) -> Majors:
        """The versions that are in another span as well."""
        ends = [end for end in (self.most, most) if end is not None]
        return Majors(max(self.least, least), min(ends) if ends else None)


def majors(call: Call) -> Majors:
    """The major versions that the constraint, or the reference in a Git source, allows."""
    reference = _REF.search(call.source)
    if reference:
        return Majors(int(reference[1]), int(reference[1]))
    span = Majors()
    for part in call.version.split(",") if call.version else ():
        match = _PART.fullmatch(part)
        if match:
            span = span.within(*_span(match[1] or "=", int(match[2]), match[3]))
    return span


def _span(sign: str, major: int, rest: str) -> tuple[int, int | None]:
    if sign == "=" or (sign == "~>" and rest):
        return major, major
    if sign == "<":
        return 0, major if rest.strip(".0") else major - 1
    if sign == "<=":
        return 0, major
    return (0, None) if sign == "!=" else (major, None)


def is_from(call: Call, registry: str, repository: str) -> bool:
    """Whether the source is a module of the registry, or the root of its repository."""
    source = call.source.partition("?")[0].lower().removesuffix(".git").rstrip("/")
    if "//" in source.replace("://", ":"):
        return False
    return source == registry or source.endswith(f"/{registry}") or source.endswith(repository)


def handles(type_: str, name: str, call: Call, number: int, attribute: str = "id") -> list[Value]:
    """The attributes of several resources that a module makes under one name."""
    return [Handle(f"{call.address}.{type_}.{name}[{index}]", attribute) for index in range(number)]
