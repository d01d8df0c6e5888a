"""From what was asked to the page that answers it: a decision, a choice between clusters, or what is wrong and where.

A decision is made and kept as by `POST /v1/decisions`: there is one way to decide.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import orjson
from flask import Response, current_app, request
from markupsafe import Markup

from service.catalogue import CONTROLS, control_named
from service.domain.cluster import EndpointMode
from service.domain.consumer import ConsumerKind, Importance, Vantage
from service.domain.errors import Mistake, MistakesError, UnreadableDocumentError
from service.domain.question import Question
from service.records.record import Record
from service.settings import Settings
from service.web import diagrams
from service.web.answers import report_of
from service.web.deciding import desk
from service.web.language import spoken
from service.web.page.asking import BUILD, TAKE, Asked, Form, ManyClusters
from service.web.page.editing import CRITERIA, REQUIRED, addresses_of, callers_of, places_of_form
from service.web.page.examples import examples
from service.web.page.speaking import html
from service.web.page.telling import (
    PRESENT,
    callers,
    curl_line,
    deciding_terms,
    in_doubt,
    locked_out,
    verdict_counts,
    written,
)
from service.web.problems import problem_of
from service.web.recorder import recorder
from service.web.render.diagram.subject import Excerpt
from service.web.schemas import described_source, with_cluster
from service.words.documents import in_words

Document = dict[str, Any]

MODES = tuple(mode.value for mode in EndpointMode)
_KINDS = tuple(kind.value for kind in ConsumerKind)
_PLACES = tuple(vantage.value for vantage in Vantage if vantage is not Vantage.CONNECTED_NETWORK)
_IMPORTANCE = tuple(each.value for each in Importance)


def start_page(form: Form | None = None, faults: Sequence[Document] = (), status: int = 200) -> Response:
    """Where somebody begins; with what was given before, if something was wrong with it."""
    form = form or Form()
    known = examples(settings().openapi_file)
    return html(
        "start.html",
        status,
        examples=list(known),
        form=form,
        faults=faults,
        controls=_controls(form.getlist("r.controls")),
    )


def answer_page(ask: Callable[[], Asked | ManyClusters], form: Form | None = None) -> Response:
    """The decision on what is asked, or what stands in its way."""
    form = form or Form()
    try:
        made = current_app.config["READ"](ask)
    except (MistakesError, UnreadableDocumentError) as error:
        return _refused(error, form)
    if isinstance(made, ManyClusters):
        return _choice(made)
    try:
        decided = desk().decide_document(made.question)
    except MistakesError as error:
        return _refused(error, form, made)
    is_kept = recorder().is_on and not made.is_example and not made.is_tried
    if is_kept:
        recorder().keep(decided.answer, orjson.dumps(made.question))
    answer = orjson.loads(decided.answer.json)
    told = _told(made.question, answer, decided.answer.json)
    picture = drawn(answer, decided.question)
    more = {"taken": made.taken, "is_kept": is_kept, "is_example": made.is_example}
    is_tried = recorder().is_on and made.is_tried
    return html("result.html", **told, **more, is_tried=is_tried, picture=picture)


def kept_page(record: Record) -> Response:
    """A decision that was made before; one of whose question parts are masked can be read, not asked again."""
    question, answer = orjson.loads(record.question), orjson.loads(record.answer)
    told = _told(question, answer, record.answer, masked=record.masked)
    picture = drawn(answer, diagrams.kept_question(record))
    address = f"/decisions/{record.id}"
    more: Document = {"taken": None, "is_kept": True, "is_example": False, "is_tried": False}
    return html("result.html", address=address, **told, **more, picture=picture)


def drawn(answer: Document, question: Question | None, name: str = "drawing") -> Markup:
    """The picture of an answer, to stand inside a page; ``name`` tells several apart. It escapes what it shows."""
    return Markup(diagrams.drawn(answer, question, Excerpt(), name))  # noqa: S704


def _told(question: Document, answer: Document, body: bytes, masked: Sequence[str] = ()) -> Document:
    understood = None if masked else current_app.config["READ"](lambda: described_source(question))
    described = question if understood is None else with_cluster(question, understood)
    answer = in_words(answer, spoken())
    told = callers(answer)
    chosen = answer["recommendation"]
    after = chosen["mode"] if chosen else None
    return {
        "answer": answer,
        "masked": masked,
        "understood": understood,
        "callers": told,
        "locked_out_today": locked_out(told, PRESENT),
        "in_doubt_today": in_doubt(told, PRESENT),
        "locked_out_after": locked_out(told, after) if after else [],
        "in_doubt_after": in_doubt(told, after) if after else [],
        "after": after,
        "terms": deciding_terms(answer),
        "counts": {setting: verdict_counts(answer, setting) for setting in ("present", "recommended")},
        "report": report_of(body, spoken()).decode(),
        **_editor(question, described),
    }


def _editor(question: Document, described: Document) -> Document:
    """What the form shows of a question."""
    cluster = described.get("cluster")
    links = cluster.get("connections") if isinstance(cluster, dict) else None
    given = question.get("requirements")
    required = given if isinstance(given, dict) else {}
    return {
        "question": question,
        "question_text": written(question),
        "curl": curl_line(question, request.host_url, needs_key=settings().access.asks_who_calls),
        "rows": [_row(each) for each in callers_of(question, described)],
        "links": [each["id"] for each in links or () if isinstance(each, dict) and isinstance(each.get("id"), str)],
        "required": {name: required.get(name) for name in REQUIRED},
        "controls": _controls(required.get("controls")),
        "kinds": _KINDS,
        "places": _PLACES,
        "importances": _IMPORTANCE,
        "criteria": CRITERIA,
    }


def _controls(demanded: object) -> list[tuple[str, str, bool]]:
    """Every control: its id, the name by which it is demanded or would be, and whether it is."""
    names = [name for name in demanded if isinstance(name, str)] if isinstance(demanded, list) else []
    by_id = {known.id if (known := control_named(name)) else name: name for name in names}
    return [(id_, by_id.get(id_, id_), id_ in by_id) for id_ in dict.fromkeys((*CONTROLS, *by_id))]


def _row(caller: Document) -> Document:
    found = caller.get("location")
    location = found if isinstance(found, dict) else {}
    at, link = location.get("at") or "", location.get("connection")
    return {
        "name": caller["name"],
        "kind": caller.get("kind"),
        "importance": caller.get("importance") or "required",
        "at": f"{at}:{link}" if link else at,
        "addresses": addresses_of(location),
        "subnets": caller.get("subnets") or [],
    }


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
    return html("invalid.html", status, faults=faults, **_editor(question, question) | {"question_text": text})


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


def settings() -> Settings:
    """How the present application serves."""
    return cast(Settings, current_app.config["SETTINGS"])
