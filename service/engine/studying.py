"""What is known of a question whatever stands on the list, shared by all decisions on it and on questions like it.

A question that differs from another in one fact is studied with what that fact cannot touch:

1. If the cluster is the same, whatever its present setting, everybody's flows are, but for the consumers that
   differ, those whose calls go through them, and those that stand where they stand (one of two in a place may be
   told to use the other's way).
2. If the cluster differs in nothing that a way within the VPC or over a link meets (the VPC's attributes, addresses
   of NAT gateways), the ways to the interfaces and the API server's calls are the same.
3. Pods share the groups of the nodes, so nothing is shared where those differ.

How many flows were traced for all of them is counted, so that a search can bound its work (`Tally`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from service.domain.cluster import Cluster, EndpointAccess, EndpointMode
from service.domain.consumer import Consumer
from service.domain.decision import AllowList
from service.domain.question import Question
from service.domain.trace import Assumption
from service.engine.callers import consumers_of, node_groups_of
from service.engine.from_api_server import CUSTOMER_ROUTED
from service.engine.scene import Scene
from service.engine.setting import set_scene
from service.engine.tracing import Journey, journeys, place_of

_INSIDE = (
    *("hosting", "ip_family", "created_at", "subnets", "cluster_subnets", "route_tables", "connections"),
    *("firewalls", "security_groups", "network_acls", "remote_networks"),
)
"""All of a cluster that a way to the interfaces, or a call from them, may meet; the VPC's ranges come on top."""
_OF_INSIDE = frozenset({"groups", "interfaces", "passed", "met", "private", "called"})
"""What a scene remembers of such ways (`Scene.memo`)."""


@dataclass(slots=True)
class Tally:
    """How many consumers were traced under some access, for all studies that come of one question."""

    traced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What a question says whatever stands on the list, and the journeys that were traced with each list."""

    question: Question
    scene: Scene
    consumers: tuple[Consumer, ...]
    assumptions: tuple[Assumption, ...]
    traced: dict[tuple[EndpointAccess, tuple[EndpointMode, ...]], tuple[Journey, ...]] = field(default_factory=dict)
    scenes: dict[EndpointAccess, Scene] = field(default_factory=dict)
    """The scene with each list under which it was looked at."""
    tally: Tally = field(default_factory=Tally)
    like: Study | None = None
    """Another study whose journeys are those of this one for all consumers but the ``touched``."""
    touched: frozenset[str] = frozenset()

    def journeys(self, access: EndpointAccess, modes: tuple[EndpointMode, ...]) -> tuple[Journey, ...]:
        """Everybody's flows in the modes, under an access; each is walked once."""
        key = (access, modes)
        found = self.traced.get(key)
        if found is None:
            told = self.like.traced.get(key, ()) if self.like else ()
            kept = {it.consumer.name: it for it in told if it.consumer.name not in self.touched}
            self.tally.traced += len(self.consumers) - len(kept)
            found = self.traced[key] = journeys(self.under(access), self.consumers, modes, kept)
        return found

    def under(self, access: EndpointAccess) -> Scene:
        """The scene with another list."""
        if access == self.scene.access:
            return self.scene
        found = self.scenes.get(access)
        if found is None:
            found = self.scenes[access] = replace(self.scene, access=access, of_list={})
        return found

    def access_of(self, listed: AllowList | None) -> EndpointAccess:
        """The access that a list makes; without one, the present access."""
        if listed is None:
            return self.scene.access
        return EndpointAccess(
            public_access_cidrs=listed.cidrs,
            admits_nobody=not listed.entries,
            awaited=frozenset(f"/consumers[{name}]" for name in listed.awaits),
        )

    def anew(self, question: Question) -> Study:
        """A question like this one, studied with what its difference cannot touch."""
        consumers, assumed = consumers_of(question.consumers)
        cluster, before = question.cluster, self.question.cluster
        scene = self.scene if cluster is before else set_scene(cluster)
        is_same = replace(cluster, endpoint_access=before.endpoint_access) == before
        touched = _touched(self.consumers, consumers)
        if node_groups_of(consumers, scene) != node_groups_of(self.consumers, self.scene):
            scene, is_same = replace(scene, memo={}, of_list={}), False
        elif is_same or _is_same_inside(before, cluster):
            kinds = None if is_same else _OF_INSIDE
            scene = replace(scene, memo=_remembered(self.scene, touched, kinds), of_list={})
        return Study(
            question=question,
            scene=scene,
            consumers=consumers,
            assumptions=assumed,
            tally=self.tally,
            like=self if is_same else None,
            touched=touched,
        )


def study(question: Question) -> Study:
    """Set the scene of a question and look up who calls."""
    consumers, assumed = consumers_of(question.consumers)
    return Study(question=question, scene=set_scene(question.cluster), consumers=consumers, assumptions=assumed)


def _touched(before: tuple[Consumer, ...], after: tuple[Consumer, ...]) -> frozenset[str]:
    """Whose flows a difference in consumers may touch."""
    known = {consumer.name: consumer for consumer in before}
    new = {consumer.name: consumer for consumer in after}
    differing = [each for each in before if new.get(each.name) != each]
    differing += [each for each in after if known.get(each.name) != each]
    names = {consumer.name for consumer in differing}
    while more := [each for each in after if each.name not in names and _hangs_on(each, differing)]:
        names |= {each.name for each in more}
        differing = more
    return frozenset(names)


def _hangs_on(consumer: Consumer, others: Sequence[Consumer]) -> bool:
    """Whether what is told of a consumer may differ if it differs for one of the others."""
    return any(consumer.tunnel_via == other.name or place_of(consumer) == place_of(other) for other in others)


def _is_same_inside(one: Cluster, other: Cluster) -> bool:
    """Whether nothing differs that a way within the VPC, over a link, or from the API server meets."""
    return (
        all(getattr(one, name) == getattr(other, name) for name in _INSIDE)
        and one.vpc.cidrs == other.vpc.cidrs
        and one.egress_mode == other.egress_mode != CUSTOMER_ROUTED
        and [nat.id for nat in one.nat_gateways] == [nat.id for nat in other.nat_gateways]
    )


def _remembered(scene: Scene, touched: frozenset[str], kinds: frozenset[str] | None) -> dict[Any, Any]:
    """What a scene remembers of the kinds (all, if None) and of nobody who is touched."""
    own = {f"/consumers[{name}]{part}" for name in touched for part in ("", "/proxy")}
    return {key: value for key, value in scene.memo.items() if (kinds is None or key[0] in kinds) and key[1] not in own}
