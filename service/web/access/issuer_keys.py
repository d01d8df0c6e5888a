"""The public keys with which an issuer signs its tokens (a JSON Web Key Set), from a file or an address.

1. A set is bounded in bytes and in keys. A key serves one algorithm, one of those that are allowed: its own `alg`, or
   else what its type and curve make of it. Keys for anything but signatures, and secrets (`oct`), are no keys here, so
   that no token is ever verified by taking a public key for a secret.
2. A token chooses among the keys by their id and in no other way: the id names no file, and addresses in a token's
   head (`jku`, `x5u`, `jwk`) are not looked at.
3. From an address the set is fetched when the first token comes, again when it is `SECONDS_FRESH` old, and when a token
   names a key that is not in it, but never more often than `SECONDS_BETWEEN_FETCHES`. While the address does not answer
   the keys of before serve for `SECONDS_KEPT`; then, as before the first fetch, no token is accepted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Protocol

import orjson
import requests
from jwt import PyJWK, PyJWTError

from service.web.watched_file import WatchedFile

MOST_BYTES = 512 * 1024
MOST_KEYS = 100
SECONDS_FRESH = 600.0
SECONDS_BETWEEN_FETCHES = 30.0
SECONDS_KEPT = 24 * 3600.0
SECONDS_TO_ANSWER = 3.0
"""How long an address may take to connect, to say something, and in all."""
NO_ID = ""
_OF_TYPE = {"RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "OKP": ("EdDSA",)}
_OF_CURVE = {"P-256": ("ES256",), "P-384": ("ES384",), "P-521": ("ES512",)}
Keys = Mapping[str, PyJWK]

_log = logging.getLogger("service.tokens")


class InvalidKeySetError(ValueError):
    """What is no set of keys, or one without a key that serves."""


class IssuerKeys(Protocol):
    """Where the keys are found."""

    @property
    def is_failing(self) -> bool:
        """Whether what is found may be out of date."""

    def find(self, id_: str) -> PyJWK | None:
        """The key of this id, or without an id the only key; None if there is none."""


def keys_of(content: bytes, algorithms: Iterable[str]) -> Keys:
    """The keys of a set that serve one of the algorithms, by their ids; raises `InvalidKeySetError`."""
    try:
        listed = orjson.loads(content)["keys"]
    except (ValueError, TypeError, KeyError):
        raise InvalidKeySetError("is no JSON Web Key Set") from None
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise InvalidKeySetError(f"lists no keys, or more than {MOST_KEYS}")
    allowed = tuple(algorithms)
    keys = [key for one in listed if (key := _key(one, allowed)) is not None]
    if not keys:
        raise InvalidKeySetError(f"has no key for {', '.join(allowed)}")
    found = {key.key_id: key for key in reversed(keys) if isinstance(key.key_id, str) and key.key_id}
    return found | ({NO_ID: keys[0]} if len(keys) == 1 else {})


def _key(listed: Any, allowed: tuple[str, ...]) -> PyJWK | None:
    if not isinstance(listed, dict) or listed.get("use", "sig") != "sig":
        return None
    fitting = _OF_TYPE.get(str(listed.get("kty")), ()) or _OF_CURVE.get(str(listed.get("crv")), ())
    algorithm = next((name for name in allowed if name in fitting and listed.get("alg", name) == name), None)
    if algorithm is None:
        return None
    public = {name: value for name, value in listed.items() if name != "d"}
    try:
        return PyJWK(public, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return None


class KeysOfFile:
    """Keys from a file; raises `OSError` or `InvalidKeySetError` at the start."""

    def __init__(self, path: Path, algorithms: Iterable[str], clock: Callable[[], float] = monotonic) -> None:
        allowed = tuple(algorithms)
        self._file = WatchedFile(path, lambda content: keys_of(content, allowed), MOST_BYTES, clock)

    @property
    def is_failing(self) -> bool:
        """Whether the file is not what is accepted."""
        return self._file.is_failing

    def find(self, id_: str) -> PyJWK | None:
        """The key of this id, or without an id the only key."""
        return self._file.current().get(id_)


class KeysOfAddress:
    """Keys from an address."""

    def __init__(
        self,
        address: str,
        algorithms: Iterable[str],
        fetch: Callable[[str], bytes] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._address, self._allowed = address, tuple(algorithms)
        self._fetch, self._clock = fetch or fetched, clock
        self._keys: Keys = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = Lock()
        self._is_failing = False

    @property
    def is_failing(self) -> bool:
        """Whether the address did not answer last time."""
        return self._is_failing

    def find(self, id_: str) -> PyJWK | None:
        """The key of this id, or without an id the only key; waits for the address only if it is not known yet."""
        now = self._clock()
        if now - self._fetched_at > SECONDS_KEPT:
            self._keys = {}
        found = self._keys.get(id_)
        if found is None:
            with self._fetching:
                found = self._keys.get(id_)  # somebody else may have fetched it meanwhile
                if found is None and self._may_fetch():
                    self._renew()
                    found = self._keys.get(id_)
        elif now - self._fetched_at > SECONDS_FRESH and self._may_fetch() and self._fetching.acquire(blocking=False):
            try:
                self._renew()
                found = self._keys.get(id_)
            finally:
                self._fetching.release()
        return found

    def _may_fetch(self) -> bool:
        return self._clock() - self._tried_at >= SECONDS_BETWEEN_FETCHES

    def _renew(self) -> None:
        self._tried_at = self._clock()
        try:
            self._keys = keys_of(self._fetch(self._address), self._allowed)
        except (requests.RequestException, OSError, InvalidKeySetError) as error:
            if not self._is_failing:
                fields = {"reason": str(error) if isinstance(error, InvalidKeySetError) else type(error).__name__}
                _log.error("the issuer's keys cannot be fetched", extra={"fields": fields})
            self._is_failing = True
            return
        self._fetched_at = self._clock()
        self._is_failing = False


def fetched(address: str) -> bytes:
    """What an address answers, without following it elsewhere; raises `OSError` or `requests.RequestException`."""
    deadline = monotonic() + SECONDS_TO_ANSWER
    content = b""
    with requests.get(address, timeout=SECONDS_TO_ANSWER, stream=True, allow_redirects=False) as response:
        if response.status_code != 200:
            raise InvalidKeySetError(f"was answered with {response.status_code}")
        for piece in response.iter_content(16 * 1024):
            content += piece
            if len(content) > MOST_BYTES:
                raise InvalidKeySetError(f"is larger than {MOST_BYTES} bytes")
            if monotonic() > deadline:
                raise InvalidKeySetError("takes too long")
    return content
