"""What surrounds every request: its id, given or made and always echoed, and one line in the log."""

from __future__ import annotations

import logging
import re
import time
from uuid import uuid4

from flask import Flask, Response, g, request

from service.logs import REQUEST_ID

HEADER = "X-Request-Id"
# An id from outside goes into headers and logs as it is, so it must be short and printable.
_SANE = re.compile(r"[\x21-\x7e]{1,128}")

_access = logging.getLogger("service.access")


def surround_requests(app: Flask) -> None:
    """Gives each request of the app its id, its log line and the headers that all answers carry."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if _SANE.fullmatch(given) else uuid4().hex
    g.started = time.perf_counter()
    REQUEST_ID.set(g.request_id)


def _end(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    if _access.isEnabledFor(logging.INFO):
        _access.info(
            "request",
            extra={
                "fields": {
                    "method": request.method,
                    "path": request.path,
                    "status": response.status_code,
                    "duration_ms": round((time.perf_counter() - g.started) * 1000, 2),
                    "bytes": response.calculate_content_length(),
                }
            },
        )
    REQUEST_ID.set(None)
    return response
