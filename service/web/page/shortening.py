"""An answer shortened to a card: what is recommended and why, who is locked out today and after, what is not known.

1. It says nothing that the answer does not say, and of a list that it cuts short it says how much is missing.
2. What a recommendation hangs on is never cut: a condition that nobody sees is a mistake that somebody makes.
3. It works on the JSON document, so that a decision that was kept long ago has a card like a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from service.web.page.telling import PRESENT, Caller, callers, deciding_terms, in_doubt, locked_out

Document = dict[str, Any]

MOST_RANGES = 12
MOST_REASONS = 3
MOST_CALLERS = 6
MOST_UNKNOWNS = 3


def card_of(answer: Document, *, is_kept: bool) -> Document:
    """The card of an answer; its id is null if it is not kept, for then it leads nowhere."""
    told, chosen, current = callers(answer), answer["recommendation"], answer["current"]
    after, ranges = (chosen["mode"], chosen["public_access_cidrs"]) if chosen else ("", None)
    return {
        "decision_id": answer["decision_id"] if is_kept else None,
        "created_at": answer["created_at"],
        "cluster": {"name": answer["cluster"]["name"], "region": answer["cluster"]["region"]},
        "outcome": answer["outcome"],
        "mode": after or None,
        "public_access_cidrs": _cut(ranges, MOST_RANGES) if ranges is not None else None,
        "because": _cut(list(_reasons(answer)), MOST_REASONS),
        "conditions": [{"sentence": it["sentence"]} for it in chosen["conditions"]] if chosen else [],
        "current_mode": current["mode"] if current else None,
        "locked_out_today": _stopped(told, locked_out(told, PRESENT), PRESENT) if current else None,
        "in_doubt_today": _stopped(told, in_doubt(told, PRESENT), PRESENT) if current else None,
        "locked_out_after": _stopped(told, locked_out(told, after), after) if chosen else None,
        "in_doubt_after": _stopped(told, in_doubt(told, after), after) if chosen else None,
        "not_known": _not_known(answer),
        "assumption_count": len(answer["assumptions"]),
    }


def _cut(items: Sequence[Any], most: int) -> Document:
    return {"items": list(items[:most]), "more": max(0, len(items) - most)}


def _reasons(answer: Document) -> Iterator[Document]:
    """For each mode that is ruled out, or perhaps, its first objection; then the terms by which the winner leads."""
    for assessed in answer["assessments"]:
        if assessed["objections"]:
            first, *others = assessed["objections"]
            told = {"about": assessed["mode"], "status": assessed["status"], "sentence": first["sentence"]}
            yield told | {"more": len(others)}
    for term in deciding_terms(answer):
        yield {"about": term["name"], "status": "ahead", "sentence": term["because"], "more": 0}


def _stopped(told: list[Caller], names: Sequence[str], setting: str) -> Document:
    """Callers of these names, each with what stops it."""
    return _cut([_end_of(caller, setting) for caller in told if caller.name in names], MOST_CALLERS)


def _end_of(caller: Caller, setting: str) -> Document:
    flow = caller.stopped_by(setting)
    last = flow["hops"][-1]["detail"] if flow and flow["hops"] else None
    return {"consumer": caller.name, "disposition": caller.gets_in(setting), "sentence": last}


def _not_known(answer: Document) -> Document:
    """What to ask next, the most decisive first; without that section, the fields on which flows hang."""
    asked = answer.get("unknowns")
    if asked is not None:
        shown = [{"field": it["field"], "question": it["question"], "assumed": it["assumed"]} for it in asked]
        cut = _cut(shown, MOST_UNKNOWNS)
        return cut | {"more": cut["more"] + len(answer.get("unknowns_not_tried") or ())}
    assessed = [*answer["assessments"], *([answer["current"]] if answer["current"] else [])]
    flows = (flow for each in assessed for step in each["traffic_path"] for flow in step["flows"])
    fields = dict.fromkeys(field for flow in flows for field in flow["missing"])
    return _cut([{"field": field, "question": None, "assumed": False} for field in fields], MOST_UNKNOWNS)
