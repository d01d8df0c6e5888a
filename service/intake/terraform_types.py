"""The defaults that a variable's type holds: `optional(bool, false)` in an object."""

from __future__ import annotations

from service.intake.terraform_evaluator import Evaluator
from service.intake.terraform_syntax import Node, name_of, subtrees
from service.intake.terraform_values import Value


def with_optional_members(evaluator: Evaluator, value: Value, type_: Node) -> Value:
    """The value with what its type adds to objects; other values and types are left as they are."""
    function, arguments = _call(type_)
    if function == "optional" and arguments:
        return with_optional_members(evaluator, value, arguments[0])
    if function == "map" and arguments and isinstance(value, dict):
        return {key: with_optional_members(evaluator, member, arguments[0]) for key, member in value.items()}
    if function in ("list", "set") and arguments and isinstance(value, list):
        return [with_optional_members(evaluator, item, arguments[0]) for item in value]
    if function == "object" and arguments and isinstance(value, dict):
        return {**value, **dict(_members(evaluator, value, arguments[0]))}
    return value


def _members(evaluator: Evaluator, value: dict[str, Value], node: Node) -> list[tuple[str, Value]]:
    found = []
    for element in subtrees(_inside(node)):
        parts = subtrees(element)
        if len(parts) != 2:
            continue
        name, type_ = name_of(parts[0]).strip('"'), parts[1]
        function, arguments = _call(type_)
        member = value.get(name)
        if member is None and function == "optional":
            member = evaluator.value(arguments[1], {}) if len(arguments) > 1 else None
            found.append((name, member))
        if member is not None:
            found.append((name, with_optional_members(evaluator, member, type_)))
    return found


def _call(node: Node) -> tuple[str, list[Node]]:
    """The function that an expression calls, with its arguments; nothing for any other expression."""
    inner = _inside(node)
    if inner.data != "function_call":
        return "", []
    name, *rest = subtrees(inner)
    return name_of(name), subtrees(rest[-1]) if rest else []


def _inside(node: Node) -> Node:
    while node.data == "expr_term" and len(subtrees(node)) == 1:
        node = subtrees(node)[0]
    return node
