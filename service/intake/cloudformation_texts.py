"""How an expression of a template is shown, and the values that stand for what AWS fills in.

A resource's logical id stands for its id: `Ref` gives it, and what names the same resource gives the same text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.intake.readings import LONGEST_TEXT, MISSING, Open
from service.intake.yaml_documents import is_unknown_tag

MOST_CHARACTERS = 4096
"""The longest text that an expression may make: as much as a parameter may hold (CloudFormation quotas)."""


class LogicalId(str):
    """The id that a resource, or one that a parameter names, has once it exists."""

    __slots__ = ()


def function_of(value: object) -> str | None:
    """The intrinsic function that an object calls; None for plain values."""
    if isinstance(value, Mapping) and len(value) == 1:
        name = next(iter(value))
        if isinstance(name, str) and (name in ("Ref", "Condition") or name.startswith("Fn::")):
            return name
    return None


def shown(value: Any, depth: int = 6) -> str:
    """An expression in CloudFormation's short form, cut where it gets long."""
    text = _short(value, depth)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _short(value: Any, depth: int) -> str:
    name = function_of(value)
    if depth == 0:
        return "…"
    if isinstance(value, Open):
        return value.text
    if name is not None:
        argument = value[name]
        if name == "Fn::GetAtt" and isinstance(argument, list):
            return f"!GetAtt {'.'.join(_short(part, depth - 1) for part in argument[:2])}"
        return f"!{name.removeprefix('Fn::')} {_short(argument, depth - 1)}"
    if is_unknown_tag(value):
        return "a tag that is not known"
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list):
        shown_items = [_short(item, depth - 1) for item in value[:8]]
        return f"[{', '.join([*shown_items, '…'] if len(value) > 8 else shown_items)}]"
    return scalar(value) or "…"


def scalar(value: Any) -> str | None:
    """A scalar as CloudFormation turns it into text; None for lists, objects and what is not known."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and abs(value) < 10**15:
        return str(value)
    return value[:MOST_CHARACTERS] if isinstance(value, str) else None


def first_open(value: Any) -> Open | None:
    """The first part of a value that is not known."""
    if isinstance(value, Open):
        return value
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return next((found for part in parts if (found := first_open(part))), None)


def without_missing(value: Any) -> Any:
    """A list or an object without the members that `AWS::NoValue` takes away."""
    if isinstance(value, dict):
        return {key: part for key, part in value.items() if part is not MISSING}
    return [part for part in value if part is not MISSING]
