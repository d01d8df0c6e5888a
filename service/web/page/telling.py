"""An answer prepared for the templates: by caller what becomes of its calls, and what to copy.

Works on the JSON document, as the report does, so that an answer that was kept long ago is told like a new one; what
an older or a shorter answer does not have is left out.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from service.web.page.editing import CRITERIA
from service.web.render.scanning import RESULTS

Document = dict[str, Any]

ACCEPTED, UNKNOWN = "accepted", "insufficient_info"
_API_SERVER_CALLS = 2
PRESENT = "current"


@dataclass(slots=True)
class Call:
    """One call that must work, and how it ends in each mode and under the present setting."""

    step: int
    purpose: str
    port: int
    ends: dict[str, Document] = field(default_factory=dict)
    """The flow by mode; `PRESENT` is that of the setting of today."""


@dataclass(slots=True)
class Caller:
    """A consumer with its calls; ``calls`` of the API server to it stand behind its own."""

    name: str
    calls: list[Call] = field(default_factory=list)

    def gets_in(self, setting: str) -> str | None:
        """How its own calls end in a mode: the disposition of one that fails; None if it makes none there."""
        stopped = self.stopped_by(setting)
        return str(stopped["disposition"]) if stopped else ACCEPTED if self._own(setting) else None

    def stopped_by(self, setting: str) -> Document | None:
        """The flow of its own that does not arrive in a mode, one of which that is certain before others."""
        failing = [flow for flow in self._own(setting) if flow["disposition"] != ACCEPTED]
        return min(failing, key=lambda flow: flow["disposition"] == UNKNOWN, default=None)

    def settings(self) -> tuple[str, ...]:
        """The modes, and `PRESENT`, of which its calls are told."""
        return tuple(dict.fromkeys(setting for call in self.calls for setting in call.ends))

    def _own(self, setting: str) -> list[Document]:
        return [call.ends[setting] for call in self.calls if call.step != _API_SERVER_CALLS and setting in call.ends]


def callers(answer: Document) -> list[Caller]:
    """Every consumer with what becomes of its calls, those first that are locked out today or afterwards."""
    found: dict[str, Caller] = {}
    known: dict[tuple[str, int, str, int], Call] = {}
    for setting, assessed in _settings(answer):
        for step in assessed["traffic_path"]:
            for flow in step["flows"]:
                key = (flow["consumer"], step["step"], flow["purpose"], flow["port"])
                call = known.get(key)
                if call is None:
                    call = known[key] = Call(step["step"], flow["purpose"], flow["port"])
                    found.setdefault(flow["consumer"], Caller(flow["consumer"])).calls.append(call)
                call.ends[setting] = flow
    chosen = answer["recommendation"]
    after = chosen["mode"] if chosen else ""

    def is_well(caller: Caller) -> bool:
        return all(caller.gets_in(setting) in (None, ACCEPTED) for setting in (PRESENT, after))

    return sorted(found.values(), key=lambda caller: (is_well(caller), caller.name))


def _settings(answer: Document) -> Iterator[tuple[str, Document]]:
    for assessed in answer["assessments"]:
        yield assessed["mode"], assessed
    if answer["current"]:
        yield PRESENT, answer["current"]


def locked_out(told: list[Caller], setting: str) -> list[str]:
    """Who certainly does not get in, in a mode."""
    return [caller.name for caller in told if caller.gets_in(setting) not in (None, ACCEPTED, UNKNOWN)]


def in_doubt(told: list[Caller], setting: str) -> list[str]:
    """Of whom a fact is missing, in a mode."""
    return [caller.name for caller in told if caller.gets_in(setting) == UNKNOWN]


def deciding_terms(answer: Document) -> list[Document]:
    """The terms of the score by which the winner leads, each with what the runner-up has."""
    chosen = answer["recommendation"]
    if not chosen:
        return []
    terms = {
        each["mode"]: {term["name"]: term for name in CRITERIA for term in each["scores"][name]["terms"]}
        for each in answer["assessments"]
    }
    best, second = terms[chosen["mode"]], terms.get(chosen["runner_up"], {})
    return [
        best[name] | {"beside": second[name]["points"] if name in second else None}
        for name in chosen["because"]
        if name in best
    ]


def verdict_counts(answer: Document, setting: str) -> dict[str, int]:
    """How many controls pass, fail, do not apply or cannot be told, on a setting."""
    given = [row[setting] for row in (answer.get("controls") or {"verdicts": ()})["verdicts"]]
    return {verdict: given.count(verdict) for verdict in RESULTS if verdict in given}


def written(question: Document) -> str:
    """A question as people read and edit it: indented, with lists of plain values on one line."""
    return _indented(question, "\n")


def _indented(node: Any, line: str) -> str:
    """``line`` is the end of a line with the indentation of what the node stands in."""
    if type(node) is dict and node:
        inner = line + "  "
        members = (f"{orjson.dumps(name).decode()}: {_indented(value, inner)}" for name, value in node.items())
        return f"{{{inner}{f',{inner}'.join(members)}{line}}}"
    if type(node) is list and any(type(item) in (dict, list) for item in node):
        inner = line + "  "
        return f"[{inner}{f',{inner}'.join(_indented(item, inner) for item in node)}{line}]"
    if type(node) is list:
        return f"[{', '.join(orjson.dumps(item).decode() for item in node)}]"
    return orjson.dumps(node).decode()


LONGEST_LINE = 16_000
"""Characters of a question in a command; systems refuse a word of more than 131,072, and people earlier."""


def is_long(question: Document) -> bool:
    """Whether a question is too long for a command line, so that it is read from a file."""
    return len(orjson.dumps(question)) > LONGEST_LINE


def curl_line(question: Document, host: str, *, needs_key: bool = False) -> str:
    """The command that asks exactly this question of this service, for a POSIX shell; a long one from a file."""
    asked = "@question.json" if is_long(question) else orjson.dumps(question).decode()
    told = ["-H", "content-type:application/json", "--data-binary", asked]
    line = ["curl", "-s", shlex.quote(f"{host.rstrip('/')}/v1/decisions")]
    if needs_key:
        line += ["-H", '"x-api-key:$KEY"']  # in double quotes, so that the shell puts the key in
    return " ".join([*line, shlex.join(told)])
