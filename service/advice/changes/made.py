"""What a repair makes, as a resource: its types in Terraform and CloudFormation, and what it is called there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.advice.changes.repairs import Id


@dataclass(frozen=True, slots=True)
class Reference:
    """A thing that the same repair makes, as a value."""

    name: str
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of several parts, of which some are parameters."""

    parts: tuple[str | Id, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A resource: its types, its name and its values, under Terraform's names.

    ``block`` is the block within it that holds the values in Terraform, such as ``vpc_config``, and ``blocks`` are
    others beside them; ``properties`` are what CloudFormation has instead where its names are no other spelling of
    the same.
    """

    terraform: str
    template: str
    name: str
    values: dict[str, Any]
    block: str = ""
    properties: dict[str, Any] | None = None
    blocks: tuple[tuple[str, dict[str, Any]], ...] = ()


def camel(name: str) -> str:
    """Terraform's name as CloudFormation's."""
    return "".join(part.capitalize() for part in name.split("_"))


def label(id_: Id) -> str:
    """An id as a part of a resource's name."""
    return id_.text.replace("-", "_").lower()
