"""An answer as a page holds it: what is alike is told once, and of each list no more than somebody reads.

1. Flows, callers and findings that differ in nothing but whose they are stand together, with all of their names.
2. Of what is left there is a bounded number, what does not arrive first. What a list leaves out is counted where it
   ends, and a page about one caller shows all that is said of it (`of_caller`).
3. Inside a sentence a long list of names is cut, and says by how many.
4. All of this is done before an answer is said in another language, so that only what is shown has to be said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.web.page.telling import ACCEPTED, UNKNOWN, Caller, Document
from service.web.render.alike import alike, alike_findings, places_of, subnets_of, unnamed
from service.web.render.shortening import shortened

MOST_ROWS = 40
"""Of the table of who gets in."""
MOST_FLOWS = 20
"""Of one step in one mode."""
MOST_FINDINGS = 20
MOST_MENDS = 50
MOST_ALIKE = 50
"""Of the statements of one kind."""
MOST_STATEMENTS = 200
_SENTENCES = frozenset(("sentence", "summary", "detail", "component", "because", "why", "mend"))


def gathered(answer: Document, told: Sequence[Caller]) -> Document:
    """The answer with ``who`` gets in, its flows, findings and statements together and cut; ``told`` are `callers`."""
    subnets = subnets_of(answer)
    rows = _rows(told, subnets)
    assessed = [each | {"traffic_path": _steps(each["traffic_path"], subnets)} for each in answer["assessments"]]
    current = answer["current"]
    if current:
        findings = _findings(current["findings"], subnets)
        cut = {"findings": findings[:MOST_FINDINGS], "more_findings": len(findings[MOST_FINDINGS:])}
        current = {name: value for name, value in current.items() if name != "traffic_path"} | cut
    mends = [it for it in answer.get("mends") or () if it["repairs"] or it["together"] or it.get("stands")]
    shown = (
        answer
        | {
            "who": rows[:MOST_ROWS],
            "more_who": sum(len(row["members"]) for row in rows[MOST_ROWS:]),
            "assessments": assessed,
            "traffic_path": None,  # that of the recommended mode stands there already
            "current": current,
            "mends": [it | {"stands": it.get("stands", [])} for it in mends[:MOST_MENDS]],
            "more_mends": len(mends[MOST_MENDS:]),
            "assumptions": _by_kind(answer["assumptions"]),
            "warnings": _by_kind(answer["warnings"]),
            "count_of": {name: len(answer[name]) for name in ("assumptions", "warnings")},
        }
    )
    return _cut(shown)  # type: ignore[no-any-return]  # an object stays one


def of_caller(answer: Document, told: Sequence[Caller], name: str) -> Document:
    """What an answer says of one caller, all of it; of the rest only what the answer is about."""
    subnets = subnets_of(answer)
    assessed = [
        each | {"traffic_path": _steps(_only(each["traffic_path"], name), subnets)} for each in answer["assessments"]
    ]
    current = answer["current"]
    found = [it for it in current["findings"] if it["consumer"] == name] if current else []
    return {
        "cluster": answer["cluster"],
        "decision_id": answer["decision_id"],
        "who": _rows([caller for caller in told if caller.name == name], subnets),
        "more_who": 0,
        "assessments": [
            {part: each[part] for part in ("mode", "status", "traffic_path", "allow_list")} for each in assessed
        ],
        "recommendation": answer["recommendation"],
        "current": {"mode": current["mode"], "findings": _findings(found, subnets)} if current else None,
        "assumptions": _by_kind(it for it in answer["assumptions"] if _is_about(it, name)),
    }


def _only(steps: Iterable[Document], name: str) -> list[Document]:
    return [step | {"flows": [flow for flow in step["flows"] if flow["consumer"] == name]} for step in steps]


def _is_about(statement: Document, name: str) -> bool:
    told = [statement["field"], statement["sentence"]]
    return unnamed(told, name, None) != unnamed(told, None, None)


def _members(names: Sequence[str], subnets: Mapping[str, str]) -> list[Document]:
    """Callers that are told together, each with its subnets where those differ."""
    told = zip(names, places_of(names, subnets), strict=True)
    return [{"consumer": name, "subnets": None if place is None else shortened(place)} for name, place in told]


def _rows(told: Iterable[Caller], subnets: Mapping[str, str]) -> list[Document]:
    """For each kind of callers how they fare in each mode, by the mode, with what stops them."""
    found: dict[bytes, Document] = {}
    for caller in told:
        ends = {setting: _end(caller, setting) for setting in caller.settings()}
        row = found.setdefault(unnamed(ends, caller.name, subnets.get(caller.name)), {"ends": ends, "members": []})
        row["members"].append(caller.name)
    return [row | {"members": _members(row["members"], subnets)} for row in found.values()]


def _end(caller: Caller, setting: str) -> Document:
    flow = caller.stopped_by(setting)
    return {
        "disposition": caller.gets_in(setting),
        "detail": flow["hops"][-1]["detail"] if flow else None,
        "missing": flow["missing"] if flow else [],
    }


def _steps(steps: Iterable[Document], subnets: Mapping[str, str]) -> list[Document]:
    shown = []
    for step in steps:
        groups = alike(step["flows"], subnets)
        if len(groups) > MOST_FLOWS:
            groups.sort(key=_urgency)
        shown.append(
            step
            | {
                "flows": [flow | {"members": _members(flow["members"], subnets)} for flow in groups[:MOST_FLOWS]],
                "count": len(step["flows"]),
                "more": sum(len(flow["members"]) for flow in groups[MOST_FLOWS:]),
            }
        )
    return shown


def _urgency(flow: Document) -> int:
    """What is certain to be stopped first, then what is not known."""
    return {ACCEPTED: 2, UNKNOWN: 1}.get(flow["disposition"], 0)


def _findings(findings: Iterable[Document], subnets: Mapping[str, str]) -> list[Document]:
    return [it | {"members": _members(it["members"], subnets)} for it in alike_findings(findings, subnets)]


def _by_kind(statements: Iterable[Document]) -> list[Document]:
    """Statements of one kind together: the first of them, with ``others``; all kinds, and a bounded number of each."""
    found: dict[str, Document] = {}
    count = 0
    for statement in statements:
        kind = found.setdefault(statement["code"], statement | {"others": [], "more": 0})
        if kind["sentence"] is statement["sentence"]:
            continue
        count += 1
        if len(kind["others"]) < MOST_ALIKE and count <= MOST_STATEMENTS:
            kind["others"].append({name: statement[name] for name in ("sentence", "field", "facts")})
        else:
            kind["more"] += 1
    return list(found.values())


def _cut(node: Any) -> Any:
    """The document with the long lists of names in its sentences cut."""
    if type(node) is dict:
        return {
            name: shortened(value) if type(value) is str and name in _SENTENCES else _cut(value)
            for name, value in node.items()
        }
    return [_cut(item) for item in node] if type(node) is list else node
