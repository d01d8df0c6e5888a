"""Spans on their way: a collector gets them from every worker, and one that is gone holds up nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.e2e.server import running_service
from tests.waiting import PATIENCE_SECONDS, free_port, until


@contextmanager
def collector(seconds: float = 0.0) -> Iterator[tuple[str, list[Any]]]:
    """A collector of traces that takes so long for each delivery: its address, and the resources that came."""
    came: list[Any] = []

    class Collecting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            time.sleep(seconds)
            came.extend(ExportTraceServiceRequest.FromString(body).resource_spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collecting)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def names(came: list[Any]) -> list[str]:
    """Those of all spans that came."""
    return [span.name for one in came for scope in one.scope_spans for span in scope.spans]


def test_spans_of_a_worker_reach_the_collector_and_the_last_ones_when_it_stops(tmp_path: Path) -> None:
    with collector() as (url, came):
        given = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_SERVICE_NAME": "ours"}
        with running_service(tmp_path / "log", RECORDS="off", **given) as server:
            server.post("/v1/decisions", json={"cluster": {}, "include": []}, headers={"Connection": "close"})
            until(lambda: "POST /v1/decisions" in names(came))
            server.get("/v1/controls", headers={"Connection": "close"})
            server.terminate()
            server.process.wait(PATIENCE_SECONDS)

        attributes = {it.key: it.value.string_value for it in came[0].resource.attributes}
    assert attributes["service.name"] == "ours"
    assert attributes["service.version"]
    assert {"read", "decide", "advise", "GET /v1/controls"} <= set(names(came))


def test_a_collector_that_is_gone_or_slow_holds_up_no_answer_and_no_stop(tmp_path: Path) -> None:
    with collector(seconds=2 * PATIENCE_SECONDS) as (slow, _):
        for number, url in enumerate((f"http://127.0.0.1:{free_port()}", slow)):
            given = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
            with running_service(tmp_path / f"log{number}", RECORDS="off", WORKERS="1", **given) as server:
                taken = []
                for _ in range(20):
                    response = server.post("/v1/decisions", json={"cluster": {}, "include": []})
                    assert response.status_code == 200
                    taken.append(response.elapsed.total_seconds())
                    time.sleep(0.02)
                server.terminate()
                assert server.process.wait(PATIENCE_SECONDS) == 0  # each delivery would take twice as long
            assert max(taken) < 1
