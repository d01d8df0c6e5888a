"""How operators and conditions are evaluated.

A condition that is known takes its branch; one that is not leaves the whole expression open, unless both branches
agree. `&&` and `||` are decided by one side where it suffices.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from service.intake.readings import Open
from service.intake.terraform_evaluator import Evaluator, Locals
from service.intake.terraform_functions import UndecidedError
from service.intake.terraform_syntax import Node, name_of, subtrees
from service.intake.terraform_values import Handle, Value, boolean, is_known


def conditional(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    """``a ? b : c``."""
    condition, yes, no = subtrees(node)
    decided = boolean(evaluator.value(condition, known))
    if decided is not None:
        return evaluator.value(yes if decided else no, known)
    first, second = evaluator.value(yes, known), evaluator.value(no, known)
    if not isinstance(first, Open) and type(first) is type(second) and first == second:
        return first
    raise UndecidedError("an open condition")


_COMPUTE: dict[str, Callable[[Value, Value], Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def binary(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    """An operator between two values."""
    left_node, term = subtrees(node)
    sign_node, right_node = subtrees(term)
    sign = name_of(sign_node).split()[-1]
    left, right = evaluator.value(left_node, known), evaluator.value(right_node, known)
    if sign in ("&&", "||"):
        return _logical(sign, boolean(left), boolean(right))
    if sign in ("==", "!="):
        return _equal(left, right) is (sign == "==")
    numbers = [value for value in (left, right) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) != 2 or any(abs(number) > 2**63 for number in numbers):
        raise UndecidedError("no numbers")
    return _COMPUTE[sign](left, right)


def _logical(sign: str, left: bool | None, right: bool | None) -> bool:
    decisive = sign == "||"
    if decisive in (left, right):
        return decisive
    if None in (left, right):
        raise UndecidedError("open")
    return not decisive


def _equal(left: Value, right: Value) -> bool:
    if (isinstance(left, Handle) and right is None) or (isinstance(right, Handle) and left is None):
        return False
    if not (is_known(left) and is_known(right)):
        raise UndecidedError("open")
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(left == right)


def unary(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    """``!a`` and ``-a``."""
    (inner,) = subtrees(node)
    value = evaluator.value(inner, known)
    if str(node.children[0]) == "!":
        decided = boolean(value)
        if decided is None:
            raise UndecidedError("open")
        return not decided
    return -value
