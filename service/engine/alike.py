"""Consumers that are alike but for their names, walked once for all of them where there is much to walk.

1. All that the gates see of a consumer but its name follows from what else was said of it. So what becomes of its
   calls is found for a stand-in, whose name nobody has, and told of each of them with its own name put in.
2. Where there is little to walk, this would cost more than it saves (`MUCH`).
"""

from __future__ import annotations

from dataclasses import replace

from service.domain.consumer import Consumer
from service.domain.trace import Assumption, Hop
from service.engine.callers import Caller
from service.engine.scene import Scene
from service.engine.ways import Way

MUCH = 64
"""From so many pairs of a caller's subnet and one of the interfaces on."""
_BOUND = "\0"
"""Stands around the number of a stand-in; no name on the wire may hold it."""


def stand_in(scene: Scene, caller: Caller) -> Caller | None:
    """Who stands for all callers that are alike but for their names; None for one who is walked by himself."""
    if len(caller.places) * len(scene.cluster_places) < MUCH:
        return None
    name = caller.consumer.name
    if _BOUND in name or caller.reference != f"/consumers[{name}]":
        return None  # a stand-in himself, or a proxy, which is its consumer's own
    known: dict[Consumer, Caller] = scene.memo.setdefault(("stands", None), {})
    nameless = replace(caller.consumer, name="")
    found = known.get(nameless)
    if found is None:
        own = f"{_BOUND}{len(known)}{_BOUND}"
        found = known[nameless] = caller._replace(
            consumer=replace(caller.consumer, name=own),
            reference=f"/consumers[{own}]",
            location_reference=f"/consumers[{own}]/location",
            like=caller.reference,
        )
    return found


def told_of(caller: Caller, other: Caller, way: Way) -> Way:
    """The way of a stand-in as that of a caller for whom it stands."""
    own, name = other.consumer.name, caller.consumer.name

    def renamed(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple([text.replace(own, name) for text in texts])

    return way._replace(
        hops=tuple([_hop_of(hop, own, name) for hop in way.hops]),
        partial=renamed(way.partial),
        missing=renamed(way.missing),
        assumptions=tuple([_assumption_of(assumed, own, name) for assumed in way.assumptions]),
    )


def _hop_of(hop: Hop, own: str, name: str) -> Hop:
    if own not in hop.component and own not in hop.detail and not any(own in text for text in hop.missing):
        return hop
    missing = tuple([text.replace(own, name) for text in hop.missing])
    return replace(
        hop, component=hop.component.replace(own, name), detail=hop.detail.replace(own, name), missing=missing
    )


def _assumption_of(assumed: Assumption, own: str, name: str) -> Assumption:
    return replace(assumed, field=assumed.field.replace(own, name), sentence=assumed.sentence.replace(own, name))
