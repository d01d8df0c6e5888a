"""Edits of the setting in a Terraform configuration: in the resource, or in the call of a known module.

The address of a cluster tells its block: the resource, or the module that makes it. A block that several instances
share, or that is not alone in its name, is left to the proof and to whoever asked.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from service.advice.changes.edits import CannotEditError, edited
from service.advice.changes.hcl_edits import Block, Expression, blocks_of, edits_for, literal, named
from service.advice.changes.quoting import hcl_value
from service.advice.changes.terraform import MODULES, RESOURCE, RESOURCES, Spelling
from service.intake.readings import quoted
from service.intake.terraform_eks_versions import argument_names
from service.intake.terraform_known_modules import Call

_INDEX = re.compile(r"\[[^\[\]]*\]")
_VARIABLE = re.compile(r"var\.([A-Za-z_][A-Za-z0-9_-]*)")


@dataclass(frozen=True, slots=True)
class Target:
    """The block that holds the setting, its file, and what it calls the switches and the list.

    ``spelling`` is that of the written change with these names; the resource's for a module of which none is written.
    """

    file: str
    block: Block
    names: tuple[str, str, str]
    spelling: Spelling


def target_of(files: Mapping[str, str], address: str) -> Target:
    """The block of a cluster's address; raises `CannotEditError`."""
    folder, _, inside = _INDEX.sub("", address).rpartition("/")
    parts = inside.split(".")
    modules = [name for word, name in pairwise(parts) if word == "module"]
    parsed = {name: blocks_of(text) for name, text in files.items() if not folder or _stands_in(name, folder)}
    for module in modules[-1:]:
        for file, call in _all(parsed, "module", module):
            names = _names(call)
            if names:
                return Target(file, call, names, next((one for one in MODULES if _names_of(one) == names), RESOURCE))
    found = [(it, *one) for it in RESOURCES for one in _all(parsed, it.type, parts[-1]) if it.type in parts]
    if len(found) != 1:
        raise CannotEditError("the block that makes the cluster is not found, or not alone in its name")
    spelling, file, resource = found[0]
    config = named(resource.blocks, spelling.block)
    if config is None:
        raise CannotEditError(f"the resource has no plain {spelling.block} block")
    return Target(file, config, _names_of(spelling), spelling)


def _names_of(spelling: Spelling) -> tuple[str, str, str]:
    return spelling.public, spelling.private, spelling.ranges


def _stands_in(file: str, folder: str) -> bool:
    """Whether a file is one of the root that a place begins with, where several have the same addresses."""
    return (posixpath.dirname(file) or ".") == folder


def _all(parsed: Mapping[str, tuple[Block, ...]], type_: str, name: str) -> Iterator[tuple[str, Block]]:
    labels = (name,) if type_ == "module" else (type_, name)
    for file, blocks in parsed.items():
        yield from ((file, block) for block in blocks if block.labels == labels)


def _names(call: Block) -> tuple[str, str, str] | None:
    """What a module calls the setting, if it is known and no part of the document."""
    return argument_names(
        Call(
            address="",
            source=literal(call, "source"),
            version=literal(call, "version"),
            arguments=dict.fromkeys(call.attributes),
            texts={},
            assumed={},
            region=None,
            how_many=None,
        )
    )


def edit_configuration(
    files: Mapping[str, str], address: str, values: Mapping[str, bool | tuple[str, ...]]
) -> tuple[str, str, tuple[str, ...]]:
    """The file that changes, its new text, and the words that its lines may hold; raises `CannotEditError`."""
    target = target_of(files, address)
    fields = dict(zip(("public", "private", "public_access_cidrs"), target.names, strict=True))
    text = files[target.file]
    wanted = {fields[field]: value for field, value in values.items()}
    edits, open_ones = edits_for(text, target.block, wanted, target.names)
    if open_ones:
        raise CannotEditError("; ".join(map(_said, open_ones)))
    return target.file, edited(text, edits), target.names


def _said(one: Expression) -> str:
    """What to set in the place of an expression."""
    value = hcl_value(one.value)
    variable = _VARIABLE.fullmatch(one.text)
    if variable:
        return f"{one.attribute} is a variable: set {variable[1]} = {value}"
    return f"{one.attribute} is `{quoted(one.text)}`: what it refers to has to give {value}"
