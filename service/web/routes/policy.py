"""``GET /v1/policy``: what is in force, and what of it applies to a cluster."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response

from service.web.forms import json_answer
from service.web.parts import parts
from service.web.policy_document import as_document, for_cluster
from service.web.schemas.queries import PolicyQueryElement, read_query

blueprint = Blueprint("policy", __name__, url_prefix="/v1")

_QUERY = PolicyQueryElement()


@blueprint.get("/policy")
def policy() -> Response:
    """The policy in force; with a cluster in the address, what applies to it and why."""
    cluster = read_query(_QUERY).cluster
    known = parts().desk.policies
    in_force = known.current()
    document = as_document(in_force, known)
    if cluster is not None:
        document["applies"] = for_cluster(in_force, cluster, datetime.now(UTC).date())
    return json_answer(document)
