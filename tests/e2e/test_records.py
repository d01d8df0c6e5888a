"""The record of a running service, while its workers, its database and its disk fail.

Each test counts what was acknowledged and what is there afterwards.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from service.records.lines import record_of
from service.records.store import StoreError
from tests.e2e.server import Server, running_service
from tests.postgresql import PostgresServer, postgres_server
from tests.recording import kept_ids
from tests.waiting import until

QUESTION = {"cluster": {"name": "demo"}, "include": []}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A database server that these tests may stop."""
    with postgres_server(tmp_path_factory.mktemp("server")) as server:
        yield server


class Load:
    """A few clients that ask again and again; what each was answered is remembered."""

    def __init__(self, server: Server) -> None:
        self._url = f"{server.url}/v1/decisions"
        self.acknowledged: list[str] = []
        self.statuses: list[int] = []
        self.broken = 0
        self.slowest = 0.0
        self._is_over = threading.Event()

    def _ask(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self._is_over.is_set():
                started = time.monotonic()
                try:
                    response = session.post(self._url, json=QUESTION, timeout=20)
                except requests.ConnectionError:
                    self.broken += 1
                    continue
                self.slowest = max(self.slowest, time.monotonic() - started)
                self.statuses.append(response.status_code)
                if response.status_code == 200:
                    self.acknowledged.append(response.json()["decision_id"])
                time.sleep(0.005)

    @contextmanager
    def going_on(self, clients: int = 4) -> Iterator[None]:
        """The clients ask meanwhile."""
        with ThreadPoolExecutor(clients) as pool:
            for _ in range(clients):
                pool.submit(self._ask)
            try:
                yield
            finally:
                self._is_over.set()

    def until_more(self, count: int) -> None:
        """Waits until so many more answers were given."""
        before = len(self.acknowledged)
        until(lambda: len(self.acknowledged) >= before + count)


def spilled(folder: Path) -> set[str]:
    lines = [line for file in folder.glob("spilled-*.jsonl") for line in file.read_bytes().splitlines(keepends=True)]
    return {record_of(line).id for line in lines if line.endswith(b"\n")}


def kept(url: str) -> set[str]:
    """What the store has; nothing while it does not answer or before it has tables."""
    try:
        return kept_ids(url)
    except StoreError:
        return set()


def test_every_worker_finds_what_another_one_decided(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", RECORDS="required") as server:
        answers = [server.post("/v1/decisions", json=QUESTION, headers={"Connection": "close"}) for _ in range(12)]

        found = [server.get(answer.headers["Location"], headers={"Connection": "close"}) for answer in answers]

        assert [response.content for response in found] == [answer.content for answer in answers]
        listed = server.get("/v1/decisions?cluster=demo").json()["items"]
        assert {item["id"] for item in listed} == {answer.json()["decision_id"] for answer in answers}


def test_a_locked_store_holds_up_no_answer_and_loses_no_record(tmp_path: Path) -> None:
    file = tmp_path / "records.sqlite3"
    with running_service(tmp_path / "log") as server:
        load = Load(server)
        until(file.exists)
        with load.going_on():
            load.until_more(20)
            holder = sqlite3.connect(file, isolation_level=None)
            holder.execute("begin exclusive")
            load.until_more(200)
            holder.rollback()
            holder.close()
            load.until_more(20)
        until(lambda: kept(f"sqlite:///{file}") >= set(load.acknowledged))

    assert load.broken == 0
    assert set(load.statuses) == {200}
    # The lock is waited for in another thread: an answer that waited for it would take two seconds.
    assert load.slowest < 1.5


def test_a_killed_worker_loses_no_record_that_was_acknowledged(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", RECORDS="required") as server:
        load = Load(server)
        with load.going_on():
            for _ in range(3):
                load.until_more(30)
                os.kill(next(iter(server.worker_ids())), signal.SIGKILL)
            load.until_more(30)

    assert len(load.acknowledged) >= 120
    assert kept(f"sqlite:///{tmp_path / 'records.sqlite3'}") >= set(load.acknowledged)
    assert set(load.statuses) == {200}


def test_what_a_killed_worker_spilled_is_caught_up_by_the_others(tmp_path: Path) -> None:
    file = tmp_path / "records.sqlite3"
    with running_service(tmp_path / "log") as server:
        load = Load(server)
        until(file.exists)
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("begin exclusive")
        with load.going_on():
            load.until_more(50)
        until(lambda: spilled(tmp_path / "spill") >= set(load.acknowledged))
        for worker in server.worker_ids():
            os.kill(worker, signal.SIGKILL)
        holder.rollback()
        holder.close()

        until(lambda: kept(f"sqlite:///{file}") >= set(load.acknowledged))


def test_a_database_that_stops_and_starts_under_load_misses_nothing(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.create("under_load")
    with running_service(tmp_path / "log", RECORDS_URL=url) as server:
        load = Load(server)
        with load.going_on():
            load.until_more(50)
            postgres.stop("immediate")
            load.until_more(100)
            unavailable = server.get("/v1/decisions")
            postgres.start()
            load.until_more(50)
        until(lambda: kept(url) >= set(load.acknowledged))

    assert unavailable.status_code == 503
    assert set(load.statuses) == {200}
    assert load.broken == 0
    assert load.slowest < 2.0


def test_required_records_turn_a_stopped_database_into_a_refusal(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.create("required")
    with running_service(tmp_path / "log", RECORDS_URL=url, RECORDS="required") as server:
        load = Load(server)
        with load.going_on():
            load.until_more(50)
            postgres.stop("immediate")
            until(lambda: 503 in load.statuses)
            refused = server.post("/v1/decisions", json=QUESTION)
            healthy = server.get("/livez")
            postgres.start()
            load.until_more(50)

    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (503, "NOT_RECORDED", "5")
    assert healthy.status_code == 200
    assert set(load.statuses) == {200, 503}
    assert kept(url) >= set(load.acknowledged)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_costs_records_and_no_answer(tmp_path: Path) -> None:
    spill = tmp_path / "spill"
    with running_service(
        tmp_path / "log", RECORDS_URL=f"sqlite:///{spill}/no/such/folder", RECORDS_SPILL_BYTES="0"
    ) as server:
        spill.write_text("a file stands where the folder should be")
        answers = [server.post("/v1/decisions", json=QUESTION).status_code for _ in range(5)]
        until(lambda: any(line["message"] == "records are being lost" for line in server.lines()))

    assert answers == [200] * 5


def test_a_stop_writes_what_still_waits(tmp_path: Path) -> None:
    with running_service(tmp_path / "log") as server:
        ids = {server.post("/v1/decisions", json=QUESTION).json()["decision_id"] for _ in range(20)}
        server.terminate()
        server.process.wait(20)

    assert kept(f"sqlite:///{tmp_path / 'records.sqlite3'}") >= ids
