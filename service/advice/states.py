"""What becomes of everybody in a state on the way: a network as it then is, with a setting of the endpoint access."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.addresses import Addresses
from service.domain.change import Cut, Setting
from service.domain.cluster import EndpointAccess
from service.domain.consumer import Importance, Vantage
from service.domain.trace import Answer, Trace
from service.engine import Study
from service.engine.tracing import Journey

AGEING = 60
"""Seconds for which resolvers keep the name's old answer (F-2.15)."""


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """What becomes of everybody in a setting, by the engine."""

    known: Study

    def journeys(self, setting: Setting) -> tuple[Journey, ...]:
        """Everybody's flows."""
        access = EndpointAccess(public_access_cidrs=setting.public_access_cidrs or ())
        return self.known.journeys(access, (setting.mode,))

    def traces(self, setting: Setting) -> dict[str, Trace]:
        """Each consumer's call to the API server."""
        return {it.consumer.name: it.to_api_server[setting.mode] for it in self.journeys(setting)}

    def admitted(self, setting: Setting) -> Addresses:
        """Whom the public endpoint lets open a connection."""
        access = EndpointAccess(
            public_access_cidrs=setting.public_access_cidrs or (), admits_nobody=not setting.mode.has_public
        )
        return access.admitted(is_dual_stack=self.known.scene.is_dual_stack)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The network, and the endpoint access that is set."""

    paths: Paths
    setting: Setting

    @property
    def traces(self) -> dict[str, Trace]:
        """Each consumer's call to the API server."""
        return self.paths.traces(self.setting)

    @property
    def admitted(self) -> Addresses:
        """Whom the public endpoint lets open a connection."""
        return self.paths.admitted(self.setting)


def kept(first: State, last: State) -> tuple[str, ...]:
    """The required consumers that get in before and after."""
    before, after = first.traces, last.traces
    return tuple(
        consumer.name
        for consumer in first.paths.known.consumers
        if consumer.importance is Importance.REQUIRED
        and before[consumer.name].is_accepted
        and after[consumer.name].is_accepted
    )


def cuts(here: State, there: State, keep: tuple[str, ...]) -> tuple[Cut, ...]:
    """Who of those that are to be kept is cut off by a step, in the new state or while the old answer ages."""
    old, new = here.traces, there.traces
    beyond = {
        it.name for it in here.paths.known.consumers if it.location and it.location.at is Vantage.CONNECTED_NETWORK
    }
    found = []
    for name in keep:
        before, after = old[name], new[name]
        if not after.is_accepted:
            sentence = f"{name} does not get in after this step, until a later one lets it in again"
            found.append(Cut(consumer=name, sentence=sentence, seconds=None, facts=after.hops[-1].facts))
        elif before.is_accepted and _goes_stale(before, after, here, there):
            sentence = (
                f"{name} may not get in for about {AGEING} seconds: resolvers keep the public addresses of the "
                "name, which no longer let it in"
            )
            facts: tuple[str, ...] = ("F-2.15",)
            if name in beyond:
                sentence += (
                    "; forward its DNS queries to an inbound endpoint in the VPC first if it cannot wait (F-2.14)"
                )
                facts = ("F-2.15", "F-2.14")
            found.append(Cut(consumer=name, sentence=sentence, seconds=AGEING, facts=facts))
    return tuple(found)


def _goes_stale(before: Trace, after: Trace, here: State, there: State) -> bool:
    """Whether the answer that resolvers keep leads nowhere; the interfaces stay in every mode (F-3.2)."""
    if before.resolved_to is not Answer.PUBLIC_ADDRESSES or after.resolved_to is before.resolved_to:
        return False
    came_from = here.admitted if before.source is None else before.source  # it got in, so it is one of those
    return not there.admitted.covers(came_from)
