"""The way to the store holds up nobody and loses nothing that it promised."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.records.keeper import Keeper, NotKeptError
from service.records.record import Record, Wanted
from service.records.spill import Spill
from service.records.store import Store
from tests.records.builders import PLENTY, a_record
from tests.waiting import PATIENCE_SECONDS, until


class Folder:
    """A SQLite store in a folder, with ways to break it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path / "records.sqlite3"
        self.spill = path / "spill"

    def keeper(self, **given: object) -> Keeper:
        options = {"seconds_between_tries": 0.2} | given
        return Keeper(Store(f"sqlite:///{self.file}"), Spill(self.spill, PLENTY), **options)  # type: ignore[arg-type]

    def kept(self) -> list[str]:
        store = Store(f"sqlite:///{self.file}")
        return [record.id for record in store.every(Wanted())]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody else holds the write lock."""
        connection = sqlite3.connect(self.file, isolation_level=None)
        connection.execute("begin exclusive")
        try:
            yield
        finally:
            connection.rollback()
            connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    Store(f"sqlite:///{folder.file}").prepare()
    return folder


def ids(records: Sequence[Record]) -> list[str]:
    return [record.id for record in records]


def test_records_arrive_in_the_store_behind_the_answers_back(folder: Folder) -> None:
    keeper, records = folder.keeper(), [a_record(number) for number in range(500)]

    for record in records:
        keeper.keep(record)
    keeper.close()

    assert folder.kept() == ids(records)
    assert (keeper.counts.kept, keeper.counts.spilled, keeper.counts.dropped) == (500, 0, 0)


def test_a_locked_store_holds_up_no_answer_and_is_caught_up(folder: Folder) -> None:
    keeper, records = folder.keeper(), [a_record(number) for number in range(40)]
    with folder.locked():
        slowest = 0.0
        for record in records:
            started = time.monotonic()
            keeper.keep(record)
            slowest = max(slowest, time.monotonic() - started)
        until(lambda: keeper.counts.spilled == len(records))

    until(lambda: keeper.counts.caught_up == len(records))
    keeper.close()

    assert slowest < 1.0
    assert folder.kept() == ids(records)
    assert keeper.counts.dropped == 0


def test_what_comes_before_a_store_that_failed_is_tried_again_is_spilled_at_once(folder: Folder) -> None:
    # The first try again comes after ten times our patience.
    keeper = folder.keeper(seconds_between_tries=40 * 10 * PATIENCE_SECONDS)
    with folder.locked():
        keeper.keep(a_record(0))
        until(lambda: keeper.failing_since is not None)
        keeper.keep(a_record(1))
        until(lambda: keeper.counts.spilled == 2)
        keeper.close(seconds=PATIENCE_SECONDS)

    assert keeper.waiting == 0


def test_what_still_waits_at_the_end_is_spilled_and_found_by_the_next_process(folder: Folder) -> None:
    first, records = folder.keeper(), [a_record(number) for number in range(5)]
    with folder.locked():
        for record in records:
            first.keep(record)
        first.close(seconds=PATIENCE_SECONDS)
    assert first.counts.spilled == len(records)

    second = folder.keeper()
    second.keep(a_record(9))
    until(lambda: second.counts.caught_up == len(records))
    second.close()

    assert folder.kept() == ids([*records, a_record(9)])


def test_what_neither_queue_nor_file_can_hold_is_dropped_and_counted(folder: Folder) -> None:
    store, spill = Store(f"sqlite:///{folder.file}"), Spill(folder.spill, most_bytes=0)
    keeper = Keeper(store, spill, most_waiting_bytes=a_record().size * 3, seconds_between_tries=0.2)
    with folder.locked():
        for number in range(50):
            keeper.keep(a_record(number))
        until(lambda: keeper.counts.dropped == 50)
    keeper.close()

    assert folder.kept() == []
    assert keeper.counts.kept == 0


def test_a_required_record_is_in_the_store_before_the_answer_goes_out(folder: Folder) -> None:
    keeper = folder.keeper(is_required=True)

    def is_kept_at_once(record: Record) -> bool:
        keeper.keep(record)
        return record.id in folder.kept()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(is_kept_at_once, map(a_record, range(64))))
    keeper.close()

    assert all(found)
    assert folder.kept() == ids([a_record(number) for number in range(64)])


def test_a_required_record_that_cannot_be_kept_is_refused_in_time(folder: Folder) -> None:
    keeper = folder.keeper(is_required=True, seconds_to_wait=0.3)
    with folder.locked():
        started = time.monotonic()
        with pytest.raises(NotKeptError, match="in time"):
            keeper.keep(a_record(1))
        assert time.monotonic() - started < 1.5

    until(lambda: keeper.waiting == 0)
    assert list(folder.spill.glob("*")) == []
    keeper.keep(a_record(2))
    keeper.close()
    assert a_record(2).id in folder.kept()


def test_a_required_record_beyond_the_queue_is_refused_at_once(folder: Folder) -> None:
    keeper = folder.keeper(is_required=True, most_waiting_bytes=1)

    with pytest.raises(NotKeptError, match="too many"):
        keeper.keep(a_record())
    keeper.close()


def test_a_store_that_comes_up_late_gets_its_tables_and_all_records(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "not-yet")
    (tmp_path / "not-yet").write_text("a file stands where the folder should be")
    keeper = Keeper(Store(f"sqlite:///{folder.file}"), Spill(tmp_path / "spill", PLENTY), seconds_between_tries=0.2)
    keeper.keep(a_record(1))
    until(lambda: keeper.counts.spilled == 1)
    assert keeper.failing_since is not None

    (tmp_path / "not-yet").unlink()
    keeper.keep(a_record(2))
    until(lambda: keeper.counts.caught_up + keeper.counts.kept >= 2)
    keeper.close()

    assert sorted(folder.kept()) == ids([a_record(1), a_record(2)])
    assert keeper.failing_since is None


def test_the_call_that_blocks_runs_where_it_is_told_to(folder: Folder) -> None:
    seen: list[str] = []

    def run(call: Callable[[], None]) -> None:
        seen.append(threading.current_thread().name)
        call()

    keeper = folder.keeper(run=run)
    keeper.keep(a_record())
    keeper.close()

    assert set(seen) == {"records"}


def test_a_postgresql_that_crashes_and_returns_has_every_record(postgres: object, tmp_path: Path) -> None:
    from tests.postgresql import PostgresServer

    assert isinstance(postgres, PostgresServer)
    url = postgres.create("crashing")
    keeper = Keeper(Store(url), Spill(tmp_path, PLENTY), seconds_between_tries=0.2)
    for number in range(100):
        keeper.keep(a_record(number))
        if number == 30:
            postgres.stop("immediate")
        if number == 70:
            postgres.start()
    counts = keeper.counts
    until(lambda: counts.kept + counts.caught_up >= 100)
    keeper.close()

    store = Store(url)
    assert [record.id for record in store.every(Wanted())] == ids([a_record(number) for number in range(100)])
    assert counts.dropped == 0
    store.close()


def test_a_caller_with_many_records_waits_for_the_store_and_spills_none(folder: Folder) -> None:
    records = [a_record(number) for number in range(60)]
    keeper = folder.keeper(most_waiting_bytes=16 * records[0].size)
    longest = 0

    for record in records:
        keeper.make_way()
        keeper.keep(record)
        longest = max(longest, keeper.waiting)
    keeper.close()

    assert folder.kept() == ids(records)
    assert longest <= 3
    assert (keeper.counts.spilled, keeper.counts.dropped) == (0, 0)


def test_a_store_that_fails_is_not_waited_for(folder: Folder) -> None:
    keeper = folder.keeper(most_waiting_bytes=4 * a_record().size, seconds_to_wait=PATIENCE_SECONDS)
    with folder.locked():
        keeper.keep(a_record(0))
        until(lambda: keeper.failing_since is not None)
        began = time.monotonic()
        for number in range(1, 20):
            keeper.make_way()
            keeper.keep(a_record(number))
        took = time.monotonic() - began

    until(lambda: len(folder.kept()) == 20)
    keeper.close()
    assert took < PATIENCE_SECONDS / 2


def test_records_that_are_begun_together_are_waited_for_one_by_one(folder: Folder) -> None:
    keeper, records = folder.keeper(is_required=True), [a_record(number) for number in range(10)]

    for wait in [keeper.begin(record) for record in records]:
        wait()

    assert folder.kept() == ids(records)
    keeper.close()
