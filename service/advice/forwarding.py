"""What DNS has to have before a name gives private addresses beyond the VPC: an inbound endpoint of its resolver.

Only while both endpoints are on does the answer hang on who is asked: public DNS then gives the public addresses,
and the VPC's resolver the private ones (13.1). A network that forwards its queries needs an endpoint to send them to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.advice.change_values import texts_of
from service.advice.faults import change, repair
from service.advice.states import State
from service.domain.addresses import Addresses, addresses, of_networks
from service.domain.change import Change, ChangeKind, Repair
from service.domain.cluster import EndpointMode
from service.domain.consumer import Consumer, Resolver, Vantage
from service.domain.trace import Answer
from service.engine import Study
from service.engine.callers import Caller
from service.engine.scene import Scene


def inbound_endpoint(known: Study, callers: Iterable[Caller]) -> Change:
    """An inbound endpoint in two zones that the networks of some callers may ask (F-2.14)."""
    asking = Addresses()
    for caller in callers:
        asking |= _network_of(caller)
    return change(ChangeKind.INBOUND_RESOLVER, subnets=_two_subnets(known.scene), cidrs=asking.texts())


def _network_of(caller: Caller) -> Addresses:
    """Where its DNS servers may stand: in all of the network that its link joins."""
    link = caller.connection
    if link is not None and link.remote_cidrs:
        return of_networks(link.remote_cidrs)
    return caller.addresses or Addresses()


def _two_subnets(scene: Scene) -> tuple[str, ...]:
    """Two cluster subnets in different zones, as far as they are known."""
    found: dict[str, str] = {}
    for place in scene.cluster_places:
        if place.id in scene.places:
            found.setdefault(place.subnet.availability_zone or place.id, place.id)
    return tuple(sorted(found.values())[:2])


def forwarding(state: State) -> tuple[str, ...]:
    """Who gets in by the private addresses for the sole reason that its queries are forwarded into the VPC."""
    return tuple(consumer.name for consumer in _forwarding(state))


def _forwarding(state: State) -> Iterator[Consumer]:
    if state.setting.mode is not EndpointMode.PUBLIC_AND_PRIVATE:
        return
    traces = state.traces
    for consumer in state.paths.known.consumers:
        place = consumer.location
        forwards = place is not None and place.resolver is Resolver.FORWARDED and place.at is not Vantage.CLUSTER_VPC
        if forwards and traces[consumer.name].resolved_to is Answer.ENI_ADDRESSES:
            yield consumer


def lacking_endpoint(before: State | None, after: State) -> tuple[Repair, ...]:
    """An inbound endpoint for those who begin to hang on one, where the VPC is said to have none."""
    known = after.paths.known
    if known.question.cluster.vpc.has_inbound_resolver is not False:
        return ()
    so_far = forwarding(before) if before else ()
    new = {name for name in forwarding(after) if name not in so_far}
    if not new:
        return ()
    journeys = after.paths.journeys(after.setting)
    made = inbound_endpoint(known, (it.caller for it in journeys if it.consumer.name in new))
    sentence = f"make an inbound endpoint of Route 53 Resolver, to which the DNS queries of {', '.join(sorted(new))} go"
    return (repair("inbound-resolver", "", sentence, ("F-2.3", "F-2.14"), made),)


def with_one_resolver(repairs: Iterable[Repair]) -> tuple[Repair, ...]:
    """The repairs with one inbound endpoint for all who are to ask it."""
    told = tuple(repairs)
    made = [it for one in told for it in one.changes if it.kind is ChangeKind.INBOUND_RESOLVER]
    if len(made) < 2:
        return told
    asking = addresses(*(text for it in made for text in texts_of(it.value("cidrs"))))
    whole = change(ChangeKind.INBOUND_RESOLVER, subnets=made[0].value("subnets"), cidrs=asking.texts())
    return tuple(
        replace(one, changes=tuple(whole if it.kind is ChangeKind.INBOUND_RESOLVER else it for it in one.changes))
        for one in told
    )
