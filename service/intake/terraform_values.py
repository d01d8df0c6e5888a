"""Values as Terraform documents hold them: known ones, names of what a resource will have, and open ones.

A known value is what JSON has. `Handle` stands for an attribute that AWS fills in when a resource is made (an
id, mostly): unknown as a value, but good enough to tell which resource is meant. `Open` is everything else
that the document leaves unsaid, with the text of its expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from service.intake.readings import Open

GIVEN_BY_AWS = "AWS gives it when the resource is made"

Value = Any
"""None, a boolean, a number, a string, a list, a dict of these, a `Handle` or an `Open`."""


@dataclass(frozen=True, slots=True)
class Handle:
    """An attribute of a described resource that gets its value from AWS; ``address`` names the instance.

    Without an ``attribute`` it stands for the whole instance (or the whole module).
    """

    address: str
    attribute: str = "id"

    def shown(self) -> str:
        """How Terraform writes it."""
        return f"{self.address}.{self.attribute}" if self.attribute else self.address


def is_known(value: Value) -> bool:
    """Whether the value and all that it holds is known."""
    if isinstance(value, dict):
        return all(is_known(member) for member in value.values())
    if isinstance(value, list):
        return all(is_known(member) for member in value)
    return not isinstance(value, (Open, Handle))


def is_open(value: Value) -> bool:
    """Whether nothing is known of the value but its text."""
    return isinstance(value, (Open, Handle))


def opened(value: Value) -> Open:
    """The first open value inside a value, for its text."""
    if isinstance(value, Open):
        return value
    if isinstance(value, Handle):
        return Open(value.shown(), GIVEN_BY_AWS)
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(
        (opened(member) for member in members if not is_known(member)), Open("", "it has no value in the document")
    )


def boolean(value: Value) -> bool | None:
    """The boolean that Terraform reads there: it converts the strings `true` and `false`; None for others."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def whole(value: Value) -> int | None:
    """The whole number that Terraform reads there; it converts strings of digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value) else None


def text(value: Value) -> str | None:
    """A string that is not empty; None for anything else."""
    return value if isinstance(value, str) and value else None


def members(value: Value) -> list[Value]:
    """The items of a list; nothing for any other value."""
    return value if isinstance(value, list) else []


def block(value: Value) -> dict[str, Value] | Open:
    """The one block under a name: state and plan keep it as a list of one, modules as an object."""
    if isinstance(value, list):
        value = value[0] if value else {}
    if isinstance(value, dict):
        return value
    return opened(value) if is_open(value) else {}


def blocks(value: Value) -> list[dict[str, Value]]:
    """The blocks under a name, without the ones that are open."""
    if isinstance(value, dict):
        return [value]
    return [one for one in members(value) if isinstance(one, dict)]
