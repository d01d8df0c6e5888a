"""What differs between two answers to one question, in sentences: from the outcome down to the first hop.

For whoever asks what a new version or a new policy does to decisions that were made before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Document = dict[str, Any]

CRITERIA = ("exposure", "efficiency", "accessibility")
# Compared part by part below, or different in any two answers.
_OWN = frozenset({"decision_id", "created_at", "input_digest", "decision_digest", "traffic_path"})
_BY_PARTS = frozenset({"engine", "policy", "outcome", "recommendation", "assessments", "current"})


def differences(before: Document, after: Document) -> tuple[str, ...]:
    """Every difference, the ones that matter most first; none if the answers say the same."""
    return tuple(_differences(before, after))


def _differences(before: Document, after: Document) -> Iterator[str]:
    for name in ("engine", "policy"):
        yield from _members(name, before.get(name), after.get(name))
    yield from _value("outcome", before.get("outcome"), after.get("outcome"))
    yield from _members("recommendation", before.get("recommendation"), after.get("recommendation"))
    earlier = {assessment["mode"]: assessment for assessment in before.get("assessments") or ()}
    for assessment in after.get("assessments") or ():
        if assessment["mode"] in earlier:
            yield from _assessment(assessment["mode"], earlier[assessment["mode"]], assessment)
    present, presently = before.get("current"), after.get("current")
    if (present is None) is not (presently is None):
        yield _change("current", present and present["mode"], presently and presently["mode"])
    elif present and presently:
        yield from _listed("current: finding", map(_finding, present["findings"]), map(_finding, presently["findings"]))
    for name in sorted((before.keys() | after.keys()) - _OWN - _BY_PARTS):
        if before.get(name) != after.get(name):
            yield f"{name} differ"


def _assessment(mode: str, before: Document, after: Document) -> Iterator[str]:
    yield from _value(f"{mode}: status", before["status"], after["status"])
    yield from _listed(
        f"{mode}: objection", map(_objection, before["objections"]), map(_objection, after["objections"])
    )
    for criterion in CRITERIA:
        yield from _score(f"{mode}: {criterion}", before["scores"][criterion], after["scores"][criterion])
    flows = {_name(flow): flow for flow in _flows(before)}
    now = {_name(flow): flow for flow in _flows(after)}
    yield from _listed(f"{mode}: flow", flows, now)
    for name, flow in now.items():
        if name in flows:
            yield from _flow(f"{mode}: {name}", flows[name], flow)
    controls = {it["id"]: it["result"] for it in before.get("controls", ())}
    for verdict in after.get("controls", ()):
        if verdict["id"] in controls:
            yield from _value(f"{mode}: control {verdict['id']}", controls[verdict["id"]], verdict["result"])


def _score(where: str, before: Document, after: Document) -> Iterator[str]:
    terms = {term["name"]: term["points"] for term in before["terms"]}
    changed = [
        f"{term['name']} {terms.get(term['name'], 0)} -> {term['points']}"
        for term in after["terms"]
        if terms.get(term["name"]) != term["points"]
    ]
    if before["score"] != after["score"] or changed:
        yield f"{where}: {before['score']} -> {after['score']} ({', '.join(changed) or 'terms differ'})"


def _flow(where: str, before: Document, after: Document) -> Iterator[str]:
    ends = [
        f"{flow['disposition']} ({flow['cause']})" if flow["cause"] else flow["disposition"] for flow in (before, after)
    ]
    yield from _value(where, *ends)
    hops = [[f"{hop['component']} {hop['action']}" for hop in flow["hops"]] for flow in (before, after)]
    if hops[0] != hops[1]:
        same = next((at for at, pair in enumerate(zip(*hops, strict=False)) if pair[0] != pair[1]), min(map(len, hops)))
        shown = [path[same] if same < len(path) else "the end" for path in hops]
        yield _change(f"{where}: hop {same + 1}", *shown)
    elif before["hops"] != after["hops"]:
        yield f"{where}: the hops say something else"


def _end(flow: Document) -> str:
    return f"{flow['disposition']} ({flow['cause']})" if flow["cause"] else str(flow["disposition"])


def _flows(assessment: Document) -> Iterator[Document]:
    return (flow | {"step": step["step"]} for step in assessment["traffic_path"] for flow in step["flows"])


def _name(flow: Document) -> str:
    return f"step {flow['step']} of {flow['consumer']}, port {flow['port']} ({flow['purpose']})"


def _objection(objection: Document) -> str:
    consumers = f" of {', '.join(objection['consumers'])}" if objection["consumers"] else ""
    return f"{objection['id']}{consumers}"


def _finding(finding: Document) -> str:
    return f"{finding['cause']} of {finding['consumer']}" if finding["consumer"] else str(finding["cause"])


def _members(where: str, before: Document | None, after: Document | None) -> Iterator[str]:
    if before is None or after is None:
        yield from _value(where, before and before.get("mode", "some"), after and after.get("mode", "some"))
        return
    for name in dict.fromkeys((*before, *after)):
        yield from _value(f"{where}: {name}", before.get(name), after.get(name))


def _listed(what: str, before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    earlier, later = list(before), list(after)
    yield from (f"{what} {name} is gone" for name in earlier if name not in later)
    yield from (f"{what} {name} is new" for name in later if name not in earlier)


def _value(where: str, before: object, after: object) -> Iterator[str]:
    if before != after:
        yield _change(where, before, after)


def _change(where: str, before: object, after: object) -> str:
    return f"{where}: {_shown(before)} -> {_shown(after)}"


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value)) or "nothing"
    return "none" if value is None else str(value)
