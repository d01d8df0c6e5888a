"""A question from a few choices, for whoever has no document at hand.

Whatever is not chosen is left out, so that the answer states it as an assumption or asks for it.
Each choice knows the places of the question that it fills, so that a mistake is shown beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

_NODES, _PUBLIC = "subnet-nodes", "subnet-public"
_NAT, _TABLE, _LINK = "nat-1", "rtb-private", "link-1"
_ZONES = ("a", "b")
# What may come from each place: the fields of a location; addresses come beside them where the place has any.
_PLACES: dict[str, Document] = {
    "internet_listed": {"at": "internet"},
    "internet_unknown": {"at": "internet"},
    "internet_dynamic": {"at": "internet", "source_cidrs": "dynamic"},
    "connected": {"at": "connected_network", "connection": _LINK},
    "inside": {"at": "cluster_vpc", "subnet": f"{_NODES}-a"},
}
_PRESENT: dict[str, Document | None] = {
    "new": None,
    "public_open": {"public": True, "private": False, "public_access_cidrs": ["0.0.0.0/0"]},
    "public_list": {"public": True, "private": False},
    "both_open": {"public": True, "private": True, "public_access_cidrs": ["0.0.0.0/0"]},
    "both_list": {"public": True, "private": True},
    "private": {"public": False, "private": True},
}


@dataclass(slots=True)
class Built:
    """The question, and which choice filled which place of it (a JSON Pointer, also for what lies below)."""

    question: Document
    places: dict[str, str] = field(default_factory=dict)


def listed(text: str) -> list[str]:
    """The entries of a list as people write one: with commas, blanks or line ends between them."""
    return [entry for entry in re.split(r"[\s,;]+", text) if entry]


def built(choices: Mapping[str, str]) -> Built:
    """The question that the choices make."""
    cluster: Document = {"name": choices.get("name", "").strip() or "new-cluster"}
    made = Built({"cluster": cluster, "consumers": []}, {"/cluster/name": "name"})
    if region := choices.get("region", "").strip():
        cluster["region"] = region
        made.places["/cluster/region"] = "region"
    _present(made, choices)
    _network(made, choices)
    _link(made, choices)
    made.question["consumers"].append({"name": "nodes", "kind": "node", "subnets": list(cluster["cluster_subnets"])})
    _caller(made, choices, "operators", "operator")
    _caller(made, choices, "ci", "pipeline")
    return made


def _present(made: Built, choices: Mapping[str, str]) -> None:
    chosen = choices.get("present", "new")
    setting = _PRESENT.get(chosen)
    if setting is None:
        return
    access = dict(setting)
    if chosen.endswith("_list"):
        access["public_access_cidrs"] = listed(choices.get("present_list", "")) or None
        made.places["/cluster/endpoint_access/public_access_cidrs"] = "present_list"
    made.question["cluster"]["endpoint_access"] = access


def _network(made: Built, choices: Mapping[str, str]) -> None:
    cluster, kind = made.question["cluster"], choices.get("nodes", "private_with_nat")
    subnets = [{"id": f"{_NODES}-{zone}", "availability_zone": zone} for zone in _ZONES]
    cluster["subnets"] = subnets
    cluster["cluster_subnets"] = [subnet["id"] for subnet in subnets]
    for subnet in subnets:
        if kind == "private_with_nat":
            subnet["route_table"] = _TABLE
        else:
            subnet["routing"] = "public" if kind == "public" else "isolated"
        if kind == "public":
            subnet["assigns_public_ip"] = True  # type: ignore[assignment]  # a member of the document
    if kind != "private_with_nat":
        return
    cluster["subnets"].append({"id": _PUBLIC, "availability_zone": _ZONES[0], "routing": "public"})
    cluster["route_tables"] = [{"id": _TABLE, "routes": [{"destination": "0.0.0.0/0", "target": _NAT}]}]
    gateway: Document = {"id": _NAT, "subnet": _PUBLIC}
    if addresses := listed(choices.get("nat_addresses", "")):
        gateway["public_ips"] = addresses
        made.places["/cluster/nat_gateways"] = "nat_addresses"
    cluster["nat_gateways"] = [gateway]


def _link(made: Built, choices: Mapping[str, str]) -> None:
    """The private link to a network of one's own, if anybody comes over it."""
    if "connected" not in (choices.get("operators"), choices.get("ci")):
        return
    cluster = made.question["cluster"]
    link: Document = {"id": _LINK, "kind": choices.get("link") or "vpn"}
    made.places["/cluster/connections/0/kind"] = "link"
    if ranges := listed(choices.get("link_ranges", "")):
        link["remote_cidrs"] = ranges
        made.places["/cluster/connections/0/remote_cidrs"] = "link_ranges"
        for table in cluster.get("route_tables", ()):
            table["routes"] += [{"destination": each, "target": _LINK} for each in ranges]
            made.places["/cluster/route_tables"] = "link_ranges"
    cluster["connections"] = [link]


def _caller(made: Built, choices: Mapping[str, str], name: str, kind: str) -> None:
    place = _PLACES.get(choices.get(name, ""))
    if place is None:
        return
    location = dict(place)
    pointer = f"/consumers/{len(made.question['consumers'])}"
    if choices[name] == "internet_listed":
        location["source_cidrs"] = listed(choices.get(f"{name}_addresses", "")) or None
        made.places[f"{pointer}/location/source_cidrs"] = f"{name}_addresses"
    made.places[pointer] = name
    made.question["consumers"].append({"name": name, "kind": kind, "location": location})
