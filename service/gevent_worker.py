"""gunicorn's gevent worker, made to serve clients that misbehave, and to stop without waiting for idle ones and without
losing what others have asked.


1. Every connection is one of `service.connections`: bounded in time and in what it holds.
2. Bodies are read as they come, and what nobody read of one is taken off the connection in a bounded time, so that the
   client can read its answer.
3. What is no HTTP is answered like any other mistake (`service.web.problems`), and nothing of it is logged.
4. A kept-alive connection sits in a greenlet of its own, and gunicorn waits for all of them until
   ``graceful_timeout``, so one idle client would make every stop take that long; they are ended.
"""

from __future__ import annotations

import errno
import logging
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
from gunicorn.http import wsgi
from gunicorn.http.body import Body, ChunkedReader, EOFReader, LengthReader
from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.ggevent import GeventWorker

from service.connections import Connection, Crowd, HeadTooSlowError, Patience
from service.web.metering import OTHER, ROWS
from service.web.parts import Parts, parts_of
from service.web.problems import KINDS
from service.web.refusals import answer_to_no_request

# A request that a client sent before it could see that we stop is still answered.
LINGER_SECONDS = 1.0
# What a client goes on sending after its answer was decided: as much and as long, then the connection is closed.
MOST_DRAINED_BYTES = 16 * 1024 * 1024
DRAIN_SECONDS = 5.0
# How long a worker that ends tries to send the spans that wait.
SECONDS_FOR_SPANS = 2.0
_PIECE_BYTES = 64 * 1024
_PAUSE_SECONDS = 0.0005
_STATUS_OF = {
    HeadTooSlowError: 408,
    LimitRequestLine: 414,
    ExpectationFailed: 417,
    LimitRequestHeaders: 431,
    UnsupportedTransferCoding: 501,
}

_log = logging.getLogger("service.edge")


class NamelessResponse(wsgi.Response):  # type: ignore[misc]  # gunicorn ships no types
    """An answer that does not say which software made it."""

    def default_headers(self) -> list[str]:
        """The status and what concerns the connection."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


wsgi.Response = NamelessResponse


class ReadyBody(Body):  # type: ignore[misc]  # gunicorn ships no types
    """A body that gives out what has come: gunicorn's own waits until it has 1,024 bytes or the end."""

    def __init__(self, reader: Any, client: Connection) -> None:
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

    def drain(self) -> bool:
        """Takes off the connection what nobody read; False if that is more than it may be, or broken."""
        until, left = monotonic() + DRAIN_SECONDS, MOST_DRAINED_BYTES
        while left > 0 and not self.failed:
            self._client.settimeout(max(until - monotonic(), 0.001))
            try:
                piece = self.read1(_PIECE_BYTES)
            except OSError:
                return False
            if not piece:
                return True
            left -= len(piece)
            gevent.sleep(_PAUSE_SECONDS)  # what comes faster than it is taken would let nobody else have a turn
        return False


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
    """Serves many clients at once; at its end it finishes the requests that it has and closes what is idle."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._clients: dict[Any, Connection] = {}
        self._parts: Parts
        self._crowd: Crowd

    def load_wsgi(self) -> None:
        """Knows its bounds before the first connection comes."""
        super().load_wsgi()
        self._parts = parts_of(self.wsgi)
        settings, meter = self._parts.settings, self._parts.meter
        edge = settings.edge
        patience = Patience(idle=edge.idle_seconds, head=edge.header_seconds, answer=settings.stream_seconds)
        self._crowd = Crowd(edge.connections, edge.held_bytes, patience, lambda want: meter.add("closed", want))

    def begin_work(self) -> None:
        """Starts what writes records, so that those of a worker that was killed are caught up without a request.

        A worker is forked with the policy of the service's start, so it looks at the file first (SIGHUP starts all
        anew).
        """
        self._parts.desk.policies.look()
        self._parts.meter.row = self._row
        if self._parts.settings.is_traced:
            self._parts.tracing.start()
        if self._parts.recorder.keeper is not None:
            self._parts.recorder.keeper.start()

    def end_work(self) -> None:
        """Writes what still waits for the store, or spills it, and sends the spans that wait."""
        if self._parts.recorder.keeper is not None:
            self._parts.recorder.keeper.close()
        with gevent.Timeout(SECONDS_FOR_SPANS, False):
            self._parts.tracing.stop()

    def note_gone(self, application: Any) -> None:
        """Is asked of the worker's image in the process that forked it, however the worker itself ended."""
        parts_of(application).meter.forget_now(self._row)

    @property
    def _row(self) -> int:
        """Where this worker counts."""
        return int(self.age) % ROWS

    def server_class(self, listener: socket.socket, *, spawn: Any, **_: object) -> DrainingServer:
        """The server for a listener; gunicorn asks for it under this name."""
        handle = partial(self.handle, Listened(listener.getsockname()))
        server = DrainingServer(listener, handle=handle, spawn=spawn)
        if self.cfg.workers > 1:
            server.max_accept = 1  # as gunicorn does, so that one worker does not take what the others could answer
        return server

    def notify(self) -> None:
        """Says once a second that this worker lives, and what it has now."""
        super().notify()
        self._parts.meter.note_now("connections", self._crowd.count)
        self._parts.meter.note_now("held_bytes", self._parts.held.bytes)

    def handle(self, listener: Listened, client: socket.socket, addr: object) -> None:
        """Serves one connection, remembering which one its greenlet talks to."""
        greenlet = gevent.getcurrent()
        with self._crowd.entered(client) as connection:
            self._clients[greenlet] = connection
            try:
                super().handle(listener, connection, addr)
            finally:
                del self._clients[greenlet]

    def handle_request(self, listener_name: object, req: Any, sock: Connection, addr: object) -> None:
        """Answers one request, whose body can be read as it comes; a client that takes too long is taken as gone."""
        sock.end_head()
        body = req.body = ReadyBody(req.body.reader, sock)
        is_last = False
        try:
            super().handle_request(listener_name, req, sock, addr)
        except StopIteration:
            is_last = True
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the client took too long") from error
        if not body.drain() or is_last:
            raise StopIteration
        if req.unreader.buf.tell():
            gevent.sleep(_PAUSE_SECONDS)  # the next request is here already; others have their turn before it

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Surrounds the wait for the head of a request, which is when a connection is idle."""
        self._clients[gevent.getcurrent()].expect_head()
        yield

    def handle_error(self, req: Any, client: Connection, addr: Any, exc: BaseException) -> None:
        """Answers what is no request, with nothing of it in the answer or in the log."""
        status = next((status for kind, status in _STATUS_OF.items() if isinstance(exc, kind)), None)
        if status is None:
            status = 400 if isinstance(exc, ParseException) else 500
        if status == 500:
            _log.error("unexpected failure", exc_info=exc)
        else:
            _log.info("no request", extra={"fields": {"status": status, "kind": type(exc).__name__}})
        self._parts.meter.note_request(OTHER, OTHER, status, 0.0)
        with suppress(OSError):
            client.end_head()
            client.sendall(answer_to_no_request(KINDS[status]))
            client.linger()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: take no new connection, end the idle ones, finish the others."""
        super().handle_exit(sig, frame)
        gevent.spawn(self._end_idle_connections)

    def _end_idle_connections(self) -> None:
        while True:
            gevent.sleep(LINGER_SECONDS / 4)
            for connection in tuple(self._clients.values()):
                if connection.idle_seconds >= LINGER_SECONDS:
                    connection.end_idle()
