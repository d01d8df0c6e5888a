"""A decision on a card: of one that is kept, or of a question that is decided for it."""

from __future__ import annotations

from dataclasses import replace

import orjson
from flask import Blueprint, Response

from service.domain.question import Section
from service.web.bodies import read_body
from service.web.forms import json_answer
from service.web.page.shortening import card_of
from service.web.parts import parts
from service.web.schemas.queries import NoQueryElement, read_query

blueprint = Blueprint("cards", __name__, url_prefix="/v1")

_QUERY = NoQueryElement()


@blueprint.get("/decisions/<id_>/card")
def card(id_: str) -> Response:
    """One decision as a card."""
    return json_answer(card_of(orjson.loads(parts().recorder.found(id_).answer), is_kept=True))


@blueprint.post("/cards")
def card_of_question() -> Response:
    """The card of the decision on the question in the body, which is not kept."""
    read_query(_QUERY)
    decided = replace(parts().desk, include=(Section.UNKNOWNS,)).decide_document(read_body())
    return json_answer(card_of(orjson.loads(decided.answer.json), is_kept=False))
