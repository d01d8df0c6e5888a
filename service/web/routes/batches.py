"""``POST /v1/decision-batches``: many questions in, an answer for each out, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotAcceptable, UnsupportedMediaType

from service.domain.errors import InvalidBatchError, InvalidQueryError, Mistake
from service.logs import REQUEST_ID
from service.web.access.guard import pace
from service.web.batches import Batch, as_list, items_of_lines, items_of_list
from service.web.bodies import is_called, present_upload
from service.web.forms import JSON, LINES, found_content_type
from service.web.language import spoken, translated
from service.web.parts import parts
from service.web.schemas.queries import NoQueryElement, idempotency_key, read_query
from service.web.strict_json import read_items
from service.web.uploads import Upload
from service.words import ENGLISH

blueprint = Blueprint("batches", __name__, url_prefix="/v1")

MOST_ITEMS = 1_000
MOST_LIST_BYTES = 8 * 1024 * 1024
"""A thousand questions of 8 KiB, which is twice the reference question."""
_READ_TAKES = 8
"""How many times the bytes of a list its questions take once they are read: five for reference questions."""
_QUERY = NoQueryElement()


@blueprint.post("/decision-batches")
def decide_batch() -> Response:
    """Decides every question in the body; 200 also when none of them is one, for each item has its own status."""
    _refuse_what_a_batch_has_not()
    settings = parts().settings
    batch = Batch(replace(parts().desk, include=()), parts().recorder, pace())
    upload = present_upload()
    if request.mimetype == LINES:
        lines = items_of_lines(upload.lines(settings.max_body_bytes), settings.max_body_bytes)
        pieces = _said(batch.lines(lines, upload.give_way))
    else:
        items = items_of_list(_documents(upload, settings.edge.body_seconds), settings.max_body_bytes)
        pieces = as_list(REQUEST_ID.get() or "", _said(batch.lines(items, upload.give_way)))
    # A proxy that gathers the answer would hide the progress and take it for a stalled client.
    return Response(_released(upload, pieces), content_type=request.mimetype, headers={"X-Accel-Buffering": "no"})


def _said(lines: Iterator[bytes]) -> Iterator[bytes]:
    words = spoken()
    return lines if words.language == ENGLISH else (translated(line, words) for line in lines)


def _released(upload: Upload, pieces: Iterator[bytes]) -> Iterator[bytes]:
    upload.bound()
    try:
        yield from pieces
    finally:
        upload.release()


def _documents(upload: Upload, seconds: float) -> list[object]:
    raw = upload.whole(MOST_LIST_BYTES, seconds)
    upload.hold(len(raw) * _READ_TAKES)
    documents = read_items(raw)
    if len(documents) > MOST_ITEMS:
        detail = f"holds {len(documents)} questions, expected at most {MOST_ITEMS}; `{LINES}` takes any number"
        raise InvalidBatchError((Mistake("", detail),))
    return documents


def _refuse_what_a_batch_has_not() -> None:
    """Raises for another content type (415), for an answer in another form (406), for a query or a key (422)."""
    if not is_called(JSON, LINES):
        found = found_content_type()
        raise UnsupportedMediaType(f"{found}, expected `{JSON}` or `{LINES}` (UTF-8)")
    form = request.mimetype
    if request.accept_mimetypes and not request.accept_mimetypes[form]:
        raise NotAcceptable(f"a batch is answered in its own form, `{form}`")
    read_query(_QUERY)
    if idempotency_key() is not None:
        detail = "is for one question; a batch that broke off is sent again from the first item without an answer"
        raise InvalidQueryError((Mistake("/Idempotency-Key", detail),))
