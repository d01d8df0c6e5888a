"""Stands in front of every route: who calls, whether they may, and whom the log and the record name.

1. Without keys or tokens, and without `ACCESS=none`, this machine alone is answered. A request whose `Host` is a name
   with a dot (a web page whose name was made to lead here), that was forwarded (a proxy lets others in), or that comes
   from elsewhere is refused, whatever address the service listens on.
2. Routes that are open ask nobody, and what is sent along to them is not looked at.
3. A path that there is not needs a known caller as well, so that nobody else learns what there is.
4. Whoever asks too much is told so before anything of the body is read.
5. Nobody learns what was wrong with credentials but whoever reads the log, which never has the credentials.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, cast

from flask import Flask, Response, g, request
from limits import RateLimitItem

from service.access_settings import is_loopback
from service.logs import CALLER, KEY_PREFIX
from service.settings import Settings, SettingsError
from service.web.access.callers import Caller
from service.web.access.errors import (
    LoopbackOnlyError,
    MissingScopeError,
    RateLimitedError,
    UnauthenticatedError,
)
from service.web.access.key_ring import KeyRing
from service.web.access.limiting import Limits, Pace, address_of, tell
from service.web.access.scopes import METRICS, needed_by
from service.web.access.tokens import tokens_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MOST_BYTES = 8_000
"""The longest credentials; a header is at most 8,190 bytes for gunicorn."""
_SENT = re.compile(rf"[A-Za-z0-9._~+/-]{{1,{MOST_BYTES}}}=*")
_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")
_IN_THE_ADDRESS = frozenset({"access_token", "api_key", "apikey", "api-key", "x-api-key", "authorization"})

_log = logging.getLogger("service.callers")


class Guard:
    """Lets requests in, or raises `AccessError`. Raises `SettingsError` if the settings let in too much or nobody."""

    def __init__(self, settings: Settings) -> None:
        access = settings.access
        faults = access.faults(settings.host)
        if faults:
            raise SettingsError("; ".join(faults))
        self._has_open_metrics = access.has_open_metrics
        self._is_open = access.is_open
        self._keys = KeyRing(access.keys, access.keys_file) if access.keys or access.keys_file else None
        self._tokens = tokens_of(access.token) if access.token is not None else None
        self._limits = Limits(access)
        self._trusted_proxies = access.trusted_proxies
        self._stream_seconds = settings.stream_seconds

    @property
    def is_failing(self) -> bool:
        """Whether something that says who may call is not read any more."""
        return any(one is not None and one.is_failing for one in (self._keys, self._tokens))

    def admit(self) -> None:
        """Lets the present request in, or raises `AccessError`."""
        route = request.url_rule.rule if request.url_rule else None
        needed = needed_by(request.method, route)
        if (needed is not None and not needed) or (route == METRICS and self._has_open_metrics):
            return
        if self._keys is None and self._tokens is None:
            if not self._is_open:
                refuse_others(request.environ)
            self._count(self._address, None)
            return
        caller = self._caller()
        CALLER.set(caller.name)
        self._count(caller.name, caller.rate)
        if route is not None and not (needed and needed & caller.scopes):
            raise MissingScopeError(caller.name, needed or ())

    @property
    def _address(self) -> str:
        return f"address:{address_of(request.environ, self._trusted_proxies)}"

    def _count(self, who: str, rate: RateLimitItem | None) -> None:
        """Counts the present request, and remembers for its answer and for what else it asks how its caller stands."""
        try:
            g.standing = self._limits.take(who, rate)
        except RateLimitedError as error:
            g.standing = error.standing
            raise
        g.pace = lambda: self._limits.wait(who, rate, self._stream_seconds)

    def _caller(self) -> Caller:
        try:
            found = self._known(credentials_of(request.environ))
            if isinstance(found, str):
                raise UnauthenticatedError(found)
        except UnauthenticatedError as error:
            _log.info("refused", extra={"fields": {"reason": error.reason}})
            self._count(self._address, None)
            raise
        return found

    def _known(self, credentials: str) -> Caller | str:
        """Who shows these; a key tells itself by its beginning, and everything else is a token or nothing."""
        knowing = self._keys if self._tokens is None or credentials.startswith(KEY_PREFIX) else self._tokens
        return knowing.caller_of(credentials) if knowing is not None else "keys are not known here, only tokens"


def credentials_of(environ: WSGIEnvironment) -> str:
    """What a request shows, exactly once and in a header; raises `UnauthenticatedError`.

    Two headers of one name come as one value with a comma, which stands in no credentials.
    """
    names = {name.lower() for name in request.args}
    if names & _IN_THE_ADDRESS or any(KEY_PREFIX in text for pair in request.args.items(multi=True) for text in pair):
        raise UnauthenticatedError("credentials stand in the address")
    authorization, key = environ.get("HTTP_AUTHORIZATION"), environ.get("HTTP_X_API_KEY")
    if authorization is None and key is None:
        raise UnauthenticatedError("no credentials", is_given=False)
    if authorization is not None and key is not None:
        raise UnauthenticatedError("two headers hold credentials")
    scheme, _, sent = authorization.partition(" ") if authorization is not None else ("bearer", "", key or "")
    if scheme.lower() != "bearer":
        raise UnauthenticatedError("another scheme than Bearer")
    if not _SENT.fullmatch(sent):
        raise UnauthenticatedError("credentials that are none by their form")
    return sent


def refuse_others(environ: WSGIEnvironment) -> None:
    """Raises `LoopbackOnlyError` unless the request comes from this machine and was meant for it."""
    if not is_loopback(environ.get("REMOTE_ADDR", "")):
        raise LoopbackOnlyError("the request comes from another machine")
    if any(name in environ for name in _FORWARDED):
        raise LoopbackOnlyError("the request was forwarded by a proxy")
    host = re.sub(r":[0-9]*$", "", environ.get("HTTP_HOST", ""))
    if "." in host.rstrip(".") and not is_loopback(host):
        raise LoopbackOnlyError("the request was meant for another host")


def guard_requests(app: Flask, guard: Guard) -> None:
    """Puts a guard in front of every route of the app."""
    app.before_request(guard.admit)
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    if g.get("standing") is not None:
        tell(response.headers, g.standing)
    return response


def pace() -> Pace:
    """What waits for the turn of each further question of the present request."""
    return cast(Pace, g.pace)
