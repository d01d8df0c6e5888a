"""A kept decision is decided again to the byte, and what differs is told in sentences."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.catalogue.prices import read_prices
from service.records.record import Record
from service.records.store import Store
from service.web.policies import Policies
from service.web.render.differences import differences
from service.web.replaying import Outcome, replay
from tests.recording import decided, recording_app
from tests.web.description import REQUESTS

PRICES = read_prices()
POLICIES = (Policies().current(),)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """The examples of the description, decided and kept."""
    folder: Path = tmp_path_factory.mktemp("records")
    client = recording_app(folder).test_client()
    locations = [decided(client, question).headers["Location"] for question in REQUESTS.values()]
    store = Store(f"sqlite:///{folder / 'records.sqlite3'}")
    found = [store.find(location.rpartition("/")[2]) for location in locations]
    store.close()
    assert None not in found
    return [record for record in found if record]


def test_every_example_is_decided_again_to_the_byte(records: list[Record]) -> None:
    whole = [record for record in records if not record.masked]

    assert len(whole) >= len(REQUESTS) - 1
    assert {replay(record, PRICES, POLICIES).outcome for record in whole} == {Outcome.SAME}


def test_a_question_whose_document_is_never_kept_says_so(records: list[Record]) -> None:
    """Somebody else's document may hold secrets, so only what was understood of it is in the record."""
    (record,) = [record for record in records if b'"source"' in record.question]

    made = replay(record, PRICES, POLICIES)

    assert made.outcome is Outcome.MASKED
    assert "/question/source/document" in made.differences[0]


def test_a_decision_that_would_come_out_otherwise_says_what_is_different(records: list[Record]) -> None:
    record = next(record for record in records if record.cluster == "payments-prod")
    answer = orjson.loads(record.answer)
    answer["assessments"][0]["scores"]["exposure"]["terms"][0]["points"] += 3
    answer["assessments"][0]["scores"]["exposure"]["score"] += 3

    made = replay(replace(record, answer=orjson.dumps(answer)), PRICES, POLICIES)

    assert made.outcome is Outcome.DIFFERS
    assert len(made.differences) == 1
    assert made.differences[0].startswith("public: exposure: ")
    assert "addresses_that_may_connect" in made.differences[0]


def test_the_same_in_other_bytes_is_a_difference_too(records: list[Record]) -> None:
    spaced = records[0].answer.replace(b'":', b'": ', 1)

    made = replay(replace(records[0], answer=spaced), PRICES, POLICIES)

    assert (made.outcome, made.differences) == (Outcome.DIFFERS, ("the same is said in other bytes",))


def test_a_masked_question_is_not_decided_again(records: list[Record]) -> None:
    made = replay(replace(records[0], masked=("/question/cluster/name",)), PRICES, POLICIES)

    assert made.outcome is Outcome.MASKED
    assert "/question/cluster/name" in made.differences[0]


def test_a_question_that_is_not_taken_any_more_says_why(records: list[Record]) -> None:
    made = replay(replace(records[0], question=b'{"cluster":{"nmae":"x"}}'), PRICES, POLICIES)

    assert made.outcome is Outcome.REFUSED
    assert "did you mean `name`" in made.differences[0]


@pytest.fixture
def answer(records: list[Record]) -> Any:
    record = next(record for record in records if record.mode and record.current_mode)
    return orjson.loads(record.answer)


def test_equal_answers_have_no_differences_but_id_and_time(answer: Any) -> None:
    other = deepcopy(answer) | {"decision_id": "another", "created_at": "later"}

    assert differences(answer, other) == ()


def test_each_kind_of_difference_has_its_sentence(answer: Any) -> None:
    after = deepcopy(answer)
    after["engine"]["version"] = "9.9.9"
    after["outcome"] = "no_mode_fits"
    after["recommendation"] = None
    mode = after["assessments"][0]
    mode["status"] = "undetermined"
    mode["objections"] = [{"id": "a-new-one", "consumers": ["ci"]}]
    step, flow = next((step, flow) for step in mode["traffic_path"] for flow in step["flows"] if len(flow["hops"]) > 3)
    flow["hops"][2]["component"] = "another"
    flow["disposition"], flow["cause"] = "no_route", "no-route-to-internet"
    after["warnings"] = []
    after["current"] = None

    told = differences(answer, after)

    name = f"public: step {step['step']} of {flow['consumer']}, port {flow['port']} ({flow['purpose']})"
    assert f"engine: version: {answer['engine']['version']} -> 9.9.9" in told
    assert "outcome: recommended -> no_mode_fits" in told
    assert any(sentence.startswith("recommendation: ") and sentence.endswith(" -> none") for sentence in told)
    assert any(sentence.startswith("public: status: ") for sentence in told)
    assert "public: objection a-new-one of ci is new" in told
    assert any(sentence.startswith(f"{name}: hop 3: ") for sentence in told)
    assert any(sentence.startswith(f"{name}: ") and "no_route (no-route-to-internet)" in sentence for sentence in told)
    assert "warnings differ" in told
    assert any(sentence.startswith("current: ") for sentence in told)


def test_a_path_that_ends_earlier_is_told_by_the_hop_that_is_gone(answer: Any) -> None:
    after = deepcopy(answer)
    flow = after["assessments"][0]["traffic_path"][0]["flows"][0]
    last = flow["hops"].pop()

    told = differences(answer, after)

    assert any(f"hop {last['sequence']}: {last['component']} {last['action']} -> the end" in one for one in told)


def test_words_that_changed_and_flows_and_findings_that_come_and_go_are_told(answer: Any) -> None:
    after = deepcopy(answer)
    steps = after["assessments"][1]["traffic_path"]
    steps[0]["flows"][0]["hops"][0]["detail"] = "in other words"
    gone = steps[2]["flows"].pop()
    after["current"]["findings"] = [{"cause": "a-new-finding", "consumer": None}]

    told = differences(answer, after)

    assert any(one.endswith("the hops say something else") for one in told)
    assert any(f"of {gone['consumer']}, port {gone['port']}" in one and one.endswith("is gone") for one in told)
    assert "current: finding a-new-finding is new" in told
