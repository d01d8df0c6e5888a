"""Modules that make an EKS cluster: terraform-aws-modules/eks v4 to v21, cloudposse/eks-cluster, EKS Blueprints v4.

The same text means opposite things: terraform-aws-modules/eks turned its defaults round at v19 (from public to
private) and renamed its arguments at v21, to the names that cloudposse uses with the first defaults (PEERS.md,
section C). An argument that is written as null is handed on as null, and the provider's default holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from service.intake.readings import Open
from service.intake.terraform_known_modules import Call, Made, Majors, is_from, majors
from service.intake.terraform_module_groups import FIRST_WITH_GROUPS, eks_module_groups
from service.intake.terraform_resources import MadeBy, Resource
from service.intake.terraform_values import Handle, Value, members

Said = TypeVar("Said")

NEWEST_EKS = 21
_FLIP, _RENAMED = 19, 21

# Arguments that only some major versions of terraform-aws-modules/eks have.
_ONLY_IN: tuple[tuple[int, int | None, tuple[str, ...]], ...] = (
    (4, 17, ("subnets", "worker_groups", "worker_groups_launch_template", "node_groups", "workers_group_defaults")),
    (4, 17, ("map_roles", "map_users", "map_accounts", "manage_aws_auth", "create_eks", "write_kubeconfig")),
    (18, None, ("subnet_ids", "control_plane_subnet_ids", "eks_managed_node_groups", "self_managed_node_groups")),
    (18, None, ("eks_managed_node_group_defaults", "create", "create_kms_key", "iam_role_arn")),
    (18, 19, ("manage_aws_auth_configmap", "create_aws_auth_configmap", "aws_auth_roles", "aws_auth_users")),
    (20, None, ("access_entries", "enable_cluster_creator_admin_permissions", "authentication_mode")),
    (20, 20, ("cluster_compute_config", "cluster_upgrade_policy", "cluster_remote_network_config")),
    (4, 20, ("cluster_name", "cluster_version", "cluster_endpoint_public_access", "cluster_endpoint_private_access")),
    (4, 20, ("cluster_addons", "cluster_ip_family", "cluster_endpoint_public_access_cidrs")),
    (21, None, ("kubernetes_version", "endpoint_public_access", "endpoint_private_access", "addons")),
    (21, None, ("endpoint_public_access_cidrs", "compute_config", "ip_family", "remote_network_config")),
)
_ENDPOINT_ARGUMENTS = (
    *("cluster_endpoint_public_access", "cluster_endpoint_private_access", "endpoint_public_access"),
    "endpoint_private_access",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """How a module calls what `aws_eks_cluster` has."""

    name: tuple[str, ...]
    version: tuple[str, ...]
    public: str
    private: str
    ranges: str
    subnets: tuple[str, ...]
    family: str
    services: str = "cluster_service_ipv4_cidr"
    remote: str = "cluster_remote_network_config"
    compute: str = "cluster_compute_config"
    create: tuple[str, ...] = ("create",)


_UNTIL_V20 = _Names(
    name=("cluster_name",),
    version=("cluster_version",),
    public="cluster_endpoint_public_access",
    private="cluster_endpoint_private_access",
    ranges="cluster_endpoint_public_access_cidrs",
    subnets=("control_plane_subnet_ids", "subnet_ids", "subnets"),
    family="cluster_ip_family",
    create=("create", "create_eks"),
)
_SINCE_V21 = _Names(
    name=("name",),
    version=("kubernetes_version",),
    public="endpoint_public_access",
    private="endpoint_private_access",
    ranges="endpoint_public_access_cidrs",
    subnets=("control_plane_subnet_ids", "subnet_ids"),
    family="ip_family",
    services="service_ipv4_cidr",
    remote="remote_network_config",
    compute="compute_config",
)
_CLOUDPOSSE = _Names(
    name=(),
    version=("kubernetes_version",),
    public="endpoint_public_access",
    private="endpoint_private_access",
    ranges="public_access_cidrs",
    subnets=("subnet_ids",),
    family="",
    services="service_ipv4_cidr",
    remote="",
    compute="",
    create=("enabled",),
)
_BLUEPRINTS = _Names(
    name=("cluster_name",),
    version=("cluster_version",),
    public="cluster_endpoint_public_access",
    private="cluster_endpoint_private_access",
    ranges="cluster_endpoint_public_access_cidrs",
    subnets=("control_plane_subnet_ids", "private_subnet_ids"),
    family="cluster_ip_family",
    create=("create_eks",),
)


def expand_eks(call: Call) -> Made | None:
    """The cluster that the module makes, and its node groups; None for a module that makes none, or is not known."""
    known = _recognised(call)
    if known is None:
        return None
    names, made_by, span = known
    created = call.flag(True, *names.create)
    if created is False:
        return Made((), {})
    how_many = call.how_many or (created if isinstance(created, Open) else None)
    cluster = _cluster(call, names, made_by, how_many, span)
    resources = [cluster, *_node_groups(call, names, cluster)]
    resources += eks_module_groups(call, span.least) if made_by.title.startswith("terraform-aws-modules") else []
    return Made(tuple(resources), _outputs(call, names, cluster))


def argument_names(call: Call) -> tuple[str, str, str] | None:
    """What a module calls the public switch, the private one and the list; None if it is not known."""
    known = _recognised(call)
    return (known[0].public, known[0].private, known[0].ranges) if known else None


def _recognised(call: Call) -> tuple[_Names, MadeBy, Majors] | None:
    if is_from(call, "terraform-aws-modules/eks/aws", "terraform-aws-modules/terraform-aws-eks"):
        return _versioned(call, majors(call), is_local=False)
    if is_from(call, "cloudposse/eks-cluster/aws", "cloudposse/terraform-aws-eks-cluster"):
        return _CLOUDPOSSE, MadeBy(title="cloudposse/eks-cluster", public=True, private=False), Majors()
    if is_from(call, "aws-ia/eks-blueprints/aws", "aws-ia/terraform-aws-eks-blueprints"):
        return _BLUEPRINTS, MadeBy(title="aws-ia/eks-blueprints v4", public=True, private=False), Majors()
    return _hidden(call)


def _hidden(call: Call) -> tuple[_Names, MadeBy, Majors] | None:
    """A module by its place whose files are not in the document: what its arguments tell."""
    if not call.source.startswith("."):
        return None
    if call.source.strip("./") == "":
        return _versioned(call, Majors(), is_local=True) if _looks_like_eks(call) else None
    if not call.has(*_ENDPOINT_ARGUMENTS):
        return None
    names = _UNTIL_V20 if call.has("cluster_endpoint_public_access", "cluster_endpoint_private_access") else _SINCE_V21
    note = "the module's files are not part of the document"
    return names, MadeBy(title="a module of its own", public=None, private=None, note=note, has_list=False), Majors()


def _looks_like_eks(call: Call) -> bool:
    if call.has("cluster_name", "cluster_version", *_ENDPOINT_ARGUMENTS) or call.has("kubernetes_version"):
        return call.has("vpc_id", "subnet_ids", "subnets", *_ENDPOINT_ARGUMENTS)
    return set(call.arguments) == {"create"}


def _versioned(call: Call, allowed: Majors, *, is_local: bool) -> tuple[_Names, MadeBy, Majors]:
    """The names and defaults of terraform-aws-modules/eks in the versions that the call allows."""
    span = allowed
    for least, most, arguments in _ONLY_IN:
        if call.has(*arguments):
            narrower = span.within(least, most)
            if narrower.most is None or narrower.least <= narrower.most:
                span = narrower
    newest = NEWEST_EKS if span.most is None else span.most
    # Terraform takes the newest version that a constraint allows; a source by its place has no such rule.
    if not is_local and allowed.most is None and span.most is None:
        span = Majors(max(span.least, newest), newest)
    names = _SINCE_V21 if span.least >= _RENAMED else _UNTIL_V20
    title = f"terraform-aws-modules/eks {_shown(span)}"
    if span.least >= _FLIP:
        return names, MadeBy(title=title, public=False, private=True), span
    if newest < _FLIP:
        return names, MadeBy(title=title, public=True, private=False), span
    note = "the defaults turned round at v19, and the document does not tell the version"
    return names, MadeBy(title=title, public=None, private=None, note=note), span


def _shown(span: Majors) -> str:
    if span.least == span.most:
        return f"v{span.least}"
    return f"v{max(span.least, 4)} to v{span.most or NEWEST_EKS}"


def _cluster(call: Call, names: _Names, made_by: MadeBy, how_many: Open | None, span: Majors) -> Resource:
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
        assumed=_renamed(call.assumed, places),
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


def _node_groups(call: Call, names: _Names, cluster: Resource) -> Iterator[Resource]:
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


def _outputs(call: Call, names: _Names, cluster: Resource) -> dict[str, Value]:
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
