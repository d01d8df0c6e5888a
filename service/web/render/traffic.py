"""The traffic path of a report: a chart, and a line for each flow with the stopping place in bars.

Flows that are alike are one line, with those whose it is as well below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.web.render.alike import alike, places_of, subnets_of
from service.web.render.escaping import fenced, plain
from service.web.render.shortening import shortened

Node = dict[str, Any]

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


def modes_shown(answer: Node) -> set[str]:
    """The modes whose paths are told: the recommended one and the present one; all if there is neither."""
    return {setting["mode"] for setting in (answer["recommendation"], answer["current"]) if setting} or {
        assessed["mode"] for assessed in answer["assessments"]
    }


def the_traffic_path(answer: Node, charts: Mapping[str, str], names: Mapping[str, str]) -> Iterator[str]:
    """The paths of the modes that are shown, the recommended one first; ``names`` are what modes are called."""
    chosen, current = answer["recommendation"], answer["current"]
    wanted, subnets = modes_shown(answer), subnets_of(answer)
    shown = [assessment for assessment in answer["assessments"] if assessment["mode"] in wanted]
    for assessment in sorted(shown, key=lambda it: chosen is None or it["mode"] != chosen["mode"]):
        mode = assessment["mode"]
        roles = ((chosen, "recommended"), (current, "at present"))
        role = ", ".join(role for setting, role in roles if setting and setting["mode"] == mode)
        name = names[mode]
        yield f"## The traffic path in {name} ({role})" if role else f"## The traffic path in {name}"
        yield ""
        yield from fenced(charts[mode].splitlines(), "mermaid")
        yield ""
        for step in assessment["traffic_path"]:
            if step["flows"]:
                yield from _step(step, subnets)


def _step(step: Node, subnets: Mapping[str, str]) -> Iterator[str]:
    flows = alike(step["flows"], subnets)
    yield f"### {_STEPS[step['name']]}"
    yield ""
    yield from fenced([_line(flow) for flow in flows])
    yield ""
    shared = [flow["members"] for flow in flows if len(flow["members"]) > 1]
    for members in shared:
        yield f"- as {plain(members[0])}: {plain(others_of(members, subnets))}"
    stopped = [flow for flow in flows if flow["disposition"] != "accepted"]
    for flow in stopped:
        last = flow["hops"][-1]
        also = f"; then also {', '.join(flow['also'])}" if flow["also"] else ""
        lacks = f"; missing: {', '.join(flow['missing'])}" if flow["missing"] else ""
        yield (
            f"- {plain(_flow_name(step, flow))}: {flow['disposition'].replace('_', ' ')},"
            f" {plain(_place(last))}: {plain(last['detail'])} (`{flow['cause']}`{facts_in(last)})"
            f"{plain(also + lacks)}"
        )
        for works in flow["partial"]:
            yield f"  - {plain(works)}"
    if stopped or shared:
        yield ""


def others_of(members: Sequence[str], subnets: Mapping[str, str]) -> str:
    """Those of whom the first one's flow tells as well, with their subnets where these are others."""
    places = zip(members, places_of(members, subnets), strict=True)
    return ", ".join(name if place is None else f"{name} ({shortened(place)})" for name, place in list(places)[1:])


def _line(flow: Node) -> str:
    """One flow on one line: ``nodes in subnet-a -> route table rtb-1 -> | public access CIDRs |``."""
    hops = flow["hops"]
    places = [_place(hop) for hop in hops]
    if hops[0]["kind"] == "consumer":
        places[0] = f"{hops[0]['component']} {shortened(hops[0]['detail'])}"
    if hops[-1]["action"] == "denied":
        places[-1] = f"| {_place(hops[-1])} |"
    return " -> ".join(" ".join(place.split()) for place in places)


def _place(hop: Node) -> str:
    kind = _KINDS.get(hop["kind"])
    component = shortened(str(hop["component"]))
    return component if kind is None or kind in component else f"{kind} {component}"


def call_name(step: int, consumer: str, purpose: str, port: int) -> str:
    """What a call is called: by its caller, and one of the API server by whom and what it calls."""
    return f"API server to {consumer}, {purpose.replace('_', ' ')} {port}" if step == 2 else consumer


def _flow_name(step: Node, flow: Node) -> str:
    return call_name(step["step"], flow["consumer"], flow["purpose"], flow["port"])


def facts_in(cited: Node) -> str:
    """The facts that a statement rests on, to stand behind its id."""
    return f"; {', '.join(cited['facts'])}" if cited["facts"] else ""
