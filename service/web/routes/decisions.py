"""``POST /v1/decisions``: one question in, one decision out."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from flask import Blueprint, Response

from service.domain.question import Question
from service.policy.policy import Policy
from service.web.answers import Answer, digest_of_question, report_of
from service.web.deciding import desk
from service.web.forms import JSON, MARKDOWN, accepted_form
from service.web.language import spoken
from service.web.recorder import recorder
from service.web.schemas.queries import DecideQueryElement, idempotency_key, read_query
from service.web.strict_json import read_body

blueprint = Blueprint("decisions", __name__, url_prefix="/v1")

_QUERY = DecideQueryElement()


@blueprint.post("/decisions")
def decide_question() -> Response:
    """Decides the question in the body; 200 also when no mode fits."""
    form, is_checked_only = accepted_form(), read_query(_QUERY).validate_only
    document = read_body()
    question = desk().question_of(document)
    policy = desk().policies.of_question(question)
    digest = digest_of_question(document)
    if is_checked_only:
        return Response(orjson.dumps({"valid": True, "input_digest": digest}), content_type=JSON)
    json, kept_as = _answered(question, policy, orjson.dumps(document), digest)
    headers = {"Vary": "Accept"} | ({"Location": f"/v1/decisions/{kept_as}"} if kept_as else {})
    body = json if form == JSON else report_of(json, spoken())
    return Response(body, content_type=JSON if form == JSON else f"{MARKDOWN}; charset=utf-8", headers=headers)


def _answered(question: Question, policy: Policy, body: bytes, digest: str) -> tuple[bytes, str | None]:
    """The answer, and the id under which it is kept; with a key that came before, the answer of then."""
    now = datetime.now(UTC)

    def decide() -> Answer:
        return desk().decide(question, policy, digest, now)[1]

    key = idempotency_key()
    if key is not None and recorder().is_on:  # without a record there is nothing to give again, so a key means nothing
        json = recorder().once(key, digest, now, body, decide)
        return json, str(orjson.loads(json)["decision_id"])
    answer = decide()
    recorder().keep(answer, body)
    return answer.json, str(answer.id) if recorder().is_on else None
