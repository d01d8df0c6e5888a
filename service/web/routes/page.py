"""The page for people: what they ask decided, decisions found again, two of them held against each other."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from service.intake.documents import MOST_BYTES
from service.web.bodies import whole_body
from service.web.page.answering import answer_page, start_page
from service.web.page.asking import Asked, asked, without_include
from service.web.page.examples import examples
from service.web.page.failing import failure_page
from service.web.page.looking import comparison_page, list_page, one_page
from service.web.page.statics import assets, sent
from service.web.parts import parts

blueprint = Blueprint("page", __name__)
blueprint.register_error_handler(Exception, failure_page)

_MOST_FORM_BYTES = MOST_BYTES + 256 * 1024
"""A document, with the rest of the form around it."""


@blueprint.get("/")
def start() -> Response:
    """Where somebody begins."""
    return start_page()


@blueprint.get("/examples/<name>")
def example(name: str) -> Response:
    """The decision on one of the examples, which is not kept: it is about no cluster of anybody's."""
    known = examples(parts().settings.openapi_file)
    if name not in known:
        raise NotFound(f"there is no example `{name[:80]}`")
    question = without_include(known[name]["value"])
    return answer_page(lambda: Asked(question=question, is_example=True))


@blueprint.post("/")
def ask() -> Response:
    """What the form asks, decided."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise BadRequest("a form of another site was sent here; send it from this page")
    _take_form()
    form = request.form
    files = [(file.filename or "", file.read()) for file in request.files.getlist("files")]
    most = parts().settings.max_body_bytes  # the form is read in a thread, which has no application
    return answer_page(lambda: asked(form, files, most), form)


def _take_form() -> None:
    """Reads the form as every other body is read, bounded in size, in time and beside others, before it is parted."""
    body = whole_body(_MOST_FORM_BYTES)
    request.environ |= {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body))}
    request.max_form_memory_size = _MOST_FORM_BYTES + 1


@blueprint.get("/decisions")
def decisions() -> Response:
    """The decisions that were made, filtered, page by page."""
    return list_page()


@blueprint.get("/decisions/<id_>")
def decision(id_: str) -> Response:
    """One of them."""
    return one_page(id_)


@blueprint.get("/compare")
def compare() -> Response:
    """Two of them beside each other."""
    return comparison_page(request.args.get("left", ""), request.args.get("right", ""))


@blueprint.get("/page/<name>")
def asset(name: str) -> Response:
    """The style or a script of the page."""
    found = assets().get(name)
    if found is None:
        raise NotFound
    return sent(found)
