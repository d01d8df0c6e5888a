"""Whether this process decides as it should: one known question, held against its known answer."""

from __future__ import annotations

from functools import cache

from service.advice import advise
from service.web.schemas import load_question

# Nodes in subnets without a way out cannot reach the public endpoint (F-4.4), and an operator on the internet
# cannot reach the private one (F-1.7): both get in where both endpoints are on, and nowhere else.
KNOWN_QUESTION = {
    "cluster": {
        "name": "known",
        "vpc": {"cidrs": ["10.0.0.0/16"]},
        "subnets": [
            {"id": "a", "cidr": "10.0.0.0/24", "availability_zone": "eu-west-1a", "routing": "isolated"},
            {"id": "b", "cidr": "10.0.1.0/24", "availability_zone": "eu-west-1b", "routing": "isolated"},
        ],
        "cluster_subnets": ["a", "b"],
    },
    "consumers": [
        {"name": "nodes", "kind": "node", "subnets": ["a", "b"]},
        {
            "name": "operator",
            "kind": "operator",
            "location": {"at": "internet", "source_cidrs": ["13.209.0.7/32"]},
        },
    ],
}
KNOWN_ANSWER = {"public": "ruled_out", "public_and_private": "eligible", "private": "ruled_out"}


class WrongDecisionError(Exception):
    """The known question got another answer than the known one."""


@cache
def confirm_known_decision() -> None:
    """Decides the known question; remembered once it came out right. Raises as ``confirm_decision``."""
    confirm_decision(KNOWN_QUESTION, KNOWN_ANSWER)


def confirm_decision(question: object, expected: dict[str, str]) -> None:
    """Holds the status of each mode to what is expected.

    Raises WrongDecisionError, or whatever keeps the question from being decided.
    """
    decision = advise(load_question(question)).decision
    answer = {assessment.mode.value: assessment.status.value for assessment in decision.assessments}
    if answer != expected:
        raise WrongDecisionError(f"the known question got {answer}, expected {expected}")
