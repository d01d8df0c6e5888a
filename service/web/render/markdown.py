"""A decision as the report that a person pastes into a ticket.

Outcome and mode first, then why, the modes side by side, who gets in where, the paths with one line a flow
and the stopping place in bars, what is wrong at present and how to mend it, and what was taken for granted.
Flows and findings that differ in nothing but whose they are stand there once, with everybody's name.
Works on the JSON document, so that both forms say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.web.render.alike import alike_findings, subnets_of
from service.web.render.changes import the_change
from service.web.render.conditions import what_would_help, what_would_mend
from service.web.render.diagram.mermaid import charts_of
from service.web.render.escaping import code, plain, prose
from service.web.render.plans import the_safe_way
from service.web.render.policy import what_the_policy_said
from service.web.render.scanning import what_scanners_say
from service.web.render.sensitivity import how_sure
from service.web.render.traffic import call_name, facts_in, modes_shown, others_of, the_traffic_path
from service.web.render.unknowns import what_to_ask

Node = dict[str, Any]

_CRITERIA = ("exposure", "efficiency", "accessibility")
_MODES = {"public": "public", "public_and_private": "public and private", "private": "private"}
_LONGEST_LIST = 12


def as_markdown(answer: Node, charts: Mapping[str, str] | None = None) -> str:
    """The report on an answer, the JSON document of a decision; ``charts`` are its flowcharts in other words."""
    if charts is None:
        charts = charts_of(answer, modes_shown(answer))
    sections = (
        _verdict(answer),
        _why(answer),
        _side_by_side(answer),
        _who_gets_in(answer),
        the_traffic_path(answer, charts, _MODES),
        _present_setting(answer),
        the_safe_way(answer),
        what_would_help(answer, _MODES),
        what_would_mend(answer),
        the_change(answer),
        what_to_ask(answer, _MODES),
        how_sure(answer, _MODES),
        what_scanners_say(answer),
        what_the_policy_said(answer, _MODES),
        _statements("Taken for granted", answer["assumptions"]),
        _statements("Warnings", answer["warnings"]),
        _origin(answer),
    )
    return "\n\n".join(text for section in sections if (text := "\n".join(section).strip("\n"))) + "\n"


def _verdict(answer: Node) -> Iterator[str]:
    cluster, chosen = answer["cluster"], answer["recommendation"]
    yield f"# API server endpoint of {plain(cluster['name'])}"
    yield ""
    if chosen:
        yield f"**Recommended: {_MODES[chosen['mode']]}**{_with_list(chosen)}."
        yield plain(_sentence(chosen["summary"]))
    elif answer["outcome"] == "no_mode_fits":
        yield "**No mode fits**: each has an objection that is certain."
    else:
        yield "**Undetermined**: a fact that was not given decides; the objections name it."
    about = [f"region {cluster['region']}"] if cluster["region"] else []
    about += [f"{key}: {text}" for key, text in cluster["labels"].items()]
    if about:
        yield ""
        yield plain("; ".join(about))


def _with_list(setting: Node) -> str:
    ranges = setting["public_access_cidrs"]
    if ranges is None:
        return ""
    more = f" and {len(ranges) - _LONGEST_LIST} more" if len(ranges) > _LONGEST_LIST else ""
    return f", public access from {', '.join(ranges[:_LONGEST_LIST])}{more}"


def _why(answer: Node) -> Iterator[str]:
    """Every mode's objections; behind them, in which terms of the score the winner leads."""
    chosen = answer["recommendation"]
    yield "## Why"
    yield ""
    objections = 0
    for assessment in answer["assessments"]:
        for objection in assessment["objections"]:
            objections += 1
            doubt = "" if objection["certain"] else " (not certain)"
            yield (
                f"- {_MODES[assessment['mode']]} is {_status(assessment)}{doubt}:"
                f" {prose(objection['sentence'])} (`{objection['id']}`{facts_in(objection)})"
            )
    if chosen:
        yield from _leads(answer, chosen)
    elif not objections:
        yield "- no mode is recommended"


def _leads(answer: Node, chosen: Node) -> Iterator[str]:
    terms = {assessment["mode"]: _terms(assessment) for assessment in answer["assessments"]}
    best, second = terms[chosen["mode"]], terms.get(chosen["runner_up"], {})
    for name in chosen["because"]:
        if name in best:
            term = best[name]
            beside = f" against {second[name]['points']}" if name in second else ""
            yield (
                f"- {name.replace('_', ' ')}: {term['points']}{beside} of {term['of']} points,"
                f" {plain(term['because'])} (`{name}`)"
            )
    if chosen["runner_up"]:
        yield f"- {chosen['margin']:g} points before {_MODES[chosen['runner_up']]}"
    else:
        yield "- no other mode is eligible"


def _terms(assessment: Node) -> dict[str, Node]:
    return {term["name"]: term for name in _CRITERIA for term in assessment["scores"][name]["terms"]}


def _side_by_side(answer: Node) -> Iterator[str]:
    assessments = answer["assessments"]
    chosen = answer["recommendation"]
    yield "## The three modes"
    yield ""
    yield from _table_head("", (_MODES[assessment["mode"]] for assessment in assessments))
    statuses = (
        "**recommended**" if chosen and assessment["mode"] == chosen["mode"] else _status(assessment)
        for assessment in assessments
    )
    yield _row("status", statuses)
    for name in _CRITERIA:
        yield _row(f"{name} (of 100)", (str(assessment["scores"][name]["score"]) for assessment in assessments))
    yield _row("**weighted total**", (f"**{assessment['scores']['total']:g}**" for assessment in assessments))
    ids = (", ".join(sorted({it["id"] for it in assessment["objections"]})) for assessment in assessments)
    yield _row("objections", (text or "none" for text in ids))


def _status(assessment: Node) -> str:
    return str(assessment["status"]).replace("_", " ")


def _who_gets_in(answer: Node) -> Iterator[str]:
    yield "## Who gets in where"
    yield ""
    yield from _table_head("", (_MODES[assessment["mode"]] for assessment in answer["assessments"]))
    calls: dict[tuple[int, str, str, int], list[str]] = {}
    for assessment in answer["assessments"]:
        for step in assessment["traffic_path"]:
            for flow in step["flows"]:
                call = (step["step"], flow["consumer"], flow["purpose"], flow["port"])
                calls.setdefault(call, []).append(_end(flow))
    rows: dict[tuple[int, str, int, tuple[str, ...]], list[str]] = {}
    for (step_number, consumer, purpose, port), ends in calls.items():
        rows.setdefault((step_number, purpose, port, tuple(ends)), []).append(consumer)
    for (step_number, purpose, port, shared), names in rows.items():
        yield _row(plain(call_name(step_number, ", ".join(names), purpose, port)), shared)


def _end(flow: Node) -> str:
    if flow["disposition"] == "accepted":
        return "yes"
    if flow["disposition"] == "insufficient_info":
        return f"unknown: {flow['cause']}"
    return f"no: {flow['cause']}"


def _present_setting(answer: Node) -> Iterator[str]:
    current = answer["current"]
    if not current:
        return
    yield "## The present setting"
    yield ""
    yield f"{_MODES[current['mode']].capitalize()}{_with_list(current)}: {_status(current)}."
    yield ""
    subnets = subnets_of(answer)
    for finding in alike_findings(current["findings"], subnets):
        yield f"- **{finding['severity']}**: {prose(finding['sentence'])} (`{finding['cause']}`{facts_in(finding)})"
        if len(finding["members"]) > 1:
            yield f"  - in the same way: {plain(others_of(finding['members'], subnets))}"
        yield f"  - what to do: {prose(finding['mend'])}"
        if finding["missing"]:
            yield f"  - what would settle it: {', '.join(map(code, finding['missing']))}"
    if not current["findings"]:
        yield "Nothing was found wrong with it."


def _statements(title: str, statements: Iterable[Node]) -> Iterator[str]:
    lines = [f"- {prose(it['sentence'])} (`{it['code']}`; settle: {code(it['field'])})" for it in statements]
    if lines:
        yield f"## {title}"
        yield ""
        yield from lines


def _origin(answer: Node) -> Iterator[str]:
    engine, policy = answer["engine"], answer["policy"]
    yield (
        f"Decision {answer['decision_id']} of {answer['created_at']}, engine {engine['version']},"
        f" facts of {engine['facts_edition']}, policy {plain(policy['name'])}"
        f" (`{policy['revision']}`); the same answer has the digest `{answer['decision_digest']}`."
    )


def _table_head(corner: str, columns: Iterable[str]) -> Iterator[str]:
    names = list(columns)
    yield _row(corner, names)
    yield _row("---", ["---"] * len(names))


def _row(head: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([head, *cells])} |"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
