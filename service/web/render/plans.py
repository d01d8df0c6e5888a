"""The change plan as a member of the JSON document and as a section of the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from service.domain.change import Change, ChangePlan, PlanStep, Setting
from service.web.render.escaping import prose

Document = dict[str, Any]


def plan_member(plan: ChangePlan) -> Document:
    """The plan, step by step."""
    return {
        "from": None if plan.start is None else _setting(plan.start),
        "to": _setting(plan.target),
        "summary": plan.sentence,
        "rests_on": plan.rests_on,
        "locks_out": plan.locks_out,
        "steps": [_step(number, step) for number, step in enumerate(plan.steps, 1)],
    }


def _setting(setting: Setting) -> Document:
    listed = setting.public_access_cidrs
    return {"mode": setting.mode.value, "public_access_cidrs": None if listed is None else [str(it) for it in listed]}


def change_member(change: Change) -> Document:
    """One change, in no tool's words."""
    return {"kind": change.kind.value, "target": change.target, "values": dict(change.values)}


def _step(number: int, step: PlanStep) -> Document:
    return {
        "sequence": number,
        "sentence": step.sentence,
        "call": step.call,
        "changes": [change_member(change) for change in step.changes],
        "setting": None if step.setting is None else _setting(step.setting),
        "preconditions": step.preconditions,
        "waits": step.waits,
        "verify": step.verify,
        "way_back": step.way_back,
        "way_back_changes": [change_member(change) for change in step.way_back_changes],
        "cuts": [asdict(cut) for cut in step.cuts],
        "facts": step.facts,
    }


def the_safe_way(answer: Document) -> Iterator[str]:
    """The section of the report, from the JSON document."""
    plan = answer.get("change_plan")
    if not plan:
        return
    yield "## The safe way there"
    yield ""
    yield prose(f"{plan['summary'][:1].upper()}{plan['summary'][1:]}.")
    for step in plan["steps"]:
        yield ""
        yield f"{step['sequence']}. {prose(step['sentence'])} (`{step['call']}`; {', '.join(step['facts'])})"
        for title, name in (("before", "preconditions"), ("wait", "waits"), ("verify", "verify")):
            for line in step[name]:
                yield f"   - {title}: {prose(line)}"
        for cut in step["cuts"]:
            yield f"   - **cut off**: {prose(cut['sentence'])}"
        yield f"   - way back: {prose(step['way_back'])}"
