"""Modules whose files are not in the document and whose source does not name them: what the arguments tell.

`../..` is the module of the repository that an example stands in. Several modules are called so, and their defaults
are opposite ones; the arguments that only one of them has tell which it is. Of any other source an argument that
sets the endpoint tells that it makes a cluster. What such a call states is stated, its defaults are not known.
"""

from __future__ import annotations

from enum import Enum, auto

from service.intake.terraform_known_modules import Call

PUBLIC = ("cluster_endpoint_public_access", "endpoint_public_access", "eks_endpoint_public_access")
PRIVATE = ("cluster_endpoint_private_access", "endpoint_private_access", "eks_endpoint_private_access")
RANGES = (
    *("cluster_endpoint_public_access_cidrs", "endpoint_public_access_cidrs", "eks_endpoint_public_access_cidrs"),
    *("public_access_cidrs", "cluster_public_access_cidrs"),
)
_CLUSTERS_ALONE = (*PUBLIC, *PRIVATE, *RANGES[:3])
_NAMED = ("cluster_name", "cluster_version", "kubernetes_version")

_ONLY_CLOUDPOSSE = (
    *("oidc_provider_enabled", "cluster_encryption_config_enabled", "kubernetes_config_map_ignore_role_changes"),
    *("apply_config_map_aws_auth", "workers_security_group_ids", "workers_role_arns"),
    *("access_entry_map", "addons_depends_on", "cluster_depends_on", "cluster_log_retention_period"),
)
# Arguments of terraform-aws-modules/eks that a call of it hardly does without, and that tell it from others.
_TELLING_EKS = (
    *("eks_managed_node_groups", "self_managed_node_groups", "eks_managed_node_group_defaults"),
    *("self_managed_node_group_defaults", "fargate_profiles", "control_plane_subnet_ids", "worker_groups"),
    *("worker_groups_launch_template", "workers_group_defaults", "node_groups", "map_roles", "write_kubeconfig"),
    *("manage_aws_auth", "manage_aws_auth_configmap", "create_aws_auth_configmap", "create_kms_key"),
    *("cluster_encryption_config", "cluster_addons", "enable_cluster_creator_admin_permissions", "access_entries"),
    *("compute_config", "cluster_compute_config", "cluster_ip_family", "subnets", "kube_api_server_config"),
    *("cluster_security_group_additional_rules", "security_group_additional_rules", "control_plane_scaling_config"),
)
# All that terraform-aws-modules/eks has had from v4 to v21 besides those; Terraform refuses a call with any other.
_EKS = frozenset(
    (
        *("create", "region", "tags", "prefix_separator", "name", "kubernetes_version", "enabled_log_types"),
        *("deletion_protection", "force_update_version", "authentication_mode", "upgrade_policy"),
        *("remote_network_config", "zonal_shift_config", "additional_security_group_ids", "subnet_ids"),
        *("endpoint_private_access", "endpoint_public_access", "endpoint_public_access_cidrs", "ip_family"),
        *("service_ipv4_cidr", "service_ipv6_cidr", "outpost_config", "encryption_config"),
        *("attach_encryption_policy", "cluster_tags", "create_primary_security_group_tags", "timeouts"),
        *("create_cloudwatch_log_group", "create_security_group", "security_group_id", "vpc_id"),
        *("create_cni_ipv6_iam_policy", "create_node_security_group", "enable_irsa", "openid_connect_audiences"),
        *("include_oidc_root_ca_thumbprint", "custom_oidc_thumbprints", "create_iam_role"),
        *("dataplane_wait_duration", "enable_auto_mode_custom_tags", "create_auto_mode_iam_resources", "addons"),
        *("addons_timeouts", "identity_providers", "create_node_iam_role", "putin_khuylo"),
        *("kube_controller_manager_config", "kube_scheduler_config", "fargate_profile_defaults", "cluster_name"),
        *("cluster_version", "cluster_enabled_log_types", "cluster_force_update_version"),
        *("cluster_upgrade_policy", "cluster_remote_network_config", "cluster_zonal_shift_config"),
        *("cluster_additional_security_group_ids", "cluster_endpoint_private_access"),
        *("cluster_endpoint_public_access", "cluster_endpoint_public_access_cidrs", "cluster_service_ipv4_cidr"),
        *("cluster_service_ipv6_cidr", "attach_cluster_encryption_policy"),
        *("create_cluster_primary_security_group_tags", "cluster_timeouts", "create_cluster_security_group"),
        *("cluster_security_group_id", "cluster_addons_timeouts", "cluster_identity_providers"),
        *("cluster_access_config", "bootstrap_self_managed_addons", "enable_security_groups_for_pods"),
        *("enable_efa_support", "provision_on_outpost", "cluster_iam_role_dns_suffix", "permissions_boundary"),
        *("iam_path", "cluster_iam_role_name", "manage_cluster_iam_resources", "manage_worker_iam_resources"),
        *("workers_role_name", "attach_worker_cni_policy", "create_eks", "node_groups_defaults"),
        *("eks_oidc_root_ca_thumbprint", "create_fargate_pod_execution_role", "fargate_pod_execution_role_name"),
        *("fargate_subnets", "cluster_egress_cidrs", "wait_for_cluster_timeout", "wait_for_cluster_cmd"),
        *("wait_for_cluster_interpreter", "default_platform", "map_accounts", "map_users", "map_accounts_count"),
        *("map_roles_count", "map_users_count", "worker_group_count", "worker_group_tags"),
        *("worker_group_launch_template_count", "worker_groups_launch_template_mixed"),
        *("workers_additional_policies", "workers_egress_cidrs", "cluster_create_timeout"),
        *("cluster_delete_timeout", "cluster_update_timeout", "cluster_create_security_group"),
        *("config_output_path", "write_aws_auth_config", "aws_auth_additional_labels", "local_exec_interpreter"),
        *("security_groups", "workstation_cidr", "cluster_create_endpoint_private_access_sg_rule"),
        *("cluster_endpoint_private_access_cidrs", "cluster_endpoint_private_access_sg"),
        *("cluster_log_retention_in_days", "cluster_log_kms_key_id", "kubernetes_network_config"),
    )
)
_EKS_FAMILIES = (
    *("kms_key_", "enable_kms_key_", "cloudwatch_log_group_", "security_group_", "cluster_security_group_"),
    *("node_security_group_", "iam_role_", "cluster_encryption_policy_", "encryption_policy_", "node_iam_role_"),
    *("aws_auth_", "kubeconfig_", "worker_"),
)


class Hidden(Enum):
    """Which module a call means."""

    EKS = auto()
    CLOUDPOSSE = auto()
    BLUEPRINTS = auto()
    OWN = auto()


def hidden(call: Call) -> Hidden | None:
    """What a call of a module tells that the document does not hold; None if nothing tells of a cluster."""
    if call.source.startswith(".") and call.source.strip("./") == "":
        found = _of_the_repository(call)
        if found:
            return found
    is_cluster = call.has(*_CLUSTERS_ALONE) or (call.has(*RANGES) and call.has(*_NAMED))
    return Hidden.OWN if is_cluster else None


def _of_the_repository(call: Call) -> Hidden | None:
    if set(call.arguments) == {"create"}:
        return Hidden.EKS
    if call.has("private_subnet_ids") and call.has("vpc_id"):
        is_cluster = call.has("cluster_version", "kubernetes_version", "create_eks")
        return Hidden.BLUEPRINTS if is_cluster else None
    if call.has(*_ONLY_CLOUDPOSSE) and call.has("subnet_ids"):
        return Hidden.CLOUDPOSSE
    if call.has(*_TELLING_EKS) and all(map(_is_of_eks, call.arguments)):
        return Hidden.EKS
    is_named = call.has(*_NAMED)
    is_anothers = call.texts.get("cluster_name", "").startswith(("module.", "data."))
    return Hidden.OWN if is_named and not is_anothers and call.has("vpc_id", "subnet_ids", "subnets") else None


def _is_of_eks(argument: str) -> bool:
    return argument in _EKS or argument in _TELLING_EKS or argument.startswith(_EKS_FAMILIES)


def first(call: Call, names: tuple[str, ...]) -> str:
    """The name that a call uses among several; the first of them if it uses none."""
    return next((name for name in names if call.has(name)), names[0])
