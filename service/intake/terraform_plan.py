"""Plans as `terraform show -json` writes them: the resources that there will be.

1. `planned_values` and `resource_changes` complete each other; either may be missing. What is only deleted or
   read is no resource.
2. A value that is unknown until AWS gives it is followed through `configuration` to the resource that it names,
   through the outputs and arguments of modules too. What cannot be followed is open.
3. An unknown value that the configuration does not set has the provider's default, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.intake.readings import Open
from service.intake.terraform_references import Configuration, Context
from service.intake.terraform_resources import RELEVANT, Resource
from service.intake.terraform_values import Value, members
from service.intake.understanding import NotUnderstoodError

MOST_RESOURCES = 20_000
_AFTER_APPLY = "it is known only after apply"
# Attributes that the provider fills in if they are not set, so that "unknown" means "not set".
_FILLED_IN = frozenset(
    {
        *("id", "arn", "public_access_cidrs", "kubernetes_network_config", "version", "enable_dns_hostnames"),
        *(
            "service_ipv4_cidr",
            "ip_family",
            "availability_zone",
            "ingress",
            "egress",
            "route",
            "tags_all",
            "subnet_ids",
        ),
        *("enable_dns_support", "elastic_load_balancing", "private_dns_enabled", "outpost_config", "compute_config"),
        *("main_route_table_id", "default_route_table_id", "default_security_group_id", "default_network_acl_id"),
        *("security_group_ids", "route_table_ids", "public_ip", "map_public_ip_on_launch", "region"),
    }
)
# Of these, what decides who is let in: not known where the plan does not show whether the configuration sets it.
_DECISIVE = frozenset({"public_access_cidrs"})
_NEVER_FILLED_IN = {"aws_eks_cluster": frozenset({"subnet_ids"}), "aws_eks_node_group": frozenset({"subnet_ids"})}


def is_plan(document: Any) -> bool:
    """Whether a document is a plan."""
    if not isinstance(document, dict):
        return False
    return isinstance(document.get("resource_changes"), list) or isinstance(document.get("planned_values"), dict)


@dataclass(slots=True)
class _Planned:
    """One resource of the plan as it stands there."""

    address: str
    type: str
    module: str
    index: Value
    values: dict[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    sensitive: Mapping[str, Any] = field(default_factory=dict)


def read_plan(plan: Mapping[str, Any]) -> list[Resource]:
    """The resources that there will be."""
    planned = {
        one.address: one for one in _planned_values(_object(_object(plan.get("planned_values")).get("root_module")))
    }
    changes = [change for change in members(plan.get("resource_changes")) if isinstance(change, dict)]
    for change in changes:
        _take_change(planned, change)
    order = {str(change.get("address")): number for number, change in enumerate(changes)}
    planned = dict(sorted(planned.items(), key=lambda pair: order.get(pair[0], len(order))))
    configuration = Configuration.of(plan, {one.address: (one.type, one.module) for one in planned.values()})
    region = configuration.region()
    return [_resource(one, configuration, region) for one in planned.values() if one.type in RELEVANT]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def walk_modules(root: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every managed resource below a module, with the module's address."""
    pending: list[Mapping[str, Any]] = [root]
    seen = 0
    while pending:
        module = pending.pop(0)
        address = module.get("address")
        for resource in members(module.get("resources")):
            seen += 1
            if seen > MOST_RESOURCES:
                raise NotUnderstoodError(f"the document holds more than {MOST_RESOURCES} resources")
            if isinstance(resource, dict) and resource.get("mode", "managed") == "managed":
                yield address if isinstance(address, str) else "", resource
        pending += [child for child in members(module.get("child_modules")) if isinstance(child, dict)]


def _planned_values(root: Mapping[str, Any]) -> Iterator[_Planned]:
    for module, resource in walk_modules(root):
        address, type_ = resource.get("address"), resource.get("type")
        if isinstance(address, str) and address and isinstance(type_, str) and "deposed_key" not in resource:
            yield _Planned(
                address=address,
                type=type_,
                module=module,
                index=resource.get("index"),
                values=dict(_object(resource.get("values"))),
                sensitive=_object(resource.get("sensitive_values")),
            )


def _take_change(planned: dict[str, _Planned], change: Any) -> None:
    address, type_, what = change.get("address"), change.get("type"), _object(change.get("change"))
    if (
        not isinstance(address, str)
        or not address
        or not isinstance(type_, str)
        or change.get("mode", "managed") != "managed"
        or "deposed" in change  # what is deleted is the former object of that address
    ):
        return
    actions = members(what.get("actions"))
    if "create" not in actions and ("delete" in actions or "forget" in actions or "read" in actions):
        planned.pop(address, None)
        return
    after = what.get("after")
    if not isinstance(after, dict):
        return
    module = change.get("module_address")
    planned[address] = _Planned(
        address=address,
        type=type_,
        module=module if isinstance(module, str) else "",
        index=change.get("index"),
        values=dict(after),
        unknown=_object(what.get("after_unknown")),
        sensitive=_object(what.get("after_sensitive")),
    )


def _resource(one: _Planned, configuration: Configuration, region: Value) -> Resource:
    expressions = configuration.expressions(one.module, one.address, one.type)
    context = Context(one.module, one.index)
    kept = _NEVER_FILLED_IN.get(one.type, frozenset())
    values = _masked(one.values, one.sensitive)
    values = _opened(values, one.unknown, expressions, configuration, context, kept)
    resource = Resource(address=one.address, type=one.type, values=values, region=values.get("region") or region)
    if isinstance(values.get("vpc_id"), Open):
        return _in_the_only_vpc(resource, configuration, one.module)
    return resource


def _in_the_only_vpc(resource: Resource, configuration: Configuration, module: str) -> Resource:
    """A plan does not show locals; a module that makes one VPC puts its parts there."""
    vpc = configuration.only_vpc(module)
    if vpc is None:
        return resource
    said = {"vpc_id": ("it stands in the only VPC of its module",)}
    return replace(resource, values={**resource.values, "vpc_id": vpc}, assumed=said)


def _masked(value: Any, sensitive: Any) -> Any:
    """The values without the sensitive ones."""
    if sensitive is True:
        return Open("", "the value is sensitive")
    if isinstance(value, dict) and isinstance(sensitive, dict):
        return {key: _masked(member, sensitive.get(key)) for key, member in value.items()}
    if isinstance(value, list) and isinstance(sensitive, list):
        marks = [*sensitive, *([None] * len(value))]
        return [_masked(member, mark) for member, mark in zip(value, marks, strict=False)]
    return value


def _opened(
    values: dict[str, Any],
    unknown: Mapping[str, Any],
    expressions: Mapping[str, Any] | None,
    configuration: Configuration,
    context: Context,
    kept: frozenset[str],
) -> dict[str, Any]:
    """The values with what is unknown in its place."""
    found = dict(values)
    for key, mark in unknown.items():
        expression = expressions.get(key) if expressions is not None else None
        if mark is True or (isinstance(mark, list) and any(item is True for item in mark)):
            value = _unknown_value(key, expression, expressions is None, configuration, context, kept)
            if value is not None:
                found[key] = value
        elif isinstance(mark, list) and isinstance(found.get(key), list):
            inner = expression if isinstance(expression, list) else []
            found[key] = [
                _opened(block, part, _at(inner, number, expressions), configuration, context, kept)
                if isinstance(block, dict) and isinstance(part, dict)
                else block
                for number, (block, part) in enumerate(
                    zip(found[key], [*mark, *([None] * len(found[key]))], strict=False)
                )
            ]
    return found


def _at(blocks: list[Any], number: int, expressions: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The expressions of one block; a dynamic block is not in the configuration at all."""
    if number < len(blocks):
        return _object(blocks[number])
    return None if not blocks else {}


def _unknown_value(
    key: str, expression: Any, is_blind: bool, configuration: Configuration, context: Context, kept: frozenset[str]
) -> Value:
    if expression is None:
        if key in _FILLED_IN and key not in kept and not (is_blind and key in _DECISIVE):
            return None
        return Open(key, _AFTER_APPLY) if is_blind or key in kept else None
    return configuration.follow(expression, context, is_list=key.endswith(("_ids", "s")) and key != "address")
