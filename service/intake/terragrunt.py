"""Terragrunt's unit: one module and what it is given, read as the call of that module.

1. `terraform.source` names the module, `inputs` what it is given. `tfr://` is the registry of modules.
2. What other files give (`include`, `dependency`, functions that read files) is not known. A file that includes
   another one is given that one's inputs too: what it does not state itself may stand there, and has no default.
3. In a `merge` the later part counts. What a part that is not known may overrule is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from service.intake.readings import Open, quoted
from service.intake.terraform_evaluator import Evaluator
from service.intake.terraform_syntax import Body, Node, is_constant, name_of, subtrees, text_of
from service.intake.terraform_values import Value

_REGISTRY = re.compile(r"tfr://[^/]*/([^?]+)\?(?:.*&)?version=([^&]+)(?:&.*)?")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_ELSEWHERE = "another part of the inputs, which is not known, may say otherwise"
INCLUDED = "a file that it includes may give it"
_ADDED = "a file that it includes may add to it"


@dataclass(frozen=True, slots=True)
class Unit:
    """The module's source, and the expression of what it is given.

    ``includes`` tells of further inputs, ``is_deep`` that the lists of these are put together.
    """

    source: Node
    inputs: Node | None
    includes: bool
    is_deep: bool


@dataclass(slots=True)
class Inputs:
    """What a unit gives its module; not ``is_whole`` if there may be more."""

    is_whole: bool
    values: dict[str, Value] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def is_of_terragrunt(body: Body) -> bool:
    """Whether a file is one of Terragrunt's: it gives inputs, includes a file, or names a module to run."""
    return "inputs" in body.attributes or bool(body.of("include")) or _source(body) is not None


def unit_of(body: Body) -> Unit | None:
    """The unit that a file is; None for a file that others include."""
    source = _source(body)
    if source is None:
        return None
    strategies = {_strategy(one.body).strip('"') for one in body.of("include")} - {"no_merge"}
    return Unit(source, body.attributes.get("inputs"), bool(strategies), "deep" in strategies)


def _source(body: Body) -> Node | None:
    found = (one.body.attributes.get("source") for one in body.of("terraform"))
    return next((node for node in found if node is not None), None)


def _strategy(body: Body) -> str:
    node = body.attributes.get("merge_strategy")
    return text_of(node) if node is not None else ""


def source_and_version(evaluator: Evaluator, unit: Unit) -> tuple[str, str]:
    """The module's source as a call of Terraform names it, and its version; an unknown part keeps its text."""
    value = evaluator.value(unit.source, {})
    source = value if isinstance(value, str) else text_of(unit.source).strip('"')
    match = _REGISTRY.fullmatch(source)
    if match is None:
        return source, ""
    return match[1].rstrip("/"), match[2]


def inputs_of(evaluator: Evaluator, unit: Unit) -> Inputs:
    """What the unit gives its module."""
    found = Inputs(is_whole=not unit.includes)
    for part in _parts(unit.inputs) if unit.inputs is not None else ():
        if part.data == "object":
            for element in subtrees(part):
                key, expression = subtrees(element)
                _give(found, evaluator, name_of(key).strip('"'), expression)
            continue
        value = evaluator.value(part, {})
        if isinstance(value, dict):
            found.values |= value
            continue
        found.is_whole = False
        found.values = {name: Open(quoted(text_of(part)), _ELSEWHERE) for name in found.values}
    if unit.is_deep:
        found.values |= {name: Open(name, _ADDED) for name, value in found.values.items() if isinstance(value, list)}
    return found


def _give(found: Inputs, evaluator: Evaluator, name: str, node: Node) -> None:
    if not _NAME.fullmatch(name):  # a computed name may be that of any argument
        found.is_whole = False
        return
    found.values[name] = evaluator.value(node, {})
    found.texts.pop(name, None)
    if not is_constant(node):
        found.texts[name] = quoted(text_of(node))


def _parts(node: Node) -> list[Node]:
    """The parts of the inputs in their order: one object, or the arguments of `merge`."""
    while node.data == "expr_term" and len(subtrees(node)) == 1:
        node = subtrees(node)[0]
    if node.data == "function_call" and name_of(subtrees(node)[0]) == "merge":
        _, *arguments = subtrees(node)
        return [part for each in arguments for argument in subtrees(each) for part in _parts(argument)]
    return [node]


def not_stated(inputs: Inputs, names: tuple[str, ...]) -> dict[str, Open]:
    """Of some arguments those that the unit does not state, where there may be more inputs than it shows."""
    if inputs.is_whole:
        return {}
    return {name: Open(name, INCLUDED) for name in names if name not in inputs.values}
