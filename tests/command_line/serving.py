"""The service for the commands that send: in this process, over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server

from service.app import create_app
from service.settings import Records, Settings


@contextmanager
def a_service() -> Iterator[str]:
    """A service on a free port, which keeps nothing."""
    server = make_server("127.0.0.1", 0, create_app(Settings(records=Records.OFF)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
