"""``POST /v1/decision-batches`` as lines: what a question costs in a stream, and what memory a long stream takes.

The reference questions of the single decision are streamed one after the other. What a question costs there is held
against what reading it, deciding it and writing the answer cost in one process without a server.
"""

from __future__ import annotations

import gc
import json
import re
import socket
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import orjson
from rich.table import Table

from service.advice import advise
from service.web.render.document import as_document
from service.web.schemas import load_question
from service.web.strict_json import read_object
from tests.bench.served import Worker, one_worker
from tests.bench.single_decisions import QUESTIONS

GOAL = 1.5
FIRST = 1_000
MOST = 100_000
ROUND = 250
SMALL = json.dumps(
    {
        "cluster": {"name": "cluster-0"},
        "consumers": [
            {"name": "ops", "kind": "operator", "location": {"at": "internet", "source_cidrs": ["13.209.0.0/28"]}}
        ],
    }
).encode()
"""The memory of a hundred thousand questions shows with small ones as well, and within minutes."""


def measure(seconds: float) -> Table:
    """What a question costs in a stream, as a ratio."""
    in_process, streamed = list[float](), list[float]()
    with one_worker() as worker, _stream(worker, QUESTIONS) as stream:
        stream.ask(len(QUESTIONS))
        ends = time.monotonic() + seconds
        while time.monotonic() < ends or len(streamed) < 3:
            in_process.append(_in_process())
            spent = worker.processor_seconds
            stream.ask(ROUND)
            streamed.append((worker.processor_seconds - spent) / ROUND * 1000)
    ours, bare = statistics.median(streamed), statistics.median(in_process)
    table = Table(title=f"{stream.asked:,} reference questions in one stream, one worker", title_justify="left")
    for heading in ("", "in the stream", "load, decide, dump", "ratio"):
        table.add_column(heading, justify="left" if not heading else "right")
    table.add_row("processor ms a question", f"{ours:.2f}", f"{bare:.2f}", f"{ours / bare:.2f} (goal {GOAL})")
    return table


def measure_memory(seconds: float) -> Table:
    """The most memory that the worker held after the first thousand questions of a stream, and after all."""
    table = Table(title="one stream of small questions, one worker, its record in SQLite", title_justify="left")
    for heading in ("questions", "seconds", "peak memory"):
        table.add_column(heading, justify="right")
    with TemporaryDirectory() as folder:
        kept = {"RECORDS": "best_effort", "RECORDS_URL": f"sqlite:///{folder}/r.sqlite3"}
        with one_worker(**kept, RECORDS_SPILL_FOLDER=folder) as worker, _stream(worker, [SMALL]) as stream:
            began = time.monotonic()
            shown = FIRST
            while stream.asked < MOST and (stream.asked < FIRST or time.monotonic() - began < seconds):
                stream.ask(ROUND)
                took, peak = time.monotonic() - began, worker.peak_mebibytes
                if stream.asked >= shown or stream.asked == MOST or took >= seconds:
                    table.add_row(f"{stream.asked:,}", f"{took:.0f}", f"{peak:.0f} MiB")
                    shown *= 10
    return table


def _in_process() -> float:
    """The processor milliseconds of one question, with the collector of cycles set as in a worker."""
    gc.set_threshold(50_000, 20, 100)
    began = time.process_time()
    for question in QUESTIONS:
        orjson.dumps(as_document(advise(load_question(read_object(question)))))
    return (time.process_time() - began) / len(QUESTIONS) * 1000


@contextmanager
def _stream(worker: Worker, questions: Sequence[bytes]) -> Iterator[_Stream]:
    stream = _Stream(worker, questions)
    try:
        yield stream
    finally:
        stream.close()


class _Stream:
    """A batch that goes on until it is closed."""

    def __init__(self, worker: Worker, questions: Sequence[bytes]) -> None:
        self._socket = worker.connect()
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")
        self._questions = questions
        self.asked = 0
        head = b"content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
        self._socket.sendall(b"POST /v1/decision-batches HTTP/1.1\r\nhost: bench\r\n" + head)

    def ask(self, number: int) -> None:
        """So many questions more, and all of their answers."""
        sender = threading.Thread(target=self._send, args=(number,))
        sender.start()
        answered = 0
        while answered < number:
            answered += b'"status":200' in self._answers.readline()[:40]
        sender.join()
        self.asked += number

    def _send(self, number: int) -> None:
        for index in range(self.asked, self.asked + number):
            question = self._questions[index % len(self._questions)]
            line = re.sub(rb'"name": "[a-z]+-\d+"', b'"name": "cluster-%d"' % index, question, count=1) + b"\n"
            self._socket.sendall(b"%x\r\n%b\r\n" % (len(line), line))

    def close(self) -> None:
        """Hangs up."""
        self._answers.close()
        self._socket.close()
