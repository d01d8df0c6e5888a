"""Which module makes an EKS cluster, in which version, and what it calls the settings.

terraform-aws-modules/eks v4 to v21, cloudposse/eks-cluster, EKS Blueprints v4. The same text means opposite things:
terraform-aws-modules/eks turned its defaults round at v19 (from public to private) and renamed its arguments at v21,
to the names that cloudposse uses with the first defaults (PEERS.md, section C).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.intake.readings import Open
from service.intake.terraform_hidden_modules import PRIVATE, PUBLIC, RANGES, Hidden, first, hidden
from service.intake.terraform_known_modules import Call, Majors, is_from, majors
from service.intake.terraform_resources import MadeBy

NEWEST_EKS = 21
_FLIP, _RENAMED = 19, 21

# Arguments that only some major versions of terraform-aws-modules/eks have.
_ONLY_IN: tuple[tuple[int, int | None, tuple[str, ...]], ...] = (
    (4, 17, ("subnets", "worker_groups", "worker_groups_launch_template", "node_groups", "workers_group_defaults")),
    (4, 17, ("map_roles", "map_users", "map_accounts", "manage_aws_auth", "create_eks", "write_kubeconfig")),
    (18, None, ("subnet_ids", "control_plane_subnet_ids", "eks_managed_node_groups", "self_managed_node_groups")),
    (18, None, ("eks_managed_node_group_defaults", "create", "create_kms_key", "iam_role_arn")),
    (18, 19, ("manage_aws_auth_configmap", "create_aws_auth_configmap", "aws_auth_roles", "aws_auth_users")),
    (18, 18, ("node_security_group_ntp_ipv4_cidr_block", "node_security_group_ntp_ipv6_cidr_block")),
    (19, None, ("node_security_group_enable_recommended_rules", "outpost_config", "cluster_addons_timeouts")),
    (20, None, ("access_entries", "enable_cluster_creator_admin_permissions", "authentication_mode")),
    (20, 20, ("cluster_compute_config", "cluster_upgrade_policy", "cluster_remote_network_config")),
    (4, 20, ("cluster_name", "cluster_version", "cluster_endpoint_public_access", "cluster_endpoint_private_access")),
    (4, 20, ("cluster_addons", "cluster_ip_family", "cluster_endpoint_public_access_cidrs")),
    (21, None, ("kubernetes_version", "endpoint_public_access", "endpoint_private_access", "addons")),
    (21, None, ("endpoint_public_access_cidrs", "compute_config", "ip_family", "remote_network_config")),
)


# Arguments that were lists until a major version, and objects since then (UPGRADE-19.0.md): Terraform takes no other.
_LISTS_UNTIL = {"iam_role_additional_policies": 18, "cluster_encryption_config": 18}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
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


_UNTIL_V20 = Names(
    name=("cluster_name",),
    version=("cluster_version",),
    public="cluster_endpoint_public_access",
    private="cluster_endpoint_private_access",
    ranges="cluster_endpoint_public_access_cidrs",
    subnets=("control_plane_subnet_ids", "subnet_ids", "subnets"),
    family="cluster_ip_family",
    create=("create", "create_eks"),
)
_SINCE_V21 = Names(
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
_CLOUDPOSSE = Names(
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
_BLUEPRINTS = Names(
    name=("cluster_name",),
    version=("cluster_version", "kubernetes_version"),
    public="cluster_endpoint_public_access",
    private="cluster_endpoint_private_access",
    ranges="cluster_endpoint_public_access_cidrs",
    subnets=("control_plane_subnet_ids", "private_subnet_ids"),
    family="cluster_ip_family",
    create=("create_eks",),
)


_MADE_BY_CLOUDPOSSE = MadeBy(title="cloudposse/eks-cluster", public=True, private=False)
_MADE_BY_BLUEPRINTS = MadeBy(title="aws-ia/eks-blueprints v4", public=True, private=False)
_MADE_BY_ITSELF = MadeBy(
    title="a module of its own",
    public=None,
    private=None,
    note="the module's files are not part of the document",
    has_list=False,
)

_SETTINGS = {
    "vpc_config/endpoint_public_access": "public",
    "vpc_config/endpoint_private_access": "private",
    "vpc_config/public_access_cidrs": "ranges",
}


def argument_names(call: Call) -> tuple[str, str, str] | None:
    """What a module calls the public switch, the private one and the list; None if it is not known."""
    known = recognised(call)
    return (known[0].public, known[0].private, known[0].ranges) if known else None


def misnamed(call: Call, names: Names, made_by: MadeBy) -> Iterator[tuple[str, Open]]:
    """The settings that a call states under the names of another version or module, which Terraform refuses."""
    if not made_by.has_list:
        return
    for path, attribute in _SETTINGS.items():
        own = getattr(names, attribute)
        for other in (_UNTIL_V20, _SINCE_V21, _CLOUDPOSSE):
            name = getattr(other, attribute)
            if name != own and call.has(name):
                why = f"{made_by.title} has no argument of that name, and Terraform refuses the call"
                yield path, Open(name, why)


def recognised(call: Call) -> tuple[Names, MadeBy, Majors] | None:
    """The names and defaults of the module that a call means, and its versions; None for a module of no cluster."""
    if is_from(call, "terraform-aws-modules/eks/aws", "terraform-aws-modules/terraform-aws-eks"):
        return _versioned(call, majors(call), is_local=False)
    if is_from(call, "cloudposse/eks-cluster/aws", "cloudposse/terraform-aws-eks-cluster"):
        return _CLOUDPOSSE, _MADE_BY_CLOUDPOSSE, Majors()
    if is_from(call, "aws-ia/eks-blueprints/aws", "aws-ia/terraform-aws-eks-blueprints"):
        return _BLUEPRINTS, _MADE_BY_BLUEPRINTS, Majors()
    return _unnamed(call)


def _unnamed(call: Call) -> tuple[Names, MadeBy, Majors] | None:
    """A module that the source does not name, as far as the arguments tell which one it is."""
    match hidden(call):
        case Hidden.EKS:
            return _versioned(call, Majors(), is_local=True)
        case Hidden.CLOUDPOSSE:
            return _CLOUDPOSSE, _MADE_BY_CLOUDPOSSE, Majors()
        case Hidden.BLUEPRINTS:
            return _BLUEPRINTS, _MADE_BY_BLUEPRINTS, Majors()
        case Hidden.OWN:
            names = replace(
                _SINCE_V21 if call.has("name", "kubernetes_version") else _UNTIL_V20,
                public=first(call, PUBLIC),
                private=first(call, PRIVATE),
                ranges=first(call, RANGES),
            )
            return names, _MADE_BY_ITSELF, Majors()
        case _:
            return None


def _versioned(call: Call, allowed: Majors, *, is_local: bool) -> tuple[Names, MadeBy, Majors]:
    """The names and defaults of terraform-aws-modules/eks in the versions that the call allows."""
    span = allowed
    for least, most, arguments in _ONLY_IN:
        if call.has(*arguments):
            narrower = span.within(least, most)
            if narrower.most is None or narrower.least <= narrower.most:
                span = narrower
    for argument, list_until in _LISTS_UNTIL.items():
        value = call.get(argument)
        if isinstance(value, dict) or (isinstance(value, list) and value):
            narrower = span.within(0, list_until) if isinstance(value, list) else span.within(list_until + 1, None)
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
    if max(span.least, 4) == (span.most or NEWEST_EKS):
        return f"v{max(span.least, 4)}"
    return f"v{max(span.least, 4)} to v{span.most or NEWEST_EKS}"
