"""``POST /v1/decisions`` with the bare decision (``include: []``) against a bare Flask route.

The reference question has six subnets in three zones, three NAT gateways and eight consumers. It is measured twice:

1. about many clusters in turn, alike but for their name and addresses, by a worker that remembers no answer, so that
   each answer is worked out;
2. the same question again and again, by a worker as it usually is, which remembers what it said.
"""

from __future__ import annotations

import json
import pstats
import statistics
import time
from collections.abc import Callable, Sequence
from cProfile import Profile
from dataclasses import replace
from pathlib import Path

import orjson
from rich.table import Table

from service.advice import advise
from service.domain.question import Section
from service.engine import decide
from service.web.render.document import as_document
from service.web.schemas import load_question
from service.web.strict_json import read_object
from tests.bench.served import Side, one_worker

_REFERENCE = json.dumps(json.loads(Path(__file__).with_name("reference.json").read_text("utf-8")))
QUESTIONS = [
    _REFERENCE.replace('"10.0.', f'"10.{number}.').replace('"reference"', f'"reference-{number}"').encode()
    for number in range(20, 84)
]
QUESTION = QUESTIONS[0]
LEAST, GOAL = 0.35, 0.5


def measure(seconds: float) -> Table:
    """The ratio of the two throughputs, and what the service spends its time on."""
    ours, bare, length, peak = _compared(seconds / 2, QUESTIONS)
    again, bare_again, _, _ = _compared(seconds / 2, [QUESTION], ANSWERS_BYTES="")
    document = read_object(QUESTION)
    question = load_question(document)
    advised = advise(question)
    table = Table(title="one decision, `include: []`, one worker, one machine, one run", title_justify="left")
    for heading in ("", "decisions", "bare route", "ratio"):
        table.add_column(heading, justify="left" if not heading else "right")
    for said, one, other in (
        (f"{len(QUESTIONS)} different questions", ours, bare),
        ("the same question again", again, bare_again),
    ):
        table.add_row(said, "", "", f"at least {LEAST}, goal {GOAL}")
        table.add_row("  answers a second", f"{one.rate:.0f}", f"{other.rate:.0f}", f"{one.rate / other.rate:.3f}")
        ratio = other.processor_milliseconds / one.processor_milliseconds
        spent = f"{one.processor_milliseconds:.2f}", f"{other.processor_milliseconds:.2f}"
        table.add_row("  processor ms an answer", *spent, f"{ratio:.3f}")
        table.add_row("  answers measured", str(one.answers), str(other.answers), "")
        table.add_section()
    parts = {
        "deciding with the smallest list": _milliseconds(lambda: advise(question)),
        "deciding once": _milliseconds(lambda: decide(question)),
        "reading the question": _milliseconds(lambda: load_question(read_object(QUESTION))),
        "writing the answer": _milliseconds(lambda: orjson.dumps(as_document(advised))),
    }
    for name, spent in parts.items():
        table.add_row(
            f"of a different one, {name}", f"{spent:.2f} ms", "", f"{spent / ours.processor_milliseconds:.0%}"
        )
    table.add_section()
    core, calls = _milliseconds(lambda: advise(question), times=50), _calls(lambda: advise(question))
    every = replace(question, include=frozenset(Section))
    whole, more_calls = _milliseconds(lambda: advise(every), times=50), _calls(lambda: advise(every))
    table.add_row(
        "the answer with every section of advice", f"{whole:.2f} ms", "", f"{whole / core:.1f} times the bare"
    )
    table.add_row("calls of functions, bare", f"{calls:,}", "", "")
    table.add_row(
        "calls of functions, every section", f"{more_calls:,}", "", f"{more_calls / calls:.1f} times the bare"
    )
    table.add_section()
    table.add_row("bytes in, out", f"{len(QUESTION)}, {length}", "", "")
    table.add_row("peak memory of the worker", f"{peak:.0f} MiB", "", "")
    return table


def _compared(seconds: float, questions: Sequence[bytes], **environment: str) -> tuple[Side, Side, int, float]:
    """The service and the bare route, the bytes of an answer, and the most memory that the worker held."""
    ours = Side(path="/v1/decisions", bodies=questions)
    with one_worker(**environment) as worker:
        length = len(worker.ask(ours))
        bare = Side(path=f"/bare/{length}", bodies=questions)
        worker.compare(ours, bare, seconds=seconds)
        return ours, bare, length, worker.peak_mebibytes


def _calls(work: Callable[[], object]) -> int:
    """How many functions some work calls, which does not depend on what else the machine does."""
    profile = Profile()
    profile.runcall(work)
    return pstats.Stats(profile).total_calls  # type: ignore[attr-defined,no-any-return]


def _milliseconds(work: Callable[[], object], times: int = 300) -> float:
    """The median processor time of some work."""
    spent = []
    for _ in range(times):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return statistics.median(spent) * 1000
