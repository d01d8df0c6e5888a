"""``POST /v1/decision-batches``: each question by itself, in its place, as it would be answered alone."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.records.record import Wanted
from service.records.store import Store
from service.settings import Records, Settings
from service.web.parts import parts_of
from service.web.replaying import Outcome, replay
from tests.recording import change_desk, recording_app
from tests.web.assertions import assert_error
from tests.web.description import DESCRIPTION, REQUESTS, faults

LINES = "application/x-ndjson"
DEMO = {"cluster": {"name": "demo"}}
EXAMPLES = DESCRIPTION["components"]["examples"]


def ask_lines(client: FlaskClient, *lines: bytes | str | object, **given: Any) -> list[dict[str, Any]]:
    """What a stream of lines is answered, line by line."""
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    response = client.post("/v1/decision-batches", data=b"\n".join(raw) + b"\n", content_type=LINES, **given)
    assert (response.status_code, response.mimetype) == (200, LINES)
    return [json.loads(line) for line in response.data.splitlines()]


def ask_list(client: FlaskClient, items: object) -> TestResponse:
    """What a list is answered."""
    raw = items if isinstance(items, bytes) else json.dumps(items).encode()
    return client.post("/v1/decision-batches", data=raw, content_type="application/json")


def statuses(answers: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Index and status of each item."""
    return [(answer["index"], answer["status"]) for answer in answers]


@pytest.mark.parametrize("name", REQUESTS)
def test_a_question_is_decided_in_a_batch_as_by_itself(client: FlaskClient, name: str) -> None:
    bare = {**REQUESTS[name], "include": []}
    by_itself = client.post("/v1/decisions", json=bare).get_json()

    (in_lines,) = ask_lines(client, REQUESTS[name])
    (in_a_list,) = ask_list(client, [REQUESTS[name]]).get_json()["items"]

    assert in_lines["decision"]["decision_digest"] == by_itself["decision_digest"]
    assert in_a_list["decision"]["decision_digest"] == by_itself["decision_digest"]
    assert in_lines["decision"]["input_digest"] == by_itself["input_digest"]
    assert len({it["decision"]["decision_id"] for it in (in_lines, in_a_list)} | {by_itself["decision_id"]}) == 3


def test_sections_of_advice_are_computed_only_for_a_question_that_names_them(client: FlaskClient) -> None:
    sections = ["unknowns", "change_plan"]
    wanted = {**DEMO, "include": sections}
    by_itself = client.post("/v1/decisions", json=wanted).get_json()

    without, with_them, null = ask_lines(client, DEMO, wanted, {**DEMO, "include": None})

    assert with_them["decision"]["decision_digest"] == by_itself["decision_digest"]
    assert with_them["decision"]["unknowns"]
    assert without["decision"].get("unknowns") is None
    assert null["decision"]["decision_digest"] == without["decision"]["decision_digest"]


def test_a_bad_line_spoils_no_other_and_every_line_has_its_answer(client: FlaskClient) -> None:
    answers = ask_lines(
        client,
        DEMO,
        b"nonsense",
        b"",
        b'{"cluster": {"name": "a", "name": "b"}}',
        b'{"cluster": \xff\xfe}',
        [DEMO],
        {"cluster": {"nmae": "a"}},
        DEMO,
    )

    assert statuses(answers) == [(0, 200), (1, 400), (2, 400), (3, 400), (4, 400), (5, 422), (6, 422), (7, 200)]
    assert answers[6]["problem"]["errors"][0]["pointer"] == "/cluster/nmae"
    assert answers[1]["problem"]["code"] == "UNREADABLE_DOCUMENT"
    assert all(faults("BatchItem", answer) == [] for answer in answers)


def test_a_bad_item_of_a_list_spoils_no_other(client: FlaskClient) -> None:
    deep = b'{"cluster": ' + b"[" * 300 + b"]" * 300 + b"}"
    raw = b'[{"cluster": {"name": "a", "name": "b"}}, %b, 5, {"cluster": {"name": "\\u0000"}}, {"cluster": {}}]' % deep

    answer = ask_list(client, raw).get_json()

    assert statuses(answer["items"]) == [(0, 400), (1, 400), (2, 422), (3, 400), (4, 200)]
    assert "stands more than once" in answer["items"][0]["problem"]["detail"]
    assert faults("BatchAnswer", answer) == []


def test_lists_and_lines_say_the_same(client: FlaskClient) -> None:
    questions = [DEMO, {"cluster": {"nmae": "a"}}, 5, *REQUESTS.values()]

    listed, lines = ask_list(client, questions).get_json()["items"], ask_lines(client, *questions)

    def told(item: dict[str, Any]) -> tuple[object, ...]:
        problem = item.get("problem", {})
        digest = item.get("decision", {}).get("decision_digest")
        return item["index"], item["status"], digest, problem.get("code"), problem.get("errors")

    assert [told(item) for item in listed] == [told(item) for item in lines]


def test_the_last_line_needs_no_end(client: FlaskClient) -> None:
    raw = json.dumps(DEMO).encode()

    response = client.post("/v1/decision-batches", data=raw + b"\r\n" + raw, content_type=LINES)

    assert [json.loads(line)["status"] for line in response.data.splitlines()] == [200, 200]


def test_nothing_in_gives_nothing_out(client: FlaskClient) -> None:
    empty = client.post("/v1/decision-batches", data=b"", content_type=LINES)

    assert (empty.status_code, empty.data) == (200, b"")
    assert ask_list(client, []).get_json()["items"] == []


def test_the_batch_is_known_by_the_id_of_its_request(client: FlaskClient) -> None:
    named = {"X-Request-Id": "batch-7"}

    listed = client.post("/v1/decision-batches", json=[{"cluster": 5}], headers=named)
    (line,) = ask_lines(client, b"x", headers=named)

    assert listed.get_json()["batch_id"] == listed.headers["X-Request-Id"] == "batch-7"
    assert listed.get_json()["items"][0]["problem"]["request_id"] == "batch-7"
    assert line["problem"]["request_id"] == "batch-7"


def test_an_answer_is_passed_on_by_proxies_as_it_comes(client: FlaskClient) -> None:
    assert ask_list(client, []).headers["X-Accel-Buffering"] == "no"


@pytest.mark.parametrize("limit", [1_024])
def test_a_question_over_the_limit_is_refused_in_its_place(limit: int) -> None:
    client = create_app(Settings(records=Records.OFF, max_body_bytes=limit)).test_client()

    def padded(size: int) -> bytes:
        raw = json.dumps(DEMO, separators=(",", ":")).encode()
        return raw + b" " * (size - len(raw))

    named = json.dumps({"cluster": {"name": "x" * limit}}).encode()

    lines = ask_lines(client, padded(limit), padded(limit + 1), b"x" * 200_000, padded(limit))
    listed = ask_list(client, b"[%b, %b]" % (named, padded(20))).get_json()["items"]

    assert statuses(lines) == [(0, 200), (1, 413), (2, 413), (3, 200)]
    assert lines[1]["problem"]["detail"] == "the question is larger than 1024 bytes"
    assert statuses(listed) == [(0, 413), (1, 200)]


def test_a_stream_may_be_longer_than_any_body(client: FlaskClient) -> None:
    line = json.dumps({"cluster": 5}).encode() + b" " * 10_000

    answers = ask_lines(client, *[line] * 900)

    assert len(answers) == 900


def test_a_list_has_its_limits(client: FlaskClient) -> None:
    at_the_limit = ask_list(client, [5] * 1_000)
    too_many = ask_list(client, [5] * 1_001)
    too_large = ask_list(client, b"[5" + b" " * (8 * 1024 * 1024) + b"]")

    assert len(at_the_limit.get_json()["items"]) == 1_000
    body = assert_error(too_many, 422, "INVALID_BATCH")
    assert body["errors"][0]["detail"].startswith("holds 1001 questions, expected at most 1000")
    assert_error(too_large, 413, "TOO_LARGE")


@pytest.mark.parametrize(
    ("content_type", "raw", "status", "code"),
    [
        ("application/json", b"[", 400, "UNREADABLE_DOCUMENT"),
        ("application/json", b"", 400, "UNREADABLE_DOCUMENT"),
        ("application/json", b'{"cluster": {}}', 422, "INVALID_BATCH"),
        ("application/json", b"[" * 900 + b"\\" + b"]" * 900, 400, "UNREADABLE_DOCUMENT"),
        ("text/plain", b"[]", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("", b"[]", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/x-ndjson; charset=latin-1", b"{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(
    client: FlaskClient, content_type: str, raw: bytes, status: int, code: str
) -> None:
    response = client.post("/v1/decision-batches", data=raw, content_type=content_type)

    assert_error(response, status, code)


def test_a_list_too_deep_for_a_second_look_is_refused(client: FlaskClient) -> None:
    raw = b'[{"a": 1, "a": ' + b"[" * 1_000 + b"]" * 1_000 + b"}]"

    assert_error(ask_list(client, raw), 400, "UNREADABLE_DOCUMENT")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"headers": {"Accept": "application/json"}}, 406, "NOT_ACCEPTABLE"),
        ({"headers": {"Content-Encoding": "br"}}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"headers": {"Idempotency-Key": "seven"}}, 422, "INVALID_QUERY"),
        ({"query_string": {"validate_only": "true"}}, 422, "INVALID_QUERY"),
    ],
)
def test_what_a_batch_has_not_is_refused(client: FlaskClient, given: dict[str, Any], status: int, code: str) -> None:
    response = client.post("/v1/decision-batches", data=b"{}", content_type=LINES, **given)

    assert_error(response, status, code)


def test_a_failure_of_ours_is_the_problem_of_its_item(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = create_app(Settings(records=Records.OFF))
    change_desk(app, prices="no price list")

    (answer,) = ask_lines(app.test_client(), DEMO)

    assert (answer["status"], answer["problem"]["code"]) == (500, "INTERNAL_ERROR")
    assert "price" not in json.dumps(answer)
    assert any(record.message == "unexpected failure" for record in caplog.records)


def test_every_decision_is_kept_and_found_by_its_own_id(tmp_path: Path) -> None:
    client = recording_app(tmp_path).test_client()

    answers = ask_lines(client, *[DEMO] * 40, b"x", DEMO, headers={"X-Request-Id": "batch-8"})

    ids = [answer["decision"]["decision_id"] for answer in answers if answer["status"] == 200]
    assert len(set(ids)) == 41
    for id_, answer in zip(ids[:3], answers[:3], strict=True):
        assert client.get(f"/v1/decisions/{id_}").get_json() == answer["decision"]
        assert client.get(f"/v1/decisions/{id_}/record").get_json()["request_id"] == "batch-8"
    assert len(client.get("/v1/decisions?limit=200").get_json()["items"]) == 41


def test_what_was_decided_in_a_batch_is_decided_again_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'r.sqlite3'}"
    app = recording_app(tmp_path, url=url)
    ask_lines(app.test_client(), DEMO, {**DEMO, "include": ["unknowns"]})
    desk = parts_of(app).desk

    replays = [replay(record, desk.prices, [desk.policies.current()]) for record in Store(url).every(Wanted())]

    assert [one.outcome for one in replays] == [Outcome.SAME, Outcome.SAME]


def test_an_item_that_must_be_kept_and_cannot_be_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_text("stands where the folder should be")
    client = recording_app(tmp_path, url=f"sqlite:///{file}/r.sqlite3").test_client()

    answers = ask_lines(client, DEMO, b"x", DEMO)

    assert statuses(answers) == [(0, 503), (1, 400), (2, 503)]
    assert answers[0]["problem"]["code"] == "NOT_RECORDED"


def test_the_log_tells_the_whole_of_a_batch(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="service"), ask_list(client, [5, DEMO]) as response:
        length = len(response.data)

    fields = {record.name: record.fields for record in caplog.records if hasattr(record, "fields")}
    assert fields["service.batches"] == {"items": 2, "problems": 1, "is_whole": True}
    assert fields["service.access"]["bytes"] == length


@pytest.mark.parametrize(("content_type", "name"), [("application/json", "batch"), (LINES, "batch-lines")])
def test_an_example_is_answered_as_described(client: FlaskClient, content_type: str, name: str) -> None:
    example = EXAMPLES[name]["value"]
    raw = example if isinstance(example, str) else json.dumps(example)

    response = client.post("/v1/decision-batches", data=raw, content_type=content_type)

    lines = [json.loads(line) for line in response.data.splitlines()] if content_type == LINES else None
    answers = response.get_json()["items"] if lines is None else lines
    assert statuses(answers) == [(0, 200), (1, 200), (2, 422)]
    assert all(faults("BatchItem", answer) == [] for answer in answers)
