"""A flow of an answer as a line to draw: where it begins, what it passes, where it ends and why.

1. What a flow passes is read from its hops alone, so that the picture never says more than the path does.
2. Several subnets, gateways or tables in one hop are one line: which of them leads to which is not told.
3. A line that stops does so at a `Halt`, the place in the picture where what stops it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

Node = dict[str, Any]

_EXITS = ("internet_gateway", "egress_only_internet_gateway", "firewall", "connection")
_NAT = "nat_gateway"


class Vantage(Enum):
    """Where a caller stands, as its path tells."""

    SUBNETS = "subnets"
    LINK = "link"
    INTERNET = "internet"
    OTHER = "other"


class Reach(Enum):
    """How far a path goes: within the VPC or a private link, over Amazon's network, or beyond it."""

    INSIDE = "inside"
    AMAZON = "amazon"
    INTERNET = "internet"
    UNKNOWN = "unknown"


class Ending(Enum):
    """How a path ends."""

    ARRIVES = "arrives"
    STOPS = "stops"
    OPEN = "open"


class Halt(Enum):
    """Where in the picture a path ends that does not arrive."""

    OWN = "own"  # before it leaves the caller's subnet, host or network
    NAT = "nat"
    EXIT = "exit"
    LIST = "list"
    LINK = "link"
    FAR = "far"  # at the interfaces, or, from the API server, at the target


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A place where callers stand: subnets or a link by name, or the internet."""

    vantage: Vantage
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One place on the way, as the answer tells it."""

    kind: str
    component: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A flow as it is drawn. ``exit`` is the kind and name of what leads out of the VPC; ``through`` what else is
    passed and has no place of its own; ``halt`` None says that it arrives."""

    consumer: str
    step: int
    port: int
    purpose: str
    answer: str | None
    standing: Standing
    hops: tuple[Hop, ...]
    reach: Reach
    ending: Ending
    halt: Halt | None
    nats: tuple[str, ...]
    exit: tuple[str, str] | None
    through: tuple[str, ...]
    joins: str | None
    source: tuple[str, ...] | None
    cause: str | None
    also: tuple[str, ...]
    missing: tuple[str, ...]
    partial: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        """Whether it leads to the public endpoint."""
        return self.step != 2 and self.answer == "public_addresses"

    @property
    def goes_out(self) -> bool:
        """Whether it is drawn on its way out of the VPC, rather than to or from the interfaces."""
        return self.is_public and self.joins is None

    @property
    def last(self) -> Hop:
        """Where it ends."""
        return self.hops[-1]

    def likeness(self) -> tuple[object, ...]:
        """What it has in common with the paths of others that are drawn as one."""
        hops = tuple((hop.kind, self._anonymous(hop.component)) for hop in self.hops)
        told = (self.ending, self.cause, self.also, tuple(map(self._anonymous, (*self.missing, *self.partial))))
        return (self.step, self.port, self.purpose, self.answer, self.reach, hops, told)

    def _anonymous(self, text: str) -> str:
        return text.replace(self.consumer, "\0")


def standings(traffic_path: Iterable[Node], subnets: Iterable[str]) -> dict[str, Standing]:
    """Where each consumer stands, by the first hop of its own calls; ``subnets`` are the names that are known."""
    known = frozenset(subnets)
    found: dict[str, Standing] = {}
    places: dict[str, Standing] = {}  # many stand in the same subnets
    for step in traffic_path:
        for flow in step["flows"]:
            first = flow["hops"][0]
            if first["kind"] != "consumer" or flow["consumer"] in found:
                continue
            detail = first["detail"]
            if detail not in places:
                places[detail] = _standing(detail, known)
            found[flow["consumer"]] = places[detail]
    return found


def _standing(detail: str, subnets: frozenset[str]) -> Standing:
    if detail == "on the internet":
        return Standing(vantage=Vantage.INTERNET)
    if detail == "in a network without a private link":
        return Standing(vantage=Vantage.OTHER)
    if detail == "in a connected network":
        return Standing(vantage=Vantage.LINK)
    if detail.startswith("behind "):
        return Standing(vantage=Vantage.LINK, names=(detail.removeprefix("behind "),))
    return Standing(vantage=Vantage.SUBNETS, names=split(detail.removeprefix("in "), subnets))


def split(text: str, known: frozenset[str]) -> tuple[str, ...]:
    """The names that a hop joined with commas; a name that holds a comma itself is told by its being known."""
    if text in known:
        return (text,)
    parts, longest = text.split(", "), _most_parts(known)
    names: list[str] = []
    at = 0
    while at < len(parts):
        sizes = range(min(longest, len(parts) - at), 1, -1)
        size = next((n for n in sizes if ", ".join(parts[at : at + n]) in known), 1)
        names.append(", ".join(parts[at : at + size]))
        at += size
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=8)
def _most_parts(known: frozenset[str]) -> int:
    """Into how many parts the name with the most commas falls."""
    return 1 + max((name.count(", ") for name in known), default=0)


def paths(traffic_path: Iterable[Node], standing: dict[str, Standing], nats: frozenset[str]) -> list[Path]:
    """The flows of the three steps as paths, in the order of the answer."""
    return [
        _path(step["step"], flow, standing.get(flow["consumer"], Standing(vantage=Vantage.OTHER)), nats)
        for step in traffic_path
        for flow in step["flows"]
    ]


def _path(step: int, flow: Node, standing: Standing, nats: frozenset[str]) -> Path:
    hops = tuple(Hop(kind=it["kind"], component=it["component"], detail=it["detail"]) for it in flow["hops"])
    ending = {"accepted": Ending.ARRIVES, "insufficient_info": Ending.OPEN}.get(flow["disposition"], Ending.STOPS)
    tunnel = next((hop.component for hop in hops if hop.kind == "tunnel"), None)
    leads_out = step != 2 and flow["resolved_to"] == "public_addresses"
    gateways = [hop for hop in hops if hop.kind == _NAT]
    exit_ = _exit(hops, standing) if leads_out else None
    source = flow["source_seen_by_endpoint"]
    return Path(
        consumer=flow["consumer"],
        step=step,
        port=flow["port"],
        purpose=flow["purpose"],
        answer=flow["resolved_to"],
        standing=standing,
        hops=hops,
        reach=_reach(flow, step),
        ending=ending,
        halt=None if ending is Ending.ARRIVES else _halt(step, hops, leads_out, exit_),
        nats=tuple(dict.fromkeys(n for hop in gateways for n in split(hop.component, nats))) if leads_out else (),
        exit=exit_,
        through=_through(step, hops, standing, exit_),
        joins=tunnel,
        source=tuple(source) if source is not None else None,
        cause=flow["cause"],
        also=tuple(flow["also"]),
        missing=tuple(flow["missing"]),
        partial=tuple(flow["partial"]),
    )


def _reach(flow: Node, step: int) -> Reach:
    if flow["leaves_aws_network"] is None:
        return Reach.UNKNOWN
    if flow["leaves_aws_network"]:
        return Reach.INTERNET
    goes_public = step != 2 and flow["resolved_to"] == "public_addresses"
    return Reach.AMAZON if goes_public or flow["leaves_vpc"] else Reach.INSIDE


def _exit(hops: Sequence[Hop], standing: Standing) -> tuple[str, str] | None:
    """What leads a caller in the VPC out of it; a proxy that stands elsewhere, if the path has nothing else."""
    if standing.vantage is not Vantage.SUBNETS:
        return None
    for hop in hops:
        if hop.kind in _EXITS:
            return hop.kind, hop.component
    if any(hop.kind == "block_public_access" for hop in hops):
        return "internet_gateway", "internet gateway"
    passed = [hop for hop in hops if hop.kind in ("proxy", "internet")]
    return ("proxy", "proxy") if passed and passed[0].kind == "proxy" and len(passed) > 1 else None


def _halt(step: int, hops: Sequence[Hop], leads_out: bool, exit_: tuple[str, str] | None) -> Halt:
    last, before = hops[-1], [hop.kind for hop in hops[:-1]]
    if leads_out:
        if last.kind == "public_access_cidrs" or "public_access_cidrs" in before:
            return Halt.LIST
        if exit_ is not None and (last.kind in (*_EXITS, "block_public_access", "internet") or exit_[0] in before):
            return Halt.EXIT
        return Halt.NAT if last.kind == _NAT or _NAT in before else Halt.OWN
    if last.kind == "connection":
        return Halt.LINK
    if step == 2:
        is_near = "route_table" in before or "subnet" in before or "connection" in before
        return Halt.FAR if is_near else Halt.OWN
    crossed = ("route_table", "subnet", "firewall", "connection")
    return Halt.FAR if any(kind in crossed for kind in before) and last.kind != "firewall" else Halt.OWN


def _through(step: int, hops: Sequence[Hop], standing: Standing, exit_: tuple[str, str] | None) -> tuple[str, ...]:
    """What a path passes that is not drawn at a place of its own."""
    unplaced = {"proxy", "firewall"}
    if standing.vantage is not Vantage.LINK:
        unplaced.add("connection")
    if step == 2 and standing.vantage in (Vantage.INTERNET, Vantage.OTHER):
        unplaced |= {"nat_gateway", "internet_gateway", "egress_only_internet_gateway", "route_table"}
    names = [hop.component for hop in hops[1:-1] if hop.kind in unplaced and (hop.kind, hop.component) != exit_]
    return tuple(dict.fromkeys(names))


def in_common(alike: Sequence[Path]) -> Path:
    """The first of some paths that are alike, without what is said of it alone: its name, and its addresses."""
    first, others = alike[0], alike[1:]
    if not others:
        return first
    details = {path.last.detail.replace(path.consumer, "\0") for path in alike}
    detail = details.pop().replace("\0", f"{first.consumer} +{len(others)}") if len(details) == 1 else ""
    hops = (*first.hops[:-1], replace(first.last, detail=detail))
    missing = tuple(field.replace(f"[{first.consumer}]", "[*]") for field in first.missing)
    sources = [path.source for path in alike]
    source = None if None in sources else tuple(dict.fromkeys(it for each in sources for it in each or ()))
    return replace(first, hops=hops, missing=missing, source=source)
