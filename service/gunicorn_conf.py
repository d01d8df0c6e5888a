"""How gunicorn runs the service; each value that differs from gunicorn's own has its reason beside it."""

from __future__ import annotations

import gc
import resource
import shlex
import sys
from typing import Any

from gevent import monkey

from service.logs import logging_config
from service.settings import Settings

# The application is loaded before the workers are forked, so the patches must be in place before it.
monkey.patch_all()

_settings = Settings.from_environment()

_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host
bind = f"{_host}:{_settings.port}"
workers = _settings.workers
# A client that stalls in its upload costs a greenlet and no thread: 500 of them hold up nobody, where a pool
# of threads is spent by as many as it has. Throughput is that of threads or a little better (docs/adr/0007).
worker_class = "service.gevent_worker.GracefulWorker"
# Errors of import stop the start instead of restarting workers for ever, and the catalogues are read once.
preload_app = True
# The heartbeat file must not wait for a slow disk, and the root file system may be read-only.
worker_tmp_dir = "/dev/shm"  # noqa: S108  the name inside is gunicorn's own and unpredictable
graceful_timeout = _settings.graceful_seconds
# The page about one of the largest questions is written in one go, for some twenty seconds; a worker that is killed
# meanwhile (after 30, usually) would take with it all that others have asked of it.
timeout = 120
worker_connections = _settings.edge.connections
# The usual 75 s are longer than the idle timeout of the usual proxy (60 s), so that it is never we who close first.
keepalive = _settings.edge.idle_seconds
# No second way in: nothing here is operated through gunicorn's socket.
control_socket_disable = True
# Proxies of ours say whether the caller came over TLS, for the addresses that a page shows; nobody else says anything,
# and no header of any proxy takes part in what the path is.
forwarded_allow_ips = "*" if _settings.access.trusted_proxies else ""
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
forwarder_headers = ""
logconfig_dict = logging_config(_settings.log_level)
# Each connection is a descriptor, and the usual soft limit of 1,024 would be met before ours.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
_wanted = (
    min(_settings.edge.connections + 256, _hard)
    if _hard != resource.RLIM_INFINITY
    else _settings.edge.connections + 256
)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(_soft, _wanted), _hard))


def post_worker_init(worker: Any) -> None:
    """Starts what works beside the requests, once the worker is forked."""
    worker.begin_work()


def worker_exit(_: object, worker: Any) -> None:
    """Writes what still waits for the store, or spills it."""
    worker.end_work()


def child_exit(server: Any, worker: Any) -> None:
    """A worker that has ended, however it did, has no connections any more."""
    worker.note_gone(server.app.wsgi())


def when_ready(_: object) -> None:
    """Shows a person the first thing to try; standard error, because standard output is for JSON lines."""
    host = "127.0.0.1" if _settings.host in ("0.0.0.0", "::") else _host  # noqa: S104
    key = '-H "authorization: Bearer $KEY" ' if _settings.access.asks_who_calls else ""
    url = f"http://{host}:{_settings.port}/v1/decisions"
    question = shlex.quote('{"cluster": {"name": "demo"}}')
    print(f"curl -s {url} {key}-H 'content-type: application/json' -d {question}", file=sys.stderr, flush=True)  # noqa: T201


def post_fork(_: object, __: object) -> None:
    """Keeps the collector of cycles off what was loaded before the fork, and lets it look for new ones less often.

    A decision makes thousands of small objects and no cycles, so that nearly all that the usual thresholds
    bring about is a walk over everything that lives: a fifth of what an answer costs.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
