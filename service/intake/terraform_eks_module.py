"""Modules that make an EKS cluster: terraform-aws-modules/eks v4 to v21, cloudposse/eks-cluster, EKS Blueprints v4.

Which module a call means, in which version, is told by `terraform_eks_versions`. An argument that is written as
null is handed on as null, and the provider's default holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from service.intake.readings import Open
from service.intake.terraform_eks_versions import Names, misnamed, recognised
from service.intake.terraform_known_modules import Call, Made, Majors
from service.intake.terraform_module_groups import FIRST_WITH_GROUPS, eks_module_groups
from service.intake.terraform_node_groups import node_groups
from service.intake.terraform_resources import MadeBy, Resource
from service.intake.terraform_values import Handle, Value, members

Said = TypeVar("Said")


def expand_eks(call: Call) -> Made | None:
    """The cluster that the module makes, and its node groups; None for a module that makes none, or is not known."""
    known = recognised(call)
    if known is None:
        return None
    names, made_by, span = known
    created = call.flag(True, *names.create)
    if created is False:
        reason = "; ".join(call.assumed_for("", *names.create))
        why = f"the call turns the module off ({reason})" if reason else "the call turns the module off"
        return Made((), {}, why)
    how_many = call.how_many or (created if isinstance(created, Open) else None)
    cluster = _cluster(call, names, made_by, how_many, span)
    is_ours = made_by.title.startswith("terraform-aws-modules")
    resources = [cluster, *node_groups(call, cluster, templates_are_known=is_ours)]
    resources += eks_module_groups(call, span.least) if is_ours else []
    return Made(tuple(resources), _outputs(call, names, cluster))


def _cluster(call: Call, names: Names, made_by: MadeBy, how_many: Open | None, span: Majors) -> Resource:
    places = {
        "name": names.name[0] if names.name else "",
        "version": names.version[0],
        "vpc_config/endpoint_public_access": names.public,
        "vpc_config/endpoint_private_access": names.private,
        "vpc_config/public_access_cidrs": names.ranges,
        "vpc_config/subnet_ids": next((name for name in names.subnets if _is_given(call.get(name))), names.subnets[-1]),
        "vpc_config/vpc_id": "vpc_id",
        "kubernetes_network_config/ip_family": names.family,
        "kubernetes_network_config/service_ipv4_cidr": names.services,
        "compute_config": names.compute,
        "remote_network_config": names.remote,
        "outpost_config": "outpost_config",
        "tags": "tags",
    }
    values: dict[str, Value] = {}
    for path, argument in places.items():
        if call.has(argument):
            _put(values, path, call.arguments[argument])
    for path, open_ in misnamed(call, names, made_by):
        _put(values, path, open_)
    if made_by.title.startswith("terraform-aws-modules"):
        _put_groups(call, values, span)
    if not names.name:
        values["name"] = Open("module.label.id", "cloudposse puts it together from several arguments")
    return Resource(
        address=f"{call.address}.aws_eks_cluster.this[0]",
        type="aws_eks_cluster",
        values=values,
        region=call.region,
        names={path: f"{call.address}.{argument}" for path, argument in places.items() if argument},
        texts=_renamed(call.texts, places),
        assumed={**_renamed(call.assumed, places), "": call.assumed_for("", *names.create)},
        how_many=how_many,
        made_by=made_by,
    )


def _put_groups(call: Call, values: dict[str, Value], span: Majors) -> None:
    """Since v18 the module puts its own group, or the caller's, beside the one that EKS makes."""
    if span.least < FIRST_WITH_GROUPS:
        return
    made = call.flag(True, "create_security_group", "create_cluster_security_group")
    own: Value = call.get("security_group_id", "cluster_security_group_id")
    if made is True:
        own = Handle(f"{call.address}.aws_security_group.cluster[0]")
    further = call.get("additional_security_group_ids", "cluster_additional_security_group_ids")
    groups = further if isinstance(further, Open) else [*([own] if own else []), *members(further)]
    _put(values, "vpc_config/security_group_ids", made if isinstance(made, Open) else groups)


def _is_given(value: Value) -> bool:
    return value is not None and value != []


def _renamed(by_argument: Mapping[str, Said], places: Mapping[str, str]) -> dict[str, Said]:
    return {path: by_argument[argument] for path, argument in places.items() if argument in by_argument}


def _put(values: dict[str, Value], path: str, value: Value) -> None:
    block, _, name = path.rpartition("/")
    if not block:
        values[path] = [value] if isinstance(value, dict) and path.endswith("config") else value
        return
    values.setdefault(block, [{}])[0][name] = value


def outputs_before(address: str, name: str) -> Handle | None:
    """What a call gives whatever its arguments are; asked for while they are being read, for a call may name another
    module that is given its groups in turn."""
    cluster = f"{address}.aws_eks_cluster.this[0]"
    known = {
        "cluster_name": Handle(cluster, "name"),
        "cluster_primary_security_group_id": Handle(cluster, "cluster_security_group_id"),
        "eks_cluster_managed_security_group_id": Handle(cluster, "cluster_security_group_id"),
        "cluster_security_group_id": Handle(f"{address}.aws_security_group.cluster[0]"),
        "node_security_group_id": Handle(f"{address}.aws_security_group.node[0]"),
    }
    return known.get(name)


_GIVEN = ("cluster_primary_security_group_id", "eks_cluster_managed_security_group_id", "cluster_security_group_id")


def _outputs(call: Call, names: Names, cluster: Resource) -> dict[str, Value]:
    given = call.get(*names.name) if names.name else None
    name: Value = given if isinstance(given, str) else Handle(cluster.address, "name")
    return {
        "cluster_name": name,
        "cluster_id": name,
        "eks_cluster_id": name,
        "cluster_version": call.get(*names.version),
        **{output: outputs_before(call.address, output) for output in (*_GIVEN, "node_security_group_id")},
    }
