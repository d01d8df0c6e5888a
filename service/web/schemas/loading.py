"""From a document to a question.

1. The happy path reads the document straight into the domain's nouns.
2. Only if that gives up does marshmallow go through the whole document and name every fault.
3. References between parts are held to each other in either case, so that nobody mends a document twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError

from service.domain.errors import InvalidQuestionError, Mistake
from service.domain.question import Question
from service.engine.effort import MOST_WALKS, most_walks, walks_in
from service.intake.understanding import Understanding
from service.web.schemas.elements import Element
from service.web.schemas.hints import kind_of
from service.web.schemas.question import QuestionElement
from service.web.schemas.references import broken_references
from service.web.schemas.source import DocumentSourceElement
from service.web.schemas.sourced import at_the_document, chosen_description, document_of, statements_on, with_cluster

QUESTION = QuestionElement()
_SOURCE = DocumentSourceElement()
_MOST_MISTAKES = 1_000
_TOO_MUCH = (
    "takes {:,} walks between subnets or more, expected at most {:,}: describe consumers that are alike as one, name "
    "the subnets of each, and give subnets with the same rules the same network ACL and route table"
)
_ALONE = "; or ask for the decision alone, with `include: []`"


def load_question(document: object) -> Question:
    """The question that a document asks; raises `InvalidQuestionError` with every mistake in it."""
    if not isinstance(document, dict):
        raise InvalidQuestionError((Mistake("", f"is {kind_of(document)}, expected an object"),))
    return _load_sourced(document) if document.get("source") is not None else _load(document)


def described_source(document: dict[str, Any]) -> Understanding | None:
    """What the document in a question's `source` describes, None without one; raises `InvalidQuestionError`."""
    if document.get("source") is None:
        return None
    _refuse_misshapen(document)
    return chosen_description(_SOURCE.read(document["source"]))


def _load_sourced(document: dict[str, Any]) -> Question:
    """The question in which a document stands for the cluster."""
    _refuse_misshapen(document)
    source = _SOURCE.read(document["source"])
    described = chosen_description(source)
    try:
        question = _load(with_cluster(document, described))
    except InvalidQuestionError as error:
        moved = dict.fromkeys(at_the_document(error.mistakes, document))
        raise InvalidQuestionError(tuple(moved)) from None
    return replace(question, stated=statements_on(described), source=document_of(source, described))


def _refuse_misshapen(document: dict[str, Any]) -> None:
    mistakes = list(shape_mistakes(QUESTION, document))
    if mistakes:
        raise InvalidQuestionError(tuple(sorted(set(mistakes), key=_place)[:_MOST_MISTAKES]))


def _load(document: dict[str, Any]) -> Question:
    try:
        question: Question | None = QUESTION.read(document)
    except ValidationError:
        question = None
    mistakes = [] if question else list(shape_mistakes(QUESTION, document))
    mistakes += broken_references(document)
    if question is None or mistakes:
        raise InvalidQuestionError(tuple(sorted(set(mistakes), key=_place)[:_MOST_MISTAKES]))
    most = most_walks(question)
    if (walks := walks_in(question)) > most:
        place = "/consumers" if question.consumers else "/cluster/subnets"
        asked = _TOO_MUCH if most == MOST_WALKS else _TOO_MUCH + _ALONE
        raise InvalidQuestionError((Mistake(place, asked.format(walks, most)),))
    return question


def shape_mistakes(element: Element, document: dict[str, Any]) -> Iterator[Mistake]:
    """Everything in an object of the wire that its element does not take."""
    return _misshapen(element.validate(document), "")


def _misshapen(messages: object, pointer: str) -> Iterator[Mistake]:
    """marshmallow's nested messages, each at its JSON Pointer (RFC 6901)."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            below = "" if name == "_schema" else f"/{str(name).replace('~', '~0').replace('/', '~1')}"
            yield from _misshapen(inner, pointer + below)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _misshapen(inner, pointer)
    else:
        yield Mistake(pointer, str(messages))


def _place(mistake: Mistake) -> tuple[list[tuple[int, str]], str]:
    """By place, list items by their number."""
    parts = mistake.pointer.split("/")
    return [(int(part) if len(part) < 8 and part.isdecimal() else -1, part) for part in parts], mistake.detail
