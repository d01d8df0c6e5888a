"""A PostgreSQL server of the tests' own, on loopback, from the packages of the machine.

Where there is none a person's run skips the tests that need it with a line that says so; CI installs one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.waiting import free_port

_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server that can be stopped and started; its data outlives both."""

    binaries: Path
    data: Path
    port: int
    said: Path
    """What its programs said last; a pipe would be held open by the server that `pg_ctl start` leaves behind."""

    def url(self, database: str = "postgres") -> str:
        """Where the service finds a database of this server."""
        return f"postgresql://tester@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.data} -c fsync=on"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.data / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops it; `immediate` is a crash."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def create(self, database: str) -> str:
        """A new database, and its URL."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tester", database)
        return self.url(database)

    def _run(self, program: str, *arguments: str) -> None:
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        with self.said.open("w") as output:
            ended = subprocess.run(
                [*as_user, str(self.binaries / program), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=90,
                cwd=self.data,
            )
        assert ended.returncode == 0, f"{program} {arguments}: {self.said.read_text('utf-8')}"


def binaries() -> Path | None:
    """Where the server's programs are; None if the machine has none."""
    found = [path for pattern in _FOLDERS for path in sorted(Path("/").glob(pattern[1:])) if (path / "initdb").exists()]
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).parent if on_path else None


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """A server with its data in a new folder; skips the test where there is none to be had, except in CI."""
    programs = binaries()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed, and CI must not skip what needs it")
        pytest.skip("PostgreSQL is not installed: the tests that need it were skipped")
    # Not in pytest's own folders: a second run of pytest closes those to the user that the server runs as.
    data = Path(mkdtemp(prefix="postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(data, "postgres", "postgres")
    server = PostgresServer(programs, data, free_port(), folder / "said")
    server._run("initdb", "-D", str(data), "-U", "tester", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(data)
