"""Reads the environment once into a frozen Settings; nothing else in the service looks at it."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# One question of the largest clusters seen (forty subnets, fifty consumers) is about 30 KiB.
MAX_BODY_BYTES = 256 * 1024


class SettingsError(Exception):
    """The environment asks for something that cannot be; the text names every variable concerned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this process serves.

    ``workers`` are processes; each decides one question at a time and waits for a thousand clients at once.
    ``graceful_seconds`` is how long a stopping worker waits for the requests that it already has.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2
    log_level: str = "INFO"
    max_body_bytes: int = MAX_BODY_BYTES
    graceful_seconds: int = 20
    prices_file: Path | None = None
    openapi_file: Path = Path(__file__).resolve().parent.parent / "openapi.yaml"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Reads HOST, PORT, WORKERS, LOG_LEVEL, MAX_BODY_BYTES, GRACEFUL_SECONDS and PRICES_FILE.

        Raises SettingsError with every mistake at once, so that a deployment is mended in one go.
        """
        usual = cls()
        mistakes: list[str] = []

        def whole_number(name: str, default: int, least: int, most: int) -> int:
            given = environment.get(name, "")
            if not given:
                return default
            if not (given.isascii() and given.isdigit() and least <= int(given) <= most):
                mistakes.append(f"{name} is `{given}`, expected a whole number from {least} to {most}")
                return default
            return int(given)

        log_level = (environment.get("LOG_LEVEL") or usual.log_level).upper()
        if log_level not in logging.getLevelNamesMapping():
            mistakes.append(f"LOG_LEVEL is `{log_level}`, expected DEBUG, INFO, WARNING or ERROR")
        settings = cls(
            host=environment.get("HOST") or usual.host,
            port=whole_number("PORT", usual.port, 1, 65_535),
            workers=whole_number("WORKERS", usual.workers, 1, 256),
            log_level=log_level,
            max_body_bytes=whole_number("MAX_BODY_BYTES", usual.max_body_bytes, 1_024, 16 * 1024 * 1024),
            prices_file=Path(environment["PRICES_FILE"]) if environment.get("PRICES_FILE") else None,
            graceful_seconds=whole_number("GRACEFUL_SECONDS", usual.graceful_seconds, 1, 600),
        )
        if mistakes:
            raise SettingsError("; ".join(mistakes))
        return settings
