"""``POST /v1/decisions``: one question in, one decision out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import orjson
from flask import Blueprint, Response

from service.web.answers import Answer, Said, answer_of, digest_of_question, report_of
from service.web.bodies import raw_body
from service.web.forms import JSON, MARKDOWN, accepted_form
from service.web.language import spoken
from service.web.parts import parts
from service.web.remembering import place_of
from service.web.schemas.queries import DecideQueryElement, idempotency_key, read_query
from service.web.strict_json import read_object

blueprint = Blueprint("decisions", __name__, url_prefix="/v1")

_QUERY = DecideQueryElement()


@blueprint.post("/decisions")
def decide_question() -> Response:
    """Decides the question in the body; 200 also when no mode fits."""
    form, is_checked_only, key = accepted_form(), read_query(_QUERY).validate_only, idempotency_key()
    raw, now = raw_body(), datetime.now(UTC)
    asked = _asked(raw, now)
    if is_checked_only:
        return Response(orjson.dumps({"valid": True, "input_digest": asked.digest}), content_type=JSON)
    json, kept_as = _answered(asked, key, raw, now)
    headers = {"Vary": "Accept"} | ({"Location": f"/v1/decisions/{kept_as}"} if kept_as else {})
    body = json if form == JSON else parts().desk.beside_others(len(json), lambda: report_of(json, spoken()))
    return Response(body, content_type=JSON if form == JSON else f"{MARKDOWN}; charset=utf-8", headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question that can be decided: its digest, and how to come by what an answer to it says."""

    digest: str
    say: Callable[[], Said]
    is_remembered: bool


def _asked(raw: bytes, now: datetime) -> _Asked:
    """The question in a body; one whose answer is remembered was read then, and is not read again."""
    policies, today = parts().desk.policies, now.date()
    known = parts().memory.find(place_of(raw, policies.current().revision, today))
    if known is not None:
        return _Asked(digest=known.input_digest, say=lambda: known, is_remembered=True)
    document = read_object(raw)
    question = parts().desk.question_of(document)
    policy, digest = policies.of_question(question), digest_of_question(document)

    def work_out() -> Said:
        said = parts().desk.decide(question, policy, digest, today)[1]
        if question.policy_revision is None:
            parts().memory.keep(place_of(raw, policy.revision, today), said)
        return said

    return _Asked(digest=digest, say=work_out, is_remembered=False)


def _answered(asked: _Asked, key: str | None, raw: bytes, now: datetime) -> tuple[bytes, str | None]:
    """The answer, and the id under which it is kept; with a key that came before, the answer of then."""

    def decide() -> Answer:
        said = asked.say()
        parts().meter.note_decision(said.gist, is_remembered=asked.is_remembered)
        return answer_of(said, id_=uuid4(), created_at=now)

    if not parts().recorder.is_on:  # there is nothing to give again, so a key means nothing
        return decide().json, None
    question = orjson.dumps(orjson.loads(raw))
    if key is not None:
        json = parts().recorder.once(key, asked.digest, now, question, decide)
        return json, str(orjson.loads(json)["decision_id"])
    answer = decide()
    parts().recorder.keep(answer, question)
    return answer.json, str(answer.id)
