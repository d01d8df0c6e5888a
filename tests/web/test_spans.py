"""Traces: the shape that the semantic conventions give them, no secret in them, and nothing of it unless configured."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from service.app import create_app
from service.logs import TRACE_ID, JsonFormatter
from service.settings import Records, Settings
from service.web.parts import parts_of
from service.web.spans import MOST_CHILDREN, part
from tests.recording import recording_app

ROOT = Path(__file__).resolve().parents[2]
CONVENTIONS = ROOT.parent / "shared/contracts/otel-http"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
QUESTION = {"cluster": {"name": "payments-prod"}, "include": []}


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """Where the spans of these tests go."""
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
def traced(exporter: InMemorySpanExporter, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A service whose requests are traced, with a route that breaks."""
    app = recording_app(tmp_path_factory.mktemp("traced"))
    parts_of(app).tracing.start(exporter)

    @app.get("/broken")
    def broken() -> str:
        with part("read"):
            raise RuntimeError("the password is hunter2")

    return app.test_client()


@pytest.fixture(autouse=True)
def forget(exporter: InMemorySpanExporter) -> None:
    """Each test sees its own spans only."""
    exporter.clear()


def server_span(exporter: InMemorySpanExporter) -> ReadableSpan:
    """The span of the one request."""
    (span,) = [span for span in exporter.get_finished_spans() if span.kind is SpanKind.SERVER]
    return span


def test_a_request_is_a_server_span_with_its_parts(traced: FlaskClient, exporter: InMemorySpanExporter) -> None:
    traced.post("/v1/decisions?validate_only=false", json=QUESTION | {"cluster": {"name": "asked-once"}})

    span = server_span(exporter)
    assert span.name == "POST /v1/decisions"
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "url.path": "/v1/decisions",
        "url.scheme": "http",
        "network.protocol.version": "1.1",
        "http.route": "/v1/decisions",
        "http.response.status_code": 200,
    }
    assert span.status.status_code is StatusCode.UNSET
    children = [child for child in exporter.get_finished_spans() if child is not span]
    assert [child.name for child in children] == ["read", "decide", "advise", "record"]
    for child in children:
        assert child.parent is not None
        assert child.parent.span_id == span.context.span_id
        assert child.context.trace_id == span.context.trace_id


def test_the_attributes_are_those_of_the_conventions(traced: FlaskClient, exporter: InMemorySpanExporter) -> None:
    groups = [yaml.safe_load((CONVENTIONS / name).read_text("utf-8")) for name in ("spans.yaml", "registry.yaml")]
    known = set(_named(groups))

    traced.post("/v1/decisions", json=QUESTION)
    traced.get("/broken")
    traced.open("/livez", method="BREW")

    used = {name for span in exporter.get_finished_spans() for name in span.attributes or {}}
    assert used - {"network.protocol.version", "error.type"} <= known  # these two are for networks and errors as well
    for required in ("http.request.method", "url.path", "url.scheme"):
        assert all(
            required in (span.attributes or {})
            for span in exporter.get_finished_spans()
            if span.kind is SpanKind.SERVER
        )


def _named(part_: Any) -> Any:
    """Every attribute that is defined or referred to."""
    if isinstance(part_, dict):
        yield from (value for name, value in part_.items() if name in ("ref", "id", "key") and isinstance(value, str))
        for value in part_.values():
            yield from _named(value)
    elif isinstance(part_, list):
        for value in part_:
            yield from _named(value)


def test_a_template_and_not_an_id_names_a_span(traced: FlaskClient, exporter: InMemorySpanExporter) -> None:
    traced.get("/v1/decisions/5f0c0f1e-0000-4000-8000-000000000000")

    span = server_span(exporter)
    assert span.name == "GET /v1/decisions/<id_>"
    assert (span.attributes or {})["http.response.status_code"] == 404
    assert span.status.status_code is StatusCode.UNSET


def test_what_matches_no_route_is_named_by_its_method(traced: FlaskClient, exporter: InMemorySpanExporter) -> None:
    traced.get("/made/up")
    assert server_span(exporter).name == "GET"
    exporter.clear()

    traced.open("/made/up", method="BREW")
    span = server_span(exporter)
    assert span.name == "HTTP"
    assert (span.attributes or {})["http.request.method"] == "_OTHER"
    assert (span.attributes or {})["http.request.method_original"] == "BREW"


def test_a_failure_is_an_error_without_its_words(
    traced: FlaskClient, exporter: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL):
        traced.get("/broken?key=hunter2", headers={"Authorization": "Bearer hunter2"})

    span = server_span(exporter)
    (child,) = [child for child in exporter.get_finished_spans() if child is not span]
    assert span.status.status_code is child.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "500"
    assert (child.attributes or {})["error.type"] == "RuntimeError"
    assert "hunter2" not in span.to_json() + child.to_json()


def test_a_traceparent_is_honoured(traced: FlaskClient, exporter: InMemorySpanExporter) -> None:
    traced.get("/livez", headers={"traceparent": TRACEPARENT, "tracestate": "vendor=1"})

    span = server_span(exporter)
    assert f"{span.context.trace_id:032x}" == TRACE
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == PARENT
    assert span.context.trace_state.get("vendor") == "1"


@pytest.mark.parametrize("given", ["", "00-0-0-01", f"00-{'0' * 32}-{PARENT}-01", f"ff-{TRACE}-{PARENT}", "x" * 5_000])
def test_a_traceparent_that_is_none_begins_another_trace(
    traced: FlaskClient, exporter: InMemorySpanExporter, given: str
) -> None:
    assert traced.get("/livez", headers={"traceparent": given}).status_code == 200

    assert server_span(exporter).parent is None


def test_a_parent_that_is_not_sampled_is_followed(traced: FlaskClient, exporter: InMemorySpanExporter) -> None:
    traced.get("/livez", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})

    assert exporter.get_finished_spans() == ()


def test_a_long_stream_has_spans_for_its_first_questions_only(
    traced: FlaskClient, exporter: InMemorySpanExporter
) -> None:
    line = json.dumps(QUESTION) + "\n"

    with traced.post("/v1/decision-batches", data=line * 40, content_type="application/x-ndjson") as response:
        assert response.data.count(b"\n") == 40

    spans = exporter.get_finished_spans()
    assert len(spans) == MOST_CHILDREN + 1
    assert spans[-1].name == "POST /v1/decision-batches"  # it ends when the answer does


def lines_of(client: FlaskClient, caplog: pytest.LogCaptureFixture, **headers: str) -> dict[str, Any]:
    """The line in the log of one request, as it is written."""
    caplog.clear()
    written: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: written.append(JsonFormatter().format(record))  # type: ignore[method-assign]
    logger = logging.getLogger("service.access")
    logger.addHandler(handler)
    try:
        with caplog.at_level(logging.INFO, logger="service.access"):
            client.get("/livez", headers=headers)
    finally:
        logger.removeHandler(handler)
    (line,) = written
    return dict(json.loads(line))


def test_the_log_names_the_trace(
    traced: FlaskClient, client: FlaskClient, exporter: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    assert lines_of(traced, caplog)["trace_id"] == f"{server_span(exporter).context.trace_id:032x}"
    assert lines_of(traced, caplog, traceparent=TRACEPARENT)["trace_id"] == TRACE
    assert lines_of(client, caplog, traceparent=TRACEPARENT)["trace_id"] == TRACE
    assert "trace_id" not in lines_of(client, caplog)
    assert "trace_id" not in lines_of(client, caplog, traceparent="made up")
    assert TRACE_ID.get() is None


def test_traces_can_be_stopped(app: Flask) -> None:
    exporter = InMemorySpanExporter()
    app = create_app(Settings(records=Records.OFF))
    parts_of(app).tracing.start(exporter)
    parts_of(app).tracing.stop()
    parts_of(app).tracing.stop()

    assert app.test_client().get("/livez").status_code == 200
    assert exporter.get_finished_spans() == ()


@pytest.mark.parametrize(
    ("environment", "is_traced"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "ours"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_the_standard_variables_turn_traces_on_and_off(environment: dict[str, str], is_traced: bool) -> None:
    assert Settings.from_environment(environment).is_traced is is_traced


def test_nothing_is_imported_unless_it_is_configured() -> None:
    script = "import sys, service.app, service.web.spans; print([it for it in sys.modules if 'opentelemetry' in it])"

    finished = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert finished.stdout == "[]\n"
