"""Calls of one Region of one account, each made once, with a log of how it ended.

1. Clusters share VPCs: a call with the same parameters is answered from memory.
2. An answer that several calls make together (peerings from both sides) is written only if all of them were
   answered: intake takes a list for the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import quote

from service.collector.calls import Call
from service.collector.errors import CallError, DeniedError, UnusableError
from service.collector.trimming import trimmed

Document = dict[str, Any]
_LONGEST = 150
"""Of a name in a file's name; the longest of EKS has 100 characters."""


class Caller(Protocol):
    """Who makes calls."""

    def call(self, call: Call, region: str, **parameters: Any) -> Document:
        """The whole answer; raises a `CallError`."""


class Outcome(Enum):
    """How a call ended. What was denied is final, what failed may succeed another time."""

    ANSWERED = "answered"
    DENIED = "denied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A call in the log; ``about`` is the id that it was about, ``code`` AWS's word for why there is no answer."""

    call: Call
    region: str
    about: str
    at: datetime
    outcome: Outcome
    code: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    """A call that was made: when, and its answer or why there is none."""

    at: datetime
    answer: Document | CallError


@dataclass(slots=True)
class Region:
    """A Region of an account, and what was asked there before."""

    caller: Caller
    name: str
    made: dict[str, _Made] = field(default_factory=dict)

    def ask(self, call: Call, region: str, parameters: Document) -> _Made:
        """The call, or what it said before; raises `UnusableError` if nothing can be asked in this Region."""
        key = f"{call.action} {region} {sorted(parameters.items())}"
        if key not in self.made:
            at = datetime.now(UTC)
            try:
                self.made[key] = _Made(at, self.caller.call(call, region, **parameters))
            except CallError as error:
                # Credentials may hold here and not where a peer stands, in a Region that is not enabled.
                if isinstance(error, UnusableError) and region == self.name:
                    raise
                self.made[key] = _Made(at, error)
        return self.made[key]


@dataclass(slots=True)
class Asking:
    """All that is asked for one cluster: the files of its bundle, and the log."""

    region: Region
    files: dict[str, Document] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)

    def answer(self, call: Call, *parameters: Document, about: str = "", region: str = "") -> Document | None:
        """What the calls say together; None unless all are answered. Raises `UnusableError`."""
        where = region or self.region.name
        made = [self.region.ask(call, where, one) for one in parameters or ({},)]
        self.log += [_entry(call, where, about, one) for one in made]
        answers = [one.answer for one in made if not isinstance(one.answer, CallError)]
        if len(answers) < len(made):
            return None
        if len(answers) == 1:
            return answers[0]
        return {call.items: [item for answer in answers for item in answer.get(call.items, ())]}

    def keep(self, call: Call, *parameters: Document, about: str = "", region: str = "") -> Document | None:
        """The same, and it stands in the bundle, named as the AWS CLI names the call and after whom it is about."""
        answer = self.answer(call, *parameters, about=about, region=region)
        if answer is not None:
            self.put(call, answer, about)
        return answer

    def put(self, call: Call, answer: Document, about: str = "") -> None:
        """An answer as a file of the bundle."""
        self.files[f"{call.command}{'_' * bool(about)}{_of_file(about)}.json"] = trimmed(call, answer)

    def items(self, call: Call, *parameters: Document, about: str = "") -> Iterator[Any]:
        """The items of a list that stands in the bundle; none without an answer."""
        yield from listed(self.keep(call, *parameters, about=about), call)


def _of_file(about: str) -> str:
    """The id or the name as a part of a file's name; those of AWS are that already."""
    plain = quote(about, safe="").replace("~", "%7E")
    return plain if len(plain) <= _LONGEST else sha256(about.encode()).hexdigest()


def listed(answer: Document | None, call: Call) -> Iterable[Any]:
    """The list that an answer is for."""
    return (answer or {}).get(call.items) or ()


def _entry(call: Call, region: str, about: str, made: _Made) -> Entry:
    if not isinstance(made.answer, CallError):
        return Entry(call=call, region=region, about=about, at=made.at, outcome=Outcome.ANSWERED)
    outcome = Outcome.DENIED if isinstance(made.answer, DeniedError) else Outcome.FAILED
    return Entry(call=call, region=region, about=about, at=made.at, outcome=outcome, code=made.answer.code)
