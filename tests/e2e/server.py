"""The service as it runs: gunicorn on a free loopback port, and the one client that the tests talk through."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.waiting import PATIENCE_SECONDS, free_port, until

ROOT = Path(__file__).parents[2]


class Server:
    """A running service: its process, its lines, and requests to it."""

    def __init__(self, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self._log = log
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **given: Any) -> requests.Response:
        """A GET, with a timeout so that a hanging service fails the test."""
        return self._session.get(self.url + path, timeout=PATIENCE_SECONDS, **given)

    def post(self, path: str, **given: Any) -> requests.Response:
        """A POST, likewise."""
        return self._session.post(self.url + path, timeout=PATIENCE_SECONDS, **given)

    def connect(self) -> socket.socket:
        """A bare connection, for clients that behave badly."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)

    def begin_upload(self, body: bytes, sent: int) -> socket.socket:
        """A question of which only the first bytes have been sent."""
        connection = self.connect()
        head = (
            "POST /v1/decisions HTTP/1.1\r\nhost: test\r\nconnection: close\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body[:sent])
        return connection

    def output(self) -> str:
        """Everything written so far, to standard output and standard error."""
        return self._log.read_text("utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """The log, line by line."""
        return [json.loads(line) for line in self.output().splitlines() if line.startswith("{")]

    def worker_ids(self) -> set[int]:
        """The processes that answer requests."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii")
        return {int(child) for child in children.split()}

    def terminate(self) -> None:
        """Asks it to stop, as a container engine does."""
        self.process.send_signal(signal.SIGTERM)


def read_all(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received


@contextmanager
def running_service(log: Path, **environment: str) -> Iterator[Server]:
    """The service started by its own command line, ready, and stopped afterwards; on any free port, or on `PORT`."""
    port = int(environment.get("PORT") or free_port())
    kept = {
        "RECORDS_URL": f"sqlite:///{log.parent / 'records.sqlite3'}",
        "RECORDS_SPILL_FOLDER": str(log.parent / "spill"),
    }
    given = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1", "WORKERS": "2", **kept, **environment}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve"],
            cwd=ROOT,
            env=given,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    server = Server(process, port, log)
    try:
        until(lambda: process.poll() is not None or _answers(server))
        assert process.poll() is None, server.output()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        server._session.close()


def _answers(server: Server) -> bool:
    try:
        return server.get("/readyz").status_code == 200
    except requests.ConnectionError:
        return False


def printed_curl_line(output: str) -> str:
    """The line that the service shows a person at its start."""
    (line,) = re.findall(r"^curl .*$", output, re.MULTILINE)
    return str(line)
