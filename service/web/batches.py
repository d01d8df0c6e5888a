"""Many questions, and an answer for each in their order: read, decided, recorded and written one after the other.

1. What is wrong with one item is the problem of that item; only what keeps the items from being told apart, or the
   client from being reached, ends a batch.
2. Nothing is remembered of an item once its answer is out.
3. Where an answer waits for its record, the items that have come already are decided meanwhile, at most
   `_MOST_AHEAD` of them and for at most `_SECONDS_AHEAD`, so that their records are written together.
4. Other requests get their turn after every item.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import orjson

from service.domain.errors import TooLargeError
from service.records.keeper import NotKeptError
from service.web.access.limiting import Pace
from service.web.deciding import Desk, decide_each
from service.web.problems import Problem, problem_of
from service.web.recorder import Recorder
from service.web.spans import part
from service.web.strict_json import read_document
from service.web.uploads import Line

_MOST_AHEAD = 16
_SECONDS_AHEAD = 0.05

_log = logging.getLogger("service.batches")


@dataclass(frozen=True, slots=True)
class Item:
    """One of many questions: where it stands, how to read it, and whether the next one has come already."""

    index: int
    read: Callable[[], object]
    is_followed: bool


def items_of_lines(lines: Iterable[Line], most_bytes: int) -> Iterator[Item]:
    """An item for each line, an empty one included, so that answers can be counted off against lines."""

    def reader(line: Line) -> Callable[[], object]:
        def read() -> object:
            if line.fault is not None:
                raise line.fault
            if line.content is None:
                raise TooLargeError(most_bytes)
            return read_document(line.content, "line")

        return read

    for index, line in enumerate(lines):
        yield Item(index, reader(line), line.is_followed)


def items_of_list(documents: list[object], most_bytes: int) -> Iterator[Item]:
    """An item for each member of a list that `read_items` read; each is let go when its turn comes."""

    def reader(document: object) -> Callable[[], object]:
        def read() -> object:
            if isinstance(document, Exception):
                raise document
            if len(orjson.dumps(document)) > most_bytes:
                raise TooLargeError(most_bytes)
            return document

        return read

    last = len(documents) - 1
    for index in range(len(documents)):
        document, documents[index] = documents[index], None
        yield Item(index, reader(document), is_followed=index < last)


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer that is decided, and what to wait for before it goes out."""

    json: bytes
    wait: Callable[[], None]


class Batch:
    """The answers to many items at one desk."""

    def __init__(self, desk: Desk, recorder: Recorder, pace: Pace) -> None:
        self._desk, self._recorder, self._pace = desk, recorder, pace

    def lines(self, items: Iterable[Item], give_way: Callable[[], None]) -> Iterator[bytes]:
        """For each item a line with its index, its status, and its decision or its problem.

        ``give_way`` lets others have their turn between two of them.
        """
        count, problems, is_whole = 0, 0, False
        try:
            for index, result in self._assured(items):
                yield _line(index, result)
                count += 1
                problems += isinstance(result, Problem)
                give_way()
            is_whole = True
        finally:
            _log.info("batch", extra={"fields": {"items": count, "problems": problems, "is_whole": is_whole}})

    def _assured(self, items: Iterable[Item]) -> Iterator[tuple[int, bytes | Problem]]:
        """What goes out of each item, once its record is kept where it must be."""
        ahead: deque[tuple[int, _Answered | Problem]] = deque()
        began = 0.0
        for item, result in decide_each(items, self._decide):
            if not ahead:
                began = time.monotonic()
            ahead.append((item.index, result))
            if item.is_followed and len(ahead) < self._most_ahead and time.monotonic() - began < _SECONDS_AHEAD:
                continue
            while ahead:
                index, decided = ahead.popleft()
                yield index, decided if isinstance(decided, Problem) else _waited_for(decided)

    @property
    def _most_ahead(self) -> int:
        return _MOST_AHEAD if self._recorder.is_waited_for else 1

    def _decide(self, item: Item) -> _Answered:
        if item.index:  # the first one was counted with the request
            self._pace()
        document = item.read()
        self._recorder.make_way()
        decided = self._desk.decide_document(document)
        with part("record"):
            wait = self._recorder.begin(decided.answer, orjson.dumps(decided.document))
        return _Answered(decided.answer.json, wait)


def as_list(batch_id: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same as one JSON object, which goes out piece by piece as well."""
    before = b'{"batch_id":%b,"items":[' % orjson.dumps(batch_id)
    for line in lines:
        yield before + line.rstrip()
        before = b",\n"
    yield (before if before[:1] == b"{" else b"") + b"]}\n"


def _waited_for(answered: _Answered) -> bytes | Problem:
    try:
        answered.wait()
    except NotKeptError as error:
        return problem_of(error)
    return answered.json


def _line(index: int, result: bytes | Problem) -> bytes:
    if isinstance(result, Problem):
        return b'{"index":%d,"status":%d,"problem":%b}\n' % (index, result.kind.status, orjson.dumps(result.body()))
    return b'{"index":%d,"status":200,"decision":%b}\n' % (index, result.rstrip())
