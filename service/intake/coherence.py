"""Keeps a description within what can exist, so that the schema of a question always reads it.

Documents may say what EKS or EC2 would refuse: both endpoints off, a subnet outside its VPC, two subnets over
each other. What cannot be is left open with its text, never mended in silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from service.intake.drafting import Draft
from service.intake.readings import is_range

MOST_SUBNETS = 1000
_BOTH_OFF = "both endpoints are off, and EKS refuses that (F-1.3)"
_ONE_IS_ON = "EKS refuses both endpoints off, so this one is on (F-1.3)"


def make_coherent(draft: Draft) -> None:
    """Leaves open what cannot be as it is written."""
    _settle_switches(draft)
    if draft.cluster.get("endpoint_access") == {}:
        del draft.cluster["endpoint_access"]
    _settle_ranges(draft)
    if len(draft.cluster.get("subnets", ())) > MOST_SUBNETS:
        _drop(draft, "subnets", f"more than {MOST_SUBNETS} subnets")


def _settle_switches(draft: Draft) -> None:
    access = draft.cluster.get("endpoint_access")
    if not isinstance(access, dict) or access.get("public") is not False or access.get("private") is True:
        return
    if access.get("private") is None:
        draft.unknown = [one for one in draft.unknown if one.field != "/endpoint_access/private"]
        draft.compute("/endpoint_access/private", True, _ONE_IS_ON)
        return
    for switch in ("public", "private"):
        draft.reopen(f"/endpoint_access/{switch}", _BOTH_OFF, "false")
    draft.reopen("/endpoint_access/public_access_cidrs", _BOTH_OFF)
    draft.cluster.pop("endpoint_access")


def _settle_ranges(draft: Draft) -> None:
    vpc = draft.cluster.get("vpc", {})
    cidrs = vpc.get("cidrs")
    if cidrs is not None:
        exact = [text for text in cidrs if _exact(text)]
        for text in cidrs:
            if text not in exact:
                draft.leave_open("/vpc/cidrs", "no range that a VPC can have: host bits are set", text)
        vpc["cidrs"] = exact
    around = [network for text in vpc.get("cidrs", ()) if (network := _exact(text))]
    placed: list[tuple[int, int, int]] = []
    for subnet in draft.cluster.get("subnets", ()):
        for member, version in (("cidr", 4), ("ipv6_cidr", 6)):
            if member in subnet:
                _settle_one(draft, subnet, member, version, around, placed)


def _settle_one(
    draft: Draft,
    subnet: dict[str, Any],
    member: str,
    version: int,
    around: Iterable[IPv4Network | IPv6Network],
    placed: list[tuple[int, int, int]],
) -> None:
    text = subnet[member]
    network = _exact(text)
    same = [one for one in around if one.version == version]
    if network is None or network.version != version:
        why = "no range that a subnet can have"
    elif same and not any(_is_inside(network, one) for one in same):
        why = "outside the VPC's ranges"
    elif _is_taken(first := int(network[0]), last := int(network[-1]), version, placed):
        why = "it overlaps another subnet"
    else:
        placed.append((version, first, last))
        return
    del subnet[member]
    draft.leave_open(f"/subnets[{subnet['id']}]/{member}", why, text)


def _is_taken(first: int, last: int, version: int, placed: Iterable[tuple[int, int, int]]) -> bool:
    """Whether a range meets another one; on plain numbers, since every pair of up to 1000 subnets is compared."""
    return any(family == version and first <= end and begin <= last for family, begin, end in placed)


def _is_inside(network: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return int(other[0]) <= int(network[0]) and int(network[-1]) <= int(other[-1])


def _exact(text: str) -> IPv4Network | IPv6Network | None:
    """The network that a text names exactly; IPv4-mapped IPv6 is no such."""
    if not is_range(text):
        return None
    try:
        network = ip_network(text, strict=True)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped:
        return None
    return network


def _drop(draft: Draft, member: str, why: str) -> None:
    draft.cluster.pop(member, None)
    for other in ("cluster_subnets", "nat_gateways"):
        draft.cluster.pop(other, None)
    draft.cluster.get("vpc", {}).pop("endpoints", None)
    for consumer in draft.consumers:
        consumer.pop("subnets", None)
    draft.leave_open(f"/{member}", why)
