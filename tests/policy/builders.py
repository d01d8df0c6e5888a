"""Policies and questions for the tests of this room, as short as they can be."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml

from service.advice import advise
from service.domain.decision import Decision
from service.domain.question import Question
from service.policy.applying import apply
from service.policy.policy import Policy
from service.web.schemas import load_question
from service.web.schemas.policy import load_policy

TODAY = date(2026, 11, 26)


def a_policy(**members: Any) -> Policy:
    """A policy of these members, read as its file would be."""
    return load_policy(yaml.safe_dump({"name": "ours", **members}).encode())


def guarded_by(expression: str, **more: Any) -> Policy:
    """A policy of one guardrail."""
    return a_policy(guardrails=[{"name": "rule", "expression": expression, "message": "it must hold", **more}])


def a_question(**cluster: Any) -> Question:
    """Isolated nodes, an office on the internet, and an endpoint that is public to the office."""
    document: dict[str, Any] = {
        "cluster": {
            "name": "payments",
            "endpoint_access": {"public": True, "private": True, "public_access_cidrs": ["13.209.0.0/28"]},
            "vpc": {"cidrs": ["10.0.0.0/16"]},
            "subnets": [
                {"id": "a", "cidr": "10.0.0.0/24", "availability_zone": "eu-west-1a", "routing": "isolated"},
                {"id": "b", "cidr": "10.0.1.0/24", "availability_zone": "eu-west-1b", "routing": "isolated"},
            ],
            "cluster_subnets": ["a", "b"],
            **cluster,
        },
        "consumers": [
            {"name": "nodes", "kind": "node", "subnets": ["a", "b"]},
            {"name": "office", "kind": "operator", "location": {"at": "internet", "source_cidrs": ["13.209.0.0/28"]}},
        ],
    }
    return load_question(document)


def decided(policy: Policy, question: Question | None = None, today: date = TODAY) -> Decision:
    """The decision under a policy."""
    return advise(apply(policy, question or a_question(), today)).decision


def objections(decision: Decision) -> dict[str, list[str]]:
    """The ids of the policy's objections, by mode."""
    return {
        assessment.mode.value: [it.id for it in assessment.objections if it.source == "policy"]
        for assessment in decision.assessments
    }
