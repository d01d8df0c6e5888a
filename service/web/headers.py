"""What every answer says to a browser: what its page may do, and whose pages may read it.

1. Nothing may be run, shown in a frame, guessed at or kept by a cache, unless a route says otherwise for its answer.
2. Pages of other origins may read answers only if their origin is configured, letter by letter; there is no `*`,
   and no cookie is ever involved, so no credentials are allowed to go along by themselves.
3. Whose pages may show ours in a frame is the same list.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Header = tuple[str, str]

NO_FRAMES = "frame-ancestors 'none'"
ANSWER_POLICY = f"default-src 'none'; base-uri 'none'; form-action 'none'; {NO_FRAMES}"
"""Of an answer that is no page: nothing at all."""
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
PAGE_POLICY = f"{_PAGE_POLICY}; {NO_FRAMES}"
"""Of a page with scripts and styles in files of ours, and in no frame."""

_ALWAYS: tuple[Header, ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_READ_BY_SCRIPTS = "Content-Disposition, ETag, Location, Retry-After, X-Request-Id"
_ASKED_BY_SCRIPTS = "Accept, Authorization, Content-Type, Idempotency-Key, Traceparent, X-Api-Key, X-Request-Id"
_SECONDS_REMEMBERED = "600"


def embedded_page_policy(origins: Sequence[str]) -> str:
    """Of a page that may stand in frames on pages of these origins; without any, in none."""
    return f"{_PAGE_POLICY}; {' '.join(('frame-ancestors', *origins)) if origins else NO_FRAMES}"


def with_style(policy: str, style: str) -> str:
    """A policy of a page that allows one style more, which stands in the page, by its digest."""
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    return policy.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")


def complete(headers: list[Header]) -> None:
    """Adds what every answer says and the route has not said itself."""
    said = {name.lower(): value for name, value in headers}
    headers += _ALWAYS
    policy = said.get("content-security-policy")
    if policy is None:
        policy = ANSWER_POLICY
        headers.append(("Content-Security-Policy", policy))
    if NO_FRAMES in policy:
        headers.append(("X-Frame-Options", "DENY"))
    if "cache-control" not in said:
        headers.append(("Cache-Control", "no-store"))


class Origins:
    """Whose pages may read answers."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = frozenset(allowed)

    def of_answer(self, environ: WSGIEnvironment) -> Sequence[Header]:
        """What an answer says of it; nothing while none is configured."""
        if not self._allowed:
            return (("Cross-Origin-Resource-Policy", "same-origin"),)
        origin = environ.get("HTTP_ORIGIN")
        if origin not in self._allowed:
            return (("Cross-Origin-Resource-Policy", "same-origin"), ("Vary", "Origin"))
        return (
            ("Cross-Origin-Resource-Policy", "cross-origin"),
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Expose-Headers", _READ_BY_SCRIPTS),
            ("Vary", "Origin"),
        )

    def of_preflight(self, environ: WSGIEnvironment) -> Sequence[Header] | None:
        """What a browser is told that asks whether a page may call; None if this is no such question or it may not."""
        wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
        if environ["REQUEST_METHOD"] != "OPTIONS" or not wanted or environ.get("HTTP_ORIGIN") not in self._allowed:
            return None
        return (
            ("Access-Control-Allow-Methods", "GET, HEAD, POST"),
            ("Access-Control-Allow-Headers", _ASKED_BY_SCRIPTS),
            ("Access-Control-Max-Age", _SECONDS_REMEMBERED),
        )
