"""Callers with keys, for tests of who may call."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask

from service.access_settings import AccessSettings
from service.app import create_app
from service.settings import Records, Settings
from service.web.access.callers import Scope
from service.web.access.keys import new_key
from service.web.access.rates import rate_of
from service.web.policies import SECONDS_BETWEEN_LOOKS

DECIDE, READ, ADMIN = frozenset({Scope.DECIDE}), frozenset({Scope.READ}), frozenset({Scope.ADMIN})
ALL = DECIDE | READ | ADMIN


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pass_a_look(self) -> None:
        self.now += SECONDS_BETWEEN_LOOKS


class KeyFile:
    """A file of keys, and the keys that are in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.touch()

    def add(
        self, name: str, scopes: frozenset[Scope], last_day: date | None = None, limit: str | None = None
    ) -> dict[str, str]:
        """The header that a new caller sends."""
        text, key = new_key(name, scopes, last_day, rate_of(limit) if limit else None)
        with self.path.open("a") as stream:
            stream.write(key.line() + "\n")
        return {"Authorization": f"Bearer {text}"}


def guarded(access: AccessSettings, **settings: Any) -> Flask:
    """An application that asks who calls."""
    return create_app(Settings(**{"records": Records.OFF, "access": access, **settings}))
