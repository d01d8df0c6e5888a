"""``POST /v1/decisions``: one question in, one decision out."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import orjson
from flask import Blueprint, Response, current_app

from service.advice import advise
from service.domain.question import Question
from service.policy.applying import apply, prices_for
from service.policy.policy import Policy
from service.web.answers import Answer, answer_of, digest_of_question, report_of
from service.web.forms import JSON, MARKDOWN, accepted_form
from service.web.metering import meter
from service.web.policies import policy_for
from service.web.recorder import recorder
from service.web.schemas import load_question
from service.web.schemas.queries import DecideQueryElement, idempotency_key, read_query
from service.web.strict_json import read_body

blueprint = Blueprint("decisions", __name__, url_prefix="/v1")

_QUERY = DecideQueryElement()


@blueprint.post("/decisions")
def decide_question() -> Response:
    """Decides the question in the body; 200 also when no mode fits."""
    form, is_checked_only = accepted_form(), read_query(_QUERY).validate_only
    document = read_body()
    question = load_question(document)
    policy = policy_for(question)
    digest = digest_of_question(document)
    if is_checked_only:
        return Response(orjson.dumps({"valid": True, "input_digest": digest}), content_type=JSON)
    json, kept_as = _answered(question, policy, orjson.dumps(document), digest)
    headers = {"Vary": "Accept"} | ({"Location": f"/v1/decisions/{kept_as}"} if kept_as else {})
    body = json if form == JSON else report_of(json)
    return Response(body, content_type=JSON if form == JSON else f"{MARKDOWN}; charset=utf-8", headers=headers)


def _answered(question: Question, policy: Policy, body: bytes, digest: str) -> tuple[bytes, str | None]:
    """The answer, and the id under which it is kept; with a key that came before, the answer of then."""
    now = datetime.now(UTC)

    def decide() -> Answer:
        prices = prices_for(policy, question.cluster) or current_app.config["PRICES"]
        advised = advise(apply(policy, question, now.date()))
        meter().note_decision(advised.decision)
        return answer_of(advised, prices, input_digest=digest, id_=uuid4(), created_at=now)

    key = idempotency_key()
    if key is not None and recorder().is_on:  # without a record there is nothing to give again, so a key means nothing
        json = recorder().once(key, digest, now, body, decide)
        return json, str(orjson.loads(json)["decision_id"])
    answer = decide()
    recorder().keep(answer, body)
    return answer.json, str(answer.id) if recorder().is_on else None
