"""What surrounds every request: its id, given or made and always echoed, and one line in the log.

It stands before the application and not inside it, where Flask's hooks would cost three times as much.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from flask import Flask

from service.logs import CALLER, REQUEST_ID, SECRET
from service.web.headers import Origins, complete
from service.web.metering import STARTED
from service.web.spans import Tracing, path_of
from service.web.uploads import Held

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER = "X-Request-Id"
# An id from outside goes into headers and logs as it is, so it must be short and printable.
_SANE = re.compile(r"[\x21-\x7e]{1,128}")

_access = logging.getLogger("service.access")


def surround_requests(app: Flask, origins: Origins, held: Held, tracing: Tracing) -> None:
    """Gives each request of the app its id, its log line and the headers that all answers carry."""
    app.wsgi_app = Surroundings(app.wsgi_app, origins, held, tracing)  # type: ignore[method-assign]  # Flask's way to wrap an app


class Surroundings:
    """A WSGI application around another one."""

    def __init__(self, application: WSGIApplication, origins: Origins, held: Held, tracing: Tracing) -> None:
        self._application, self._origins, self._held, self._tracing = application, origins, held, tracing

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers as the application inside does, with the id set while it works."""
        started = environ[STARTED] = time.perf_counter()
        request_id = _id_of(environ)
        answered: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            answered.update(status=int(status[:3]), headers=headers)
            headers.append((HEADER, request_id))
            complete(headers)
            headers += self._origins.of_answer(environ)
            return start_response(status, headers, *error)

        REQUEST_ID.set(request_id)
        CALLER.set(None)
        traced = self._tracing.begin(environ)

        def end(length: int | None) -> None:
            self._held.hold(environ, 0)
            _write_line(environ, answered["status"], length, started)
            self._tracing.end(traced, environ, answered["status"])
            _forget()

        try:
            preflight = self._origins.of_preflight(environ)
            if preflight is not None:
                start("204 No Content", [*preflight])
                body: Iterable[bytes] = ()
            else:
                body = self._application(environ, start)
        except BaseException:
            self._held.hold(environ, 0)
            self._tracing.end(traced, environ, 500)
            _forget()
            raise
        length = next((value for name, value in answered["headers"] if name == "Content-Length"), None)
        if length is None and environ["REQUEST_METHOD"] != "HEAD" and answered["status"] not in (204, 304):
            return _Flowing(body, end)
        end(int(length) if length else None)
        return body


def _id_of(environ: WSGIEnvironment) -> str:
    """What the caller calls the request, or a name made here for want of one that may be written down."""
    given: str = environ.get("HTTP_X_REQUEST_ID", "")
    return given if _SANE.fullmatch(given) and not SECRET.search(given) else token_hex(16)


class _Flowing:
    """An answer that is made while it goes out: its id lasts until its end, and so does its line in the log wait."""

    def __init__(self, body: Iterable[bytes], end: Callable[[int], None]) -> None:
        self._body, self._pieces, self._end = body, iter(body), end
        self._length = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._pieces)
        self._length += len(piece)
        return piece

    def close(self) -> None:
        """Ends the work, whether all went out or the client is gone."""
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._end(self._length)


def _forget() -> None:
    """What is said between requests belongs to none."""
    REQUEST_ID.set(None)
    CALLER.set(None)


def _write_line(environ: WSGIEnvironment, status: int, length: int | None, started: float) -> None:
    if not _access.isEnabledFor(logging.INFO):
        return
    fields = {
        "method": environ["REQUEST_METHOD"],
        "path": path_of(environ),
        "status": status,
        "duration_ms": round((time.perf_counter() - started) * 1000, 2),
        "bytes": length,
    }
    _access.info("request", extra={"fields": fields})
