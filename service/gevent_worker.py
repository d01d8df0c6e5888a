"""gunicorn's gevent worker, made to stop without waiting for clients that have asked nothing, and to read bodies as
they come.

A kept-alive connection sits in a greenlet of its own, and gunicorn waits for all of them until
``graceful_timeout``, so one idle client would make every stop take that long.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import gevent
from gevent.socket import wait_write
from gunicorn.http.body import Body, ChunkedReader, EOFReader, LengthReader
from gunicorn.http.errors import ParseException
from gunicorn.workers.ggevent import GeventWorker

# A request that a client sent before it could see that we stop is still answered.
LINGER_SECONDS = 1.0


class ReadyBody(Body):  # type: ignore[misc]  # gunicorn ships no types
    """A body that gives out what has come: gunicorn's own waits until it has 1,024 bytes or the end."""

    def __init__(self, reader: Any, client: socket.socket) -> None:
        super().__init__(reader)
        self._client = client

    def give_way(self, seconds: float) -> None:
        """Lets everybody else have a turn and waits until the client takes more; raises `TimeoutError`.

        gevent looks for what has come from the network only after fifty sleeps of no length, so this waits for the
        network itself.
        """
        wait_write(self._client.fileno(), seconds, TimeoutError("the client takes no more"))

    def read1(self, size: int) -> bytes:
        """What is there, at most so much; waits only if nothing is. Empty at the end; raises `OSError`."""
        try:
            first = self.read(self.buf.tell()) or self._read_reader(1)
            rest = self._read_reader(min(size - 1, self._ready())) if len(first) == 1 else b""
        except ParseException as error:
            raise ConnectionAbortedError(errno.ECONNABORTED, str(error)) from error
        return bytes(first + rest)

    def _ready(self) -> int:
        """How much the reader has already."""
        reader: ChunkedReader | LengthReader | EOFReader = self.reader
        if isinstance(reader, LengthReader):
            return min(int(reader.length), int(reader.unreader.buf.tell()))
        return int(reader.buf.tell())


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

    def handle_request(self, listener_name: object, req: Any, sock: socket.socket, addr: object) -> None:
        """Answers one request, whose body can be read as it comes; a client that takes too long is taken as gone."""
        req.body = ReadyBody(req.body.reader, sock)
        try:
            super().handle_request(listener_name, req, sock, addr)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the client took too long") from error

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
