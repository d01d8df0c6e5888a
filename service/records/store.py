"""The store: SQLite as the embedded default, PostgreSQL for many replicas; the same statements on both.

Every call blocks until the database answers or its time is over, so callers bring a thread of their own
(`keeper`). All failures are `StoreError`, whatever the database called them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Row,
    Select,
    create_engine,
    delete,
    event,
    func,
    literal,
    make_url,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from service.records.migrating import migrate
from service.records.record import Cursor, Record, Summary, Wanted, milliseconds, moment_of
from service.records.tables import DECISIONS, REQUEST_KEYS

SECONDS_FOR_A_LOCK = 2
"""How long SQLite waits for another writer, and PostgreSQL for a connection."""
SECONDS_FOR_A_STATEMENT = 10
MOST_ON_A_PAGE = 200
_BATCH = 500

_SUMMARY = tuple(column for column in DECISIONS.c if column.name not in ("question", "answer", "masked"))
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class StoreError(Exception):
    """The store could not be reached, or did not do what it was asked."""


class Claim(Enum):
    """What becomes of a request that brings a key (Idempotency-Key)."""

    NEW = "new"
    DONE = "done"
    IN_PROGRESS = "in_progress"
    OTHER_QUESTION = "other_question"


class Store:
    """Decisions in a database; ``url`` is SQLAlchemy's, with `sqlite` or `postgresql` as its kind."""

    def __init__(self, url: str) -> None:
        try:
            self._url = _with_driver(make_url(url))
        except (SQLAlchemyError, ValueError):  # whose words may hold the password
            raise StoreError("RECORDS_URL is no address such as `postgresql://user:password@host/database`") from None
        self._engine = _sqlite(self._url) if self._url.get_backend_name() == "sqlite" else _postgresql(self._url)
        self._insert: Any = _INSERTS[self._engine.dialect.name]

    @property
    def place(self) -> str:
        """Where the store is, without the password, which may stand in the query as well."""
        return self._url.set(query={}).render_as_string(hide_password=True)

    def close(self) -> None:
        """Gives back every connection."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(is_writing=True) as connection, connection.begin():
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(_first_line(error)) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(_first_line(error)) from error

    def prepare(self, revision: str = "head") -> None:
        """Makes or completes the tables."""
        if self._url.get_backend_name() == "sqlite" and self._url.database:
            try:
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(_first_line(error)) from error
        with self._writing() as connection:
            migrate(connection, revision)

    def add(self, records: Sequence[Record]) -> None:
        """Keeps the records, all or none; one that is kept already stays as it is."""
        with self._writing() as connection:
            self._put(connection, records)

    def _put(self, connection: Connection, records: Sequence[Record]) -> None:
        statement = self._insert(DECISIONS).on_conflict_do_nothing(index_elements=["id"])
        connection.execute(statement, [_row_of(record) for record in records])

    def find(self, id_: str) -> Record | None:
        """The record of a decision, whole."""
        with self._reading() as connection:
            row = connection.execute(select(DECISIONS).where(DECISIONS.c.id == id_)).first()
            return _record_of(row) if row else None

    def page(self, wanted: Wanted, after: Cursor | None, limit: int) -> tuple[list[Summary], Cursor | None]:
        """The newest decisions that are wanted, and the cursor of the next page if there is one."""
        with self._reading() as connection:
            rows = connection.execute(page_statement(wanted, after, limit + 1)).all()
        last = rows[limit - 1] if len(rows) > limit else None
        return [_summary_of(row) for row in rows[:limit]], Cursor(last.created_ms, last.id) if last else None

    def every(self, wanted: Wanted) -> Iterator[Record]:
        """All records that are wanted, oldest first, read in batches."""
        before: Cursor | None = None
        while True:
            statement = _wanted(select(DECISIONS), wanted).order_by(DECISIONS.c.created_ms, DECISIONS.c.id)
            if before is not None:
                statement = statement.where(_key() > _pair(before))
            with self._reading() as connection:
                rows = connection.execute(statement.limit(_BATCH)).all()
            yield from map(_record_of, rows)
            if len(rows) < _BATCH:
                return
            before = Cursor(rows[-1].created_ms, rows[-1].id)

    def count(self) -> int:
        """How many decisions are kept."""
        with self._reading() as connection:
            return int(connection.execute(select(func.count()).select_from(DECISIONS)).scalar_one())

    def purge(self, *, before: datetime | None = None, newest: int | None = None, now: datetime) -> int:
        """Forgets what is older than a time, and all but the newest; says how many decisions that were."""
        gone = 0
        with self._writing() as connection:
            if before is not None:
                old = delete(DECISIONS).where(DECISIONS.c.created_ms < milliseconds(before))
                gone += connection.execute(old).rowcount
            if newest is not None:
                newer = select(DECISIONS.c.created_ms, DECISIONS.c.id).order_by(*_newest_first())
                first_gone = connection.execute(newer.offset(newest).limit(1)).first()
                if first_gone is not None:
                    last = Cursor(first_gone.created_ms, first_gone.id)
                    gone += connection.execute(delete(DECISIONS).where(_key() <= _pair(last))).rowcount
            connection.execute(delete(REQUEST_KEYS).where(REQUEST_KEYS.c.expires_ms < milliseconds(now)))
        return gone

    def claim(self, key: str, input_digest: str, now: datetime, until: datetime) -> tuple[Claim, str | None]:
        """Takes a key for a question, unless somebody has it: says who, and the decision if there is one."""
        row = {"key": key, "input_digest": input_digest, "decision_id": None, "expires_ms": milliseconds(until)}
        with self._writing() as connection:
            expired = REQUEST_KEYS.c.expires_ms < milliseconds(now)
            connection.execute(delete(REQUEST_KEYS).where(REQUEST_KEYS.c.key == key, expired))
            statement = self._insert(REQUEST_KEYS).on_conflict_do_nothing(index_elements=["key"])
            if connection.execute(statement.returning(REQUEST_KEYS.c.key), row).first():
                return Claim.NEW, None
            held = connection.execute(select(REQUEST_KEYS).where(REQUEST_KEYS.c.key == key)).one()
        if held.input_digest != input_digest:
            return Claim.OTHER_QUESTION, None
        return (Claim.DONE, held.decision_id) if held.decision_id else (Claim.IN_PROGRESS, None)

    def fulfil(self, key: str, record: Record, until: datetime) -> None:
        """Keeps the record and ties the key to it, both or neither."""
        with self._writing() as connection:
            self._put(connection, [record])
            tied = {"decision_id": record.id, "expires_ms": milliseconds(until)}
            connection.execute(REQUEST_KEYS.update().where(REQUEST_KEYS.c.key == key).values(tied))

    def release(self, key: str) -> None:
        """Gives up a key whose question got no decision."""
        with self._writing() as connection:
            connection.execute(
                delete(REQUEST_KEYS).where(REQUEST_KEYS.c.key == key, REQUEST_KEYS.c.decision_id.is_(None))
            )


def page_statement(wanted: Wanted, after: Cursor | None, limit: int) -> Select[Any]:
    """The statement behind a page, which a test holds to its index."""
    statement = _wanted(select(*_SUMMARY), wanted).order_by(*_newest_first()).limit(limit)
    return statement if after is None else statement.where(_key() < _pair(after))


def _wanted(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    for name in ("cluster", "mode", "outcome", "policy_revision", "caller"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(DECISIONS.c[name] == value)
    if wanted.since is not None:
        statement = statement.where(DECISIONS.c.created_ms >= milliseconds(wanted.since))
    if wanted.until is not None:
        statement = statement.where(DECISIONS.c.created_ms < milliseconds(wanted.until))
    return statement


def _newest_first() -> tuple[Any, Any]:
    return DECISIONS.c.created_ms.desc(), DECISIONS.c.id.desc()


def _key() -> Any:
    return tuple_(DECISIONS.c.created_ms, DECISIONS.c.id)


def _pair(cursor: Cursor) -> Any:
    return tuple_(literal(cursor.created_ms), literal(cursor.id))


def _row_of(record: Record) -> dict[str, Any]:
    columns = {column.name: getattr(record, column.name) for column in _SUMMARY if column.name != "created_ms"}
    return columns | {
        "created_ms": milliseconds(record.created_at),
        "question": zlib.compress(record.question, 1),
        "answer": zlib.compress(record.answer, 1),
        "masked": json.dumps(record.masked),
    }


def _summary_fields(row: Row[Any]) -> dict[str, Any]:
    fields = {column.name: getattr(row, column.name) for column in _SUMMARY if column.name != "created_ms"}
    return fields | {"created_at": moment_of(row.created_ms)}


def _summary_of(row: Row[Any]) -> Summary:
    return Summary(**_summary_fields(row))


def _record_of(row: Row[Any]) -> Record:
    return Record(
        **_summary_fields(row),
        question=zlib.decompress(row.question),
        answer=zlib.decompress(row.answer),
        masked=tuple(json.loads(row.masked)),
    )


def _with_driver(url: URL) -> URL:
    """The URL with the driver that is installed: people write `postgresql://`, which means an older one."""
    backend = url.get_backend_name()
    if backend not in _INSERTS:
        raise StoreError(f"`{backend}` is no store that is known, expected sqlite or postgresql")
    return url.set(drivername="postgresql+psycopg" if backend == "postgresql" else "sqlite+pysqlite")


def _sqlite(url: URL) -> Engine:
    # A connection belongs to the thread that opened it, and opening a file costs next to nothing.
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": SECONDS_FOR_A_LOCK})

    @event.listens_for(engine, "connect")
    def open_file(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, where DDL takes part in them
        for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_writing = connection.get_execution_options().get("is_writing", False)
        # A writer takes the lock at once: one that reads first and then writes is refused without a wait.
        connection.exec_driver_sql("begin immediate" if is_writing else "begin")

    return engine


def _postgresql(url: URL) -> Engine:
    milliseconds_ = SECONDS_FOR_A_STATEMENT * 1000
    options = f"-c statement_timeout={milliseconds_} -c lock_timeout={milliseconds_} -c timezone=UTC"
    return create_engine(
        url,
        poolclass=QueuePool,
        pool_size=2,
        max_overflow=4,
        pool_timeout=SECONDS_FOR_A_LOCK,
        pool_pre_ping=True,
        connect_args={"connect_timeout": SECONDS_FOR_A_LOCK, "options": options},
    )


def _first_line(error: BaseException) -> str:
    """What the database said, without the statement and its values."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {str(cause).splitlines()[0] if str(cause) else 'no reason given'}"
