"""Everybody's flows, from consumers to journeys.

1. Whom calls go through is traced before those whose calls they are (F-6.10).
2. Of two callers in one place, the one that fails without the other's tunnel or proxy bypasses it.
3. Step 2 is traced once for all modes (F-3.18).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import NamedTuple

from service.domain.cluster import EndpointMode
from service.domain.consumer import Consumer, Dynamic, Importance
from service.domain.trace import Assumption, Step, Trace
from service.engine.callers import Caller, caller_of, node_groups_of
from service.engine.flows import Told, told_of, tunnelled, without
from service.engine.from_api_server import way_from_api_server
from service.engine.resolve import MODES
from service.engine.scene import Scene
from service.engine.targets import KUBELET_PORT, Target


class Journey(NamedTuple):
    """A consumer's flows: one to the API server for each mode, and those of the API server to it.

    ``maker`` is who makes its calls: itself, its proxy, or the bastion that carries them.
    """

    consumer: Consumer
    caller: Caller
    maker: Caller
    to_api_server: dict[EndpointMode, Trace]
    from_api_server: tuple[Trace, ...]
    assumptions: tuple[Assumption, ...]


_NOTHING: Mapping[str, Journey] = {}


def journeys(
    scene: Scene,
    consumers: tuple[Consumer, ...],
    modes: tuple[EndpointMode, ...] = MODES,
    kept: Mapping[str, Journey] = _NOTHING,
) -> tuple[Journey, ...]:
    """Trace every consumer in every mode that is asked for, in the order of their names.

    ``kept`` holds the journeys that are known already, by consumer.
    """
    node_groups = node_groups_of(consumers, scene)
    placed = {name: journey.caller for name, journey in kept.items()}
    told = {name: Told(journey.to_api_server, (), journey.maker) for name, journey in kept.items()}
    for consumer in _bastions_first(consumers):
        name, via = consumer.name, consumer.tunnel_via
        if name in kept:
            continue
        caller = placed[name] = placed_in(scene, consumer, node_groups)
        told[name] = told_of(scene, caller, modes) if via is None else tunnelled(caller, placed[via], told[via])
    _name_the_bypass(consumers, told, kept)
    return tuple(
        [
            kept[it.name] if it.name in kept else _journey(scene, placed[it.name], told[it.name], node_groups)
            for it in consumers
        ]
    )


def placed_in(scene: Scene, consumer: Consumer, node_groups: frozenset[str] | None) -> Caller:
    """The consumer where it stands, found once."""
    key = ("caller", f"/consumers[{consumer.name}]")
    found: Caller | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = caller_of(consumer, scene, node_groups)
    return found


def _journey(scene: Scene, caller: Caller, told: Told, node_groups: frozenset[str] | None) -> Journey:
    calls, assumed = _called(scene, caller, node_groups)
    return Journey(
        consumer=caller.consumer,
        caller=caller,
        maker=told.maker,
        to_api_server=told.traces,
        from_api_server=calls,
        assumptions=(*caller.assumptions, *told.assumptions, *assumed),
    )


def _bastions_first(consumers: tuple[Consumer, ...]) -> list[Consumer]:
    by_name = {consumer.name: consumer for consumer in consumers}

    def depth(consumer: Consumer) -> int:
        return 0 if consumer.tunnel_via is None else 1 + depth(by_name[consumer.tunnel_via])

    return sorted(consumers, key=depth)


def _name_the_bypass(consumers: tuple[Consumer, ...], told: dict[str, Told], kept: Mapping[str, Journey]) -> None:
    """Of two callers in one place, the one without the other's tunnel or proxy bypasses it."""
    code = "client-bypasses-tunnel"
    twins = [each for each in consumers if each.tunnel_via or each.proxy]
    if not twins:
        return
    served: dict[Hashable, set[EndpointMode]] = {}
    for twin in twins:
        accepted = {mode for mode, trace in told[twin.name].traces.items() if trace.is_accepted}
        served.setdefault(place_of(twin), set()).update(accepted)
    for consumer in consumers:
        if consumer.name in kept or consumer.tunnel_via or consumer.proxy or not _is_known_place(consumer):
            continue
        traces = told[consumer.name].traces
        for mode in served.get(place_of(consumer), ()):
            trace = traces[mode]
            if trace.cause is not None:
                also = without(code, (trace.cause, *trace.also))
                traces[mode] = replace(trace, cause=code, also=also)


def _is_known_place(consumer: Consumer) -> bool:
    location = consumer.location
    if location is None:
        return False
    return bool(location.subnet or location.cidrs or location.source_cidrs) and not isinstance(
        location.source_cidrs, Dynamic
    )


def place_of(consumer: Consumer) -> Hashable:
    """Where a consumer stands; the same for two in one place."""
    return consumer.location, consumer.subnets


def _called(
    scene: Scene, caller: Caller, node_groups: frozenset[str] | None
) -> tuple[tuple[Trace, ...], tuple[Assumption, ...]]:
    """Step 2: what the API server calls on a consumer, by port; no list plays a part in it."""
    key = ("called", caller.reference)
    found: tuple[tuple[Trace, ...], tuple[Assumption, ...]] | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = _calls_to(scene, caller, node_groups)
    return found


def _calls_to(
    scene: Scene, caller: Caller, node_groups: frozenset[str] | None
) -> tuple[tuple[Trace, ...], tuple[Assumption, ...]]:
    consumer = caller.consumer
    is_told = bool(consumer.security_groups) or not caller.is_inside
    shares = bool(caller.groups and node_groups and caller.groups & node_groups) or not is_told
    traces, assumed = [], list[Assumption]()
    for port, purpose in called_on(consumer):
        way = way_from_api_server(scene, Target(caller, port, purpose, shares))
        assumed += way.assumptions
        traces.append(
            Trace(
                consumer=consumer.name,
                step=Step.API_SERVER_TO_KUBELET,
                port=port,
                purpose=purpose,
                resolved_to=None,
                hops=way.hops,
                leaves_vpc=not caller.is_inside,
                leaves_aws_network=way.leaves_aws_network,
                source=None,
                disposition=way.disposition,
                cause=way.cause,
                partial=way.partial,
                also=way.also,
                missing=way.missing,
            )
        )
    return tuple(traces), tuple(assumed)


def called_on(consumer: Consumer) -> list[tuple[int, str]]:
    """The ports on which the API server calls a consumer, each with what for."""
    ports = {(served.port, served.purpose) for served in consumer.serves}
    if consumer.kind.runs_a_kubelet:
        ports.add((KUBELET_PORT, "kubelet"))
    return sorted(ports)


def is_wanted(consumer: Consumer) -> bool:
    """Whether the consumer should get in at all."""
    return consumer.importance is not Importance.UNWANTED
