"""The body of a request, read while it comes and while the answer goes out.

1. A line is given out as soon as it has come, and nothing more is read before the next one is wanted: a client that
   does not take its answers is not read from.
2. No more than one line and one piece of the network are held. What is longer than a line may be is dropped as it
   comes, and stands as `None` in its place.
3. Neither the next line nor the taking of an answer may take longer than the time that is set; a body that breaks
   off ends the work with an `UploadError`, which gunicorn takes as a client that is gone.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_PIECE_BYTES = 64 * 1024


class UploadError(ConnectionResetError):
    """The body broke off or took too long; the connection is of no more use."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.ECONNRESET, why)


class _Body(Protocol):
    def read1(self, size: int, /) -> bytes:
        """What is there, at most so much; waits only if nothing is. Empty at the end."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end; None if it was too long. ``is_followed`` if the next one is there already."""

    content: bytes | None
    is_followed: bool


class Upload:
    """The body of one request; ``seconds`` is how long a client may take for a line, and for an answer."""

    def __init__(self, environ: WSGIEnvironment, seconds: float) -> None:
        self._body: _Body = environ["wsgi.input"]
        self._give_way: Callable[[float], None] | None = getattr(self._body, "give_way", None)
        self._socket = environ.get("gunicorn.socket")
        self._seconds = seconds
        length = environ.get("CONTENT_LENGTH")
        self._left = int(length) if length else None

    def lines(self, most_bytes: int) -> Iterator[Line]:
        """The lines, each when it is asked for; what stands after the last line's end is a line if it is anything."""
        held, is_too_long = bytearray(), False
        for piece in self._pieces():
            start, end = 0, piece.find(b"\n")
            while end >= 0:
                if not is_too_long:
                    held += piece[start:end]
                is_too_long = is_too_long or len(held) > most_bytes
                start, end = end + 1, piece.find(b"\n", end + 1)
                content = None if is_too_long else bytes(held)
                held.clear()
                is_too_long = False
                yield Line(content, is_followed=end >= 0)
            if not is_too_long:
                held += piece[start:]
            if len(held) > most_bytes:
                is_too_long = True
                held.clear()
        if held or is_too_long:
            yield Line(None if is_too_long else bytes(held), is_followed=False)

    def _pieces(self) -> Iterator[bytes]:
        """Pieces of the body; those of one line together take no longer than is allowed."""
        until = monotonic() + self._seconds
        while self._left is None or self._left > 0:
            self._allow(until - monotonic())
            try:
                piece = self._body.read1(_PIECE_BYTES if self._left is None else min(_PIECE_BYTES, self._left))
            except OSError as error:
                raise UploadError(f"{type(error).__name__}: no more of the body came") from error
            if not piece:
                if self._left:
                    raise UploadError("the client closed before the body was whole")
                return
            if self._left is not None:
                self._left -= len(piece)
            self._allow(self._seconds)
            yield piece
            if b"\n" in piece:
                until = monotonic() + self._seconds

    def _allow(self, seconds: float) -> None:
        """Bounds what the socket may wait for; without a socket, as in tests, nothing waits."""
        if seconds <= 0:
            raise UploadError("a line took too long")
        if self._socket is not None:
            self._socket.settimeout(seconds)

    def give_way(self) -> None:
        """Lets other requests have their turn, where one process answers many, and waits for the client to read."""
        if self._give_way is not None:
            self._give_way(self._seconds)

    def bound(self) -> None:
        """Bounds from here on how long the client may take for an answer."""
        self._allow(self._seconds)

    def release(self) -> None:
        """Gives the connection back as it was."""
        if self._socket is not None:
            self._socket.settimeout(None)
