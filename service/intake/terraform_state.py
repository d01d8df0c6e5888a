"""States: what `terraform show -json` writes of one, `terraform.tfstate` itself, and flattened forms of both.

A state holds what there is, with every value filled in. Values that it marks as sensitive are left out, and so is
what has been replaced and only waits to be deleted (`deposed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.intake.readings import Open
from service.intake.terraform_plan import MOST_RESOURCES, walk_modules
from service.intake.terraform_resources import RELEVANT, Resource
from service.intake.terraform_values import Value, members
from service.intake.understanding import NotUnderstoodError

_RAW_VERSION = 4


def is_state(document: Any) -> bool:
    """Whether a document is a state, in one of its forms."""
    if not isinstance(document, dict):
        return False
    return any((_is_shown(document), _is_raw(document), _is_flat(document)))


def is_normalised(document: Any) -> bool:
    """Whether a document is Terrascan's list of resources by type."""
    if not isinstance(document, dict) or not document:
        return False
    return all(
        isinstance(name, str) and name.startswith("aws_") and isinstance(resources, list)
        for name, resources in document.items()
    ) and any(_is_normalised_resource(one) for resources in document.values() for one in resources)


def _is_normalised_resource(value: Any) -> bool:
    return isinstance(value, dict) and {"type", "name", "config"} <= value.keys()


def _is_shown(document: dict[str, Any]) -> bool:
    values = document.get("values")
    return "format_version" in document and isinstance(values, dict) and isinstance(values.get("root_module"), dict)


def _is_raw(document: dict[str, Any]) -> bool:
    return "terraform_version" in document and isinstance(document.get("version"), int) and "values" not in document


def _is_flat(document: dict[str, Any]) -> bool:
    return "pytest-terraform" in document and isinstance(document.get("resources"), dict)


def read_state(state: dict[str, Any]) -> list[Resource]:
    """The resources that there are; raises `NotUnderstoodError` for a state of an old version."""
    if _is_shown(state):
        return [_resource(address, type_, values) for address, type_, values in _shown(state) if type_ in RELEVANT]
    if _is_flat(state):
        return [_resource(address, type_, values) for address, type_, values in _flat(state) if type_ in RELEVANT]
    if state.get("version") != _RAW_VERSION:
        raise NotUnderstoodError(
            "the state has an old version, expected version 4: write it with `terraform show -json`"
        )
    return [_resource(address, type_, values) for address, type_, values in _raw(state) if type_ in RELEVANT]


_Found = tuple[str, str, dict[str, Value]]


def _shown(state: dict[str, Any]) -> Iterator[_Found]:
    for _, resource in walk_modules(state["values"]["root_module"]):
        address, type_, values = resource.get("address"), resource.get("type"), resource.get("values")
        is_kept = "deposed_key" not in resource
        if is_kept and isinstance(address, str) and address and isinstance(type_, str) and isinstance(values, dict):
            sensitive = resource.get("sensitive_values")
            hidden = [name for name, mark in sensitive.items() if mark is True] if isinstance(sensitive, dict) else []
            yield address, type_, _without(values, hidden)


def _flat(state: dict[str, Any]) -> Iterator[_Found]:
    for type_, by_name in state["resources"].items():
        for name, values in by_name.items() if isinstance(by_name, dict) else ():
            if isinstance(values, dict):
                yield f"{type_}.{name}", type_, values


def _raw(state: dict[str, Any]) -> Iterator[_Found]:
    seen = 0
    for resource in members(state.get("resources")):
        if not isinstance(resource, dict) or resource.get("mode") != "managed":
            continue
        type_, name, module = (resource.get(key) for key in ("type", "name", "module"))
        if not isinstance(type_, str) or not isinstance(name, str):
            continue
        base = f"{module}.{type_}.{name}" if isinstance(module, str) else f"{type_}.{name}"
        for instance in members(resource.get("instances")):
            seen += 1
            if seen > MOST_RESOURCES:
                raise NotUnderstoodError(f"the state holds more than {MOST_RESOURCES} resources")
            values = instance.get("attributes") if isinstance(instance, dict) else None
            if isinstance(values, dict) and "deposed" not in instance:
                yield base + _suffix(instance.get("index_key")), type_, _without(values, _hidden(instance))


def _suffix(key: Any) -> str:
    if isinstance(key, bool) or not isinstance(key, int | str):
        return ""
    return f"[{key}]" if isinstance(key, int) else f'["{key}"]'


def _hidden(instance: dict[str, Any]) -> list[str]:
    """The attributes that are sensitive, or that hold something sensitive."""
    paths = [path for path in members(instance.get("sensitive_attributes")) if isinstance(path, list) and path]
    firsts = [path[0].get("value") for path in paths if isinstance(path[0], dict)]
    return [first for first in firsts if isinstance(first, str)]


def _without(values: dict[str, Value], hidden: list[str]) -> dict[str, Value]:
    return {**values, **{name: Open("", "the value is sensitive") for name in hidden if name in values}}


def _resource(address: str, type_: str, values: dict[str, Value]) -> Resource:
    return Resource(address=address, type=type_, values=values, region=values.get("region") or _region_of(values))


def _region_of(values: dict[str, Value]) -> Value:
    """The region in the resource's ARN."""
    arn = values.get("arn")
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[3] if len(parts) >= 6 and parts[0] == "arn" else None


def read_normalised(document: dict[str, Any]) -> list[Resource]:
    """Terrascan's resources. What its mapping left out is null there, so a missing value means nothing."""
    found = []
    for resources in document.values():
        for one in resources:
            if not _is_normalised_resource(one) or one["type"] not in RELEVANT or not isinstance(one["config"], dict):
                continue
            values = dict(one["config"])
            if one["type"] == "aws_eks_cluster" and not values.get("vpc_config"):
                values["vpc_config"] = Open("vpc_config", "Terrascan's mapping leaves it out")
            address = one.get("id")
            found.append(
                _resource(
                    address if isinstance(address, str) and address else f"{one['type']}.{one['name']}",
                    one["type"],
                    values,
                )
            )
    return found
