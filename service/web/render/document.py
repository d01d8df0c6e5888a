"""A decision as the JSON document of the contract.

Plain functions and no schema, for this is half of what a request costs beside the walking. What several
modes have in common is written once and stands in each of them as the same object: step 2 is the same trace
in every mode, and the present setting is one of the three modes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from fractions import Fraction
from functools import lru_cache
from typing import Any

from service import __version__
from service.catalogue import CAUSES
from service.catalogue.prices import PriceList, read_prices
from service.domain import FACTS_EDITION
from service.domain.addresses import Network
from service.domain.advice import Advised
from service.domain.decision import (
    AllowList,
    Assessment,
    ControlVerdict,
    Finding,
    LeftOut,
    Objection,
    Recommendation,
    Score,
    Scores,
    Status,
)
from service.domain.trace import Action, Answer, Assumption, Disposition, Hop, Step, Trace
from service.web.render.advice import advice_members
from service.web.render.policy import policy_member

Document = dict[str, Any]

SHIPPED_PRICES = read_prices()
_ENGINE = {"version": __version__, "facts_edition": FACTS_EDITION}


def as_document(advised: Advised, prices: PriceList = SHIPPED_PRICES) -> Document:
    """The answer without what differs between two answers to one question, and without its digests.

    ``prices`` stand beside the scores and weigh nothing in them.
    """
    decision = advised.decision
    flows: dict[int, Document] = {}
    assessed = {assessment.mode: _assessment(assessment, flows) for assessment in decision.assessments}
    chosen = decision.recommendation
    return {
        "engine": _ENGINE,
        "policy": policy_member(decision.ruling),
        "cluster": {
            "name": decision.cluster,
            "region": decision.region,
            "labels": dict(decision.labels),
        },
        "outcome": decision.outcome.value,
        "recommendation": _recommendation(chosen, advised) if chosen else None,
        "traffic_path": assessed[chosen.mode]["traffic_path"] if chosen else None,
        "assessments": list(assessed.values()),
        "current": _current(decision.current, flows) if decision.current else None,
        **advice_members(advised),
        "assumptions": _assumptions(decision.assumptions),
        "warnings": _assumptions(decision.warnings),
        "prices": _prices(prices),
    }


def _recommendation(chosen: Recommendation, advised: Advised) -> Document:
    return {
        "mode": chosen.mode.value,
        "public_access_cidrs": _texts(chosen.public_access_cidrs),
        "summary": chosen.summary,
        "because": chosen.because,
        "margin": None if chosen.margin is None else _rounded(chosen.margin),
        "runner_up": chosen.runner_up.value if chosen.runner_up else None,
        "robust": advised.is_robust,
        "conditions": _assumptions(advised.provisos),
    }


def _assessment(assessment: Assessment, flows: dict[int, Document]) -> Document:
    status = assessment.status
    document = {
        "mode": assessment.mode.value,
        "status": status.value,
        "eligible": status is Status.ELIGIBLE,
        "objections": [_objection(objection) for objection in assessment.objections],
        "scores": _scores(assessment.scores),
        "traffic_path": _traffic_path(assessment.traces, flows),
        "findings": [_finding(finding) for finding in assessment.findings],
        "allow_list": _allow_list(assessment.allow_list) if assessment.allow_list else None,
    }
    if assessment.waived:
        document["waived"] = [_objection(objection) for objection in assessment.waived]
    if assessment.controls:
        document["controls"] = [_control(verdict) for verdict in assessment.controls]
    return document


def _current(assessment: Assessment, flows: dict[int, Document]) -> Document:
    """The present setting in the form of an assessment, with the list in force and what is wrong with it."""
    same = _assessment(assessment, flows)
    return {
        "mode": same.pop("mode"),
        "public_access_cidrs": _texts(assessment.public_access_cidrs),
        **same,
    }


def _traffic_path(traces: Iterable[Trace], flows: dict[int, Document]) -> list[Document]:
    """The three steps, each with its flows; ``flows`` are those that another mode has written already."""
    steps: dict[Step, list[Document]] = {step: [] for step in Step}
    for trace in traces:
        flow = flows.get(id(trace))
        if flow is None:
            flow = flows[id(trace)] = _flow(trace)
        steps[trace.step].append(flow)
    return [{"step": step.value, "name": _STEP_NAMES[step], "flows": of_step} for step, of_step in steps.items()]


# What is written of each hop and flow is looked up, which is cheaper than asking the member for its value.
_ACTIONS = {action: action.value for action in Action}
_DISPOSITIONS = {disposition: disposition.value for disposition in Disposition}
_RESOLVED = {answer: answer.value for answer in Answer}
_STEP_NAMES = {step: step.name.lower() for step in Step}


def _flow(trace: Trace) -> Document:
    hops = trace.hops
    return {
        "consumer": trace.consumer,
        "port": trace.port,
        "purpose": trace.purpose,
        "resolved_to": _RESOLVED[trace.resolved_to] if trace.resolved_to else None,
        "hops": [_hop(sequence, hop) for sequence, hop in enumerate(hops, 1)],
        "leaves_vpc": trace.leaves_vpc,
        "leaves_aws_network": trace.leaves_aws_network,
        "source_seen_by_endpoint": trace.source.texts() if trace.source is not None else None,
        "disposition": _DISPOSITIONS[trace.disposition],
        "cause": trace.cause,
        "partial": trace.partial,
        "also": trace.also,
        "missing": trace.missing,
        "facts": list(dict.fromkeys([fact for hop in hops for fact in hop.facts])),
    }


def _hop(sequence: int, hop: Hop) -> Document:
    document = {
        "sequence": sequence,
        "component": hop.component,
        "kind": hop.kind,
        "action": _ACTIONS[hop.action],
        "detail": hop.detail,
        "facts": hop.facts,
    }
    if hop.missing:
        document["missing"] = hop.missing
    if hop.assumed:
        document["assumed"] = hop.assumed
    return document


def _objection(objection: Objection) -> Document:
    return {
        "id": objection.id,
        "consumers": objection.consumers,
        "sentence": objection.sentence,
        "facts": objection.facts,
        "source": objection.source,
        "certain": objection.is_certain,
    }


def _scores(scores: Scores) -> Document:
    return {
        "exposure": _score(scores.exposure),
        "efficiency": _score(scores.efficiency),
        "accessibility": _score(scores.accessibility),
        "total": _rounded(scores.total),
    }


def _score(score: Score) -> Document:
    return {
        "score": score.points,
        "terms": [
            {"name": term.name, "points": term.points, "of": term.of, "because": term.because} for term in score.terms
        ],
    }


def _allow_list(listed: AllowList) -> Document:
    return {
        "entries": [{"cidr": str(it.cidr), "serves": it.serves, "extra_addresses": it.extra} for it in listed.entries],
        "left_out": [_left_out(it) for it in listed.left_out],
        "awaits": listed.awaits,
        "unneeded": _texts(listed.unneeded),
        "extra_addresses": sum(it.extra for it in listed.entries),
    }


def _left_out(left_out: LeftOut) -> Document:
    return {
        "consumer": left_out.consumer,
        "code": left_out.code,
        "sentence": left_out.sentence,
        "advice": left_out.advice,
        "facts": left_out.facts,
    }


def _control(verdict: ControlVerdict) -> Document:
    return {"id": verdict.id, "result": verdict.result, "why": verdict.why, "facts": verdict.facts}


def _finding(finding: Finding) -> Document:
    return {
        "consumer": finding.consumer,
        "cause": finding.cause,
        "severity": finding.severity,
        "sentence": finding.sentence,
        "facts": finding.facts,
        "missing": finding.missing,
        "mend": CAUSES[finding.cause].mend,
    }


def _assumptions(assumptions: Iterable[Assumption]) -> list[Document]:
    return [{"code": it.code, "field": it.field, "sentence": it.sentence, "facts": it.facts} for it in assumptions]


@lru_cache(maxsize=4)
def _prices(prices: PriceList) -> Document:
    return {
        "as_of": prices.as_of,
        "currency": prices.currency,
        "region": prices.region,
        "source": prices.source,
        "prices": [asdict(price) for price in prices.prices],
    }


def _texts(networks: Iterable[Network] | None) -> list[str] | None:
    return None if networks is None else [str(network) for network in networks]


def _rounded(points: Fraction) -> float:
    """Points to two places; the order of modes was settled on the exact ones."""
    return round(float(points), 2)
