"""Real threads beside the greenlets of a worker, for calls that would hold up every greenlet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import gevent

_T = TypeVar("_T")


def in_real_thread(call: Callable[[], _T]) -> _T:
    """Runs the call in a thread of the hub's pool, while the greenlet that asks waits and the others go on."""
    result: _T = gevent.get_hub().threadpool.apply(call)
    return result
