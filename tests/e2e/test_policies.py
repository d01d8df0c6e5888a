"""A policy that changes while the service answers: counted, against running services."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.web.policies import SECONDS_BETWEEN_LOOKS
from service.web.schemas.policy import load_policy
from tests.e2e.server import Server, running_service
from tests.waiting import until

FIRST, SECOND, BROKEN = "name: first\n", "name: second\n", "name: [\n"
REVISIONS = {text: load_policy(text.encode()).revision for text in (FIRST, SECOND)}
QUESTION = {"cluster": {"name": "demo"}, "include": []}
# Looking is due before an answer, so that this is the bound but for the answer itself.
SLACK_SECONDS = 1.0


def put(file: Path, text: str) -> None:
    """Puts a file in place in one piece, as `mv` does."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    beside.replace(file)


def asked(server: Server) -> tuple[int, str]:
    """The status and the policy's revision of one answer, over a connection of its own."""
    response = server.post("/v1/decisions", json=QUESTION, headers={"Connection": "close"})
    return response.status_code, response.json()["policy"]["revision"]


@contextmanager
def under_load(server: Server, askers: int = 3) -> Iterator[list[tuple[float, int, str]]]:
    """Asks without a pause while the test goes on; every answer with the time at which it was asked for."""
    answers: list[tuple[float, int, str]] = []
    stopping = threading.Event()

    def ask() -> None:
        while not stopping.is_set():
            began = time.monotonic()
            answers.append((began, *asked(server)))

    threads = [threading.Thread(target=ask) for _ in range(askers)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def test_policies_swapped_in_under_load_lose_no_answer_and_a_broken_one_is_never_in_force(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    put(file, FIRST)
    with running_service(tmp_path / "log", POLICY_FILE=str(file), RECORDS="off") as server:
        with under_load(server) as answers:
            time.sleep(0.5)
            put(file, SECOND)
            changed = time.monotonic()
            time.sleep(SECONDS_BETWEEN_LOOKS + SLACK_SECONDS)
            put(file, BROKEN)
            time.sleep(SECONDS_BETWEEN_LOOKS + SLACK_SECONDS)
        ready = server.get("/readyz")

        assert {status for _, status, _ in answers} == {200}
        assert Counter(revision for at, _, revision in answers if at < changed).keys() == {REVISIONS[FIRST]}
        late = [revision for at, _, revision in answers if at > changed + SECONDS_BETWEEN_LOOKS]
        assert len(late) > 10
        assert set(late) == {REVISIONS[SECOND]}
        assert (ready.status_code, ready.json()["status"]) == (200, "warn")


def test_two_replicas_are_under_the_new_policy_within_the_stated_time(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    put(file, FIRST)
    log = tmp_path / "log"
    with (
        running_service(log, POLICY_FILE=str(file), RECORDS="off", WORKERS="2") as one,
        running_service(tmp_path / "other", POLICY_FILE=str(file), RECORDS="off", WORKERS="2") as other,
    ):
        assert {asked(one)[1], asked(other)[1]} == {REVISIONS[FIRST]}
        put(file, SECOND)
        time.sleep(SECONDS_BETWEEN_LOOKS)

        assert {asked(server)[1] for server in (one, other) for _ in range(20)} == {REVISIONS[SECOND]}


def test_sighup_looks_at_once_and_workers_of_a_broken_file_have_the_last_good_policy(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    put(file, FIRST)
    with running_service(tmp_path / "log", POLICY_FILE=str(file), RECORDS="off") as server:
        put(file, SECOND)
        time.sleep(SECONDS_BETWEEN_LOOKS)
        until(lambda: {asked(server)[1] for _ in range(10)} == {REVISIONS[SECOND]})
        put(file, BROKEN)
        before = server.worker_ids()

        server.process.send_signal(signal.SIGHUP)
        until(lambda: server.worker_ids() and not server.worker_ids() & before)
        (killed, *_) = server.worker_ids()
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in server.worker_ids() and len(server.worker_ids()) == 2)

        assert {asked(server) for _ in range(20)} == {(200, REVISIONS[SECOND])}
        assert server.get("/readyz").json()["status"] == "warn"
        first = server.post("/v1/decisions", json={**QUESTION, "policy_revision": REVISIONS[FIRST]})
        assert first.json()["policy"]["revision"] == REVISIONS[FIRST]
