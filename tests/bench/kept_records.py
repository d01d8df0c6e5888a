"""A million kept decisions: what a page, a filter, a page deep inside and one decision cost.

The rows are made in the database itself, from numbers; each has the size of a real one where it counts, in the
columns that are searched. SQLite always, PostgreSQL where it is installed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.table import Table
from sqlalchemy import create_engine, text

from service.records.record import Cursor, Wanted, milliseconds, moment_of
from service.records.store import Store
from tests.postgresql import binaries, postgres_server
from tests.records.builders import NOON, a_record

RECORDS = 1_000_000
CLUSTERS = 2_000
ON_A_PAGE = 50
_MODES = "case n % 4 when 0 then 'private' when 1 then 'public' when 2 then 'public_and_private' else null end"
_NUMBERS = {
    "sqlite": "with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < {last}) ",
    "postgresql": "with numbers(n) as (select generate_series(0, {last})) ",
}
_IDS = {
    "sqlite": "printf('00000000-0000-0000-0000-%012x', n + 1)",
    "postgresql": "'00000000-0000-0000-0000-' || lpad(to_hex(n + 1), 12, '0')",
}

_BLOBS = {"sqlite": f"x'{'00' * 200}'", "postgresql": f"decode('{'00' * 200}', 'hex')"}


def measure(seconds: float) -> Table:
    """A table of medians and worst cases, each search for as long as its share of the time."""
    table = Table(title=f"{RECORDS:,} kept decisions, milliseconds", title_justify="left")
    for column in ("store", "search", "median", "99th of 100", "times"):
        table.add_column(column, justify="right" if column not in ("store", "search") else "left")
    with TemporaryDirectory() as folder:
        for kind, url in _urls(Path(folder)):
            store = Store(url)
            store.prepare()
            _fill(url, kind)
            searches = _searches(store)
            for name, search in searches.items():
                table.add_row(kind, name, *_timed(search, seconds / 2 / len(searches)))
            store.close()
    return table


def _urls(folder: Path) -> Iterator[tuple[str, str]]:
    yield "sqlite", f"sqlite:///{folder / 'records.sqlite3'}"
    if binaries() is not None:
        with postgres_server(folder) as server:
            yield "postgresql", server.create("records")


def _fill(url: str, kind: str) -> None:
    kept = a_record()
    columns = {
        "id": _IDS[kind],
        "created_ms": f"{milliseconds(NOON)} + n * 7",
        "cluster": f"'cluster-' || (n % {CLUSTERS})",
        "region": "'eu-west-1'",
        "outcome": "case when n % 4 = 3 then 'no_mode_fits' else 'recommended' end",
        "mode": _MODES,
        "current_mode": "'public'",
        "input_digest": "'sha256:' || n",
        "decision_digest": "'sha256:' || n",
        "policy_name": "'default'",
        "policy_revision": "'sha256:' || (n / 100000)",
        "engine_version": f"'{kept.engine_version}'",
        "facts_edition": f"'{kept.facts_edition}'",
        "caller": "'caller-' || (n % 20)",
        "request_id": "'request-' || n",
        "question": _BLOBS[kind],
        "answer": _BLOBS[kind],
        "masked": "'[]'",
    }
    statement = _NUMBERS[kind].format(last=RECORDS - 1)
    insert = f"insert into decisions ({', '.join(columns)}) "
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        chosen = f"select {', '.join(columns.values())} from numbers"
        connection.execute(text(insert + statement + chosen if kind == "sqlite" else statement + insert + chosen))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze"))
    engine.dispose()


def _searches(store: Store) -> dict[str, Callable[[], object]]:
    middle = Cursor(milliseconds(NOON) + RECORDS // 2 * 7, "zzz")
    return {
        "newest page": lambda: store.page(Wanted(), None, ON_A_PAGE),
        "page in the middle": lambda: store.page(Wanted(), middle, ON_A_PAGE),
        "one cluster of 2,000": lambda: store.page(Wanted(cluster="cluster-77"), None, ON_A_PAGE),
        "one mode, in the middle": lambda: store.page(Wanted(mode="private"), middle, ON_A_PAGE),
        "caller and outcome": lambda: store.page(Wanted(caller="caller-3", outcome="no_mode_fits"), None, ON_A_PAGE),
        "nothing found": lambda: store.page(Wanted(cluster="nobody's"), None, ON_A_PAGE),
        "since and until": lambda: store.page(Wanted(since=NOON, until=moment_of(middle.created_ms)), None, ON_A_PAGE),
    }


def _timed(search: Callable[[], object], seconds: float) -> tuple[str, str, str]:
    search()
    spent: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(spent) < 3:
        started = time.perf_counter()
        search()
        spent.append(time.perf_counter() - started)
    worst = statistics.quantiles(spent, n=100)[98]
    return f"{statistics.median(spent) * 1000:.2f}", f"{worst * 1000:.2f}", str(len(spent))
