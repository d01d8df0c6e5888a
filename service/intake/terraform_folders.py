"""The folders of a Terraform configuration: several files of one folder are one module.

An override file (`override.tf`, `*_override.tf`) is merged into the others. A folder that no other one calls is a
root. The values of variables come from `terraform.tfvars` and `*.auto.tfvars` beside a root, or from another file
of values if it is the only one; among several nobody can tell which one is meant.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.intake.terraform_evaluator import Budget
from service.intake.terraform_expressions import evaluator_of
from service.intake.terraform_json import as_hcl, is_configuration
from service.intake.terraform_syntax import MOST_CHARACTERS, Block, Body, Node, parse, text_of
from service.intake.terraform_values import Handle, Value
from service.intake.terragrunt import Unit, is_of_terragrunt, unit_of
from service.intake.understanding import Ignored, NotUnderstoodError

_TOP = re.compile(r"\$\{get_(?:path_to_)?repo_root\(\)\}/+")


@dataclass(slots=True)
class Folder:
    """What the files of one folder say together."""

    name: str
    resources: dict[tuple[str, ...], Block] = field(default_factory=dict)
    variables: dict[tuple[str, ...], Block] = field(default_factory=dict)
    outputs: dict[tuple[str, ...], Block] = field(default_factory=dict)
    calls: dict[tuple[str, ...], Block] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    locals: dict[str, Node] = field(default_factory=dict)
    providers: list[Block] = field(default_factory=list)
    values: dict[str, dict[str, Value]] = field(default_factory=dict)
    unit: Unit | None = None

    def take(self, body: Body) -> None:
        """The blocks of one file; data sources, checks and the like say nothing of what is made."""
        for block in body.blocks:
            if block.type == "locals":
                self.locals |= block.body.attributes
            elif block.type == "provider" and block.labels:
                self.providers.append(block)
            elif (table := self._table(block)) is not None:
                self._put(table, block)

    def override(self, body: Body) -> None:
        """The blocks of an override file, each merged into the one that it names."""
        for block in body.blocks:
            if block.type == "locals":
                self.locals |= block.body.attributes
            elif (table := self._table(block)) is not None and block.labels in table:
                table[block.labels] = _merged(table[block.labels], block)

    def _table(self, block: Block) -> dict[tuple[str, ...], Block] | None:
        """Where blocks of this kind are kept by their labels."""
        if len(block.labels) != (2 if block.type == "resource" else 1):
            return None
        tables = {
            "resource": self.resources,
            "variable": self.variables,
            "output": self.outputs,
            "module": self.calls,
        }
        return tables.get(block.type)

    def _put(self, table: dict[tuple[str, ...], Block], block: Block) -> None:
        """The block under its labels; a second one that makes something under further ones."""
        labels, number = block.labels, 1
        if block.type in ("resource", "module"):
            while labels in table:
                number += 1
                labels = (*block.labels[:-1], f"{block.labels[-1]}#{number}")
        if number > 1:
            self.twice.append(".".join(labels if block.type == "resource" else (block.type, *labels)))
        table[labels] = block

    def chosen_values(self) -> tuple[dict[str, Value], dict[str, str], list[Ignored]]:
        """The values of the root's variables, those of a file that must be named with it, and the files left out."""
        loaded = sorted(name for name in self.values if _is_loaded(name))
        others = sorted(set(self.values) - set(loaded))
        ignored = []
        if len(others) > 1:
            why = "one of several files of values: which one applies is not told"
            ignored = [Ignored(place=name, why=why) for name in others]
            others = []
        chosen: dict[str, Value] = {}
        for name in [*loaded, *others]:
            chosen |= self.values[name]
        return chosen, {variable: name for name in others for variable in self.values[name]}, ignored


def _merged(base: Block, over: Block) -> Block:
    """A block with another one over it: attributes one by one, and blocks of a type instead of all of that type."""
    replaced = {_kind(one) for one in over.body.blocks}
    kept = [one for one in base.body.blocks if _kind(one) not in replaced]
    return replace(base, body=Body(base.body.attributes | over.body.attributes, kept + over.body.blocks))


def _kind(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _is_loaded(name: str) -> bool:
    base = posixpath.basename(name)
    return base in ("terraform.tfvars", "terraform.tfvars.json") or base.endswith((".auto.tfvars", ".auto.tfvars.json"))


def read_folders(documents: Mapping[str, Any], budget: Budget) -> tuple[dict[str, Folder], list[Ignored]]:
    """The folders, and the files that cannot be read; raises `NotUnderstoodError` if none can."""
    documents = {name: as_hcl(one) if is_configuration(one) else one for name, one in documents.items()}
    if sum(len(one) for one in documents.values() if isinstance(one, str)) > MOST_CHARACTERS:
        raise NotUnderstoodError(f"the HCL has more than {MOST_CHARACTERS} characters in all")
    folders: dict[str, Folder] = {}
    ignored = []
    for name, document in sorted(documents.items(), key=_last_if_it_overrides):
        folder = folders.setdefault(posixpath.dirname(name), Folder(posixpath.dirname(name)))
        try:
            _read_file(folder, name, document, budget)
        except NotUnderstoodError as error:
            ignored.append(Ignored(place=name, why=str(error)))
    if len(ignored) == len(documents):
        raise NotUnderstoodError(ignored[0].why, ignored[0].place)
    why = "a second block of one address, which Terraform refuses; both are described"
    ignored += [Ignored(place=address, why=why) for folder in folders.values() for address in folder.twice]
    return folders, ignored


def _overrides(name: str) -> bool:
    """Whether Terraform merges a file into the others of its folder."""
    base = posixpath.basename(name).partition(".tf")[0]
    return base == "override" or base.endswith("_override")


def _last_if_it_overrides(pair: tuple[str, Any]) -> tuple[bool, str]:
    """Override files come last, in the order of their names; the others stay as they are."""
    name = pair[0]
    return (True, name) if _overrides(name) else (False, "")


def _read_file(folder: Folder, name: str, document: Any, budget: Budget) -> None:
    if isinstance(document, dict):
        folder.values[name] = document
        return
    body = parse(document)
    if name.endswith(".hcl") and is_of_terragrunt(body):
        unit = unit_of(body)
        if unit is None:
            raise NotUnderstoodError(
                "Terragrunt puts it together with other files, which is not done here: send the file that names the"
                " module, or a plan (`terragrunt show -json`)"
            )
        folder.unit = unit
        for block in body.of("locals"):
            folder.locals |= block.body.attributes
        return
    if name.endswith(".tfvars"):
        evaluator = evaluator_of(_NoNames(), budget)
        folder.values[name] = {key: evaluator.value(node, {}) for key, node in body.attributes.items()}
    elif _overrides(name):
        folder.override(body)
    else:
        folder.take(body)


class _NoNames:
    """A file of values names nothing."""

    def named(self, root: str, member: str) -> Value:
        """Nothing has a name there."""
        raise KeyError(root)

    def attribute(self, handle: Handle, name: str) -> Value:
        """Nothing has attributes there."""
        raise KeyError(name)


def local_source(folder: Folder, call: Block) -> str | None:
    """The folder that a call names by its place; None for a source elsewhere."""
    node = call.body.attributes.get("source")
    return folder_at(folder, text_of(node).strip('"') if node else "")


def folder_at(folder: Folder, source: str) -> str | None:
    """The folder that a source names by its place; None for a source elsewhere."""
    if not source.startswith(("./", "../")) and source not in (".", ".."):
        return None
    joined = posixpath.normpath(posixpath.join(folder.name or ".", source))
    return "" if joined == "." else joined


def unit_place(folder: Folder, unit: Unit) -> str | None:
    """The folder that a unit of Terragrunt names by its place, from its own or from the top of the repository."""
    source = text_of(unit.source).strip('"').partition("?")[0]
    top = _TOP.match(source)
    return posixpath.normpath(source[top.end() :]) if top else folder_at(folder, source)


def roots(folders: Mapping[str, Folder]) -> Iterable[Folder]:
    """The folders that no other one calls, in the order of the documents."""
    called = {
        local_source(folder, call)
        for folder in folders.values()
        for call in folder.calls.values()
        if local_source(folder, call) != folder.name
    }
    called |= {unit_place(folder, folder.unit) for folder in folders.values() if folder.unit is not None}
    found = [folder for name, folder in folders.items() if name not in called]
    return found or list(folders.values())[:1]
