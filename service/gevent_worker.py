"""gunicorn's gevent worker, made to stop without waiting for clients that have asked nothing and without losing what
others have asked, and to read bodies as they come.

A kept-alive connection sits in a greenlet of its own, and gunicorn waits for all of them until
``graceful_timeout``, so one idle client would make every stop take that long.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from types import FrameType
from typing import Any

import gevent
from gevent.server import StreamServer
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


@dataclass(frozen=True, slots=True)
class Listened:
    """Stands in for a listener where a connection asks for its address, which may be after it was closed."""

    address: Any

    def getsockname(self) -> Any:
        """Where it listened."""
        return self.address


class DrainingServer(StreamServer):  # type: ignore[misc]  # gevent ships no types
    """A server that takes whoever has connected before it closes, where gevent's own would have them reset."""

    def close(self) -> None:
        """Closes the listener, once nobody waits at it."""
        if not self.closed:
            with suppress(OSError):
                while not self.full() and (accepted := self.do_read()):
                    self.do_handle(*accepted)
        super().close()


class GracefulWorker(GeventWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Finishes the requests that it has and closes the connections on which there is none."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._clients: dict[Any, socket.socket] = {}
        self._idle_since: dict[Any, float] = {}

    def server_class(self, listener: socket.socket, *, spawn: Any, **_: object) -> DrainingServer:
        """The server for a listener; gunicorn asks for it under this name."""
        handle = partial(self.handle, Listened(listener.getsockname()))
        server = DrainingServer(listener, handle=handle, spawn=spawn)
        if self.cfg.workers > 1:
            server.max_accept = 1  # as gunicorn does, so that one worker does not take what the others could answer
        return server

    def handle(self, listener: Listened, client: socket.socket, addr: object) -> None:
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
        self._idle_since[client] = monotonic()
        try:
            with super().timeout_ctx():
                yield
        finally:
            del self._idle_since[client]

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: take no new connection, end the idle ones, finish the others."""
        super().handle_exit(sig, frame)
        gevent.spawn(self._end_idle_connections)

    def _end_idle_connections(self) -> None:
        while True:
            gevent.sleep(LINGER_SECONDS / 4)
            for client, since in tuple(self._idle_since.items()):
                if monotonic() - since >= LINGER_SECONDS:
                    _end(client)


def _end(client: Any) -> None:
    """Makes the greenlet that waits for a request read an end, unless one has come that it has not read yet.

    gevent's own `shutdown` would wake it with an error, and what has come would be lost: so the socket inside is asked.
    """
    with suppress(OSError):
        try:
            client._sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            client._sock.shutdown(socket.SHUT_RD)
