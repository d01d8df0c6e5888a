"""What went wrong, as a page: the same kinds and sentences as in the bodies of problems."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from werkzeug.exceptions import HTTPException

from service.logs import REQUEST_ID
from service.web.page.speaking import html
from service.web.problems import KINDS, Kind, Problem, problem_of


def failure_page(error: Exception) -> Response:
    """The page that states a failure of any kind."""
    return stated(
        error, lambda problem: html("failure.html", problem.kind.status, problem=problem, request_id=REQUEST_ID.get())
    )


def stated(error: Exception, show: Callable[[Problem], Response]) -> Response:
    """What is shown of a failure of any kind, with the headers that go with it."""
    problem = _of_http(error) if isinstance(error, HTTPException) else problem_of(error)
    response = show(problem)
    if problem.seconds is not None:
        response.headers["Retry-After"] = str(problem.seconds)
    if problem.challenge is not None:
        response.headers["WWW-Authenticate"] = problem.challenge
    return response


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    kind = KINDS.get(status, Kind(status, "REFUSED", error.name, "the request was refused"))
    return Problem(kind=kind, detail=error.description or kind.detail)
