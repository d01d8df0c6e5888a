"""Minutes of mixed load with faults on a running service; what came back is held to the engine run offline.

1. Honest callers ask single questions and batches under two policies that are swapped; every answer must be, byte for
   byte of its content, what the application gives in this process under the policy that it names.
2. Meanwhile others send what is no question, stall in the middle of a body, and walk away.
3. Workers are killed, the policy is swapped for the other one or a broken one, and the database is stopped and
   started. A 503 is right while the database is away, for records are required.
4. In the last third nobody is killed, so that what a worker holds can be compared with what it held before.
5. In the end every decision that was acknowledged must be in the record.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from service.app import create_app
from service.records.record import Wanted
from service.records.store import Store
from service.settings import Records, Settings
from tests.e2e.server import Server, running_service
from tests.endurance.questions import ROOT, Parts, mutated, pool
from tests.postgresql import PostgresServer, binaries, postgres_server
from tests.waiting import until

POLICIES = (ROOT / "docs/policies/start-up.yaml", ROOT / "docs/policies/laboratory.yaml")
QUESTIONS = 60
CALLERS = 3
STALLED = 30
MOST_GROWTH_MIB = 32
MOST_MORE_DESCRIPTORS = 40
_OF_THE_MOMENT = ("decision_id", "created_at")

Oracle = Mapping[tuple[str, int], Mapping[str, Any]]


@dataclass
class Tally:
    """What was seen."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str, decision: Mapping[str, Any] | None = None) -> None:
        """Counts an answer, and keeps the name of a decision that was acknowledged."""
        with self.lock:
            self.answers[what] += 1
            if decision is not None:
                self.acknowledged.append(decision["decision_id"])

    def blame(self, what: str) -> None:
        """Keeps what must not have come."""
        with self.lock:
            self.wrong.append(what)


def questions() -> list[dict[str, Any]]:
    """What the honest callers ask: every few of the project's questions, mostly without advice."""
    found = [one for one in pool() if len(json.dumps(one)) < 20_000 and "policy_revision" not in one]
    chosen = found[:: max(1, len(found) // QUESTIONS)][:QUESTIONS]
    return [{**one, "include": ["unknowns"] if index % 10 == 0 else []} for index, one in enumerate(chosen)]


def oracle_of(asked: list[dict[str, Any]]) -> Oracle:
    """What each question is answered under each policy, by the revision that the answer names."""
    found = {}
    for policy in POLICIES:
        settings = Settings(records=Records.OFF, policy_file=policy, log_level="CRITICAL")
        client = create_app(settings).test_client()
        for index, question in enumerate(asked):
            response = client.post("/v1/decisions", json=question)
            if response.status_code == 200:
                found[response.json["policy"]["revision"], index] = lasting(response.json)
    return found


def lasting(decision: Mapping[str, Any]) -> Mapping[str, Any]:
    """A decision without what is of the moment in which it was made."""
    return {name: value for name, value in decision.items() if name not in _OF_THE_MOMENT}


class Load:
    """Everybody who asks while the soak goes on."""

    def __init__(self, server: Server, asked: list[dict[str, Any]], oracle: Oracle, tally: Tally) -> None:
        self._server, self._asked, self._oracle, self._tally = server, asked, oracle, tally
        self._parts = Parts(asked)
        self._known = sorted({index for _, index in oracle})
        self.is_over = threading.Event()

    def everybody(self) -> list[Callable[[], None]]:
        """One function for each caller; they end when `is_over` is set."""
        singles = [lambda seed=seed: self._forever(self._single, seed) for seed in range(CALLERS)]
        others = (self._batch, self._nonsense, self._stall)
        return [*singles, *(lambda act=act: self._forever(act, 99) for act in others)]  # type: ignore[misc]

    def _forever(self, act: Callable[[requests.Session, random.Random], None], seed: int) -> None:
        chance = random.Random(seed)
        with requests.Session() as session:
            session.trust_env = False
            while not self.is_over.is_set():
                try:
                    act(session, chance)
                except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, OSError):
                    self._tally.add("connection broken")
                except Exception as error:
                    self._tally.blame(f"{act.__name__}: {type(error).__name__}: {error}")

    def _single(self, session: requests.Session, chance: random.Random) -> None:
        index = chance.choice(self._known)
        response = session.post(f"{self._server.url}/v1/decisions", json=self._asked[index], timeout=60)
        if response.status_code == 503:
            self._tally.add("refused for the record (503)")
            time.sleep(0.1)
        elif response.status_code == 200:
            self._hold(index, response.json())
            self._tally.add("decision", response.json())
        else:
            self._tally.blame(f"question {index}: status {response.status_code}")

    def _hold(self, index: int, decision: Mapping[str, Any]) -> None:
        if lasting(decision) != self._oracle.get((decision["policy"]["revision"], index)):
            self._tally.blame(f"question {index}: not what the engine gives offline")

    def _batch(self, session: requests.Session, chance: random.Random) -> None:
        chosen = [chance.choice(self._known) for _ in range(20)]
        given = [self._asked[index] for index in chosen]
        response = session.post(f"{self._server.url}/v1/decision-batches", json=given, timeout=120)
        for index, item in zip(chosen, response.json()["items"], strict=True):
            if item["status"] == 200:
                self._hold(index, item["decision"])
                self._tally.add("decision in a batch", item["decision"])
            elif item["status"] == 503:
                self._tally.add("refused for the record (503)")
            else:
                self._tally.blame(f"question {index} in a batch: status {item['status']}")

    def _nonsense(self, session: requests.Session, chance: random.Random) -> None:
        one = mutated(chance.choice(self._asked), self._parts, chance)
        body = bytearray(json.dumps(one).encode())
        body[chance.randrange(len(body))] = chance.randrange(256)
        headers = {"content-type": "application/json"}
        response = session.post(f"{self._server.url}/v1/decisions", data=bytes(body), headers=headers, timeout=60)
        if response.status_code >= 500 and response.status_code != 503:
            self._tally.blame(f"nonsense: status {response.status_code}")
        decision = response.json() if response.status_code == 200 else None
        self._tally.add(f"nonsense ({response.status_code})", decision)
        time.sleep(0.02)

    def _stall(self, session: requests.Session, chance: random.Random) -> None:
        body = json.dumps(self._asked[0]).encode()
        with ExitStack() as held:
            for _ in range(STALLED):
                connection = held.enter_context(self._server.begin_upload(body, len(body) // 2))
                self._tally.add("upload left in the middle")
                connection.settimeout(1)
            self.is_over.wait(3)
        probe = session.get(f"{self._server.url}/livez", timeout=20)
        self._tally.add("probe" if probe.ok else "probe refused")


class Faults:
    """What goes wrong, in turn."""

    def __init__(self, server: Server, policy: Path, database: PostgresServer | None, tally: Tally) -> None:
        self._server, self._policy, self._database, self._tally = server, policy, database, tally
        self._turn = 0

    def next(self, *, may_kill: bool) -> None:
        """The next fault."""
        acts = [self._swap_policy, self._break_policy]
        acts += [self._stop_database] if self._database else []
        acts += [self._kill_worker] if may_kill else []
        acts[self._turn % len(acts)]()
        self._turn += 1

    def _kill_worker(self) -> None:
        with suppress(ProcessLookupError, ValueError):
            os.kill(min(self._server.worker_ids()), signal.SIGKILL)
            self._tally.faults["worker killed"] += 1

    def _swap_policy(self) -> None:
        self._put(POLICIES[self._tally.faults["policy swapped"] % len(POLICIES)].read_text("utf-8"))
        self._tally.faults["policy swapped"] += 1

    def _break_policy(self) -> None:
        self._put("policy: [")
        self._tally.faults["policy broken"] += 1

    def _put(self, text: str) -> None:
        beside = self._policy.with_suffix(".new")
        beside.write_text(text, "utf-8")
        beside.replace(self._policy)

    def _stop_database(self) -> None:
        assert self._database is not None
        self._database.stop("immediate")
        time.sleep(1.5)
        self._database.start()
        self._tally.faults["database crashed"] += 1


def held_by(server: Server) -> dict[int, tuple[float, int]]:
    """What each worker holds: MiB of memory, and descriptors."""
    found = {}
    for worker in server.worker_ids():
        with suppress(OSError, StopIteration):
            status = Path(f"/proc/{worker}/status").read_text("ascii").splitlines()
            resident = next(line for line in status if line.startswith("VmRSS"))
            found[worker] = (int(resident.split()[1]) / 1024, len(os.listdir(f"/proc/{worker}/fd")))
    return found


def run(seconds: float, folder: Path, say: Callable[[str], None]) -> int:
    """The whole soak; 0 if nothing was wrong."""
    asked, tally = questions(), Tally()
    oracle = oracle_of(asked)
    policy = folder / "policy.yaml"
    policy.write_text(POLICIES[0].read_text("utf-8"), "utf-8")
    with ExitStack() as stack:
        database = stack.enter_context(postgres_server(folder)) if binaries() else None
        url = database.create("soak") if database else f"sqlite:///{folder / 'records.sqlite3'}"
        settings = {"RECORDS": "required", "RECORDS_URL": url, "POLICY_FILE": str(policy)}
        server = stack.enter_context(running_service(folder / "log", **settings))
        load, faults = Load(server, asked, oracle, tally), Faults(server, policy, database, tally)
        say(f"{len(oracle)} answers known beforehand; {seconds:.0f} s on {'PostgreSQL' if database else 'SQLite'}")
        before, after = _under_load(load, faults, server, seconds, say, tally)
        until(lambda: server.get("/readyz").status_code == 200)
        missing = set(tally.acknowledged) - _kept(url)
    return _concluded(tally, missing, before, after, say)


def _under_load(
    load: Load, faults: Faults, server: Server, seconds: float, say: Callable[[str], None], tally: Tally
) -> tuple[dict[int, tuple[float, int]], dict[int, tuple[float, int]]]:
    """What the workers held at the begin of the last third, and in the end."""
    began, before = time.monotonic(), dict[int, tuple[float, int]]()
    everybody = load.everybody()
    with ThreadPoolExecutor(len(everybody)) as callers:
        for act in everybody:
            callers.submit(act)
        try:
            while (passed := time.monotonic() - began) < seconds:
                is_last_third = passed > seconds * 2 / 3
                if is_last_third and not before:
                    time.sleep(min(5.0, seconds / 12))
                    before = held_by(server)
                faults.next(may_kill=not is_last_third)
                say(f"{passed:5.0f} s: {sum(tally.answers.values()):,} answers, {len(tally.wrong)} wrong")
                time.sleep(min(4.0, seconds / 12))
            after = held_by(server)
        finally:
            load.is_over.set()
    return before, after


def _kept(url: str) -> set[str]:
    store = Store(url)
    try:
        return {record.id for record in store.every(Wanted())}
    finally:
        store.close()


def _concluded(
    tally: Tally,
    missing: set[str],
    before: dict[int, tuple[float, int]],
    after: dict[int, tuple[float, int]],
    say: Callable[[str], None],
) -> int:
    for name, number in sorted((tally.answers + tally.faults).items()):
        say(f"{number:8,}  {name}")
    grown = False
    for worker in sorted(before.keys() & after.keys()):
        (mib, descriptors), (mib_after, descriptors_after) = before[worker], after[worker]
        say(f"worker: {mib:.0f} to {mib_after:.0f} MiB, {descriptors} to {descriptors_after} descriptors")
        grown = grown or mib_after - mib > MOST_GROWTH_MIB or descriptors_after - descriptors > MOST_MORE_DESCRIPTORS
    for what, number in Counter(tally.wrong).most_common(20):
        say(f"WRONG {number} times: {what}")
    say(f"{len(tally.acknowledged):,} acknowledged, {len(missing)} of them not in the record; {len(tally.wrong)} wrong")
    return 1 if tally.wrong or missing or grown or not tally.acknowledged else 0
