"""The network of an eksctl cluster: the one that the config names, or the one that eksctl creates.

What eksctl creates (its CloudFormation builder, `pkg/cfn/builder`, and `pkg/vpc`):

1. A VPC, 192.168.0.0/16 unless `vpc.cidr` says, with both DNS attributes on.
2. A public and a private subnet in each zone. The range is cut in 8, or in 16 past four zones; the public ones
   come first. Without `availabilityZones` eksctl picks three zones when it runs, in us-east-1 two.
3. One public route table, and a private one for each zone: to one NAT gateway in the first public subnet, to one
   in each zone (`HighlyAvailable`), or to none (`Disable`).
4. Fully private: private subnets alone, no gateway, and VPC endpoints unless `skipEndpointCreation`.

Subnets that exist already are taken as public or private as they are listed; whether a private one has a way out
is not in the config.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Network, ip_network
from typing import Any

from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, Section, as_flag, as_ranges, as_text, as_texts, escaped

DEFAULT_CIDR = "192.168.0.0/16"
_ZONE = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9][a-z]")
_CREATED = "eksctl creates the VPC"
_DEFAULT_ZONES, _ZONES_WITH_LITTLE_ROOM = 3, {"us-east-1": 2}
_MOST_ZONES = 8
_REQUIRED_ENDPOINTS = ("ec2", "ecr.api", "ecr.dkr", "sts")
_OUTPOST_ENDPOINTS = ("ssm", "ssmmessages", "ec2messages", "secretsmanager")


def describe_network(draft: Draft, root: Section) -> None:
    """VPC, subnets, route tables and gateways."""
    vpc = root.section("vpc")
    if isinstance(vpc.value, Open):
        draft.take("/vpc", Reading(vpc.value, vpc.place))
        return
    _describe_groups(draft, vpc)
    if is_existing(vpc):
        _describe_existing(draft, vpc)
    elif root.section("outpost").is_there:
        _put_cidrs(draft, vpc, is_created=True)
        draft.leave_open("/subnets", "eksctl creates them in the Outpost's zone, which the config does not name")
    else:
        _describe_created(draft, root, vpc)
    _describe_cluster_subnets(draft, root, vpc)
    _describe_endpoints(draft, root)


def is_existing(vpc: Section) -> bool:
    """Whether the config names a network that exists, so that eksctl creates none."""
    subnets = vpc.section("subnets")
    named = any(subnets.get(side).value for side in ("public", "private") if not subnets.get(side).is_missing)
    return named or not vpc.get("id").is_missing or not vpc.get("controlPlaneSubnetIDs").is_missing


def _put_cidrs(draft: Draft, vpc: Section, *, is_created: bool) -> IPv4Network | None:
    cidr = as_ranges(_listed(vpc.get("cidr")))
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


def _listed(reading: Reading) -> Reading:
    return replace(reading, value=[reading.value]) if isinstance(reading.value, str) else reading


def _describe_created(draft: Draft, root: Section, vpc: Section) -> None:
    whole = _put_cidrs(draft, vpc, is_created=True)
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
    if _ZONE.fullmatch(zone):
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


def _describe_existing(draft: Draft, vpc: Section) -> None:
    _put_cidrs(draft, vpc, is_created=False)
    for member in ("id", "nat"):
        if not vpc.get(member).is_missing:
            why = {"id": "the VPC's id alone", "nat": "eksctl creates no NAT gateway in a VPC that exists"}[member]
            draft.ignore(f"{vpc.place}/{member}", why)
    subnets = vpc.section("subnets")
    for side in ("public", "private"):
        listed = subnets.section(side)
        if isinstance(listed.value, Open):
            draft.take("/subnets", Reading(listed.value, listed.place))
        elif listed.is_there:
            for name in listed.value:
                _add_listed(draft, side, str(name), listed)


def _add_listed(draft: Draft, side: str, name: str, listed: Section) -> None:
    spec = Section(listed.value.get(name), f"{listed.place}/{escaped(name)}")
    id_ = subnet_id(name, spec)
    if id_ is None:
        draft.leave_open("/subnets", "a subnet without a name that could be shown")
        return
    element: dict[str, Any] = {"id": id_}
    zone = as_text(spec.get("az"))
    if zone.is_missing and _ZONE.fullmatch(name):
        zone = Reading(name, spec.place, "eksctl reads the name of the subnet as its zone")
    cidr = as_ranges(_listed(spec.get("cidr")))
    if not isinstance(cidr.value, Open) and not cidr.is_missing:
        cidr = replace(cidr, value=next(iter(cidr.value), None))
    for member, reading in (("availability_zone", zone), ("cidr", cidr)):
        reference = f"/subnets[{id_}]/{member}"
        if isinstance(reading.value, Open):
            draft.take(reference, reading)
        elif not reading.is_missing:
            element[member] = reading.value
            draft.note(reference, reading)
    if side == "public":
        element["routing"] = "public"
        draft.compute_in(f"/subnets[{id_}]/routing", "it is listed under vpc.subnets.public", spec.place)
    else:
        draft.leave_open(f"/subnets[{id_}]/routing", "the config does not say whether a private subnet has a NAT way")
    draft.add("subnets", element)
    draft.note(f"/subnets[{id_}]", Reading(id_, spec.place))


def subnet_id(name: str, spec: Section) -> str | None:
    """A listed subnet's id: its own, else the name under which it is listed."""
    own = as_text(spec.get("id"))
    if isinstance(own.value, str):
        return own.value
    listed = as_text(Reading(name))
    return listed.value if isinstance(listed.value, str) else None


def sides(draft: Draft, root: Section) -> dict[str, list[str]]:
    """The ids of the subnets of each side."""
    vpc = root.section("vpc")
    if not is_existing(vpc):
        ids = [subnet["id"] for subnet in draft.cluster.get("subnets", ())]
        return {side: [id_ for id_ in ids if id_.startswith(f"{side}-")] for side in ("public", "private")}
    found: dict[str, list[str]] = {}
    for side in ("public", "private"):
        listed = vpc.section("subnets").section(side)
        members: Iterable[Any] = listed.value if listed.is_there and not isinstance(listed.value, Open) else ()
        ids_ = [subnet_id(str(name), Section(listed.value.get(name))) for name in members]
        found[side] = [id_ for id_ in ids_ if id_]
    return found


def _describe_cluster_subnets(draft: Draft, root: Section, vpc: Section) -> None:
    given = as_texts(vpc.get("controlPlaneSubnetIDs"))
    if draft.take("/cluster_subnets", given):
        if isinstance(given.value, list):
            draft.cluster["cluster_subnets"] = list(dict.fromkeys(given.value))
            draft.know_subnets(given.value)
        return
    both = sides(draft, root)
    is_fully_private = as_flag(root.section("privateCluster").get("enabled")).value is True
    ids = both["private"] if is_fully_private else both["public"] + both["private"]
    if ids:
        draft.compute("/cluster_subnets", list(dict.fromkeys(ids)), "eksctl hands every subnet to the cluster")


def _describe_groups(draft: Draft, vpc: Section) -> None:
    for member in ("securityGroup", "controlPlaneSecurityGroupIDs", "sharedNodeSecurityGroup"):
        groups = as_texts(vpc.get(member))
        if isinstance(groups.value, Open):
            draft.take("/security_groups", groups)
        elif not groups.is_missing and groups.value:
            draft.leave_open("/security_groups", f"{member} names them without their rules", ", ".join(groups.value))


def _describe_endpoints(draft: Draft, root: Section) -> None:
    """The VPC endpoints that eksctl creates for a fully private cluster."""
    private = root.section("privateCluster")
    if as_flag(private.get("enabled")).value is not True:
        return
    skip = as_flag(private.get("skipEndpointCreation"))
    if skip.value is True or isinstance(skip.value, Open):
        draft.leave_open("/vpc/endpoints", "eksctl creates none: skipEndpointCreation; what is there is not said")
        return
    more = as_texts(private.get("additionalEndpointServices"))
    if isinstance(more.value, Open):
        draft.take("/vpc/endpoints", more)
        more = Reading([])
    logged = root.section("cloudWatch").section("clusterLogging").get("enableTypes")
    if not logged.is_missing and logged.value != []:
        more = Reading([*(more.value if not more.is_missing else []), "logs"])
    names = list(_REQUIRED_ENDPOINTS) + (list(_OUTPOST_ENDPOINTS) if root.section("outpost").is_there else [])
    names += [] if more.is_missing else more.value
    subnets = sides(draft, root)["private"]
    tables = [table["id"] for table in draft.cluster.get("route_tables", ())]
    endpoints: list[dict[str, Any]] = [
        {"service": name, "kind": "interface", "private_dns": True} | ({"subnets": subnets} if subnets else {})
        for name in dict.fromkeys(names[:100])
        if name != "s3"
    ]
    s3: dict[str, Any] = {"service": "s3", "kind": "gateway"} | ({"route_tables": tables} if tables else {})
    draft.compute("/vpc/endpoints", [*endpoints, s3], "eksctl creates them for a fully private cluster", private.place)
