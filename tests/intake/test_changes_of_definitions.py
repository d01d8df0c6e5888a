"""For every real definition: the plan is carried out without locking anybody out, and its edit is read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.advice import advise
from service.advice.changing import changed
from service.domain.advice import Advised
from service.domain.change import ChangePlan
from service.domain.consumer import ConsumerKind, Importance
from service.domain.question import Question, Section
from service.domain.written import Form
from service.engine import decide
from service.engine.callers import consumers_of
from service.intake.documents import read_documents
from service.intake.recognising import understand
from service.intake.registry import FORMATS
from service.intake.understanding import Understanding
from service.web.schemas import load_question
from tests.unit.advice.documents import applied
from tests.unit.builders import an_operator
from tests.web.test_definitions import DEFINITIONS, entries

SECTIONS = frozenset({Section.CHANGE_PLAN, Section.CHANGES})


def described(text: str, name: str) -> list[Understanding]:
    """The clusters of a document."""
    return [one for one in understand(read_documents(text.encode(), name), FORMATS).descriptions if one.has_cluster]


def asked(text: str, name: str, place: str) -> Question:
    """The question about one cluster of a document, whose operators call from the office."""
    question = load_question({"source": {"document": text, "name": name, "cluster": place}})
    callers = [one for one in question.consumers or () if one.kind is not ConsumerKind.OPERATOR]
    return replace(question, consumers=(*callers, an_operator(name="the office")), include=SECTIONS)


def calls(question: Question) -> dict[str, bool]:
    """Whether everybody's call to the API server arrives in the present setting."""
    current = decide(question).current
    assert current is not None
    return {trace.consumer: trace.is_accepted for trace in current.traces if trace.step != 2}


def assert_nobody_is_locked_out(question: Question, plan: ChangePlan) -> None:
    """Every state on the way lets in whom the first and the last one let in, but for those whom the plan names."""
    states = [question]
    for step in plan.steps:
        states.append(changed(states[-1], step.changes))
    told = [calls(state) for state in states]
    cut = {it.consumer for step in plan.steps for it in step.cuts}
    for consumer in consumers_of(question.consumers)[0]:
        if consumer.importance is Importance.REQUIRED and told[0][consumer.name] and told[-1][consumer.name]:
            assert consumer.name in cut or all(state[consumer.name] for state in told)


def assert_read_back(text: str, name: str, place: str, advised: Advised, folder: Path) -> None:
    """The edits, one after the other, leave a document that says the target."""
    own = [change for change in advised.changes or () if change.is_own and change.form is Form.DIFF]
    for number, change in enumerate(own):
        text = applied(text, change, _made(folder / str(number)), name)
    if own:
        (cluster,) = (one for one in described(text, name) if one.place == place)
        access = cluster.cluster["endpoint_access"]
        assert advised.change_plan is not None
        target = advised.change_plan.target
        assert (access["public"], access["private"]) == (target.mode.has_public, target.mode.has_private)
        assert not access["public"] or access["public_access_cidrs"] == [str(it) for it in target.public_access_cidrs]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize("entry", entries(with_clusters=True))
def test_a_plan_for_a_definition_is_carried_out_and_read_back(entry: dict[str, Any], tmp_path: Path) -> None:
    text = (DEFINITIONS / entry["file"]).read_text("utf-8")
    name = entry["file"].rpartition("/")[2]
    for number, cluster in enumerate(described(text, name)[:3]):
        question = asked(text, name, cluster.place)
        advised = advise(question)
        if advised.change_plan is not None and advised.change_plan.start is not None:
            assert_nobody_is_locked_out(question, advised.change_plan)
            assert_read_back(text, name, cluster.place, advised, _made(tmp_path / str(number)))


def test_most_definitions_get_a_plan_and_its_commands() -> None:
    """So that the test above says something; what gets none is ruled out or lacks a fact."""
    clusters = [
        (text, name, cluster)
        for entry in entries(with_clusters=True)
        if entry.values[0]
        for text in [(DEFINITIONS / entry.values[0]["file"]).read_text("utf-8")]
        for name in [entry.values[0]["file"].rpartition("/")[2]]
        for cluster in described(text, name)[:1]
        if cluster.cluster.get("subnets")
    ]
    if not clusters:
        pytest.skip("the definitions (../shared) are not here")

    planned = [advise(asked(text, name, cluster.place)) for text, name, cluster in clusters]

    assert sum(one.change_plan is not None for one in planned) > len(planned) / 2
    assert sum(any(it.is_own for it in one.changes or ()) for one in planned) > len(planned) / 2
