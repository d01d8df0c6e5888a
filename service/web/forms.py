"""In which form things go in and out: media types, JSON on one line, and times as answers tell them."""

from __future__ import annotations

from datetime import datetime

import orjson
from flask import Response, request
from werkzeug.exceptions import NotAcceptable

JSON = "application/json"
LINES = "application/x-ndjson"
MARKDOWN = "text/markdown"


def accepted_form() -> str:
    """The media type that the client likes best; raises NotAcceptable (406) if it takes neither."""
    if request.headers.get("Accept") in (None, "*/*", JSON):  # nearly every client; parsing is the slow part
        return JSON
    form = request.accept_mimetypes.best_match((JSON, MARKDOWN))
    if form is None:
        raise NotAcceptable(f"a decision comes as `{JSON}` or as `{MARKDOWN}`")
    return form


def json_answer(document: object) -> Response:
    """A document on one line that ends."""
    return Response(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE), content_type=JSON)


def found_content_type() -> str:
    """What the client says of its body, for a sentence that goes on with what was expected."""
    given = request.headers.get("Content-Type")
    return f"the content type is `{given}`" if given else "no content type is given"


def time_text(moment: datetime) -> str:
    """A time in UTC to the millisecond, as RFC 3339 writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
