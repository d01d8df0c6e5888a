"""A suite of tests beside a policy, on the wire: questions, and what must come of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from service.domain.cluster import EndpointMode
from service.domain.decision import Outcome
from service.domain.errors import InvalidQuestionError, Mistake
from service.domain.question import Question
from service.intake.documents import MOST_BYTES, read_text
from service.intake.understanding import NotUnderstoodError
from service.web.schemas import load_question
from service.web.schemas.elements import Element, Part
from service.web.schemas.elements import names as texts
from service.web.schemas.fields import Choice, Text, WireField, words
from service.web.schemas.hints import kind_of
from service.web.schemas.loading import shape_mistakes
from service.web.schemas.policy import Day, InOrder, InvalidPolicyError

MOST_CASES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must come of a question: all of it, for what is not listed must not come."""

    outcome: str
    mode: str | None = None
    public: tuple[str, ...] = ()
    public_and_private: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    undetermined: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question of a suite."""

    name: str
    question: Question
    expect: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Tests of a policy, on the day that they are for."""

    policy: str
    today: date
    cases: tuple[Case, ...] = field(default=())


class QuestionField(WireField):
    """A whole question."""

    expected = "a question, as `POST /v1/decisions` takes it"

    def read(self, value: Any) -> Question:
        """The question; raises `ValidationError` with every mistake and its place inside."""
        if type(value) is not dict:
            raise ValidationError(f"is {kind_of(value)}, expected {self.expected}")
        try:
            return load_question(value)
        except InvalidQuestionError as error:
            raise ValidationError([f"{it.pointer or '/'} {it.detail}" for it in error.mistakes]) from None


class ObjectionsElement(Element):
    """The ids of all objections, by mode."""

    noun = dict
    public = texts()
    public_and_private = texts()
    private = texts()


class ExpectedElement(Element):
    """What must come of a question."""

    noun = Expected
    outcome = Choice(words(*(outcome.value for outcome in Outcome)), required=True)
    mode = Choice(words(*(mode.value for mode in EndpointMode)))
    objections = Part(ObjectionsElement())
    warnings = texts()
    undetermined = texts()
    waived = texts()

    def build(self, values: dict[str, Any]) -> Expected:
        """The expectation, with the objections of each mode as a member."""
        return Expected(**values.pop("objections", {}), **values)


class CaseElement(Element):
    """One question of a suite."""

    noun = Case
    name = Text(required=True)
    question = QuestionField(required=True)
    expect = Part(ExpectedElement(), required=True)


class SuiteElement(Element):
    """A suite."""

    noun = Suite
    policy = Text(required=True)
    today = Day(required=True)
    cases = InOrder(CaseElement(), most=MOST_CASES)


_SUITE = SuiteElement()


def load_suite(path: Path) -> Suite:
    """The suite of a file; raises `InvalidPolicyError` with every mistake in it, or `OSError`."""
    with path.open("rb") as stream:
        content = stream.read(MOST_BYTES)
    try:
        document = read_text(content.decode("utf-8-sig"), path.name)
    except (NotUnderstoodError, UnicodeDecodeError) as error:
        raise InvalidPolicyError((Mistake("", str(error)),)) from None
    if type(document) is not dict:
        raise InvalidPolicyError((Mistake("", "is no suite, expected one object"),))
    mistakes = tuple(shape_mistakes(_SUITE, document))
    if mistakes:
        raise InvalidPolicyError(mistakes)
    suite: Suite = _SUITE.read(document)
    return suite
