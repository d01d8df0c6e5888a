"""The groups of nodes and the Fargate profiles in a call of a module that makes an EKS cluster, or one of its parts.

1. What a group does not say, the defaults of its kind say, then the module.
2. Since v18 terraform-aws-modules/eks writes a launch template that puts the nodes into its own group and those that
   are named; a template of somebody else's names what the document does not show.
3. A submodule is a group of its own, and holds the groups that its call names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.intake.readings import Open
from service.intake.terraform_known_modules import Call, Made
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Handle, Value, is_open, members, text

_MANAGED, _SELF_MANAGED, _FARGATE = "aws_eks_node_group", "self_managed_node_group", "aws_eks_fargate_profile"
# The arguments that hold the groups of a kind, each with the one that holds their defaults.
_KINDS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        _MANAGED,
        (
            ("eks_managed_node_groups", "eks_managed_node_group_defaults"),
            ("managed_node_groups", ""),
            ("node_groups", "node_groups_defaults"),
        ),
    ),
    (
        _SELF_MANAGED,
        (
            ("self_managed_node_groups", "self_managed_node_group_defaults"),
            ("worker_groups", "workers_group_defaults"),
            ("worker_groups_launch_template", "workers_group_defaults"),
        ),
    ),
    (_FARGATE, (("fargate_profiles", "fargate_profile_defaults"),)),
)
# Submodules and modules that make one group: the end of the source, the kind, and the arguments of its groups.
_PARTS = (
    ("modules/eks-managed-node-group", _MANAGED, ("vpc_security_group_ids", "cluster_primary_security_group_id")),
    ("modules/self-managed-node-group", _SELF_MANAGED, ("vpc_security_group_ids", "cluster_primary_security_group_id")),
    ("modules/fargate-profile", _FARGATE, ()),
    ("cloudposse/eks-node-group/aws", _MANAGED, ()),
    ("cloudposse/terraform-aws-eks-node-group", _MANAGED, ()),
    ("cloudposse/eks-fargate-profile/aws", _FARGATE, ()),
    ("cloudposse/terraform-aws-eks-fargate-profile", _FARGATE, ()),
)
_SOMEBODYS_TEMPLATE: dict[str, Value] = {"launch_template": [{"name": "unseen"}]}


def node_groups(call: Call, cluster: Resource, *, templates_are_known: bool) -> Iterator[Resource]:
    """The groups of nodes and the Fargate profiles of a module's call, each in its own subnets or in the module's."""
    for type_, arguments in _KINDS:
        for argument, defaults_in in arguments:
            defaults = call.get(defaults_in) if defaults_in else None
            for key, group in _named_groups(call.get(argument)):
                if isinstance(group, dict) and group.get("create") is False:
                    continue
                own = {**(defaults if isinstance(defaults, dict) else {}), **(group if isinstance(group, dict) else {})}
                values = {
                    "cluster_name": Handle(cluster.address, "name"),
                    "key": text(own.get("name")) or key if isinstance(call.get(argument), list) else key,
                    "subnet_ids": _subnets(call, own, type_),
                }
                if type_ != _FARGATE and argument in ("eks_managed_node_groups", "self_managed_node_groups"):
                    values |= _groups(call, own, cluster) if templates_are_known else _unless_plain(type_, own)
                elif type_ != _FARGATE:
                    values |= _unless_plain(type_, own)
                yield call.resource(type_, argument, values, f'"{key}"')


def _subnets(call: Call, own: Mapping[str, Value], type_: str) -> Value:
    given = own.get("subnet_ids") or own.get("subnets")
    if given:
        return given
    if type_ == _FARGATE and (ours := call.get("fargate_subnets")):
        return ours
    return call.get("private_subnet_ids", "subnet_ids", "subnets")


def _groups(call: Call, own: Mapping[str, Value], cluster: Resource) -> dict[str, Value]:
    """The groups in the launch template of a group of terraform-aws-modules/eks since v18."""
    if own.get("use_custom_launch_template") is False:
        return {}
    if own.get("create_launch_template") is False:
        is_somebodys = any(own.get(name) not in (None, "") for name in ("launch_template_id", "launch_template_name"))
        return _SOMEBODYS_TEMPLATE if is_somebodys else {}
    made = call.flag(True, "create_node_security_group")
    node: Value = call.get("node_security_group_id")
    if made is True:
        node = Handle(f"{call.address}.aws_security_group.node[0]")
    elif isinstance(made, Open):
        node = made
    groups = [*([] if node in (None, "") else [node]), *_listed(own.get("vpc_security_group_ids"))]
    attached = own.get("attach_cluster_primary_security_group")
    if is_open(attached):
        groups.append(attached)
    elif attached is True:
        groups.append(Handle(cluster.address, "cluster_security_group_id"))
    return {"module_node_groups": groups} if groups else {}


def _unless_plain(type_: str, own: Mapping[str, Value]) -> dict[str, Value]:
    """A managed group without a launch template holds EKS's group; of any other nobody tells."""
    names = ("launch_template_id", "launch_template_name", "create_launch_template")
    is_plain = type_ == _MANAGED and all(own.get(name) in (None, "", False) for name in names)
    return {} if is_plain else _SOMEBODYS_TEMPLATE


def _listed(value: Value) -> list[Value]:
    return [value] if is_open(value) else members(value)


def _named_groups(value: Value) -> list[tuple[str, Value]]:
    if isinstance(value, dict):
        return list(value.items())[:200]
    if isinstance(value, Open):
        return [("all", value)]
    return [(str(index), group) for index, group in enumerate(members(value))][:200]


def expand_part(call: Call) -> Made | None:
    """The group of nodes that a submodule makes; None for another module."""
    source = call.source.partition("?")[0].removesuffix(".git").rstrip("/")
    part = next((one for one in _PARTS if source.endswith(one[0])), None)
    if part is None:
        return None
    _, type_, arguments = part
    if call.flag(True, "create", "enabled") is False:
        return Made((), {}, "the call turns the module off")
    groups = [group for name in arguments for group in _listed(_as_list(call.get(name)))]
    values: dict[str, Value] = {
        "cluster_name": call.get("cluster_name"),
        "key": text(call.get("name")) or call.address.rpartition("module.")[2],
        "subnet_ids": call.get("subnet_ids"),
    }
    if type_ != _FARGATE:
        values |= (
            {"module_node_groups": groups} if groups else {} if _is_plain(call, arguments) else _SOMEBODYS_TEMPLATE
        )
    return Made((call.resource(type_, "this", values),), {})


def _as_list(value: Value) -> Value:
    return value if isinstance(value, list) or value in (None, "") else [value]


def _is_plain(call: Call, arguments: tuple[str, ...]) -> bool:
    """Whether the nodes hold EKS's group: the call says that the module writes no launch template."""
    return bool(arguments) and call.flag(True, "use_custom_launch_template") is False
