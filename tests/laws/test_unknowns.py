"""Law 10, second half: every listed unknown, when answered, gives the answer that was announced.

Answers are given as a client would: written into the question at the field that the answer names, read off the
wire again and decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given

from service.advice import advise
from service.advice.advising import decided, deciding_like
from service.advice.unknowns import announced, ask_for, calls, open_fields, unknowns
from service.domain.decision import Decision, Outcome
from service.domain.errors import InvalidQuestionError
from service.domain.question import Question, Section
from service.domain.unknowns import PossibleAnswer, Unknown
from service.engine import study
from service.web.schemas import load_question
from tests.laws.questions import few_examples, questions
from tests.scenarios.story import stories
from tests.web.description import REQUESTS

Told = tuple[str, dict[str, Any], Decision, tuple[Unknown, ...]]


@cache
def answered_questions() -> tuple[Told, ...]:
    """Every second story's and every example's question, with what is to be asked next."""
    requests = {story.name: story.request for story in stories()[::2]} | REQUESTS
    return tuple(
        told for name, request in requests.items() if "source" not in request and (told := _told(name, request))
    )


def _told(name: str, request: dict[str, Any]) -> Told | None:
    try:
        question = load_question(request)
    except InvalidQuestionError:
        return None  # a story of a question that is refused
    known = study(question)
    decision = decided(known)
    asked, _ = unknowns(question, decision, deciding_like(known))
    return name, request, decision, asked


def filled_in(request: dict[str, Any], field: str, answer: Any) -> dict[str, Any]:
    """The request with an answer written at a field, whose elements are named by their ids."""
    document = deepcopy(request)
    node: Any = document
    *way, (last, _) = re.findall(r"/(\w+)(?:\[(.+?)\])?(?=/|$)", field)
    for name, id_ in way:
        if id_:
            node = next(each for each in node[name] if id_ in (each.get("id"), each.get("name")))
        else:
            node[name] = node.get(name) or {}
            node = node[name]
    node[last] = answer
    return document


def every_answer() -> Iterator[tuple[str, dict[str, Any], Decision, Unknown, PossibleAnswer]]:
    """Each possible answer to each question that is asked."""
    for name, request, decision, asked in answered_questions():
        for unknown in asked:
            for answer in unknown.answers:
                yield name, request, decision, unknown, answer


def test_every_listed_unknown_when_answered_gives_the_answer_that_was_announced() -> None:
    count = 0
    for name, request, now, unknown, answer in every_answer():
        count += 1
        then = decided(study(load_question(filled_in(request, unknown.field, answer.value))))

        changed = {call: end for call, end in calls(then).items() if calls(now).get(call) is not end}
        told = {(each.consumer, each.mode.value): each.disposition for each in answer.admissions}
        where = (name, unknown.field, answer.value)
        assert announced(then) == (answer.outcome, answer.mode, answer.public_access_cidrs), where
        assert changed == told, where
        assert answer.is_decisive is (announced(then) != announced(now)), where
    assert count > 200


def test_nothing_is_asked_of_which_no_answer_changes_anything() -> None:
    for name, _, _, asked in answered_questions():
        for unknown in asked:
            changing = [answer for answer in unknown.answers if answer.is_decisive or answer.admissions]
            assert changing, (name, unknown.field)


def test_what_was_assumed_changes_nothing() -> None:
    for name, _, now, unknown, answer in every_answer():
        if answer.is_assumed:
            assert not answer.is_decisive, (name, unknown.field)
            assert (answer.outcome, answer.admissions) == (now.outcome, ()), (name, unknown.field)


def test_an_undetermined_answer_says_what_to_ask() -> None:
    """Whoever gets no recommendation for want of a fact is told which one."""
    undetermined = 0
    for name, _, decision, asked in answered_questions():
        if decision.outcome is Outcome.UNDETERMINED:
            undetermined += 1
            assert any(not unknown.is_assumed for unknown in asked), name
    assert undetermined


def test_the_most_decisive_is_asked_first() -> None:
    for name, _, _, asked in answered_questions():
        decides = [any(answer.is_decisive for answer in unknown.answers) for unknown in asked]
        assert decides == sorted(decides, reverse=True), name
        assert len({unknown.field for unknown in asked}) == len(asked), name


@few_examples(15)
@given(questions())
def test_what_is_announced_of_any_question_is_what_deciding_again_gives(question: Question) -> None:
    """Whatever noun or gap it has; the answer that was assumed is decided here as well."""
    known = study(question)
    decision = decided(known)
    asked = {unknown.field: unknown for unknown in unknowns(question, decision, deciding_like(known))[0]}
    for field, _ in open_fields(decision):
        ask = ask_for(question, field)
        if ask and ask.field in asked:
            for given_answer, told in zip(ask.answers, asked[ask.field].answers, strict=True):
                then = decided(study(given_answer.asked))
                assert announced(then) == (told.outcome, told.mode, told.public_access_cidrs)


@pytest.mark.parametrize("name", [name for name, request in REQUESTS.items() if "source" not in request])
def test_the_whole_answer_announces_the_same(name: str) -> None:
    question = replace(load_question(REQUESTS[name]), include=frozenset({Section.UNKNOWNS}))

    told = {each[0]: each[3] for each in answered_questions()}

    assert advise(question).unknowns == told[name]
