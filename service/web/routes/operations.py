"""What keeps the service running and explains it: health, the description of the API, and its pages."""

from __future__ import annotations

import logging

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from service import __version__
from service.web.parts import parts
from service.web.problems import NOT_READY, problem
from service.web.readiness import confirm_known_decision
from service.web.reference import reference_page

blueprint = Blueprint("operations", __name__)

_log = logging.getLogger("service.operations")


@blueprint.get("/livez")
def livez() -> dict[str, str]:
    """The process answers; says nothing of whether its answers are right."""
    return {"status": "pass", "version": __version__}


@blueprint.get("/readyz")
def readyz() -> dict[str, str] | Response:
    """The process decides as it should; 503 until it has shown so once. `warn` if it does so by an old policy."""
    try:
        confirm_known_decision()
    except Exception:
        _log.exception("the known question could not be decided as it should")
        return problem(NOT_READY, NOT_READY.detail)
    known = parts().desk.policies
    known.current()
    if known.trouble is not None:
        why = "the policy file is not used; the policy before it is in force (`/v1/policy` says why and since when)"
        return {"status": "warn", "version": __version__, "why": why}
    if parts().guard.is_failing:
        why = "what says who may call is not read any more; what it said before holds (the log says why)"
        return {"status": "warn", "version": __version__, "why": why}
    return {"status": "pass", "version": __version__}


@blueprint.get("/metrics")
def metrics() -> Response:
    """What all workers did, for Prometheus."""
    registry = CollectorRegistry()
    registry.register(parts().meter)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@blueprint.get("/openapi.yaml")
def openapi() -> Response:
    """The description of this API, as the file stands."""
    return Response(parts().settings.openapi_file.read_bytes(), content_type="application/yaml")


@blueprint.get("/docs")
def docs() -> Response:
    """The same description for people."""
    page = reference_page(parts().settings.openapi_file)
    response = Response(page.html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = page.policy
    return response
