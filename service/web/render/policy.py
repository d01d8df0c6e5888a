"""What the policy had to do with a decision: a member of the document, and a section of the report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.domain.decision import Ruling
from service.domain.policy import Waiver
from service.web.render.escaping import plain

Node = dict[str, Any]


def policy_member(ruling: Ruling) -> Node:
    """Name and revision, the rules that applied, what could not be judged, and the waivers."""
    return {
        "name": ruling.mark.name,
        "revision": ruling.mark.revision,
        "rules": [{"name": rule.name, "because": rule.because} for rule in ruling.rules],
        "undetermined": ruling.undetermined,
        "waivers": [waiver_member(waiver) for waiver in ruling.waivers],
    }


def waiver_member(waiver: Waiver) -> Node:
    """An exception, who answers for it, and whether it still counts."""
    return {
        "rule": waiver.rule,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
        "in_force": waiver.is_in_force,
    }


def what_the_policy_said(answer: Node, modes: dict[str, str]) -> Iterator[str]:
    """The rules that applied, and the objections that were waived, with who answers for that."""
    policy = answer["policy"]
    if not (policy["rules"] or policy["waivers"]):
        return
    yield "## Policy"
    yield ""
    for rule in policy["rules"]:
        yield f"- rule `{rule['name']}` applies: {plain(rule['because'])}"
    for waiver in policy["waivers"]:
        which = [modes[it["mode"]] for it in answer["assessments"] if waiver["rule"] in _waived(it)]
        how = f"waived for {', '.join(which)} until" if waiver["in_force"] else "**not** waived any more since"
        yield (
            f"- `{waiver['rule']}` is {how} {waiver['expires']}: {plain(waiver['reason'])}"
            f" ({plain(waiver['owner'])} answers for it)"
        )


def _waived(assessment: Node) -> set[str]:
    return {it["id"] for it in assessment.get("waived", ())}
