"""What people call things for which this service has another word.

Spelling is `did_you_mean`'s own business; here stand words that are right elsewhere: in threads, in AWS's consoles, in
the tools. A word may mean several things (`vpn` is a place and a link); of these the one that is known at its place is
meant, and the first of them if several are. A word is written as `hints` compares it: lower case, with underscores.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from types import MappingProxyType

# Packed by hand: with a word to a line nobody would see a meaning whole.
# fmt: off
_CALLED: Mapping[str, tuple[str, ...]] = {
    # Kinds of consumers
    "operator": (
        "kubectl", "kubectl_user", "user", "developer", "engineer", "admin", "administrator", "human", "person",
        "laptop", "workstation", "bastion", "bastion_host", "jumphost", "jump_host", "jumpbox", "jump_box",
        "cloudshell", "cloud9",
    ),
    "pipeline": (
        "ci", "cd", "cicd", "ci_cd", "ci_runner", "runner", "agent", "github", "github_actions", "github_runner",
        "gitlab", "gitlab_ci", "gitlab_runner", "jenkins", "codebuild", "codepipeline", "buildkite", "circleci",
        "azure_devops", "terraform", "terraform_cloud", "pulumi", "deployer", "self_hosted_runner",
    ),
    "gitops_controller": ("argocd", "argo_cd", "argo", "flux", "fluxcd", "gitops", "gitops_hub", "controller",),
    "function": ("lambda", "aws_lambda", "lambda_function", "step_function", "step_functions",),
    "managed_service": (
        "saas", "service", "aws_service", "monitoring", "scanner", "prometheus", "amp", "datadog", "batch", "emr",
        "vendor", "third_party",
    ),
    "pod": (
        "pods", "webhook", "admission_webhook", "coredns", "daemonset", "addon", "add_on", "workload", "karpenter",
        "container", "operator_pod",
    ),
    "node": (
        "node_group", "nodegroup", "managed_node_group", "managed_nodegroup", "self_managed_node", "worker",
        "worker_node", "workers", "worker_nodes", "ec2", "ec2_instance", "ec2_node", "instance", "kubelet",
        "kube_proxy", "auto_mode_node", "windows_node", "outpost_node",
    ),
    "fargate_pod": ("fargate", "fargate_profile",),
    "hybrid_node": ("hybrid", "on_prem_node", "onprem_node", "on_premises_node", "edge_node",),
    # Places
    "cluster_vpc": ("vpc", "in_vpc", "in_the_vpc", "inside", "inside_vpc", "same_vpc", "eks_vpc", "bastion_subnet",),
    "connected_network": (
        "peered_vpc", "peered", "vpc_peering", "peering", "vpn", "client_vpn", "site_to_site_vpn", "on_prem",
        "on_premises", "on_premise", "onprem", "office", "corporate", "corporate_network", "datacenter",
        "data_center", "direct_connect", "dx", "transit_gateway", "tgw", "tgw_vpc", "connected_vpc",
    ),
    "other_network": ("other_vpc", "another_vpc", "unconnected_vpc", "isolated_vpc", "other_cloud",),
    "internet": ("public", "outside", "external", "world", "anywhere", "home", "github_hosted",),
    # Links
    "peering": ("vpc_peering", "peering_connection", "vpc_peering_connection", "pcx", "peer",),
    "transit_gateway": ("tgw", "cloud_wan", "cloudwan", "transit",),
    "vpn": (
        "site_to_site", "site_to_site_vpn", "s2s", "s2s_vpn", "ipsec", "vgw", "virtual_private_gateway",
        "vpn_gateway", "openvpn", "wireguard", "tailscale",
    ),
    "direct_connect": ("dx", "dxgw", "direct_connect_gateway",),
    "client_vpn": ("aws_client_vpn", "client_vpn_endpoint", "cvpn",),
    "private_link": ("endpoint_service", "vpc_endpoint_service",),
    # Routing of subnets
    "private_with_nat": ("private", "nat", "private_nat", "private_subnet", "natted", "private_with_egress", "egress",),
    "isolated": (
        "none", "no_internet", "no_nat", "private_isolated", "air_gapped", "intra", "without_internet", "without_nat",
        "private_without_internet", "private_without_nat", "private_no_internet", "private_no_nat",
    ),
    "public": ("public_subnet", "igw", "internet_gateway", "internet_facing",),
    # Roles of security groups
    "additional": ("additional_security_group", "additional_sg", "control_plane", "extra",),
    "cluster": ("cluster_security_group", "cluster_sg", "eks", "eks_cluster", "primary", "primary_security_group",),
    "other": ("node", "nodes", "worker", "workers", "bastion", "client", "endpoint",),
    # Resolvers
    "vpc": ("amazon", "amazon_dns", "amazonprovideddns", "amazon_provided_dns", "vpc_resolver", "vpc_dns",),
    "forwarded_to_cluster_vpc": (
        "forwarded", "forward", "forwarding", "route53", "route53_resolver", "inbound_resolver",
    ),
    "own": ("custom", "own_dns", "custom_dns", "corporate", "on_prem", "public", "8.8.8.8", "1.1.1.1", "google",),
    # Members
    "kind": ("type", "role",),
    "location/source_cidrs": ("ip", "ips", "source_ip", "source_ips", "public_ips", "source_address",),
    "location/cidrs": ("cidr", "private_cidrs", "private_ip",),
    "tunnel": ("bastion", "via", "jump_host", "jumphost", "proxy_jump", "ssm",),
    "proxy": ("http_proxy", "https_proxy",),
    "proxy/bypass": ("no_proxy", "noproxy",),
    "managed": ("managed_node_group", "managed_nodes", "is_managed",),
    "in_cluster": ("in_cluster_config", "uses_kubernetes_service",),
    "endpoint_access": (
        "endpoint", "endpoints", "endpointpublicaccess", "endpointprivateaccess", "endpoint_public_access",
        "endpoint_private_access", "resources_vpc_config", "resourcesvpcconfig", "public_access", "private_access",
    ),
    "endpoint_access/public_access_cidrs": ("publicaccesscidrs", "allow_list", "allowlist", "whitelist",),
    "public_access_cidrs": ("publicaccesscidrs", "allow_list", "allowlist", "whitelist", "cidrs",),
    "vpc/cidrs": ("vpc_cidr", "vpc_cidrs", "cidr", "cidrs",),
    "vpc/endpoints": ("vpc_endpoints", "vpce", "interface_endpoints", "gateway_endpoints",),
    "vpc/enable_dns_hostnames": ("dns_hostnames", "enablednshostnames",),
    "vpc/enable_dns_support": ("dns_support", "enablednssupport", "dns_resolution",),
    "vpc/domain_name_servers": ("dhcp_options", "dhcp", "dhcp_dns_servers", "dns_servers", "name_servers",),
    "domain_name_servers": ("dhcp_options", "dhcp", "dhcp_dns_servers", "dns_servers", "name_servers",),
    "nat_gateways": ("nat", "nats", "nat_gateway", "nat_eips", "nat_ips",),
    "connections": ("links", "link", "peerings", "vpns", "tgws", "transit_gateways", "vpn_connections",),
    "network_acls": ("nacl", "nacls", "acl", "acls",),
    "hosting": ("outpost", "outposts", "outpost_config",),
    "created_at": ("created", "creation_date",),
    "cluster_subnets": ("control_plane_subnets", "eni_subnets", "subnet_ids",),
    "route_tables": ("routes", "rtb",),
    "ingress": ("inbound", "inbound_rules", "rules",),
    "egress": ("outbound", "outbound_rules",),
    "sources": (
        "source", "cidr", "cidrs", "cidr_blocks", "source_security_group", "source_security_group_id", "groups",
    ),
    "from_port": ("port",),
}
# fmt: on
_MEANINGS: dict[str, tuple[str, ...]] = {}
for _meaning, _words in _CALLED.items():
    for _word in _words:
        _MEANINGS[_word] = (*_MEANINGS.get(_word, ()), _meaning)
MEANINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(_MEANINGS)
"""What a word may mean, for each word."""


def meaning_of(word: str, known: Container[str]) -> str | None:
    """What a word means among what is known at its place; None if it is no other word for any of that."""
    return next((meaning for meaning in MEANINGS.get(word, ()) if meaning in known), None)
