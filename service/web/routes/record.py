"""The record of decisions: listed, found by id, and each cluster's history."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from flask import Blueprint, Response, request

from service.records.record import Summary
from service.web.answers import report_of
from service.web.forms import JSON, MARKDOWN, accepted_form, json_answer, time_text
from service.web.language import spoken
from service.web.parts import parts
from service.web.schemas.queries import HistoryQueryElement, ListQueryElement, read_query

blueprint = Blueprint("record", __name__, url_prefix="/v1")

_LIST = ListQueryElement()
_HISTORY = HistoryQueryElement()


@blueprint.get("/decisions")
def decisions() -> Response:
    """The decisions that are wanted, the newest first, page by page."""
    query = read_query(_LIST)
    summaries, following = parts().recorder.page(query, query.cursor, query.limit)
    return json_answer(
        {"items": [_item(summary) for summary in summaries], "next": str(following) if following else None}
    )


@blueprint.get("/decisions/<id_>")
def decision(id_: str) -> Response:
    """One decision: the bytes that were answered then, or the same as a report."""
    form = accepted_form()
    record = parts().recorder.found(id_)
    body = record.answer
    if form != JSON:
        body = parts().desk.beside_others(len(record.answer), lambda: report_of(record.answer, spoken()))
    content_type = JSON if form == JSON else f"{MARKDOWN}; charset=utf-8"
    response = Response(body, content_type=content_type, headers={"Vary": "Accept"})
    response.set_etag(f"{record.decision_digest.removeprefix('sha256:')}-{form.rpartition('/')[2]}")
    response.make_conditional(request)
    return response


@blueprint.get("/decisions/<id_>/record")
def record(id_: str) -> Response:
    """What is kept of a decision beside its answer: the question, who asked, and what was masked."""
    kept = parts().recorder.found(id_)
    return json_answer(_item(kept) | {"masked": list(kept.masked), "question": orjson.Fragment(kept.question)})


@blueprint.get("/clusters/<name>/history")
def history(name: str) -> Response:
    """What was decided on a cluster, when it changed, and because of what."""
    query = read_query(_HISTORY)
    shown, following = parts().recorder.history(name, query.cursor, query.limit)
    items = [_item(turn.summary) | {"has_changed": turn.has_changed, "because": list(turn.because)} for turn in shown]
    return json_answer({"items": items, "next": str(following) if following else None})


def _item(summary: Summary) -> dict[str, Any]:
    fields = asdict(summary)
    id_, mode = fields.pop("id"), summary.mode or summary.outcome
    kept = {name: value for name, value in fields.items() if name not in ("question", "answer", "masked")}
    created = time_text(summary.created_at)
    return {"id": id_, "title": f"{summary.cluster}: {mode}", **kept, "created_at": created}
