"""Node groups and Fargate profiles as objects of ACK or Crossplane beside a cluster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.intake.drafting import Draft
from service.intake.kubernetes_objects import Manifest
from service.intake.object_links import Inventory, member, part
from service.intake.object_network import fields
from service.intake.readings import Open, Reading, as_text

_KINDS = {"Nodegroup": "node", "NodeGroup": "node", "FargateProfile": "fargate_pod"}


def describe_groups(
    draft: Draft, cluster: Manifest, inventory: Inventory, groups: Iterable[str], is_only: bool
) -> list[Manifest]:
    """The cluster's groups as consumers; gives the objects that were read."""
    wanted = frozenset(groups)
    used = []
    for one in inventory.found:
        if one.group in wanted and one.kind in _KINDS and _belongs(one, cluster, inventory, wanted, is_only):
            used.append(one)
            _add(draft, one, inventory)
    return used


def _belongs(one: Manifest, cluster: Manifest, inventory: Inventory, groups: frozenset[str], is_only: bool) -> bool:
    named = inventory.link(fields(one), "cluster", "Cluster", groups)
    if isinstance(named.value, list):
        own = as_text(member(fields(cluster), "name"))
        ids = {cluster.name, own.value.text if isinstance(own.value, Open) else own.value}
        return is_only or not ids.isdisjoint(named.value)
    return is_only


def _add(draft: Draft, one: Manifest, inventory: Inventory) -> None:
    section = fields(one)
    kind = _KINDS[one.kind]
    name = as_text(member(section, "name"))
    consumer: dict[str, Any] = {"name": name.value if isinstance(name.value, str) else one.name or one.kind}
    consumer["kind"] = kind
    reference = f"/consumers[{consumer['name']}]"
    if kind == "node":
        template = part(section, "launchTemplate")
        if template.is_there:
            draft.leave_open(f"{reference}/security_groups", "its launch template may name groups (F-3.13)")
        else:
            consumer["managed"] = True
    subnets = inventory.link(section, "subnet", "Subnet")
    if isinstance(subnets.value, Open):
        draft.take(f"{reference}/subnets", subnets)
    elif subnets.is_missing:
        draft.leave_open(f"{reference}/subnets", "the object names no subnet")
    else:
        consumer["subnets"] = list(dict.fromkeys(subnets.value))
        draft.know_subnets(consumer["subnets"])
    draft.consumer(consumer, Reading(None, one.place))
