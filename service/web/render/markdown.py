"""A decision as the report that a person pastes into a ticket.

Outcome and mode first, then why, the modes side by side, who gets in where, the paths with one line a flow
and the stopping place in bars, what is wrong at present and how to mend it, and what was taken for granted.
Works on the JSON document, so that both forms say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.web.render.changes import the_change
from service.web.render.conditions import what_would_help, what_would_mend
from service.web.render.diagram.mermaid import charts_of
from service.web.render.escaping import code, fenced, plain, prose
from service.web.render.plans import the_safe_way
from service.web.render.policy import what_the_policy_said
from service.web.render.scanning import what_scanners_say
from service.web.render.sensitivity import how_sure
from service.web.render.unknowns import what_to_ask

Node = dict[str, Any]

_CRITERIA = ("exposure", "efficiency", "accessibility")
_MODES = {"public": "public", "public_and_private": "public and private", "private": "private"}
_STEPS = {
    "kubectl_to_api_server": "Step 1: clients to the API server",
    "api_server_to_kubelet": "Step 2: the API server to kubelets and pods",
    "kubelet_to_api_server": "Step 3: nodes and pods to the API server",
}
# Components that are named by an id say what they are before it; the others' names say it already.
_KINDS = {
    "security_group": "security group",
    "network_acl": "network ACL",
    "route_table": "route table",
    "nat_gateway": "NAT gateway",
    "connection": "connection",
    "firewall": "firewall",
}
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
        _paths(answer, charts),
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
                f" {prose(objection['sentence'])} (`{objection['id']}`{_facts(objection)})"
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
    rows: dict[tuple[str, str], list[str]] = {}
    for assessment in answer["assessments"]:
        for step in assessment["traffic_path"]:
            for flow in step["flows"]:
                rows.setdefault((step["name"], _flow_name(step, flow)), []).append(_end(flow))
    for (_, name), ends in rows.items():
        yield _row(plain(name), ends)


def _flow_name(step: Node, flow: Node) -> str:
    if step["step"] == 2:
        return f"API server to {flow['consumer']}, {flow['purpose'].replace('_', ' ')} {flow['port']}"
    return str(flow["consumer"])


def _end(flow: Node) -> str:
    if flow["disposition"] == "accepted":
        return "yes"
    if flow["disposition"] == "insufficient_info":
        return f"unknown: {flow['cause']}"
    return f"no: {flow['cause']}"


def modes_shown(answer: Node) -> set[str]:
    """The modes whose paths are told: the recommended one and the present one; all if there is neither."""
    return {setting["mode"] for setting in (answer["recommendation"], answer["current"]) if setting} or set(_MODES)


def _paths(answer: Node, charts: Mapping[str, str]) -> Iterator[str]:
    chosen, current = answer["recommendation"], answer["current"]
    wanted = modes_shown(answer)
    shown = [assessment for assessment in answer["assessments"] if assessment["mode"] in wanted]
    for assessment in sorted(shown, key=lambda it: chosen is None or it["mode"] != chosen["mode"]):
        mode = assessment["mode"]
        roles = ((chosen, "recommended"), (current, "at present"))
        role = ", ".join(role for setting, role in roles if setting and setting["mode"] == mode)
        name = _MODES[mode]
        yield f"## The traffic path in {name} ({role})" if role else f"## The traffic path in {name}"
        yield ""
        yield from fenced(charts[mode].splitlines(), "mermaid")
        yield ""
        for step in assessment["traffic_path"]:
            if step["flows"]:
                yield from _step(step)


def _step(step: Node) -> Iterator[str]:
    yield f"### {_STEPS[step['name']]}"
    yield ""
    yield from fenced([_line(flow) for flow in step["flows"]])
    yield ""
    stopped = [flow for flow in step["flows"] if flow["disposition"] != "accepted"]
    for flow in stopped:
        last = flow["hops"][-1]
        also = f"; then also {', '.join(flow['also'])}" if flow["also"] else ""
        lacks = f"; missing: {', '.join(flow['missing'])}" if flow["missing"] else ""
        yield (
            f"- {plain(_flow_name(step, flow))}: {flow['disposition'].replace('_', ' ')},"
            f" {plain(_place(last))}: {plain(last['detail'])} (`{flow['cause']}`{_facts(last)})"
            f"{plain(also + lacks)}"
        )
        for works in flow["partial"]:
            yield f"  - {plain(works)}"
    if stopped:
        yield ""


def _line(flow: Node) -> str:
    """One flow on one line: ``nodes in subnet-a -> route table rtb-1 -> | public access CIDRs |``."""
    hops = flow["hops"]
    places = [_place(hop) for hop in hops]
    if hops[0]["kind"] == "consumer":
        places[0] = f"{hops[0]['component']} {hops[0]['detail']}"
    if hops[-1]["action"] == "denied":
        places[-1] = f"| {_place(hops[-1])} |"
    return " -> ".join(" ".join(place.split()) for place in places)


def _place(hop: Node) -> str:
    kind = _KINDS.get(hop["kind"])
    component = str(hop["component"])
    return component if kind is None or kind in component else f"{kind} {component}"


def _present_setting(answer: Node) -> Iterator[str]:
    current = answer["current"]
    if not current:
        return
    yield "## The present setting"
    yield ""
    yield f"{_MODES[current['mode']].capitalize()}{_with_list(current)}: {_status(current)}."
    yield ""
    for finding in current["findings"]:
        yield f"- **{finding['severity']}**: {prose(finding['sentence'])} (`{finding['cause']}`{_facts(finding)})"
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


def _facts(cited: Node) -> str:
    return f"; {', '.join(cited['facts'])}" if cited["facts"] else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
