"""What a decision says of a cluster in one line, whoever prints it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from service.catalogue.prices import read_prices
from service.command_line.gathering import Asked
from service.domain.cluster import EndpointMode
from service.domain.decision import POLICY, Assessment, Status
from service.domain.trace import Step
from service.settings import Settings
from service.web.deciding import Desk
from service.web.policies import Policies

MODES = {
    EndpointMode.PUBLIC: "public",
    EndpointMode.PUBLIC_AND_PRIVATE: "public and private",
    EndpointMode.PRIVATE: "private",
}
INSISTED = ("requirement", POLICY)
"""The sources of objections that somebody insists on."""
NOT_KNOWN = "not known"
NOT_YET = "none yet"


class Exit(IntEnum):
    """How the command ends; the highest of all clusters counts."""

    FINE = 0
    BROKEN = 1
    NOT_UNDERSTOOD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One cluster: its present mode, who is locked out today, and the mode that is recommended.

    ``may_be_locked_out`` are callers of whom a fact is missing; ``broken`` what stands against the present setting;
    ``to_settle`` the question whose answer would say most, where a missing fact keeps a mode from being recommended.
    """

    place: str
    cluster: str
    present: str
    locked_out: tuple[str, ...]
    may_be_locked_out: tuple[str, ...]
    broken: tuple[str, ...]
    recommended: str
    to_settle: str

    def as_record(self) -> dict[str, Any]:
        """The line for programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A decided question: its line, and its answer as the service gives it, on one line that ends."""

    line: Line
    json: bytes

    @property
    def exit(self) -> Exit:
        """Broken if anything stands against the present setting, or against every mode of one that is to come."""
        return Exit.BROKEN if self.line.broken else Exit.FINE


def desk_here() -> Desk:
    """The desk that the environment asks for."""
    settings = Settings.from_environment()
    return Desk(policies=Policies(settings.policy_file), prices=read_prices(settings.prices_file))


def decide(asked: Asked, more: dict[str, Any], desk: Desk) -> Verdict:
    """The verdict on a question, with ``more`` in it; raises `InvalidQuestionError`."""
    decided = desk.decide_document(merged(asked.question, more), asked.stated, asked.source)
    advised, access = decided.advised, decided.question.cluster.endpoint_access
    decision = advised.decision
    chosen = decision.recommendation
    flows = decision.current.traces if decision.current else ()
    calls = [trace for trace in flows if trace.step is not Step.API_SERVER_TO_KUBELET]
    absent = NOT_YET if access is None else NOT_KNOWN
    line = Line(
        place=asked.place,
        cluster=decision.cluster,
        present=MODES[decision.current.mode] if decision.current else absent,
        locked_out=_names(it.consumer for it in calls if not it.is_accepted and not it.is_uncertain),
        may_be_locked_out=_names(it.consumer for it in calls if it.is_uncertain),
        broken=_broken(decision.current) if decision.current else _unshown(decision.assessments, access is None),
        recommended=MODES[chosen.mode] if chosen else decision.outcome.value.replace("_", " "),
        to_settle=advised.unknowns[0].question if advised.unknowns and not chosen else "",
    )
    return Verdict(line=line, json=decided.answer.json)


def merged(question: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The question with other consumers in place of its own, and further requirements beside or over its own."""
    requirements = more.get("requirements")
    if not requirements:
        return question | {name: value for name, value in more.items() if name != "requirements"}
    return question | more | {"requirements": (question.get("requirements") or {}) | requirements}


def _broken(current: Assessment) -> tuple[str, ...]:
    """What certainly stands against the present setting; a requirement that cannot be judged counts as broken."""
    return _names(it.id for it in current.objections if it.is_certain or it.source in INSISTED)


def _unshown(assessments: Iterable[Assessment], is_planned: bool) -> tuple[str, ...]:
    """What stands in the way where no present setting is known.

    For a cluster that is to come: the objections, if they rule every mode out. For one whose switches are not known:
    whatever requirement some mode breaks, for it may be that mode.
    """
    of_all = list(assessments)
    if is_planned and any(assessment.status is not Status.RULED_OUT for assessment in of_all):
        return ()
    against = [it for assessment in of_all for it in assessment.objections]
    return _names(it.id for it in against if it.source in INSISTED or (is_planned and it.is_certain))


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
