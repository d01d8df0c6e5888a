"""The JSON Schemas of what goes in and out, for editors and validators."""

from __future__ import annotations

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from service.web.bundles import schemas
from service.web.kept import kept
from service.web.parts import parts
from service.web.schemas.hints import did_you_mean, listed

blueprint = Blueprint("schemas", __name__, url_prefix="/v1/schemas")


@blueprint.get("")
def every_schema() -> Response:
    """The names of the schemas and what they describe."""
    known = schemas(parts().settings.openapi_file)
    items = [{"id": name, "title": schema["title"]} for name, schema in known.items()]
    return kept({"items": items})


@blueprint.get("/<name>")
def schema(name: str) -> Response:
    """One schema, with everything that it refers to inside it."""
    known = schemas(parts().settings.openapi_file)
    if name not in known:
        hint = did_you_mean(name, known) or f"; there are {listed(known)}"
        raise NotFound(f"there is no schema `{name}`{hint}")
    return kept(known[name], "application/schema+json")
