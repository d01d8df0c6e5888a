"""What was understood of a document, as the JSON of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.domain.errors import InvalidQuestionError
from service.intake.recognising import Understood
from service.intake.understanding import Ignored, Understanding
from service.web.schemas import load_question
from service.web.schemas.question import ClusterElement, QuestionElement

Document = dict[str, Any]

_QUESTION = QuestionElement().readers.keys()
_CLUSTER = ClusterElement().readers.keys()


def as_document(understood: Understood) -> Document:
    """The answer of `POST /v1/descriptions`."""
    return {
        "descriptions": [_description(one) for one in understood.descriptions],
        "ignored": _ignored(understood.ignored),
    }


def question_of(one: Understanding) -> Document:
    """The question that a description makes on its own."""
    question: Document = {"cluster": one.cluster}
    if one.consumers:
        question["consumers"] = list(one.consumers)
    return question


def is_question(document: object) -> bool:
    """Whether a document is a question; the answer of `aws eks describe-cluster` has a `cluster` as well."""
    if not isinstance(document, Mapping) or not document.keys() <= _QUESTION:
        return False
    cluster = document.get("cluster")
    return "source" in document or (isinstance(cluster, Mapping) and cluster.keys() <= _CLUSTER)


def _description(one: Understanding) -> Document:
    return {
        "format": one.format,
        "place": one.place,
        "has_cluster": one.has_cluster,
        "cluster": one.cluster,
        "consumers": list(one.consumers),
        "origins": [
            {"field": it.field, "kind": it.kind.value, "place": it.place, "because": it.because} for it in one.origins
        ],
        "assumed": [{"field": it.field, "sentence": it.sentence} for it in one.assumed],
        "ignored": _ignored(one.ignored),
        "unknown": [{"field": it.field, "why": it.why, "text": it.text} for it in one.unknown],
        "errors": _errors(one),
    }


def _ignored(parts: Iterable[Ignored]) -> list[Document]:
    return [{"place": part.place, "why": part.why} for part in parts]


def _errors(one: Understanding) -> list[Document]:
    """What would be refused of it in a question, such as both endpoints off, because EKS refuses it."""
    try:
        load_question(question_of(one))
    except InvalidQuestionError as error:
        return [{"pointer": mistake.pointer, "detail": mistake.detail} for mistake in error.mistakes]
    return []
