"""The values of a module's variables.

A root takes them from its files of values, or from the defaults that it declares, and that is said; a called module
takes what its call gives, or its own defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from service.intake.readings import Open
from service.intake.terraform_evaluator import Evaluator
from service.intake.terraform_folders import Folder
from service.intake.terraform_syntax import Block, text_of
from service.intake.terraform_types import with_optional_members
from service.intake.terraform_values import Value
from service.intake.terraform_world import World


class Variables:
    """The variables of one instance of a module; ``arguments`` is None for a root."""

    def __init__(
        self,
        world: World,
        folder: Folder,
        evaluator: Evaluator,
        arguments: Mapping[str, Callable[[], Value]] | None,
    ) -> None:
        self.world = world
        self.blocks = folder.variables
        self.evaluator = evaluator
        self.arguments = arguments
        self.values: Mapping[str, Value] = {}
        self.named_in: Mapping[str, str] = {}
        if arguments is None:
            self.values, self.named_in, ignored = folder.chosen_values()
            world.ignored += ignored

    def value(self, name: str) -> Value:
        """The value of a variable; open if it has none in the document, or is sensitive."""
        block = self.blocks.get((name,))
        if block is None and name in self.values:
            return self._from_a_file(name)
        if block is None:
            return Open(f"var.{name}", "the variable is not declared in the document")
        attributes = block.body.attributes
        if "sensitive" in attributes and text_of(attributes["sensitive"]) != "false":
            return Open(f"var.{name}", "the variable is sensitive")
        value = self._given(name, block)
        if value is None and "nullable" in attributes and text_of(attributes["nullable"]) == "false":
            value = self.evaluator.value(attributes["default"], {})
        return with_optional_members(self.evaluator, value, attributes["type"]) if "type" in attributes else value

    def _given(self, name: str, block: Block) -> Value:
        if self.arguments is not None and name in self.arguments:
            return self.arguments[name]()
        if name in self.values:
            return self._from_a_file(name)
        if "default" not in block.body.attributes:
            return Open(f"var.{name}", "the variable has no value in the document")
        if self.arguments is None:
            self.world.rests_on |= {f"`var.{name}` has the default that the document gives it"}
        return self.evaluator.value(block.body.attributes["default"], {})

    def _from_a_file(self, name: str) -> Value:
        if name in self.named_in:
            where = f"{self.named_in[name]}, which Terraform reads only if it is named"
            self.world.rests_on |= {f"`var.{name}` has the value of {where}"}
        return self.values[name]
