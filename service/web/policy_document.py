"""A policy as `GET /v1/policy` shows it, and what of it applies to a cluster."""

from __future__ import annotations

from datetime import date
from typing import Any

from service.domain.cluster import Cluster, EndpointMode
from service.domain.question import Question, Requirements
from service.policy.applying import apply
from service.policy.policy import Policy
from service.web.forms import time_text
from service.web.policies import Policies
from service.web.render.policy import waiver_member

Node = dict[str, Any]


def as_document(policy: Policy, known: Policies) -> Node:
    """The policy with its content, which revisions are known, and what keeps a newer file from being used."""
    trouble = known.trouble
    return {
        "name": policy.name,
        "revision": policy.revision,
        "loaded_at": time_text(known.loaded_at),
        "revisions": list(known.revisions),
        "trouble": {"since": time_text(trouble.since), "reason": trouble.reason} if trouble else None,
        "content": policy.content,
    }


def for_cluster(policy: Policy, cluster: Cluster, today: date) -> Node:
    """Which rules, guardrails and waivers apply to a cluster, why, and what they come to together."""
    asked = apply(policy, Question(cluster=cluster), today)
    return {
        "cluster": {
            "name": cluster.name,
            "region": cluster.region,
            "account": cluster.account,
            "labels": dict(cluster.labels),
        },
        "rules": [_fit(one.name, one, cluster) for one in policy.rules],
        "guardrails": [_fit(one.name, one, cluster) for one in policy.guardrails],
        "waivers": [waiver_member(waiver) for waiver in asked.policy.waivers],
        "demands": _demands(asked.policy.demands or Requirements()),
        "weights": _weights(asked.requirements),
        "assumed": [{"field": it.field, "sentence": it.sentence} for it in asked.stated],
    }


def _fit(name: str, one: Any, cluster: Cluster) -> Node:
    fit, because = one.selector.fit(cluster)
    return {"name": name, "applies": fit.value, "because": because}


def _demands(demands: Requirements) -> Node:
    approved = demands.approved_source_cidrs
    return {
        "internet_exposure": demands.internet_exposure.value,
        "node_traffic": demands.node_traffic.value,
        "approved_source_cidrs": None if approved is None else [str(network) for network in approved],
        "controls": list(demands.controls),
        "allowed_modes": [mode.value for mode in EndpointMode if mode in demands.modes],
    }


def _weights(requirements: Requirements) -> Node:
    weights = requirements.weights
    return {name: float(getattr(weights, name)) for name in ("exposure", "efficiency", "accessibility")}
