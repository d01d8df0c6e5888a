"""Modules that make an EKS cluster: terraform-aws-modules/eks v4 to v21, cloudposse/eks-cluster, EKS Blueprints v4.

Which module a call means, in which version, is told by `terraform_eks_versions`. An argument that is written as
null is handed on as null, and the provider's default holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from service.intake.readings import Open
from service.intake.terraform_eks_versions import Names, misnamed, recognised
from service.intake.terraform_known_modules import Call, Made, Majors
from service.intake.terraform_module_groups import FIRST_WITH_GROUPS, eks_module_groups
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
    resources = [cluster, *_node_groups(call, names, cluster)]
    resources += eks_module_groups(call, span.least) if made_by.title.startswith("terraform-aws-modules") else []
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


def _node_groups(call: Call, names: Names, cluster: Resource) -> Iterator[Resource]:
    """The groups of nodes and the Fargate profiles, each in its own subnets or in the module's."""
    kinds = (
        ("aws_eks_node_group", ("eks_managed_node_groups", "managed_node_groups", "node_groups")),
        ("self_managed_node_group", ("self_managed_node_groups", "worker_groups", "worker_groups_launch_template")),
        ("aws_eks_fargate_profile", ("fargate_profiles",)),
    )
    fallback = call.get("private_subnet_ids", "subnet_ids", "subnets")
    for type_, arguments in kinds:
        for argument in arguments:
            for key, group in _named_groups(call.get(argument)):
                if isinstance(group, dict) and group.get("create") is False:
                    continue
                own = group if isinstance(group, dict) else {}
                subnets = own.get("subnet_ids") or own.get("subnets") or fallback
                values = {"cluster_name": Handle(cluster.address, "name"), "key": key, "subnet_ids": subnets}
                security = _node_group_security(call, type_, own, cluster)
                yield call.resource(type_, argument, values | security, f'"{key}"')


def _node_group_security(call: Call, type_: str, group: Mapping[str, Value], cluster: Resource) -> dict[str, Value]:
    """Since v18 the module's launch templates put the nodes into its own group; without one EKS's group holds."""
    defaults = call.get("eks_managed_node_group_defaults")
    settings = {**(defaults if isinstance(defaults, dict) else {}), **group}
    if settings.get("use_custom_launch_template") is False or settings.get("create_launch_template") is False:
        return {}
    if type_ == "aws_eks_fargate_profile" or call.has("node_groups", "worker_groups", "worker_groups_launch_template"):
        return {}
    if call.flag(True, "create_node_security_group") is not True:
        return {}
    groups = [Handle(f"{call.address}.aws_security_group.node[0]")]
    if settings.get("attach_cluster_primary_security_group") is True:
        groups.append(Handle(cluster.address, "cluster_security_group_id"))
    return {"module_node_groups": groups}


def _named_groups(value: Value) -> list[tuple[str, Value]]:
    if isinstance(value, dict):
        return list(value.items())[:200]
    if isinstance(value, Open):
        return [("all", value)]
    return [(str(index), group) for index, group in enumerate(members(value))][:200]


def _outputs(call: Call, names: Names, cluster: Resource) -> dict[str, Value]:
    name = call.get(*names.name) if names.name else None
    primary = Handle(cluster.address, "cluster_security_group_id")
    return {
        "cluster_name": Handle(cluster.address, "name") if name is None else name,
        "cluster_id": Handle(cluster.address, "name") if name is None else name,
        "cluster_primary_security_group_id": primary,
        "eks_cluster_managed_security_group_id": primary,
        "cluster_security_group_id": Handle(f"{call.address}.aws_security_group.cluster[0]"),
        "node_security_group_id": Handle(f"{call.address}.aws_security_group.node[0]"),
        "cluster_version": call.get(*names.version),
    }
