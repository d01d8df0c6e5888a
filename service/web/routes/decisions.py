"""``POST /v1/decisions``: one question in, one decision out."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotAcceptable

from service.advice import advise
from service.web.answers import Answer, digest_of_question
from service.web.schemas import load_question
from service.web.strict_json import read_body

blueprint = Blueprint("decisions", __name__, url_prefix="/v1")

_JSON = "application/json"
_MARKDOWN = "text/markdown"


@blueprint.post("/decisions")
def decide_question() -> Response:
    """Decides the question in the body; 200 also when no mode fits."""
    form = _accepted_form()
    document = read_body()
    answer = Answer(
        advised=advise(load_question(document)),
        input_digest=digest_of_question(document),
        id=uuid4(),
        created_at=datetime.now(UTC),
        prices=current_app.config["PRICES"],
    )
    body = answer.as_json() if form == _JSON else answer.as_markdown()
    return Response(body, content_type=_CONTENT_TYPES[form], headers={"Vary": "Accept"})


_CONTENT_TYPES = {_JSON: _JSON, _MARKDOWN: "text/markdown; charset=utf-8"}


def _accepted_form() -> str:
    """The media type that the client likes best; raises NotAcceptable (406) if it takes neither."""
    if request.headers.get("Accept") in (None, "*/*", _JSON):  # nearly every client; parsing is the slow part
        return _JSON
    form = request.accept_mimetypes.best_match((_JSON, _MARKDOWN))
    if form is None:
        raise NotAcceptable(f"a decision comes as `{_JSON}` or as `{_MARKDOWN}`")
    return form
