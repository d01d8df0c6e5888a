"""Keeps records without holding up answers, and says what became of them.

1. `keep` puts a record into a bounded queue and returns; one thread writes batches to the store.
2. What the store does not take, and what comes until it is tried again, is spilled to a local file and caught up once
   the store answers.
3. What neither takes, or what is beyond the queue's bound and the file's, is dropped and counted.
4. Once an hour what is older than the retention allows is forgotten.
5. Where records are required, `keep` waits until the store has the record, at most a stated time, and raises
   `NotKeptError` otherwise; such a record is never spilled, because nobody was told that it is kept.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol, TypeVar

from service.records.record import Record
from service.records.spill import Spill, SpillError
from service.records.store import Store, StoreError

SECONDS_TO_WAIT = 5.0
"""How long an answer waits for its record where records are required."""
MOST_WAITING_BYTES = 32 * 1024 * 1024
SECONDS_BETWEEN_TIDYINGS = 3600.0
"""How often old decisions and expired keys are forgotten."""
_MOST_IN_A_BATCH = 200
_SHARE_OF_ONE = 8
"""Beyond this part of the queue a caller with many records waits for the store."""
SECONDS_BETWEEN_TRIES = 10.0
"""The longest pause before a store that failed is tried again; the first is a fortieth of it."""

_log = logging.getLogger("service.records")

_T = TypeVar("_T")


class Run(Protocol):
    """Runs a call that blocks; in a worker of greenlets, in a real thread, so that other requests go on."""

    def __call__(self, call: Callable[[], _T]) -> _T: ...


def run_here(call: Callable[[], _T]) -> _T:
    """Runs a call in the thread that asks."""
    return call()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long decisions are kept: as many days, and at most as many; None for ever and all."""

    days: int | None = None
    newest: int | None = None


class NotKeptError(Exception):
    """The record that this answer needs could not be kept in time (503)."""


@dataclass(slots=True)
class Counts:
    """What became of the records of this process."""

    kept: int = 0
    spilled: int = 0
    caught_up: int = 0
    dropped: int = 0


@dataclass(slots=True, eq=False)
class _Waiting:
    record: Record
    is_done: threading.Event = field(default_factory=threading.Event)
    is_kept: bool = False
    is_given_up: bool = False


def nothing_to_wait_for() -> None:
    """Nothing has to be waited for."""


class Keeper:
    """One process's way to the store."""

    def __init__(
        self,
        store: Store,
        spill: Spill,
        *,
        is_required: bool = False,
        most_waiting_bytes: int = MOST_WAITING_BYTES,
        seconds_to_wait: float = SECONDS_TO_WAIT,
        seconds_between_tries: float = SECONDS_BETWEEN_TRIES,
        run: Run = run_here,
        retention: Retention = Retention(),
    ) -> None:
        self.store = store
        self.spill = spill
        self.is_required = is_required
        self.counts = Counts()
        self.failing_since: float | None = None
        self._most_waiting_bytes = most_waiting_bytes
        self._seconds_to_wait = seconds_to_wait
        self._seconds_between_tries = seconds_between_tries
        self.run = run
        self._retention = retention
        self._tidied_at = float("-inf")
        self._queue: deque[_Waiting] = deque()
        self._queue_bytes = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self._is_prepared = False
        self._is_losing = False

    @property
    def waiting(self) -> int:
        """How many records are queued."""
        return len(self._queue)

    def ask(self, call: Callable[[Store], _T]) -> _T:
        """What the store answers; waits for it where waiting holds up nobody, and raises `StoreError`."""
        return self.run(lambda: call(self._prepared()))

    def _prepared(self) -> Store:
        if not self._is_prepared:
            self.store.prepare()
            self._is_prepared = True
        return self.store

    def start(self) -> None:
        """Starts the thread; a worker calls this after it was forked."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="records", daemon=True)
                self._thread.start()

    def keep(self, record: Record) -> None:
        """Keeps a record, or says by `NotKeptError` that it is not kept where it must be."""
        self.begin(record)()

    def begin(self, record: Record) -> Callable[[], None]:
        """Begins to keep a record; what is given back waits until it is kept, where it must be.

        Several that are begun before the first is waited for are written together. Both raise `NotKeptError`.
        """
        waiting = _Waiting(record)
        self.start()
        with self._changed:
            is_full = self._queue_bytes + record.size > self._most_waiting_bytes
            if not is_full:
                self._queue.append(waiting)
                self._queue_bytes += record.size
                self._changed.notify_all()
        if self.is_required:
            if is_full:
                raise NotKeptError("too many records wait for the store")
            return lambda: self._wait_for(waiting)
        if is_full:
            self._spill([record])
        return nothing_to_wait_for

    def _wait_for(self, waiting: _Waiting) -> None:
        waiting.is_done.wait(self._seconds_to_wait)
        if not waiting.is_kept:
            waiting.is_given_up = True
            raise NotKeptError("the store did not take the record in time")

    def make_way(self) -> None:
        """Waits while the queue is long and the store takes records: one caller with many must not fill it alone."""
        if self._queue_bytes > self._most_waiting_bytes // _SHARE_OF_ONE:
            with self._changed:
                self._changed.wait_for(
                    lambda: (
                        self._queue_bytes <= self._most_waiting_bytes // _SHARE_OF_ONE or self.failing_since is not None
                    ),
                    self._seconds_to_wait,
                )

    def close(self, seconds: float = 5.0) -> None:
        """Writes what waits, to the store or else to the file, and ends the thread."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)
        left = [waiting.record for waiting in self._take()]
        if left and not self.is_required:
            self._spill(left)
        self.spill.close()
        self.store.close()

    def _take(self) -> list[_Waiting]:
        with self._changed:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), _MOST_IN_A_BATCH))]
            self._queue_bytes -= sum(waiting.record.size for waiting in batch)
            self._changed.notify_all()
        return batch

    def _work(self) -> None:
        pause = first_pause = self._seconds_between_tries / 40
        while True:
            with self._changed:
                if not self._queue and not self._is_closing:
                    self._changed.wait(timeout=self._seconds_between_tries)
                if self._is_closing and not self._queue:
                    return
            batch = self._take()
            if self._write(batch):
                pause = first_pause
                continue
            self._pause(pause)
            pause = min(2 * pause, self._seconds_between_tries)

    def _pause(self, seconds: float) -> None:
        """Waits before a store that failed is tried again.

        What comes meanwhile goes to the file at once: in the queue it would be lost with a killed worker.
        """
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0 and not self._is_closing:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closing or (self._queue and not self.is_required), left)
            if not self.is_required:
                self._spill([waiting.record for waiting in self._take()])

    def _write(self, batch: list[_Waiting]) -> bool:
        """Writes a batch, then what was spilled before; False if the store does not answer."""
        wanted = [waiting for waiting in batch if not waiting.is_given_up]
        try:
            self.run(lambda: self._store([waiting.record for waiting in wanted]))
        except StoreError as error:
            self._note_failure(error)
            for waiting in wanted:
                waiting.is_done.set()
            if not self.is_required:
                self._spill([waiting.record for waiting in wanted])
            return False
        self.counts.kept += len(wanted)
        for waiting in wanted:
            waiting.is_kept = True
            waiting.is_done.set()
        return self._catch_up()

    def _store(self, records: list[Record]) -> None:
        store = self._prepared()
        if records:
            store.add(records)
        if monotonic() - self._tidied_at > SECONDS_BETWEEN_TIDYINGS:
            self._tidied_at = monotonic()
            self._tidy()

    def _tidy(self) -> None:
        """Forgets what is past its time; replicas that do so at once disturb nobody."""
        now, kept = datetime.now(UTC), self._retention
        before = now - timedelta(days=kept.days) if kept.days is not None else None
        self.store.purge(before=before, newest=kept.newest, now=now)

    def _catch_up(self) -> bool:
        try:
            for records in self.spill.batches():
                self.run(lambda records=records: self._store(records))  # type: ignore[misc]
                self.counts.caught_up += len(records)
        except (StoreError, OSError) as error:
            self._note_failure(error)
            return False
        if self.failing_since is not None:
            _log.warning("the store takes records again")
            self.failing_since = None
        return True

    def _spill(self, records: list[Record]) -> None:
        try:
            if records:
                self.spill.append(records)
                self.counts.spilled += len(records)
                self._is_losing = False
        except SpillError as error:
            self.counts.dropped += len(records)
            if not self._is_losing:  # said once: the count says how many, and a line each would fill the log as well
                self._is_losing = True
                _log.error("records are being lost", extra={"fields": {"reason": str(error)}})

    def _note_failure(self, error: Exception) -> None:
        if self.failing_since is None:
            self.failing_since = monotonic()
            with self._changed:
                self._changed.notify_all()
            _log.error("the store takes no records", extra={"fields": {"reason": str(error)}})
