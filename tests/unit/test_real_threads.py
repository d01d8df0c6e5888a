"""Readers of documents: a bounded queue, a bounded time, and the worker goes on beside them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# In a process of its own, because the patches of a worker cannot be taken back.
PRELUDE = """
from gevent import monkey
monkey.patch_all()
import time, gevent
from service.domain.errors import TooBusyError, TooCostlyError
from service.real_threads import READERS, Readers

def busy(seconds=60.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
    return "read"
"""


def run(script: str) -> str:
    """What a script prints that runs as a worker does."""
    finished = subprocess.run(
        [sys.executable, "-c", PRELUDE + script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout


def test_what_a_call_gives_or_raises_comes_back() -> None:
    script = """
readers = Readers(2, 5.0)
print(readers.read(lambda: busy(0.01)))
try:
    readers.read(lambda: {}["missing"])
except KeyError as error:
    print(error)
"""

    assert run(script) == "read\n'missing'\n"


def test_beyond_the_queue_a_call_is_refused_at_once_and_room_comes_back() -> None:
    script = """
readers = Readers(1, 30.0)
first = [gevent.spawn(readers.read, lambda: busy(0.5)) for _ in range(READERS + 1)]
gevent.sleep(0.1)
try:
    readers.read(busy)
except TooBusyError:
    print("busy", not any(one.ready() for one in first))
gevent.joinall(first)
print([one.value for one in first], readers.read(lambda: "again"))
"""

    assert run(script) == "busy True\n['read', 'read', 'read'] again\n"


def test_a_call_that_takes_too_long_is_stopped_and_its_thread_reads_on() -> None:
    script = """
readers = Readers(8, 0.3)

def stubborn():
    try:
        busy()
    except Exception:
        return "swallowed"

for _ in range(READERS + 1):
    try:
        readers.read(stubborn)
    except TooCostlyError as error:
        print(error.seconds)
print([readers.read(lambda: busy(0.01)) for _ in range(3)])
"""

    assert run(script) == "0.3\n0.3\n0.3\n['read', 'read', 'read']\n"


@pytest.mark.parametrize("seconds", [0.24, 0.26])
def test_a_call_that_ends_as_its_time_does_gives_one_or_the_other(seconds: float) -> None:
    """The end and the stop may cross; whoever is second does nothing to what is read next."""
    script = f"""
readers = Readers(8, 0.2)
for _ in range(6):
    try:
        assert readers.read(lambda: busy({seconds})) == "read"
    except TooCostlyError:
        pass
    assert readers.read(lambda: "next") == "next"
print("whole")
"""

    assert run(script) == "whole\n"


def test_others_go_on_beside_a_reader() -> None:
    script = """
readers = Readers(8, 5.0)
reading = gevent.spawn(readers.read, lambda: busy(0.6))
ticks = 0
while not reading.ready():
    gevent.sleep(0.01)
    ticks += 1
print(ticks >= 5)
"""

    assert run(script) == "True\n"
