"""The running configuration as it may be shown: every setting, whether it was given, and no secret.

1. What may hold a secret is shown as far as it tells where something is: an address without user, password and query.
2. What is a secret, or may be one altogether, is shown as `set` or not at all.
3. A variable that is not listed here is found by a test, so that nobody forgets to say which of the three it is.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from service import __version__
from service.domain import FACTS_EDITION
from service.settings import Settings
from service.web.policies import Policies

SET = "set"
"""What is said of a secret: that there is one."""
_LIBRARIES = ("flask", "gevent", "gunicorn", "marshmallow", "orjson", "sqlalchemy", "werkzeug")
_Shown = Callable[[Settings], object]


def _of_token(name: str) -> _Shown:
    return lambda settings: getattr(settings.access.token, name) if settings.access.token else None


SHOWN: Mapping[str, _Shown] = {
    "HOST": lambda it: it.host,
    "PORT": lambda it: it.port,
    "WORKERS": lambda it: it.workers,
    "LOG_LEVEL": lambda it: it.log_level,
    "MAX_BODY_BYTES": lambda it: it.max_body_bytes,
    "ANSWERS_BYTES": lambda it: it.answers_bytes,
    "STREAM_SECONDS": lambda it: it.stream_seconds,
    "GRACEFUL_SECONDS": lambda it: it.graceful_seconds,
    "CONNECTIONS": lambda it: it.edge.connections,
    "IDLE_SECONDS": lambda it: it.edge.idle_seconds,
    "HEADER_SECONDS": lambda it: it.edge.header_seconds,
    "BODY_SECONDS": lambda it: it.edge.body_seconds,
    "HELD_BYTES": lambda it: it.edge.held_bytes,
    "DOCUMENT_QUEUE": lambda it: it.edge.document_queue,
    "DOCUMENT_SECONDS": lambda it: it.edge.document_seconds,
    "ALLOWED_ORIGINS": lambda it: it.edge.allowed_origins,
    "RECORDS": lambda it: it.records,
    "RECORDS_URL": lambda it: _place(it.store.url),
    "RECORDS_SPILL_FOLDER": lambda it: it.store.spill_folder,
    "RECORDS_SPILL_BYTES": lambda it: it.store.spill_bytes,
    "RECORDS_MASK": lambda it: it.store.mask,
    "RECORDS_KEEP_DAYS": lambda it: it.store.keep_days,
    "RECORDS_KEEP_NEWEST": lambda it: it.store.keep_newest,
    "POLICY_FILE": lambda it: it.policy_file,
    "PRICES_FILE": lambda it: it.prices_file,
    "ACCESS": lambda it: "none" if it.access.is_open else None,
    "API_KEYS": lambda it: _whether(it.access.keys),
    "API_KEYS_FILE": lambda it: it.access.keys_file,
    "METRICS_ACCESS": lambda it: "open" if it.access.has_open_metrics else None,
    "JWT_ISSUER": _of_token("issuer"),
    "JWT_AUDIENCE": _of_token("audiences"),
    "JWT_ALGORITHMS": _of_token("algorithms"),
    "JWT_LEEWAY_SECONDS": _of_token("leeway_seconds"),
    "JWT_JWKS_FILE": _of_token("jwks_file"),
    "JWT_JWKS_URL": lambda it: _place(it.access.token.jwks_url) if it.access.token else None,
    "RATE_LIMIT": lambda it: it.access.rate_limit or None,
    "RATE_LIMIT_STORE": lambda it: _place(it.access.rate_limit_store),
    "TRUSTED_PROXIES": lambda it: it.access.trusted_proxies,
    # Read by the library of OpenTelemetry; an address of a collector may hold a key of its owner.
    "OTEL_EXPORTER_OTLP_ENDPOINT": lambda it: _whether("OTEL_EXPORTER_OTLP_ENDPOINT" in it.given),
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": lambda it: _whether("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" in it.given),
    "OTEL_TRACES_EXPORTER": lambda it: "otlp" if it.is_traced else "none",
    "OTEL_SDK_DISABLED": lambda it: not it.is_traced if "OTEL_SDK_DISABLED" in it.given else None,
}


def as_document(settings: Settings, known: Policies) -> dict[str, Any]:
    """The answer of `GET /v1/config`."""
    policy = known.current()
    return {
        "version": __version__,
        "facts_edition": FACTS_EDITION,
        "policy": {"name": policy.name, "revision": policy.revision},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
        "settings": [
            {
                "name": name,
                "value": _plain(shown(settings)),
                "from": "environment" if name in settings.given else "default",
            }
            for name, shown in SHOWN.items()
        ],
    }


def _place(url: str) -> str | None:
    """An address without whoever is named in it and without what is asked of it."""
    if not url:
        return None
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # what stands there is no port, and may be the end of a password
        return SET
    return f"{parts.scheme}://{host}{port}{parts.path}"


def _whether(secret: object) -> str | None:
    return SET if secret else None


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
