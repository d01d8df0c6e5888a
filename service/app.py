"""create_app(): the one place where the parts are put together."""

from __future__ import annotations

from flask import Flask

from service.catalogue.prices import read_prices
from service.records.keeper import Run, run_here
from service.settings import Settings
from service.web.access.guard import guard_requests
from service.web.headers import Origins
from service.web.language import speak_languages
from service.web.metering import count_requests
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


def create_app(settings: Settings, run: Run = run_here, read: Run = run_here, apart: Run = run_here) -> Flask:
    """The WSGI application for these settings; logging is the business of the process that runs it.

    ``run`` says where calls that wait for the store run; a worker of greenlets needs real threads for them.
    ``read`` says where documents in other formats are read, which may take seconds of computation, and ``apart`` where
    questions are decided that may take as long.
    """
    app = Flask("service", static_folder=None)
    # A path with two slashes in a row is none of ours; a redirect would name whatever host the client has named.
    app.url_map.merge_slashes = False
    app.config["SETTINGS"] = settings
    app.config["PRICES"] = read_prices(settings.prices_file)
    app.config["POLICIES"] = Policies(settings.policy_file)
    app.config["READ"] = read
    app.config["APART"] = apart
    app.config["HELD"] = Held(settings.edge.held_bytes)
    app.config["MEMORY"] = Memory(settings.answers_bytes)
    app.config["TRACING"] = Tracing()
    app.config["RECORDER"] = recorder_of(settings, run)
    speak_languages(app)
    surround_requests(app, Origins(settings.edge.allowed_origins), app.config["HELD"], app.config["TRACING"])
    answer_with_problems(app)
    guard_requests(app, settings)
    for room in (
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
    ):
        app.register_blueprint(room.blueprint)
    keeper = app.config["RECORDER"].keeper
    count_requests(app, app.config["POLICIES"], keeper.counts if keeper else None)
    return app
