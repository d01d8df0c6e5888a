"""gunicorn's gevent worker, made to stop without waiting for clients that have asked nothing.

A kept-alive connection sits in a greenlet of its own, and gunicorn waits for all of them until
``graceful_timeout``, so one idle client would make every stop take that long.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import gevent
from gunicorn.workers.ggevent import GeventWorker

# A request that a client sent before it could see that we stop is still answered.
LINGER_SECONDS = 1.0


class GracefulWorker(GeventWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Finishes the requests that it has and closes the connections on which there is none."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._clients: dict[Any, socket.socket] = {}
        self._idle: set[socket.socket] = set()

    def handle(self, listener: socket.socket, client: socket.socket, addr: object) -> None:
        """Serves one connection, remembering which socket its greenlet talks to."""
        greenlet = gevent.getcurrent()
        self._clients[greenlet] = client
        try:
            super().handle(listener, client, addr)
        finally:
            del self._clients[greenlet]

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Surrounds the wait for the head of a request, which is when a connection is idle."""
        client = self._clients[gevent.getcurrent()]
        self._idle.add(client)
        try:
            with super().timeout_ctx():
                yield
        finally:
            self._idle.discard(client)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: take no new connection, end the idle ones, finish the others."""
        super().handle_exit(sig, frame)
        gevent.spawn(self._end_idle_connections)

    def _end_idle_connections(self) -> None:
        while True:
            gevent.sleep(LINGER_SECONDS)
            for client in tuple(self._idle):
                # The waiting greenlet then reads an end and closes as if the client had.
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RD)
