"""Every story gives the answer it expects, from the engine and over HTTP, and agrees with what happened."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from functools import cache
from typing import Any

import pytest

from service.advice import advise
from service.app import create_app
from service.catalogue import CAUSES, FACTS
from service.policy.applying import apply
from service.settings import Records, Settings
from service.web.policies import Policies
from service.web.render.document import as_document
from service.web.schemas import load_question

from .comparison import differences
from .incidents import disagreements, incident_ids
from .story import Story, shape, stories

STORIES = stories()
ANSWERED = [story for story in STORIES if not story.is_refused]
REFUSED = [story for story in STORIES if story.is_refused]
RETOLD = [story for story in STORIES if story.incident]
# What only an answer over HTTP carries: who asked and when, and what was asked.
ENVELOPE = ("decision_id", "created_at", "input_digest", "decision_digest")

each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
each_answered = pytest.mark.parametrize("story", ANSWERED, ids=lambda story: story.name)
each_refused = pytest.mark.parametrize("story", REFUSED, ids=lambda story: story.name)
each_retold = pytest.mark.parametrize("story", RETOLD, ids=lambda story: story.name)


@pytest.fixture(scope="module")
def client() -> Any:
    """Speak to the service in memory."""
    return create_app(Settings(records=Records.OFF, answers_bytes=0)).test_client()


@pytest.fixture(scope="module")
def incidents() -> list[str]:
    """List the incidents of the knowledge base; without it there is nothing to compare with."""
    if not incident_ids() and os.environ.get("CI") != "true":
        pytest.skip("the incidents (../shared/cases/incidents) are not here")
    return incident_ids()


def answer_of(request: Any) -> Any:
    """Ask the engine itself, and give the answer as a client would read it."""
    return json.loads(_answered(json.dumps(request)))


@cache
def _answered(question: str) -> str:
    """Several tests look at one story's answer."""
    asked = apply(Policies().current(), load_question(json.loads(question)), date(2026, 6, 18))
    return json.dumps(as_document(advise(asked)))


@each_story
def test_a_story_has_the_shape_of_its_schema(story: Story) -> None:
    mistakes = [f"{error.json_path}: {error.message}" for error in shape().iter_errors(story.content)]

    assert mistakes == []


@each_story
def test_the_name_of_a_story_is_a_sentence(story: Story) -> None:
    words = story.name.split("-")

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", story.name)
    assert len(words) >= 4


@each_story
def test_a_story_states_a_reason_and_not_only_a_mode(story: Story) -> None:
    assert story.reasons()


@each_story
def test_a_story_cites_facts_that_exist(story: Story) -> None:
    unknown = [fact for fact in story.content["facts"] if fact not in FACTS]

    assert unknown == []


@each_answered
def test_a_story_gives_the_expected_answer(story: Story) -> None:
    answer = answer_of(story.request)

    assert differences(story.expect, answer) == []


@each_answered
def test_a_story_gives_the_same_answer_over_http(story: Story, client: Any) -> None:
    response = client.post("/v1/decisions", json=story.request)

    assert response.status_code == 200
    answer = {key: value for key, value in response.get_json().items() if key not in ENVELOPE}
    assert answer == answer_of(story.request)


@each_refused
def test_a_question_that_cannot_be_is_refused_at_the_right_place(story: Story, client: Any) -> None:
    response = client.post("/v1/decisions", json=story.request)

    assert response.status_code == 422
    said = {error["pointer"]: error["detail"] for error in response.get_json()["errors"]}
    assert set(said) == set(story.expect["refused"])
    for pointer, piece in story.expect["refused"].items():
        assert piece in said[pointer]


@each_retold
def test_a_story_agrees_with_the_incident_that_it_retells(story: Story, incidents: list[str]) -> None:
    assert story.incident in incidents

    found = disagreements(story, answer_of)

    argued = story.content.get("disagreement", {})
    assert set(found) == set(argued), found


def test_every_incident_is_retold_once(incidents: list[str]) -> None:
    retold = sorted(story.incident for story in RETOLD if story.incident)

    assert retold == incidents


def test_every_cause_is_told_by_a_story() -> None:
    told = {reason for story in STORIES for reason in story.reasons()}

    # A code that only ever is an objection, such as one per control, is a matter of the objections' own tests.
    faults = {code for code, cause in CAUSES.items() if {"flow", "finding"} & set(cause.appears_as)}
    assert sorted(faults - told) == []
