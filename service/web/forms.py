"""In which form a decision goes out: JSON, or the report."""

from __future__ import annotations

from flask import request
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
