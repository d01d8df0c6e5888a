"""Every request has an id and one line in the log."""

import json
import logging

import pytest
from flask.testing import FlaskClient

from service.logs import REQUEST_ID, JsonFormatter


def test_a_sane_id_is_kept(client: FlaskClient) -> None:
    for given in ("a", "x" * 128, "7f3b-!~:/@"):
        response = client.get("/livez", headers={"X-Request-Id": given})

        assert response.headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a\tb", "é"])
def test_an_id_that_is_unfit_for_headers_and_logs_is_replaced(client: FlaskClient, given: str) -> None:
    response = client.get("/livez", headers={"X-Request-Id": given})

    made = response.headers["X-Request-Id"]
    assert made != given
    assert len(made) == 32
    assert made.isalnum()


def test_without_an_id_each_request_gets_another(client: FlaskClient) -> None:
    made = {client.get("/livez").headers["X-Request-Id"] for _ in range(5)}

    assert len(made) == 5


@pytest.mark.parametrize("path", ["/livez", "/nothing"])
def test_every_answer_forbids_guessing_its_kind(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_a_request_leaves_one_line_in_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="service.access"):
        response = client.get("/nothing?secret=1", headers={"X-Request-Id": "one"})

    (record,) = [record for record in caplog.records if record.name == "service.access"]
    fields = record.fields  # type: ignore[attr-defined]
    assert fields.pop("duration_ms") >= 0
    assert fields == {"method": "GET", "path": "/nothing", "status": 404, "bytes": len(response.data)}


def test_the_id_is_gone_after_the_request(client: FlaskClient) -> None:
    client.get("/livez")

    assert REQUEST_ID.get() is None


def test_a_line_is_one_json_object_with_the_id_of_its_request() -> None:
    record = logging.LogRecord("service.x", logging.WARNING, __file__, 1, "two\nlines of %s", ("ünïcode",), None)
    record.fields = {"status": 200}
    token = REQUEST_ID.set("seven")

    line = JsonFormatter().format(record)

    REQUEST_ID.reset(token)
    assert "\n" not in line
    written = json.loads(line)
    assert written.pop("time").endswith("+00:00")
    assert written == {
        "level": "warning",
        "logger": "service.x",
        "request_id": "seven",
        "caller": None,
        "message": "two\nlines of ünïcode",
        "status": 200,
    }
