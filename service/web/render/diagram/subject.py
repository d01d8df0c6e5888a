"""What is drawn of a decision in one mode: the places, who stands there, and the paths between them.

1. Callers of one kind in one place whose paths are alike are one group, with one line for each path.
2. A group in more than three subnets is drawn once, in a row for them all; subnets in which nobody stands and no NAT
   gateway is are told together where they are many.
3. Without the question, places are those that the paths name, and the picture says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.question import Question
from service.engine.callers import consumers_of
from service.engine.setting import set_scene
from service.web.render.diagram.paths import Ending, Path, Vantage, in_common, paths, standings
from service.web.render.diagram.places import Group, Link, Row, endpoints_of, exits_of, links_of, rows_of_vpc

Node = dict[str, Any]

CURRENT = "current"
UNKNOWN_KIND = "consumer"
"""What a caller is whose kind only the question tells."""
MOST_GROUPS = 60
_FALLBACK = ("public_and_private", "private", "public")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What of a decision is to be drawn: ``mode`` None is the recommended one, the others None are all."""

    mode: str | None = None
    consumer: str | None = None
    step: int | None = None
    compare: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One mode of a decision as it is drawn.

    ``ranges`` None are not known, or there is no public endpoint; ``awaits`` are consumers whose addresses are to
    stand on the list once they are known.
    """

    cluster: str
    mode: str
    status: str
    is_recommended: bool
    is_current: bool
    has_public: bool
    ranges: tuple[str, ...] | None
    awaits: tuple[str, ...]
    vpc: str
    internet: tuple[Group, ...]
    others: tuple[Group, ...]
    spanning: tuple[Row, ...]
    zones: tuple[tuple[str | None, tuple[Row, ...]], ...]
    links: tuple[Link, ...]
    exits: tuple[tuple[str, str], ...]
    endpoints: tuple[str, ...]
    is_whole: bool
    left_out: int

    @property
    def groups(self) -> tuple[Group, ...]:
        """Everybody who is drawn, each once."""
        rows = [row for _, rows in self.zones for row in rows]
        inside = [group for row in (*self.spanning, *rows) for group in row.groups]
        behind = [group for link in self.links for group in link.groups]
        return tuple(dict.fromkeys((*self.internet, *self.others, *behind, *inside)))


def modes_of(answer: Node) -> tuple[str, ...]:
    """The modes that can be drawn of an answer."""
    return (*(it["mode"] for it in answer["assessments"]), *((CURRENT,) if answer["current"] else ()))


def usual_mode(answer: Node) -> str:
    """The recommended mode; without one the present setting, and without that public and private."""
    if answer["recommendation"]:
        return str(answer["recommendation"]["mode"])
    return CURRENT if answer["current"] else _FALLBACK[0]


def consumers_in(answer: Node) -> tuple[str, ...]:
    """The names of the consumers whose paths an answer tells."""
    steps = answer["assessments"][0]["traffic_path"]
    return tuple(dict.fromkeys(flow["consumer"] for step in steps for flow in step["flows"]))


def subject_of(answer: Node, question: Question | None, mode: str, wanted: Excerpt) -> Subject:
    """One mode of an answer, with the network of its question if that is known."""
    assessment = answer["current"] if mode == CURRENT else _assessed(answer, mode)
    scene = set_scene(question.cluster) if question else None
    subnets = [*scene.places] if scene else []
    where = standings(assessment["traffic_path"], subnets)
    told = paths(assessment["traffic_path"], where, frozenset(scene.nats) if scene else frozenset())
    drawn = [path for path in told if wanted.consumer in (None, path.consumer) and wanted.step in (None, path.step)]
    kinds = {it.name: it.kind.value for it in consumers_of(question.consumers)[0]} if question else {}
    groups = _grouped(drawn, kinds)
    kept = _most_telling(groups)
    chosen, current = answer["recommendation"], answer["current"]
    inside = [group for group in kept if group.standing.vantage is Vantage.SUBNETS]
    spanning, zones = rows_of_vpc(scene, inside, drawn)
    return Subject(
        cluster=answer["cluster"]["name"],
        mode=assessment["mode"],
        status=assessment["status"],
        is_recommended=bool(chosen and mode != CURRENT and chosen["mode"] == mode),
        is_current=bool(mode == CURRENT or (current and current["mode"] == mode and _same_list(assessment, current))),
        has_public=assessment["mode"] != "private",
        ranges=_ranges(assessment, question),
        awaits=tuple((assessment["allow_list"] or {"awaits": ()})["awaits"]),
        vpc=", ".join(str(cidr) for cidr in (scene.cluster.vpc.cidrs or ())) if scene else "",
        internet=tuple(group for group in kept if group.standing.vantage is Vantage.INTERNET),
        others=tuple(group for group in kept if group.standing.vantage is Vantage.OTHER),
        spanning=spanning,
        zones=zones,
        links=links_of(scene, kept, drawn),
        exits=exits_of(scene, drawn),
        endpoints=endpoints_of(scene),
        is_whole=scene is not None,
        left_out=sum(len(group.names) for group in groups) - sum(len(group.names) for group in kept),
    )


def _assessed(answer: Node, mode: str) -> Node:
    return next(it for it in answer["assessments"] if it["mode"] == mode)


def _same_list(assessment: Node, current: Node) -> bool:
    listed = assessment["allow_list"]
    if assessment["mode"] == "private" or listed is None:
        return True
    return bool([it["cidr"] for it in listed["entries"]] == current["public_access_cidrs"])


def _ranges(assessment: Node, question: Question | None) -> tuple[str, ...] | None:
    """The list that the mode is assessed with; None if it is not known or there is no public endpoint."""
    if assessment["mode"] == "private":
        return None
    listed = assessment["allow_list"]
    if listed is not None:
        return tuple(it["cidr"] for it in listed["entries"])
    given = assessment.get("public_access_cidrs")
    if given is None and "public_access_cidrs" not in assessment and question is not None:
        access = question.cluster.endpoint_access
        given = [str(it) for it in access.public_access_cidrs] if access and access.knows_list else None
    return None if given is None else tuple(given) or ("0.0.0.0/0",)


def _grouped(drawn: Iterable[Path], kinds: dict[str, str]) -> list[Group]:
    of_each: dict[str, list[Path]] = {}
    for path in drawn:
        of_each.setdefault(path.consumer, []).append(path)
    alike: dict[object, list[str]] = {}
    for name in sorted(of_each):
        own = of_each[name]
        key = (kinds.get(name, UNKNOWN_KIND), own[0].standing, tuple(path.likeness() for path in own))
        alike.setdefault(key, []).append(name)
    return [_group([of_each[name] for name in names], kinds) for names in alike.values()]


def _group(members: Sequence[Sequence[Path]], kinds: dict[str, str]) -> Group:
    """Callers whose paths are alike, told by those of the first in words that are true of each."""
    names = tuple(paths[0].consumer for paths in members)
    shared = tuple(in_common(same) for same in zip(*members, strict=True))
    return Group(names=names, kind=kinds.get(names[0], UNKNOWN_KIND), standing=members[0][0].standing, paths=shared)


def _most_telling(groups: Sequence[Group]) -> list[Group]:
    """All groups, or of too many first those with a path that does not arrive."""
    ranked = sorted(groups, key=lambda group: all(path.ending is Ending.ARRIVES for path in group.paths))
    kept = {id(group) for group in ranked[:MOST_GROUPS]}
    return [group for group in groups if id(group) in kept]
