"""JSON web tokens of one issuer (RFC 7519, with the advice of RFC 8725).

The algorithm is one that the settings allow and that the key is for; what the token's head says only has to agree. A
token says who issued it, for whom, who its subject is, and when it ends, or it is none.
"""

from __future__ import annotations

from typing import Any

import jwt

from service.access_settings import TokenSettings
from service.settings import SettingsError
from service.web.access.callers import Caller, scopes_of
from service.web.access.issuer_keys import NO_ID, IssuerKeys, KeysOfAddress, KeysOfFile

LONGEST_SUBJECT = 200
_REQUIRED = ["exp", "iss", "aud", "sub"]


class Tokens:
    """Knows callers by their tokens."""

    def __init__(self, settings: TokenSettings, keys: IssuerKeys) -> None:
        self._settings, self._keys = settings, keys

    @property
    def is_failing(self) -> bool:
        """Whether the issuer's keys are not those that it has now."""
        return self._keys.is_failing

    def caller_of(self, text: str) -> Caller | str:
        """Whose token this is, or why it is nobody's."""
        try:
            return self._caller(text)
        except jwt.PyJWTError as error:
            return f"a token is refused: {type(error).__name__}"
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            return f"a token cannot be read: {type(error).__name__}"

    def _caller(self, text: str) -> Caller | str:
        head = jwt.get_unverified_header(text)
        if head.get("alg") not in self._settings.algorithms:
            return "a token is signed in another way than is allowed"
        key = self._keys.find(head.get("kid", NO_ID))
        if key is None:
            return "a token is signed with a key that is not known"
        claims = jwt.decode(
            text,
            key,
            algorithms=list(self._settings.algorithms),
            audience=list(self._settings.audiences),
            issuer=self._settings.issuer,
            leeway=self._settings.leeway_seconds,
            options={"require": _REQUIRED, "enforce_minimum_key_length": True},
        )
        subject = claims["sub"]
        if not (0 < len(subject) <= LONGEST_SUBJECT and subject.isprintable()):
            return "a token has a subject that is unfit for the record"
        return Caller(name=f"jwt:{subject}", scopes=scopes_of(_granted(claims)))


def _granted(claims: dict[str, Any]) -> list[str]:
    """What the issuer grants: words in `scope` (RFC 9068), words or a list in `scp`."""
    granted: list[str] = []
    for name in ("scope", "scp"):
        given = claims.get(name, "")
        granted += given.split() if isinstance(given, str) else [one for one in given if isinstance(one, str)]
    return granted


def tokens_of(settings: TokenSettings) -> Tokens:
    """What knows tokens as the settings say; raises `SettingsError` for a file that holds no keys."""
    if settings.jwks_file is None:
        return Tokens(settings, KeysOfAddress(settings.jwks_url, settings.algorithms))
    try:
        return Tokens(settings, KeysOfFile(settings.jwks_file, settings.algorithms))
    except (OSError, ValueError) as error:
        raise SettingsError(f"JWT_JWKS_FILE {settings.jwks_file}: {error}") from None
