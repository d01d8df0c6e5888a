"""Reads the environment once into a frozen Settings; nothing else in the service looks at it."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from service.access_settings import AccessSettings, access_of
from service.environment import Environment

# One question of the largest clusters seen (forty subnets, fifty consumers) is about 30 KiB.
MAX_BODY_BYTES = 256 * 1024
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(:[0-9]{1,5})?")


class Records(Enum):
    """Whether decisions are kept: not at all, as well as can be, or else no answer goes out."""

    OFF = "off"
    BEST_EFFORT = "best_effort"
    REQUIRED = "required"


_RECORDS = {choice.value for choice in Records}
_LOG_LEVELS = logging.getLevelNamesMapping()


class SettingsError(Exception):
    """The environment asks for something that cannot be; the text names every variable concerned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What callers may take of a process, and whose pages in a browser may call.

    ``connections`` are those of one process; ``idle_seconds`` is how long one may ask nothing, ``header_seconds`` how
    long the head of a request may take from its first byte, and ``body_seconds`` how long a body that is no stream.
    ``held_bytes`` is what bodies may take in one process while their requests last, and answers while their clients
    take them, each for itself. ``document_queue`` documents wait for a reader at most, and reading one takes at most
    ``document_seconds`` of processor time.
    """

    allowed_origins: tuple[str, ...] = ()
    connections: int = 1_000
    idle_seconds: int = 75
    header_seconds: int = 10
    body_seconds: int = 60
    held_bytes: int = 128 * 1024 * 1024
    document_queue: int = 8
    document_seconds: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where decisions are kept, what of them, and for how long.

    ``url`` is a store in SQLAlchemy's way of writing; what it does not take waits in ``spill_folder``. ``mask`` are
    JSON Pointers whose values are masked before anything is written, and what is older than ``keep_days`` or more than
    ``keep_newest`` is forgotten; None keeps it for ever, and all of it.
    """

    url: str = "sqlite:///data/records.sqlite3"
    spill_folder: Path = Path("data/spill")
    spill_bytes: int = 256 * 1024 * 1024
    mask: tuple[str, ...] = ()
    keep_days: int | None = None
    keep_newest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this process serves.

    ``workers`` are processes; each decides one question at a time and waits for a thousand clients at once.
    ``answers_bytes`` is how much of its last answers a worker remembers for those who ask the same again.
    ``stream_seconds`` is how long a client may take for the next line of a batch, and for taking an answer.
    ``graceful_seconds`` is how long a stopping worker waits for the requests that it already has.
    ``is_traced`` if OpenTelemetry's own variables say where traces go; how they go is read by its library.
    ``records`` says whether decisions are kept, and ``store`` where.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2
    log_level: str = "INFO"
    max_body_bytes: int = MAX_BODY_BYTES
    answers_bytes: int = 16 * 1024 * 1024
    graceful_seconds: int = 20
    stream_seconds: int = 60
    prices_file: Path | None = None
    policy_file: Path | None = None
    records: Records = Records.BEST_EFFORT
    store: StoreSettings = StoreSettings()
    access: AccessSettings = field(default_factory=AccessSettings)
    edge: Edge = Edge()
    is_traced: bool = False
    given: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    """The names of the variables that were set in the environment, ours among them."""
    openapi_file: Path = Path(__file__).resolve().parent.parent / "openapi.yaml"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Reads the variables that docs/operations.md lists.

        Raises SettingsError with every mistake at once, so that a deployment is mended in one go.
        """
        given, usual = Environment(environment), cls()
        records = given.word("RECORDS", usual.records.value, _RECORDS, "off, best_effort or required")
        settings = cls(
            host=given.text("HOST", usual.host),
            port=given.whole_number("PORT", usual.port, 1, 65_535),
            workers=given.whole_number("WORKERS", usual.workers, 1, 256),
            log_level=given.word("LOG_LEVEL", usual.log_level, _LOG_LEVELS, "DEBUG, INFO, WARNING or ERROR"),
            max_body_bytes=given.whole_number("MAX_BODY_BYTES", usual.max_body_bytes, 1_024, 16 * 1024 * 1024),
            answers_bytes=given.whole_number("ANSWERS_BYTES", usual.answers_bytes, 0, 2**32),
            graceful_seconds=given.whole_number("GRACEFUL_SECONDS", usual.graceful_seconds, 1, 600),
            stream_seconds=given.whole_number("STREAM_SECONDS", usual.stream_seconds, 1, 3_600),
            prices_file=given.path("PRICES_FILE"),
            policy_file=given.path("POLICY_FILE"),
            records=Records(records),
            store=_store_of(given),
            access=access_of(given),
            edge=_edge_of(given),
            is_traced=_is_traced(given),
            given=given.names,
        )
        if given.mistakes:
            raise SettingsError("; ".join(given.mistakes))
        return settings


def _store_of(given: Environment) -> StoreSettings:
    usual = StoreSettings()
    return StoreSettings(
        url=given.text("RECORDS_URL", usual.url),
        spill_folder=given.path("RECORDS_SPILL_FOLDER") or usual.spill_folder,
        spill_bytes=given.whole_number("RECORDS_SPILL_BYTES", usual.spill_bytes, 0, 2**40),
        mask=given.listed("RECORDS_MASK"),
        keep_days=given.whole_number("RECORDS_KEEP_DAYS", 0, 1, 36_500) or None,
        keep_newest=given.whole_number("RECORDS_KEEP_NEWEST", 0, 1, 10**9) or None,
    )


def _edge_of(given: Environment) -> Edge:
    usual, origins = Edge(), given.listed("ALLOWED_ORIGINS")
    given.mistakes += [
        f"ALLOWED_ORIGINS has `{one}`, expected origins such as `https://portal.example.com`, without a path"
        for one in origins
        if not _ORIGIN.fullmatch(one)
    ]
    return Edge(
        allowed_origins=origins,
        connections=given.whole_number("CONNECTIONS", usual.connections, 20, 100_000),
        idle_seconds=given.whole_number("IDLE_SECONDS", usual.idle_seconds, 1, 3_600),
        header_seconds=given.whole_number("HEADER_SECONDS", usual.header_seconds, 1, 600),
        body_seconds=given.whole_number("BODY_SECONDS", usual.body_seconds, 1, 3_600),
        held_bytes=given.whole_number("HELD_BYTES", usual.held_bytes, 1024 * 1024, 2**40),
        document_queue=given.whole_number("DOCUMENT_QUEUE", usual.document_queue, 1, 10_000),
        document_seconds=given.whole_number("DOCUMENT_SECONDS", usual.document_seconds, 1, 3_600),
    )


def _is_traced(given: Environment) -> bool:
    wanted = given.text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or given.text("OTEL_EXPORTER_OTLP_ENDPOINT")
    is_off = given.text("OTEL_SDK_DISABLED").lower() == "true"
    return bool(wanted) and not is_off and given.text("OTEL_TRACES_EXPORTER", "otlp").lower() == "otlp"
