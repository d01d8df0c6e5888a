"""The IAM policy that suffices, made of the list of calls."""

from __future__ import annotations

from typing import Any

from service.collector.calls import CALLER, CALLS

FREE = (CALLER,)
"""Calls that need no permission."""


def iam_policy() -> dict[str, Any]:
    """The policy document. None of the actions of EC2 can be held to single resources, so none is."""
    actions = sorted(call.action for call in CALLS if call not in FREE)
    statement = {"Sid": "ReadWhatDecidesTheEndpoint", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
