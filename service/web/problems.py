"""One error body for everything that goes wrong (RFC 9457), and one table from exception to status and code.

1. Not understood (400), not found (404), not allowed (405), too large (413) and the like: one sentence.
2. Not valid (422): the whole list of mistakes, each at its JSON Pointer.
3. Ours (500): an id to look for in the log, and nothing of what went wrong inside.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from service.domain.errors import (
    InvalidBatchError,
    InvalidDocumentError,
    InvalidQueryError,
    InvalidQuestionError,
    Mistake,
    MistakesError,
    TooBusyError,
    TooCostlyError,
    TooLargeError,
    UnreadableDocumentError,
)
from service.logs import REQUEST_ID, without_secrets
from service.records.keeper import NotKeptError
from service.records.store import StoreError
from service.web.access.errors import (
    AccessError,
    LoopbackOnlyError,
    MissingScopeError,
    RateLimitedError,
    UnauthenticatedError,
)
from service.web.inflating import OFFERED
from service.web.recorder import KeyInUseError, KeyReusedError, NothingKeptError

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger("service.problems")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: status, code for programs, title, and the sentence for want of a better one."""

    status: int
    code: str
    title: str
    detail: str

    @property
    def uri(self) -> str:
        """Where this kind is explained, relative to the service."""
        return f"/docs#{self.code.lower().replace('_', '-')}"


INVALID_QUESTION = Kind(
    422, "INVALID_QUESTION", "The question is not valid", "the errors name each mistake and where it stands"
)
INVALID_BATCH = Kind(422, "INVALID_BATCH", "The batch is not valid", "a batch is a list of questions")
INVALID_DOCUMENT = Kind(
    422, "INVALID_DOCUMENT", "The document is not understood", "the errors say what was found and what was looked for"
)
INVALID_QUERY = Kind(
    422, "INVALID_QUERY", "The address asks for what there is not", "the errors name each parameter that is not valid"
)
KEY_REUSED = Kind(
    422,
    "IDEMPOTENCY_KEY_REUSED",
    "The idempotency key came before with another question",
    "use a new `Idempotency-Key` for a new question",
)
KEY_IN_USE = Kind(
    409,
    "IDEMPOTENCY_KEY_IN_USE",
    "The first request with this idempotency key is still being answered",
    "ask again in a moment with the same key",
)
UNAUTHENTICATED = Kind(
    401, "UNAUTHENTICATED", "Nobody knows who calls", "send a valid key or token as `Authorization: Bearer ...`"
)
MISSING_SCOPE = Kind(
    403, "MISSING_SCOPE", "The caller may not do this", "the key or token lacks the scope that this needs"
)
LOOPBACK_ONLY = Kind(
    403,
    "LOOPBACK_ONLY",
    "Only this machine is answered",
    "without credentials the service answers nobody else; set keys, JWT or `ACCESS=none`",
)
RATE_LIMITED = Kind(
    429, "RATE_LIMITED", "The caller has asked for as much as they may", "ask again after as long as `Retry-After` says"
)
NOT_RECORDED = Kind(
    503,
    "NOT_RECORDED",
    "The decision could not be recorded",
    "no answer goes out without a record here; ask again when the store takes records",
)
STORE_FAILED = Kind(
    503,
    "RECORD_UNAVAILABLE",
    "The record cannot be read now",
    "the store of decisions does not answer; try again later",
)
NOTHING_KEPT = Kind(
    404,
    "RECORDS_OFF",
    "No decisions are kept",
    "records are turned off here (`RECORDS=off`), so there is nothing to find",
)
NOT_UNDERSTOOD = Kind(
    400, "UNREADABLE_DOCUMENT", "The body could not be read", "the body is not the JSON that is accepted"
)
INTERNAL = Kind(500, "INTERNAL_ERROR", "The service failed", "this is a mistake of the service, and the log has it")
TOO_BUSY = Kind(
    503,
    "TOO_BUSY",
    "The service has too much to do now",
    "what it may hold at once is taken; ask again in a moment",
)
TOO_COSTLY = Kind(
    422,
    "DOCUMENT_TOO_COSTLY",
    "Reading the document takes too long",
    "send the part of it that describes the cluster, or raise `DOCUMENT_SECONDS`",
)
NOT_READY = Kind(
    503, "NOT_READY", "The service is not ready", "a known question did not get its known answer; the log has it"
)

# Every status that the service answers with, beside those of exceptions of our own.
KINDS = {
    400: Kind(400, "BAD_REQUEST", "The request could not be read", "the request is not complete HTTP"),
    404: Kind(404, "NOT_FOUND", "There is no such resource", "nothing stands at `{path}`"),
    405: Kind(405, "METHOD_NOT_ALLOWED", "The method does not apply", "`{path}` takes {allowed}, not {method}"),
    406: Kind(406, "NOT_ACCEPTABLE", "No acceptable form", "none of the forms offered is one that is accepted"),
    408: Kind(408, "TOO_SLOW", "The request took too long", "the request did not come in the time that it may take"),
    413: Kind(413, "TOO_LARGE", "The body is too large", "the body is larger than it may be"),
    414: Kind(414, "ADDRESS_TOO_LONG", "The address is too long", "the request line is longer than 4094 bytes"),
    415: Kind(415, "UNSUPPORTED_MEDIA_TYPE", "The body is of an unknown kind", "expected `application/json`"),
    417: Kind(417, "EXPECTATION_FAILED", "What is expected is not done", "`Expect` knows `100-continue` only"),
    431: Kind(
        431,
        "HEADERS_TOO_LARGE",
        "The headers are too large",
        "a request has at most 100 headers, each of at most 8190 bytes, and 64 KiB of them in all",
    ),
    500: INTERNAL,
    501: Kind(501, "NOT_IMPLEMENTED", "The transfer coding is unknown", "expected `chunked`, or a content length"),
    503: NOT_READY,
}
ALL_KINDS = (
    NOT_UNDERSTOOD,
    INVALID_QUESTION,
    INVALID_BATCH,
    INVALID_DOCUMENT,
    INVALID_QUERY,
    KEY_REUSED,
    KEY_IN_USE,
    NOT_RECORDED,
    STORE_FAILED,
    NOTHING_KEPT,
    UNAUTHENTICATED,
    MISSING_SCOPE,
    LOOPBACK_ONLY,
    TOO_BUSY,
    TOO_COSTLY,
    RATE_LIMITED,
    *KINDS.values(),
)

# What the record and the edge can say no with, and how long to wait before asking again.
_OF_THE_SERVICE = {
    TooBusyError: (TOO_BUSY, 2),
    TooCostlyError: (TOO_COSTLY, None),
    KeyReusedError: (KEY_REUSED, None),
    KeyInUseError: (KEY_IN_USE, 1),
    NotKeptError: (NOT_RECORDED, 5),
    StoreError: (STORE_FAILED, 5),
    NothingKeptError: (NOTHING_KEPT, None),
}
_OF_ACCESS: dict[type[Exception], Kind] = {
    UnauthenticatedError: UNAUTHENTICATED,
    MissingScopeError: MISSING_SCOPE,
    LoopbackOnlyError: LOOPBACK_ONLY,
    RateLimitedError: RATE_LIMITED,
}
_WITH_MISTAKES = {
    InvalidQuestionError: INVALID_QUESTION,
    InvalidBatchError: INVALID_BATCH,
    InvalidDocumentError: INVALID_DOCUMENT,
    InvalidQueryError: INVALID_QUERY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong once; ``detail`` is the sentence about this occurrence."""

    kind: Kind
    detail: str
    mistakes: tuple[Mistake, ...] = ()
    seconds: int | None = None
    """After how long it is worth asking again."""
    challenge: str | None = None
    """What would let the caller in, as `WWW-Authenticate` says it."""

    def __post_init__(self) -> None:
        """What looks like a key or a token is given back to nobody, wherever it was put by mistake."""
        object.__setattr__(self, "detail", without_secrets(self.detail))
        mistakes = (Mistake(without_secrets(it.pointer), without_secrets(it.detail)) for it in self.mistakes)
        object.__setattr__(self, "mistakes", tuple(mistakes))

    def body(self) -> dict[str, object]:
        """The body that states it, for the request that is being answered."""
        return {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "code": self.kind.code,
            "request_id": REQUEST_ID.get(),
            "errors": [{"pointer": mistake.pointer, "detail": mistake.detail} for mistake in self.mistakes],
        }


def problem_of(error: Exception) -> Problem:
    """What an exception means to whoever asked; one that nobody foresaw is ours and goes into the log."""
    if isinstance(error, UnreadableDocumentError):
        return Problem(kind=NOT_UNDERSTOOD, detail=error.detail)
    if isinstance(error, TooLargeError):
        return Problem(kind=KINDS[413], detail=str(error))
    if isinstance(error, MistakesError):
        kind, count = _WITH_MISTAKES[type(error)], len(error.mistakes)
        found = "one mistake" if count == 1 else f"{count} mistakes"
        return Problem(kind=kind, detail=f"{found}; {kind.detail}", mistakes=error.mistakes)
    if isinstance(error, AccessError):
        waits = error.standing.seconds if isinstance(error, RateLimitedError) else None
        return Problem(kind=_OF_ACCESS[type(error)], detail=str(error), seconds=waits, challenge=error.challenge)
    if type(error) in _OF_THE_SERVICE:
        kind, seconds = _OF_THE_SERVICE[type(error)]
        if kind in (NOT_RECORDED, STORE_FAILED):
            _log.error("the record failed", exc_info=error)
        return Problem(kind=kind, detail=kind.detail, seconds=seconds)
    _log.error("unexpected failure", exc_info=error)
    return Problem(kind=INTERNAL, detail=INTERNAL.detail)


def answer_with_problems(app: Flask) -> None:
    """Makes every failure of the app a problem body, whatever raised it."""
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, lambda error: _answer(problem_of(error)))


def problem(kind: Kind, detail: str) -> Response:
    """The answer that states a problem."""
    return _answer(Problem(kind=kind, detail=detail))


def _answer(stated: Problem) -> Response:
    body = orjson.dumps(stated.body(), option=orjson.OPT_APPEND_NEWLINE)
    response = Response(body, status=stated.kind.status, content_type=_media_type())
    if stated.seconds is not None:
        response.headers["Retry-After"] = str(stated.seconds)
    if stated.challenge is not None:
        response.headers["WWW-Authenticate"] = stated.challenge
    return response


def _media_type() -> str:
    """A client that accepts plain JSON and not this kind of it gets the same body under that name."""
    accepted = request.accept_mimetypes
    if accepted and not accepted[MEDIA_TYPE] and accepted["application/json"]:
        return "application/json"
    return MEDIA_TYPE


def _of_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return Response(error.get_response(request.environ).response, headers=error.get_headers())
    if isinstance(error, InternalServerError):
        failure = error.original_exception
        return _answer(problem_of(failure if isinstance(failure, Exception) else error))
    kind = KINDS.get(error.code, Kind(error.code, "REFUSED", error.name, "the request was refused"))
    said_by_us = error.description != type(error).description
    answer = problem(kind, error.description if said_by_us and error.description else _sentence(kind, error))
    if kind.status == 415:
        answer.headers["Accept-Encoding"] = OFFERED  # RFC 9110, 15.5.16
    if isinstance(error, MethodNotAllowed):
        answer.headers["Allow"] = _allowed(error)
    return answer


def _sentence(kind: Kind, error: HTTPException) -> str:
    allowed = _allowed(error) if isinstance(error, MethodNotAllowed) else ""
    return kind.detail.format(path=request.path, method=request.method, allowed=allowed)


def _allowed(error: MethodNotAllowed) -> str:
    return ", ".join(sorted(error.valid_methods or ()))
