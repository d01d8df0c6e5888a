"""The safe way from the present setting to the recommended one.

1. States are the modes with the present list, the recommended one, or both lists together; one call moves
   from one to the next, and changes one switch or the list, never both, so that each can be verified.
2. The engine is run on every state. A required consumer that gets in at the start and at the end must get
   in on all of them; and where its name's answer changes, the old answer must still lead in until it has
   aged (F-2.15), because resolvers keep it. Of all ways the one that cuts off fewest is taken, then the one
   that opens the endpoint least, then the shortest (F-9.11, F-9.12).
3. Nothing is sent that changes nothing, for EKS refuses it (F-9.5); each update is waited for (F-9.1, F-9.6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count, pairwise

from service.domain.addresses import Addresses, Network, merged, of_networks
from service.domain.change import Change, ChangeKind, ChangePlan, Cut, PlanStep, Setting
from service.domain.cluster import EndpointAccess, EndpointMode
from service.domain.consumer import ConsumerKind, Importance
from service.domain.decision import Decision
from service.domain.trace import Answer, Trace
from service.engine import Study
from service.engine.public_way import LONGEST_LIST

AGEING = 60
"""Seconds for which resolvers keep the name's old answer (F-2.15)."""
_BESIDE = {
    EndpointMode.PUBLIC: (EndpointMode.PUBLIC_AND_PRIVATE,),
    EndpointMode.PUBLIC_AND_PRIVATE: (EndpointMode.PUBLIC, EndpointMode.PRIVATE),
    EndpointMode.PRIVATE: (EndpointMode.PUBLIC_AND_PRIVATE,),
}
"""One switch at a time: what a single call may turn a mode into."""
_CALLERS = (ConsumerKind.OPERATOR, ConsumerKind.PIPELINE)


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """What becomes of everybody in a setting, by the engine."""

    known: Study

    def traces(self, setting: Setting) -> dict[str, Trace]:
        """Each consumer's call to the API server."""
        access = EndpointAccess(public_access_cidrs=setting.public_access_cidrs or ())
        journeys = self.known.journeys(access, (setting.mode,))
        return {journey.consumer.name: journey.to_api_server[setting.mode] for journey in journeys}

    def admitted(self, setting: Setting) -> Addresses:
        """Whom the public endpoint lets open a connection."""
        access = EndpointAccess(
            public_access_cidrs=setting.public_access_cidrs or (), admits_nobody=not setting.mode.has_public
        )
        return access.admitted(is_dual_stack=self.known.scene.is_dual_stack)


def change_plan(known: Study, decision: Decision) -> ChangePlan | None:
    """The plan to the recommended setting; None if nothing is recommended, or the present one is not known."""
    chosen, present = decision.recommendation, known.question.cluster.endpoint_access
    if chosen is None or (present is not None and not (present.knows_mode and present.knows_list)):
        return None
    target = Setting(mode=chosen.mode, public_access_cidrs=chosen.public_access_cidrs)
    now = decision.current
    start = Setting(mode=now.mode, public_access_cidrs=now.public_access_cidrs) if now else None
    if chosen.awaits:
        if start is None or start.public_access_cidrs is None:
            return ChangePlan(start=start, target=target, steps=(), locks_out=(), sentence=_waiting(chosen.awaits))
        target = replace(target, public_access_cidrs=start.public_access_cidrs)
    if start is None:
        return _creation(target)
    paths = _Paths(known)
    kept = _kept(paths, start, target)
    way = _safest(paths, start, target, kept)
    before, after = paths.traces(start), paths.traces(target)
    locked_out = tuple(
        consumer.name
        for consumer in known.consumers
        if consumer.kind in _CALLERS
        and consumer.importance is not Importance.UNWANTED
        and before[consumer.name].is_accepted
        and not after[consumer.name].is_accepted
    )
    steps = tuple(_step(paths, one, other, kept) for one, other in pairwise(way))
    return ChangePlan(
        start=start,
        target=target,
        steps=steps,
        locks_out=locked_out,
        sentence=_sentence(steps, locked_out, chosen.awaits),
    )


def _kept(paths: _Paths, start: Setting, target: Setting) -> tuple[str, ...]:
    """The required consumers that get in before and after."""
    before, after = paths.traces(start), paths.traces(target)
    return tuple(
        consumer.name
        for consumer in paths.known.consumers
        if consumer.importance is Importance.REQUIRED
        and before[consumer.name].is_accepted
        and after[consumer.name].is_accepted
    )


def _safest(paths: _Paths, start: Setting, target: Setting, kept: tuple[str, ...]) -> list[Setting]:
    """The way that cuts off fewest, opens least and is shortest, in this order (Dijkstra)."""
    if _is_same(start, target):
        return [start]
    lists = [setting.public_access_cidrs for setting in (start, target) if setting.public_access_cidrs is not None]
    both = merged(network for listed in lists for network in listed)
    if len(lists) == 2 and len(both) <= LONGEST_LIST:
        lists.append(both)
    queue: list[tuple[tuple[int, int, int], int, list[Setting]]] = [((0, 0, 0), 0, [start])]
    seen: set[Setting] = set()
    numbers = count(1)  # among equals, the one that was found first
    while True:  # every setting can be reached from every other, so the target is
        cost, _, way = heappop(queue)
        here = way[-1]
        if _is_same(here, target):
            return [*way[:-1], target]
        if here in seen:
            continue
        seen.add(here)
        for there in _next(here, lists):
            lost = len(_cuts(paths, here, there, kept))
            opened = (paths.admitted(there) - paths.admitted(start) - paths.admitted(target)).count()
            heappush(queue, ((cost[0] + lost, cost[1] + opened, cost[2] + 1), next(numbers), [*way, there]))


def _is_same(one: Setting, other: Setting) -> bool:
    """Whether EKS would see no change, or one in the writing alone (F-9.5)."""
    return one.mode is other.mode and of_networks(one.public_access_cidrs or ()) == of_networks(
        other.public_access_cidrs or ()
    )


def _next(here: Setting, lists: Iterable[tuple[Network, ...]]) -> Iterable[Setting]:
    for mode in _BESIDE[here.mode]:
        if not mode.has_public:
            yield Setting(mode=mode, public_access_cidrs=None)
        elif here.public_access_cidrs is not None:
            yield Setting(mode=mode, public_access_cidrs=here.public_access_cidrs)
        else:
            yield from (Setting(mode=mode, public_access_cidrs=listed) for listed in lists)
    if here.mode.has_public:
        yield from (
            Setting(mode=here.mode, public_access_cidrs=listed)
            for listed in lists
            if listed != here.public_access_cidrs
        )


def _cuts(paths: _Paths, here: Setting, there: Setting, kept: tuple[str, ...]) -> tuple[Cut, ...]:
    """Who of those that are to be kept is cut off by a step, in the new state or while the old answer ages."""
    old, new, admitted = paths.traces(here), paths.traces(there), paths.admitted(there)
    found = []
    for name in kept:
        before, after = old[name], new[name]
        if not after.is_accepted:
            sentence = f"{name} does not get in after this step, until a later one lets it in again"
            found.append(Cut(consumer=name, sentence=sentence, seconds=None, facts=after.hops[-1].facts))
        elif before.is_accepted and _goes_stale(before, after, admitted):
            sentence = (
                f"{name} may not get in for about {AGEING} seconds: resolvers keep the public addresses of the "
                "name, which no longer let it in"
            )
            found.append(Cut(consumer=name, sentence=sentence, seconds=AGEING, facts=("F-2.15",)))
    return tuple(found)


def _goes_stale(before: Trace, after: Trace, admitted: Addresses) -> bool:
    """Whether the answer that resolvers keep leads nowhere; the interfaces stay in every mode (F-3.2)."""
    if before.resolved_to is not Answer.PUBLIC_ADDRESSES or after.resolved_to is before.resolved_to:
        return False
    return before.source is None or not admitted.covers(before.source)


def access_change(setting: Setting) -> Change:
    """The endpoint access of a setting, as one call sets it."""
    listed = setting.public_access_cidrs
    values: list[tuple[str, bool | tuple[str, ...]]] = [
        ("endpoint_public_access", setting.mode.has_public),
        ("endpoint_private_access", setting.mode.has_private),
    ]
    if listed is not None:
        values.append(("public_access_cidrs", tuple(map(str, listed))))
    return Change(kind=ChangeKind.ENDPOINT_ACCESS, values=tuple(values))


def _step(paths: _Paths, here: Setting, there: Setting, kept: tuple[str, ...]) -> PlanStep:
    old, new = paths.traces(here), paths.traces(there)
    moved = tuple(name for name in sorted(old) if old[name].resolved_to is not new[name].resolved_to)
    reached = tuple(name for name in sorted(new) if new[name].is_accepted)
    turns_public_off = here.mode.has_public and not there.mode.has_public
    before = ["no other update of the cluster is in progress (F-9.6)"]
    if there.mode.has_private and not here.mode.has_private:
        before.append("both DNS attributes of the VPC are on, and its DHCP options name AmazonProvidedDNS (F-2.7)")
        before.append("the groups on the endpoint network interfaces admit TCP 443 from whoever stands inside (F-3.15)")
    if turns_public_off:
        before.append("whoever administers the cluster from inside is mapped to an access entry already (F-6.3)")
    waits = ["until the update is `Successful` and the cluster `ACTIVE`, usually some minutes (F-9.1, F-9.2)"]
    if moved:
        waits.append(f"{AGEING} seconds, until resolvers have forgotten the old answer (F-2.15)")
    verify = [f"{name}: the name gives {_answer(new[name])}" for name in moved]
    if reached:
        verify.append(f"`kubectl get --raw /readyz` works from: {', '.join(reached)}")
    if not _kinds(paths, reached).isdisjoint((ConsumerKind.NODE, ConsumerKind.FARGATE_POD)):
        verify.append("all nodes stay Ready (`kubectl get nodes`)")
    return PlanStep(
        sentence=_what(here, there),
        call="eks:UpdateClusterConfig",
        changes=(access_change(there),),
        setting=there,
        preconditions=tuple(before),
        waits=tuple(waits),
        verify=tuple(verify),
        way_back=f"the same call with the setting before it: {_what(there, here)}",
        way_back_changes=(access_change(here),),
        cuts=_cuts(paths, here, there, kept),
        facts=("F-9.1", "F-9.7", "F-9.11" if there.mode.has_private else "F-9.12"),
    )


def _kinds(paths: _Paths, names: tuple[str, ...]) -> set[ConsumerKind]:
    return {consumer.kind for consumer in paths.known.consumers if consumer.name in names}


def _answer(trace: Trace) -> str:
    return trace.resolved_to.value.replace("_", " ") if trace.resolved_to else "no answer"


def _what(here: Setting, there: Setting) -> str:
    listed = ", ".join(map(str, there.public_access_cidrs or ()))
    if here.mode is there.mode:
        return f"set the list of the public endpoint to {listed}"
    if here.mode.has_private is not there.mode.has_private:
        return (
            f"turn private access {'on' if there.mode.has_private else 'off'}, and leave the public endpoint as it is"
        )
    return f"turn public access on, from {listed}" if there.mode.has_public else "turn public access off"


def _waiting(awaits: tuple[str, ...]) -> str:
    return (
        f"the new list cannot be sent before the addresses of {', '.join(awaits)} are known, for without them it locks "
        "out whom it is for, and an empty one is open to all (F-1.11): say them and ask again"
    )


def _sentence(steps: tuple[PlanStep, ...], locked_out: tuple[str, ...], awaits: tuple[str, ...]) -> str:
    first = f"the list stays as it is: {_waiting(awaits)}; " if awaits else ""
    if locked_out:
        first += (
            f"whoever carries this out from where {', '.join(locked_out)} stands is locked out of the Kubernetes API "
            "by it; the EKS API that makes the changes stays within reach (F-6.4), so verify from elsewhere; "
        )
    if not steps and awaits:
        return _waiting(awaits)
    if not steps:
        same = "the present setting is the recommended one: send nothing, for EKS refuses a change of nothing (F-9.5)"
        return f"{first}{same}"
    cuts = sorted({cut.consumer for step in steps for cut in step.cuts})
    updates = f"{len(steps)} update{'s' if len(steps) > 1 else ''}, one after the other"
    last = f"; cut off for a while: {', '.join(cuts)}" if cuts else "; nobody who must get in is cut off on the way"
    return f"{first}{updates}{last}"


def _creation(target: Setting) -> ChangePlan:
    """A cluster that does not exist yet is created with the setting that it is to have."""
    change = access_change(target)
    step = PlanStep(
        sentence="create the cluster with this setting",
        call="eks:CreateCluster",
        changes=(Change(kind=ChangeKind.CREATE_CLUSTER, values=change.values),),
        setting=target,
        preconditions=(
            "both DNS attributes of the VPC are on, set in separate calls (F-2.8, F-2.9)",
            "the cluster subnets lie in at least two zones, with free addresses (F-3.4)",
            "an access entry is made for whoever administers the cluster (F-6.3)",
        ),
        waits=("until the cluster is `ACTIVE` (F-9.15)",),
        verify=(
            "nodes join within 15 minutes (F-4.5)",
            "`kubectl get --raw /readyz` works for everybody who must get in",
        ),
        way_back="change the endpoint access later, one update at a time; the VPC alone stays for ever (F-1.24)",
        way_back_changes=(),
        cuts=(),
        facts=("F-1.1", "F-1.24"),
    )
    return ChangePlan(
        start=None, target=target, steps=(step,), locks_out=(), sentence="a new cluster, made right at once"
    )
