"""The scaled-out set-up on loopback: two replicas behind nginx as it ships, PostgreSQL as their record, and Redis.

Where a package is missing a person's run skips with a line that says so; CI does not.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.server import ROOT, Server, running_service
from tests.waiting import PATIENCE_SECONDS, free_port, until

NGINX_CONF = ROOT / "deploy/nginx/nginx.conf"
PROMETHEUS_YML = ROOT / "deploy/prometheus/prometheus.yml"
REPLICAS = ("10.213.60.11:8080", "10.213.60.12:8080")
"""Where the shipped file looks for the replicas."""


def program(name: str) -> str:
    """Where a program of the machine is; skips where there is none, and fails in CI."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed, and CI must not skip what needs it")
        pytest.skip(f"{name} is not installed: the tests that need it were skipped")
    return found


def rendered(folder: Path, port: int, replicas: tuple[int, ...]) -> str:
    """The shipped configuration of nginx, with other addresses and with its files in a folder; nothing else differs."""
    text = NGINX_CONF.read_text("utf-8").replace("/tmp/nginx", f"{folder}/nginx")
    for shipped, replica in zip(REPLICAS, replicas, strict=True):
        assert text.count(shipped) == 2
        text = text.replace(shipped, f"127.0.0.1:{replica}")
    assert text.count("listen 8080;") == 1
    return text.replace("listen 8080;", f"listen 127.0.0.1:{port};")


@contextmanager
def running_nginx(folder: Path, replicas: tuple[int, ...]) -> Iterator[Server]:
    """nginx in front of the replicas, with its lines in a file."""
    port, log, configuration = free_port(), folder / "nginx.log", folder / "nginx.conf"
    configuration.write_text(rendered(folder, port, replicas))
    # Its workers write into the test's folders, so they stay the user that the test is.
    user = "user root;" if os.geteuid() == 0 else ""
    with log.open("w") as output:
        process = subprocess.Popen(
            [program("nginx"), "-c", str(configuration), "-p", str(folder), "-g", f"daemon off; {user}"],
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    front = Server(process, port, log)
    try:
        until(lambda: process.poll() is not None or _listens(front))
        assert process.poll() is None, front.output()
        yield front
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        front._session.close()


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """A Redis that keeps nothing, and its URL."""
    port = free_port()
    with (folder / "redis.log").open("w") as output:
        process = subprocess.Popen(
            [program("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: "Ready to accept connections" in (folder / "redis.log").read_text("utf-8"))
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


@contextmanager
def running_prometheus(folder: Path, replicas: tuple[int, ...]) -> Iterator[Server]:
    """Prometheus as it ships, asking these replicas, and every second so that nobody has to wait."""
    text = PROMETHEUS_YML.read_text("utf-8").replace("15s", "1s").replace("5s", "1s")
    text = text.replace("/etc/prometheus", str(PROMETHEUS_YML.parent))
    for name, replica in zip(("replica-a:8080", "replica-b:8080"), replicas, strict=True):
        assert text.count(name) == 1
        text = text.replace(name, f"127.0.0.1:{replica}")
    port, log, configuration = free_port(), folder / "prometheus.log", folder / "prometheus.yml"
    configuration.write_text(text)
    given = {"config.file": configuration, "storage.tsdb.path": folder, "web.listen-address": f"127.0.0.1:{port}"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [program("prometheus"), *(f"--{name}={value}" for name, value in given.items())],
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    server = Server(process, port, log)
    try:
        until(lambda: process.poll() is not None or (_listens(server) and server.get("/-/ready").status_code == 200))
        assert process.poll() is None, server.output()
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        server._session.close()


def _listens(front: Server) -> bool:
    with suppress(OSError):
        front.connect().close()
        return True
    return False


class Replica:
    """One replica that can be killed, stopped and started again on the same port."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self._folder = folder
        folder.mkdir()
        self._environment = {**environment, "PORT": str(self.port)}
        self._starts = 0
        self._running = ExitStack()
        self.server: Server

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        self.close()
        self._starts += 1
        log = self._folder / f"log-{self._starts}"
        self.server = self._running.enter_context(running_service(log, **self._environment))

    def stop(self) -> None:
        """Asks it to stop, and waits until it has."""
        self.server.terminate()
        assert self.server.process.wait(PATIENCE_SECONDS) == 0
        self._running.close()

    def kill(self) -> tuple[float, float]:
        """Kills all of it at once, as the death of its machine would; from when to when that took."""
        processes = (self.server.process.pid, *self.server.worker_ids())
        return killed(*processes, reap=self.server.process)

    def kill_worker(self) -> tuple[float, float]:
        """Kills one of its workers; from when to when that took."""
        return killed(min(self.server.worker_ids()))

    def close(self) -> None:
        """Ends it, however it is."""
        self._running.close()


def killed(*processes: int, reap: subprocess.Popen[str] | None = None) -> tuple[float, float]:
    """Kills processes; the moments between which they died."""
    began = time.monotonic()
    for process in processes:
        os.kill(process, signal.SIGKILL)
    if reap is not None:
        reap.wait(PATIENCE_SECONDS)
    until(lambda: not any(_runs(process) for process in processes))
    return began, time.monotonic()


def _runs(process: int) -> bool:
    """Whether a process runs: its sockets are closed when the last of its threads is dead, not with the first."""
    try:
        state = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        threads = len(list(Path(f"/proc/{process}/task").iterdir()))
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX" or threads > 1
