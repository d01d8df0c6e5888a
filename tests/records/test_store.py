"""What is kept is found again, byte for byte, on every kind of store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from service.records.record import BadCursorError, Cursor, Wanted, cursor_of
from service.records.store import Claim, Store, StoreError, page_statement
from tests.records.builders import NOON, a_record

LATER = NOON + timedelta(hours=1)


def ids(store: Store, wanted: Wanted, limit: int = 3) -> list[list[str]]:
    """The ids of every page."""
    pages, after = [], None
    while True:
        summaries, after = store.page(wanted, after, limit)
        pages.append([summary.id for summary in summaries])
        if after is None:
            return pages


def test_a_record_comes_back_as_it_was_kept(store: Store) -> None:
    record = a_record(question=b"\x00\xff" * 70_000, answer="한국어 ✓".encode(), masked=("/question/cluster/labels",))

    store.add([record])

    assert store.find(record.id) == record
    assert store.find("somebody-elses") is None


def test_a_record_that_comes_twice_is_kept_once(store: Store) -> None:
    store.add([a_record(1, cluster="first")])

    store.add([a_record(1, cluster="second"), a_record(2)])

    assert store.count() == 2
    kept = store.find(a_record(1).id)
    assert kept is not None
    assert kept.cluster == "first"


def test_pages_follow_each_other_without_gap_or_repetition(store: Store) -> None:
    # Two decisions of one millisecond fall on both sides of a page's end.
    records = [a_record(number, created_at=NOON + timedelta(milliseconds=number // 2)) for number in range(8)]
    store.add(records)

    pages = ids(store, Wanted())

    newest_first = [record.id for record in reversed(records)]
    assert pages == [newest_first[0:3], newest_first[3:6], newest_first[6:8]]


def test_a_page_stays_where_it_is_while_new_decisions_arrive(store: Store) -> None:
    store.add([a_record(number) for number in range(6)])
    _, after = store.page(Wanted(), None, 3)

    store.add([a_record(number) for number in range(6, 9)])

    summaries, _ = store.page(Wanted(), after, 3)
    assert [summary.id for summary in summaries] == [a_record(number).id for number in (2, 1, 0)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(cluster="payments"), {0, 1, 3}),
        (Wanted(mode="private"), {0, 2, 3}),
        (Wanted(outcome="no_mode_fits"), {1}),
        (Wanted(policy_revision="sha256:other"), {3}),
        (Wanted(caller="portal"), {2}),
        (Wanted(since=NOON + timedelta(seconds=1), until=NOON + timedelta(seconds=3)), {1, 2}),
        (Wanted(cluster="payments", mode="private", since=NOON + timedelta(seconds=1)), {3}),
        (Wanted(cluster="nobody's"), set()),
    ],
)
def test_a_list_shows_what_is_wanted(store: Store, wanted: Wanted, expected: set[int]) -> None:
    store.add(
        [
            a_record(0),
            a_record(1, outcome="no_mode_fits", mode=None),
            a_record(2, cluster="search", caller="portal"),
            a_record(3, policy_revision="sha256:other"),
        ]
    )

    found, _ = store.page(wanted, None, 10)

    assert {summary.id for summary in found} == {a_record(number).id for number in expected}
    assert [record.id for record in store.every(wanted)] == [a_record(number).id for number in sorted(expected)]


def test_every_record_is_read_beyond_one_batch(store: Store) -> None:
    records = [a_record(number) for number in range(1_203)]
    store.add(records)

    assert list(store.every(Wanted())) == records


def test_old_decisions_and_all_but_the_newest_are_forgotten(store: Store) -> None:
    store.add([a_record(number) for number in range(10)])

    by_age = store.purge(before=NOON + timedelta(seconds=2), now=LATER)
    by_count = store.purge(newest=3, now=LATER)
    nothing = store.purge(newest=3, before=NOON, now=LATER)

    assert (by_age, by_count, nothing) == (2, 5, 0)
    assert [record.id for record in store.every(Wanted())] == [a_record(number).id for number in (7, 8, 9)]


def test_a_key_belongs_to_one_question_until_it_expires(store: Store) -> None:
    record = a_record()

    assert store.claim("key", "digest", NOON, LATER) == (Claim.NEW, None)
    assert store.claim("key", "digest", NOON, LATER) == (Claim.IN_PROGRESS, None)
    assert store.claim("key", "another", NOON, LATER) == (Claim.OTHER_QUESTION, None)
    store.fulfil("key", record, LATER)
    assert store.find(record.id) == record
    assert store.claim("key", "digest", NOON, LATER) == (Claim.DONE, record.id)
    assert store.claim("key", "another", LATER + timedelta(seconds=1), LATER) == (Claim.NEW, None)


def test_a_key_whose_question_got_no_decision_is_free_again(store: Store) -> None:
    store.claim("key", "digest", NOON, LATER)

    store.release("key")

    assert store.claim("key", "another", NOON, LATER) == (Claim.NEW, None)


def test_one_of_many_that_claim_a_key_at_once_gets_it(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: store.claim("key", "digest", NOON, LATER)[0], range(16)))

    assert claims.count(Claim.NEW) == 1
    assert set(claims) == {Claim.NEW, Claim.IN_PROGRESS}


def test_writers_at_once_lose_nothing(store: Store) -> None:
    def write(worker: int) -> None:
        for number in range(20):
            store.add([a_record(100 * worker + number)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    assert store.count() == 80


def test_an_older_filled_store_is_brought_up_to_date(url: str) -> None:
    old = Store(url)
    old.prepare("0001")
    old.add([a_record(number) for number in range(3)])
    old.close()

    store = Store(url)
    store.prepare()

    assert [record.id for record in store.every(Wanted())] == [a_record(number).id for number in range(3)]
    assert store.claim("key", "digest", NOON, LATER) == (Claim.NEW, None)
    store.close()


def test_processes_that_start_at_once_make_the_tables_once(url: str) -> None:
    def start(_: int) -> None:
        store = Store(url)
        store.prepare()
        store.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(4)))

    store = Store(url)
    assert store.count() == 0
    store.close()


def test_a_store_of_a_newer_version_is_left_alone(store: Store, url: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()

    store.prepare()
    store.add([a_record()])

    assert store.count() == 1


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(cluster="a"),
        Wanted(mode="a"),
        Wanted(outcome="a"),
        Wanted(policy_revision="a"),
        Wanted(caller="a"),
    ],
)
def test_no_page_reads_or_sorts_the_whole_table(store: Store, wanted: Wanted) -> None:
    store.add([a_record(number, cluster=str(number)) for number in range(200)])
    statement = page_statement(wanted, Cursor(1, "x"), 50)
    sql = str(statement.compile(store._engine, compile_kwargs={"literal_binds": True}))
    with store._reading() as connection:
        if connection.dialect.name == "postgresql":
            # 200 rows are few enough to be sorted; what counts is that an index can give them in order.
            connection.exec_driver_sql("set enable_seqscan = off; set enable_sort = off; set enable_bitmapscan = off")
        explain = "explain query plan " if connection.dialect.name == "sqlite" else "explain "
        plan = " ".join(str(row) for row in connection.exec_driver_sql(explain + sql)).lower()

    assert "decisions_by_" in plan
    assert "b-tree for order by" not in plan
    assert "sort" not in plan


def test_a_store_that_cannot_be_reached_says_so_without_the_password() -> None:
    store = Store("postgresql://somebody:s3cret@127.0.0.1:1/records")

    with pytest.raises(StoreError) as caught:
        store.count()

    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in store.place


def test_a_store_of_another_kind_is_refused() -> None:
    with pytest.raises(StoreError, match="`mysql` is no store that is known"):
        Store("mysql://localhost/records")


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "ééé", "MTIz", "OjE", "YTpi", "MToxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"),
        # An id that is none; PostgreSQL takes no NUL and would answer as if the store were gone.
        str(Cursor(1, "\0" * 36)),
        str(Cursor(1, "' or 1=1 --")),
    ],
)
def test_a_cursor_that_nobody_gave_out_is_refused(text: str) -> None:
    with pytest.raises(BadCursorError):
        cursor_of(text)


def test_a_cursor_survives_its_own_text() -> None:
    assert cursor_of(str(Cursor(1_781_000_000_000, a_record().id))) == Cursor(1_781_000_000_000, a_record().id)
