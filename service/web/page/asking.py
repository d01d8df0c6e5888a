"""From a form that was sent to a question: what the pressed button says is done to the question that stands in it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from werkzeug.datastructures import MultiDict

from service.domain.errors import InvalidQuestionError, Mistake, TooLargeError
from service.web.page.building import Built, built
from service.web.page.editing import typed, with_answer, with_callers, with_requirements, with_weights
from service.web.page.taking import File, Taken, one_file, taken
from service.web.schemas import described_source, with_cluster
from service.web.schemas.source import BASE64
from service.web.strict_json import read_object

Document = dict[str, Any]
Form = MultiDict[str, str]

BUILD, TAKE, CHANGE, WEIGH, IN_FULL, LOOK, CALLER = "build", "take", "change", "weigh", "in_full", "look", "caller"
TRIED = frozenset({WEIGH, LOOK, CALLER})
"""Weights that are tried, links that are opened and one caller by itself: they are looked at, and kept once somebody
says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with how it came about; ``taken`` if it came from a document."""

    question: Document
    places: dict[str, str] = field(default_factory=dict)
    """Which field of the form filled which place, where it was built."""
    taken: Taken | None = None
    is_example: bool = False
    is_tried: bool = False
    """Whether nobody asked for a record of it."""
    caller: str | None = None
    """Of whom alone the answer is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyClusters:
    """A document with several clusters, of which one is to be chosen."""

    taken: Taken
    name: str
    content: bytes


def asked(form: Form, files: Sequence[File], most_bytes: int) -> Asked | ManyClusters:
    """What is asked; raises what reading a question or a document raises, all of them told to people.

    Raises TooLargeError for a question that the API would not take either, which is measured without its blanks.
    """
    made = _made(form, files, most_bytes)
    if isinstance(made, Asked) and len(orjson.dumps(made.question)) > most_bytes:
        raise TooLargeError(most_bytes)
    return made


def _made(form: Form, files: Sequence[File], most_bytes: int) -> Asked | ManyClusters:
    do = form.get("do", "")
    if do == BUILD:
        made: Built = built(form)
        return Asked(question=with_requirements(made.question, form, form.getlist("r.controls")), places=made.places)
    if do == TAKE:
        return _taken(form, files, most_bytes)
    question = read_object(form.get("question", "").encode(), "question")
    for name, change in _CHANGES.items():
        if name in form or do == name:
            return Asked(question=change(question, form), is_tried=do in TRIED)
    return Asked(question=question, is_tried=do in TRIED, caller=form.get("caller") if do == CALLER else None)


def _taken(form: Form, files: Sequence[File], most_bytes: int) -> Asked | ManyClusters:
    given = [(name, raw) for name, raw in files if raw]
    text = form.get("document", "")
    if not given and not text.strip():
        raise InvalidQuestionError((Mistake("/document", "is empty: paste a document, or choose a file"),))
    name, raw = one_file(given) if given else (form.get("document_name", ""), _pasted(text, form.get("encoding", "")))
    found = taken(name, raw, most_bytes, form.get("cluster"))
    if found.question is None:
        return ManyClusters(taken=found, name=name, content=raw)
    return Asked(question=found.question, taken=found)


def _pasted(text: str, encoding: str) -> bytes:
    """The bytes of a text field, whose ends of line are those of forms; what is no text was written as base64."""
    if encoding == BASE64:
        return base64.b64decode(text)
    return text.replace("\r\n", "\n").encode()


def _answered(question: Document, form: Form) -> Document:
    """One of the offered answers; the button carries it with its field."""
    try:
        said = orjson.loads(form["answer"])
        place, value = said["field"], said["value"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise InvalidQuestionError((Mistake("", "got an answer that cannot be read"),)) from None
    return with_answer(question, str(place), value, _described(question))


def _answered_in_words(question: Document, form: Form) -> Document:
    """An answer that was typed; the button says which of the questions it belongs to."""
    row = form["typed"]
    place, kind, text = (form.get(f"{row}.{name}", "") for name in ("field", "kind", "text"))
    return with_answer(question, place, typed(text, kind), _described(question))


def _changed(question: Document, form: Form) -> Document:
    changed = with_callers(question, form, _described(question))
    return with_requirements(changed, form, form.getlist("r.controls"))


def _in_full(question: Document, _: Form) -> Document:
    return without_include(question)


def without_include(question: Document) -> Document:
    """The question with every section of advice."""
    return {name: value for name, value in question.items() if name != "include"}


def _weighed(question: Document, form: Form) -> Document:
    return with_weights(question, form)


_CHANGES: dict[str, Callable[[Document, Form], Document]] = {
    "answer": _answered,
    "typed": _answered_in_words,
    CHANGE: _changed,
    WEIGH: _weighed,
    IN_FULL: _in_full,
}


def _described(question: Document) -> Document | None:
    """What the document in the question says, if there is one."""
    one = described_source(question)
    return with_cluster(question, one) if one is not None else None
