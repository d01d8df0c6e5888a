"""Why a request is not let in; each says what to do, and none says more than the caller knows."""

from __future__ import annotations

from collections.abc import Iterable

from service.web.access.callers import Scope
from service.web.access.rates import Standing

REALM = 'Bearer realm="eks-endpoint-decision"'


class AccessError(Exception):
    """A request that is not let in; ``challenge`` is its `WWW-Authenticate`, None if none belongs there."""

    challenge: str | None = None


class UnauthenticatedError(AccessError):
    """Nobody known calls (401).

    The sentence is the same whether a key is unknown, expired or misspelt: only the log has the ``reason``.
    """

    def __init__(self, reason: str, *, is_given: bool = True) -> None:
        self.reason = reason
        found = "the credentials are not accepted" if is_given else "no credentials are given"
        super().__init__(f"{found}; send a valid key or token as `Authorization: Bearer ...`, and nothing else")
        self.challenge = REALM + (', error="invalid_token"' if is_given else "")


class MissingScopeError(AccessError):
    """A known caller who may not do this (403)."""

    def __init__(self, caller: str, needed: Iterable[Scope]) -> None:
        names = sorted(scope.value for scope in needed)
        wanted = " or ".join(f"`{name}`" for name in names)
        super().__init__(f"`{caller}` lacks the scope {wanted}, which this needs")
        self.challenge = f'{REALM}, error="insufficient_scope", scope="{" ".join(names)}"'


class RateLimitedError(AccessError):
    """A caller who has asked for as much as they may (429); ``standing`` says how long to wait."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        rate = f"{standing.rate.amount} per {standing.rate.GRANULARITY.name}"
        super().__init__(f"the limit of {rate} is reached; ask again in {standing.seconds} seconds")


class LoopbackOnlyError(AccessError):
    """A request from elsewhere to a service that is open to its own machine only (403)."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"{found}, and without credentials only this machine is answered; "
            "set keys, JWT or `ACCESS=none` (docs/operations.md, Access)"
        )
