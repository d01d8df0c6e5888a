"""What was understood of a document: cluster descriptions, and where each of their fields came from.

A description is the wire's `cluster` object (docs: `openapi.yaml`), so that whatever is understood here is read
by the same schema as a question that somebody wrote by hand. Nothing is guessed: an expression, a variable
without a value, a count or a condition that cannot be evaluated is an `Unknown` with its text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Kind(Enum):
    """Where a field's value came from."""

    STATED = "stated"
    DEFAULT = "default"  # of the format in its version, or of the EKS API behind it
    COMPUTED = "computed"  # from other parts of the document, such as a subnet's route table


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one field of a description came from.

    ``field`` is a reference into the description (`/endpoint_access/public`, `/subnets[subnet-1]/route_table`),
    ``place`` a place in the document (a JSON Pointer, or a resource's address), ``because`` says whose default
    or which computation it was.
    """

    field: str
    kind: Kind
    place: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What was taken for granted to read the document at all."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A part of the document that was seen and left out, and why."""

    place: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A field that the document leaves open: why, and the text that stands there (never a secret)."""

    field: str
    why: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """One cluster as a document describes it.

    ``format`` names the format and, where it matters, its version. ``cluster`` is a wire `cluster` object that
    holds only what is known; ``consumers`` are wire consumers that the document shows (node groups, Fargate
    profiles). An unknown switch or list of the endpoint is absent from ``cluster`` and stands in ``unknown``.
    Without ``has_cluster`` the document shows a network in which no cluster stands: ``cluster`` holds the network
    alone, and no name.
    """

    format: str
    place: str
    cluster: dict[str, Any]
    has_cluster: bool = True
    consumers: tuple[dict[str, Any], ...] = ()
    origins: tuple[Origin, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    unknown: tuple[Unknown, ...] = ()


@dataclass(eq=False)
class NotUnderstoodError(Exception):
    """The document cannot be read as the format says (422): what was found, what was expected."""

    detail: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.detail}" if self.place else self.detail
