"""The network of an eksctl cluster: the one that the config names, or the one that eksctl creates (`eksctl_vpc`).

Subnets that exist already are taken as public or private as they are listed; whether a private one has a way out
is not in the config.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from service.intake.drafting import Draft
from service.intake.eksctl_vpc import ZONE, describe_created, in_a_list, put_cidrs
from service.intake.readings import Open, Reading, Section, as_flag, as_ranges, as_text, as_texts, escaped

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
        put_cidrs(draft, vpc, is_created=True)
        draft.leave_open("/subnets", "eksctl creates them in the Outpost's zone, which the config does not name")
    else:
        describe_created(draft, root, vpc)
    _describe_cluster_subnets(draft, root, vpc)
    _describe_endpoints(draft, root)


def is_existing(vpc: Section) -> bool:
    """Whether the config names a network that exists, so that eksctl creates none."""
    subnets = vpc.section("subnets")
    named = any(subnets.get(side).value for side in ("public", "private") if not subnets.get(side).is_missing)
    return named or not vpc.get("id").is_missing or not vpc.get("controlPlaneSubnetIDs").is_missing


def _describe_existing(draft: Draft, vpc: Section) -> None:
    put_cidrs(draft, vpc, is_created=False)
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
    if any(known["id"] == id_ for known in draft.cluster.get("subnets", ())):
        _doubt(draft, id_)
        return
    element: dict[str, Any] = {"id": id_}
    zone = as_text(spec.get("az"))
    if zone.is_missing and ZONE.fullmatch(name):
        zone = Reading(name, spec.place, "eksctl reads the name of the subnet as its zone")
    cidr = as_ranges(in_a_list(spec.get("cidr")))
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


def _doubt(draft: Draft, id_: str) -> None:
    """A subnet that is listed twice is of one zone and one side, and which is not known."""
    for known in draft.cluster["subnets"]:
        if known["id"] == id_:
            known.clear()
            known["id"] = id_
    draft.origins = [one for one in draft.origins if not one.field.startswith(f"/subnets[{id_}]/")]
    draft.leave_open(f"/subnets[{id_}]", "it is listed more than once, and of what zone and side it is not known")


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
    only_private = as_flag(vpc.get("controlPlaneOnPrivateSubnets"))
    if isinstance(only_private.value, Open):
        draft.take("/cluster_subnets", only_private)
        return
    because = "eksctl hands every subnet to the cluster"
    if is_private_alone := is_fully_private or only_private.value is True:
        because = "eksctl hands the private subnets alone to the cluster"
    ids = both["private"] if is_private_alone else both["public"] + both["private"]
    if ids:
        draft.compute("/cluster_subnets", list(dict.fromkeys(ids)), because, only_private.place)


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
