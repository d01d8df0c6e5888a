"""Decides a kept question again and holds the answer to the one that was given, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

import orjson

from service.advice import advise
from service.catalogue.prices import PriceList
from service.domain.errors import MistakesError
from service.policy.applying import apply, prices_for
from service.policy.policy import Policy
from service.records.record import Record
from service.web.answers import answer_of, digest_of_question, said_of
from service.web.render.differences import differences
from service.web.schemas import load_question


class Outcome(Enum):
    """What came of deciding again."""

    SAME = "same"
    DIFFERS = "differs"
    MASKED = "masked"  # parts of the question were not kept, so it is not the question that was asked
    REFUSED = "refused"  # this version does not take the question any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One decision made again; ``differences`` are in sentences, the ones that matter most first."""

    id: str
    cluster: str
    outcome: Outcome
    differences: tuple[str, ...] = ()


def replay(record: Record, prices: PriceList, policies: Sequence[Policy]) -> Replay:
    """Makes the decision again, with the id and the time of then, and under the policy of then.

    If that is not one of the policies, under the first of them: then the differences begin with the policy's.
    """

    def told(outcome: Outcome, *sentences: str) -> Replay:
        return Replay(id=record.id, cluster=record.cluster, outcome=outcome, differences=sentences)

    if record.masked:
        return told(Outcome.MASKED, f"masked before it was kept: {', '.join(record.masked)}")
    document = orjson.loads(record.question)
    try:
        question = load_question(document)
        policy = next((it for it in policies if it.revision == record.policy_revision), policies[0])
        advised = advise(apply(policy, question, record.created_at.date()))
    except MistakesError as error:
        return told(Outcome.REFUSED, str(error))
    digest = digest_of_question(document)
    prices = prices_for(policy, question.cluster) or prices
    said = said_of(advised, prices, input_digest=digest)
    answer = answer_of(said, id_=UUID(record.id), created_at=record.created_at)
    if answer.json == record.answer:
        return told(Outcome.SAME)
    found = differences(orjson.loads(record.answer), orjson.loads(answer.json))
    return told(Outcome.DIFFERS, *(found or ("the same is said in other bytes",)))
