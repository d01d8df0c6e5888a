"""Evaluates Terraform's expressions, as far as the document alone decides them.

1. What depends on a file, an account or a variable without a value is `Open` with the expression's text.
2. Steps, nesting, lengths and sizes are bounded, so that no document takes long or grows when it is read.

How each kind of expression is evaluated stands in `terraform_expressions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from service.intake.readings import Open, quoted
from service.intake.terraform_functions import FAULTS, LONGEST_STRING, UndecidedError, as_string
from service.intake.terraform_syntax import Node, text_of
from service.intake.terraform_values import Handle, Value, whole
from service.intake.understanding import NotUnderstoodError

MOST_STEPS = 200_000
MOST_DEPTH = 100
MOST_VALUES = 20_000

NO_VALUE = "it has no value in the document"
NO_SUCH_PART = "it names a part that is not there"
Locals = Mapping[str, Value]
"""What the names of `for`, `each`, `count` and dynamic blocks stand for."""


class Names(Protocol):
    """What the names in an expression stand for outside of the expression."""

    def named(self, root: str, member: str) -> Value:
        """The value of ``root.member``: a variable, a local, a module, a resource; `Open` if there is none."""

    def attribute(self, handle: Handle, name: str) -> Value:
        """An attribute of a described resource or module."""


class Budget:
    """How much may still be done for one request."""

    def __init__(self) -> None:
        self.steps = MOST_STEPS
        self.depth = 0

    def step(self) -> None:
        """One more; raises `NotUnderstoodError` when it is enough."""
        self.steps -= 1
        if self.steps < 0:
            raise NotUnderstoodError("the Terraform configuration takes too long to evaluate")

    def sized(self, value: Value) -> Value:
        """A collection, if it is not larger than anything that a real configuration holds."""
        pending, seen = [value], 0
        while pending:
            one = pending.pop()
            seen += 1
            if seen > MOST_VALUES:
                raise NotUnderstoodError(f"a value in the Terraform configuration holds more than {MOST_VALUES} values")
            if isinstance(one, list):
                pending.extend(one)
            elif isinstance(one, dict):
                pending.extend(one.values())
        self.steps -= seen // 100
        return value


class Evaluator:
    """Evaluates the expressions of one module."""

    def __init__(self, names: Names, budget: Budget, rules: Mapping[str, Rule]) -> None:
        self.names = names
        self.budget = budget
        self.rules = rules

    def value(self, node: Node, known: Locals) -> Value:
        """The value of an expression."""
        self.budget.step()
        if self.budget.depth >= MOST_DEPTH:
            return Open(quoted(text_of(node)), "it refers too far")
        self.budget.depth += 1
        try:
            value = self.rules[node.data](self, node, known) if node.data in self.rules else self.open(node)
        except (KeyError, IndexError):
            value = Open(quoted(text_of(node)), NO_SUCH_PART)
        except (UndecidedError, *FAULTS):
            value = self.open(node)
        finally:
            self.budget.depth -= 1
        if isinstance(value, str) and len(value) > LONGEST_STRING:
            return self.open(node)
        return self.budget.sized(value) if isinstance(value, list | dict) else value

    def open(self, node: Node, value: Value = None) -> Open:
        """The expression as one without a value; the reason is that of the part that has none."""
        why = value.why if isinstance(value, Open) else NO_VALUE
        return Open(quoted(text_of(node)), why)

    def member(self, value: Value, name: str) -> Value:
        """An attribute of a value."""
        if isinstance(value, Handle) and not value.attribute:
            return self.names.attribute(value, name)
        if isinstance(value, dict):
            return value[name]
        if isinstance(value, list) and name.isdigit():
            return value[int(name)]
        raise UndecidedError(name)

    def item(self, value: Value, index: Value) -> Value:
        """An item of a list or an object."""
        if isinstance(value, dict):
            return value[as_string(index)]
        position = whole(index)
        if isinstance(value, list) and position is not None and position >= 0:
            return value[position]
        raise UndecidedError("no list is known")


Rule = Callable[[Evaluator, Node, Locals], Value]
"""How one kind of expression is evaluated; raises `UndecidedError` or one of `FAULTS` where it has no value."""
