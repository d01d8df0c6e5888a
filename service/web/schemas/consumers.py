"""Who calls the API server, on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.domain.addresses import Addresses, addresses, of_network
from service.domain.consumer import (
    DYNAMIC,
    Consumer,
    ConsumerKind,
    Dynamic,
    Importance,
    Location,
    Proxy,
    Resolver,
    Served,
    Vantage,
)
from service.web.schemas.elements import Element, Fault, Items, Part, names, ranges
from service.web.schemas.fields import (
    Choice,
    Flag,
    Text,
    Whole,
    WireField,
    members_of,
    words,
)
from service.web.schemas.hints import listed, shown
from service.web.schemas.ranges import PublicAddress, Range, read_network

MOST_SERVED = 100

# Space that no packet on the internet comes from. Documentation ranges are left out: examples need them.
_PRIVATE_SPACE: Addresses = addresses(
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("fc00::/7", "fe80::/10"),
)
_LONGEST_ADDRESSES = 10_000


class SourceRanges(WireField):
    """The addresses that calls come from: a list, or ``dynamic`` if they change and cannot be listed."""

    expected = "a list of ranges, or `dynamic`"
    most = _LONGEST_ADDRESSES

    def __init__(self, wire_name: str | None = None) -> None:
        super().__init__(wire_name)
        self.ranges = ranges()

    def read(self, value: Any) -> tuple[Any, ...] | Dynamic:
        """The ranges, or the mark of addresses that change."""
        if value == "dynamic":
            return DYNAMIC
        listed_ranges: tuple[Any, ...] = self.ranges.read(value)
        return listed_ranges

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        if isinstance(value, list):
            return self.ranges._deserialize(value, attr, data)
        if value != "dynamic":
            raise self.refusal(value)
        return DYNAMIC


class OwnAddresses(WireField):
    """A node's own address, or several of them."""

    expected = "an address, or a list of them"
    most = 1_000

    def __init__(self, wire_name: str | None = None) -> None:
        super().__init__(wire_name)
        self.address = Range()
        self.list = Items(self.address, most=self.most)

    def read(self, value: Any) -> Any:
        """The addresses as ranges."""
        return self.list.read(value) if type(value) is list else (self.address.read(value),)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        return (self.list if isinstance(value, list) else self.address)._deserialize(value, attr, data)


class LocationElement(Element):
    """Where a consumer or its proxy stands."""

    noun = Location
    at = Choice(members_of(Vantage), required=True)
    subnet = Text()
    connection = Text()
    cidrs = ranges()
    resolver = Choice(members_of(Resolver))
    source_cidrs = SourceRanges()
    internet_egress = ranges()

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Each place has its own way of being named."""
        at = given.get("at")
        if at == "connected_network" and given.get("connection") is None:
            yield "connection", "is missing: name the connection that links this network with the cluster VPC"
        if at in ("cluster_vpc", "other_network", "internet") and given.get("connection") is not None:
            yield "connection", f"belongs to `connected_network`, but the place is {shown(at)}"
        if at in ("connected_network", "other_network", "internet") and given.get("subnet") is not None:
            yield "subnet", f"belongs to `cluster_vpc`, but the place is {shown(at)}"
        if at == "internet" and isinstance(given.get("source_cidrs"), list):
            yield from _private_sources(given["source_cidrs"])


def _private_sources(sources: Iterable[object]) -> Iterable[Fault]:
    private = [text for text in sources if isinstance(text, str) and _is_private(text)]
    if private:
        yield (
            "source_cidrs",
            f"{listed(private[:3])} is private address space, from which nothing on the internet comes: give the"
            " addresses after translation, or did you mean `connected_network`?",
        )


def _is_private(text: str) -> bool:
    try:
        return _PRIVATE_SPACE.covers(of_network(read_network(text)))
    except ValueError:
        return False


class ProxyElement(Element):
    """An HTTPS proxy between a consumer and what its exclusions do not name."""

    noun = Proxy
    location = Part(LocationElement())
    internet_egress = ranges()
    bypass = names()
    allows = names()
    security_groups = names()


class Via(Element):
    """A tunnel through another consumer, such as a bastion."""

    via = Text(required=True)

    def build(self, values: dict[str, Any]) -> Any:
        """The other consumer's name."""
        return values["via"]


class ServedElement(Element):
    """A port that the API server must reach on a consumer."""

    noun = Served
    port = Whole(least=1, most=65535, required=True)
    purpose = Choice(words("kubelet", "webhook", "aggregated_api", "oidc_issuer"), "for", required=True)


class ConsumerElement(Element):
    """A consumer of the Kubernetes API."""

    noun = Consumer
    name = Text(required=True)
    kind = Choice(members_of(ConsumerKind), required=True)
    importance = Choice(members_of(Importance))
    location = Part(LocationElement())
    subnets = names()
    security_groups = names()
    is_managed = Flag("managed")
    is_in_cluster = Flag("in_cluster")
    public_ip = PublicAddress()
    internet_egress = ranges()
    proxy = Part(ProxyElement())
    tunnel_via = Part(Via(), "tunnel")
    calls_first = names()
    serves = Items(ServedElement(), most=MOST_SERVED)
    host_networks = ranges()
    prefers_ipv6 = Choice({"ipv4": False, "ipv6": True}, "address_preference")
    service = Text()
    masquerades_pods = Flag()
    addresses = OwnAddresses("address")

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """What only some kinds have."""
        kind = given.get("kind")
        if kind == "hybrid_node" and given.get("subnets"):
            yield "subnets", "are the cluster VPC's, and a hybrid node stands outside it: give its `location`"
        if kind in _KINDS and kind != "hybrid_node":
            for name in ("address", "masquerades_pods"):
                if given.get(name) is not None:
                    yield name, f"belongs to a `hybrid_node`, but the kind is {shown(kind)}"


_KINDS = tuple(kind.value for kind in ConsumerKind)
