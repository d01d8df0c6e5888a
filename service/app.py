"""create_app(): the one place where the parts are put together."""

from __future__ import annotations

from flask import Flask

from service.catalogue.prices import read_prices
from service.records.keeper import Run, run_here
from service.settings import Settings
from service.web.access.guard import Guard, guard_requests
from service.web.deciding import Desk
from service.web.headers import Origins
from service.web.language import speak_languages
from service.web.metering import Meter, count_requests, routes_of
from service.web.parts import Parts
from service.web.policies import Policies
from service.web.problems import answer_with_problems
from service.web.recorder import recorder_of
from service.web.remembering import Memory
from service.web.request_context import surround_requests
from service.web.routes import (
    batches,
    cards,
    catalogue,
    configuration,
    decisions,
    descriptions,
    diagrams,
    embed,
    operations,
    page,
    policy,
    record,
    schemas,
)
from service.web.spans import Tracing
from service.web.uploads import Held

_ROOMS = (
    operations,
    configuration,
    catalogue,
    decisions,
    batches,
    record,
    diagrams,
    cards,
    policy,
    descriptions,
    schemas,
    page,
    embed,
)


def create_app(settings: Settings, run: Run = run_here, read: Run = run_here, apart: Run = run_here) -> Flask:
    """The WSGI application for these settings; logging is the business of the process that runs it.

    ``run`` says where calls that wait for the store run; a worker of greenlets needs real threads for them.
    ``read`` says where documents in other formats are read, which may take seconds of computation, and ``apart`` where
    questions are decided that may take as long.
    """
    app = Flask("service", static_folder=None)
    # A path with two slashes in a row is none of ours; a redirect would name whatever host the client has named.
    app.url_map.merge_slashes = False
    for room in _ROOMS:
        app.register_blueprint(room.blueprint)
    parts = _parts_of(app, settings, run, read, apart)
    parts.put_into(app)
    speak_languages(app)
    surround_requests(app, Origins(settings.edge.allowed_origins), parts.held, parts.tracing)
    answer_with_problems(app)
    guard_requests(app, parts.guard)
    count_requests(app, parts.meter)
    return app


def _parts_of(app: Flask, settings: Settings, run: Run, read: Run, apart: Run) -> Parts:
    """The parts that the settings ask for, for an app that has all its routes."""
    policies = Policies(settings.policy_file)
    recorder = recorder_of(settings, run)
    meter = Meter(routes_of(app), policies, recorder.keeper.counts if recorder.keeper else None)
    desk = Desk(
        policies=policies,
        prices=read_prices(settings.prices_file),
        note=meter.note_decision,
        note_seconds=meter.note_deciding,
        read=read,
        apart=apart,
    )
    return Parts(
        settings=settings,
        desk=desk,
        recorder=recorder,
        memory=Memory(settings.answers_bytes),
        held=Held(settings.edge.held_bytes),
        tracing=Tracing(),
        guard=Guard(settings),
        meter=meter,
    )
