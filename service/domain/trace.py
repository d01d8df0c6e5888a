"""The traffic path: hops in order, where it stopped, and why.

A flat list of hops, because a component does one or two things here (docs/adr/0001).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from service.domain.addresses import Addresses
from service.domain.errors import ImpossibleValueError


class Action(Enum):
    """What a component did, as a past participle."""

    ORIGINATED = "originated"
    RESOLVED = "resolved"
    ROUTED = "routed"
    TRANSLATED = "translated"
    PERMITTED = "permitted"
    DENIED = "denied"
    ACCEPTED = "accepted"

    __hash__ = object.__hash__  # members are singletons, and are looked up all the time


class Disposition(Enum):
    """How a path ends (docs/dispositions.md)."""

    ACCEPTED = "accepted"
    DENIED_OUT = "denied_out"
    DENIED_IN = "denied_in"
    NO_ROUTE = "no_route"
    NOT_RESOLVED = "not_resolved"
    INSUFFICIENT_INFO = "insufficient_info"

    __hash__ = object.__hash__

    @property
    def is_success(self) -> bool:
        """Whether the target takes the connection; IAM and RBAC stand behind it (F-1.22)."""
        return self in SUCCESSES


SUCCESSES = frozenset({Disposition.ACCEPTED})
FAILURES = frozenset(Disposition) - SUCCESSES


class Step(IntEnum):
    """The three legs of the article; nothing else is called a step."""

    KUBECTL_TO_API_SERVER = 1
    API_SERVER_TO_KUBELET = 2
    KUBELET_TO_API_SERVER = 3


class Answer(Enum):
    """What the endpoint's name gives."""

    PUBLIC_ADDRESSES = "public_addresses"
    ENI_ADDRESSES = "eni_addresses"
    NOTHING = "nothing"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """What was taken for granted, and the field that would settle it."""

    code: str
    field: str
    sentence: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One place on the way and what happened there."""

    component: str
    kind: str
    action: Action
    detail: str
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One flow's path in one mode, up to and including what stopped it."""

    consumer: str
    step: Step
    port: int
    purpose: str
    resolved_to: Answer | None
    hops: tuple[Hop, ...]
    leaves_vpc: bool | None
    leaves_aws_network: bool | None
    source: Addresses | None
    disposition: Disposition
    cause: str | None
    partial: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """A path stops at its first denial, and its disposition follows from its last hop (law 7)."""
        actions = [hop.action for hop in self.hops]
        if not actions or Action.DENIED in actions[:-1]:
            raise ImpossibleValueError("a trace ends at its first denial")
        arrived = actions[-1] is Action.ACCEPTED
        if arrived is (actions[-1] is Action.DENIED) or arrived is not self.disposition.is_success:
            raise ImpossibleValueError("a trace's last hop explains its disposition")
        if arrived is not (self.cause is None):
            raise ImpossibleValueError("a trace has a cause exactly when it does not arrive")

    @property
    def is_accepted(self) -> bool:
        """Whether the call arrives."""
        return self.disposition is Disposition.ACCEPTED

    @property
    def is_uncertain(self) -> bool:
        """Whether a missing fact stands in the way, rather than a refusal."""
        return self.disposition is Disposition.INSUFFICIENT_INFO
