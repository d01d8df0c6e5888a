"""A service that is given secrets and has every reason to complain about them names none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server import running_service
from tests.waiting import free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2"


def test_no_secret_is_in_a_log_an_answer_or_a_metric(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    environment = {
        "LOG_LEVEL": "debug",
        "RECORDS_URL": f"postgresql://{SECRET}-user:{SECRET}@{nowhere}/records?application_name={SECRET}",
        "RATE_LIMIT": "1000/minute",
        "RATE_LIMIT_STORE": f"redis://:{SECRET}@{nowhere}/0",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{SECRET}:{SECRET}@{nowhere}",
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer {SECRET}",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }
    told = []
    with running_service(tmp_path / "log", WORKERS="1", **environment) as server:
        headers = {"Authorization": f"Basic {SECRET}", "Cookie": SECRET, "Traceparent": SECRET}
        for path in ("/v1/config", "/v1/decisions", "/v1/nothing", "/readyz", "/metrics", f"/v1/facts?key={SECRET}"):
            answer = server.get(path, headers={})
            told.append(answer.text.replace(f"key={SECRET}", "") + str(answer.headers))
            told.append(server.get(path.partition("?")[0], headers=headers).text)
        for given in ({"json": {"cluster": {}}}, {"data": b"{", "headers": {"Content-Type": "application/json"}}):
            told.append(server.post("/v1/decisions", **given).text)
        told.append(server.post("/v1/decisions", json={"cluster": {}}, headers={"Idempotency-Key": "seven"}).text)
        output = server.output()

    assert SECRET not in "".join(told)
    assert SECRET not in output + server.output()
    assert '"NOT_RECORDED"' in "".join(told)  # so the store was asked, and had something to say


@pytest.mark.parametrize(
    "environment",
    [
        {"RECORDS_URL": f"mysql://who:{SECRET}@somewhere/records"},
        {"RECORDS_URL": f"postgresql://who:{SECRET}@db:{SECRET}/records"},
        {"RATE_LIMIT": "5/minute", "RATE_LIMIT_STORE": f"memcached://:{SECRET}@somewhere"},
        {"API_KEYS": f"portal:{SECRET}:decide:never"},
        {"API_KEYS": f"eksd_{SECRET}"},
    ],
    ids=["store", "port", "limits", "hash", "key"],
)
def test_a_start_that_is_refused_names_no_secret(environment: dict[str, str]) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "service", "serve"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(free_port()), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert finished.returncode != 0
    assert SECRET not in finished.stdout + finished.stderr
