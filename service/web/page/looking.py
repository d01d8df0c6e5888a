"""Decisions that were made before: listed and searched, shown again, and two of them held against each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson
from flask import Response, request
from werkzeug.exceptions import NotFound

from service.domain.decision import Outcome
from service.domain.errors import InvalidQueryError
from service.logs import without_secrets
from service.records.record import Record
from service.web.diagrams import kept_question
from service.web.language import spoken
from service.web.page.answering import faults_of, kept_page
from service.web.page.editing import CRITERIA
from service.web.page.showing import MODES, drawn
from service.web.page.speaking import html
from service.web.page.telling import callers
from service.web.parts import parts
from service.web.render.differences import differences
from service.web.schemas.queries import ListQuery, ListQueryElement, read_parameters
from service.words.documents import in_words, names_in

_LIST = ListQueryElement()
_FILTERS = ("cluster", "mode", "outcome", "policy_revision", "caller", "since", "until")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def list_page() -> Response:
    """A page of the decisions that are wanted; also where none is kept, which is said."""
    given = {
        name: without_secrets(request.args[name].strip())
        for name in (*_FILTERS, "cursor", "limit")
        if request.args.get(name)
    }
    told: dict[str, Any] = {
        "filters": {name: given.get(name, "") for name in _FILTERS},
        "modes": MODES,
        "outcomes": [outcome.value for outcome in Outcome],
        "is_on": parts().recorder.is_on,
        "items": [],
        "following": None,
        "faults": [],
    }
    if not parts().recorder.is_on:
        return html("decisions.html", **told)
    try:
        query: ListQuery = read_parameters(_LIST, {name: _moment(name, text) for name, text in given.items()})
    except InvalidQueryError as error:
        places = [(f"/{name}", name) for name in _FILTERS]
        return html("decisions.html", 422, **told | {"faults": faults_of(error.mistakes, places)})
    summaries, following = parts().recorder.page(query, query.cursor, query.limit)
    asked_for = [(name, text) for name, text in given.items() if name != "cursor"]
    return html("decisions.html", **told | {"items": summaries, "following": following, "asked_for": asked_for})


def _moment(name: str, text: str) -> str:
    """A day stands for its beginning; everything else is taken as it is."""
    return f"{text}T00:00:00Z" if name in ("since", "until") and _DAY.fullmatch(text) else text


def one_page(id_: str) -> Response:
    """A decision by its id, or what it says of the caller that is named."""
    return kept_page(parts().recorder.found(id_), request.args.get("caller"))


def comparison_page(left: str, right: str) -> Response:
    """Two decisions beside each other, and what differs, in sentences."""
    if not (left and right):
        raise NotFound("two decisions are compared: choose both in the list of decisions")
    records = [parts().recorder.found(left), parts().recorder.found(right)]
    size = sum(len(record.answer) for record in records)
    return parts().desk.beside_others(size, lambda: _beside_each_other(records))


def _beside_each_other(records: Sequence[Record]) -> Response:
    answers = [orjson.loads(record.answer) for record in records]
    questions = [orjson.loads(record.question) for record in records]
    return html(
        "compare.html",
        records=records,
        answers=[in_words(_without_paths(answer), spoken(), names_in(answer)) for answer in answers],
        callers=[callers(answer) for answer in answers],
        pictures=[
            drawn(answer, kept_question(record), name)
            for answer, record, name in zip(answers, records, ("left", "right"), strict=True)
        ],
        is_same_question=questions[0] == questions[1],
        differences=[spoken().of(sentence) for sentence in differences(*answers)],
        criteria=CRITERIA,
        modes=MODES,
    )


def _without_paths(answer: dict[str, Any]) -> dict[str, Any]:
    """What a comparison tells in words of the answer itself: its callers tell the paths."""
    assessed = [each | {"traffic_path": []} for each in answer["assessments"]]
    current = answer["current"] and answer["current"] | {"traffic_path": []}
    return answer | {"assessments": assessed, "traffic_path": None, "current": current}
