"""API keys: named, known by their hash only, and expiring.

1. A key is `eksd_` and 32 random bytes, made by `python -m service keys new`. Nobody can guess 256 random bits, so a
   plain SHA-256 keeps it as safe at rest as scrypt would; a slow hash is for passwords, which people choose, and here
   would only let anybody who sends wrong keys occupy the processor. What is not of this form is no key, so that
   no hash of a password in the file ever lets anybody in.
2. A key that comes is hashed and held against every hash that is known, in constant time and to the end of the list,
   whichever fits: time tells neither how much of a key is right nor which one it is.
3. Two keys may have the same name: while a key is replaced, both are the same caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

from limits import RateLimitItem

from service.logs import KEY_PREFIX
from service.web.access.callers import Caller, Scope
from service.web.access.rates import rate_of

MOST_KEYS = 1_000
NEVER = "never"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(rf"{KEY_PREFIX}[A-Za-z0-9_-]{{43}}")
_FORM = "name:hash:scopes:expiry, and perhaps :limit"


class InvalidKeysError(ValueError):
    """Lines that list no keys; the text says which line and why, and quotes no hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a key; ``last_day`` is the last one on which it is accepted (UTC), None for ever."""

    name: str
    hash: str
    scopes: frozenset[Scope]
    last_day: date | None
    rate: RateLimitItem | None = None

    def line(self) -> str:
        """The line that stands for it in a file of keys."""
        scopes = ",".join(sorted(scope.value for scope in self.scopes))
        expiry = self.last_day.isoformat() if self.last_day else NEVER
        rate = f":{self.rate.amount}/{self.rate.GRANULARITY.name}" if self.rate else ""
        return f"{self.name}:{self.hash}:{scopes}:{expiry}{rate}"


def new_key(name: str, scopes: frozenset[Scope], last_day: date | None, rate: RateLimitItem | None) -> tuple[str, Key]:
    """A key that nobody had before, with what is kept of it; raises `InvalidKeysError` for a name that cannot be."""
    text = KEY_PREFIX + token_urlsafe(32)
    key = Key(name=name, hash=_hash_of(text), scopes=scopes, last_day=last_day, rate=rate)
    return text, key_of(key.line())


def key_of(line: str) -> Key:
    """The key that a line lists; raises `InvalidKeysError`."""
    parts = line.split(":")
    if len(parts) not in (4, 5):
        raise InvalidKeysError(f"has {len(parts)} parts, expected {_FORM}")
    name, hashed, listed, expiry, *rate = parts
    if not _NAME.fullmatch(name):
        raise InvalidKeysError("has no fit name, expected at most 64 letters, digits, dots, dashes and underscores")
    if not _HASH.fullmatch(hashed):
        raise InvalidKeysError(f"`{name}` has no fit hash, expected the 64 digits of a SHA-256 in lower case")
    known = {scope.value: scope for scope in Scope}
    scopes = listed.split(",")
    if not all(scope in known for scope in scopes):
        raise InvalidKeysError(f"`{name}` has the scopes `{listed}`, expected some of {', '.join(known)}")
    try:
        return Key(
            name=name,
            hash=hashed,
            scopes=frozenset(known[scope] for scope in scopes),
            last_day=None if expiry == NEVER else date.fromisoformat(expiry),
            rate=rate_of(rate[0]) if rate else None,
        )
    except ValueError as error:
        raise InvalidKeysError(f"`{name}`: {error}; expected {_FORM}, a day such as 2027-01-31 or {NEVER}") from None


def keys_of(lines: Iterable[str], noun: str = "line") -> tuple[Key, ...]:
    """The keys that lines list, but for empty ones and those that begin with `#`; raises `InvalidKeysError`."""
    keys: list[Key] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            keys.append(key_of(line.strip()))
        except InvalidKeysError as error:
            raise InvalidKeysError(f"{noun} {number} {error}") from None
        if any(key.hash == keys[-1].hash for key in keys[:-1]):
            raise InvalidKeysError(f"{noun} {number} `{keys[-1].name}` stands there twice")
        if len(keys) > MOST_KEYS:
            raise InvalidKeysError(f"there are more than {MOST_KEYS} keys")
    return tuple(keys)


def is_key(text: str) -> bool:
    """Whether a text has the form of a key."""
    return _KEY.fullmatch(text) is not None


def caller_of(keys: Iterable[Key], text: str, today: date) -> Caller | str:
    """Whose key this is, or why it is nobody's (for the log, never for who asks)."""
    if not is_key(text):
        return "is no key"
    given, found = _hash_of(text), None
    for key in keys:
        if compare_digest(key.hash, given):
            found = key
    if found is None:
        return "is no key that is known"
    if found.last_day is not None and today > found.last_day:
        return f"the key `{found.name}` has expired"
    return Caller(name=f"key:{found.name}", scopes=found.scopes, rate=found.rate)


def _hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()
