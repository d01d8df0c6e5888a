"""How a call can end without an answer. Messages of AWS are left out: they name principals and tokens."""

from __future__ import annotations


class CallError(Exception):
    """A call without an answer; ``code`` is AWS's own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DeniedError(CallError):
    """Who calls may not: calling again changes nothing."""


class UnusableError(CallError):
    """No call of these credentials in this Region can succeed: they have expired, or do not hold there."""


class FailedError(CallError):
    """Anything else, after the retries: the network, too many calls, an operation that the Region lacks."""
