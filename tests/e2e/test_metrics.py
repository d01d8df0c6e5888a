"""What Prometheus is told of a service of several workers does not depend on the worker that it meets."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from tests.e2e.server import Server, running_service
from tests.waiting import until

COUNT = re.compile(
    r'^eksendpoint_requests_total\{method="POST",route="/v1/decisions",status="200"\} (\S+)$', re.MULTILINE
)


def counted(server: Server) -> float:
    """How many decisions one scrape tells of, over a connection of its own."""
    (count,) = COUNT.findall(server.get("/metrics", headers={"Connection": "close"}).text)
    return float(count)


def test_counts_add_up_over_workers_and_outlive_them(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", RECORDS="off") as server:
        for _ in range(20):
            server.post("/v1/decisions", json={"cluster": {}, "include": []}, headers={"Connection": "close"})

        assert {counted(server) for _ in range(8)} == {20}

        (killed, *_) = server.worker_ids()
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in server.worker_ids() and len(server.worker_ids()) == 2)
        assert {counted(server) for _ in range(8)} == {20}
