"""Mutated questions without end: whatever is asked, the answer is a decision or says what is wrong, and never a 500.

Each process has its own stretch of numbers, and a number is a question: what fails is printed with its number, so
that it can be asked again.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from queue import Empty
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.app import create_app
from service.settings import Records, Settings
from tests.endurance.questions import Parts, mutated, pool

ALLOWED = frozenset({200, 400, 413, 422})
_REPORT_EVERY = 200
_ENVIRONMENT = {
    "REQUEST_METHOD": "POST",
    "PATH_INFO": "/v1/decisions",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "80",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "127.0.0.1",
    "CONTENT_TYPE": "application/json",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.multithread": False,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


def body_of(number: int, questions: list[dict[str, Any]], parts: Parts) -> bytes:
    """The request body of a number; one in ten is broken in its bytes as well."""
    chance = random.Random(number)
    body = bytearray(json.dumps(mutated(chance.choice(questions), parts, chance)).encode())
    if chance.random() < 0.1 and body:
        for _ in range(chance.randint(1, 4)):
            body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body)


def fault_of(status: int, body: bytes) -> str:
    """What is wrong with an answer; empty if nothing is."""
    if status not in ALLOWED:
        return f"status {status}"
    answer = json.loads(body)
    if status != 200:
        return "" if answer.get("code") and answer.get("status") == status else "a problem without its code"
    outcome, recommendation = answer["outcome"], answer["recommendation"]
    if (outcome == "recommended") != (recommendation is not None):
        return f"{outcome}, with{'' if recommendation else 'out'} a recommendation"
    if recommendation:
        chosen = next(one for one in answer["assessments"] if one["mode"] == recommendation["mode"])
        if not chosen["eligible"]:
            return f"{recommendation['mode']} is recommended and not eligible"
    return ""


def ask(numbers: range) -> Iterator[tuple[int, int, str]]:
    """The number, the status and the fault of every question, in one process."""
    questions = pool()
    parts = Parts(questions)
    application = create_app(Settings(records=Records.OFF, log_level="CRITICAL", answers_bytes=0)).wsgi_app
    for number in numbers:
        status, body = _posted(application, body_of(number, questions, parts))
        yield number, status, fault_of(status, body)


def _posted(application: Any, body: bytes) -> tuple[int, bytes]:
    """The status and the body of an answer, without the client of the tests, which takes longer than most answers."""
    said: list[str] = []
    environment = {
        **_ENVIRONMENT,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    answer = b"".join(application(environment, lambda status, *_: said.append(status)))
    return int(said[0].split()[0]), answer


def _work(numbers: range, told: Any) -> None:
    counted: Counter[int] = Counter()
    for number, status, fault in ask(numbers):
        counted[status] += 1
        if fault or counted.total() >= _REPORT_EVERY:
            told.put((counted, (number, fault) if fault else None))
            counted = Counter()
    told.put((counted, None))


def run(count: int, start: int) -> int:
    """Asks ``count`` questions from the number ``start`` on, in as many processes as there are cores.

    Interrupted, it tells what was asked until then.
    """
    shares = os.cpu_count() or 1
    told: Any = multiprocessing.Queue()
    ranges = [range(start + share, start + count, shares) for share in range(shares)]
    workers = [multiprocessing.Process(target=_work, args=(numbers, told), daemon=True) for numbers in ranges]
    began, statuses, faults = time.monotonic(), Counter[int](), list[tuple[int, str]]()
    for worker in workers:
        worker.start()
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with suppress(KeyboardInterrupt), Progress(*bar) as progress:
        task = progress.add_task("mutated questions", total=count)
        while statuses.total() < count and (any(map(_is_alive, workers)) or not told.empty()):
            with suppress(Empty):
                counted, fault = told.get(timeout=1)
                statuses += counted
                progress.update(task, completed=statuses.total())
                if fault:
                    faults.append(fault)
                    progress.console.print(f"question {fault[0]}: {fault[1]}")
    seconds = time.monotonic() - began
    said = ", ".join(f"{number:,} x {status}" for status, number in sorted(statuses.items()))
    click.echo(f"{statuses.total():,} mutated questions in {seconds:,.0f} s: {said}; {len(faults)} faults")
    return 1 if faults or statuses.total() < count else 0


def _is_alive(worker: multiprocessing.Process) -> bool:
    return worker.is_alive()
