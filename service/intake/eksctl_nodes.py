"""Who calls the API server of an eksctl cluster: node groups, Fargate profiles, and the groups they hold.

A node group stands in the subnets or zones that it names, else in the private ones with `privateNetworking` and
in the public ones without. Fargate stands in private subnets. Self-managed nodes hold a shared group that eksctl
admits to the cluster security group (`IngressNodeToDefaultClusterSG` of its stack); managed ones hold the cluster
security group itself, unless a launch template of their own names groups (F-3.13). Nodes in a Local Zone or on an
Outpost stand in subnets of their own, which are not described.
"""

from __future__ import annotations

from typing import Any

from service.intake.drafting import Draft
from service.intake.eksctl_network import is_existing, sides
from service.intake.readings import Open, Reading, Section, as_flag, as_text, as_texts

CLUSTER_GROUP, SHARED_GROUP = "eksctl-cluster-security-group", "eksctl-shared-node-group"
_ALL = {"protocol": "all"}


def describe_consumers(draft: Draft, root: Section) -> None:
    """Node groups and Fargate profiles as consumers."""
    both = sides(draft, root)
    admits = _admits_shared_group(root)
    has_shared = False
    for member, is_managed in (("managedNodeGroups", True), ("nodeGroups", False)):
        groups = root.get(member)
        if isinstance(groups.value, Open):
            draft.leave_open("/consumers", groups.value.why, groups.value.text)
        for group in root.sections(member):
            holds = not is_managed and admits and _holds_shared_group(group)
            has_shared |= holds
            _add_nodes(draft, root, group, both, is_managed=is_managed, holds=holds)
    for profile in root.sections("fargateProfiles"):
        _add_fargate(draft, root, profile, both)
    if has_shared:
        _add_groups(draft)


def _name(group: Section, fallback: str) -> str:
    name = as_text(group.get("name"))
    if isinstance(name.value, Open):
        return name.value.text[:180] or fallback
    return fallback if name.is_missing else str(name.value)


def _add_nodes(
    draft: Draft, root: Section, group: Section, both: dict[str, list[str]], *, is_managed: bool, holds: bool
) -> None:
    name = _name(group, "nodes")
    consumer: dict[str, Any] = {"name": name, "kind": "node", "managed": is_managed}
    if holds:
        consumer["security_groups"] = [SHARED_GROUP]
    if is_managed and group.section("launchTemplate").is_there:
        del consumer["managed"]
        why = "its launch template may name groups (F-3.13)"
        draft.leave_open(f"/consumers[{name}]/security_groups", why, _template_id(group))
    subnets = _subnets(draft, root, group, both)
    _place(draft, consumer, subnets)
    draft.consumer(consumer, Reading(None, group.place))


def _template_id(group: Section) -> str:
    id_ = as_text(group.section("launchTemplate").get("id")).value
    return id_.text if isinstance(id_, Open) else id_ if isinstance(id_, str) else ""


def _add_fargate(draft: Draft, root: Section, profile: Section, both: dict[str, list[str]]) -> None:
    consumer: dict[str, Any] = {"name": _name(profile, "fargate"), "kind": "fargate_pod"}
    named = as_texts(profile.get("subnets"))
    ids = Reading(both["private"]) if named.is_missing or named.value == [] else _resolved(root, named)
    _place(draft, consumer, ids)
    draft.consumer(consumer, Reading(None, profile.place))


def _place(draft: Draft, consumer: dict[str, Any], subnets: Reading) -> None:
    reference = f"/consumers[{consumer['name']}]/subnets"
    if isinstance(subnets.value, Open):
        draft.take(reference, subnets)
    elif subnets.value:
        consumer["subnets"] = list(dict.fromkeys(subnets.value))
        draft.know_subnets(consumer["subnets"])
    else:
        draft.leave_open(reference, "the config names no subnet in which they could stand")


def _subnets(draft: Draft, root: Section, group: Section, both: dict[str, list[str]]) -> Reading:
    named = as_texts(group.get("subnets"))
    if not named.is_missing and named.value != []:
        return _resolved(root, named)
    for member in ("localZones", "outpostARN"):
        elsewhere = group.get(member)
        if not elsewhere.is_missing and elsewhere.value != []:
            return elsewhere.opened("subnets in a Local Zone or on an Outpost, which are not described", member)
    private = as_flag(group.get("privateNetworking"))
    if isinstance(private.value, Open):
        return private
    is_fully_private = as_flag(root.section("privateCluster").get("enabled")).value is True
    ids = both["private" if private.value is True or is_fully_private else "public"]
    zones = as_texts(group.get("availabilityZones"))
    if zones.is_missing or zones.value == []:
        return Reading(ids)
    return zones if isinstance(zones.value, Open) else _in_zones(draft, root, ids, zones)


def _in_zones(draft: Draft, root: Section, ids: list[str], zones: Reading) -> Reading:
    """The subnets of a side in the named zones; all of the side where eksctl picks the zones, for they are alike."""
    known = {one["id"]: one.get("availability_zone") for one in draft.cluster.get("subnets", ())}
    if is_existing(root.section("vpc")):
        if any(known.get(id_) is None for id_ in ids):
            return zones.opened("zones are named, and which subnets lie there is not said", ", ".join(zones.value))
        return Reading([id_ for id_ in ids if known[id_] in zones.value])
    if root.get("availabilityZones").is_missing or root.get("availabilityZones").value == []:
        draft.assume("/subnets", f"the zones that eksctl picks include {', '.join(zones.value)[:150]}")
        return Reading(ids)
    return Reading([id_ for id_ in ids if id_.partition("-")[2] in zones.value])


def _resolved(root: Section, named: Reading) -> Reading:
    """Subnets by the names under which the config lists them, or by id."""
    if isinstance(named.value, Open):
        return named
    ids = {}
    for side in ("public", "private"):
        listed = root.section("vpc").section("subnets").section(side)
        if listed.is_there and not isinstance(listed.value, Open):
            for name in listed.value:
                own = as_text(Section(listed.value.get(name)).get("id"))
                if isinstance(own.value, str):
                    ids[str(name)] = own.value
    return Reading([ids.get(name, name) for name in named.value], named.place)


def _admits_shared_group(root: Section) -> bool:
    vpc = root.section("vpc")
    manages = as_flag(vpc.get("manageSharedNodeSecurityGroupRules")).value
    names_own = any(not vpc.get(member).is_missing for member in ("sharedNodeSecurityGroup", "securityGroup"))
    return not names_own and (manages is True or as_flag(vpc.get("manageSharedNodeSecurityGroupRules")).is_missing)


def _holds_shared_group(group: Section) -> bool:
    groups = group.section("securityGroups")
    shared = as_flag(groups.get("withShared"))
    return shared.is_missing or shared.value is True


def _add_groups(draft: Draft) -> None:
    """The cluster security group as eksctl leaves it, and the shared group of its self-managed nodes."""
    for id_, role, sources in (
        (CLUSTER_GROUP, "cluster", [CLUSTER_GROUP, SHARED_GROUP]),
        (SHARED_GROUP, "other", [SHARED_GROUP, CLUSTER_GROUP]),
    ):
        rules = [_ALL | {"sources": sources}]
        draft.add("security_groups", {"id": id_, "role": role, "ingress": rules})
        draft.compute_in(f"/security_groups[{id_}]", "eksctl admits its self-managed nodes by rules between the two")
