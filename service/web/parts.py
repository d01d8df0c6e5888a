"""The parts of an application: made once by `create_app`, and never exchanged while it serves.

Whatever answers a request finds them through `parts`; nothing else of ours hangs on the application.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from service.settings import Settings
from service.web.access.guard import Guard
from service.web.deciding import Desk
from service.web.metering import Meter
from service.web.recorder import Recorder
from service.web.remembering import Memory
from service.web.spans import Tracing
from service.web.uploads import Held

_KEY = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one application is made of."""

    settings: Settings
    desk: Desk
    recorder: Recorder
    memory: Memory
    held: Held
    tracing: Tracing
    guard: Guard
    meter: Meter

    def put_into(self, app: Flask) -> None:
        """Makes these the parts of the app."""
        app.extensions[_KEY] = self


def parts_of(app: Flask) -> Parts:
    """The parts of an application."""
    return cast(Parts, app.extensions[_KEY])


def parts() -> Parts:
    """The parts of the present application."""
    return parts_of(current_app)
