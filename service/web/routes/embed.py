"""The card for pages of others: its element, and the same as pages for frames."""

from __future__ import annotations

from flask import Blueprint, Response

from service.web.page.framing import asking_frame, card_frame, element, failure_frame
from service.web.page.statics import sent
from service.web.parts import parts

blueprint = Blueprint("embed", __name__, url_prefix="/embed")
blueprint.register_error_handler(Exception, failure_frame)


@blueprint.get("/card.js")
def card_element() -> Response:
    """The file that defines the element."""
    return sent(element())


@blueprint.get("/decisions/<id_>")
def framed_decision(id_: str) -> Response:
    """One decision as a card in a frame."""
    return card_frame(parts().recorder.found(id_))


@blueprint.get("/decide")
def framed_question() -> Response:
    """A card in a frame that decides the question in its address."""
    return asking_frame()
