"""A question with a change made: what plans and conditions are tried on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from service.advice.changing_callers import OF_CONSUMER
from service.advice.changing_clusters import OF_CLUSTER
from service.domain.change import Change
from service.domain.question import Question
from service.engine.callers import consumers_of


def changed(question: Question, changes: Iterable[Change]) -> Question:
    """The question as it would be with the changes made, one after the other."""
    for change in changes:
        if change.kind in OF_CONSUMER:
            question = _with_consumer(question, change)
        else:
            question = replace(question, cluster=OF_CLUSTER[change.kind](question.cluster, change))
    return question


def _with_consumer(question: Question, change: Change) -> Question:
    consumers = tuple(
        OF_CONSUMER[change.kind](consumer, change) if consumer.name == change.target else consumer
        for consumer in consumers_of(question.consumers)[0]
    )
    return replace(question, consumers=consumers)
