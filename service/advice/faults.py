"""What stands against a mode, and the words in which repairs are said."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.change import Change, ChangeKind, Repair, Value
from service.domain.cluster import EndpointMode
from service.domain.question import ListOrigin
from service.domain.trace import Trace
from service.engine import Study
from service.engine.gateways import defaults, is_internet_gateway
from service.engine.scene import Place
from service.engine.tracing import Journey

EXAMPLE_ADDRESS = "52.95.110.1/32"
"""Stands for an address that only a person can choose."""
NEW_NAT = "new-nat-gateway"
NEW_LINK = "new-transit-gateway"
NEW_GROUP = "new-security-group"
"""Stand for the ids of what is to be made."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A cause that stands against a mode of a question."""

    known: Study
    mode: EndpointMode
    cause: str


@dataclass(frozen=True, kw_only=True)
class CallFault(Fault):
    """A cause by which somebody's call fails."""

    journey: Journey

    @property
    def trace(self) -> Trace:
        """The call that fails."""
        return self.journey.to_api_server[self.mode]

    @property
    def calls_to_it(self) -> tuple[Trace, ...]:
        """The API server's calls to it that fail for this cause."""
        return tuple(trace for trace in self.journey.from_api_server if trace.cause == self.cause)


def change(kind: ChangeKind, target: str | None = None, /, **values: Value) -> Change:
    """A change, its values by name."""
    return Change(kind=kind, target=target, values=tuple(values.items()))


def example(kind: ChangeKind, target: str | None, examples: tuple[str, ...], /, **values: Value) -> Change:
    """A change of which some values only stand for those that a person has to choose."""
    return change(kind, target, **values, is_example=True, examples=examples)


def repair(code: str, target: str, sentence: str, facts: tuple[str, ...], *changes: Change) -> Repair:
    """A repair of something; two with one code and target are the same."""
    return Repair(code=f"{code}:{target}" if target else code, sentence=sentence, changes=changes, facts=facts)


def keeps(fault: Fault) -> bool:
    """Whether the list is the given one, so that a repair has to write it."""
    return fault.known.question.requirements.public_access_cidrs is ListOrigin.KEEP


def listing(fault: Fault, listed: tuple[str, ...], *, is_example: bool = False) -> Change:
    """The list of the present setting; a mode is assessed with it whichever switches are on."""
    access = fault.known.scene.access
    values: dict[str, Value] = {
        "endpoint_public_access": access.public,
        "endpoint_private_access": access.private,
        "public_access_cidrs": listed,
    }
    if is_example:
        return example(ChangeKind.ENDPOINT_ACCESS, None, ("public_access_cidrs",), **values)
    return change(ChangeKind.ENDPOINT_ACCESS, **values)


def named_tables(known: Study) -> frozenset[str]:
    """The ids of the route tables that were given; a subnet that says `routing` has one without an id."""
    return frozenset(table.id for table in known.question.cluster.route_tables)


def is_public(known: Study, place: Place) -> bool:
    """Whether a subnet's default route leads to an internet gateway."""
    routes = defaults(known.scene, place.table, 4)
    return any(route is not None and is_internet_gateway(route.target) for route in routes)
