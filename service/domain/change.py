"""What is changed, in no tool's words: plans and conditions are made of these, and every tool can write them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from service.domain.addresses import Network
from service.domain.cluster import EndpointMode

Value = str | int | bool | tuple[str, ...] | None


class ChangeKind(Enum):
    """What kind of thing a change touches; ``target`` names which one."""

    CREATE_CLUSTER = "create_cluster"
    ENDPOINT_ACCESS = "endpoint_access"
    VPC_ATTRIBUTE = "vpc_attribute"
    DHCP_OPTIONS = "dhcp_options"
    INBOUND_RESOLVER = "inbound_resolver"
    SECURITY_GROUP = "security_group"
    SECURITY_GROUP_RULE = "security_group_rule"
    NETWORK_ACL_RULE = "network_acl_rule"
    ROUTE = "route"
    NAT_GATEWAY = "nat_gateway"
    SUBNET_ATTRIBUTE = "subnet_attribute"
    BLOCK_PUBLIC_ACCESS = "block_public_access"
    VPC_ENDPOINT = "vpc_endpoint"
    CLUSTER_SUBNETS = "cluster_subnets"
    CONNECTION = "connection"
    CONNECTION_FIREWALL = "connection_firewall"
    CONSUMER_LOCATION = "consumer_location"
    CONSUMER_EGRESS = "consumer_egress"
    CONSUMER_RESOLVER = "consumer_resolver"
    CONSUMER_PROXY = "consumer_proxy"
    CONSUMER_TUNNEL = "consumer_tunnel"
    CONSUMER_SUBNETS = "consumer_subnets"
    CONSUMER_PUBLIC_ADDRESS = "consumer_public_address"
    CONSUMER_CALLS = "consumer_calls"
    CONSUMER_HOST_NETWORKS = "consumer_host_networks"
    CONTROL_PLANE_EGRESS = "control_plane_egress"
    REMOTE_NETWORKS = "remote_networks"
    ACCESS_ENTRY = "access_entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: its kind, what it touches, and the values that it sets, by name.

    Where a value stands for one that only a person can choose, the value ``is_example`` is true and ``examples`` names
    it (``target`` is what the change touches). On the way back ``is_removed`` takes away what the same change added.
    """

    kind: ChangeKind
    target: str | None = None
    values: tuple[tuple[str, Value], ...] = ()

    def value(self, name: str) -> Value:
        """One of the values; None if it is not among them."""
        return dict(self.values).get(name)

    @property
    def is_update(self) -> bool:
        """Whether it sets the endpoint access, and is no preparation for that."""
        return self.kind in (ChangeKind.ENDPOINT_ACCESS, ChangeKind.CREATE_CLUSTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The two switches and the list: a state between two steps; ``public_access_cidrs`` None without an endpoint."""

    mode: EndpointMode
    public_access_cidrs: tuple[Network, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A required consumer that a step cuts off although it gets in before and after, for how long, and why."""

    consumer: str
    sentence: str
    seconds: int | None  # None: until a later step is done
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step of a plan: what must hold before, the change, what to wait for and verify, and the way back.

    ``setting`` is the endpoint access once it is done: None if there is no cluster yet.
    """

    sentence: str
    call: str
    changes: tuple[Change, ...]
    setting: Setting | None
    preconditions: tuple[str, ...]
    waits: tuple[str, ...]
    verify: tuple[str, ...]
    way_back: str
    way_back_changes: tuple[Change, ...]
    cuts: tuple[Cut, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan:
    """From the present setting to the recommended one; ``start`` None is a cluster that does not exist yet.

    ``rests_on`` says what has to be made first for the target to fit at all, where no mode fits as things are.
    """

    start: Setting | None
    target: Setting
    steps: tuple[PlanStep, ...]
    locks_out: tuple[str, ...]
    sentence: str
    rests_on: tuple[str, ...] = ()

    @property
    def has_example_lists(self) -> bool:
        """Whether a list on the way holds an address that only stands for one that somebody has to choose."""
        changes = (change for step in self.steps for change in step.changes)
        return any(change.is_update and change.value("is_example") is True for change in changes)

    @property
    def updates(self) -> tuple[tuple[int, Setting], ...]:
        """The steps that set the endpoint access, each with its number among all steps."""
        return tuple(
            (number, step.setting)
            for number, step in enumerate(self.steps, 1)
            if step.setting is not None and any(change.is_update for change in step.changes)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Something that can be done about a cause, in plain words, and what it changes."""

    code: str
    sentence: str
    changes: tuple[Change, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What takes a finding away, as deciding again has shown: repairs that each do, or some that do only together.

    ``stands`` are the causes that would still stop the call where neither was found; ``is_tried`` False says that the
    bound was reached first.
    """

    consumer: str | None
    cause: str
    repairs: tuple[Repair, ...]
    is_tried: bool
    together: tuple[Repair, ...] = ()
    stands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What would make a mode eligible that is ruled out: smallest sets of repairs, each proved by deciding again.

    ``stands`` are objections against which nothing is known to help; ``is_exhausted`` False says that the
    search ended at its bound.
    """

    mode: EndpointMode
    ways: tuple[tuple[Repair, ...], ...]
    stands: tuple[str, ...]
    is_exhausted: bool
