"""``GET /v1/config``: with which settings the service runs, without its secrets."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from service.web.configuration import as_document
from service.web.forms import json_answer
from service.web.policies import policies

blueprint = Blueprint("configuration", __name__, url_prefix="/v1")


@blueprint.get("/config")
def configuration() -> Response:
    """The settings of this process, and what answers."""
    document = as_document(current_app.config["SETTINGS"], policies())
    return json_answer(document)
