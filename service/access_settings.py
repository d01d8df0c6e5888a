"""Who may call, as the environment says it; `service.settings` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """Who may call.

    ``is_open`` is `ACCESS=none`: nobody is asked. ``keys`` lists keys by their hashes, and ``keys_file`` is a file that
    does. ``has_open_metrics`` lets everybody read the metrics.
    """

    is_open: bool = False
    keys: str = field(default="", repr=False)
    keys_file: Path | None = None
    has_open_metrics: bool = False

    @property
    def asks_who_calls(self) -> bool:
        """Whether callers need credentials."""
        return bool(self.keys or self.keys_file)

    def faults(self, host: str) -> list[str]:
        """What keeps the service from answering on this address."""
        if self.is_open and self.asks_who_calls:
            return ["ACCESS is `none`, yet there are credentials: unset one of them"]
        if self.is_open or self.asks_who_calls or is_loopback(host):
            return []
        return [
            f"HOST is `{host}`, which other machines may reach, and nothing says who may call: set API_KEYS_FILE "
            "(`python -m service keys new` makes a key), or ACCESS=none if whatever stands in front asks"
        ]


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own and nobody else's."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def access_of(environment: Mapping[str, str], mistakes: list[str]) -> AccessSettings:
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
        has_open_metrics=is_said("METRICS_ACCESS", "open"),
    )
