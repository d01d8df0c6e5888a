"""Who may call, as the environment says it; `service.settings` reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from service.environment import Environment

_ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
_OF_TOKENS = ("JWT_ISSUER", "JWT_AUDIENCE", "JWT_ALGORITHMS", "JWT_LEEWAY_SECONDS", "JWT_JWKS_FILE", "JWT_JWKS_URL")
_MOST_LEEWAY = 300
_MOST_PROXIES = 10


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


def access_of(given: Environment) -> AccessSettings:
    """What the environment says, with every mistake among its own."""

    def is_said(name: str, word: str) -> bool:
        return given.word(name, "", ("", word), f"`{word}` or nothing at all") == word

    return AccessSettings(
        is_open=is_said("ACCESS", "none"),
        keys=given.text("API_KEYS"),
        keys_file=given.path("API_KEYS_FILE"),
        token=_token_of(given),
        has_open_metrics=is_said("METRICS_ACCESS", "open"),
        rate_limit=given.text("RATE_LIMIT"),
        rate_limit_store=given.text("RATE_LIMIT_STORE"),
        trusted_proxies=given.whole_number("TRUSTED_PROXIES", 0, 0, _MOST_PROXIES),
    )


def _token_of(given: Environment) -> TokenSettings | None:
    """Whose tokens are accepted; None if nothing is said of any. What is said in part is a mistake."""
    if not any(given.text(name) for name in _OF_TOKENS):
        return None
    file, url = given.path("JWT_JWKS_FILE"), given.text("JWT_JWKS_URL")
    missing = [name for name in ("JWT_ISSUER", "JWT_AUDIENCE") if not given.text(name)]
    if not (file or url):
        missing.append("JWT_JWKS_FILE or JWT_JWKS_URL")
    if missing:
        what = f"tokens are half configured: set {' and '.join(missing)}, or nothing that begins with JWT_"
        given.mistakes.append(what)
    if file and url:
        given.mistakes.append("JWT_JWKS_FILE and JWT_JWKS_URL are both set: unset one of them")
    if url and not _is_safe(url):
        given.mistakes.append("JWT_JWKS_URL is no address that begins with https:// (http:// on this machine only)")
    algorithms = given.listed("JWT_ALGORITHMS")
    wrong = [name for name in algorithms if name not in _ALGORITHMS]
    if wrong:
        known = ", ".join(_ALGORITHMS)
        given.mistakes.append(f"JWT_ALGORITHMS names `{', '.join(wrong)}`, expected some of {known}")
    usual = TokenSettings(issuer="", audiences=())
    return TokenSettings(
        issuer=given.text("JWT_ISSUER"),
        audiences=given.listed("JWT_AUDIENCE"),
        algorithms=algorithms or usual.algorithms,
        leeway_seconds=given.whole_number("JWT_LEEWAY_SECONDS", usual.leeway_seconds, 0, _MOST_LEEWAY),
        jwks_file=file,
        jwks_url=url,
    )


def _is_safe(address: str) -> bool:
    """Whether nobody on the way can put keys of their own in place of those that stand at the address."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
