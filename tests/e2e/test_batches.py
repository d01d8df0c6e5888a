"""A stream of questions over a real socket, with clients and workers that fail in the middle of it."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.server import Server, read_all, running_service
from tests.recording import kept_ids
from tests.waiting import PATIENCE_SECONDS, until

STREAM_SECONDS = 2
LINE = json.dumps({"cluster": {"name": "demo"}}).encode() + b"\n"
CHUNKED = "transfer-encoding: chunked"


class Stream:
    """A batch as its client sees it: lines are sent one by one, and answers are taken one by one."""

    def __init__(self, server: Server, length: str = CHUNKED) -> None:
        self._server, self.id = server, uuid4().hex
        self.socket = server.connect()
        head = f"host: test\r\nx-request-id: {self.id}\r\ncontent-type: application/x-ndjson\r\n{length}\r\n\r\n"
        self.socket.sendall(f"POST /v1/decision-batches HTTP/1.1\r\n{head}".encode())
        self._received = self.socket.makefile("rb")
        self._answers: Iterator[dict[str, Any]] | None = None

    def send(self, line: bytes) -> None:
        """Sends a chunk."""
        self.socket.sendall(b"%x\r\n%b\r\n" % (len(line), line))

    def end(self) -> None:
        """Says that there is no more to come."""
        self.socket.sendall(b"0\r\n\r\n")

    def take(self) -> dict[str, Any]:
        """The next answer; raises `ConnectionError` if the stream broke, `StopIteration` at its end."""
        if self._answers is None:
            self._answers = self._read()
        return next(self._answers)

    def _read(self) -> Iterator[dict[str, Any]]:
        assert self._received.readline().startswith(b"HTTP/1.1 200 ")
        while self._received.readline() not in (b"\r\n", b""):
            pass
        while size := self._received.readline():
            chunk = self._received.read(int(size, 16) + 2)
            if int(size, 16) == 0:
                return
            yield json.loads(chunk)
        raise ConnectionError("the stream broke")

    def told(self) -> dict[str, Any]:
        """What the log says of this batch once it is over."""

        def lines() -> list[dict[str, Any]]:
            named = (line for line in self._server.lines() if line["request_id"] == self.id)
            return [line for line in named if line["logger"] == "service.batches"]

        until(lines)
        (line,) = lines()
        return line

    def close(self) -> None:
        """Goes away without a word."""
        self._received.close()
        self.socket.close()


@contextmanager
def stream(server: Server, length: str = CHUNKED) -> Iterator[Stream]:
    """A stream that is closed afterwards."""
    opened = Stream(server, length)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One worker, so that what one client does to it would be felt by all."""
    folder = tmp_path_factory.mktemp("batches")
    with running_service(folder / "log", WORKERS="1", STREAM_SECONDS=str(STREAM_SECONDS)) as running:
        yield running


def is_quick(server: Server) -> bool:
    """Whether a probe is answered at once."""
    return server.get("/livez", headers={"Connection": "close"}).elapsed.total_seconds() < 1.0


def test_an_answer_comes_before_the_next_question_is_asked(server: Server) -> None:
    with stream(server) as batch:
        for index in range(3):
            batch.send(LINE)
            answer = batch.take()
            assert (answer["index"], answer["status"]) == (index, 200)
        batch.end()
        with pytest.raises(StopIteration):
            batch.take()


def test_a_line_may_come_in_pieces_and_several_in_one(server: Server) -> None:
    with stream(server) as batch:
        for place in range(0, len(LINE), 7):
            batch.send(LINE[place : place + 7])
        assert batch.take()["status"] == 200
        batch.send(LINE + b"nonsense\n\xff\xfe\x00\n" + LINE)
        assert [batch.take()["status"] for _ in range(4)] == [200, 400, 400, 200]
        batch.end()


def test_a_body_of_known_length_is_streamed_as_well_and_the_connection_lives_on(server: Server) -> None:
    with stream(server, f"content-length: {2 * len(LINE)}") as batch:
        for _ in range(2):
            batch.socket.sendall(LINE)
            assert batch.take()["status"] == 200
        with pytest.raises(StopIteration):
            batch.take()

        time.sleep(STREAM_SECONDS + 0.5)  # what bounded the batch does not bound the next request
        batch.socket.sendall(b"GET /livez HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
        assert batch._received.readline().startswith(b"HTTP/1.1 200 ")


def test_a_client_that_does_not_read_is_not_read_from(server: Server) -> None:
    """Back-pressure: what waits is what the buffers of the two sockets hold, however much is sent."""
    with stream(server) as batch:
        batch.socket.settimeout(1.0)
        with pytest.raises((TimeoutError, ConnectionError)):
            batch.send(LINE * 1_000_000)

        assert is_quick(server)


def test_a_client_that_goes_away_stops_the_work(server: Server) -> None:
    with stream(server) as batch:
        batch.send(LINE * 2_000)
        assert batch.take()["status"] == 200

    told = batch.told()
    assert not told["is_whole"]
    assert told["items"] < 1_000


def test_a_client_that_goes_away_in_the_middle_of_a_line_stops_the_work(server: Server) -> None:
    with stream(server) as batch:
        batch.send(LINE + LINE[:5])
        assert batch.take()["status"] == 200

    assert (batch.told()["items"], batch.told()["is_whole"]) == (1, False)


@pytest.mark.parametrize("broken", [b"zz\r\n", b"5\r\nabcdefgh\r\n"])
def test_chunks_that_are_none_break_the_stream_after_what_was_answered(server: Server, broken: bytes) -> None:
    with stream(server) as batch:
        batch.send(LINE)
        assert batch.take()["status"] == 200
        batch.socket.sendall(broken)
        with pytest.raises(ConnectionError):
            batch.take()


def test_stalled_streams_hold_up_nobody_and_are_ended(server: Server) -> None:
    stalled = [Stream(server) for _ in range(50)]
    for batch in stalled:
        batch.send(LINE[:9])

    assert all(is_quick(server) for _ in range(4))
    with stream(server) as honest:
        honest.send(LINE)
        assert honest.take()["status"] == 200
        honest.end()
    assert not any(batch.told()["is_whole"] for batch in stalled)
    for batch in stalled:
        batch.close()


def test_a_trickle_is_no_way_around_the_time_for_a_line(server: Server) -> None:
    began = time.monotonic()
    with stream(server) as batch, suppress(ConnectionError):
        while time.monotonic() - began < PATIENCE_SECONDS:
            batch.send(b" ")
            time.sleep(0.2)

    assert time.monotonic() - began < PATIENCE_SECONDS / 2


def test_a_stalled_reader_is_ended_and_holds_up_nobody(server: Server) -> None:
    with stream(server) as slow:
        slow.send(LINE * 2_000)

        assert all(is_quick(server) for _ in range(4))
        assert not slow.told()["is_whole"]


def test_no_client_leaves_a_trace_in_the_log(server: Server) -> None:
    assert [line for line in server.lines() if "error" in line] == []


def test_others_get_their_turn_beside_a_stream_that_never_rests(server: Server) -> None:
    is_over = threading.Event()
    with stream(server) as batch:

        def take() -> None:
            while not is_over.is_set():
                batch.take()

        def send() -> None:
            with suppress(ConnectionError):  # what is not taken at the end is cut off
                while not is_over.is_set():
                    batch.send(LINE * 20)

        threads = [threading.Thread(target=work, daemon=True) for work in (take, send)]
        for thread in threads:
            thread.start()
        quick = [is_quick(server) for _ in range(10)]
        is_over.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)

    assert all(quick)


def test_every_acknowledged_line_of_a_killed_worker_is_in_the_record(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", WORKERS="1", RECORDS="required") as server:
        acknowledged = []
        with stream(server) as batch:
            batch.send(LINE * 500)
            for _ in range(60):
                acknowledged.append(batch.take()["decision"]["decision_id"])
            os.kill(next(iter(server.worker_ids())), signal.SIGKILL)
            with suppress(ConnectionError):
                while answer := batch.take():
                    acknowledged.append(answer["decision"]["decision_id"])

    assert 60 <= len(acknowledged) < 500
    assert kept_ids(f"sqlite:///{tmp_path / 'records.sqlite3'}") >= set(acknowledged)


def test_stopping_in_the_middle_loses_no_stream_and_no_question(tmp_path: Path) -> None:
    """A stream and plain questions that were on their way when the stop came are answered to their end."""
    question = LINE.strip()
    with running_service(tmp_path / "log", WORKERS="1") as server, stream(server) as batch:
        plain = [server.begin_upload(question, sent) for sent in (1, len(question) // 2, len(question) - 1)]
        batch.send(LINE)
        assert batch.take()["status"] == 200
        is_quick(server)  # so that what came before has been read

        server.terminate()
        until(lambda: not takes_connections(server))
        batch.send(LINE * 20)
        taken = [batch.take()["status"] for _ in range(20)]
        for connection, sent in zip(plain, (1, len(question) // 2, len(question) - 1), strict=True):
            connection.sendall(question[sent:])
        answers = [read_all(connection) for connection in plain]
        batch.send(LINE)
        batch.end()
        taken.append(batch.take()["status"])
        with pytest.raises(StopIteration):
            batch.take()

        assert taken == [200] * 21
        assert all(answer.startswith(b"HTTP/1.1 200 ") for answer in answers)
        assert server.process.wait(PATIENCE_SECONDS) == 0
        assert batch.told()["is_whole"]
    for connection in plain:
        connection.close()


def takes_connections(server: Server) -> bool:
    """Whether the port is open."""
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return False
    return True


def test_memory_does_not_grow_with_the_stream(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", WORKERS="1") as server, stream(server) as batch:
        (worker,) = server.worker_ids()

        def peak_mebibytes() -> float:
            status = Path(f"/proc/{worker}/status").read_text("ascii")
            return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024

        sender = threading.Thread(target=lambda: [batch.send(LINE * 10) for _ in range(160)])
        sender.start()
        taken = sum(len(json.dumps(batch.take())) for _ in range(400))
        before = peak_mebibytes()
        taken = sum(len(json.dumps(batch.take())) for _ in range(1_200))
        after = peak_mebibytes()
        sender.join()
        batch.end()

    assert taken > 20 * 1024 * 1024
    assert after - before < 8  # a queue and a heap settle in their sizes; kept answers would be 20 MiB
