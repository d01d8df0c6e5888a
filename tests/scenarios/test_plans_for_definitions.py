"""For every real definition with a network: a plan comes out, and carrying it out locks nobody out unsaid."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from service.advice import advise
from service.advice.changing import changed
from service.domain.consumer import Importance
from service.domain.decision import Decision
from service.domain.question import Question, Section
from service.domain.trace import Trace
from service.engine import study
from service.engine.callers import consumers_of
from service.web.schemas import load_question
from tests.web.test_definitions import clusters_in, entries


@cache
def questions_of(file: str) -> tuple[Question, ...]:
    """The clusters of a file that have subnets, as questions."""
    found = (one for one in clusters_in(file) if one["cluster"].get("subnets"))
    return tuple(load_question({"cluster": one["cluster"], "consumers": one["consumers"] or None}) for one in found)


def calls(question: Question) -> dict[str, Trace]:
    """Everybody's call to the API server under the setting of a question."""
    known, access = study(question), question.cluster.endpoint_access
    assert access is not None
    return {
        journey.consumer.name: journey.to_api_server[access.mode]
        for journey in known.journeys(known.scene.access, (access.mode,))
    }


def _has_one_zone(decision: Decision) -> bool:
    """EKS refuses cluster subnets in a single zone (F-3.4), and a plan does not make up a subnet in another."""
    refused = {it.mode for it in decision.assessments for o in it.objections if o.id == "single-availability-zone"}
    return len(refused) == len(decision.assessments)


@pytest.mark.parametrize("entry", entries(with_clusters=True))
def test_the_plan_of_a_definition_keeps_everybody_in_who_gets_in_before_and_after(entry: dict[str, Any]) -> None:
    for question in questions_of(entry["file"]):
        access = question.cluster.endpoint_access
        advised = advise(replace(question, include=frozenset({Section.CHANGE_PLAN})))
        plan = advised.change_plan
        if plan is None:
            is_open = access is not None and not (access.knows_mode and access.knows_list)
            assert is_open or _has_one_zone(advised.decision)
            continue
        assert plan.start is not None
        states = [question]
        for step in plan.steps:
            states.append(changed(states[-1], step.changes))
        if plan.updates:
            assert states[-1].cluster.endpoint_access is not None
            assert states[-1].cluster.endpoint_access.mode is plan.target.mode
        told = [calls(state) for state in states]
        required = {it.name for it in consumers_of(question.consumers)[0] if it.importance is Importance.REQUIRED}
        kept = {name for name in required if told[0][name].is_accepted and told[-1][name].is_accepted}
        for step, after in zip(plan.steps, told[1:], strict=True):
            said = {cut.consumer for cut in step.cuts}
            assert {name for name in kept if not after[name].is_accepted} <= said
