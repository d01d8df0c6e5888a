"""From what was asked to the page that answers it: a decision, a choice between clusters, or what is wrong and where.

A decision is made and kept as by `POST /v1/decisions`: there is one way to decide.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from flask import Response

from service.domain.errors import Mistake, MistakesError, UnreadableDocumentError
from service.records.record import Record
from service.web import diagrams
from service.web.language import spoken
from service.web.page.asking import BUILD, TAKE, Asked, Form, ManyClusters
from service.web.page.editing import places_of_form
from service.web.page.examples import examples
from service.web.page.showing import Shown, controls_of, editor, result_page
from service.web.page.speaking import html
from service.web.page.telling import written
from service.web.parts import parts
from service.web.problems import problem_of

Document = dict[str, Any]


def start_page(form: Form | None = None, faults: Sequence[Document] = (), status: int = 200) -> Response:
    """Where somebody begins; with what was given before, if something was wrong with it."""
    form = form or Form()
    known = examples(parts().settings.openapi_file)
    return html(
        "start.html",
        status,
        examples=list(known),
        form=form,
        faults=faults,
        controls=controls_of(form.getlist("r.controls")),
    )


def answer_page(ask: Callable[[], Asked | ManyClusters], form: Form | None = None) -> Response:
    """The decision on what is asked, or what stands in its way."""
    form = form or Form()
    try:
        made = parts().desk.read(ask)
    except (MistakesError, UnreadableDocumentError) as error:
        return _refused(error, form)
    if isinstance(made, ManyClusters):
        return _choice(made)
    try:
        decided = parts().desk.decide_document(made.question)
    except MistakesError as error:
        return _refused(error, form, made)
    is_kept = parts().recorder.is_on and not made.is_example and not made.is_tried
    if is_kept:
        parts().recorder.keep(decided.answer, orjson.dumps(made.question))
    return result_page(
        Shown(
            question=made.question,
            body=decided.answer.json,
            answer=orjson.loads(decided.answer.json),
            network=decided.question,
            more={
                "taken": made.taken,
                "is_kept": is_kept,
                "is_example": made.is_example,
                "is_tried": parts().recorder.is_on and made.is_tried,
            },
        ),
        made.caller,
    )


def kept_page(record: Record, caller: str | None = None) -> Response:
    """A decision that was made before; one of whose question parts are masked can be read, not asked again."""
    more = {"taken": None, "is_kept": True, "is_example": False, "is_tried": False}
    return result_page(
        Shown(
            question=orjson.loads(record.question),
            body=record.answer,
            answer=orjson.loads(record.answer),
            network=diagrams.kept_question(record),
            masked=record.masked,
            more=more | {"address": f"/decisions/{record.id}"},
        ),
        caller,
    )


def _choice(made: ManyClusters) -> Response:
    """The clusters of a document, of which one is to be chosen."""
    raw = made.content
    try:
        text, encoding = raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        text, encoding = base64.b64encode(raw).decode(), "base64"
    return html("clusters.html", clusters=made.taken.clusters, name=made.name, document=text, encoding=encoding)


def _refused(error: Exception, form: Form, made: Asked | None = None) -> Response:
    """What is wrong, each mistake at the field that it is about."""
    stated = problem_of(error)
    status = 422  # the form itself was read, and a field of it is wrong
    mistakes = stated.mistakes or (Mistake("", stated.detail),)
    do = form.get("do")
    if do == BUILD and made is not None:
        return start_page(form, faults_of(mistakes, made.places.items()), status)
    if do == TAKE and made is None:
        return start_page(form, faults_of(mistakes, [("", "document")]), status)
    question = made.question if made is not None else _typed_question(form)
    faults = faults_of(mistakes, [*places_of_form(question), ("", "question-text")])
    text = written(question) if question else form.get("question", "")
    return html("invalid.html", status, faults=faults, **editor(question, question) | {"question_text": text})


def _typed_question(form: Form) -> Document:
    try:
        question = orjson.loads(form.get("question", ""))
    except orjson.JSONDecodeError:
        return {}
    return question if isinstance(question, dict) else {}


def faults_of(mistakes: Iterable[Mistake], places: Iterable[tuple[str, str]]) -> list[Document]:
    """Each mistake with the field of the form in which its place is shown; None if none shows it."""
    known = sorted(places, key=lambda place: -len(place[0]))
    return [
        {
            "pointer": mistake.pointer,
            "detail": spoken().of(mistake.detail),
            "field": next((name for pointer, name in known if _lies_in(mistake.pointer, pointer)), None),
        }
        for mistake in mistakes
    ]


def _lies_in(pointer: str, place: str) -> bool:
    return pointer == place or pointer.startswith(f"{place}/") or not place
