"""How many instances a resource or a module has: what `count` and `for_each` give."""

from __future__ import annotations

from dataclasses import dataclass

from service.intake.readings import Open, quoted
from service.intake.terraform_evaluator import NO_VALUE, Evaluator, Locals
from service.intake.terraform_syntax import Block, Node, text_of
from service.intake.terraform_values import Handle, Value, whole

MOST_INSTANCES = 2_000


@dataclass(frozen=True, slots=True)
class Instances:
    """What a count or `for_each` gives: suffixes of the address with what the block may name, or why not."""

    each: list[tuple[str, Locals]]
    shape: str = ""
    how_many: Open | None = None


def instances_of(evaluator: Evaluator, block: Block) -> Instances:
    """The instances of a block; one that says so, if their number cannot be evaluated."""
    attributes = block.body.attributes
    if "count" in attributes:
        return _counted(evaluator, attributes["count"])
    if "for_each" in attributes:
        return _for_each(evaluator, attributes["for_each"])
    return Instances([("", {})])


def _counted(evaluator: Evaluator, node: Node) -> Instances:
    value = evaluator.value(node, {})
    number = int(value) if isinstance(value, bool) else whole(value)
    if number is None or not 0 <= number <= MOST_INSTANCES:
        return _unclear(node, {"count": {"index": Open("count.index", NO_VALUE)}})
    return Instances([(f"[{index}]", {"count": {"index": index}}) for index in range(number)], "list")


def _for_each(evaluator: Evaluator, node: Node) -> Instances:
    value = evaluator.value(node, {})
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = {item: item for item in value}
    if not isinstance(value, dict) or len(value) > MOST_INSTANCES:
        each = {"key": Open("each.key", NO_VALUE), "value": Open("each.value", NO_VALUE)}
        return _unclear(node, {"each": each})
    pairs: list[tuple[str, Locals]] = [
        (f'["{key}"]', {"each": {"key": key, "value": value[key]}}) for key in sorted(value)
    ]
    return Instances(pairs, "map")


def shaped(instances: Instances, base: str) -> Value:
    """What the name of a block stands for: an instance, or all of them."""
    if instances.shape == "list":
        return [Handle(base + suffix, "") for suffix, _ in instances.each]
    if instances.shape == "map":
        return {known["each"]["key"]: Handle(base + suffix, "") for suffix, known in instances.each}
    return Handle(base, "")


def _unclear(node: Node, known: Locals) -> Instances:
    return Instances([("", known)], how_many=Open(quoted(text_of(node)), "how many are made cannot be evaluated"))
