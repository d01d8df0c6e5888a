"""Clients that stall, trickle, flood and never read: honest ones are answered within a second all the same.

One worker, so that whatever one client does to it would be felt by all, and short times, so that the ends of the
waits are seen as well.
"""

from __future__ import annotations

import json
import re
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from service.connections import MOST_HEAD_BYTES
from tests.e2e.server import Server, read_all, running_service
from tests.waiting import PATIENCE_SECONDS

MANY = 500
HEADER_SECONDS = 3
BODY_SECONDS = 4
QUESTION = b'{"cluster": {"name": "demo"}}'
HALF_A_HEAD = b"POST /v1/decisions HTTP/1.1\r\nhost: test\r\ncontent-ty"
HEAD = b"POST /v1/decisions HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
FORM = (
    b"POST / HTTP/1.1\r\nhost: test\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    b"content-length: %d\r\n\r\ndo=take&document="
)


@pytest.fixture(scope="module", autouse=True)
def descriptors() -> None:
    """This process opens as many connections as the service may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8_192, hard), hard))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A worker that has room for all of them."""
    times = {"HEADER_SECONDS": str(HEADER_SECONDS), "BODY_SECONDS": str(BODY_SECONDS), "STREAM_SECONDS": "6"}
    folder = tmp_path_factory.mktemp("hostile")
    with running_service(folder / "log", WORKERS="1", RECORDS="off", **times) as running:
        yield running


@contextmanager
def crowd(server: Server, sent: bytes, count: int = MANY) -> Iterator[list[socket.socket]]:
    """So many connections on which just this was sent."""
    with ExitStack() as opened:
        connections = [opened.enter_context(server.connect()) for _ in range(count)]
        for connection in connections:
            with suppress(ConnectionError):
                connection.sendall(sent)
        server.get("/livez", headers={"Connection": "close"})  # so that all have been let in before anything is timed
        yield connections


def slowest(server: Server, count: int = 5) -> float:
    """The longest of some probes and honest questions, each over a connection of its own, in seconds."""
    taken = []
    for _ in range(count):
        for method, path, given in (("get", "/livez", {}), ("post", "/v1/decisions", {"data": QUESTION})):
            headers = {"Connection": "close", "Content-Type": "application/json"}
            response = getattr(server, method)(path, headers=headers, **given)
            assert response.status_code == 200
            taken.append(response.elapsed.total_seconds())
    return max(taken)


def status_of(answer: bytes) -> int:
    """That of the first answer in what came; 0 if none came."""
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


def answer_to(connection: socket.socket) -> bytes:
    """All that comes until the other side closes, however it does."""
    try:
        return read_all(connection)
    except ConnectionResetError:
        return b""


def memory_mebibytes(server: Server) -> float:
    """What the worker holds now."""
    (worker,) = server.worker_ids()
    status = Path(f"/proc/{worker}/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def test_half_sent_heads_hold_up_nobody_and_end_as_408(server: Server) -> None:
    with crowd(server, HALF_A_HEAD) as connections:
        assert slowest(server) < 1

        ends = [status_of(answer_to(connection)) for connection in connections]

    assert ends.count(408) == MANY


def test_half_sent_bodies_hold_up_nobody_and_end_as_408(server: Server) -> None:
    before = memory_mebibytes(server)
    with crowd(server, HEAD % 200_000 + b" " * 100_000) as connections:
        assert slowest(server) < 1
        held = memory_mebibytes(server) - before

        ends = [status_of(answer_to(connection)) for connection in connections]

    assert ends.count(408) == MANY
    assert held < 150  # fifty megabytes of bodies, and what a connection and a greenlet take


def test_clients_that_never_read_hold_up_nobody_and_are_closed(server: Server) -> None:
    """Eight large answers are asked for on each connection: more than the buffers of the two sockets hold."""
    before = memory_mebibytes(server)
    with crowd(server, b"GET /openapi.yaml HTTP/1.1\r\nhost: test\r\n\r\n" * 8) as connections:
        assert slowest(server) < 1
        held = memory_mebibytes(server) - before
        time.sleep(7)  # STREAM_SECONDS, in which an answer must be taken

        whole = sum(answer_to(connection).count(b"HTTP/1.1 200") == 8 for connection in connections)

    assert held < 250  # HELD_BYTES of answers, and what a connection and a greenlet take
    assert whole == 0


def test_a_trickle_is_no_way_around_the_time_for_a_head_or_a_body(server: Server) -> None:
    half_a_form = (FORM % 1000, BODY_SECONDS)
    for sent, seconds in ((HALF_A_HEAD, HEADER_SECONDS), (HEAD % 1000 + b"{", BODY_SECONDS), half_a_form):
        with crowd(server, sent, 1) as (connection,):
            connection.settimeout(0.2)
            began, answer = time.monotonic(), b""
            while not answer and time.monotonic() - began < PATIENCE_SECONDS:
                with suppress(TimeoutError):
                    answer = connection.recv(65_536)
                if not answer:
                    connection.sendall(b"x")

            assert status_of(answer) == 408
            assert seconds - 1 < time.monotonic() - began < PATIENCE_SECONDS / 2


def test_a_flood_of_a_body_that_nobody_reads_holds_up_nobody_and_is_cut_off(server: Server) -> None:
    flood = b"x" * (1024 * 1024)
    with crowd(server, b"POST /livez HTTP/1.1\r\nhost: test\r\ncontent-length: 100000000000\r\n\r\n", 1) as (
        connection,
    ):
        sent = 0
        with suppress(ConnectionError):
            while sent < 200:
                connection.sendall(flood)
                sent += 1
                if sent % 10 == 0:
                    assert slowest(server, 1) < 1

    assert sent < 100


def test_an_answer_that_comes_before_the_body_is_read_can_be_read(server: Server) -> None:
    body = b"x" * (4 * 1024 * 1024)
    with crowd(server, (HEAD % len(body)).replace(b"host: test", b"host: test\r\nconnection: close"), 1) as (
        connection,
    ):
        connection.sendall(body)

        assert status_of(read_all(connection)) == 413


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * (4094 - len("GET / HTTP/1.1\r\n") + 2) + b" HTTP/1.1\r\n\r\n", 404),
        (b"GET /" + b"a" * 4094 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /livez HTTP/1.1\r\n" + b"a: b\r\n" * 100 + b"\r\n", 200),
        (b"GET /livez HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n", 431),
        (b"GET /livez HTTP/1.1\r\na: " + b"b" * (8190 - len("a: \r\n")) + b"\r\n\r\n", 200),
        (b"GET /livez HTTP/1.1\r\na: " + b"b" * (8190 - len("a: \r\n") + 1) + b"\r\n\r\n", 431),
        (b"GET /livez HTTP/1.1\r\n" + b"a: %b\r\n" % (b"b" * 8000) * 7 + b"\r\n", 200),
        (b"GET /livez HTTP/1.1\r\n" + b"a: %b\r\n" % (b"b" * 8000) * 20 + b"\r\n", 431),
        (b"GET /livez HTTP/1.1\r\nexpect: a miracle\r\n\r\n", 417),
        (b"GET /livez HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n", 400),
        (b"POST /livez HTTP/1.1\r\ntransfer-encoding: sesame, chunked\r\n\r\n", 501),
        (b"POST /livez HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", 400),
        (b"GET /livez HTTP/9.9\r\n\r\n", 400),
        (b"GET /livez?secret=hunter2 HTTP/1.1\r\nno header\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello TLS\r\n\r\n", 400),
    ],
)
def test_a_head_at_its_edges_has_the_status_of_its_limit(server: Server, sent: bytes, status: int) -> None:
    with crowd(server, sent.replace(b"\r\n", b"\r\nconnection: close\r\n", 1) if status == 404 else sent, 1) as (
        asked,
    ):
        asked.shutdown(socket.SHUT_WR)
        head, _, body = read_all(asked).partition(b"\r\n\r\n")

    assert status_of(head) == status, head
    if status != 200:
        assert json.loads(body)["status"] == status
        assert b"Content-Type: application/problem+json" in head
    for header in (
        b"X-Request-Id: ",
        b"X-Content-Type-Options: nosniff",
        b"Content-Security-Policy: default-src 'none'",
    ):
        assert header in head
    assert b"Server:" not in head
    assert b"hunter2" not in body


def test_a_head_is_never_larger_than_its_bound() -> None:
    assert 20 * 8000 > MOST_HEAD_BYTES > 7 * 8000


@pytest.mark.parametrize(
    "body", [b"zz\r\n", b"5\r\nabcdefgh\r\n", b"1;a=\r\n", b"fffffffffffffffff\r\n", b"5\r\n{"], ids=str
)
def test_a_body_in_broken_chunks_is_400(server: Server, body: bytes) -> None:
    head = HEAD.replace(b"content-length: %d", b"transfer-encoding: chunked")
    with crowd(server, head + body, 1) as (connection,):
        connection.shutdown(socket.SHUT_WR)

        assert status_of(read_all(connection)) == 400


def test_what_is_no_request_leaves_nothing_of_itself_in_the_log(server: Server) -> None:
    too_long = b"GET /" + b"a" * 4094 + b"?secret=hunter2 HTTP/1.1\r\n\r\n"
    too_much = b"GET /livez?secret=hunter2 HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n"
    for sent in (HALF_A_HEAD, too_long, too_much):
        with crowd(server, sent, 1) as (connection,):
            answer_to(connection)

    assert "hunter2" not in server.output()
    assert "Traceback" not in server.output()
    assert {line["fields"] if "fields" in line else line.get("status") for line in server.lines()} >= {408, 414, 431}


def test_who_takes_no_answer_is_closed_without_a_trace_of_it_in_the_log(tmp_path: Path) -> None:
    with (
        running_service(tmp_path / "log", WORKERS="1", RECORDS="off", HELD_BYTES=str(2 * 1024 * 1024)) as server,
        crowd(server, b"GET /openapi.yaml HTTP/1.1\r\nhost: test\r\n\r\n" * 8, 40),
    ):
        assert slowest(server) < 1
        (closed,) = re.findall(r'closed_total{want="answers"} (\S+)', server.get("/metrics").text)

        assert float(closed) >= 20  # two mebibytes hold no more than seven of these answers
        assert "Traceback" not in server.output()


def test_when_all_connections_are_taken_the_one_that_waits_longest_makes_room(tmp_path: Path) -> None:
    with (
        running_service(tmp_path / "log", WORKERS="1", RECORDS="off", CONNECTIONS="100") as server,
        crowd(server, HEAD % 200_000 + b" ") as connections,
    ):
        assert slowest(server) < 1

        closed = 0
        for connection in connections:
            connection.setblocking(False)
            with suppress(BlockingIOError):
                closed += answer_to(connection) in (b"",) or True
        assert 400 <= closed < MANY


def test_questions_that_take_seconds_hold_up_nobody(server: Server) -> None:
    """Two of them at once, with all advice: the worker's whole time, were they decided between the others."""
    names = [f"subnet-{number}" for number in range(120)]
    cluster = {"subnets": [{"id": name, "routing": "private_with_nat"} for name in names], "cluster_subnets": names[:9]}
    nodes = [{"name": f"nodes-{number}", "kind": "node", "subnets": names} for number in range(60)]
    large = json.dumps({"cluster": cluster, "consumers": nodes}).encode()

    with crowd(server, HEAD % len(large) + large, 2) as connections:
        taken, count = slowest(server, 3), 0
        for connection in connections:
            with suppress(TimeoutError):
                connection.settimeout(0.01)
                count += bool(connection.recv(1))
        assert count == 0  # they are still being decided
        for connection in connections:
            connection.settimeout(120)
            assert connection.recv(12) == b"HTTP/1.1 200"

    assert taken < 1


@pytest.mark.parametrize("head", [HEAD, FORM])
def test_bodies_hold_no_more_than_they_may_together(tmp_path: Path, head: bytes) -> None:
    with (
        running_service(tmp_path / "log", WORKERS="1", RECORDS="off", HELD_BYTES=str(2 * 1024 * 1024)) as server,
        crowd(server, head % 200_000 + b" " * 199_000, 20) as connections,
    ):
        assert slowest(server) < 1  # a small question finds room beside them

        ends = []
        for connection in connections:
            connection.settimeout(0.2)
            with suppress(TimeoutError):
                ends.append(connection.recv(65_536))
        assert {status_of(answer) for answer in ends} == {503}
        assert all(b"Retry-After: 2" in answer for answer in ends)
        assert len(ends) >= 9
