"""What the organisation's policy says of the assessed modes.

1. A broken guardrail that denies is an objection like any other, with the source `policy`; one that warns is a
   warning that names the modes.
2. A guardrail that cannot be judged leaves the mode undetermined, and its id is listed.
3. A waiver in force takes back the objections of its id that the policy itself raised: never a fact, and never what
   the question insists on. The decision lists every waiver that touches it, and one that has expired takes nothing
   back.

A question without a policy passes through unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.domain.decision import POLICY, Assessment, Objection, Ruling
from service.domain.question import Breach, Question, Severity
from service.domain.trace import Assumption

GUARDRAIL = "guardrail-"
"""What stands before a guardrail's name in an objection's id, so that no name is that of a cause."""

Ruled = tuple[tuple[Assessment, ...], Assessment | None, Ruling, tuple[Assumption, ...]]


def ruled(question: Question, modes: tuple[Assessment, ...], current: Assessment | None) -> Ruled:
    """The modes and the present setting with the policy's objections, what it had to do with them, and its warnings.

    The present setting is one of the modes, or stands beside them with a list of its own.
    """
    policy = question.policy
    is_apart = current is not None and not any(current is mode for mode in modes)
    assessments = (*modes, current) if current is not None and is_apart else modes
    breaches: Sequence[Sequence[Breach]] = [()] * len(assessments)
    if policy.guardrails is not None:
        breaches = policy.guardrails.judge(question, assessments)
    objected = tuple(map(_objected, assessments, breaches))
    raised = {it.id for assessment in objected for it in assessment.objections if it.source == POLICY}
    touching = tuple(waiver for waiver in policy.waivers if waiver.rule in raised)
    ruling = Ruling(
        mark=policy.mark,
        rules=policy.rules,
        undetermined=tuple(sorted({it.id for found in breaches for it in found if not it.is_certain})),
        waivers=touching,
    )
    waived = frozenset(waiver.rule for waiver in touching if waiver.is_in_force)
    final = tuple(_without(assessment, waived) for assessment in objected) if waived else objected
    here = final[-1] if is_apart else None
    if current is not None and not is_apart:
        here = next(after for before, after in zip(modes, final, strict=True) if before is current)
    return final[: len(modes)], here, ruling, _warnings(modes, breaches)


def _objected(assessment: Assessment, breaches: Sequence[Breach]) -> Assessment:
    raised = [
        Objection(id=GUARDRAIL + it.id, sentence=it.sentence, source=POLICY, is_certain=it.is_certain)
        for it in breaches
        if it.severity is Severity.DENY
    ]
    return replace(assessment, objections=(*assessment.objections, *raised)) if raised else assessment


def _without(assessment: Assessment, waived: frozenset[str]) -> Assessment:
    taken_back = tuple(it for it in assessment.objections if it.source == POLICY and it.id in waived)
    if not taken_back:
        return assessment
    left = tuple(it for it in assessment.objections if it not in taken_back)
    return replace(assessment, objections=left, waived=taken_back)


def _warnings(assessments: Sequence[Assessment], breaches: Sequence[Sequence[Breach]]) -> tuple[Assumption, ...]:
    """One warning for each guardrail that warns and each thing it says, with the modes of which it says so."""
    modes: dict[tuple[str, str], list[str]] = {}
    for assessment, found in zip(assessments, breaches, strict=False):
        for it in found:
            if it.severity is Severity.WARN:
                modes.setdefault((it.id, it.sentence), []).append(assessment.mode.value)
    guarded = (
        Assumption(code=GUARDRAIL + id_, field="/cluster/endpoint_access", sentence=f"{sentence} ({', '.join(where)})")
        for (id_, sentence), where in modes.items()
    )
    return tuple(guarded)
