"""What was pasted, dropped or chosen, made a question.

1. A question is taken as it is; anything else is read by intake, in whatever format it is.
2. One cluster: the question carries the document along as its `source`, so that the change is also written as an edit
   of it. A document that is too large for a question goes on as the description that was understood.
3. Several clusters: whoever sent them says which one. A network without a cluster is the place of a new one.
4. Several files are one document, an archive, as in a folder.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from service.domain.errors import InvalidDocumentError, Mistake, UnreadableDocumentError
from service.intake.archives import archive_kind
from service.intake.understanding import NotUnderstoodError, Understanding
from service.web.descriptions import is_question, question_of
from service.web.schemas.source import BASE64, Source
from service.web.strict_json import read_document

Document = dict[str, Any]
File = tuple[str, bytes]

_LONGEST_NAME = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A question; or, where the document describes several clusters, the clusters to choose from."""

    question: Document | None = None
    clusters: tuple[Understanding, ...] = ()
    is_network_only: bool = False
    is_cut_loose: bool = False
    """Whether the document was too large to go along."""


def one_file(files: Sequence[File]) -> File:
    """The file, or several as one archive."""
    if len(files) == 1:
        return files[0]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in dict(files).items():
            archive.writestr(name, raw)
    return "", held.getvalue()


def taken(name: str, raw: bytes, most_bytes: int, cluster: str | None = None) -> Taken:
    """The question that a document makes; raises `InvalidDocumentError` and what reading a question raises.

    ``most_bytes`` is how large a question may be, ``cluster`` the place of the one that is meant.
    """
    written = _object_in(raw)
    if written is not None and is_question(written):
        return Taken(question=written)
    try:
        described = Source(document=raw, name=name[:_LONGEST_NAME]).understood().descriptions
    except NotUnderstoodError as error:
        if written is not None and isinstance(written.get("cluster"), dict):
            return Taken(question=written)  # a question with mistakes, which are told when it is loaded
        raise InvalidDocumentError((Mistake("", str(error)),)) from None
    clusters = [one for one in described if one.has_cluster] or list(described)
    if cluster is not None:
        clusters = [one for one in clusters if one.place == cluster] or clusters
    if len(clusters) > 1:
        return Taken(clusters=tuple(clusters))
    (one,) = clusters
    if not one.has_cluster:
        return Taken(question=question_of(one), is_network_only=True)
    question = {"source": _source(name, raw) | ({"cluster": one.place} if len(described) > 1 else {})}
    if len(orjson.dumps(question)) > most_bytes:
        return Taken(question=question_of(one), is_cut_loose=True)
    return Taken(question=question)


def _object_in(raw: bytes) -> Document | None:
    try:
        document = read_document(raw, "document")
    except UnreadableDocumentError:
        return None
    return document if isinstance(document, dict) else None


def _source(name: str, raw: bytes) -> Document:
    """The document as a question carries it: as text, and as base64 if it is none."""
    named = {"name": name[:_LONGEST_NAME]} if name else {}
    if archive_kind(raw) is None:
        try:
            return {"document": raw.decode("utf-8"), **named}
        except UnicodeDecodeError:
            pass
    return {"document": base64.b64encode(raw).decode("ascii"), "encoding": BASE64, **named}
