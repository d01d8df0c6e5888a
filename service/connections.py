"""The connections of a worker of greenlets: no wait for a client is without an end, and no client holds much.

1. A connection that asks nothing is closed after `idle_seconds`; the head of a request may take `header_seconds` from
   its first byte on and `MOST_HEAD_BYTES`; whoever reads a body bounds its time (`service.web.uploads`); an answer
   must be taken within `answer_seconds`.
2. When nearly all connections are taken, each new one closes the one that has kept us waiting longest. So whoever
   opens many and sends nothing closes their own, and a caller who asks is let in.
3. What waits to be sent is bounded for all connections together; beyond it the client that has not taken its answer
   for longest is closed.
"""

from __future__ import annotations

import socket as plain
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from gevent import socket
from gunicorn.http.errors import LimitRequestHeaders, ParseException

MOST_HEAD_BYTES = 64 * 1024
"""Of the request line and all headers; a hundred headers of 8 KiB each would be twelve times as much."""
_PIECE_BYTES = 64 * 1024
"""How much is taken from the network at once, so that no buffer is larger."""
_SEND_BUFFER_BYTES = 128 * 1024
_LINGER_SECONDS = 2.0
_MOST_LINGERING_BYTES = 1024 * 1024


class HeadTooSlowError(ParseException):  # type: ignore[misc]  # gunicorn ships no types
    """The head of a request began and did not end in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited for a client, in seconds."""

    idle: float
    head: float
    answer: float


@dataclass(slots=True)
class Crowd:
    """All connections of a worker; ``most`` at once, and ``most_bytes`` that wait to be sent."""

    most: int
    most_bytes: int
    patience: Patience
    note_closed: Callable[[str], None] = lambda _: None
    """Who wants to know of every connection that is closed, and for want of what."""
    _waiting: dict[Connection, None] = field(default_factory=dict)
    _sending: dict[Connection, int] = field(default_factory=dict)
    _count: int = 0
    _bytes: int = 0

    @property
    def count(self) -> int:
        """How many connections there are."""
        return self._count

    @contextmanager
    def entered(self, client: Any) -> Iterator[Connection]:
        """A connection for as long as it is served, for which room is made."""
        self._count += 1
        if self._count > self.most - max(self.most // 20, 1):
            self._close_first(self._waiting, "connections")
        try:
            yield Connection(client, self)
        finally:
            self._count -= 1

    @contextmanager
    def waiting(self, connection: Connection) -> Iterator[None]:
        """Surrounds a wait for what a client sends."""
        self._waiting[connection] = None
        try:
            yield
        finally:
            self._waiting.pop(connection, None)

    @contextmanager
    def sending(self, connection: Connection, size: int) -> Iterator[None]:
        """Surrounds a wait until a client has taken so many bytes."""
        self._waiting[connection] = None
        self._sending[connection] = size
        self._bytes += size
        try:
            while self._bytes > self.most_bytes and len(self._sending) > 1:
                self._close_first(self._sending, "answers")
            yield
        finally:
            self._waiting.pop(connection, None)
            if self._sending.pop(connection, None) is not None:
                self._bytes -= size

    def _close_first(self, connections: dict[Connection, Any], want: str) -> None:
        """Closes the one that has been there for longest; its greenlet sees it as if the client had."""
        for connection in connections:
            self._waiting.pop(connection, None)
            self._bytes -= self._sending.pop(connection, 0)
            with suppress(OSError):
                connection.end(plain.SHUT_RDWR)
            self.note_closed(want)
            return


class Connection(socket.socket):  # type: ignore[misc]  # gevent ships no types for it
    """A client's connection on which every wait has an end."""

    def __init__(self, client: Any, crowd: Crowd) -> None:
        super().__init__(client.family, client.type, client.proto, fileno=client.detach())
        # What the system holds of an answer counts too; unbounded, it takes megabytes for a client that never reads.
        self.setsockopt(plain.SOL_SOCKET, plain.SO_SNDBUF, _SEND_BUFFER_BYTES)
        self._crowd = crowd
        self._awaits_head = False
        self._received = 0
        self._until: float | None = None
        self._idle_since = 0.0

    def expect_head(self) -> None:
        """From here on the client is to send the head of a request."""
        self._awaits_head, self._received, self._until = True, 0, None
        self._idle_since = monotonic()

    def end_head(self) -> None:
        """The head has come; what follows is a body, and an answer."""
        self._awaits_head = False
        self.settimeout(self._crowd.patience.answer)

    @property
    def idle_seconds(self) -> float:
        """For how long the client has had nothing of a request here; 0 if it has something."""
        return monotonic() - self._idle_since if self._awaits_head and self._received == 0 else 0.0

    def end_idle(self) -> None:
        """Makes the greenlet that waits for a request read an end, unless one has come that it has not read yet."""
        with suppress(OSError):
            try:
                self._sock.recv(1, plain.MSG_PEEK | plain.MSG_DONTWAIT)
            except BlockingIOError:
                self.end(plain.SHUT_RD)

    def end(self, how: int) -> None:
        """Ends one way or both, as if the client had.

        gevent's own `shutdown` would wake who waits here with an error of its own, which is logged with its traceback,
        and what has come would be lost: so the socket inside is asked.
        """
        self._sock.shutdown(how)

    def recv(self, size: int, *flags: int) -> bytes:
        """What has come; of a head only in its time, and empty for a client that is idle too long."""
        with self._crowd.waiting(self):
            if not self._awaits_head:
                return bytes(super().recv(min(size, _PIECE_BYTES), *flags))
            return self._recv_of_head(size, *flags)

    def _recv_of_head(self, size: int, *flags: int) -> bytes:
        if self._received > MOST_HEAD_BYTES:
            raise LimitRequestHeaders(f"the head is larger than {MOST_HEAD_BYTES} bytes")
        patience = self._crowd.patience
        self.settimeout(patience.idle if self._until is None else max(self._until - monotonic(), 0.001))
        try:
            received = bytes(super().recv(size, *flags))
        except TimeoutError:
            if self._until is None:
                return b""
            raise HeadTooSlowError(f"the head took longer than {patience.head} seconds") from None
        self._until = self._until or monotonic() + patience.head
        self._received += len(received)
        return received

    def linger(self) -> None:
        """Ends an answer whose request was not read: closing at once would take the answer from the client, too."""
        self.shutdown(plain.SHUT_WR)
        until, left = monotonic() + _LINGER_SECONDS, _MOST_LINGERING_BYTES
        while left > 0 and monotonic() < until:
            self.settimeout(max(until - monotonic(), 0.001))
            piece = self.recv(_PIECE_BYTES)
            if not piece:
                return
            left -= len(piece)

    def sendall(self, data: bytes, *flags: int) -> None:
        """Sends all of it, while the client takes it in its time."""
        with self._crowd.sending(self, len(data)):
            super().sendall(data, *flags)
