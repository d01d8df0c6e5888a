"""What gunicorn runs while it is measured: the service, and beside it a bare Flask application.

The bare route does the least that any route does that takes a question: it reads the body as JSON, with
Flask's own reader, and answers as many bytes as it is asked for.
"""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, Response, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from service.wsgi import app

bare = Flask("bare", static_folder=None)


@bare.post("/<int:length>")
def answer(length: int) -> Response:
    """So many bytes."""
    request.get_json()
    return Response(_bytes(length), content_type="application/json")


@lru_cache(maxsize=4)
def _bytes(length: int) -> bytes:
    return b"x" * length


# Outside of what surrounds every request of the service, so that the bare route stays bare.
app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/bare": bare})  # type: ignore[method-assign]
