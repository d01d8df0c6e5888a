"""Who may call, as the environment says it; `service.settings` reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

_ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
_MOST_LEEWAY = 300
_MOST_PROXIES = 10

WholeNumber = Callable[[str, int, int, int], int]
"""Reads a variable: its name, what it is if it is not set, the least, and the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSettings:
    """Whose JSON web tokens are accepted.

    ``leeway_seconds`` is how much the clocks may differ. The keys come from ``jwks_file``, or else from ``jwks_url``.
    """

    issuer: str
    audiences: tuple[str, ...]
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    leeway_seconds: int = 30
    jwks_file: Path | None = None
    jwks_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """Who may call.

    ``is_open`` is `ACCESS=none`: nobody is asked. ``keys`` lists keys by their hashes, and ``keys_file`` is a file that
    does. ``has_open_metrics`` lets everybody read the metrics. ``rate_limit`` is how much a caller may ask for,
    ``rate_limit_store`` where replicas count together, and ``trusted_proxies`` how many proxies of ours stand in front.
    """

    is_open: bool = False
    keys: str = field(default="", repr=False)
    keys_file: Path | None = None
    token: TokenSettings | None = None
    has_open_metrics: bool = False
    rate_limit: str = ""
    rate_limit_store: str = field(default="", repr=False)
    trusted_proxies: int = 0

    @property
    def asks_who_calls(self) -> bool:
        """Whether callers need credentials."""
        return bool(self.keys or self.keys_file or self.token)

    def faults(self, host: str) -> list[str]:
        """What keeps the service from answering on this address."""
        if self.is_open and self.asks_who_calls:
            return ["ACCESS is `none`, yet there are credentials: unset one of them"]
        if self.is_open or self.asks_who_calls or is_loopback(host):
            return []
        return [
            f"HOST is `{host}`, which other machines may reach, and nothing says who may call: set API_KEYS_FILE "
            "(`python -m service keys new` makes a key), JWT_ISSUER and what goes with it, or ACCESS=none if whatever "
            "stands in front asks"
        ]


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own and nobody else's."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def access_of(environment: Mapping[str, str], mistakes: list[str], whole_number: WholeNumber) -> AccessSettings:
    """What the environment says, with every mistake added to the list."""

    def is_said(name: str, word: str) -> bool:
        given = environment.get(name, "").lower()
        if given not in ("", word):
            mistakes.append(f"{name} is `{given}`, expected `{word}` or nothing at all")
        return given == word

    return AccessSettings(
        is_open=is_said("ACCESS", "none"),
        keys=environment.get("API_KEYS", "").strip(),
        keys_file=Path(environment["API_KEYS_FILE"]) if environment.get("API_KEYS_FILE") else None,
        token=_token_of(environment, mistakes, whole_number),
        has_open_metrics=is_said("METRICS_ACCESS", "open"),
        rate_limit=environment.get("RATE_LIMIT", "").strip(),
        rate_limit_store=environment.get("RATE_LIMIT_STORE", "").strip(),
        trusted_proxies=whole_number("TRUSTED_PROXIES", 0, 0, _MOST_PROXIES),
    )


def _token_of(environment: Mapping[str, str], mistakes: list[str], whole_number: WholeNumber) -> TokenSettings | None:
    """Whose tokens are accepted; None if nothing is said of any. What is said in part is a mistake."""
    names = ("JWT_ISSUER", "JWT_AUDIENCE", "JWT_ALGORITHMS", "JWT_LEEWAY_SECONDS", "JWT_JWKS_FILE", "JWT_JWKS_URL")
    given = {name: environment.get(name, "").strip() for name in names}
    if not any(given.values()):
        return None
    missing = [name for name in ("JWT_ISSUER", "JWT_AUDIENCE") if not given[name]]
    if not (given["JWT_JWKS_FILE"] or given["JWT_JWKS_URL"]):
        missing.append("JWT_JWKS_FILE or JWT_JWKS_URL")
    if missing:
        mistakes.append(f"tokens are half configured: set {' and '.join(missing)}, or nothing that begins with JWT_")
    if given["JWT_JWKS_FILE"] and given["JWT_JWKS_URL"]:
        mistakes.append("JWT_JWKS_FILE and JWT_JWKS_URL are both set: unset one of them")
    if given["JWT_JWKS_URL"] and not _is_safe(given["JWT_JWKS_URL"]):
        mistakes.append("JWT_JWKS_URL is no address that begins with https:// (http:// on this machine only)")
    algorithms = _listed(given["JWT_ALGORITHMS"])
    wrong = [name for name in algorithms if name not in _ALGORITHMS]
    if wrong:
        mistakes.append(f"JWT_ALGORITHMS names `{', '.join(wrong)}`, expected some of {', '.join(_ALGORITHMS)}")
    usual = TokenSettings(issuer="", audiences=())
    return TokenSettings(
        issuer=given["JWT_ISSUER"],
        audiences=_listed(given["JWT_AUDIENCE"]),
        algorithms=algorithms or usual.algorithms,
        leeway_seconds=whole_number("JWT_LEEWAY_SECONDS", usual.leeway_seconds, 0, _MOST_LEEWAY),
        jwks_file=Path(given["JWT_JWKS_FILE"]) if given["JWT_JWKS_FILE"] else None,
        jwks_url=given["JWT_JWKS_URL"],
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _is_safe(address: str) -> bool:
    """Whether nobody on the way can put keys of their own in place of those that stand at the address."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
