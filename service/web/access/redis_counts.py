"""Counts in a Redis that the replicas share, so that a limit is that of all of them together.

A Redis that does not answer within `SECONDS_TO_ANSWER` is no outage: the replica counts by itself, so a caller may get
the limit of every replica for that time, and tries Redis again after `SECONDS_BETWEEN_TRIES`. The log says when that
begins and when it ends.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from service.web.access.rates import Counts, Standing, Window, standing

SECONDS_TO_ANSWER = 0.25
SECONDS_BETWEEN_TRIES = 5.0
_PREFIX = "eksendpoint"

_log = logging.getLogger("service.limits")


class RedisCounts:
    """Counts at a Redis address, and at ``alone`` while that does not answer."""

    def __init__(self, address: str, alone: Counts, clock: Callable[[], float] = monotonic) -> None:
        self._storage = RedisStorage(
            address,
            key_prefix=_PREFIX,
            wrap_exceptions=True,
            socket_timeout=SECONDS_TO_ANSWER,
            socket_connect_timeout=SECONDS_TO_ANSWER,
        )
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        self._alone, self._clock = alone, clock
        self._failed_at: float | None = None

    def take(self, who: str, rate: RateLimitItem) -> Standing:
        """Counts one request, unless the limit is reached."""
        if self._failed_at is not None and self._clock() - self._failed_at < SECONDS_BETWEEN_TRIES:
            return self._alone.take(who, rate)
        try:
            is_within = self._limiter.hit(rate, who)
            previous, left, current, current_left = self._storage.get_sliding_window(
                rate.key_for(who), rate.get_expiry()
            )
        except StorageError as error:
            if self._failed_at is None:
                fields = {"reason": type(error.storage_error).__name__}  # its text would name the address
                _log.error("Redis does not answer; each replica counts by itself", extra={"fields": fields})
            self._failed_at = self._clock()
            return self._alone.take(who, rate)
        if self._failed_at is not None:
            _log.warning("Redis answers again; replicas count together")
            self._failed_at = None
        left = left if previous else current_left % rate.get_expiry()
        return standing(rate, Window(previous=previous, current=current, left=left), is_within=is_within)
