"""The answer to what is no request, so that no route was asked: body and headers are those of any other problem."""

from __future__ import annotations

from http import HTTPStatus
from secrets import token_hex

import orjson

from service.logs import REQUEST_ID
from service.web.headers import complete
from service.web.problems import MEDIA_TYPE, Kind, Problem
from service.web.request_context import HEADER


def answer_to_no_request(kind: Kind) -> bytes:
    """All bytes of the answer, after which the connection is closed."""
    request_id = token_hex(16)
    token = REQUEST_ID.set(request_id)
    body = orjson.dumps(Problem(kind=kind, detail=kind.detail).body(), option=orjson.OPT_APPEND_NEWLINE)
    REQUEST_ID.reset(token)
    headers = [
        ("Content-Type", MEDIA_TYPE),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
        (HEADER, request_id),
    ]
    complete(headers)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}\r\n{head}\r\n".encode("ascii") + body
