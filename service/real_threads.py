"""Real threads beside the greenlets of a worker, for calls that would hold up every greenlet."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, NoReturn, TypeVar

import gevent
from gevent.monkey import get_original
from gevent.threadpool import ThreadPool

from service.domain.errors import TooBusyError, TooCostlyError

READERS = 2
"""How many documents a process reads at once; further ones wait, so that reading never takes all the time there is."""
_LOOK_SECONDS = 0.25

_T = TypeVar("_T")
_ident: Callable[[], int] = get_original("_thread", "get_ident")
_real_lock: Callable[[], Lock] = get_original("_thread", "allocate_lock")
_sleep: Callable[[float], None] = get_original("time", "sleep")


def in_real_thread(call: Callable[[], _T]) -> _T:
    """Runs the call in a thread of the hub's pool, while the greenlet that asks waits and the others go on."""
    result: _T = gevent.get_hub().threadpool.apply(call)
    return result


class _TimeIsUp(BaseException):  # no error of anybody's, and no reader may catch it
    """Is raised in a thread whose call has taken all the time that it may."""


@dataclass(slots=True)
class Readers:
    """Threads for documents, apart from those that wait for the store.

    At most ``most_waiting`` calls wait for a thread, and none takes more than ``seconds`` of processor time. Time on
    the clock would depend on what else the machine does, and the same document would be read or refused by chance.
    """

    most_waiting: int
    seconds: float
    _asked: int = 0
    _pool: ThreadPool | None = None

    def read(self, call: Callable[[], _T]) -> _T:
        """Runs the call; raises `TooBusyError`, `TooCostlyError`, and what the call raises."""
        if self._asked >= READERS + self.most_waiting:
            raise TooBusyError
        if self._pool is None:  # made at the first call, for a pool does not outlive the fork of a worker
            self._pool = ThreadPool(READERS)
        self._asked += 1
        reading = _Reading(call, self.seconds)
        watch = gevent.spawn(reading.watch)
        try:
            self._pool.apply(reading.run)
        finally:
            self._asked -= 1
            watch.kill(block=False)
        return reading.outcome()


@dataclass(slots=True)
class _Reading(Generic[_T]):
    """One call in a thread, which a greenlet watches."""

    call: Callable[[], _T]
    seconds: float
    outcome: Callable[[], _T] = field(init=False)
    _thread: int | None = None
    _clock: int = 0
    _began: float = 0.0
    _is_over: bool = False
    _is_stopped: bool = False
    _lock: Lock = field(default_factory=_real_lock)

    def run(self) -> None:
        """What the thread does. The pool would print an exception, and a refusal is no fault, so it is kept."""
        self._clock = time.pthread_getcpuclockid(_ident())
        self._began = time.clock_gettime(self._clock)
        try:
            self._thread = _ident()
            try:
                result = self.call()
            except Exception as raised:
                self.outcome = _raising(raised)
            else:
                self.outcome = lambda: result
            with self._lock:
                self._is_over = True
            while self._is_stopped:  # what stops this thread is on its way, and may come nowhere but here
                _sleep(0.001)
        except _TimeIsUp:
            self._is_over = True
            self.outcome = _raising(TooCostlyError(self.seconds))

    def watch(self) -> None:
        """Stops the thread when its time is up."""
        while not self._is_over:
            gevent.sleep(_LOOK_SECONDS)
            if self._thread is None:
                continue
            with self._lock:
                if not self._is_over and time.clock_gettime(self._clock) - self._began > self.seconds:
                    self._is_stopped = True
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(self._thread), ctypes.py_object(_TimeIsUp)
                    )
                    return


def _raising(error: Exception) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail
