"""The service as it runs: started by its own command line, asked over a socket, stopped by a signal."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.server import Server, printed_curl_line, read_all, running_service
from tests.waiting import PATIENCE_SECONDS, free_port, until

ROOT = Path(__file__).parents[2]
SHORT_QUESTION = {"cluster": {"name": "demo"}}
LIMIT = 256 * 1024
LONGER_THAN_WE_WAIT = str(2 * PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One service for the tests that leave it as it was."""
    with running_service(tmp_path_factory.mktemp("service") / "log") as running:
        yield running


def test_a_short_question_gets_a_decision(server: Server) -> None:
    response = server.post("/v1/decisions", json=SHORT_QUESTION)

    decision = response.json()
    assert response.status_code == 200
    assert decision["cluster"]["name"] == "demo"
    assert [assessment["mode"] for assessment in decision["assessments"]] == [
        "public",
        "public_and_private",
        "private",
    ]
    assert decision["assumptions"]


def test_the_printed_curl_line_works_as_printed(server: Server) -> None:
    line = printed_curl_line(server.output())

    finished = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)

    assert json.loads(finished.stdout)["cluster"] == {"name": "demo"} | json.loads(finished.stdout)["cluster"]


def test_every_worker_gives_the_same_decision(server: Server) -> None:
    digests = {
        server.post("/v1/decisions", json=SHORT_QUESTION, headers={"Connection": "close"}).json()["decision_digest"]
        for _ in range(8)
    }

    assert len(digests) == 1


def test_the_id_of_a_request_is_echoed_and_logged(server: Server) -> None:
    response = server.get("/livez", headers={"X-Request-Id": "seen-from-outside"})

    assert response.headers["X-Request-Id"] == "seen-from-outside"
    (line,) = [line for line in server.lines() if line["request_id"] == "seen-from-outside"]
    assert set(line) == {
        "time",
        "level",
        "logger",
        "request_id",
        "caller",
        "message",
        "method",
        "path",
        "status",
        "duration_ms",
        "bytes",
    }
    assert (line["method"], line["path"], line["status"]) == ("GET", "/livez", 200)


def test_everything_in_the_log_is_json_but_the_curl_line(server: Server) -> None:
    others = [line for line in server.output().splitlines() if not line.startswith("{")]

    assert others == [printed_curl_line(server.output())]


def test_the_header_names_no_software(server: Server) -> None:
    assert "Server" not in server.get("/livez").headers


def test_a_body_sent_in_chunks_has_the_same_limit(server: Server) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"cluster": {"name": "'
        for _ in range(LIMIT // 1024 + 1):
            yield b"x" * 1024

    response = server.post("/v1/decisions", data=chunks(), headers={"Content-Type": "application/json"})

    assert (response.status_code, response.json()["code"]) == (413, "TOO_LARGE")


def test_a_body_sent_in_chunks_within_the_limit_is_read(server: Server) -> None:
    chunks = iter([b'{"cluster": ', b'{"name": "demo"}}'])

    response = server.post("/v1/decisions", data=chunks, headers={"Content-Type": "application/json"})

    assert response.status_code == 200


def test_a_far_too_large_body_is_answered_and_not_cut_off(server: Server) -> None:
    response = server.post("/v1/decisions", data=b"x" * (8 * 1024 * 1024), headers={"Content-Type": "application/json"})

    assert (response.status_code, response.json()["code"]) == (413, "TOO_LARGE")


def test_an_upload_that_breaks_off_leaves_the_service_well(server: Server) -> None:
    connection = server.begin_upload(b"{" + b" " * 1000 + b"}", 10)
    connection.close()

    assert server.get("/livez").status_code == 200


def test_large_documents_hold_up_nobody(server: Server) -> None:
    subnets = "".join(
        f'resource "aws_subnet" "s{n}" {{\n  cidr_block = cidrsubnet(var.a, 8, {n})\n}}\n' for n in range(600)
    )
    document = f'resource "aws_eks_cluster" "c" {{\n  name = "c"\n}}\n{subnets}'
    question = {"source": {"document": document}}

    def ask(path: str, **given: Any) -> int:
        return requests.post(server.url + path, timeout=60, **given).status_code

    with ThreadPoolExecutor(max_workers=8) as callers:
        as_text = {"data": document, "headers": {"Content-Type": "text/plain"}}
        asked = [callers.submit(ask, "/v1/descriptions", **as_text) for _ in range(4)]
        asked += [callers.submit(ask, "/v1/decisions", json=question) for _ in range(4)]
        time.sleep(0.3)
        answers = [server.get("/livez", headers={"Connection": "close"}).elapsed.total_seconds() for _ in range(6)]
        was_busy = not all(one.done() for one in asked)

    assert was_busy
    assert max(answers) < 1
    assert {one.result() for one in asked} == {200}


def test_a_refusal_of_a_document_leaves_no_traceback(server: Server) -> None:
    response = server.post("/v1/descriptions", data=b"nothing", headers={"Content-Type": "text/plain"})

    assert (response.status_code, response.json()["code"]) == (422, "INVALID_DOCUMENT")
    assert "Traceback" not in server.output()


def test_stalled_uploads_hold_up_nobody(server: Server) -> None:
    stalled = [server.begin_upload(b'{"cluster": {}}', 3) for _ in range(100)]

    answers = [server.get("/livez", headers={"Connection": "close"}).elapsed.total_seconds() for _ in range(4)]

    for connection in stalled:
        connection.close()
    assert max(answers) < 2


def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", WORKERS="1") as server:
        (killed,) = server.worker_ids()

        os.kill(killed, signal.SIGKILL)

        until(lambda: server.worker_ids() - {killed})
        assert server.post("/v1/decisions", json=SHORT_QUESTION).status_code == 200


def test_stopping_finishes_the_request_in_flight_and_takes_no_other(tmp_path: Path) -> None:
    body = json.dumps(SHORT_QUESTION).encode()
    with running_service(tmp_path / "log", WORKERS="1") as server:
        in_flight = server.begin_upload(body, len(body) - 1)
        server.get("/livez", headers={"Connection": "close"})

        server.terminate()
        until(lambda: _refuses_connections(server))
        in_flight.sendall(body[-1:])

        answer = read_all(in_flight)
        in_flight.close()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["cluster"]["name"] == "demo"
        assert server.process.wait(PATIENCE_SECONDS) == 0


def test_stopping_does_not_wait_for_a_client_that_asks_nothing(tmp_path: Path) -> None:
    given = {"GRACEFUL_SECONDS": LONGER_THAN_WE_WAIT, "HEADER_SECONDS": LONGER_THAN_WE_WAIT}
    with running_service(tmp_path / "log", **given) as server:
        idle = [server.connect() for _ in range(3)]
        server.get("/livez", headers={"Connection": "keep-alive"})

        server.terminate()

        assert server.process.wait(PATIENCE_SECONDS) == 0
        for connection in idle:
            connection.close()
        assert [line for line in server.lines() if "error" in line] == []


def ask(connection: socket.socket) -> None:
    """Sends a whole question over a connection that may be used again."""
    body = json.dumps(SHORT_QUESTION).encode()
    head = f"POST /v1/decisions HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    connection.sendall(head.encode() + b"\r\n\r\n" + body)


@contextmanager
def held_up(server: Server) -> Iterator[None]:
    """The only worker does not get to run meanwhile."""
    (worker,) = server.worker_ids()
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def test_stopping_answers_whoever_has_connected_before(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", WORKERS="1") as server:
        with held_up(server):
            waiting = [server.connect() for _ in range(20)]
            for connection in waiting:
                ask(connection)
            server.terminate()
            time.sleep(1.5)  # the worker's own pause is over, so that it closes its port as soon as it runs

        answers = [read_all(connection) for connection in waiting]
        assert server.process.wait(PATIENCE_SECONDS) == 0
        for connection in waiting:
            connection.close()

    assert {answer.partition(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 200 OK"}


def test_stopping_answers_what_came_over_idle_connections_while_it_was_busy(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", WORKERS="1") as server:
        idle = [server.connect() for _ in range(5)]
        for connection in idle:
            ask(connection)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        server.terminate()
        until(lambda: any(line["message"] == "Handling signal: term" for line in server.lines()))
        with held_up(server):
            for connection in idle:
                ask(connection)
            time.sleep(1.5)  # when it runs again it is time to end what is idle, and the questions are there

        answers = [read_all(connection) for connection in idle]
        assert server.process.wait(PATIENCE_SECONDS) == 0
        for connection in idle:
            connection.close()

    assert all(b"HTTP/1.1 200 OK" in answer for answer in answers)


def test_stopping_does_not_wait_longer_than_it_was_told(tmp_path: Path) -> None:
    given = {"WORKERS": "1", "GRACEFUL_SECONDS": "1", "BODY_SECONDS": LONGER_THAN_WE_WAIT}
    with running_service(tmp_path / "log", **given) as server:
        stalled = server.begin_upload(b'{"cluster": {}}', 3)
        server.get("/livez", headers={"Connection": "close"})

        server.terminate()

        assert server.process.wait(PATIENCE_SECONDS) == 0
        stalled.close()


def test_a_nonsensical_environment_stops_the_start_with_a_sentence() -> None:
    finished = subprocess.run(
        [str(ROOT / ".venv/bin/python"), "-m", "service", "serve"],
        cwd=ROOT,
        env={**os.environ, "PORT": "eighty"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 1
    assert finished.stderr == "cannot start: PORT is `eighty`, expected a whole number from 1 to 65535\n"


def test_make_run_starts_the_service_on_the_port_that_it_is_given() -> None:
    port = free_port()
    process = subprocess.Popen(
        ["make", "--no-print-directory", "run", f"PORT={port}"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if line.startswith("curl "))
        finished = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)

    assert f"http://127.0.0.1:{port}/v1/decisions" in line
    assert json.loads(finished.stdout)["cluster"]["name"] == "demo"


def _refuses_connections(server: Server) -> bool:
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return True
    return False
