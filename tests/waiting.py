"""How tests wait for what happens in its own time: until it has happened, and not for a time that is hoped to do."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

PATIENCE_SECONDS = 60


def until(condition: Callable[[], object]) -> None:
    """Waits until the condition holds; fails when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
