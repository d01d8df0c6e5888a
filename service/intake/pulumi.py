"""Pulumi's state: what `pulumi stack export` writes, the checkpoint file, and `pulumi preview --json`.

1. Pulumi's AWS provider is Terraform's, with names in camel case: a resource becomes Terraform's and is read as
   such. The component `eks:index:Cluster` only holds the `aws:eks/cluster:Cluster` that it makes.
2. The inputs are what the program says; `__defaults` lists which of them the provider filled in. What stands in
   the outputs alone is what EKS made of it. Only an input of the program is stated.
3. A secret stays a secret: its field is open, whatever it holds, and neither ciphertext nor plaintext is kept.
4. What Pulumi deletes, or has only looked up, is no cluster of the stack.

A program in YAML is read by `pulumi_program` and goes the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.intake import terraform
from service.intake.formats import Documents, Format
from service.intake.pulumi_program import is_program, resources_of
from service.intake.readings import MISSING, Open
from service.intake.terraform_resources import RELEVANT
from service.intake.understanding import Ignored, Kind, NotUnderstoodError, Origin, Understanding

NAME = "pulumi-state"
MOST_RESOURCES = 20_000
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_ENCRYPTED = "1b47061264138c4ac30d75fd1eb44270"
_UNKNOWN = (
    *("04da6b54-80e4-46f7-96ec-b56ff0331ba9", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"),
    *("3eeb2bf0-c639-47a8-9e75-3b44932eb421", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"),
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
)
"""How Pulumi marks a text, boolean, number, list or object that an update will tell (sdk/go, plugin/rpc.go)."""
_TYPE = re.compile(r"aws:([a-z0-9]+)(?:/([A-Za-z0-9]+))?:([A-Za-z0-9]+)")
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
_CLUSTER = "aws_eks_cluster"
_COMPONENT = "eks:index:Cluster"
_MODULES = {"ec2transitgateway": "ec2_transit_gateway", "ec2clientvpn": "ec2_client_vpn", "vpc": "vpc"}
_RENAMED = {"aws_route_table": {"routes": "route"}}
_PAIRS = ("tags", "tags_all")
_SWITCHES = {
    "/endpoint_access/public": "endpointPublicAccess",
    "/endpoint_access/private": "endpointPrivateAccess",
    "/endpoint_access/public_access_cidrs": "publicAccessCidrs",
}
_READER = next(one for one in terraform.FORMATS if one.name == "terraform-state")


def recognises(document: Any, _: str) -> bool:
    """Whether a document is a stack's state, a preview of it, or a program in YAML."""
    return any(True for _ in _resources_of(document)) or is_program(document, terraform_type)


def read(documents: Documents) -> tuple[Understanding, ...]:
    """The clusters of each stack, or their networks if there is none."""
    return tuple(
        one
        for document in documents.values()
        for one in (_read_program(document) if is_program(document, terraform_type) else _read_stack(document))
    )


def _read_program(document: Mapping[str, Any]) -> Iterator[Understanding]:
    resources = resources_of(document, terraform_type)
    _refuse_too_many(len(resources))
    for one in resources:
        one["values"] = _named_as_in_terraform(one["values"], one["type"])
    state = {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    for found in _READER.read({"": state}):
        yield replace(found, format=NAME)


def _resources_of(document: Any) -> Iterator[Mapping[str, Any]]:
    """The resources of a document that have a type and a URN."""
    if not isinstance(document, Mapping):
        return
    checkpoint = document.get("checkpoint")
    latest = checkpoint.get("latest") if isinstance(checkpoint, Mapping) else None
    whole = document.get("deployment", latest)
    listed = whole.get("resources") if isinstance(whole, Mapping) else None
    steps = document.get("steps")
    if listed is None and isinstance(steps, list):
        kept = [step for step in steps if isinstance(step, Mapping) and "delete" not in str(step.get("op"))]
        listed = [step.get("newState") for step in kept]
    for resource in listed if isinstance(listed, list) else ():
        is_named = isinstance(resource, Mapping) and str(resource.get("urn", "")).startswith("urn:pulumi:")
        if is_named and isinstance(resource.get("type"), str):
            yield resource


def _refuse_too_many(number: int) -> None:
    if number > MOST_RESOURCES:
        raise NotUnderstoodError(f"the state holds {number} resources, expected at most {MOST_RESOURCES}")


def _read_stack(document: Any) -> Iterator[Understanding]:
    resources = list(_resources_of(document))
    if not resources:
        raise NotUnderstoodError("no state of Pulumi: expected `deployment` with `resources`, as `stack export` writes")
    _refuse_too_many(len(resources))
    translated: list[dict[str, Any]] = []
    by_address: dict[str, Mapping[str, Any]] = {}
    ignored: list[Ignored] = []
    for resource in resources:
        type_ = terraform_type(resource["type"])
        address = _address(resource, by_address)
        if resource.get("delete") is True:
            ignored.append(Ignored(place=address, why="Pulumi is about to delete it"))
        elif type_ == _CLUSTER and resource.get("external") is True:
            ignored.append(Ignored(place=address, why="the program only looks it up"))
        elif type_ is not None:
            by_address[address] = resource
            translated.append({"address": address, "type": type_, "values": _values(resource, type_)})
    ignored += _bare_components(resources)
    state = {"format_version": "1.0", "values": {"root_module": {"resources": translated}}}
    for one in _READER.read({"": state}):
        yield _as_pulumi(one, by_address.get(one.place), ignored)


def terraform_type(type_: str) -> str | None:
    """Terraform's name for a type of Pulumi's AWS provider, if it says something here."""
    match = _TYPE.fullmatch(type_)
    if match is None:
        return None
    module, name = match[1], _snake(match[3][:1].lower() + match[3][1:])
    prefixes = [_MODULES.get(module, module)] + ([""] if module == "ec2" else [])
    names = [f"aws_{prefix}_{name}" if prefix else f"aws_{name}" for prefix in prefixes]
    return next((one for one in names if one in RELEVANT), None)


def _address(resource: Mapping[str, Any], taken: Mapping[str, Any]) -> str:
    """Type and name, as the end of the URN has them, and a number where two are the same."""
    name = str(resource["urn"]).rpartition("::")[2][:100]
    address, number = f"{resource['type']}::{name}", 2
    while address in taken:
        address, number = f"{resource['type']}::{name} {number}", number + 1
    return address


def _bare_components(resources: list[Mapping[str, Any]]) -> Iterator[Ignored]:
    """Components whose cluster is not in the state."""
    parents = {str(one.get("parent")) for one in resources if terraform_type(one["type"]) == _CLUSTER}
    for resource in resources:
        if resource["type"] == _COMPONENT and str(resource["urn"]) not in parents:
            yield Ignored(place=str(resource["urn"])[:200], why="a component without the cluster that it makes")


def _values(resource: Mapping[str, Any], type_: str) -> dict[str, Any]:
    """What a resource is, the outputs over the inputs, under Terraform's names."""
    found: dict[str, Any] = {}
    for side in ("inputs", "outputs"):
        given = resource.get(side)
        found |= given if isinstance(given, Mapping) else {}
    values = _named_as_in_terraform(found, type_)
    if isinstance(resource.get("id"), str) and resource["id"]:
        values["id"] = resource["id"]
    return values


def _named_as_in_terraform(found: Mapping[str, Any], type_: str) -> dict[str, Any]:
    renamed = _RENAMED.get(type_, {})
    return {renamed.get(name, name): value for name, value in _translated(found).items()}


def _translated(value: Any) -> Any:
    """A value under Terraform's names; secrets and what is not known yet are open."""
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            is_secret = value[_SIGNATURE] == _ENCRYPTED
            return Open("", "a secret, which stays one" if is_secret else "no plain value")
        return {
            (name := _snake(key)): _pairs(part) if name in _PAIRS else _translated(part)
            for key, part in value.items()
            if not key.startswith("__")
        }
    if isinstance(value, list):
        return [_translated(part) for part in value]
    return Open("", "known after the update") if isinstance(value, str) and value in _UNKNOWN else value


def _pairs(value: Any) -> Any:
    """Tags, whose names stay as they are."""
    if not isinstance(value, Mapping) or _SIGNATURE in value:
        return _translated(value)
    return {key: _translated(part) for key, part in value.items() if not key.startswith("__")}


def _snake(name: str) -> str:
    return _HUMP.sub(r"_\1", name).lower()


def _as_pulumi(one: Understanding, resource: Mapping[str, Any] | None, ignored: list[Ignored]) -> Understanding:
    origins = tuple(_told_apart(origin, resource) for origin in one.origins) if resource else one.origins
    return replace(one, format=NAME, origins=origins, ignored=(*one.ignored, *ignored))


def _told_apart(origin: Origin, resource: Mapping[str, Any]) -> Origin:
    """An origin that says stated for what only the provider or EKS filled in."""
    if origin.field not in _SWITCHES or origin.kind is not Kind.STATED:
        return origin
    inputs = resource.get("inputs")
    config = inputs.get("vpcConfig") if isinstance(inputs, Mapping) else None
    given = config if isinstance(config, Mapping) else {}
    name = _SWITCHES[origin.field]
    filled_in = given.get("__defaults")
    if given.get(name, MISSING) is not MISSING and not (isinstance(filled_in, list) and name in filled_in):
        return origin
    because = f"Pulumi's provider or EKS filled {name} in; the program does not give it (F-1.1)"
    return replace(origin, kind=Kind.DEFAULT, because=because)


FORMATS = (Format(name=NAME, title="Pulumi state (`pulumi stack export`)", recognises=recognises, read=read),)
