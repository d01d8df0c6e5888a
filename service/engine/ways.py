"""From the gates of every walk to what is said of one way.

1. A walk is one combination of places; it ends at its first certain stop, else at its first missing fact,
   else it arrives (Reading 2).
2. A way is accepted only if all of its walks are; else the walk that stops earliest gives the cause, ties
   going to the component's name, and the causes of the others stand in `also` (Reading 3).
3. Of two address families the better one counts, because a client that gets both tries both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from service.domain.addresses import Addresses, union
from service.domain.trace import Action, Assumption, Disposition, Hop
from service.engine.filters import Verdict
from service.engine.gates import Gate, Stage
from service.engine.scene import Place


class Walk(NamedTuple):
    """One combination of places and the gates it meets; ``source`` None is not known."""

    label: str
    gates: tuple[Gate, ...]
    source: Addresses | None
    leaves_aws_network: bool | None = False


class Way(NamedTuple):
    """What became of all the walks to one target."""

    verdict: Verdict
    stage: Stage
    hops: tuple[Hop, ...]
    cause: str | None
    disposition: Disposition
    also: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    source: Addresses | None = None
    leaves_aws_network: bool | None = False
    assumptions: tuple[Assumption, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Whether every walk arrives."""
        return self.verdict is Verdict.YES


def concluded(walk: Walk) -> Way:
    """What becomes of one walk."""
    gates = walk.gates
    if max([gate.verdict for gate in gates]) is Verdict.YES:
        return Way(
            verdict=Verdict.YES,
            stage=gates[-1].stage,
            hops=tuple([gate.hop for gate in gates if gate.hop]),
            cause=None,
            disposition=Disposition.ACCEPTED,
            source=walk.source,
            leaves_aws_network=walk.leaves_aws_network,
            assumptions=_assumptions(gates),
        )
    stop = next((i for i, gate in enumerate(gates) if gate.verdict is Verdict.NO), None)
    unsure = [gate for gate in gates if gate.verdict is Verdict.UNKNOWN]
    last = gates.index(unsure[0]) if stop is None else stop
    gate = gates[last]
    shown = gates[: last + 1]
    missing = {name for other in unsure if other.hop for name in other.hop.missing} if stop is None else ()
    also = _later_causes(gates, last)
    return Way(
        verdict=gate.verdict,
        stage=gate.stage,
        hops=_stopped(shown),
        cause=gate.cause,
        disposition=gate.disposition,
        also=also,
        partial=(gate.works,) if gate.works and not also and not unsure else (),
        missing=tuple(sorted(missing)),
        source=walk.source,
        leaves_aws_network=walk.leaves_aws_network,
        assumptions=_assumptions(shown),
    )


def _assumptions(gates: Iterable[Gate]) -> tuple[Assumption, ...]:
    return tuple([assumption for gate in gates for assumption in gate.assumptions])


def _stopped(gates: Sequence[Gate]) -> tuple[Hop, ...]:
    hops = [gate.hop for gate in gates if gate.hop]
    last = hops[-1]
    if last.action is not Action.DENIED:
        hops[-1] = Hop(
            component=last.component,
            kind=last.kind,
            action=Action.DENIED,
            detail=last.detail,
            facts=last.facts,
            missing=last.missing,
            assumed=last.assumed,
        )
    return tuple(hops)


def _later_causes(gates: Sequence[Gate], last: int) -> tuple[str, ...]:
    """What would still stop the path once the first stop is mended: certain stops only, each fault once."""
    first = gates[last]
    seen = {(first.hop.component if first.hop else "", first.cause)}
    found: list[str] = []
    for gate in gates[last + 1 :]:
        fault = (gate.hop.component if gate.hop else "", gate.cause)
        if gate.verdict is Verdict.NO and fault not in seen:
            seen.add(fault)
            if gate.cause not in found:
                found.append(gate.cause)
    return tuple(found)


def better(one: Way, other: Way) -> Way:
    """The way that gets further into the cluster; the first of two alike."""
    return other if other.verdict < one.verdict else one


def merged(walks: Sequence[tuple[str, Way]]) -> Way:
    """All walks of one way, each with the name of the places it stands for, taken together."""
    if len(walks) == 1:
        return walks[0][1]
    worst = max([way.verdict for _, way in walks])
    failing = [(label, way) for label, way in walks if way.verdict is worst]
    if worst is Verdict.YES:
        return _all_accepted(walks)
    _, chosen = min(failing, key=lambda item: (item[1].stage, item[1].hops[-1].component, item[0]))
    works = sorted({name for name, way in walks if way.is_accepted})
    others = dict.fromkeys(cause for _, way in failing for cause in (way.cause, *way.also) if cause)
    also = dict.fromkeys((*chosen.also, *(cause for cause in others if cause != chosen.cause)))
    missing = {name for _, way in failing for name in way.missing}
    all_alike = all(way.partial == chosen.partial for _, way in failing)
    return chosen._replace(
        also=tuple(also),
        partial=(*(chosen.partial if all_alike else ()), *(f"works from {name}" for name in works)),
        missing=tuple(sorted(missing)),
        source=_union(way.source for _, way in walks),
        leaves_aws_network=_agreed(walks),
        assumptions=tuple(dict.fromkeys(a for _, way in walks for a in way.assumptions)),
    )


def _all_accepted(walks: Sequence[tuple[str, Way]]) -> Way:
    """The longest path stands for all; walks of the same shape lend it their components."""
    ways = [way for _, way in walks]
    longest = max([len(way.hops) for way in ways])
    first = next(way for way in ways if len(way.hops) == longest)
    shape = [hop.kind for hop in first.hops]
    alike = [way for way in ways if [hop.kind for hop in way.hops] == shape]
    hops = tuple([_joined([way.hops[i] for way in alike]) for i in range(longest)])
    assumptions = tuple(dict.fromkeys(a for way in ways for a in way.assumptions))
    source = _union(way.source for way in ways)
    return first._replace(hops=hops, source=source, assumptions=assumptions, leaves_aws_network=_agreed(walks))


def _joined(hops: Sequence[Hop]) -> Hop:
    first = hops[0]
    names = {hop.component for hop in hops}
    if len(names) == 1:
        return first
    details = sorted({hop.detail for hop in hops})
    missing = sorted({name for hop in hops for name in hop.missing})
    return replace(first, component=", ".join(sorted(names)), detail="; ".join(details), missing=tuple(missing))


def _union(sources: Iterable[Addresses | None]) -> Addresses | None:
    known = list(sources)
    return None if None in known else union([source for source in known if source is not None])


def _agreed(walks: Sequence[tuple[str, Way]]) -> bool | None:
    """Whether any walk leaves Amazon's network; None if that is open for one and no other does."""
    said = {way.leaves_aws_network for _, way in walks}
    return True if True in said else None if None in said else False


def classes(places: Iterable[Place], alike: Callable[[Place], object]) -> list[list[Place]]:
    """Subnets that no gate on the way tells apart (equal by ``alike``), so that one is walked for all of them."""
    found: dict[object, list[Place]] = {}
    for place in places:
        found.setdefault(alike(place), []).append(place)
    return list(found.values())


def named(places: Iterable[Place]) -> str:
    """The subnets by name."""
    return ", ".join(place.id for place in places)


def standing_for(way: Way, sources: Sequence[Place], targets: Sequence[Place]) -> Way:
    """A way walked between two subnets, told for all those that no gate tells apart: tables, ACLs, ranges."""
    if len(sources) == 1 == len(targets):
        return way
    table, tables = sources[0].table, sorted({place.table.id for place in sources if place.table})

    def told(hop: Hop) -> Hop:
        if len(tables) > 1 and table and hop.component == table.id:
            return replace(hop, component=", ".join(tables))
        if hop.kind == "network_acl":
            return replace(hop, detail=_on_all(hop.detail, sources, targets))
        return hop

    source = way.source
    for version in (4, 6):
        if source is not None and source == sources[0].addresses(version):
            source = _union(place.addresses(version) for place in sources)
    return way._replace(hops=tuple([told(hop) for hop in way.hops]), source=source)


def _on_all(detail: str, *sides: Sequence[Place]) -> str:
    """What is said of an ACL on one subnet, of all that have it alike."""
    for places in sides:
        if detail.endswith(f" on {places[0].id}"):
            return f"{detail.removesuffix(places[0].id)}{named(places)}"
    return detail
