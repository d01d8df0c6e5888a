"""One gunicorn with one worker, and a client that keeps it busy for as little work of its own as possible."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from tests.e2e.server import ROOT
from tests.waiting import free_port, until

CONNECTIONS = 4
SLICE_SECONDS = 0.25
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(kw_only=True)
class Side:
    """One of the things that are compared: requests in turn, and what became of them slice by slice."""

    path: str
    bodies: Sequence[bytes]
    answers: int = 0
    processor_seconds: float = 0.0
    rates: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second, the median of the slices, which one disturbance does not move."""
        return statistics.median(self.rates)

    @property
    def processor_milliseconds(self) -> float:
        """What one answer costs the worker in processor time, whatever else the machine does."""
        return self.processor_seconds / self.answers * 1000

    def requests(self) -> Iterator[bytes]:
        """The requests as they go over the wire, without end."""
        head = f"POST {self.path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        return cycle([f"{head}content-length: {len(body)}\r\n\r\n".encode() + body for body in self.bodies])


class Worker:
    """The one process that answers."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._master, self._port = process, port
        self._connections: list[socket.socket] = []

    @property
    def _process(self) -> Path:
        children = Path(f"/proc/{self._master.pid}/task/{self._master.pid}/children").read_text("ascii")
        return Path("/proc") / children.split()[0]

    @property
    def processor_seconds(self) -> float:
        """What it has spent so far, in user and system mode."""
        fields = (self._process / "stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def peak_mebibytes(self) -> float:
        """The most memory that it has held resident."""
        status = (self._process / "status").read_text("ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024

    def listens(self) -> bool:
        """Whether connections are taken yet; the first ones that are taken are kept."""
        try:
            self._connections = [socket.create_connection(("127.0.0.1", self._port)) for _ in range(CONNECTIONS)]
        except ConnectionRefusedError:
            return False
        return True

    def connect(self) -> socket.socket:
        """A connection of one's own."""
        return socket.create_connection(("127.0.0.1", self._port))

    def ask(self, side: Side) -> bytes:
        """One request, and the body of its answer."""
        connection = self._connections[0]
        connection.sendall(next(side.requests()))
        return _answer(connection)

    def compare(self, *sides: Side, seconds: float) -> None:
        """Asks in turns, there and back again, so that a drift of the machine meets all sides alike."""
        ends = time.monotonic() + seconds
        for side in sides:
            self._keep_busy(side)
        for side in sides:
            side.answers, side.processor_seconds = 0, 0.0
            side.rates.clear()
        while time.monotonic() < ends:
            for side in (*sides, *reversed(sides)):
                self._keep_busy(side)

    def _keep_busy(self, side: Side) -> None:
        requests, spent, count = side.requests(), self.processor_seconds, 0
        began = time.monotonic()
        for connection in self._connections:
            connection.sendall(next(requests))
        while time.monotonic() - began < SLICE_SECONDS:
            for connection in self._connections:
                _answer(connection)
                connection.sendall(next(requests))
            count += CONNECTIONS
        for connection in self._connections:
            _answer(connection)
        took = time.monotonic() - began
        side.answers += count + CONNECTIONS
        side.rates.append((count + CONNECTIONS) / took)
        side.processor_seconds += self.processor_seconds - spent

    def close(self) -> None:
        """Hangs up."""
        for connection in self._connections:
            connection.close()


def _answer(connection: socket.socket) -> bytes:
    received = connection.recv(1 << 18)
    head, _, body = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(received.decode())
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    parts, missing = [body], length - len(body)
    while missing > 0:
        part = connection.recv(1 << 18)
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


@contextmanager
def one_worker(**environment: str) -> Iterator[Worker]:
    """The application of the measurements under the service's own gunicorn settings, but with one worker.

    One worker leaves the second core of a small machine to the client; records are off, because what a store
    costs depends on the store; and no answer is remembered, so that each is worked out.
    """
    port = free_port()
    given: Mapping[str, str] = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": "1",
        "LOG_LEVEL": "WARNING",
        "RECORDS": "off",
        "ANSWERS_BYTES": "0",
        **environment,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_conf", "tests.bench.application:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=given, stderr=subprocess.DEVNULL)
    worker = Worker(process, port)
    try:
        until(worker.listens)
        yield worker
    finally:
        worker.close()
        process.terminate()
        process.wait()
