"""The traffic path as a picture: of a decision that is kept, or of a question that is decided for it."""

from __future__ import annotations

from dataclasses import replace

import orjson
from flask import Blueprint, Response

from service.web.deciding import desk
from service.web.diagrams import kept_question, picture
from service.web.recorder import found
from service.web.schemas.queries import DiagramQueryElement, read_query
from service.web.strict_json import read_body

blueprint = Blueprint("diagrams", __name__, url_prefix="/v1")

_QUERY = DiagramQueryElement()


@blueprint.get("/decisions/<id_>/diagram.svg")
def diagram(id_: str) -> Response:
    """One decision as a picture."""
    wanted = read_query(_QUERY)
    record = found(id_)
    return picture(orjson.loads(record.answer), kept_question(record), wanted)


@blueprint.post("/diagrams")
def diagram_of_question() -> Response:
    """The picture of the decision on the question in the body, which is not kept."""
    wanted = read_query(_QUERY)
    decided = replace(desk(), include=()).decide_document(read_body())
    return picture(orjson.loads(decided.answer.json), decided.question, wanted)
