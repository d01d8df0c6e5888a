"""The resources of a Terraform document, whichever kind of document they came from.

Plan, state and HCL all end here: a resource has an address, a type and values in the shape that the AWS provider
gives them in JSON (blocks are lists of objects).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.intake.terraform_values import Handle, Value, text

MOST_RESOURCES = 20_000
_INDEX = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\"|\*)\]")


def without_indexes(address: str) -> str:
    """An address without the keys of its instances: `module.a["x"].aws_subnet.b[0]` is `module.a.aws_subnet.b`."""
    return _INDEX.sub("", address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One instance of a resource; ``names`` are the places of values that stand under another name."""

    address: str
    type: str
    values: Mapping[str, Value]
    module: str = ""
    region: Value = None
    names: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """The value of an attribute; None if it is not set."""
        return self.values.get(name)

    def place(self, name: str) -> str:
        """Where an attribute stands in the document."""
        return f"{self.address}.{self.names.get(name, name)}"

    @property
    def id(self) -> str:
        """Its id at AWS, or its address while it has none."""
        return text(self.values.get("id")) or self.address


@dataclass(frozen=True, slots=True)
class Inventory:
    """All resources of a document, found by type, address or id."""

    resources: tuple[Resource, ...]
    by_type: dict[str, list[Resource]] = field(default_factory=dict)
    by_address: dict[str, Resource] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for resource in self.resources:
            self.by_type.setdefault(resource.type, []).append(resource)
            self.by_address[resource.address] = resource

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, in the order of the document."""
        for name in types:
            yield from self.by_type.get(name, ())

    def id_of(self, value: Value) -> str | None:
        """The id that a value names: the id itself, or what stands for it until AWS gives one."""
        if isinstance(value, str):
            return value or None
        if not isinstance(value, Handle):
            return None
        resource = self.by_address.get(value.address)
        if value.attribute == "id":
            return resource.id if resource else value.address
        known = text(resource.get(value.attribute)) if resource else None
        return known or value.shown()

    def of_id(self, id_: str | None, *types: str) -> Resource | None:
        """The resource of one of the types that has an id."""
        return next((resource for resource in self.of(*types) if resource.id == id_), None) if id_ else None

    def names_it(self, value: Value, resource: Resource) -> bool:
        """Whether a value names a resource: by its id, its name or its handle."""
        if isinstance(value, Handle):
            return value.address == resource.address
        return isinstance(value, str) and value != "" and value in (resource.id, resource.get("name"))
