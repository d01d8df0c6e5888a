"""One caller's flow to the API server in each mode: the name, the proxy or tunnel, the way, and what is told of it.

1. A caller's ways to the public and to the private addresses are walked once; a mode only decides which of
   them its name leads to (`resolve`), and a list is one gate of the public one (`public_way`).
2. A call through a proxy or a tunnel is the proxy's or the bastion's call (F-2.20, F-6.10).
3. Where both endpoints are on and the public answer fails a caller that the private one would have
   served, the name is the cause (Reading 13).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from service.domain.cluster import EndpointMode
from service.domain.consumer import ConsumerKind, Vantage
from service.domain.trace import Action, Answer, Assumption, Disposition, Hop, Step, Trace
from service.engine.callers import Asker, Caller, proxy_caller
from service.engine.filters import Verdict
from service.engine.private_way import private_way
from service.engine.proxies import names_endpoint, taken_of_patterns, takes_proxy
from service.engine.public_way import public_way
from service.engine.resolve import Resolved, resolve
from service.engine.scene import Scene
from service.engine.ways import Way

API_PORT = 443
PROXY_CAUSE = "proxy-intercepts-api-traffic"


@dataclass(frozen=True, slots=True)
class Told:
    """A consumer's flow in each mode; modes in which it is the same share one trace.

    ``maker`` is who makes the call: the consumer, its proxy, or the bastion.
    """

    traces: dict[EndpointMode, Trace]
    assumptions: tuple[Assumption, ...]
    maker: Caller


@dataclass(slots=True)
class _Route:
    """Who makes a call, with what no list has a part in: what the name gives to it, and its way to the interfaces."""

    caller: Caller
    names: dict[EndpointMode, Resolved] = field(default_factory=dict)
    to_private: Way | None = None

    def name(self, scene: Scene, mode: EndpointMode) -> Resolved:
        found = self.names.get(mode)
        if found is None:
            found = self.names[mode] = resolve(scene, self.caller, mode)
        return found

    def private(self, scene: Scene) -> Way:
        if self.to_private is None:
            key = ("private", self.caller.reference)
            if key not in scene.memo:
                scene.memo[key] = private_way(scene, self.caller)
            self.to_private = scene.memo[key]
        return self.to_private


def _route_of(scene: Scene, caller: Caller) -> _Route:
    key = ("route", caller.reference)
    found: _Route | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = _Route(caller)
    return found


def told_of(scene: Scene, caller: Caller, modes: tuple[EndpointMode, ...]) -> Told:
    """A caller's flow in each of the modes, through its proxy if its calls take that."""
    consumer = caller.consumer
    alone = _in_each_mode(scene, _route_of(scene, caller), caller, modes)
    if consumer.proxy is None:
        return alone
    assumed = taken_of_patterns(scene, consumer, consumer.proxy)
    if not takes_proxy(scene, consumer, consumer.proxy):
        return replace(alone, assumptions=(*alone.assumptions, *assumed))
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
    proxied = _in_each_mode(scene, _route_of(scene, proxy), caller, modes, hop)
    traces = {mode: _blaming_proxy(trace, alone.traces[mode]) for mode, trace in proxied.traces.items()}
    return Told(traces, (*assumed, *proxy.assumptions, *proxied.assumptions), proxy)


def _blaming_proxy(trace: Trace, alone: Trace) -> Trace:
    """A call that fails by the proxy and would arrive without it fails because of the proxy."""
    if trace.is_accepted or trace.cause == PROXY_CAUSE or not alone.is_accepted:
        return trace
    return replace(trace, cause=PROXY_CAUSE, also=without(PROXY_CAUSE, (trace.cause, *trace.also)))


def without(cause: str, codes: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code and code != cause))


def _in_each_mode(
    scene: Scene, route: _Route, caller: Caller, modes: tuple[EndpointMode, ...], proxy: Hop | None = None
) -> Told:
    """The flow in each mode; ``caller`` is whose flow it is, ``route`` who makes the call."""
    traces: dict[EndpointMode, Trace] = {}
    assumed: list[Assumption] = []
    for mode in modes:
        name = route.name(scene, mode)
        outward = name.would_be is Answer.PUBLIC_ADDRESSES
        way = public_way(scene, route.caller) if outward else route.private(scene)
        assumed += (*name.gate.assumptions, *way.assumptions)
        is_named = (
            mode is EndpointMode.PUBLIC_AND_PRIVATE and name.answer is Answer.PUBLIC_ADDRESSES and not way.is_accepted
        )
        # Names and ways are remembered as long as what is told of them, so that their ids stay theirs.
        key = ("trace", route.caller.reference, id(name.gate.hop), id(way), is_named, proxy and proxy.action)
        found: Trace | None = scene.memo.get(key)
        if found is None:
            told = _named(scene, route, way) if is_named else way
            found = scene.memo[key] = _trace(caller, route, name, told, proxy)
        traces[mode] = found
    return Told(traces, tuple(assumed), route.caller)


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
    return way._replace(cause=cause, disposition=disposition, missing=(), partial=(), also=without(cause, later))


def _origin(caller: Caller) -> Hop:
    if caller.is_inside:
        where = f"in {', '.join(place.id for place in caller.places)}"
    elif caller.vantage is Vantage.CONNECTED_NETWORK:
        where = f"behind {caller.connection.id}" if caller.connection else "in a connected network"
    else:
        where = "on the internet" if caller.vantage is Vantage.INTERNET else "in a network without a private link"
    return Hop(component=caller.consumer.name, kind="consumer", action=Action.ORIGINATED, detail=where)


def _named(scene: Scene, route: _Route, way: Way) -> Way:
    """Whether the public answer is what locks the caller out while both endpoints are on (Reading 13)."""
    code = _name_cause(route.caller)
    if code is None or way.cause is None:
        return way
    if route.private(scene).is_accepted:
        return way._replace(cause=code, also=without(code, (way.cause, *way.also)))
    return way._replace(also=tuple(dict.fromkeys((*way.also, code))))


def _name_cause(caller: Caller) -> str | None:
    if caller.vantage is Vantage.CONNECTED_NETWORK:
        is_hybrid = caller.consumer.kind is ConsumerKind.HYBRID_NODE
        return "hybrid-node-resolves-public-ip-in-dual-mode" if is_hybrid else "peered-vpc-resolves-public-ip"
    if not caller.is_inside:
        return None
    asks_vpc = caller.asker is Asker.VPC_RESOLVER
    return "vpc-dns-hostnames-disabled" if asks_vpc else "custom-dns-not-forwarding"


def tunnelled(caller: Caller, via: Caller, told: Told) -> Told:
    """The bastion's flows told as those of the consumer whose calls go through it (F-6.10)."""
    hop = Hop(
        component=via.consumer.name,
        kind="tunnel",
        action=Action.ROUTED,
        facts=("F-6.10", "F-6.11"),
        detail=f"carries the calls of {caller.consumer.name} and makes them its own",
    )
    return replace(told, traces={mode: _through_tunnel(caller, hop, trace) for mode, trace in told.traces.items()})


def _through_tunnel(caller: Caller, hop: Hop, trace: Trace) -> Trace:
    return replace(
        trace,
        consumer=caller.consumer.name,
        step=Step.KUBELET_TO_API_SERVER if caller.consumer.kind.is_node_like else Step.KUBECTL_TO_API_SERVER,
        hops=(_origin(caller), hop, *trace.hops[1:]),
        leaves_vpc=trace.leaves_vpc if caller.is_inside else None,
        leaves_aws_network=caller.vantage is Vantage.INTERNET or trace.leaves_aws_network,
    )
