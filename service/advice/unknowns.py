"""What to ask next: facts that were not given, the most decisive first, and what each answer would become.

1. Open are the fields that the decision itself names: what a path lacks (`missing`) and what was taken for
   granted (`assumptions`). Facts that required callers lack go first, then other callers', then assumptions.
2. For each, every answer that is possible, or representatives, is filled in and the question decided again.
3. What no answer changes (the outcome, the recommendation, who gets in) is not asked.
4. First comes what may change the outcome or the recommendation, facts that are lacking before assumptions, then
   by how many of the answers do, then by how many calls end otherwise.

One fact that settles the same as another (the address of a consumer, that of its subnets) is asked once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from service.advice.asking import Ask, Given
from service.advice.asking_callers import ask_of_consumer, ask_of_consumers
from service.advice.asking_cluster import ask_of_cluster
from service.advice.asking_elements import ask_of_element
from service.domain.decision import Decision
from service.domain.question import Question
from service.domain.trace import Disposition, Step, Trace
from service.domain.unknowns import Admission, PossibleAnswer, Unknown

Decide = Callable[[Question], Decision | None]
Calls = dict[tuple[str, str], Disposition]

MOST_ASKED = 12
"""How many open fields are tried, each with a handful of answers: what lies behind them decides less."""
MOST_TRACED = 1_000
"""How many consumers are traced for all answers together: in a question of many consumers, the bound."""

_ELEMENT = re.compile(r"/cluster/(\w+)\[(.+)\]/(\w+)")
_CONSUMER = re.compile(r"/consumers\[(.+?)\]/((?:location/)?\w+)")


def unknowns(question: Question, decision: Decision, decide: Decide) -> tuple[tuple[Unknown, ...], tuple[str, ...]]:
    """What to ask next about a question that was decided so, and which open fields were not tried.

    ``decide`` is what decided the question; it gives None once that costs too much.
    """
    asks: dict[str, tuple[Ask, bool]] = {}
    question = replace(question, include=frozenset())  # no section is needed to decide again
    for field, is_assumed in open_fields(decision):
        ask = ask_for(question, field)
        if ask is None or (is_assumed and len(ask.answers) < 2):
            continue  # what can only be as it was assumed
        asks.setdefault(ask.field, (ask, is_assumed))
    found: list[Unknown] = []
    untried: list[str] = []
    for number, (ask, is_assumed) in enumerate(asks.values()):
        answers = _answers(question, ask, decision, decide) if number < MOST_ASKED else None
        if answers is None:
            untried.append(ask.field)
        elif any(answer.is_decisive or answer.admissions for answer in answers):
            found.append(
                Unknown(field=ask.field, question=ask.question, kind=ask.kind, is_assumed=is_assumed, answers=answers)
            )
    return tuple(sorted(found, key=_order)), tuple(untried)


def open_fields(decision: Decision) -> Iterator[tuple[str, bool]]:
    """The fields that the decision names, those that it waits for first; whether each was taken for granted."""
    waits_for = (
        field
        for assessment in decision.assessments
        for objection in assessment.objections
        if not objection.is_certain
        for trace in assessment.traces
        if trace.consumer in objection.consumers
        for field in _preferred(trace)
    )
    others = (field for assessment in decision.assessments for t in assessment.traces for field in _preferred(t))
    missing = dict.fromkeys((*waits_for, *others))
    yield from ((field, False) for field in missing)
    yield from ((it.field, True) for it in decision.assumptions if it.field not in missing)


def _preferred(trace: Trace) -> tuple[str, ...]:
    """What a path lacks; a subnet's habit is not asked where the caller itself can be."""
    own = f"/consumers[{trace.consumer}]/public_ip"
    if own not in trace.missing:
        return trace.missing
    return tuple(field for field in trace.missing if not field.endswith("/assigns_public_ip"))


def ask_for(question: Question, field: str) -> Ask | None:
    """What to ask for a field that an answer refers to; None if there is no one question for it."""
    if field == "/consumers":
        return ask_of_consumers(question)
    element = _ELEMENT.fullmatch(field)
    if element:
        return ask_of_element(question, *element.groups())
    caller = _CONSUMER.fullmatch(field)
    if caller:
        consumer = next((each for each in question.consumers or () if each.name == caller[1]), None)
        return ask_of_consumer(question, consumer, caller[2]) if consumer else None
    return ask_of_cluster(question, field)


def _answers(question: Question, ask: Ask, decision: Decision, decide: Decide) -> tuple[PossibleAnswer, ...] | None:
    """What each answer would become; None if not all of them can be tried."""
    now = calls(decision)
    given = ask.answers
    if ask.field in question.policy.assumed:  # the answer that was assumed is the policy's, not the table's
        given = tuple(replace(one, is_assumed=one.asked == question) for one in given)
    found = []
    for one in given:
        then = decision if one.is_assumed else decide(one.asked)
        if then is None:
            return None
        found.append(_outcome(one, then, decision, now))
    return tuple(found)


def _outcome(given: Given, then: Decision, decision: Decision, now: Calls) -> PossibleAnswer:
    chosen = then.recommendation
    admissions = tuple(
        Admission(consumer=trace.consumer, mode=assessment.mode, disposition=trace.disposition)
        for assessment in then.assessments
        for trace in assessment.traces
        if trace.step is not Step.API_SERVER_TO_KUBELET
        and now.get((trace.consumer, assessment.mode.value)) is not trace.disposition
    )
    return PossibleAnswer(
        value=given.value,
        words=given.words,
        is_representative=given.is_representative,
        is_assumed=given.is_assumed,
        outcome=then.outcome,
        mode=chosen.mode if chosen else None,
        public_access_cidrs=chosen.public_access_cidrs if chosen else None,
        admissions=admissions,
        is_decisive=announced(then) != announced(decision),
    )


def announced(decision: Decision) -> tuple[object, ...]:
    """The outcome and the recommendation, as far as an answer can change them."""
    chosen = decision.recommendation
    return decision.outcome, chosen and chosen.mode, chosen and chosen.public_access_cidrs


def calls(decision: Decision) -> Calls:
    """How every consumer's call to the API server ends in every mode."""
    return {
        (trace.consumer, assessment.mode.value): trace.disposition
        for assessment in decision.assessments
        for trace in assessment.traces
        if trace.step is not Step.API_SERVER_TO_KUBELET
    }


def _order(unknown: Unknown) -> tuple[bool, bool, Fraction, int, str]:
    decisive = sum(answer.is_decisive for answer in unknown.answers)
    ended = sum(len(answer.admissions) for answer in unknown.answers)
    return not decisive, unknown.is_assumed, -Fraction(decisive, len(unknown.answers)), -ended, unknown.field
