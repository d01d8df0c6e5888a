"""Lines of a body that comes in pieces."""

from __future__ import annotations

import io

import pytest

from service.web.uploads import Line, Upload, UploadError

LIMIT = 20


class Pieces(io.RawIOBase):
    """A body that gives out its pieces one by one, and counts how often it was asked."""

    def __init__(self, *pieces: bytes | OSError) -> None:
        self._pieces = list(pieces)
        self.asked = 0

    def read1(self, _: int, /) -> bytes:
        """The next piece; empty at the end."""
        self.asked += 1
        piece = self._pieces.pop(0) if self._pieces else b""
        if isinstance(piece, OSError):
            raise piece
        return piece


def upload(*pieces: bytes | OSError, length: int | None = None, seconds: float = 60) -> Upload:
    """The body that these pieces are."""
    given = {} if length is None else {"CONTENT_LENGTH": str(length)}
    return Upload({"wsgi.input": Pieces(*pieces), **given}, seconds)


def contents(*pieces: bytes | OSError) -> list[bytes | None]:
    """The lines of a body in these pieces."""
    return [line.content for line in upload(*pieces).lines(LIMIT)]


@pytest.mark.parametrize("size", range(1, 9))
def test_lines_do_not_depend_on_how_the_body_was_cut(size: int) -> None:
    body = b"one\n\ntwo\r\n" + b"x" * LIMIT + b"\n" + b"y" * (LIMIT + 1) + b"\nlast"
    cut = [body[place : place + size] for place in range(0, len(body), size)]

    assert contents(*cut) == [b"one", b"", b"two\r", b"x" * LIMIT, None, b"last"]


def test_a_line_that_is_too_long_is_none_wherever_it_ends() -> None:
    assert contents(b"x" * 100, b"y" * 100 + b"\nz") == [None, b"z"]
    assert contents(b"a\n" + b"x" * 30) == [b"a", None]
    assert contents(b"x" * 30, b"\n") == [None]


def test_an_empty_body_has_no_line_and_an_empty_line_is_one() -> None:
    assert contents() == []
    assert contents(b"\n") == [b""]
    assert contents(b"\n\n") == [b"", b""]


def test_nothing_is_read_before_it_is_wanted() -> None:
    body = Pieces(b"one\ntwo\nthr", b"ee\n")
    lines = Upload({"wsgi.input": body}, 60).lines(LIMIT)

    assert next(lines) == Line(b"one", is_followed=True)
    assert next(lines) == Line(b"two", is_followed=False)
    assert body.asked == 1
    assert next(lines) == Line(b"three", is_followed=False)


def test_a_body_of_known_length_is_read_to_its_end_and_no_further() -> None:
    body = Pieces(b"one\n", b"two\n", b"GET / HTTP/1.1")
    lines = Upload({"wsgi.input": body, "CONTENT_LENGTH": "8"}, 60).lines(LIMIT)

    assert [line.content for line in lines] == [b"one", b"two"]
    assert body.asked == 2


def test_a_body_that_ends_early_is_no_whole_one() -> None:
    lines = upload(b"one\ntw", length=10).lines(LIMIT)

    assert next(lines).content == b"one"
    with pytest.raises(UploadError, match="before the body was whole"):
        next(lines)


def test_what_the_network_says_ends_the_body() -> None:
    lines = upload(b"one\n", TimeoutError()).lines(LIMIT)

    assert next(lines).content == b"one"
    with pytest.raises(UploadError, match="TimeoutError"):
        next(lines)


def test_a_line_may_not_take_longer_than_is_allowed() -> None:
    lines = upload(b"one\nt", b"w", b"o", seconds=0).lines(LIMIT)

    with pytest.raises(UploadError, match="took too long"):
        next(lines)
