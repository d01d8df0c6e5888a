"""``GET /v1/config``: with which settings the service runs, without its secrets."""

from __future__ import annotations

from flask import Blueprint, Response

from service.web.configuration import as_document
from service.web.forms import json_answer
from service.web.parts import parts

blueprint = Blueprint("configuration", __name__, url_prefix="/v1")


@blueprint.get("/config")
def configuration() -> Response:
    """The settings of this process, and what answers."""
    return json_answer(as_document(parts().settings, parts().desk.policies))
