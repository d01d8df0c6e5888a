"""The VPC that eksctl creates (its CloudFormation builder, `pkg/cfn/builder`, and `pkg/vpc`).

1. 192.168.0.0/16 unless `vpc.cidr` says, with both DNS attributes on.
2. A public and a private subnet in each zone. The range is cut in 8, or in 16 past four zones; the public ones
   come first. Without `availabilityZones` eksctl picks three zones when it runs, in us-east-1 two.
3. One public route table, and a private one for each zone: to one NAT gateway in the first public subnet, to one
   in each zone (`HighlyAvailable`), or to none (`Disable`).
4. Fully private: private subnets alone, no gateway, and VPC endpoints unless `skipEndpointCreation`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network, ip_network
from typing import Any

from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, Section, as_flag, as_ranges, as_text

DEFAULT_CIDR = "192.168.0.0/16"
ZONE = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9][a-z]")
_CREATED = "eksctl creates the VPC"
_DEFAULT_ZONES, _ZONES_WITH_LITTLE_ROOM = 3, {"us-east-1": 2}
_MOST_ZONES = 8


def put_cidrs(draft: Draft, vpc: Section, *, is_created: bool) -> IPv4Network | None:
    """The VPC's ranges; gives the first of them, which eksctl cuts into subnets."""
    cidr = as_ranges(in_a_list(vpc.get("cidr")))
    extra = as_ranges(vpc.get("extraCIDRs"))
    if not draft.take("/vpc/cidrs", cidr) and is_created:
        because = f"eksctl: without vpc.cidr the VPC has {DEFAULT_CIDR}"
        draft.fall_back("/vpc/cidrs", [DEFAULT_CIDR], because)
    if isinstance(extra.value, Open):
        draft.take("/vpc/cidrs", extra)
    elif not extra.is_missing and "cidrs" in draft.cluster.get("vpc", {}):
        draft.cluster["vpc"]["cidrs"] += [text for text in extra.value if text not in draft.cluster["vpc"]["cidrs"]]
        draft.note("/vpc/cidrs", extra)
    first = next(iter(draft.cluster.get("vpc", {}).get("cidrs", ())), None)
    network = ip_network(first, strict=False) if first else None
    return network if isinstance(network, IPv4Network) else None


def in_a_list(reading: Reading) -> Reading:
    """A text as a list of one."""
    return replace(reading, value=[reading.value]) if isinstance(reading.value, str) else reading


def describe_created(draft: Draft, root: Section, vpc: Section) -> None:
    """The VPC, its subnets, route tables and gateways."""
    whole = put_cidrs(draft, vpc, is_created=True)
    for attribute in ("enable_dns_support", "enable_dns_hostnames"):
        draft.compute(f"/vpc/{attribute}", True, _CREATED)
    zones = _zones(draft, root)
    if isinstance(zones, Open):
        draft.leave_open("/subnets", zones.why, zones.text)
        return
    fully_private = as_flag(root.section("privateCluster").get("enabled"))
    if isinstance(fully_private.value, Open):
        draft.take("/subnets", fully_private)
        return
    is_fully_private = fully_private.value is True
    nat = _nat_mode(vpc) if not is_fully_private else Reading("Disable")
    is_ipv6 = draft.cluster.get("ip_family") == "ipv6"
    has_places = root.get("localZones").is_missing
    places = list(_cut(whole, len(zones))) if has_places and whole else []
    if not is_fully_private:
        table = {"id": "public", "routes": _routes("internet_gateway", is_ipv6, "internet_gateway")}
        draft.add("route_tables", table)
        draft.compute_in("/route_tables[public]", _CREATED)
        for index, zone in enumerate(zones):
            _add_subnet(draft, "public", zone, places[index : index + 1], is_ipv6=is_ipv6)
    for index, zone in enumerate(zones):
        at = index + len(zones)
        _add_subnet(draft, "private", zone, places[at : at + 1], is_ipv6=is_ipv6, has_table=nat.value in _NAT_MODES)
        _add_private_table(draft, zone, zones[0], nat, is_ipv6=is_ipv6 and not is_fully_private)


_NAT_MODES = ("Single", "HighlyAvailable", "Disable")


def _nat_mode(vpc: Section) -> Reading:
    mode = as_text(vpc.section("nat").get("gateway"))
    if mode.is_missing:
        return Reading("Single", "", "eksctl: vpc.nat.gateway defaults to Single")
    if isinstance(mode.value, Open) or mode.value in _NAT_MODES:
        return mode
    return mode.opened("no mode of eksctl's: HighlyAvailable, Single or Disable")


def _zones(draft: Draft, root: Section) -> list[str] | Open:
    """The zones by name, or numbered where eksctl picks them; texts with placeholders name them well enough."""
    given = root.get("availabilityZones")
    if isinstance(given.value, Open):
        return given.value
    if not given.is_missing and given.value:
        items = given.value if isinstance(given.value, list) else []
        zones = [_zone_text(item) for item in items]
        if not zones or None in zones or not len(set(zones)) == len(zones) <= _MOST_ZONES:
            return Open("", "availabilityZones is no list of different zones")
        return [zone for zone in zones if zone]
    region = draft.cluster.get("region")
    count = _ZONES_WITH_LITTLE_ROOM.get(str(region), _DEFAULT_ZONES)
    draft.assume("/subnets", f"eksctl picks {count} zones of the region when it runs; which is not known")
    return [str(number + 1) for number in range(count)]


def _zone_text(item: Any) -> str | None:
    zone = as_text(Reading(item))
    return zone.value if isinstance(zone.value, str) else None


def _cut(whole: IPv4Network, zones: int) -> Iterator[str]:
    bits = 3 if zones * 2 <= 8 else 4
    if 16 <= whole.prefixlen <= 24:
        yield from (str(part) for part in whole.subnets(prefixlen_diff=bits))


def _add_subnet(draft: Draft, side: str, zone: str, place: list[str], *, is_ipv6: bool, has_table: bool = True) -> None:
    element: dict[str, Any] = {"id": f"{side}-{zone}", "assigns_public_ip": side == "public"}
    if ZONE.fullmatch(zone):
        element["availability_zone"] = zone
    elif not zone.isdecimal():
        draft.leave_open(f"/subnets[{element['id']}]/availability_zone", "a placeholder without a value", zone)
    if place:
        element["cidr"] = place[0]
    if is_ipv6:
        element["assigns_ipv6"] = True
    if has_table:
        element["route_table"] = "public" if side == "public" else f"private-{zone}"
    draft.add("subnets", element)
    draft.compute_in(f"/subnets[{element['id']}]", f"{_CREATED} with a public and a private subnet in each zone")


def _add_private_table(draft: Draft, zone: str, first: str, nat: Reading, *, is_ipv6: bool) -> None:
    if isinstance(nat.value, Open):
        draft.take("/nat_gateways", nat)
        return
    gateway = None
    if nat.value != "Disable":
        at = first if nat.value == "Single" else zone
        gateway = "nat" if nat.value == "Single" else f"nat-{zone}"
        draft.add("nat_gateways", {"id": gateway, "subnet": f"public-{at}", "connectivity": "public"})
        if nat.value != "Single" or zone == first:
            draft.note(f"/nat_gateways[{gateway}]", nat)
            draft.leave_open(f"/nat_gateways[{gateway}]/public_ips", "eksctl allocates the address when it runs")
    table = {
        "id": f"private-{zone}",
        "routes": _routes(gateway, is_ipv6, "egress_only_internet_gateway"),
    }
    draft.add("route_tables", table)
    draft.compute_in(f"/route_tables[private-{zone}]", nat.because or _CREATED, nat.place)


def _routes(target: str | None, is_ipv6: bool, ipv6_target: str) -> list[dict[str, str]]:
    routes = [{"destination": "0.0.0.0/0", "target": target}] if target else []
    return routes + ([{"destination": "::/0", "target": ipv6_target}] if is_ipv6 else [])
