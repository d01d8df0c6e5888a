"""Real threads beside the greenlets of a worker, for calls that would hold up every greenlet."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import gevent
from gevent.threadpool import ThreadPool

READERS = 2
"""How many documents a process reads at once; further ones wait, so that reading never takes all the time there is."""

_T = TypeVar("_T")


def in_real_thread(call: Callable[[], _T]) -> _T:
    """Runs the call in a thread of the hub's pool, while the greenlet that asks waits and the others go on."""
    result: _T = gevent.get_hub().threadpool.apply(call)
    return result


def in_reading_thread(call: Callable[[], _T]) -> _T:
    """The same, in threads of their own: who waits for the store never waits for a document.

    An exception is raised here as it was there; the pool would print it too, and a refusal is no fault.
    """
    outcome: Callable[[], _T] = _readers().apply(_outcome, (call,))
    return outcome()


def _outcome(call: Callable[[], _T]) -> Callable[[], _T]:
    """What gives the result of the call, or raises what the call raised."""
    try:
        result = call()
    except Exception as raised:
        error = raised

        def fail() -> _T:
            raise error

        return fail
    return lambda: result


@cache
def _readers() -> ThreadPool:
    """Made at the first call, for a pool does not outlive the fork of a worker."""
    return ThreadPool(READERS)
