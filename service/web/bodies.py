"""The body of the present request, as it comes or whole."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from service.web.forms import JSON, found_content_type
from service.web.parts import parts
from service.web.strict_json import read_object
from service.web.uploads import Upload


def present_upload() -> Upload:
    """The body of the present request; raises `UnsupportedMediaType` (415) for a coding that is not understood."""
    return Upload(request.environ, parts().settings.stream_seconds, parts().held)


def whole_body(most_bytes: int) -> bytes:
    """All of the body of the present request, in the time that a body may take; raises as `Upload.whole` does."""
    return present_upload().whole(most_bytes, parts().settings.edge.body_seconds)


def read_body() -> dict[str, object]:
    """The body of the present request as an object.

    Raises UnreadableDocumentError (400), InvalidQuestionError (422), and as `raw_body` does.
    """
    return read_object(raw_body())


def raw_body() -> bytes:
    """The body of the present request, which calls itself JSON.

    Raises UnsupportedMediaType (415), and as `Upload.whole` does.
    """
    if not is_called(JSON):
        found = found_content_type()
        raise UnsupportedMediaType(f"{found}, expected `application/json` (UTF-8)")
    return whole_body(parts().settings.max_body_bytes)


def is_called(*types: str) -> bool:
    """Whether the body of the present request calls itself one of these media types, in UTF-8."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    return request.mimetype in types and charset in ("utf-8", "utf8")
