"""From consumers to flows: the name, the proxy or tunnel, the way, and what is told of each.

1. Every consumer's ways to the public and to the private addresses are walked once; a mode only decides
   which of them its name leads to (`resolve`).
2. A call through a proxy or a tunnel is the proxy's or the bastion's call (F-2.20, F-6.10).
3. Where both endpoints are on and the public answer fails a caller that the private one would have
   served, the name is the cause (Reading 13).
4. Step 2 is traced once for all modes (F-3.18).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from service.domain.cluster import EndpointMode
from service.domain.consumer import Consumer, ConsumerKind, Dynamic, Importance, Vantage
from service.domain.trace import Action, Answer, Assumption, Disposition, Hop, Step, Trace
from service.engine.callers import Asker, Caller, caller_of, node_groups_of, proxy_caller
from service.engine.filters import Verdict
from service.engine.from_api_server import way_from_api_server
from service.engine.gates import Gate, Stage, closed
from service.engine.private_way import private_way
from service.engine.proxies import names_endpoint, takes_proxy
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


@dataclass(frozen=True, slots=True)
class _Route:
    """How a consumer's call goes: itself or its proxy, with both ways walked at most once."""

    scene: Scene
    caller: Caller
    walked: dict[Answer, Way] = field(default_factory=dict)

    def way(self, answer: Answer) -> Way:
        if answer not in self.walked:
            walk = public_way if answer is Answer.PUBLIC_ADDRESSES else private_way
            self.walked[answer] = walk(self.scene, self.caller)
        return self.walked[answer]


def journeys(scene: Scene, consumers: tuple[Consumer, ...]) -> tuple[Journey, ...]:
    """Trace every consumer in every mode, in the order of their names."""
    node_groups = node_groups_of(consumers, scene)
    placed = {consumer.name: caller_of(consumer, scene, node_groups) for consumer in consumers}
    told: dict[str, dict[EndpointMode, tuple[Trace, tuple[Assumption, ...]]]] = {}
    for consumer in _bastions_first(consumers):
        caller = placed[consumer.name]
        if consumer.tunnel_via is None:
            told[consumer.name] = _told(scene, caller)
        else:
            via = placed[consumer.tunnel_via]
            told[consumer.name] = {m: _tunnelled(caller, via, t) for m, t in told[via.consumer.name].items()}
    to_api = {name: {mode: trace for mode, (trace, _) in modes.items()} for name, modes in told.items()}
    _name_the_bypass(consumers, to_api)
    found = []
    for consumer in consumers:
        caller = placed[consumer.name]
        calls, more = _called(scene, caller, node_groups)
        assumed = {a for _, some in told[consumer.name].values() for a in some}
        found.append(
            Journey(
                consumer=consumer,
                caller=caller,
                to_api_server=to_api[consumer.name],
                from_api_server=calls,
                assumptions=(*caller.assumptions, *assumed, *more),
            )
        )
    return tuple(found)


def _bastions_first(consumers: tuple[Consumer, ...]) -> list[Consumer]:
    by_name = {consumer.name: consumer for consumer in consumers}

    def depth(consumer: Consumer) -> int:
        return 0 if consumer.tunnel_via is None else 1 + depth(by_name[consumer.tunnel_via])

    return sorted(consumers, key=depth)


def _told(scene: Scene, caller: Caller) -> dict[EndpointMode, tuple[Trace, tuple[Assumption, ...]]]:
    direct = _Route(scene, caller)
    consumer = caller.consumer
    if not takes_proxy(scene, consumer) or consumer.proxy is None:
        return {mode: _told_in(scene, direct, caller, mode, ()) for mode in MODES}
    refused = consumer.proxy.allows is not None and not names_endpoint(scene, consumer.proxy.allows)
    proxied = _Route(scene, proxy_caller(consumer, consumer.proxy, scene))
    return {mode: _through_proxy(scene, direct, proxied, mode, refused) for mode in MODES}


def _through_proxy(
    scene: Scene, direct: _Route, proxied: _Route, mode: EndpointMode, is_refused: bool
) -> tuple[Trace, tuple[Assumption, ...]]:
    caller = direct.caller
    component = f"proxy of {caller.consumer.name}"
    hop = Hop(
        component=component,
        kind="proxy",
        action=Action.ROUTED,
        facts=("F-2.20",),
        detail="takes the call, because `bypass` does not name the endpoint, and resolves the name itself",
    )
    stop: Gate | None = None
    if is_refused:
        stop = closed(
            Stage.OWN,
            component,
            "proxy",
            "does not let the endpoint's name through",
            PROXY_CAUSE,
            Disposition.DENIED_OUT,
            "F-2.20",
        )
    trace, assumed = _told_in(scene, proxied, caller, mode, (hop,), stop)
    if trace.is_accepted or trace.cause == PROXY_CAUSE:
        return trace, assumed
    alone, _ = _told_in(scene, direct, caller, mode, ())
    if alone.is_accepted:
        trace = replace(trace, cause=PROXY_CAUSE, also=_without(PROXY_CAUSE, (trace.cause, *trace.also)))
    return trace, assumed


def _without(cause: str, codes: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code and code != cause))


def _told_in(
    scene: Scene,
    route: _Route,
    caller: Caller,
    mode: EndpointMode,
    before: tuple[Hop, ...],
    stop: Gate | None = None,
) -> tuple[Trace, tuple[Assumption, ...]]:
    """One flow in one mode; ``caller`` is whose flow it is, ``route`` who makes the call."""
    name = resolve(scene, route.caller, mode)
    way = route.way(name.would_be)
    origin = _origin(caller)
    assumed = (*name.gate.assumptions, *way.assumptions)
    blocked = stop if stop is not None else name.gate if name.gate.verdict is Verdict.NO else None
    if blocked is not None and blocked.hop is not None:
        hops: tuple[Hop, ...] = (origin, blocked.hop) if stop else (origin, *before, blocked.hop)
        later = (way.cause, *way.also) if way.verdict is Verdict.NO else ()
        way = replace(
            way,
            cause=blocked.cause,
            disposition=blocked.disposition,
            missing=(),
            partial=(),
            also=_without(blocked.cause, later),
        )
    else:
        hops = (origin, *before, *((name.gate.hop,) if name.gate.hop else ()), *way.hops)
        way = _named(scene, route, mode, name, way)
    return _trace(caller, route.caller, name, way, hops, stop is not None), assumed


def _trace(
    caller: Caller, through: Caller, name: Resolved, way: Way, hops: tuple[Hop, ...], is_stopped_early: bool
) -> Trace:
    answer = Answer.NOTHING if is_stopped_early else name.answer
    inside = caller.is_inside and answer is not Answer.NOTHING
    outward = name.would_be is Answer.PUBLIC_ADDRESSES or not through.is_inside
    leaves_aws = way.leaves_aws_network
    if caller.vantage is Vantage.INTERNET:
        leaves_aws = True
    return Trace(
        consumer=caller.consumer.name,
        step=Step.KUBELET_TO_API_SERVER if caller.consumer.kind.is_node_like else Step.KUBECTL_TO_API_SERVER,
        port=API_PORT,
        purpose="kubernetes_api",
        resolved_to=answer,
        hops=hops,
        leaves_vpc=outward if inside else None,
        leaves_aws_network=leaves_aws,
        source=way.source,
        disposition=way.disposition,
        cause=way.cause,
        partial=way.partial,
        also=way.also,
        missing=way.missing,
    )


def _origin(caller: Caller) -> Hop:
    if caller.is_inside:
        where = "in " + ", ".join(place.id for place in caller.places)
    elif caller.vantage is Vantage.CONNECTED_NETWORK:
        where = f"behind {caller.connection.id}" if caller.connection else "in a connected network"
    else:
        where = "on the internet" if caller.vantage is Vantage.INTERNET else "in a network without a private link"
    return Hop(component=caller.consumer.name, kind="consumer", action=Action.ORIGINATED, detail=where)


def _named(scene: Scene, route: _Route, mode: EndpointMode, name: Resolved, way: Way) -> Way:
    """Whether the public answer is what locks the caller out while both endpoints are on (Reading 13)."""
    code = _name_cause(scene, route.caller)
    if mode is not EndpointMode.PUBLIC_AND_PRIVATE or name.answer is not Answer.PUBLIC_ADDRESSES:
        return way
    if way.is_accepted or code is None or way.cause is None:
        return way
    if route.way(Answer.ENI_ADDRESSES).is_accepted:
        return replace(way, cause=code, also=_without(code, (way.cause, *way.also)))
    return replace(way, also=tuple(dict.fromkeys((*way.also, code))))


def _name_cause(scene: Scene, caller: Caller) -> str | None:
    if caller.vantage is Vantage.CONNECTED_NETWORK:
        is_hybrid = caller.consumer.kind is ConsumerKind.HYBRID_NODE
        return "hybrid-node-resolves-public-ip-in-dual-mode" if is_hybrid else "peered-vpc-resolves-public-ip"
    if not caller.is_inside:
        return None
    asks_vpc = caller.asker is Asker.VPC_RESOLVER
    return "vpc-dns-hostnames-disabled" if asks_vpc else "custom-dns-not-forwarding"


def _tunnelled(
    caller: Caller, via: Caller, told: tuple[Trace, tuple[Assumption, ...]]
) -> tuple[Trace, tuple[Assumption, ...]]:
    """The bastion's flow told as that of the consumer whose calls go through it (F-6.10)."""
    trace, assumed = told
    hop = Hop(
        component=via.consumer.name,
        kind="tunnel",
        action=Action.ROUTED,
        facts=("F-6.10", "F-6.11"),
        detail=f"carries the calls of {caller.consumer.name} and makes them its own",
    )
    kind = caller.consumer.kind
    told_as = replace(
        trace,
        consumer=caller.consumer.name,
        step=Step.KUBELET_TO_API_SERVER if kind.is_node_like else Step.KUBECTL_TO_API_SERVER,
        hops=(_origin(caller), hop, *trace.hops[1:]),
        leaves_vpc=trace.leaves_vpc if caller.is_inside else None,
        leaves_aws_network=True if caller.vantage is Vantage.INTERNET else trace.leaves_aws_network,
    )
    return told_as, assumed


def _name_the_bypass(consumers: tuple[Consumer, ...], told: dict[str, dict[EndpointMode, Trace]]) -> None:
    """Of two callers in one place, the one without the other's tunnel or proxy bypasses it."""
    code = "client-bypasses-tunnel"
    for consumer in consumers:
        if consumer.tunnel_via or consumer.proxy or not _is_known_place(consumer):
            continue
        twins = [other for other in consumers if (other.tunnel_via or other.proxy) and _same_place(consumer, other)]
        for mode, trace in told[consumer.name].items():
            if trace.cause is not None and any(told[twin.name][mode].is_accepted for twin in twins):
                also = _without(code, (trace.cause, *trace.also))
                told[consumer.name][mode] = replace(trace, cause=code, also=also)


def _is_known_place(consumer: Consumer) -> bool:
    location = consumer.location
    if location is None:
        return False
    return bool(location.subnet or location.cidrs or location.source_cidrs) and not isinstance(
        location.source_cidrs, Dynamic
    )


def _same_place(one: Consumer, other: Consumer) -> bool:
    return one.location == other.location and one.subnets == other.subnets


def _called(
    scene: Scene, caller: Caller, node_groups: frozenset[str] | None
) -> tuple[tuple[Trace, ...], tuple[Assumption, ...]]:
    """Step 2: what the API server calls on a consumer, by port."""
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
