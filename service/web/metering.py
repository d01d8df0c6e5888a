"""Counts of what all workers of a service did, for Prometheus.

1. The counts stand in memory that a worker shares with all others (no files, no lock): each adds in a row of its own,
   and a scrape, whichever worker it meets, adds the rows up. So no count goes back when a worker is replaced.
2. Every series there can be is laid out at the start, so no label has more values than the code does: routes by their
   template, statuses by a list, nothing that a caller chooses.
3. What the policy file is like is the same for all workers, and comes from the worker that answers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, product
from mmap import mmap
from time import perf_counter

from flask import Flask, Response, request
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

from service import __version__
from service.domain import FACTS_EDITION
from service.domain.cluster import EndpointMode
from service.domain.decision import Outcome
from service.records.keeper import Counts
from service.web.answers import Gist
from service.web.policies import Policies
from service.web.spans import ROUTE

STARTED = "service.started"
"""Under which name the time of a request's beginning stands in its environment."""
ROWS = 1_024
"""More than workers ever live at once, two generations of 256 during a reload included."""
STATUSES = (200, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409, 413, 414, 415, 417, 422, 429, 431, 500, 501, 503)
OTHER = "other"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
DECIDING_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
NOW = ("connections", "held_bytes")
"""What a worker has now: other than a count, it ends with its worker."""
CLOSED = ("connections", "answers")
"""For want of what a connection was closed: of connections, or of room for answers that wait to be taken."""
KEPT = ("kept", "spilled", "caught_up", "dropped")
REMEMBERED, WORKED_OUT = "memory", "question"

Series = tuple[str, ...]
_TAKEN: Series = ("taken",)


class Meter:
    """The counts of one service; ``row`` is this worker's."""

    def __init__(self, routes: Iterable[tuple[str, str]], policies: Policies, counts: Counts | None) -> None:
        statuses = (*map(str, STATUSES), OTHER)
        asked = [*sorted(routes), (OTHER, OTHER)]
        modes = (*(mode.value for mode in EndpointMode), "none")
        series: list[Series] = [("requests", *route, status) for route, status in product(asked, statuses)]
        series += [("decisions", outcome.value, mode) for outcome, mode in product(Outcome, modes)]
        timed = sorted({route for _, route in asked})
        places = [*map(str, range(len(BUCKETS) + 1)), "sum"]
        series += [("seconds", route, place) for route, place in product(timed, places)]
        series += [("deciding", place) for place in (*map(str, range(len(DECIDING_BUCKETS) + 1)), "sum")]
        series += [("closed", want) for want in CLOSED] + [("now", what) for what in NOW]
        series += [_TAKEN]
        series += [("records", what) for what in KEPT] + [("answers", came) for came in (REMEMBERED, WORKED_OUT)]
        self._places = {one: place for place, one in enumerate(series)}
        self._cells = memoryview(mmap(-1, ROWS * len(series) * 8)).cast("d")
        self._policies = policies
        self._counts = counts
        self._told_rows: list[int] = []
        self._noted: Mapping[str, int] = dict.fromkeys(KEPT, 0)
        self.row = 0

    @property
    def row(self) -> int:
        """Where this worker counts."""
        return self._row

    @row.setter
    def row(self, row: int) -> None:
        self._row = row
        self._cells[row * len(self._places) + self._places[_TAKEN]] = 1.0

    def _rows(self) -> list[int]:
        """The rows that any worker ever took: a few of very many, which are looked through once for a scrape."""
        taken = self._cells[self._places[_TAKEN] :: len(self._places)]
        return [row for row, mark in enumerate(taken) if mark]

    def add(self, *series: str, amount: float = 1.0) -> None:
        """Adds to a series."""
        self._cells[self.row * len(self._places) + self._places[series]] += amount

    def note_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one request at its end."""
        known = ("requests", method, route, "200") in self._places
        told = str(status) if status in STATUSES else OTHER
        self.add("requests", *((method, route) if known else (OTHER, OTHER)), told)
        timed = route if known else OTHER
        self.add("seconds", timed, str(bisect_left(BUCKETS, seconds)))
        self.add("seconds", timed, "sum", amount=seconds)
        self._note_records()

    def note_decision(self, gist: Gist, *, is_remembered: bool = False) -> None:
        """Counts one decision, and whether it was worked out for this question or remembered of the same one."""
        self.add("decisions", gist.outcome, gist.mode or "none")
        self.add("answers", REMEMBERED if is_remembered else WORKED_OUT)

    def note_deciding(self, seconds: float) -> None:
        """Counts how long a decision took that was worked out, with its advice."""
        self.add("deciding", str(bisect_left(DECIDING_BUCKETS, seconds)))
        self.add("deciding", "sum", amount=seconds)

    def note_now(self, what: str, amount: float) -> None:
        """Says what this worker has now."""
        self._cells[self.row * len(self._places) + self._places["now", what]] = amount

    def forget_now(self, row: int) -> None:
        """A worker has ended, and has nothing any more; what it counted stays."""
        for what in NOW:
            self._cells[row * len(self._places) + self._places["now", what]] = 0.0

    def _note_records(self) -> None:
        """Adds what the keeper of this process counted since the last request."""
        if self._counts is not None:
            now = {what: getattr(self._counts, what) for what in KEPT}
            for what, count in now.items():
                self.add("records", what, amount=count - self._noted[what])
            self._noted = now

    def _total(self, *series: str) -> float:
        place, width = self._places[series], len(self._places)
        return sum(self._cells[row * width + place] for row in self._told_rows)

    def collect(self) -> Iterator[Metric]:
        """Every metric, as `prometheus_client` asks for them."""
        self._told_rows = self._rows()
        yield InfoMetricFamily(
            "eksendpoint_build", "What answers.", {"version": __version__, "facts_edition": FACTS_EDITION}
        )
        yield from self._of_the_policy()
        yield self._counted("requests", "Requests that were answered.", ("method", "route", "status"))
        yield self._counted("decisions", "Decisions that were made.", ("outcome", "mode"))
        yield self._counted("answers", "Decisions, by whether the answer was remembered.", ("worked_out_from",))
        yield self._counted("records", "What became of records, up to each worker's last request.", ("result",))
        yield self._counted(
            "connections_closed",
            "Connections that were closed for want of connections or of room for answers.",
            ("want",),
            series="closed",
        )
        yield GaugeMetricFamily("eksendpoint_connections", "Connections now.", self._total("now", "connections"))
        yield GaugeMetricFamily(
            "eksendpoint_held_bytes", "What the bodies of present requests take.", self._total("now", "held_bytes")
        )
        yield self._durations()
        yield self._deciding()

    def _of_the_policy(self) -> Iterator[Metric]:
        policy, trouble = self._policies.current(), self._policies.trouble
        labels = {"name": policy.name, "revision": policy.revision}
        yield InfoMetricFamily("eksendpoint_policy", "The policy in force.", labels)
        yield GaugeMetricFamily(
            "eksendpoint_policy_last_load_success_timestamp_seconds",
            "Since when the worker that answers decides under it.",
            self._policies.loaded_at.timestamp(),
        )
        yield GaugeMetricFamily(
            "eksendpoint_policy_failing_since_timestamp_seconds",
            "Since when the policy file is broken and not used; 0 if it is in force.",
            trouble.since.timestamp() if trouble else 0.0,
        )

    def _counted(self, what: str, said: str, labels: tuple[str, ...], series: str | None = None) -> Metric:
        family = CounterMetricFamily(f"eksendpoint_{what}", said, labels=labels)
        for one in self._places:
            if one[0] == (series or what):
                total = self._total(*one)
                if total or one[0] in ("records", "answers", "closed"):
                    family.add_metric(list(one[1:]), total)
        return family

    def _durations(self) -> Metric:
        said = "How long requests took, waiting for the store included."
        family = HistogramMetricFamily("eksendpoint_request_duration_seconds", said, labels=["route"])
        for route in [one[1] for one in self._places if one[0] == "seconds" and one[2] == "sum"]:
            buckets = self._buckets(BUCKETS, "seconds", route)
            if buckets[-1][1]:
                family.add_metric([route], buckets, self._total("seconds", route, "sum"))
        return family

    def _deciding(self) -> Metric:
        said = "How long a decision took with its advice, without reading the question and writing the answer."
        family = HistogramMetricFamily("eksendpoint_decision_duration_seconds", said)
        family.add_metric([], self._buckets(DECIDING_BUCKETS, "deciding"), self._total("deciding", "sum"))
        return family

    def _buckets(self, bounds: tuple[float, ...], *series: str) -> list[tuple[str, float]]:
        counts = accumulate(self._total(*series, str(number)) for number in range(len(bounds) + 1))
        return list(zip((*map(str, bounds), "+Inf"), counts, strict=True))


def routes_of(app: Flask) -> set[tuple[str, str]]:
    """Every method and route template that the app answers, once all its routes are there."""
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()}


def count_requests(app: Flask, meter: Meter) -> None:
    """Counts every request of the app at its end."""

    def note(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else OTHER
        if request.url_rule is not None:
            request.environ[ROUTE] = route
        started = request.environ.get(STARTED) or perf_counter()
        meter.note_request(request.method, route, response.status_code, perf_counter() - started)
        return response

    app.after_request(note)
