"""The same question again: what was said of it is said again, and nothing but that."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.domain.policy import NO_POLICY
from service.settings import Records, Settings
from service.web.answers import Gist, Said
from service.web.policies import SECONDS_BETWEEN_LOOKS, Policies
from service.web.readiness import KNOWN_QUESTION
from service.web.remembering import OVERHEAD, Memory, Place, place_of
from tests.recording import change_desk, recording_app
from tests.web.assertions import assert_error

RAW = orjson.dumps(KNOWN_QUESTION)
TODAY = date(2026, 6, 18)
OWN = ("decision_id", "created_at")
"""What every answer has of its own."""


@pytest.fixture
def remembering() -> Flask:
    """An application that has remembered nothing yet."""
    return create_app(Settings(records=Records.OFF))


def ask(client: FlaskClient, raw: bytes = RAW, **headers: str) -> Any:
    """A question by its bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/v1/decisions", data=raw, content_type="application/json", headers=named)


def answers(client: FlaskClient) -> dict[str, float]:
    """How many decisions were made, by what they were worked out from."""
    lines = client.get("/metrics").text.splitlines()
    told = [line.split() for line in lines if line.startswith("eksendpoint_answers_total")]
    return {name.split('"')[1]: float(value) for name, value in told}


def without_own(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer but for its id and time."""
    return {name: value for name, value in answer.items() if name not in OWN}


def a_said(length: int) -> Said:
    """Something of so many bytes that was said."""
    gist = Gist(cluster="demo", region=None, outcome="no_mode_fits", mode=None, current_mode=None, policy=NO_POLICY)
    return Said(input_digest="", decision_digest="", gist=gist, body=b"x" * length)


def a_place(number: int) -> Place:
    """One of many places."""
    return place_of(b"%d" % number, "1", TODAY)


def test_the_same_question_is_answered_alike_under_an_id_of_its_own(remembering: Flask) -> None:
    """Two callers get the same decision, and neither sees anything of the other's request."""
    client = remembering.test_client()

    one = ask(client, X_Request_Id="of-the-first")
    other = ask(client, X_Request_Id="of-the-second")

    assert without_own(one.json) == without_own(other.json)
    assert one.json["decision_id"] != other.json["decision_id"]
    assert (one.headers["X-Request-Id"], other.headers["X-Request-Id"]) == ("of-the-first", "of-the-second")
    assert one.json["decision_id"] not in other.text
    assert "of-the-first" not in other.text
    assert answers(client) == {"question": 1, "memory": 1}


def test_a_remembered_answer_is_the_one_that_would_be_worked_out(remembering: Flask) -> None:
    forgetful = create_app(Settings(records=Records.OFF, answers_bytes=0)).test_client()
    client = remembering.test_client()
    ask(client)

    for form in ("application/json", "text/markdown"):
        remembered, worked_out = ask(client, Accept=form), ask(forgetful, Accept=form)
        assert remembered.headers["Content-Type"] == worked_out.headers["Content-Type"]
        if form == "application/json":
            assert list(remembered.json) == list(worked_out.json)
            assert without_own(remembered.json) == without_own(worked_out.json)
        else:
            assert [*map(len, remembered.text.splitlines())] == [*map(len, worked_out.text.splitlines())]

    assert answers(client) == {"question": 1, "memory": 2}
    assert answers(forgetful) == {"question": 2, "memory": 0}


def test_what_is_no_question_is_remembered_by_nobody(remembering: Flask) -> None:
    client = remembering.test_client()

    for _ in range(2):
        assert_error(ask(client, b'{"cluster": {"nmae": "demo"}}'), 422, "INVALID_QUESTION")
    assert ask(client, RAW[:-1] + b',"cluster":{"name":"twice"}}').status_code == 400

    assert answers(client) == {"question": 0, "memory": 0}


def test_whether_a_remembered_question_is_valid_is_told_without_a_decision(remembering: Flask) -> None:
    client = remembering.test_client()
    decided = ask(client)

    checked = client.post("/v1/decisions?validate_only=true", data=RAW, content_type="application/json")

    assert checked.json == {"valid": True, "input_digest": decided.json["input_digest"]}
    assert answers(client) == {"question": 1, "memory": 0}


def test_under_another_policy_a_question_is_decided_anew(tmp_path: Path) -> None:
    file, now = tmp_path / "policy.yaml", [0.0]
    file.write_text("name: lax\n")
    app = create_app(Settings(records=Records.OFF, policy_file=file))
    change_desk(app, policies=Policies(file, lambda: now[0]))
    client = app.test_client()
    lax = ask(client).json

    file.write_text("name: strict\nrules:\n  - {name: closed, internet_exposure: none}\n")
    now[0] += SECONDS_BETWEEN_LOOKS
    strict = ask(client).json
    file.write_text("name: lax\n")
    now[0] += SECONDS_BETWEEN_LOOKS
    again = ask(client).json

    assert [answer["policy"]["name"] for answer in (lax, strict, again)] == ["lax", "strict", "lax"]
    assert without_own(again) == without_own(lax)
    assert answers(client) == {"question": 2, "memory": 1}


def test_a_question_that_asks_for_a_revision_is_always_decided_anew(remembering: Flask) -> None:
    client = remembering.test_client()
    revision = ask(client).json["policy"]["revision"]
    raw = orjson.dumps(KNOWN_QUESTION | {"policy_revision": revision})

    for _ in range(2):
        assert ask(client, raw).status_code == 200

    assert answers(client) == {"question": 3, "memory": 0}


def test_remembered_answers_are_recorded_like_others(tmp_path: Path) -> None:
    client = recording_app(tmp_path).test_client()

    given = [ask(client) for _ in range(2)]

    for answer in given:
        kept = client.get(answer.headers["Location"])
        assert kept.data == answer.data
    assert len(client.get("/v1/decisions").json["items"]) == 2
    assert answers(client) == {"question": 1, "memory": 1}


def test_a_key_gives_the_answer_of_then_and_another_key_one_of_its_own(tmp_path: Path) -> None:
    client = recording_app(tmp_path).test_client()

    one, again, other = (ask(client, Idempotency_Key=key) for key in ("key-number-1", "key-number-1", "key-number-2"))

    assert one.data == again.data
    assert without_own(one.json) == without_own(other.json)
    assert one.json["decision_id"] != other.json["decision_id"]


def test_on_another_day_or_under_another_revision_nothing_is_remembered() -> None:
    memory = Memory(10 * OVERHEAD)
    memory.keep(a_place(1), a_said(1))

    assert memory.find(a_place(1)) == a_said(1)
    assert memory.find(place_of(b"1", "2", TODAY)) is None
    assert memory.find(place_of(b"1", "1", date(2026, 6, 19))) is None


def test_what_was_asked_for_least_lately_goes_first() -> None:
    memory = Memory(10**9, most_entries=2)
    memory.keep(a_place(1), a_said(1))
    memory.keep(a_place(2), a_said(1))
    memory.find(a_place(1))

    memory.keep(a_place(3), a_said(1))

    assert [memory.find(a_place(number)) is None for number in (1, 2, 3)] == [False, True, False]


def test_a_memory_never_holds_more_bytes_than_it_may() -> None:
    memory = Memory(3 * OVERHEAD + 100)

    for number in range(10):
        memory.keep(a_place(number), a_said(30))
        memory.keep(a_place(number), a_said(40))
    assert (len(memory), memory.bytes) == (2, 2 * OVERHEAD + 80)

    memory.keep(a_place(99), a_said(3 * OVERHEAD))
    assert memory.find(a_place(99)) is None
    assert len(memory) == 2
