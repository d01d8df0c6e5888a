"""What a repair of the conditions changes in the network, for the tools that can make it: its changes with their ids.

An id that the question does not tell, or that AWS would not take, gets the name of a parameter in its place, which
each tool asks for in its own way; a note says what it stands for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.advice.changes.wanted import Access, Preparation, Wanted, is_id
from service.domain.change import Change, ChangeKind, Value
from service.engine.services import plain_name

_NAMES = {ChangeKind.NAT_GATEWAY: "nat", ChangeKind.SECURITY_GROUP: "group"}
"""Under which name what is made stands in the same text."""
GROUP_NAME = "eks-vpc-endpoints"
"""What a new security group is called, where a tool wants a name."""
RESOLVER_NAME = "eks-inbound-resolver"
"""What a new inbound endpoint and its security group are called."""
RESOLVER_SAID = "DNS queries from connected networks"
DNS_PROTOCOLS = ("tcp", "udp")
_GATEWAY = re.compile(r"(nat|tgw|pcx|igw|vgw|lgw)-[0-9a-z]+")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}")

WRITTEN = frozenset(
    {
        *(ChangeKind.VPC_ATTRIBUTE, ChangeKind.DHCP_OPTIONS, ChangeKind.SECURITY_GROUP_RULE, ChangeKind.ROUTE),
        ChangeKind.SECURITY_GROUP,
        *(ChangeKind.NETWORK_ACL_RULE, ChangeKind.NAT_GATEWAY, ChangeKind.SUBNET_ATTRIBUTE),
        *(ChangeKind.BLOCK_PUBLIC_ACCESS, ChangeKind.CLUSTER_SUBNETS, ChangeKind.ENDPOINT_ACCESS),
        *(ChangeKind.VPC_ENDPOINT, ChangeKind.INBOUND_RESOLVER),
    }
)
"""What AWS keeps; links, firewalls and callers are others' to change."""

_KINDS = {
    "sg": ("SECURITY_GROUP_ID", "the id of a security group"),
    "subnet": ("SUBNET_ID", "the id of a subnet"),
    "rtb": ("ROUTE_TABLE_ID", "the id of a route table"),
    "acl": ("NETWORK_ACL_ID", "the id of a network ACL"),
    "vpc": ("VPC_ID", "the id of the VPC of the cluster"),
    "gateway": ("GATEWAY_ID", "the id of a gateway or a link"),
    "vpce": ("VPC_ENDPOINT_ID", "the id of a VPC endpoint"),
    "region": ("REGION", "the Region of the cluster"),
    "number": ("RULE_NUMBER", "a free number of a rule, below that of the rule that denies"),
}
MEANINGS = dict(_KINDS.values())
_MADE_WITH_IT = frozenset({"public_ips", "target", "via"})
"""Examples for which there is a parameter, or what the same repair makes."""
_EXAMPLE = "the address of the new gateway is known once it is made: put it on the list then, in place of the example"


@dataclass(frozen=True, slots=True)
class Id:
    """An id: the text itself, the parameter that takes its place, or the name of what the same text makes."""

    text: str
    is_parameter: bool = False
    is_made: bool = False

    @property
    def meaning(self) -> str:
        """What the parameter is to be set to."""
        return MEANINGS[self.text.rstrip("_0123456789")]


@dataclass(slots=True)
class Job:
    """One preparation as the tools need it: the changes that can be written, and the ids in them."""

    wanted: Wanted
    preparation: Preparation
    parameters: dict[str, Id] = field(default_factory=dict)
    has_example: bool = field(init=False)
    """Whether an address stands for one that is not known yet."""
    changes: tuple[Change, ...] = field(init=False)
    """What is written of it; a list that holds an example address is not."""
    _made: dict[str | None, str] = field(init=False)
    _numbers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.has_example = any(change.value("is_example") is True for change in self.preparation.changes)
        self.changes = tuple(change for change in self.preparation.changes if self._is_written(change))
        self._made = {it.target: _NAMES[it.kind] for it in reversed(self.changes) if it.kind in _NAMES}

    def _is_written(self, change: Change) -> bool:
        if change.kind is ChangeKind.ENDPOINT_ACCESS and self.has_example:
            return False
        if change.kind is ChangeKind.VPC_ENDPOINT and not _SERVICE.fullmatch(str(change.target)):
            return False
        return change.kind in WRITTEN

    @property
    def _awaits_an_address(self) -> bool:
        """Whether a gateway is made whose address is not known yet."""
        return self.has_example and any(change.kind is ChangeKind.NAT_GATEWAY for change in self.preparation.changes)

    def id(self, target: Value, kind: str) -> Id:
        """The id of a target; one parameter for each that is not known, and that is not made in the same text."""
        text = str(target)
        if text in self._made:
            return Id(self._made[text], is_made=True)
        if _GATEWAY.fullmatch(text) if kind == "gateway" else is_id(text, kind):
            return Id(text)
        if text not in self.parameters:
            name = _KINDS[kind][0]
            self._numbers[name] += 1
            number = self._numbers[name]
            self.parameters[text] = Id(name if number == 1 else f"{name}_{number}", is_parameter=True)
        return self.parameters[text]

    def _examples(self) -> Iterable[str]:
        """The written values that are examples, but for the address of a new gateway."""
        for change in self.changes:
            for name in texts(change, "examples"):
                if name not in _MADE_WITH_IT:
                    value = change.value(name)
                    yield f"{name.replace('_', ' ')} {', '.join(value) if isinstance(value, tuple) else value}"

    def name_servers(self, change: Change) -> tuple[str, ...]:
        """The name servers of new DHCP options, which take the place of all that the old ones say."""
        return texts(change, "domain_name_servers") or self.wanted.name_servers or ("AmazonProvidedDNS",)

    def there(self, change: Change) -> Id | None:
        """The VPC endpoint that is there already for a service, whose id no question tells; None to make one."""
        kind = change.value("kind")
        is_there = any(plain_name(it.service) == change.target and it.kind == kind for it in self.wanted.endpoints)
        return self.id(f"the {kind} endpoint of {change.target}", "vpce") if is_there else None

    def region(self) -> Id:
        """The Region."""
        return Id(self.wanted.region) if self.wanted.region else self.id("the Region", "region")

    def vpc(self) -> Id:
        """The VPC, whose id no question tells."""
        return self.id("the VPC of the cluster", "vpc")

    def resolver_subnets(self, change: Change) -> tuple[Id, Id]:
        """The two subnets of an inbound endpoint, in different zones (F-2.14)."""
        names = (*texts(change, "subnets"), "a subnet for the inbound endpoint", "another one, in another zone")
        return self.id(names[0], "subnet"), self.id(names[1], "subnet")

    def number(self, change: Change) -> Id | int:
        """The number of a rule of a network ACL; its owner's to choose where no number is free in front."""
        number = change.value("rule_number")
        if isinstance(number, int):
            return number
        return self.id(
            f"the rule of {change.target} for {change.value('direction')} from {port(change, 'from_port')}", "number"
        )

    def notes(self) -> tuple[str, ...]:
        """What to know before it is made, once it is written."""
        rest = len(self.preparation.changes) - len(self.changes) - self.has_example
        return (
            self.preparation.sentence,
            *(f"{it.text} stands for {target}" for target, it in self.parameters.items()),
            *((_EXAMPLE,) if self._awaits_an_address else ()),
            *(f"{name} stands for what only you can choose" for name in self._examples()),
            *(("a part of it is not AWS's to change, and is not written here",) if rest > 0 else ()),
        )


def jobs(wanted: Wanted) -> Iterable[Job]:
    """The preparations of which something can be written."""
    for preparation in wanted.preparations:
        job = Job(wanted, preparation)
        if job.changes:
            yield job


def ranges(change: Change, name: str = "cidrs") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ranges of a change, of IPv4 and of IPv6."""
    listed = texts(change, name)
    return tuple(one for one in listed if ":" not in one), tuple(one for one in listed if ":" in one)


def texts(change: Change, name: str) -> tuple[str, ...]:
    """A value that is a list of texts."""
    value = change.value(name)
    return value if isinstance(value, tuple) else ()


def port(change: Change, name: str) -> int:
    """A port of a rule."""
    return int(str(change.value(name)))


def access_of(change: Change) -> Access:
    """The setting that a repair asks for; an empty list is everybody (F-1.11)."""
    public = change.value("endpoint_public_access") is True
    return Access(
        public=public,
        private=change.value("endpoint_private_access") is True,
        cidrs=(texts(change, "public_access_cidrs") or ("0.0.0.0/0",)) if public else (),
    )


_GATEWAYS: Mapping[str, str] = {
    **{"nat": "nat_gateway", "new-nat": "nat_gateway"},
    **{"tgw": "transit_gateway", "new-transit": "transit_gateway", "pcx": "vpc_peering_connection"},
}


def gateway_of(via: Value) -> str:
    """What kind of gateway a route leads to, by the id; a virtual private gateway counts as a plain gateway."""
    words = str(via).split("-")
    return _GATEWAYS.get("-".join(words[: 2 if words[0] == "new" else 1]), "gateway")
