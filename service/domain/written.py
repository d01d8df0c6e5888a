"""A change written down in a tool's own language, ready to be carried out, and the document that it may edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Form(Enum):
    """In which language a change is written; a Markdown block is named after it."""

    SHELL = "shell"
    JSON = "json"
    JSON_PATCH = "json_patch"  # RFC 6902
    HCL = "hcl"
    YAML = "yaml"
    DIFF = "diff"
    TYPESCRIPT = "typescript"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenChange:
    """One change in one tool's words.

    ``tool`` is its id; ``what`` is what of the advice it carries out: ``target``, ``step 2`` of the change plan, or
    ``repair CODE`` of the conditions. ``is_own`` marks the tool in which the cluster was described.
    """

    tool: str
    title: str
    what: str
    form: Form
    text: str
    notes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    is_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """The document that stood in place of the cluster; what it holds may be secret, and is for editing alone.

    ``files`` are its texts by name, those of an archive several; ``value`` is what it holds instead if it came as JSON
    within the question. ``format`` names the format that read it, with its version; ``place`` is the cluster in it,
    and ``places`` is where in the document each field of the setting stands that the document states.
    """

    format: str
    place: str
    name: str = ""
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    is_archive: bool = False
    value: Any = field(default=None, repr=False)
    places: tuple[tuple[str, str], ...] = ()
