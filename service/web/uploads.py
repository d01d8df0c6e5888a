"""The body of a request, read while it comes and, for a stream, while the answer goes out.

1. A line is given out as soon as it has come, and nothing more is read before the next one is wanted: a client that
   does not take its answers is not read from.
2. No more than one line and one piece of the network are held. What is longer than a line may be is dropped as it
   comes, and stands as `None` in its place.
3. Neither the next line nor the taking of an answer may take longer than the time that is set; a stream that breaks
   off ends the work with an `UploadError`, which gunicorn takes as a client that is gone. A body that is no stream
   has one time for all of it, and is answered.
4. What all bodies of a process hold together is bounded; beyond it, it is too busy (503).
5. A compressed body is expanded as it comes (`service.web.inflating`), and every bound is that of what it expands to.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, RequestTimeout

from service.domain.errors import TooBusyError, UnreadableDocumentError
from service.web.inflating import Inflater, coding_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_PIECE_BYTES = 64 * 1024
_HELD = "service.held_bytes"


class UploadError(ConnectionResetError):
    """The body broke off; the connection is of no more use."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.ECONNRESET, why)


class LateUploadError(UploadError):
    """The body, or a line of it, took too long."""


class _Body(Protocol):
    def read1(self, size: int, /) -> bytes:
        """What is there, at most so much; waits only if nothing is. Empty at the end."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end; None if it was too long. ``is_followed`` if the next one is there already.

    With a ``fault`` it is no line: what follows cannot be read, and the stream ends with it.
    """

    content: bytes | None
    is_followed: bool
    fault: Exception | None = None


class Held:
    """How much the bodies of a process hold together, by the environment of their requests."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self.bytes = 0

    def hold(self, environ: WSGIEnvironment, size: int) -> None:
        """From here on this request holds so much; raises `TooBusyError`."""
        change = size - environ.get(_HELD, 0)
        if change > 0 and self.bytes + change > self._most:
            raise TooBusyError
        self.bytes += change
        environ[_HELD] = size


class Upload:
    """The body of one request; ``seconds`` is how long a client may take for a line, and for an answer."""

    def __init__(self, environ: WSGIEnvironment, seconds: float, held: Held | None = None) -> None:
        coding = coding_of(environ.get("HTTP_CONTENT_ENCODING"))
        self._inflater = Inflater(coding) if coding else None
        self._environ = environ
        self._held = held or Held(2**40)
        self._body: _Body = environ["wsgi.input"]
        self._give_way: Callable[[float], None] | None = getattr(self._body, "give_way", None)
        self._socket = environ.get("gunicorn.socket")
        self._usual = self._socket.gettimeout() if self._socket is not None else None
        self._seconds = seconds
        self._until = 0.0
        length = environ.get("CONTENT_LENGTH")
        self._left = int(length) if length else None

    def whole(self, most_bytes: int, seconds: float) -> bytes:
        """All of a body that is no stream.

        Raises RequestEntityTooLarge (413), RequestTimeout (408), BadRequest (400) for one that breaks off,
        UnreadableDocumentError (400) for one that is not compressed as it says, and TooBusyError (503).
        """
        if self._inflater is None and self._left is not None and self._left > most_bytes:
            raise _too_large(most_bytes)
        pieces, size = [], 0
        self._until = monotonic() + seconds
        try:
            for piece in self._pieces():
                size += len(piece)
                if size > most_bytes:
                    raise _too_large(most_bytes)
                self.hold(size)
                pieces.append(piece)
        except LateUploadError:
            raise RequestTimeout(f"the body took longer than {seconds} seconds") from None
        except UploadError as error:
            raise BadRequest(f"the body broke off: {error.strerror}") from None
        self.release()
        return b"".join(pieces)

    def hold(self, size: int) -> None:
        """From here to its end the request holds so many bytes; raises `TooBusyError`."""
        self._held.hold(self._environ, size)

    def lines(self, most_bytes: int) -> Iterator[Line]:
        """The lines, each when it is asked for; what stands after the last line's end is a line if it is anything."""
        try:
            yield from self._lines(most_bytes)
        except (UnreadableDocumentError, TooBusyError) as fault:
            yield Line(None, is_followed=False, fault=fault)

    def _lines(self, most_bytes: int) -> Iterator[Line]:
        held, is_too_long = bytearray(), False
        self._until = monotonic() + self._seconds
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
            self.hold(len(held))
            if start:
                self._until = monotonic() + self._seconds
        if held or is_too_long:
            yield Line(None if is_too_long else bytes(held), is_followed=False)

    def _pieces(self) -> Iterator[bytes]:
        """Pieces of the body, expanded, none of which is waited for beyond `_until`."""
        for piece in self._raw_pieces():
            if self._inflater is None:
                yield piece
            else:
                yield from self._inflater.expand(piece)
        if self._inflater is not None:
            self._inflater.end()

    def _raw_pieces(self) -> Iterator[bytes]:
        while self._left is None or self._left > 0:
            self._allow(self._until - monotonic())
            try:
                piece = self._body.read1(_PIECE_BYTES if self._left is None else min(_PIECE_BYTES, self._left))
            except TimeoutError as error:
                raise LateUploadError(f"{type(error).__name__}: no more of the body came") from error
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

    def _allow(self, seconds: float) -> None:
        """Bounds what the socket may wait for; without a socket, as in tests, nothing waits."""
        if seconds <= 0:
            raise LateUploadError("a line took too long")
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
            self._socket.settimeout(self._usual)


def _too_large(most_bytes: int) -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"the body is larger than {most_bytes} bytes")
