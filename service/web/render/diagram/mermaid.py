"""The same paths as Mermaid text (a flowchart), for reports in Markdown.

1. A node is a group of callers, a gateway, a door, or the place where a path ends with its cause.
2. What a line shows by its kind: whole in the VPC or on a private link, dotted on Amazon's network, thick beyond it.
   A cross at its end says that it is stopped; its label is the number of its step.
3. A label holds nothing that Mermaid reads: every sign but letters, digits and a few others is written as its number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from service.web.render.diagram import words
from service.web.render.diagram.glyphs import clean
from service.web.render.diagram.lanes import lane_of, said_of_list
from service.web.render.diagram.layout import station_name
from service.web.render.diagram.panel import heading
from service.web.render.diagram.paths import Ending, Halt, Path, Reach, Vantage
from service.web.render.diagram.places import Group
from service.web.render.diagram.subject import UNKNOWN_KIND, Excerpt, Subject, subject_of
from service.web.render.diagram.words import Say, as_it_is

LONGEST = 90
MOST_EDGES = 400
"""Mermaid draws no chart with more than 500 lines; one more group adds far fewer than the rest."""
_PLAIN = frozenset(" .,:/()+-_=")
_COLOURS = {1: "#0072b2", 2: "#00795a", 3: "#b84a00"}
_LINES = {
    Reach.INSIDE: ("-->", "--x"),
    Reach.AMAZON: ("-.->", "-.-x"),
    Reach.INTERNET: ("==>", "==x"),
    Reach.UNKNOWN: ("-.->", "-.-x"),
}


@dataclass(slots=True)
class _Chart:
    """Nodes by their place, and edges in their order."""

    say: Say
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[object, str] = field(default_factory=dict)
    edges: dict[tuple[str, str, str, int], None] = field(default_factory=dict)

    def node(self, place: str, key: object, *lines: str) -> str:
        """The id of a node, which is made when it is first asked for."""
        found = self.ids.get(key)
        if found is None:
            found = self.ids[key] = f"n{len(self.ids)}"
            label = "<br/>".join(_escaped(line) for line in lines if line)
            self.places.setdefault(place, {})[found] = f'{found}["{label}"]'
        return found


def mermaid_of(subject: Subject, say: Say) -> str:
    """One mode of a decision as a flowchart."""
    chart = _Chart(say)
    left_out = subject.left_out
    for group in subject.groups:
        if len(chart.edges) > MOST_EDGES:
            left_out += len(group.names)
            continue
        for path in group.paths:
            _draw(chart, subject, group, path)
    if left_out:
        chart.node("", "left out", say(words.NOT_DRAWN.format(count=left_out)))
    return "\n".join(_written(chart, subject)) + "\n"


def _draw(chart: _Chart, subject: Subject, group: Group, path: Path) -> None:
    nodes = [*_stations(chart, subject, group, path)]
    whole, crossed = _LINES[path.reach]
    for start, end in pairwise(nodes):
        chart.edges[start, whole, end, path.step] = None
    if path.ending is not Ending.ARRIVES:
        lane = lane_of(path, group, chart.say)
        sign = "✕" if path.ending is Ending.STOPS else "?"
        stop = chart.node("", (sign, lane.above, lane.below), f"{sign} {lane.above}", lane.below)
        chart.edges[nodes[-1], crossed, stop, path.step] = None


def _stations(chart: _Chart, subject: Subject, group: Group, path: Path) -> Iterator[str]:
    """The nodes that a path passes, up to where it ends."""
    if path.step == 2:
        yield from _from_servers(chart, subject, group, path)
        return
    yield _caller(chart, group)
    if path.joins is not None:
        if path.halt is None:
            yield _bastion(chart, subject, path.joins)
    elif path.is_public:
        yield from _outwards(chart, subject, path)
    elif path.halt is not Halt.OWN:
        yield from _inwards(chart, subject, group, path)


def _from_servers(chart: _Chart, subject: Subject, group: Group, path: Path) -> Iterator[str]:
    yield chart.node("aws", "api", chart.say(words.API_SERVERS))
    if group.standing.vantage in (Vantage.SUBNETS, Vantage.LINK):
        yield _interfaces(chart)
    if group.standing.vantage is Vantage.LINK and path.halt is not Halt.OWN:
        yield _link(chart, subject, group)
    if path.halt is None:
        yield _caller(chart, group)


def _inwards(chart: _Chart, subject: Subject, group: Group, path: Path) -> Iterator[str]:
    if group.standing.vantage is Vantage.LINK:
        yield _link(chart, subject, group)
    if path.halt is not Halt.LINK:
        yield _interfaces(chart)
    if path.halt is None:
        yield chart.node("aws", "api", chart.say(words.API_SERVERS))


def _outwards(chart: _Chart, subject: Subject, path: Path) -> Iterator[str]:
    say = chart.say
    if path.halt is Halt.OWN:
        return
    if path.nats:
        yield chart.node("vpc", ("nat", path.nats), f"NAT {', '.join(path.nats)}")
    if path.exit is not None and path.halt is not Halt.NAT:
        yield chart.node("vpc", path.exit, station_name(path.exit, say))
    if path.halt in (Halt.LIST, None):
        yield chart.node("", "list", said_of_list(subject, say))
    if path.halt is None:
        yield chart.node("aws", "balancer", say(words.LOAD_BALANCER))
        yield chart.node("aws", "api", say(words.API_SERVERS))


def _caller(chart: _Chart, group: Group) -> str:
    vantage, say = group.standing.vantage, chart.say
    place = {Vantage.SUBNETS: "vpc", Vantage.INTERNET: "internet", Vantage.OTHER: "other"}.get(vantage, "networks")
    notes = [say(words.KINDS[group.kind])] if group.kind != UNKNOWN_KIND else []
    notes += [", ".join(group.standing.names)] if group.standing.names else []
    return chart.node(place, group, ", ".join(group.names), ", ".join(notes))


def _bastion(chart: _Chart, subject: Subject, name: str) -> str:
    found = next((group for group in subject.groups if name in group.names), None)
    return _caller(chart, found) if found else chart.node("vpc", ("joins", name), name)


def _interfaces(chart: _Chart) -> str:
    return chart.node("vpc", "interfaces", chart.say(words.INTERFACES))


def _link(chart: _Chart, subject: Subject, group: Group) -> str:
    name = next(iter(group.standing.names), None)
    link = next(it for it in subject.links if it.id == name)
    kind = chart.say(words.LINKS.get(link.kind, words.LINKS["connection"]))
    return chart.node("vpc", ("link", name), name or chart.say(words.UNNAMED_LINK), kind)


def _written(chart: _Chart, subject: Subject) -> Iterator[str]:
    say = chart.say
    titles = {
        "internet": say(words.INTERNET),
        "other": say(words.OTHER),
        "networks": say(words.NETWORKS),
        "vpc": say(words.VPC) + (f" {subject.vpc}" if subject.vpc else ""),
        "aws": say(words.AWS_VPC),
    }
    yield "flowchart LR"
    yield f"accTitle: {_escaped(clean(heading(subject, say)))}"
    for place, title in titles.items():
        nodes = chart.places.get(place)
        if nodes:
            yield f'subgraph {place}["{_escaped(title)}"]'
            yield from (f"  {node}" for node in nodes.values())
            yield "end"
    yield from chart.places.get("", {}).values()
    for start, line, end, step in chart.edges:
        yield f"{start} {line}|{step}| {end}"
    for step, colour in _COLOURS.items():
        numbers = [str(number) for number, edge in enumerate(chart.edges) if edge[3] == step]
        if numbers:
            yield f"linkStyle {','.join(numbers)} stroke:{colour}"


def _escaped(text: str) -> str:
    text = clean(text)
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
    return "".join(it if it.isalnum() or it in _PLAIN else f"#{ord(it)};" for it in shown)


def charts_of(answer: dict[str, Any], modes: Collection[str], say: Say = as_it_is) -> dict[str, str]:
    """A flowchart of each mode of an answer, drawn from what its paths say alone."""
    return {mode: mermaid_of(subject_of(answer, None, mode, Excerpt()), say) for mode in modes}
