"""Pulumi's programs in YAML: the resources that they declare, as far as they are written out.

1. A resource of the AWS provider becomes Terraform's, as one of a state does. `eks:Cluster` is the component that
   makes an `aws:eks:Cluster` with the setting that it is given.
2. `${name.id}` names a resource of the program. Everything else that is computed is open: configuration and its
   defaults, variables, functions, outputs.
3. What a program only looks up (`get`) is no resource of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.intake.readings import Open, quoted
from service.intake.terraform_evaluator import NO_VALUE
from service.intake.terraform_values import Handle, Value

_COMPONENT = re.compile(r"eks:(?:index:)?Cluster")
_CLUSTER = "aws_eks_cluster"
_REFERENCE = re.compile(r"\$\{([A-Za-z_][\w-]*)(?:\.(\w+))?\}")
_NAME = re.compile(r"[A-Za-z_][\w-]{0,100}")
_SETTING = ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs", "vpcId")
_SUBNETS = ("subnetIds", "privateSubnetIds", "publicSubnetIds")

TypeOf = Callable[[str], str | None]
"""Terraform's name for a type of Pulumi's AWS provider, if it says something here."""


def is_program(document: Any, type_of: TypeOf) -> bool:
    """Whether a document is a program in YAML that declares a resource which says something here."""
    runtime = document.get("runtime") if isinstance(document, Mapping) else None
    name = runtime.get("name") if isinstance(runtime, Mapping) else runtime
    return name == "yaml" and any(True for _ in _declared(document, type_of))


def resources_of(document: Mapping[str, Any], type_of: TypeOf) -> list[dict[str, Any]]:
    """The resources of a program as those of a state under Terraform's names; names of arguments stay Pulumi's."""
    declared = list(_declared(document, type_of))
    addresses = {name: f"{type_}.{name}" for name, type_, _ in declared}
    found = []
    for name, type_, properties in declared:
        values = {key: _value(part, addresses) for key, part in properties.items()}
        is_component = _COMPONENT.fullmatch(str(document["resources"][name].get("type"))) is not None
        values = _of_component(values) if is_component else values
        found.append({"address": addresses[name], "type": type_, "values": values})
    return found


def _declared(document: Mapping[str, Any], type_of: TypeOf) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Name, Terraform's type and properties of each resource that the program makes."""
    resources = document.get("resources")
    for name, one in resources.items() if isinstance(resources, Mapping) else ():
        if not isinstance(one, Mapping) or "get" in one or not isinstance(name, str) or not _NAME.fullmatch(name):
            continue
        token = str(one.get("type"))
        type_ = _CLUSTER if _COMPONENT.fullmatch(token) else type_of(token)
        properties = one.get("properties")
        if type_ is not None:
            yield name, type_, properties if isinstance(properties, Mapping) else {}


def _value(value: Any, addresses: Mapping[str, str]) -> Value:
    if isinstance(value, Mapping):
        if any(str(key).startswith("fn::") for key in value):
            return Open(quoted(str(next(iter(value)))), NO_VALUE)
        return {str(key): _value(part, addresses) for key, part in value.items()}
    if isinstance(value, list):
        return [_value(part, addresses) for part in value]
    if not isinstance(value, str) or "${" not in value.replace("$${", ""):
        return value
    match = _REFERENCE.fullmatch(value)
    if match and match[1] in addresses and match[2] == "id":
        return Handle(addresses[match[1]])
    return Open(quoted(value), NO_VALUE)


def _of_component(given: Mapping[str, Value]) -> dict[str, Value]:
    """The cluster that the component makes of its arguments."""
    config = {name: given[name] for name in _SETTING if name in given}
    subnets = [given[name] for name in _SUBNETS if name in given]
    listed = [one for one in subnets if isinstance(one, list)]
    if subnets:
        whole = len(listed) == len(subnets)
        opened = next((one for one in subnets if not isinstance(one, list)), None)
        config["subnetIds"] = [item for one in listed for item in one] if whole else opened
    return {name: given[name] for name in ("name", "version", "tags") if name in given} | {"vpcConfig": config}
