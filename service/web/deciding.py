"""From questions to answers, for whoever asks: the one question of a request, the many of a batch, the command line.

1. What many share is settled once, as a `Desk`; a question then gets the same answer wherever it is asked.
2. `decide_each` takes one question after the other and holds none: what is wrong with one is its own problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any, TypeVar
from uuid import uuid4

from service.advice import advised, decided
from service.catalogue.prices import PriceList
from service.domain.advice import Advised
from service.domain.question import Question, Section
from service.domain.trace import Assumption
from service.domain.written import SourceDocument
from service.engine import study
from service.engine.effort import takes_long
from service.policy.applying import apply, prices_for
from service.policy.policy import Policy
from service.records.keeper import Run, run_here
from service.web.answers import Answer, Gist, Said, answer_of, digest_of_question, said_of
from service.web.policies import Policies
from service.web.problems import Problem, problem_of
from service.web.schemas import load_question
from service.web.spans import part

_T = TypeVar("_T")
_R = TypeVar("_R")

LARGE = 512 * 1024
"""Bytes of an answer from which on making something of it takes long: pages, reports and pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A question with what became of it; ``document`` is what it was read from."""

    document: dict[str, Any]
    question: Question
    advised: Advised
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where questions are decided: the policies and the prices that are known there.

    ``include`` is what a document is given that does not say which sections of advice it wants; None leaves it so.
    """

    policies: Policies
    prices: PriceList
    include: tuple[Section, ...] | None = None
    note: Callable[[Gist], None] | None = None
    """Who wants to know of every decision."""
    note_seconds: Callable[[float], None] | None = None
    """Who wants to know how long a decision took with its advice."""
    read: Run = run_here
    """Where a question that rests on a document is read."""
    apart: Run = run_here
    """Where a question is decided that takes long, so that others have their turn meanwhile."""

    def question_of(self, document: Any) -> Question:
        """The question that a document asks; raises `InvalidQuestionError`."""
        with part("read"):
            if isinstance(document, dict) and document.get("source") is not None:
                return self.read(lambda: load_question(document))
            return load_question(document)

    def decide_document(
        self, document: Any, stated: Iterable[Assumption] = (), source: SourceDocument | None = None
    ) -> Decided:
        """The decision on the question that a document asks; raises `InvalidQuestionError`.

        ``stated`` is what else is to be said of how the question came about, and ``source`` the document behind it.
        """
        if self.include is not None and isinstance(document, dict) and document.get("include") is None:
            document = document | {"include": [section.value for section in self.include]}
        question = self.question_of(document)
        question = replace(question, stated=(*question.stated, *stated), source=source or question.source)
        policy = self.policies.of_question(question)
        now = datetime.now(UTC)
        told, said = self.decide(question, policy, digest_of_question(document), now.date())
        if self.note is not None:
            self.note(said.gist)
        answer = answer_of(said, id_=uuid4(), created_at=now)
        return Decided(document=document, question=question, advised=told, answer=answer)

    def decide(self, question: Question, policy: Policy, digest: str, today: date) -> tuple[Advised, Said]:
        """The decision on a question under a policy, and what it makes an answer say."""
        began = perf_counter()
        question = apply(policy, question, today)
        prices = prices_for(policy, question.cluster) or self.prices

        def work_out() -> tuple[Advised, Said]:
            with part("decide"):
                known = study(question)
                decision = decided(known)
            with part("advise"):
                told = advised(known, decision)
            return told, said_of(told, prices, input_digest=digest)

        if takes_long(question):
            with part("decide"):  # in a thread of its own no further parts are seen
                told, said = self.apart(work_out)
        else:
            told, said = work_out()
        if self.note_seconds is not None:
            self.note_seconds(perf_counter() - began)
        return told, said

    def beside_others(self, size: int, make: Callable[[], _T]) -> _T:
        """What is made of an answer of so many bytes: of a large one apart, so that others have their turn."""
        if size < LARGE:
            return make()
        here = copy_context()  # what knows of the present request goes along
        return self.apart(lambda: here.run(make))


def decide_each(asked: Iterable[_T], decide: Callable[[_T], _R]) -> Iterator[tuple[_T, _R | Problem]]:
    """What becomes of each question, in their order; the next one is looked at when its answer is wanted."""
    for one in asked:
        try:
            result: _R | Problem = decide(one)
        except Exception as error:
            result = problem_of(error)
        yield one, result
