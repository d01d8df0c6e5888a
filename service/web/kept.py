"""Documents that change with a release only, so that a client may keep them."""

from __future__ import annotations

import orjson
from flask import Response, request

SECONDS_FRESH = 3600  # an hour bounds how long an old one is seen after a release


def kept(document: dict[str, object], media_type: str = "application/json") -> Response:
    """The document, with a tag by which a client that has it already is spared the body."""
    response = Response(orjson.dumps(document), mimetype=media_type)
    response.cache_control.public = True
    response.cache_control.max_age = SECONDS_FRESH
    response.add_etag()
    response.make_conditional(request)
    return response
