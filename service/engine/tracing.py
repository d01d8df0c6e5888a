"""From consumers to flows: the name, the proxy or tunnel, the way, and what is told of each.

1. Every consumer's ways to the public and to the private addresses are walked once; a mode only decides
   which of them its name leads to (`resolve`).
2. A call through a proxy or a tunnel is the proxy's or the bastion's call (F-2.20, F-6.10).
3. Where both endpoints are on and the public answer fails a caller that the private one would have
   served, the name is the cause (Reading 13).
4. Step 2 is traced once for all modes (F-3.18).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.domain.cluster import EndpointMode
from service.domain.consumer import Consumer, ConsumerKind, Dynamic, Importance, Vantage
from service.domain.trace import Action, Answer, Assumption, Disposition, Hop, Step, Trace
from service.engine.callers import Asker, Caller, caller_of, node_groups_of, proxy_caller
from service.engine.filters import Verdict
from service.engine.from_api_server import way_from_api_server
from service.engine.private_way import private_way
from service.engine.proxies import names_endpoint, taken_of_patterns, takes_proxy
from service.engine.public_way import public_way
from service.engine.resolve import MODES, Resolved, resolve
from service.engine.scene import Scene
from service.engine.targets import KUBELET_PORT, Target
from service.engine.ways import Way

API_PORT = 443
PROXY_CAUSE = "proxy-intercepts-api-traffic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A consumer's flows: one to the API server for each mode, and those of the API server to it."""

    consumer: Consumer
    caller: Caller
    to_api_server: dict[EndpointMode, Trace]
    from_api_server: tuple[Trace, ...]
    assumptions: tuple[Assumption, ...]


_NOTHING: Mapping[str, Journey] = {}


@dataclass(slots=True)
class _Route:
    """Who makes a call, with the ways to both kinds of address walked at most once."""

    scene: Scene
    caller: Caller
    to_public: Way | None = None

    def way(self, answer: Answer) -> Way:
        if answer is Answer.PUBLIC_ADDRESSES:
            self.to_public = self.to_public or public_way(self.scene, self.caller)
            return self.to_public
        key = ("private", self.caller.reference)  # no list plays a part, as in all that a scene remembers
        found: Way | None = self.scene.memo.get(key)
        if found is None:
            found = self.scene.memo[key] = private_way(self.scene, self.caller)
        return found

    def name(self, mode: EndpointMode) -> Resolved:
        """What the endpoint's name gives to whoever makes the call."""
        key = ("name", self.caller.reference, mode)
        found: Resolved | None = self.scene.memo.get(key)
        if found is None:
            found = self.scene.memo[key] = resolve(self.scene, self.caller, mode)
        return found


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
    placed = {it.name: kept[it.name].caller if it.name in kept else _placed(scene, it, node_groups) for it in consumers}
    told = {name: Told(journey.to_api_server, ()) for name, journey in kept.items()}
    for consumer in _bastions_first(consumers):
        if consumer.name in kept:
            continue
        caller = placed[consumer.name]
        if consumer.tunnel_via is None:
            told[consumer.name] = _told(scene, caller, modes)
        else:
            told[consumer.name] = _tunnelled(caller, placed[consumer.tunnel_via], told[consumer.tunnel_via])
    _name_the_bypass(consumers, told, kept)
    return tuple(
        kept[it.name] if it.name in kept else _journey(scene, placed[it.name], told[it.name], node_groups)
        for it in consumers
    )


def _placed(scene: Scene, consumer: Consumer, node_groups: frozenset[str] | None) -> Caller:
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
        to_api_server=told.traces,
        from_api_server=calls,
        assumptions=(*caller.assumptions, *told.assumptions, *assumed),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A consumer's flow in each mode; modes in which it is the same share one trace."""

    traces: dict[EndpointMode, Trace]
    assumptions: tuple[Assumption, ...]


def _bastions_first(consumers: tuple[Consumer, ...]) -> list[Consumer]:
    by_name = {consumer.name: consumer for consumer in consumers}

    def depth(consumer: Consumer) -> int:
        return 0 if consumer.tunnel_via is None else 1 + depth(by_name[consumer.tunnel_via])

    return sorted(consumers, key=depth)


def _told(scene: Scene, caller: Caller, modes: tuple[EndpointMode, ...]) -> Told:
    consumer = caller.consumer
    direct = _Route(scene, caller)
    alone = _in_each_mode(scene, direct, caller, modes)
    if consumer.proxy is None:
        return alone
    assumed = taken_of_patterns(scene, consumer, consumer.proxy)
    if not takes_proxy(scene, consumer):
        return Told(alone.traces, (*alone.assumptions, *assumed))
    hop = Hop(
        component=f"proxy of {consumer.name}",
        kind="proxy",
        action=Action.ROUTED,
        facts=("F-2.20",),
        detail="takes the call, because `bypass` does not name the endpoint, and resolves the name itself",
    )
    if consumer.proxy.allows is not None and not names_endpoint(scene, consumer.proxy.allows):
        detail = "does not let the endpoint's name through"
        hop = replace(hop, action=Action.DENIED, detail=detail)
    proxy = proxy_caller(consumer, consumer.proxy, scene)
    proxied = _in_each_mode(scene, _Route(scene, proxy), caller, modes, hop)
    traces = {mode: _blaming_proxy(trace, alone.traces[mode]) for mode, trace in proxied.traces.items()}
    return Told(traces, (*assumed, *proxy.assumptions, *proxied.assumptions))


def _blaming_proxy(trace: Trace, alone: Trace) -> Trace:
    """A call that fails by the proxy and would arrive without it fails because of the proxy."""
    if trace.is_accepted or trace.cause == PROXY_CAUSE or not alone.is_accepted:
        return trace
    return replace(trace, cause=PROXY_CAUSE, also=_without(PROXY_CAUSE, (trace.cause, *trace.also)))


def _without(cause: str, codes: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code and code != cause))


def _in_each_mode(
    scene: Scene, route: _Route, caller: Caller, modes: tuple[EndpointMode, ...], proxy: Hop | None = None
) -> Told:
    """The flow in each mode; ``caller`` is whose flow it is, ``route`` who makes the call."""
    traces: dict[EndpointMode, Trace] = {}
    assumed: list[Assumption] = []
    seen: dict[tuple[int, bool], Trace] = {}
    for mode in modes:
        name = route.name(mode)
        way = route.way(name.would_be)
        is_named = mode is EndpointMode.PUBLIC_AND_PRIVATE and name.answer is Answer.PUBLIC_ADDRESSES
        key = (id(name.gate.hop), is_named and not way.is_accepted)
        if key not in seen:
            assumed += (*name.gate.assumptions, *way.assumptions)
            seen[key] = _told_once(scene, caller, route, name, way, key[1], proxy)
        traces[mode] = seen[key]
    return Told(traces, tuple(assumed))


def _told_once(
    scene: Scene, caller: Caller, route: _Route, name: Resolved, way: Way, is_named: bool, proxy: Hop | None
) -> Trace:
    """One trace for all modes and lists in which the name gives the same and the way is the same."""
    action = proxy.action if proxy else None
    key = ("trace", caller.reference, id(name.gate.hop), id(way), is_named, action)
    found: Trace | None = scene.memo.get(key)  # names and ways are remembered too, so that their ids stay theirs
    if found is None:
        found = scene.memo[key] = _trace(caller, route, name, _named(route, way) if is_named else way, proxy)
    return found


def _trace(caller: Caller, route: _Route, name: Resolved, way: Way, proxy: Hop | None) -> Trace:
    before = (_origin(caller), proxy) if proxy else (_origin(caller),)
    answer, kind = name.answer, caller.consumer.kind
    told = (name.gate.hop,) if name.gate.hop else ()
    hops = (*before, *told, *way.hops)
    if proxy is not None and proxy.action is Action.DENIED:
        hops, answer = before, Answer.NOTHING
        way = _stopped_before(way, PROXY_CAUSE, Disposition.DENIED_OUT)
    elif name.gate.verdict is Verdict.NO:
        hops = (*before, *told)
        way = _stopped_before(way, name.gate.cause, name.gate.disposition)
    outward = name.would_be is Answer.PUBLIC_ADDRESSES or not route.caller.is_inside
    return Trace(
        consumer=caller.consumer.name,
        step=Step.KUBELET_TO_API_SERVER if kind.is_node_like else Step.KUBECTL_TO_API_SERVER,
        port=API_PORT,
        purpose="kubernetes_api",
        resolved_to=answer,
        hops=hops,
        leaves_vpc=outward if caller.is_inside and answer is not Answer.NOTHING else None,
        leaves_aws_network=caller.vantage is Vantage.INTERNET or way.leaves_aws_network,
        source=way.source,
        disposition=way.disposition,
        cause=way.cause,
        partial=way.partial,
        also=way.also,
        missing=way.missing,
    )


def _stopped_before(way: Way, cause: str, disposition: Disposition) -> Way:
    """A way that is never entered: what would stop it certainly comes after what stops the call now."""
    later = (way.cause, *way.also) if way.verdict is Verdict.NO else ()
    return way._replace(cause=cause, disposition=disposition, missing=(), partial=(), also=_without(cause, later))


def _origin(caller: Caller) -> Hop:
    if caller.is_inside:
        where = f"in {', '.join(place.id for place in caller.places)}"
    elif caller.vantage is Vantage.CONNECTED_NETWORK:
        where = f"behind {caller.connection.id}" if caller.connection else "in a connected network"
    else:
        where = "on the internet" if caller.vantage is Vantage.INTERNET else "in a network without a private link"
    return Hop(component=caller.consumer.name, kind="consumer", action=Action.ORIGINATED, detail=where)


def _named(route: _Route, way: Way) -> Way:
    """Whether the public answer is what locks the caller out while both endpoints are on (Reading 13)."""
    code = _name_cause(route.caller)
    if code is None or way.cause is None:
        return way
    if route.way(Answer.ENI_ADDRESSES).is_accepted:
        return way._replace(cause=code, also=_without(code, (way.cause, *way.also)))
    return way._replace(also=tuple(dict.fromkeys((*way.also, code))))


def _name_cause(caller: Caller) -> str | None:
    if caller.vantage is Vantage.CONNECTED_NETWORK:
        is_hybrid = caller.consumer.kind is ConsumerKind.HYBRID_NODE
        return "hybrid-node-resolves-public-ip-in-dual-mode" if is_hybrid else "peered-vpc-resolves-public-ip"
    if not caller.is_inside:
        return None
    asks_vpc = caller.asker is Asker.VPC_RESOLVER
    return "vpc-dns-hostnames-disabled" if asks_vpc else "custom-dns-not-forwarding"


def _tunnelled(caller: Caller, via: Caller, told: Told) -> Told:
    """The bastion's flows told as those of the consumer whose calls go through it (F-6.10)."""
    hop = Hop(
        component=via.consumer.name,
        kind="tunnel",
        action=Action.ROUTED,
        facts=("F-6.10", "F-6.11"),
        detail=f"carries the calls of {caller.consumer.name} and makes them its own",
    )
    return Told({mode: _through_tunnel(caller, hop, trace) for mode, trace in told.traces.items()}, told.assumptions)


def _through_tunnel(caller: Caller, hop: Hop, trace: Trace) -> Trace:
    return replace(
        trace,
        consumer=caller.consumer.name,
        step=Step.KUBELET_TO_API_SERVER if caller.consumer.kind.is_node_like else Step.KUBECTL_TO_API_SERVER,
        hops=(_origin(caller), hop, *trace.hops[1:]),
        leaves_vpc=trace.leaves_vpc if caller.is_inside else None,
        leaves_aws_network=caller.vantage is Vantage.INTERNET or trace.leaves_aws_network,
    )


def _name_the_bypass(consumers: tuple[Consumer, ...], told: dict[str, Told], kept: Mapping[str, Journey]) -> None:
    """Of two callers in one place, the one without the other's tunnel or proxy bypasses it."""
    code = "client-bypasses-tunnel"
    for consumer in consumers:
        if consumer.name in kept or consumer.tunnel_via or consumer.proxy or not _is_known_place(consumer):
            continue
        twins = [other for other in consumers if (other.tunnel_via or other.proxy) and stand_together(consumer, other)]
        traces = told[consumer.name].traces
        for mode, trace in traces.items():
            if trace.cause is not None and any(told[twin.name].traces[mode].is_accepted for twin in twins):
                also = _without(code, (trace.cause, *trace.also))
                traces[mode] = replace(trace, cause=code, also=also)


def _is_known_place(consumer: Consumer) -> bool:
    location = consumer.location
    if location is None:
        return False
    return bool(location.subnet or location.cidrs or location.source_cidrs) and not isinstance(
        location.source_cidrs, Dynamic
    )


def stand_together(one: Consumer, other: Consumer) -> bool:
    """Whether two consumers stand in the same place."""
    return one.location == other.location and one.subnets == other.subnets


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
    ports = {(served.port, served.purpose) for served in consumer.serves}
    if consumer.kind.runs_a_kubelet:
        ports.add((KUBELET_PORT, "kubelet"))
    shares = bool(caller.groups and node_groups and caller.groups & node_groups)
    traces, assumed = [], list[Assumption]()
    for port, purpose in sorted(ports):
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


def is_wanted(consumer: Consumer) -> bool:
    """Whether the consumer should get in at all."""
    return consumer.importance is not Importance.UNWANTED
