"""The stores that the tests of the record run on: the same tests on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from service.records.store import Store
from tests.postgresql import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One real server for all tests that need one."""
    with postgres_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.sqlite3'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create(f"records_{uuid4().hex}")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store with its tables."""
    store = Store(url)
    store.prepare()
    yield store
    store.close()
