"""The values of a block: its attributes, the blocks in it, and what they rest on.

A value is computed once. With it goes what is to be said of how it was found: its expression, and what it takes for
granted, such as the defaults of the root's variables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from service.intake.readings import Open, quoted
from service.intake.terraform_evaluator import NO_VALUE, Evaluator, Locals
from service.intake.terraform_resources import CLUSTERS
from service.intake.terraform_syntax import Block, Body, Node, is_constant, text_of
from service.intake.terraform_values import Value, is_open, opened
from service.intake.terraform_world import World

Made = TypeVar("Made")
META = frozenset({"count", "for_each", "source", "version", "providers", "depends_on"})
PENDING = Open("", "it refers to itself")


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be said of the values of one block: their expressions, and what they take for granted."""

    texts: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By attribute; under the empty name what the whole block rests on."""


class Cells:
    """The values of one module, each computed once, with what it takes for granted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[tuple[str, ...], tuple[Value, frozenset[str]]] = {}

    def of(self, key: tuple[str, ...], compute: Callable[[], Value]) -> Value:
        """The value under a key."""
        if key not in self.known:
            self.known[key] = (PENDING, frozenset())
            try:
                self.known[key] = self.resting_on(compute)
            finally:
                if self.known[key][0] is PENDING:  # what is not there is not there the next time either
                    del self.known[key]
        value, rests_on = self.known[key]
        self.world.rests_on |= rests_on
        return value

    def resting_on(self, compute: Callable[[], Made]) -> tuple[Made, frozenset[str]]:
        """What is computed, and what it takes for granted; whatever it is part of takes that for granted, too."""
        before, self.world.rests_on = self.world.rests_on, frozenset()
        try:
            made = compute()
            return made, self.world.rests_on
        finally:
            self.world.rests_on |= before


class Bodies:
    """Evaluates the bodies of the blocks of one module."""

    def __init__(self, evaluator: Evaluator, cells: Cells) -> None:
        self.evaluator = evaluator
        self.cells = cells
        self.world = cells.world

    def values(self, address: str, body: Body, known: Locals, found: Found, path: str = "") -> dict[str, Value]:
        """The values of a body by name; ``address`` and ``path`` tell whose they are and where in it."""
        values: dict[str, Value] = {}
        for name, node in body.attributes.items():
            if name in META or name in ("provider", "tags_all"):
                continue
            values[name] = self._noted(address, path + name, node, known, found)
        for block in body.blocks:
            if block.type == "dynamic" and block.labels:
                self._dynamic(address, block, known, values, found)
            elif block.type not in ("lifecycle", "timeouts", "provisioner", "connection"):
                _append(values, block.type, self.values(address, block.body, known, found, f"{path}{block.type}/"))
        return values

    def _noted(self, address: str, name: str, node: Node, known: Locals, found: Found) -> Value:
        """The value of an attribute, with what is to be said of how it was found."""
        value, rests_on = self.cells.resting_on(
            lambda: self.cells.of((address, name), lambda: self.evaluator.value(node, known))
        )
        if not is_constant(node):
            found.texts[name] = quoted(text_of(node))
        if rests_on:
            found.assumed[name] = tuple(sorted(rests_on))
        return value

    def _dynamic(self, address: str, block: Block, known: Locals, values: dict[str, Value], found: Found) -> None:
        """A `dynamic` block, once for each item; open if the items are."""
        name = block.labels[0]
        node = block.body.attributes.get("for_each")
        items, rests_on = self.cells.resting_on(lambda: self.evaluator.value(node, known) if node is not None else None)
        if rests_on:
            found.assumed[""] = tuple(sorted({*found.assumed.get("", ()), *rests_on}))
        contents = block.body.of("content")
        if not isinstance(items, list | dict) or not contents:
            values[name] = opened(items) if is_open(items) else Open(f"dynamic {name}", NO_VALUE)
            return
        iterator = block.body.attributes.get("iterator")
        label = text_of(iterator) if iterator is not None else name
        pairs = items.items() if isinstance(items, dict) else enumerate(items)
        for key, item in pairs:
            inner = {**known, label: {"key": key, "value": item}}
            _append(values, name, self.values(f"{address}#{key}", contents[0].body, inner, found, f"{name}/"))


def _append(values: dict[str, Value], name: str, inner: Value) -> None:
    before = values.setdefault(name, [])
    if isinstance(before, list):
        before.append(inner)


def ignored_changes(block: Block) -> frozenset[str]:
    """That Terraform leaves a cluster's access as it finds it once the cluster is made, in a sentence."""
    if block.labels[:1] not in {(type_,) for type_ in CLUSTERS}:
        return frozenset()
    for lifecycle in block.body.of("lifecycle"):
        node = lifecycle.body.attributes.get("ignore_changes")
        text = text_of(node) if node is not None else ""
        if text == "all" or "vpc_config" in text:
            shown = quoted(text)
            return frozenset({f"the cluster has what stands here, though Terraform ignores changes of `{shown}`"})
    return frozenset()
