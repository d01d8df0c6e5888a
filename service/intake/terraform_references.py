"""Follows the references of a plan's `configuration` to the resources that they name.

A plan keeps, for an expression, only the names in it. A name without an index means every instance of the
resource, or the one with the index of the resource that asks, if the expression uses `count.index` or `each.key`.
Locals are not in a plan, so they cannot be followed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.intake.readings import Open, quoted
from service.intake.terraform_values import Handle, Value, is_known, members

_MOST_STEPS = 20_000
_DEEPEST = 30
_INDEX = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")
_REFERENCE = re.compile(
    r"((?:data\.)?[a-zA-Z_][\w-]*\.[a-zA-Z_][\w-]*)(\[(?:\d+|\"[^\"]*\")\])?(?:\.([\w-]+))?.*", re.DOTALL
)
_OWN_INDEX = ("count.index", "each.key", "each.value")
_AFTER_APPLY = "it is known only after apply"


def without_indexes(address: str) -> str:
    """An address without the keys of its instances: `module.a["x"].aws_subnet.b[0]` is `module.a.aws_subnet.b`."""
    return _INDEX.sub("", address)


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks: the module's address and the index of the resource in it."""

    module: str
    index: Value = None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


@dataclass(slots=True)
class Configuration:
    """The configuration of a plan, and the addresses that there will be."""

    root: Mapping[str, Any]
    variables: Mapping[str, Any]
    providers: Mapping[str, Any]
    instances: dict[str, list[str]] = field(default_factory=dict)
    vpcs: dict[str, list[str]] = field(default_factory=dict)
    steps: int = 0

    @classmethod
    def of(cls, plan: Mapping[str, Any], resources: Mapping[str, tuple[str, str]]) -> Configuration:
        """The configuration in a plan; empty if it has none."""
        configuration = _object(plan.get("configuration"))
        found = cls(
            root=_object(configuration.get("root_module")),
            variables=_object(plan.get("variables")),
            providers=_object(configuration.get("provider_config")),
        )
        for address, (type_, module) in resources.items():
            found.instances.setdefault(_INDEX.sub("", address[len(module) :].lstrip(".")) + "@" + module, []).append(
                address
            )
            if type_ in ("aws_vpc", "aws_default_vpc"):
                found.vpcs.setdefault(module, []).append(address)
        return found

    def only_vpc(self, module: str) -> Handle | None:
        """The VPC of a module that makes one."""
        found = self.vpcs.get(module, [])
        return Handle(found[0]) if len(found) == 1 else None

    def region(self) -> Value:
        """The region of the provider without an alias."""
        for provider in self.providers.values():
            one = _object(provider)
            if one.get("name") == "aws" and "alias" not in one and not one.get("module_address"):
                expression = _object(_object(one.get("expressions")).get("region"))
                if "constant_value" in expression:
                    return expression["constant_value"]
                references = [name for name in members(expression.get("references")) if isinstance(name, str)]
                if len(references) == 1 and references[0].startswith("var."):
                    return _object(self.variables.get(references[0][4:])).get("value")
                return Open(quoted(", ".join(references)), "a plan does not show it") if references else None
        return None

    def module(self, address: str) -> Mapping[str, Any] | None:
        """The configuration of a module by its address."""
        found: Mapping[str, Any] = self.root
        for name in without_indexes(address).split("."):
            if name in ("", "module"):
                continue
            calls = _object(found.get("module_calls"))
            if name not in calls:
                return None
            found = _object(_object(calls[name]).get("module"))
        return found or None

    def expressions(self, module: str, address: str, type_: str) -> Mapping[str, Any] | None:
        """The expressions of a resource; None if the document does not hold them."""
        found = self.module(module)
        local = without_indexes(address[len(module) :].lstrip("."))
        for resource in members(found.get("resources")) if found else ():
            if _object(resource).get("address") == local and _object(resource).get("type") == type_:
                return _object(_object(resource).get("expressions"))
        return None

    def follow(self, expression: Any, context: Context, *, is_list: bool) -> Value:
        """The value behind an expression: handles of resources, a constant, or `Open` with the names in it."""
        one = _object(expression)
        if "constant_value" in one:
            return one["constant_value"]
        references = [name for name in members(one.get("references")) if isinstance(name, str)]
        found, unclear = self._all(references, context, 0)
        text = Open(quoted(", ".join(_most_specific(references))), _AFTER_APPLY)
        if is_list:
            return text if unclear or not found else found
        return found[0] if len(found) == 1 else text

    def _all(self, references: list[str], context: Context, depth: int) -> tuple[list[Value], bool]:
        """What all of some references name, and whether one of them cannot be followed."""
        names = _most_specific(references)
        own = any(name.startswith(_OWN_INDEX) for name in references)
        found: list[Value] = []
        unclear = False
        for name in names:
            if name.startswith(_OWN_INDEX) or name.startswith(("path.", "terraform.")):
                continue
            values = self._one(name, context, own, depth)
            if values is None:
                unclear = True
            else:
                found += [value for value in values if value not in found]
        return found, unclear

    def _one(self, reference: str, context: Context, own: bool, depth: int) -> list[Value] | None:
        self.steps += 1
        if depth > _DEEPEST or self.steps > _MOST_STEPS:
            return None
        match = _REFERENCE.fullmatch(reference)
        if match is None or reference.startswith(("data.", "local.")):
            return None
        base, index, attribute = match[1], match[2] or "", match[3] or "id"
        if reference.endswith(".cluster_security_group_id"):
            attribute = "cluster_security_group_id"
        if base.startswith("var."):
            return self._argument(base[4:], context, depth)
        if base.startswith("module."):
            return self._output(base[7:] + index, attribute, context, depth)
        return self._instances(base, index, attribute, context, own)

    def _instances(self, base: str, index: str, attribute: str, context: Context, own: bool) -> list[Value] | None:
        known = self.instances.get(f"{base}@{context.module}", [])
        prefix = f"{context.module}." if context.module else ""
        if index:
            return [Handle(f"{prefix}{base}{index}", attribute)] if f"{prefix}{base}{index}" in known else None
        if own and len(known) > 1:
            wanted = f'["{context.index}"]' if isinstance(context.index, str) else f"[{context.index}]"
            mine = [address for address in known if address == f"{prefix}{base}{wanted}"]
            return [Handle(address, attribute) for address in mine] or None
        return [Handle(address, attribute) for address in known] or None

    def _argument(self, name: str, context: Context, depth: int) -> list[Value] | None:
        """What the caller of a module gives for a variable."""
        if not context.module:
            return _constants(_object(self.variables.get(name)).get("value"))
        parent, _, last = context.module.rpartition("module.")
        caller = self.module(parent.rstrip("."))
        call = _object(_object(caller.get("module_calls")).get(without_indexes(last))) if caller else {}
        expression = _object(_object(call.get("expressions")).get(name))
        if "constant_value" in expression:
            return _constants(expression["constant_value"])
        if "references" not in expression:
            default = _object(_object(_object(call.get("module")).get("variables")).get(name))
            return _constants(default.get("default")) if "default" in default else None
        references = [one for one in members(expression["references"]) if isinstance(one, str)]
        found, unclear = self._all(references, Context(parent.rstrip(".")), depth + 1)
        return None if unclear else found

    def _output(self, call: str, output: str, context: Context, depth: int) -> list[Value] | None:
        """What a called module gives."""
        prefix = f"{context.module}." if context.module else ""
        address = f"{prefix}module.{call}"
        module = self.module(address)
        expression = _object(_object(_object(module.get("outputs")).get(output)).get("expression")) if module else {}
        references = [one for one in members(expression.get("references")) if isinstance(one, str)]
        found, unclear = self._all(references, Context(address), depth + 1)
        return None if unclear or not found else found


def _constants(value: Value) -> list[Value] | None:
    """A constant among references, if it can stand in a list of ids or does not matter there."""
    if value is None or isinstance(value, bool | int | float) or value == "":
        return []
    if isinstance(value, list) and is_known(value) and all(isinstance(item, str) for item in value):
        return value
    return [value] if isinstance(value, str) else None


def _most_specific(references: list[str]) -> list[str]:
    """The references without those that only begin another one, which a plan lists as well."""
    return [
        name
        for name in dict.fromkeys(references)
        if not any(other != name and other.startswith((f"{name}.", f"{name}[")) for other in references)
    ]
