"""Two replicas behind nginx with PostgreSQL as their record: what a client sees while parts of it die or are renewed.

The clients never ask twice. Whatever failed is held against what was killed meanwhile, and every acknowledged decision
against the record.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPResponse, IncompleteRead
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests

from service.web.access.callers import Scope
from service.web.access.keys import new_key
from service.web.access.rates import rate_of
from tests.e2e.scaled_out import Replica, running_nginx, running_prometheus, running_redis
from tests.e2e.server import ROOT, Server
from tests.postgresql import PostgresServer, postgres_server
from tests.recording import kept_ids
from tests.waiting import until

QUESTION = {"cluster": {"name": "demo"}, "include": []}
LINE = json.dumps(QUESTION).encode() + b"\n"
CLIENTS = 4
SCARCE = 7
DASHBOARD = ROOT / "deploy/grafana/dashboards/eks-endpoint-decision.json"


@dataclass(frozen=True)
class Asked:
    """One request of one client: from when to when, and the status that came, None if no answer came."""

    began: float
    ended: float
    status: int | None


@dataclass
class Load:
    """Clients that ask the same address again and again, each request once."""

    url: str
    headers: dict[str, str]
    asked: list[Asked] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def _ask(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self.is_over.is_set():
                began, status = time.monotonic(), None
                with suppress(requests.RequestException):
                    response = session.post(f"{self.url}/v1/decisions", json=QUESTION, headers=self.headers, timeout=20)
                    status = response.status_code
                    if status == 200:
                        self.acknowledged.append(response.json()["decision_id"])
                self.asked.append(Asked(began, time.monotonic(), status))
                time.sleep(0.06)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """The clients ask meanwhile."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            asking = [pool.submit(self._ask) for _ in range(CLIENTS)]
            try:
                yield
            finally:
                self.is_over.set()
        for one in asking:
            one.result()

    def until_more(self, count: int) -> None:
        """Waits until so many more answers were given."""
        before = len(self.acknowledged)
        until(lambda: len(self.acknowledged) >= before + count)

    @property
    def failed(self) -> list[Asked]:
        """The requests that got no decision."""
        return [one for one in self.asked if one.status != 200]

    def unexcused(self, death: tuple[float, float]) -> list[Asked]:
        """The requests that failed and were not under way while something died."""
        return [one for one in self.failed if not (one.began <= death[1] and death[0] <= one.ended)]


@dataclass(frozen=True)
class SetUp:
    """Everything that runs."""

    front: Server
    replicas: tuple[Replica, Replica]
    record: str
    headers: dict[str, str]
    """With which a caller says who it is."""
    limited: dict[str, str]
    """With which another one does, who may ask little."""

    def kept(self) -> set[str]:
        """The ids in the record."""
        return kept_ids(self.record)

    def tried_in_vain(self, replica: Replica) -> int:
        """How often nginx tried a replica and got no answer."""
        count = 0
        for line in self.front.lines():
            addresses, statuses = line["replicas"].split(", "), line["replica_statuses"].split(", ")
            count += list(zip(addresses, statuses, strict=True)).count((f"127.0.0.1:{replica.port}", "502"))
        return count

    def until_in_rotation(self, replica: Replica) -> None:
        """Waits until nginx gives a replica questions (again)."""
        answered = f'"replicas":"127.0.0.1:{replica.port}","replica_statuses":"200"'
        before = self.front.output().count(answered)
        until(lambda: self.front.output().count(answered) > before)


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SetUp]:
    """Two replicas, ready, behind nginx."""
    folder = tmp_path_factory.mktemp("scaled-out")
    with postgres_server(folder) as postgres, running_redis(folder) as redis:
        record = prepared_record(postgres)
        secret, key = new_key("portal", frozenset({Scope.DECIDE, Scope.READ}), None, None)
        scarce, limited = new_key("visitor", frozenset({Scope.DECIDE}), None, rate_of(f"{SCARCE}/day"))
        settings = {
            "API_KEYS": f"{key.line()} {limited.line()}",
            "RATE_LIMIT_STORE": redis,
            "METRICS_ACCESS": "open",
            "RECORDS": "required",
            "RECORDS_URL": record,
            "GRACEFUL_SECONDS": "10",
        }
        replicas = (Replica(folder / "a", **settings), Replica(folder / "b", **settings))
        try:
            with ThreadPoolExecutor() as pool:
                list(pool.map(Replica.start, replicas))
            with running_nginx(folder, tuple(replica.port for replica in replicas)) as front:
                callers = ({"Authorization": f"Bearer {text}"} for text in (secret, scarce))
                yield SetUp(front, replicas, record, *callers)
        finally:
            for replica in replicas:
                replica.close()


def prepared_record(postgres: PostgresServer) -> str:
    """A database whose tables the migration made, and its URL for a role that may change rows and no table."""
    owner = postgres.create("decisions")
    prepared = subprocess.run(
        [sys.executable, "-m", "service", "records", "prepare"],
        cwd=ROOT,
        env={**os.environ, "RECORDS_URL": owner},
        capture_output=True,
        text=True,
        check=False,
    )
    assert prepared.returncode == 0, prepared.stderr
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("create role replica login")
        connection.execute("grant select, insert, update, delete on all tables in schema public to replica")
    return owner.replace("tester@", "replica@")


def test_a_decision_of_one_replica_is_found_by_the_other(set_up: SetUp) -> None:
    answers = [set_up.front.post("/v1/decisions", json=QUESTION, headers=set_up.headers) for _ in range(4)]

    for answer in answers:
        for replica in set_up.replicas:
            assert replica.server.get(answer.headers["Location"], headers=set_up.headers).content == answer.content


def test_replicas_count_together_what_a_caller_asks(set_up: SetUp) -> None:
    asked = [
        replica.server.post("/v1/decisions", json=QUESTION, headers=set_up.limited)
        for _ in range(SCARCE)
        for replica in set_up.replicas
    ]
    through_nginx = set_up.front.post("/v1/decisions", json=QUESTION, headers=set_up.limited)

    assert [answer.status_code for answer in asked] == [200] * SCARCE + [429] * SCARCE
    assert through_nginx.status_code == 429
    assert int(through_nginx.headers["Retry-After"]) > 0


def test_every_panel_of_the_dashboard_shows_something(set_up: SetUp, tmp_path: Path) -> None:
    for body in (QUESTION, {"nonsense": True}):
        set_up.front.post("/v1/decisions", json=body, headers=set_up.headers)
    ports = tuple(replica.port for replica in set_up.replicas)
    with running_prometheus(tmp_path, ports) as prometheus:

        def found(query: str) -> list[dict[str, Any]]:
            answer = prometheus.get("/api/v1/query", params={"query": query}).json()
            assert answer["status"] == "success", (query, answer)
            return list(answer["data"]["result"])

        until(lambda: found("count(up == 1) == 2"))
        until(lambda: found("sum by (status) (rate(eksendpoint_requests_total[1m])) and on () (count(up) == 2)"))
        panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
        queries = [target["expr"] for panel in panels for target in panel["targets"]]
        filled = [query.replace("$__rate_interval", "1m").replace("$instance", ".*") for query in queries]
        assert [query for query in filled if not found(query)] == []


def test_a_killed_worker_costs_what_it_had_in_hand_and_nothing_else(set_up: SetUp) -> None:
    load = Load(set_up.front.url, set_up.headers)
    with load.going_on():
        load.until_more(40)
        death = set_up.replicas[0].kill_worker()
        load.until_more(80)

    assert load.unexcused(death) == []
    assert set_up.kept() >= set(load.acknowledged)


def test_a_killed_replica_costs_what_it_had_in_hand_and_is_left_alone_until_it_is_back(set_up: SetUp) -> None:
    replica = set_up.replicas[1]
    load = Load(set_up.front.url, set_up.headers)
    with load.going_on():
        load.until_more(40)
        death = replica.kill()
        in_vain, asked = set_up.tried_in_vain(replica), len(load.asked)
        load.until_more(80)
        in_vain, asked = set_up.tried_in_vain(replica) - in_vain, len(load.asked) - asked
        replica.start()
        set_up.until_in_rotation(replica)

    assert load.unexcused(death) == []
    assert set_up.kept() >= set(load.acknowledged)
    # Least busy as the dead one is, it would be tried first by every request if it were not left alone.
    assert in_vain < asked / 3


def test_a_rolling_restart_costs_nobody_an_answer(set_up: SetUp) -> None:
    first, second = set_up.replicas
    load = Load(set_up.front.url, set_up.headers)
    with load.going_on():
        first.stop()
        first.start()
        set_up.until_in_rotation(first)
        second.stop()  # and is not started again here: a start takes seconds, and the test before this one has seen one
        load.until_more(40)

    assert load.failed == []
    assert set_up.kept() >= set(load.acknowledged)


class Streamed:
    """A batch in a stream through nginx, as its client sees it."""

    def __init__(self, set_up: SetUp) -> None:
        self.id = uuid4().hex
        self.socket = set_up.front.connect()
        given = {
            "Host": "test",
            "X-Request-Id": self.id,
            "Content-Type": "application/x-ndjson",
            "Transfer-Encoding": "chunked",
            **set_up.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        self.socket.sendall(f"POST /v1/decision-batches HTTP/1.1\r\n{head}\r\n".encode())
        self._answer: HTTPResponse | None = None

    def send(self, lines: bytes) -> None:
        """Sends some lines, whole or not."""
        self.socket.sendall(b"%x\r\n%b\r\n" % (len(lines), lines))

    def end(self) -> None:
        """Says that there is no more to come."""
        self.socket.sendall(b"0\r\n\r\n")

    def take(self) -> dict[str, Any] | None:
        """The next answer; None at the end."""
        if self._answer is None:
            self._answer = HTTPResponse(self.socket, method="POST")
            self._answer.begin()
            assert self._answer.status == 200
        line = self._answer.readline()
        return dict(json.loads(line)) if line else None

    def close(self) -> None:
        """Goes away without a word."""
        if self._answer is not None:
            self._answer.close()
        self.socket.close()

    def told(self, set_up: SetUp) -> dict[str, Any]:
        """What a replica's log says of this batch once it is over."""

        def lines() -> list[dict[str, Any]]:
            every = (line for replica in set_up.replicas for line in replica.server.lines())
            return [line for line in every if line["request_id"] == self.id and line["logger"] == "service.batches"]

        until(lines)
        (line,) = lines()
        return line


@contextmanager
def streamed(set_up: SetUp) -> Iterator[Streamed]:
    """A stream that is closed afterwards."""
    batch = Streamed(set_up)
    try:
        yield batch
    finally:
        batch.close()


def test_nginx_passes_each_answer_on_before_the_next_question_comes(set_up: SetUp) -> None:
    with streamed(set_up) as batch:
        for index in range(3):
            batch.send(LINE)
            answer = batch.take()
            assert answer is not None
            assert (answer["index"], answer["status"]) == (index, 200)
        batch.end()
        assert batch.take() is None


def test_a_stream_keeps_its_order_and_every_answer_is_in_the_record(set_up: SetUp) -> None:
    with streamed(set_up) as batch:
        sending = threading.Thread(target=lambda: (batch.send(LINE * 300), batch.end()))
        sending.start()
        answers = list(iter(batch.take, None))
        sending.join()

    assert [answer["index"] for answer in answers] == list(range(300))
    assert set_up.kept() >= {answer["decision"]["decision_id"] for answer in answers}
    assert batch.told(set_up)["is_whole"] is True


def test_who_does_not_read_through_nginx_is_not_read_from(set_up: SetUp) -> None:
    with streamed(set_up) as batch:
        batch.socket.settimeout(1.0)
        with pytest.raises((TimeoutError, ConnectionError)):
            batch.send(LINE * 1_000_000)


def test_a_client_that_leaves_nginx_stops_the_work(set_up: SetUp) -> None:
    with streamed(set_up) as batch:
        batch.send(LINE * 2_000)
        assert batch.take() is not None

    told = batch.told(set_up)
    assert told["is_whole"] is False
    assert told["items"] < 1_000


def test_every_answer_of_a_stream_whose_replica_is_killed_is_in_the_record(set_up: SetUp) -> None:
    acknowledged: list[str] = []
    with streamed(set_up) as batch:
        batch.send(LINE * 500)
        with suppress(IncompleteRead, ConnectionError, ValueError):
            while answer := batch.take():
                acknowledged.append(answer["decision"]["decision_id"])
                if len(acknowledged) == 40:
                    set_up.replicas[0].kill()  # the only one that runs by now

    assert 40 <= len(acknowledged) < 500
    assert set_up.kept() >= set(acknowledged)


class Pretender(BaseHTTPRequestHandler):
    """Stands in for a replica, counts what it is asked, and is ready or not."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Whether it is ready."""
        self._answer(200 if self.server.is_ready else 503)  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        """Any question."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.questions += 1  # type: ignore[attr-defined]
        self._answer(200)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class Pretending(ThreadingHTTPServer):
    """A replica that decides nothing, on a free port."""

    def __init__(self, is_ready: bool) -> None:
        super().__init__(("127.0.0.1", 0), Pretender)
        self.is_ready, self.questions = is_ready, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()


@contextmanager
def pretending(*ready: bool) -> Iterator[list[Pretending]]:
    """Such replicas, closed afterwards."""
    replicas = [Pretending(is_ready) for is_ready in ready]
    try:
        yield replicas
    finally:
        for replica in replicas:
            replica.shutdown()
            replica.server_close()


def test_a_replica_that_is_not_ready_goes_out_of_rotation(tmp_path: Path) -> None:
    with (
        pretending(True, False) as (ready, unready),
        running_nginx(tmp_path, (ready.server_address[1], unready.server_address[1])) as front,
    ):
        front.post("/v1/decisions", data=b"{}")
        front.post("/v1/decisions", data=b"{}")
        before = unready.questions
        healths = {front.get("/readyz").status_code for _ in range(8)}
        for _ in range(20):
            front.post("/v1/decisions", data=b"{}")

    assert before == 1
    assert healths == {200}
    assert (ready.questions, unready.questions) == (21, 1)


def test_what_nginx_itself_says_has_the_form_of_the_service(tmp_path: Path) -> None:
    with (
        pretending(True, True) as replicas,
        running_nginx(tmp_path, tuple(r.server_address[1] for r in replicas)) as front,
    ):
        metrics = front.get("/metrics", headers={"X-Request-Id": "from-outside"})
        large = front.post("/v1/decisions", data=b" " * (21 * 1024 * 1024))
        for replica in replicas:
            replica.server_close()
            replica.shutdown()
        gone = front.post("/v1/decisions", data=b"{}", headers={"X-Request-Id": 'a"quote'})

    assert [answer.status_code for answer in (metrics, large, gone)] == [404, 413, 502]
    for answer in (metrics, large, gone):
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert set(answer.json()) == {"type", "title", "status", "detail", "code", "request_id", "errors"}
        assert answer.headers["X-Request-Id"] == answer.json()["request_id"]
    assert metrics.json()["request_id"] == "from-outside"
    assert gone.json()["request_id"] != 'a"quote'
    assert gone.headers["Retry-After"] == "1"
