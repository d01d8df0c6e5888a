"""The types of what a guardrail may look at, and the names under which it finds it.

Whatever may be missing is marked by nothing here: every member of an object may be left out of a question, and an
expression that needs one that is not there cannot be judged. `has(cluster.account)` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.addresses import PUBLIC_SPACE, of_networks
from service.domain.cluster import Cluster
from service.domain.consumer import Consumer
from service.domain.decision import Assessment
from service.domain.question import Question
from service.domain.trace import Trace


@dataclass(frozen=True, slots=True)
class Plain:
    """A type without parts: ``bool``, ``int``, ``double`` or ``string``."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one type; ``is_long`` if the question decides how long it is."""

    item: Type
    is_long: bool = True


@dataclass(frozen=True, slots=True)
class Texts:
    """An object of text pairs, whose keys the question decides."""


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """An object with known members."""

    name: str
    members: Mapping[str, Type]


Type = Plain | ListOf | Texts | Members
BOOL, INT, DOUBLE, STRING = Plain("bool"), Plain("int"), Plain("double"), Plain("string")

CLUSTER = Members(
    "cluster",
    {
        "name": STRING,
        "region": STRING,
        "account": STRING,
        "labels": Texts(),
        "hosting": STRING,
        "ip_family": STRING,
        "auto_mode": BOOL,
        "exists": BOOL,
    },
)
CONSUMER = Members("consumer", {"name": STRING, "kind": STRING, "importance": STRING, "at": STRING})
MODE = Members("mode", {"name": STRING, "public": BOOL, "private": BOOL, "current": BOOL})
PUBLIC_ACCESS = Members(
    "public_access", {"open_to_all": BOOL, "ranges": ListOf(STRING), "count": INT, "ipv4_addresses": INT}
)
FLOW = Members(
    "flow",
    {
        "consumer": STRING,
        "step": INT,
        "port": INT,
        "purpose": STRING,
        "disposition": STRING,
        "accepted": BOOL,
        "cause": STRING,
        "resolved_to": STRING,
        "leaves_vpc": BOOL,
        "leaves_aws_network": BOOL,
    },
)
SCORES = Members("scores", {"exposure": INT, "efficiency": INT, "accessibility": INT, "total": DOUBLE})
FINDING = Members("finding", {"cause": STRING, "severity": STRING, "consumer": STRING})

VARIABLES: Mapping[str, Type] = {
    "cluster": CLUSTER,
    "consumers": ListOf(CONSUMER),
    "mode": MODE,
    "public_access": PUBLIC_ACCESS,
    "flows": ListOf(FLOW),
    "scores": SCORES,
    "objections": ListOf(STRING),
    "findings": ListOf(FINDING),
}
"""What an expression may name: the question, and one mode as it was assessed."""


def of_question(question: Question, wanted: frozenset[str]) -> dict[str, Any]:
    """The values of those names that are the same for every mode; who calls is not there if it was not given."""
    values: dict[str, Any] = {}
    if "cluster" in wanted:
        values["cluster"] = _cluster(question.cluster)
    if "consumers" in wanted and question.consumers is not None:
        values["consumers"] = [_consumer(consumer) for consumer in question.consumers]
    return values


def of_assessment(question: Question, assessment: Assessment, wanted: frozenset[str]) -> dict[str, Any]:
    """The values of those names for one mode."""
    return {name: read(question, assessment) for name, read in _OF_MODE.items() if name in wanted}


def _mode(question: Question, assessment: Assessment) -> dict[str, Any]:
    access = question.cluster.endpoint_access
    return {
        "name": assessment.mode.value,
        "public": assessment.mode.has_public,
        "private": assessment.mode.has_private,
        "current": access is not None and access.knows_mode and access.mode is assessment.mode,
    }


def _scores(_: Question, assessment: Assessment) -> dict[str, Any]:
    scores = assessment.scores
    return {
        "exposure": scores.exposure.points,
        "efficiency": scores.efficiency.points,
        "accessibility": scores.accessibility.points,
        "total": float(scores.total),
    }


def _findings(_: Question, assessment: Assessment) -> list[dict[str, Any]]:
    return [_given({"cause": it.cause, "severity": it.severity, "consumer": it.consumer}) for it in assessment.findings]


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Only what is known: null would compare unequal to everything and pass for a no."""
    return {name: value for name, value in values.items() if value is not None}


def _cluster(cluster: Cluster) -> dict[str, Any]:
    return _given(
        {
            "name": cluster.name,
            "region": cluster.region,
            "account": cluster.account,
            "labels": dict(cluster.labels),
            "hosting": cluster.hosting and cluster.hosting.value,
            "ip_family": cluster.ip_family and cluster.ip_family.value,
            "auto_mode": cluster.has_auto_mode,
            "exists": cluster.endpoint_access is not None,
        }
    )


def _consumer(consumer: Consumer) -> dict[str, Any]:
    at = consumer.location.at.value if consumer.location else None
    return _given(
        {"name": consumer.name, "kind": consumer.kind.value, "importance": consumer.importance.value, "at": at}
    )


def _public_access(_: Question, assessment: Assessment) -> dict[str, Any]:
    """Nobody gets in without a public endpoint; of a list that is not known nothing is said."""
    ranges = assessment.public_access_cidrs if assessment.mode.has_public else ()
    if ranges is None:
        return {}
    admitted = of_networks(ranges)
    return {
        "open_to_all": any(admitted.covers(PUBLIC_SPACE.of_version(version)) for version in (4, 6)),
        "ranges": [str(network) for network in ranges],
        "count": len(ranges),
        "ipv4_addresses": admitted.of_version(4).count(),
    }


def _flow(trace: Trace) -> dict[str, Any]:
    return _given(
        {
            "consumer": trace.consumer,
            "step": int(trace.step),
            "port": trace.port,
            "purpose": trace.purpose,
            "disposition": trace.disposition.value,
            "accepted": None if trace.is_uncertain else trace.is_accepted,
            "cause": trace.cause or "",
            "resolved_to": trace.resolved_to.value if trace.resolved_to else None,
            "leaves_vpc": trace.leaves_vpc,
            "leaves_aws_network": trace.leaves_aws_network,
        }
    )


_OF_MODE: Mapping[str, Callable[[Question, Assessment], Any]] = {
    "mode": _mode,
    "public_access": _public_access,
    "flows": lambda _, assessment: [_flow(trace) for trace in assessment.traces],
    "scores": _scores,
    "objections": lambda _, assessment: [objection.id for objection in assessment.objections],
    "findings": _findings,
}
