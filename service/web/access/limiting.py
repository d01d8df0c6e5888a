"""How much a caller may ask for: whoever is known by their name, everybody else by their address.

1. A request that is let in counts one, and one that shows no good credentials counts for its address. Open routes and
   probes count nothing.
2. In a batch every question counts one. A batch that reaches the limit is not refused but slowed down to it: a question
   waits for its turn, as long as a client may take for a line, and gets a 429 in its place only then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from limits import RateLimitItem
from werkzeug.datastructures import Headers

from service.access_settings import AccessSettings
from service.settings import SettingsError
from service.web.access.errors import RateLimitedError
from service.web.access.rates import Counts, Standing, rate_of
from service.web.access.redis_counts import RedisCounts
from service.web.access.shared_counts import SharedCounts

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_NAME = "caller"


class Limits:
    """The limits of one service; raises `SettingsError` for a limit or an address that is none."""

    def __init__(self, settings: AccessSettings, counts: Counts | None = None) -> None:
        try:
            self._usual = rate_of(settings.rate_limit) if settings.rate_limit else None
        except ValueError as error:
            raise SettingsError(f"RATE_LIMIT: {error}") from None
        self._counts = counts or _counts_at(settings.rate_limit_store)

    def take(self, who: str, rate: RateLimitItem | None = None) -> Standing | None:
        """Counts one request; None if nothing limits who asks. Raises `RateLimitedError`."""
        limit = rate or self._usual
        if limit is None:
            return None
        found = self._counts.take(who, limit)
        if not found.is_within:
            raise RateLimitedError(found)
        return found

    def wait(self, who: str, rate: RateLimitItem | None, most_seconds: float) -> None:
        """Counts one more of many once it is within the limit; raises `RateLimitedError` if that takes too long."""
        began = time.monotonic()
        while True:
            try:
                self.take(who, rate)
                return
            except RateLimitedError as error:
                if time.monotonic() - began + error.standing.seconds > most_seconds:
                    raise
                time.sleep(error.standing.seconds)


def _counts_at(address: str) -> Counts:
    alone = SharedCounts()
    if not address:
        return alone
    try:
        return RedisCounts(address, alone)
    except Exception:  # whatever the client says of an address may quote the password in it
        raise SettingsError("RATE_LIMIT_STORE is no address of a Redis, expected `redis://host:6379/0`") from None


def address_of(environ: WSGIEnvironment, trusted_proxies: int) -> str:
    """Whose address a request comes from; of IPv6 the network of 64 bits, which one machine has to itself.

    So many entries of `X-Forwarded-For` from its end were written by proxies of ours, and the one before by the first
    of them; what stands before that anybody may have made up. A header that is shorter came another way.
    """
    peer = environ.get("REMOTE_ADDR", "")
    passed = [one.strip() for one in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    told = passed[-trusted_proxies] if 0 < trusted_proxies <= len(passed) else peer
    for text in (told, peer):
        try:
            address = ip_address(text)
        except ValueError:
            continue
        if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
            return f"{IPv6Address(int(address) >> 64 << 64)}/64"
        return str(getattr(address, "ipv4_mapped", None) or address)
    return "unknown"


def tell(headers: Headers, standing: Standing) -> None:
    """Says in an answer how the caller stands (draft-ietf-httpapi-ratelimit-headers)."""
    headers["RateLimit-Policy"] = f'"{_NAME}";q={standing.rate.amount};w={standing.rate.get_expiry()}'
    headers["RateLimit"] = f'"{_NAME}";r={standing.remaining};t={standing.seconds}'


Pace = Callable[[], None]
"""Waits for the turn of one more question; raises `RateLimitedError`."""
