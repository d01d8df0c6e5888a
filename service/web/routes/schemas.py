"""The JSON Schemas of what goes in and out, for editors and validators."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotFound

from service.web.bundles import PUBLISHED, schemas
from service.web.schemas.hints import did_you_mean, listed

blueprint = Blueprint("schemas", __name__, url_prefix="/v1/schemas")

SECONDS_FRESH = 3600  # they change with a release only; an hour bounds how long an old one is seen


@blueprint.get("")
def every_schema() -> Response:
    """The names of the schemas and what they describe."""
    known = schemas(current_app.config["SETTINGS"].openapi_file)
    items = [{"id": name, "title": schema["title"]} for name, schema in known.items()]
    return _kept({"items": items}, "application/json")


@blueprint.get("/<name>")
def schema(name: str) -> Response:
    """One schema, with everything that it refers to inside it."""
    known = schemas(current_app.config["SETTINGS"].openapi_file)
    if name not in known:
        hint = did_you_mean(name, PUBLISHED) or f"; there are {listed(PUBLISHED)}"
        raise NotFound(f"there is no schema `{name}`{hint}")
    return _kept(known[name], "application/schema+json")


def _kept(document: dict[str, object], media_type: str) -> Response:
    """The document, with a tag by which a client that has it already is spared the body."""
    response = Response(orjson.dumps(document), mimetype=media_type)
    response.cache_control.public = True
    response.cache_control.max_age = SECONDS_FRESH
    response.add_etag()
    response.make_conditional(request)
    return response
