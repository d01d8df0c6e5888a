"""An answer is a decision with an id, a time, and two digests by which answers are told apart.

1. ``input_digest`` is that of the question with every list in one fixed order, for order means nothing.
2. ``decision_digest`` is that of everything in the answer that follows from the question: two answers with
   one digest say the same, byte for byte.
3. Id and time come last and from outside, so that what lies between question and answer stays a pure function, and
   what was `Said` once may be said again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from service.catalogue.prices import PriceList
from service.domain.advice import Advised
from service.domain.decision import Decision
from service.domain.policy import PolicyMark
from service.web.forms import time_text
from service.web.render.document import as_document
from service.web.render.spoken import report_in
from service.words.speaking import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What of a decision stands in lists of the record, and is counted."""

    cluster: str
    region: str | None
    outcome: str
    mode: str | None
    current_mode: str | None
    policy: PolicyMark


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All of an answer that follows from the question; ``body`` is the document without its head."""

    input_digest: str
    decision_digest: str
    gist: Gist
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A decision as it goes out; ``json`` is the document on one line that ends."""

    id: UUID
    created_at: datetime
    said: Said
    json: bytes


def said_of(advised: Advised, prices: PriceList, *, input_digest: str) -> Said:
    """What a decision makes an answer say."""
    body = orjson.dumps(as_document(advised, prices))
    return Said(input_digest=input_digest, decision_digest=_digest(body), gist=_gist_of(advised.decision), body=body)


def _gist_of(decision: Decision) -> Gist:
    chosen = decision.recommendation
    return Gist(
        cluster=decision.cluster,
        region=decision.region,
        outcome=decision.outcome.value,
        mode=chosen.mode.value if chosen else None,
        current_mode=decision.current.mode.value if decision.current else None,
        policy=decision.ruling.mark,
    )


def answer_of(said: Said, *, id_: UUID, created_at: datetime) -> Answer:
    """What was said as an answer of its own, with its time as exact as an answer tells it."""
    moment = created_at.replace(microsecond=created_at.microsecond // 1000 * 1000)
    head = {
        "decision_id": str(id_),
        "created_at": time_text(moment),
        "input_digest": said.input_digest,
        "decision_digest": said.decision_digest,
    }
    json = b"%b,%b\n" % (orjson.dumps(head)[:-1], said.body[1:])
    return Answer(id=id_, created_at=moment, said=said, json=json)


def report_of(json: bytes, words: Words) -> bytes:
    """The same answer as a report, in these words."""
    return report_in(words, orjson.loads(json)).encode()


def digest_of_question(document: object) -> str:
    """The digest of a question, which is the same in whatever order its lists and members come."""
    return _digest(orjson.dumps(_in_order(document), option=orjson.OPT_SORT_KEYS))


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _in_order(value: Any) -> Any:
    if type(value) is dict:
        return {name: _in_order(member) if type(member) in (dict, list) else member for name, member in value.items()}
    if type(value) is not list or len(value) == 0:
        return value
    if all(type(item) is str for item in value):
        return sorted(value)
    return sorted([_in_order(item) for item in value], key=_sorted_bytes)


def _sorted_bytes(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
