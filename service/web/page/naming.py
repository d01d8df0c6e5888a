"""What codes are called on the page; the codes themselves stand beside the names wherever they can be looked up.

The names are marked for translation here and translated where they are shown.
"""

from __future__ import annotations

from types import MappingProxyType


def N_(message: str) -> str:  # noqa: N802  the usual name of a mark that the extraction of words looks for
    """Marks a text that is translated later."""
    return message


NAMES = MappingProxyType(
    {
        # modes
        "public": N_("public"),
        "public_and_private": N_("public and private"),
        "private": N_("private"),
        # outcomes and statuses
        "recommended": N_("recommended"),
        "no_mode_fits": N_("no mode fits"),
        "undetermined": N_("undetermined"),
        "eligible": N_("fits"),
        "ruled_out": N_("ruled out"),
        # criteria and the terms of their scores
        "exposure": N_("exposure"),
        "efficiency": N_("efficiency"),
        "accessibility": N_("accessibility"),
        "addresses_that_may_connect": N_("addresses that may connect"),
        "legs_off_the_internet": N_("legs off the internet"),
        "short_paths": N_("short paths"),
        "no_nat_processing": N_("no NAT processing"),
        "same_zone": N_("same zone"),
        "no_single_point_of_failure": N_("no single point of failure"),
        "required_admitted": N_("required callers admitted"),
        "preferred_admitted": N_("preferred callers admitted"),
        # kinds of callers
        "node": N_("node"),
        "fargate_pod": N_("Fargate pod"),
        "hybrid_node": N_("hybrid node"),
        "pod": N_("pod"),
        "operator": N_("operator"),
        "pipeline": N_("pipeline (CI)"),
        "gitops_controller": N_("GitOps controller"),
        "function": N_("function"),
        "managed_service": N_("managed service"),
        # where they stand
        "cluster_vpc": N_("in the cluster VPC"),
        "connected_network": N_("behind a private link"),
        "other_network": N_("in a network without a link"),
        "internet": N_("on the internet"),
        # what their admission means
        "required": N_("required"),
        "preferred": N_("preferred"),
        "unwanted": N_("unwanted"),
        # how a flow ends
        "accepted": N_("gets in"),
        "denied_out": N_("stopped on its own side"),
        "denied_in": N_("turned away"),
        "no_route": N_("finds no way"),
        "not_resolved": N_("gets no address"),
        "insufficient_info": N_("not known"),
        # the steps
        "kubectl_to_api_server": N_("Clients to the API server"),
        "api_server_to_kubelet": N_("The API server to kubelets and pods"),
        "kubelet_to_api_server": N_("Nodes and pods to the API server"),
        "kubelet": N_("kubelet"),
        "webhook": N_("webhook"),
        "aggregated_api": N_("aggregated API"),
        "oidc_issuer": N_("OIDC issuer"),
        # components of a path that are named by an id
        "security_group": N_("security group"),
        "network_acl": N_("network ACL"),
        "route_table": N_("route table"),
        "nat_gateway": N_("NAT gateway"),
        "connection": N_("connection"),
        "firewall": N_("firewall"),
        # verdicts
        "pass": N_("passes"),
        "fail": N_("fails"),
        "not_applicable": N_("does not apply"),
        "restricted_access": N_("restricted access"),
        "private_only": N_("private access only"),
        "private_nodes": N_("private nodes"),
        "no_public_endpoint": N_("no public endpoint"),
        "no_open_list": N_("no list that is open to all"),
        # severities
        "critical": N_("critical"),
        "high": N_("high"),
        "medium": N_("medium"),
        "low": N_("low"),
        "info": N_("for information"),
        # requirements
        "none": N_("no public endpoint"),
        "allow_list": N_("public only with an allow-list"),
        "any": N_("anything goes"),
        "inside_vpc": N_("stays inside the VPC"),
        # where a field of a description comes from
        "stated": N_("the document"),
        "default": N_("a default"),
        "computed": N_("computed"),
        # links
        "vpn": N_("site-to-site VPN"),
        "client_vpn": N_("client VPN"),
        "direct_connect": N_("Direct Connect"),
        "transit_gateway": N_("transit gateway"),
        "peering": N_("VPC peering"),
        # the examples
        "demo": N_("A name and nothing else"),
        "payments": N_("A production cluster that misses its requirement"),
        "nodes-cannot-join": N_("Why can my nodes not join?"),
        "private-over-vpn": N_("People come over a VPN, no public endpoint allowed"),
        "hybrid": N_("Hybrid nodes behind Direct Connect"),
        "from-a-document": N_("A cluster file of eksctl"),
    }
)
"""Names by code, as English says them; no code means two things."""


def name_of(code: object) -> str:
    """The English name of a code; a code without one is its own words."""
    return NAMES.get(str(code)) or str(code).replace("_", " ")
