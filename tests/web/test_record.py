"""What was decided is found again over HTTP, and what a key promises is held."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Records, Settings
from tests.recording import QUESTION, decided, recording_app
from tests.web.assertions import assert_error
from tests.web.description import faults

PRIVATE = QUESTION | {"requirements": {"internet_exposure": "none"}, "consumers": [{"name": "nodes", "kind": "node"}]}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return recording_app(tmp_path).test_client()


def test_a_decision_is_found_again_byte_for_byte(client: FlaskClient) -> None:
    response = decided(client)

    again = client.get(response.headers["Location"])

    assert again.data == response.data
    assert again.mimetype == "application/json"
    assert again.headers["ETag"]
    fresh = client.get(response.headers["Location"], headers={"If-None-Match": again.headers["ETag"]})
    assert (fresh.status_code, fresh.data) == (304, b"")


def test_a_decision_is_found_again_as_the_report_that_it_was(client: FlaskClient) -> None:
    asked = client.post("/v1/decisions", json=QUESTION, headers={"Accept": "text/markdown"})

    again = client.get(asked.headers["Location"], headers={"Accept": "text/markdown"})

    assert again.data == asked.data
    assert again.mimetype == "text/markdown"


def test_the_question_and_who_asked_are_kept_beside_the_answer(client: FlaskClient) -> None:
    response = decided(client, **{"X-Request-Id": "from-the-portal"})

    record = client.get(f"{response.headers['Location']}/record").get_json()

    assert faults("Record", record) == []
    assert record["question"] == QUESTION
    assert record["request_id"] == "from-the-portal"
    assert record["masked"] == []
    assert record["input_digest"] == response.get_json()["input_digest"]


def test_decisions_are_listed_filtered_and_paged(client: FlaskClient) -> None:
    for name in ("a", "b", "c"):
        decided(client, {"cluster": {"name": name}})
    decided(client, {"cluster": {"name": "a"}, "requirements": {"internet_exposure": "none"}})

    first = client.get("/v1/decisions?limit=3").get_json()
    second = client.get(f"/v1/decisions?limit=3&cursor={first['next']}").get_json()
    of_a = client.get("/v1/decisions?cluster=a").get_json()
    none = client.get("/v1/decisions?cluster=a&until=2026-01-01T00:00:00Z").get_json()

    assert faults("RecordPage", first) == []
    assert [item["cluster"] for item in (*first["items"], *second["items"])] == ["a", "c", "b", "a"]
    assert second["next"] is None
    assert len(of_a["items"]) == 2
    assert none == {"items": [], "next": None}


def test_a_cluster_has_a_history_that_says_what_changed_and_why(client: FlaskClient) -> None:
    operator = {"name": "ops", "kind": "operator", "location": {"at": "internet", "source_cidrs": ["52.95.110.1/32"]}}
    decided(client, QUESTION | {"consumers": [operator]})
    decided(client, QUESTION | {"consumers": [operator]})
    decided(client, PRIVATE)

    page = client.get("/v1/clusters/payments/history").get_json()
    short = client.get("/v1/clusters/payments/history?limit=1").get_json()
    rest = client.get(f"/v1/clusters/payments/history?cursor={short['next']}").get_json()

    assert faults("HistoryPage", page) == []
    assert [(item["has_changed"], item["because"]) for item in page["items"]] == [
        (True, ["cluster"]),
        (False, []),
        (None, []),
    ]
    assert [*short["items"], *rest["items"]] == page["items"]
    assert client.get("/v1/clusters/nobodys/history").get_json() == {"items": [], "next": None}


@pytest.mark.parametrize("id_", ["4b5f6f9e-6f0d-4c56-8d3a-6a2f7ce0f1aa", "no-uuid", "0" * 400, "%00"])
def test_a_decision_that_is_not_kept_is_not_found(client: FlaskClient, id_: str) -> None:
    body = assert_error(client.get(f"/v1/decisions/{id_}"), 404, "NOT_FOUND")

    assert "`/v1/decisions` lists those that are" in body["detail"]


def test_every_mistake_in_an_address_is_named(client: FlaskClient) -> None:
    address = "/v1/decisions?limit=0&cursor=x&mode=Private&since=yesterday&clutser=a&outcome=recommended&outcome=none"

    body = assert_error(client.get(address), 422, "INVALID_QUERY")

    assert {error["pointer"] for error in body["errors"]} == {
        "/limit", "/cursor", "/mode", "/since", "/clutser", "/outcome",
    }  # fmt: skip
    sentences = {error["pointer"]: error["detail"] for error in body["errors"]}
    assert "did you mean `cluster`" in sentences["/clutser"]
    assert "did you mean `private`" in sentences["/mode"]
    assert sentences["/outcome"] == "stands more than once"


def test_a_question_can_be_checked_without_being_decided_or_kept(client: FlaskClient) -> None:
    valid = client.post("/v1/decisions?validate_only=true", json=QUESTION)
    broken = client.post("/v1/decisions?validate_only=true", json={"cluster": {"nmae": "x"}})

    assert faults("Valid", valid.get_json()) == []
    assert_error(broken, 422, "INVALID_QUESTION")
    assert_error(client.post("/v1/decisions?validate_only=1", json=QUESTION), 422, "INVALID_QUERY")
    assert client.get("/v1/decisions").get_json()["items"] == []


def test_a_key_gives_the_same_answer_again_and_keeps_one_record(client: FlaskClient) -> None:
    first = decided(client, **{"Idempotency-Key": "9f1c"})
    second = decided(client, **{"Idempotency-Key": "9f1c"})
    other = decided(client, **{"Idempotency-Key": "another"})

    assert second.data == first.data
    assert second.headers["Location"] == first.headers["Location"]
    assert other.get_json()["decision_id"] != first.get_json()["decision_id"]
    assert len(client.get("/v1/decisions").get_json()["items"]) == 2


def test_a_key_that_came_with_another_question_is_refused(client: FlaskClient) -> None:
    decided(client, **{"Idempotency-Key": "9f1c"})

    response = client.post("/v1/decisions", json=PRIVATE, headers={"Idempotency-Key": "9f1c"})

    assert_error(response, 422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("query", ["", "?validate_only=true"])
@pytest.mark.parametrize("key", ["", "two words", "k" * 256])
def test_a_key_that_is_none_is_refused_whatever_is_asked(client: FlaskClient, key: str, query: str) -> None:
    response = client.post(f"/v1/decisions{query}", json=QUESTION, headers={"Idempotency-Key": key})

    body = assert_error(response, 422, "INVALID_QUERY")
    assert body["errors"][0]["pointer"] == "/Idempotency-Key"


def test_of_many_requests_with_one_key_at_once_one_decides(tmp_path: Path) -> None:
    app = recording_app(tmp_path)

    def ask(_: int) -> tuple[int, bytes]:
        response = app.test_client().post("/v1/decisions", json=QUESTION, headers={"Idempotency-Key": "9f1c"})
        return response.status_code, response.data

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(16)))

    assert {status for status, _ in answers} <= {200, 409}
    assert len({body for status, body in answers if status == 200}) == 1
    assert len(app.test_client().get("/v1/decisions").get_json()["items"]) == 1


def test_what_is_masked_is_masked_in_the_record_and_not_in_the_answer(tmp_path: Path) -> None:
    masks = ("/question/cluster/labels/owner", "/answer/cluster/labels")
    client = recording_app(tmp_path, mask=masks).test_client()

    response = decided(client)
    kept = client.get(f"{response.headers['Location']}/record").get_json()

    assert response.get_json()["cluster"]["labels"] == {"owner": "kim"}
    assert kept["question"]["cluster"]["labels"] == {"owner": "masked"}
    assert kept["masked"] == ["/answer/cluster/labels", "/question/cluster/labels/owner"]
    assert client.get(response.headers["Location"]).get_json()["cluster"]["labels"] == {"owner": "masked"}


def test_a_document_in_place_of_a_cluster_is_never_kept_for_it_may_hold_secrets(tmp_path: Path) -> None:
    client = recording_app(tmp_path).test_client()
    text = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: a, region: eu-west-1}\n# hunter2\n"

    response = client.post("/v1/decisions", json={"source": {"document": text, "name": "a.yaml"}})
    kept = client.get(f"{response.headers['Location']}/record")

    assert kept.get_json()["question"] == {"source": {"document": "masked", "name": "a.yaml"}}
    assert "hunter2" not in kept.get_data(as_text=True)


def test_no_answer_goes_out_without_its_record_where_records_are_required(tmp_path: Path) -> None:
    client = recording_app(tmp_path).test_client()
    decided(client)
    holder = sqlite3.connect(tmp_path / "records.sqlite3", isolation_level=None)
    holder.execute("begin exclusive")
    try:
        refused = client.post("/v1/decisions", json=QUESTION)
        keyed = client.post("/v1/decisions", json=QUESTION, headers={"Idempotency-Key": "9f1c"})
    finally:
        holder.rollback()
        holder.close()

    assert_error(refused, 503, "NOT_RECORDED")
    assert refused.headers["Retry-After"] == "5"
    assert_error(keyed, 503, "NOT_RECORDED")
    decided(client)


def test_a_record_that_cannot_be_read_is_said_to_be_unavailable(tmp_path: Path) -> None:
    client = recording_app(tmp_path, url="postgresql://nobody@127.0.0.1:1/none").test_client()

    response = client.get("/v1/decisions")

    assert_error(response, 503, "RECORD_UNAVAILABLE")


def test_with_records_off_there_is_nothing_to_find_and_a_key_means_nothing(tmp_path: Path) -> None:
    client = create_app(Settings(records=Records.OFF)).test_client()

    response = decided(client, **{"Idempotency-Key": "9f1c"})

    assert "Location" not in response.headers
    for path in ("/v1/decisions", f"/v1/decisions/{response.get_json()['decision_id']}", "/v1/clusters/a/history"):
        assert_error(client.get(path), 404, "RECORDS_OFF")
