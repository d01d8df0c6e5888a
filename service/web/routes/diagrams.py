"""The traffic path as a picture: of a decision that is kept, or of a question that is decided for it."""

from __future__ import annotations

from dataclasses import replace

import orjson
from flask import Blueprint, Response

from service.web.bodies import read_body
from service.web.diagrams import MERMAID, SVG, accepted_drawing, drawing, kept_question
from service.web.parts import parts
from service.web.schemas.queries import DiagramQueryElement, read_query

blueprint = Blueprint("diagrams", __name__, url_prefix="/v1")

_QUERY = DiagramQueryElement()


@blueprint.get("/decisions/<id_>/diagram.svg")
def diagram(id_: str) -> Response:
    """One decision as a picture."""
    return _of_record(id_, SVG)


@blueprint.get("/decisions/<id_>/diagram.mmd")
def flowchart(id_: str) -> Response:
    """One decision as a flowchart of Mermaid."""
    return _of_record(id_, MERMAID)


def _of_record(id_: str, form: str) -> Response:
    wanted = read_query(_QUERY)
    record = parts().recorder.found(id_)
    question = kept_question(record)
    return parts().desk.beside_others(
        len(record.answer), lambda: drawing(orjson.loads(record.answer), question, wanted, form)
    )


@blueprint.post("/diagrams")
def diagram_of_question() -> Response:
    """The picture, or the flowchart, of the decision on the question in the body, which is not kept."""
    form, wanted = accepted_drawing(), read_query(_QUERY)
    decided = replace(parts().desk, include=()).decide_document(read_body())
    body = decided.answer.json
    response = parts().desk.beside_others(
        len(body), lambda: drawing(orjson.loads(body), decided.question, wanted, form)
    )
    response.headers["Vary"] = "Accept"
    return response
