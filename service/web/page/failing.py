"""What went wrong, as a page: the same kinds and sentences as in the bodies of problems."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import HTTPException

from service.logs import REQUEST_ID
from service.web.page.speaking import html
from service.web.problems import KINDS, Kind, Problem, problem_of


def failure_page(error: Exception) -> Response:
    """The page that states a failure of any kind."""
    stated = _of_http(error) if isinstance(error, HTTPException) else problem_of(error)
    response = html("failure.html", stated.kind.status, problem=stated, request_id=REQUEST_ID.get())
    if stated.seconds is not None:
        response.headers["Retry-After"] = str(stated.seconds)
    if stated.challenge is not None:
        response.headers["WWW-Authenticate"] = stated.challenge
    return response


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    kind = KINDS.get(status, Kind(status, "REFUSED", error.name, "the request was refused"))
    return Problem(kind=kind, detail=error.description or kind.detail)
