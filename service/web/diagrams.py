"""A decision as a picture: what of it is asked for, and whether there is such a thing to draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from flask import Response, request
from werkzeug.exceptions import NotAcceptable

from service.domain.errors import InvalidQueryError, Mistake, MistakesError
from service.domain.question import Question
from service.records.record import Record
from service.web.language import spoken
from service.web.render.diagram.mermaid import mermaid_of
from service.web.render.diagram.picture import picture_of
from service.web.render.diagram.subject import CURRENT, Excerpt, consumers_in, modes_of, subject_of, usual_mode
from service.web.render.diagram.svg import written
from service.web.render.spoken import said_by
from service.web.schemas import load_question
from service.web.schemas.hints import did_you_mean, listed, shown
from service.words.documents import names_in

SVG = "image/svg+xml"
MERMAID = "text/vnd.mermaid"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
"""A picture opened by itself fetches nothing and runs nothing; its only style is its own."""
_PLACES = ("/question/cluster", "/question/consumers", "/question/source")
_LABELS = "/question/cluster/labels"


def accepted_drawing() -> str:
    """The form that the client likes best; raises NotAcceptable (406) if it takes neither."""
    form = request.accept_mimetypes.best_match((SVG, MERMAID)) if request.accept_mimetypes else SVG
    if form is None:
        raise NotAcceptable(f"a picture comes as `{SVG}` or as `{MERMAID}`")
    return form


def drawing(answer: dict[str, Any], question: Question | None, wanted: Excerpt, form: str = SVG) -> Response:
    """The picture of an answer, or its flowchart; raises `InvalidQueryError` for what is not in it."""
    mistakes = tuple(_mistakes(answer, wanted, form))
    if mistakes:
        raise InvalidQueryError(mistakes)
    if form == SVG:
        response = Response(drawn(answer, question, wanted), content_type=SVG)
        response.headers["Content-Security-Policy"] = _POLICY
    else:
        subject = subject_of(answer, question, wanted.mode or usual_mode(answer), wanted)
        said = mermaid_of(subject, said_by(spoken(), names_in(answer)))
        response = Response(said, content_type=f"{MERMAID}; charset=utf-8")
    response.add_etag()
    response.make_conditional(request)
    return response


def drawn(answer: dict[str, Any], question: Question | None, wanted: Excerpt, name: str = "picture") -> str:
    """The picture as SVG in the reader's language; ``name`` tells several in one page apart."""
    return written(picture_of(answer, question, wanted, said_by(spoken(), names_in(answer))), name)


def kept_question(record: Record) -> Question | None:
    """The question of a record, if what it says of the network was kept and is still understood."""
    if any(place.startswith(_PLACES) and not place.startswith(_LABELS) for place in record.masked):
        return None
    try:
        return load_question(orjson.loads(record.question))
    except MistakesError:
        return None


def _mistakes(answer: dict[str, Any], wanted: Excerpt, form: str) -> Iterator[Mistake]:
    modes = modes_of(answer)
    for name, mode in (("mode", wanted.mode), ("compare", wanted.compare)):
        if mode is not None and mode not in modes:
            detail = f"is `{CURRENT}`, but the present setting is not assessed; there are {listed(modes)}"
            yield Mistake(f"/{name}", detail)
    if wanted.compare is not None and form == MERMAID:
        yield Mistake("/compare", "is for pictures: a flowchart is of one mode, so ask for each by itself")
    elif wanted.compare is not None and wanted.compare == (wanted.mode or usual_mode(answer)):
        yield Mistake("/compare", f"is the mode that is drawn anyway, expected another of {listed(modes)}")
    consumers = consumers_in(answer)
    if wanted.consumer is not None and wanted.consumer not in consumers:
        hint = did_you_mean(wanted.consumer, consumers) or f", there are {listed(consumers[:10])}"
        yield Mistake("/consumer", f"is {shown(wanted.consumer)}, which is none of the consumers{hint}")
