"""The edit of the document that a cluster was described by: one for each step, each on top of the one before it.

1. Only what differs is touched, and only where it stands literally or where its absence leaves a place for it.
2. Every edit is proved before it is shown: the edited document is read again, and describes the same clusters with
   the same network and callers, but for the setting of the one, which is the step's.
3. What cannot be edited or proved is not edited: the notes on the generic text say why, and what to set instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.advice.changes.edits import CannotEditError, NotShownError, diff_of, edited
from service.advice.changes.patches import patch_for, patched
from service.advice.changes.spellings import TOOLS_OF_FORMATS, Path, paths_in, value_at
from service.advice.changes.terraform_edits import edit_configuration, target_of
from service.advice.changes.wanted import Access, Wanted
from service.advice.changes.yaml_edits import edits_for
from service.domain.addresses import of_networks, parse_network
from service.domain.written import Form, SourceDocument, WrittenChange
from service.intake.documents import Documents, read_documents, read_files, read_text
from service.intake.recognising import understand
from service.intake.registry import FORMATS
from service.intake.understanding import Understanding

MOST_BYTES = 100_000
"""Of all texts: a longer document is not read several times for the sake of its edit."""
_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_ONLY_SHOWN = frozenset({"terraform-plan", "terraform-state", "terrascan"})
_APPLY = "`git apply --unidiff-zero` or `patch -p1` applies it; there are no lines around, for they may hold secrets"
_APPLY_PATCH = "a JSON Patch (RFC 6902) of the document; several documents in one text count as a list"
_KEPT_LIST = "a list that is there stays: it does nothing while public access is off (F-1.21)"


@dataclass(frozen=True, slots=True)
class Own:
    """What is written for the document's own tool: its edits, or why there are none.

    ``title`` is that of the written change which spells the setting as the document does, where the tool has several.
    """

    tool: str | None = None
    title: str = ""
    changes: tuple[WrittenChange, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A document between two steps: what it holds, and the texts that can be edited, by name."""

    documents: Documents
    files: Mapping[str, str]

    def with_text(self, name: str, text: str) -> State:
        """The document with another text in one of its files."""
        return State(self._with(name, read_text(text, name)), {**self.files, name: text})

    def with_value(self, name: str, value: Any) -> State:
        """The document with another value in one of its files, of which no text is known any more."""
        return State(self._with(name, value), {file: text for file, text in self.files.items() if file != name})

    def _with(self, name: str, value: Any) -> Documents:
        return replace(self.documents, by_name={**self.documents.by_name, name: value})

    def clusters(self) -> tuple[Understanding, ...]:
        """What it describes."""
        return understand(self.documents, FORMATS).descriptions


@dataclass(frozen=True, slots=True)
class Step:
    """A step's edit: the document after it, and how it is written."""

    after: State
    file: str
    form: Form
    text: str


def own_changes(wanted: Wanted) -> Own:
    """The edits of the document, step by step; without a document nothing."""
    source = wanted.document
    if source is None:
        return Own()
    format_ = source.format.partition(" ")[0]
    tool = TOOLS_OF_FORMATS.get(format_)
    try:
        if tool is None or format_ in _ONLY_SHOWN:
            raise CannotEditError("it shows the cluster and does not define it")
        return Own(tool, changes=tuple(_edits(wanted, source, format_, tool)))
    except CannotEditError as error:
        notes = (f"your document is not edited: {error}",)
        if format_ == "terraform":
            return replace(_spelling_in_use(source), notes=notes)
        return Own(tool, notes=notes)


def _spelling_in_use(source: SourceDocument) -> Own:
    """Which of Terraform's spellings the document has; the resource's if that cannot be told."""
    try:
        spelling = target_of(_configuration(_opened(source)), source.place).spelling
    except CannotEditError:
        return Own("terraform")
    return Own(spelling.tool, spelling.title)


def _edits(wanted: Wanted, source: SourceDocument, format_: str, tool: str) -> Iterable[WrittenChange]:
    state = _opened(source)
    before = state.clusters()
    for number, access in zip(wanted.numbers, wanted.steps, strict=True):
        values = _differing(_cluster_of(before, source), access)
        if not values:
            raise CannotEditError("it says so already")
        step = _edit(state, source, format_, values)
        after = step.after.clusters()
        _prove(before, after, source, access)
        yield WrittenChange(
            tool=tool,
            title=f"your document{f', {step.file}' if _SAFE_NAME.fullmatch(step.file) else ''}",
            what="target" if wanted.is_unplanned or wanted.is_new else f"step {number}",
            form=step.form,
            text=step.text,
            notes=(_APPLY if step.form is Form.DIFF else _APPLY_PATCH, *(() if access.public else (_KEPT_LIST,))),
            facts=("F-9.7", *(("F-9.9",) if tool == "cloudformation" else ())),
            is_own=True,
        )
        state, before = step.after, after


def _opened(source: SourceDocument) -> State:
    if not source.files:
        return State(Documents(by_name={source.name: source.value}), {})
    if sum(len(content) for _, content in source.files) > MOST_BYTES:
        raise CannotEditError(f"it has more than {MOST_BYTES} bytes")
    documents = (
        read_files(source.files) if source.is_archive else read_documents(source.files[0][1], source.files[0][0])
    )
    texts = {name: content.decode("utf-8-sig") for name, content in source.files if name in documents.by_name}
    return State(documents, texts)


def _cluster_of(described: Iterable[Understanding], source: SourceDocument) -> Understanding:
    found = [one for one in described if one.place == source.place and one.has_cluster]
    if len(found) != 1:
        raise CannotEditError("the cluster is not alone in its place")
    return found[0]


def _differing(cluster: Understanding, access: Access) -> dict[str, bool | tuple[str, ...]]:
    """The fields that the document sets otherwise, or leaves open, with what they are to be."""
    present = cluster.cluster["endpoint_access"]
    values: dict[str, bool | tuple[str, ...]] = {"public": access.public, "private": access.private}
    found = {field: value for field, value in values.items() if present.get(field) is not value}
    if access.public and not _is_same_list(present.get("public_access_cidrs"), access.cidrs):
        found["public_access_cidrs"] = access.cidrs
    return found


def _is_same_list(described: Any, cidrs: tuple[str, ...]) -> bool:
    if not described:
        return False
    one, other = (of_networks(tuple(map(parse_network, listed))) for listed in (described, cidrs))
    return one == other


def _edit(state: State, source: SourceDocument, format_: str, values: Mapping[str, bool | tuple[str, ...]]) -> Step:
    if format_ == "terraform":
        name, new, names = edit_configuration(_configuration(state), source.place, values)
        return _as_diff(state, name, new, names)
    file, place = _place_in(state, source.place)
    document = state.documents.by_name[file]
    stated = {field: _place_in(state, it)[1] for field, it in source.places}
    paths = paths_in(format_, place, stated, value_at(document, place)[1])
    if not values.keys() <= paths.keys():
        raise CannotEditError("the document does not say where a part of the setting would stand in it")
    by_path = {paths[field]: value for field, value in values.items()}
    text = state.files.get(file)
    if text is not None:
        try:
            words = [token for path in by_path for token in path]
            return _as_diff(state, file, edited(text, edits_for(text, place, by_path)), words)
        except CannotEditError as error:
            if not isinstance(error, NotShownError) and not text.lstrip().startswith(("{", "[")):
                raise
    operations = patch_for(document, place, by_path)
    after = state.with_value(file, patched(document, operations))
    return Step(after, file, Form.JSON_PATCH, json.dumps(operations, indent=2))


def _configuration(state: State) -> dict[str, str]:
    """The files in Terraform's own language."""
    return {name: text for name, text in state.files.items() if isinstance(state.documents.by_name[name], str)}


def _as_diff(state: State, name: str, text: str, words: Iterable[str]) -> Step:
    shown = name if _SAFE_NAME.fullmatch(name) else "document"
    return Step(state.with_text(name, text), name, Form.DIFF, diff_of(state.files[name], text, shown, words))


def _place_in(state: State, place: str) -> tuple[str, Path]:
    """The file of a place in the documents, and the path in it."""
    names = sorted(state.documents.by_name, key=len, reverse=True)
    known = (name for name in names if name and place.startswith((f"{name}#", f"{name}/")))
    file = next(known, names[-1])
    inner = place.removeprefix(file).replace("#", "", 1)
    return file, tuple(token.replace("~1", "/").replace("~0", "~") for token in inner.split("/")[1:])


def _prove(
    before: Iterable[Understanding], after: Iterable[Understanding], source: SourceDocument, access: Access
) -> None:
    """Raises `CannotEditError` unless the setting of the one cluster is what is wanted, and all else is as it was."""
    is_set = not _differing(_cluster_of(after, source), access)
    if not is_set or _rest(before, source) != _rest(after, source):
        raise CannotEditError("the same text decides other things as well, or something else decides the setting")


def _rest(described: Iterable[Understanding], source: SourceDocument) -> list[Any]:
    """All that is described but the setting of the one cluster."""
    return [
        (
            one.place,
            {
                name: part
                for name, part in one.cluster.items()
                if one.place != source.place or name != "endpoint_access"
            },
            one.consumers,
        )
        for one in described
    ]
