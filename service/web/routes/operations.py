"""What keeps the service running and explains it: health, the description of the API, and its pages."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, send_file

from service import __version__
from service.web.reference import reference_page

blueprint = Blueprint("operations", __name__)


@blueprint.get("/livez")
def livez() -> dict[str, str]:
    """The process answers; says nothing of whether its answers are right."""
    return {"status": "pass", "version": __version__}


@blueprint.get("/openapi.yaml")
def openapi() -> Response:
    """The description of this API, as the file stands."""
    return send_file(current_app.config["SETTINGS"].openapi_file, mimetype="application/yaml")


@blueprint.get("/docs")
def docs() -> Response:
    """The same description for people."""
    page = reference_page(current_app.config["SETTINGS"].openapi_file)
    response = Response(page.html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = page.policy
    return response
