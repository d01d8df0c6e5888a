"""What Prometheus is told: counts that add up over workers, and labels that no caller can multiply."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.settings import Records, Settings
from service.web.parts import parts_of
from service.web.readiness import KNOWN_QUESTION
from tests.recording import recording_app

Labels = tuple[tuple[str, str], ...]


def samples(client: FlaskClient) -> dict[tuple[str, Labels], float]:
    """Every value that is told, by name and labels."""
    response = client.get("/metrics")
    assert response.content_type.startswith("text/plain")
    return {
        (it.name, tuple(sorted(it.labels.items()))): it.value
        for family in text_string_to_metric_families(response.text)
        for it in family.samples
    }


def requests(method: str, route: str, status: str) -> tuple[str, Labels]:
    """The name of a count of requests."""
    return "eksendpoint_requests_total", (("method", method), ("route", route), ("status", status))


@pytest.fixture
def fresh() -> Flask:
    """An application that has counted nothing."""
    return create_app(Settings(records=Records.OFF))


def test_requests_and_decisions_are_counted_by_route_status_and_mode(fresh: Flask) -> None:
    client = fresh.test_client()
    client.post("/v1/decisions", json=KNOWN_QUESTION)
    client.post("/v1/decisions", json={"cluster": {"nmae": "demo"}})
    client.get("/v1/facts/F-2.3")

    told = samples(client)

    assert told[requests("POST", "/v1/decisions", "200")] == 1
    assert told[requests("POST", "/v1/decisions", "422")] == 1
    assert told[requests("GET", "/v1/facts/<id_>", "200")] == 1
    mode = (("mode", "public_and_private"), ("outcome", "recommended"))
    assert told["eksendpoint_decisions_total", mode] == 1
    decisions = (("route", "/v1/decisions"),)
    assert told["eksendpoint_request_duration_seconds_count", decisions] == 2
    assert told["eksendpoint_request_duration_seconds_bucket", (("le", "+Inf"), *decisions)] == 2
    assert told["eksendpoint_decision_duration_seconds_count", ()] == 1
    assert 0 < told["eksendpoint_decision_duration_seconds_sum", ()] < 10


def test_what_a_caller_makes_up_is_counted_as_other(fresh: Flask) -> None:
    client = fresh.test_client()
    for number in range(5):
        client.get(f"/made/up/{number}")
        client.open("/v1/decisions", method="BREW")

    told = {name for name in samples(client) if name[0] == "eksendpoint_requests_total"}

    assert told == {requests("other", "other", "404"), requests("other", "other", "405")}


def test_the_rows_of_workers_add_up(fresh: Flask) -> None:
    client = fresh.test_client()
    client.get("/livez")
    parts_of(fresh).meter.row = 7
    client.get("/livez")

    assert samples(client)[requests("GET", "/livez", "200")] == 2


def test_a_status_that_is_not_listed_is_other(fresh: Flask) -> None:
    parts_of(fresh).meter.note_request("GET", "/livez", 418, 100.0)

    told = samples(fresh.test_client())

    assert told[requests("GET", "/livez", "other")] == 1
    assert told["eksendpoint_request_duration_seconds_bucket", (("le", "10.0"), ("route", "/livez"))] == 0


def test_what_a_worker_has_now_ends_with_it_and_what_it_counted_stays(fresh: Flask) -> None:
    meter = parts_of(fresh).meter
    for row, count in ((3, 5), (4, 7)):
        meter.row = row
        meter.note_now("connections", count)
        meter.add("closed", "connections")

    meter.forget_now(3)
    told = samples(fresh.test_client())

    assert told["eksendpoint_connections", ()] == 7
    assert told["eksendpoint_connections_closed_total", (("want", "connections"),)] == 2
    assert told["eksendpoint_connections_closed_total", (("want", "answers"),)] == 0


def test_names_are_in_base_units_and_labels_are_bounded(fresh: Flask) -> None:
    told = samples(fresh.test_client())

    for name, labels in told:
        assert name.startswith("eksendpoint_")
        assert not re.search(r"_(ms|milliseconds|us|kb|mb|percent|latency)(_|$)", name)
        known = {"method", "route", "status", "outcome", "mode", "result", "le", "want", "name", "revision", "version"}
        assert {label for label, _ in labels} <= known | {"facts_edition", "worked_out_from"}


def test_a_broken_policy_file_is_told_with_since_when(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("name: ours")
    app = create_app(Settings(records=Records.OFF, policy_file=file))
    client = app.test_client()
    since = ("eksendpoint_policy_failing_since_timestamp_seconds", ())

    assert samples(client)[since] == 0
    file.write_text("name: [")
    parts_of(app).desk.policies.look()
    told = samples(client)

    assert told[since] > 1_700_000_000
    info = next(labels for name, labels in told if name == "eksendpoint_policy_info")
    assert dict(info) == {"name": "ours", "revision": parts_of(app).desk.policies.current().revision}


def test_what_became_of_records_is_told(tmp_path: Path) -> None:
    app = recording_app(tmp_path)
    client = app.test_client()
    client.post("/v1/decisions", json={"cluster": {"name": "demo"}})

    told = samples(client)
    parts_of(app).recorder.keeper.close()

    assert told["eksendpoint_records_total", (("result", "kept"),)] == 1
    assert told["eksendpoint_records_total", (("result", "dropped"),)] == 0
