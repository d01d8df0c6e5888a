"""``POST /v1/descriptions``: a document in another format in, the cluster descriptions that it holds out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from service.domain.errors import InvalidDocumentError, Mistake
from service.intake.documents import MOST_BYTES
from service.intake.registry import FORMATS
from service.intake.understanding import NotUnderstoodError
from service.web.bodies import whole_body
from service.web.descriptions import as_document
from service.web.forms import JSON, found_content_type
from service.web.kept import kept
from service.web.parts import parts
from service.web.schemas.elements import Element
from service.web.schemas.hints import listed
from service.web.schemas.loading import shape_mistakes
from service.web.schemas.source import EnvelopeElement, SaidElement, Source
from service.web.strict_json import read_document

blueprint = Blueprint("descriptions", __name__, url_prefix="/v1")

MEDIA_TYPES = (
    JSON,
    "application/yaml",
    "application/x-yaml",
    "text/yaml",
    "text/x-yaml",
    "text/plain",
    "application/zip",
    "application/x-tar",
    "application/gzip",
    "application/octet-stream",
)
_SAID = SaidElement()
_ENVELOPE = EnvelopeElement()


@blueprint.post("/descriptions")
def describe() -> Response:
    """Says what was understood of the document in the body."""
    source, pointer = _source()
    try:
        answer = parts().desk.read(lambda: _understood(source))
    except NotUnderstoodError as error:
        raise InvalidDocumentError((Mistake(pointer, str(error)),)) from None
    return Response(answer, content_type=JSON)


def _understood(source: Source) -> bytes:
    return orjson.dumps(as_document(source.understood()), option=orjson.OPT_APPEND_NEWLINE)


@blueprint.get("/formats")
def formats() -> Response:
    """The formats that are read."""
    return kept({"items": [{"id": one.name, "title": one.title} for one in FORMATS]})


def _source() -> tuple[Source, str]:
    """The document in the body and where it stands there: by itself, or in an envelope."""
    if request.mimetype not in MEDIA_TYPES:
        found = found_content_type()
        raise UnsupportedMediaType(f"{found}, expected one of {listed(MEDIA_TYPES)}")
    raw = whole_body(MOST_BYTES)
    said = _read(_SAID, dict(request.args.items()))
    if request.mimetype != JSON:
        return replace(said, document=raw), ""
    document = read_document(raw)
    if isinstance(document, dict) and "document" in document:
        return _read(_ENVELOPE, dict(request.args.items()) | document), "/document"
    return replace(said, document=document), ""


def _read(element: Element, document: dict[str, Any]) -> Source:
    """What is said of a document; raises `InvalidDocumentError` with every mistake at its place."""
    mistakes = tuple(shape_mistakes(element, document))
    if mistakes:
        raise InvalidDocumentError(mistakes)
    source: Source = element.read(document)
    return source
