"""The picture's own words, in one place; what a question or a path says is shown as it is.

A text with places is filled first and said then, as every sentence is (docs/words.md).
"""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], str]
"""Gives the words of this module in the reader's language."""


def as_it_is(word: str) -> str:
    """English."""
    return word


MODES = {"public": "public", "public_and_private": "public and private", "private": "private"}
STATUSES = {"eligible": "eligible", "ruled_out": "ruled out", "undetermined": "undetermined"}
RECOMMENDED = "recommended"
AT_PRESENT = "at present"
TITLE = "API server endpoint of {cluster}"
STEPS = {1: "clients to the API server", 2: "API server to kubelets and pods", 3: "nodes and pods to the API server"}
KINDS = {
    "node": "node",
    "fargate_pod": "Fargate pod",
    "hybrid_node": "hybrid node",
    "pod": "pod",
    "operator": "operator",
    "pipeline": "pipeline",
    "gitops_controller": "GitOps controller",
    "function": "function",
    "managed_service": "managed service",
    "consumer": "consumer",
}
LINKS = {
    "peering": "VPC peering",
    "transit_gateway": "transit gateway",
    "vpn": "VPN gateway",
    "direct_connect": "Direct Connect",
    "client_vpn": "client VPN",
    "private_link": "PrivateLink",
    "connection": "connection",
}
EXITS = {
    "internet_gateway": "internet gateway",
    "egress_only_internet_gateway": "egress-only gateway",
    "firewall": "firewall",
    "proxy": "proxy",
}
COMPONENTS = {
    "security_group": "security group",
    "network_acl": "network ACL",
    "route_table": "route table",
    "nat_gateway": "NAT gateway",
    "connection": "connection",
    "firewall": "firewall",
    "subnet": "subnet",
    "gateway": "gateway",
}
SOME_LINK = "private network link"
"""How a path names a link that is not described."""
ROUTINGS = {
    "public": "public",
    "nat": "behind NAT",
    "firewall": "behind a firewall",
    "link": "routed over a link",
    "egress_only": "IPv6 out only",
    "isolated": "isolated",
}
INTERNET = "The internet"
NO_INTERNET_CALLER = "no caller stands here"
NETWORKS = "Networks behind links"
OTHER = "Other networks, without a link to the VPC"
AMAZON = "Amazon's network, outside the VPC"
VPC = "Customer's VPC"
AWS_VPC = "AWS-managed VPC"
LOAD_BALANCER = "load balancer"
PUBLIC_ENDPOINT = "public endpoint"
NO_PUBLIC_ENDPOINT = "no public endpoint"
PRIVATE_ENDPOINT = "private endpoint"
API_SERVERS = "API servers"
ALLOW_LIST = "Public access CIDRs: {ranges}"
OPEN_TO_ALL = "{ranges}, open to all"
NOBODY = "nobody"
AWAITED = "the addresses of {names} once they are known"
NOT_KNOWN = "not known"
INTERFACES = "EKS-owned network interfaces"
INTERFACE = "ENI"
ZONE = "Zone {zone}"
NO_ZONE = "zone not given"
NO_SUBNET = "a subnet that was not given"
NETWORK_BEHIND = "Network behind {link}"
NETWORK_UNNAMED = "Network behind a link that was not named"
UNNAMED_LINK = "which link?"
NOT_ATTACHED = "does not end in this VPC"
ENDPOINTS = "VPC endpoints, which carry no Kubernetes API traffic: {names}"
MORE = "+{count} more"
MORE_SUBNETS = "{count} more subnets: {names}"
IN_SUBNETS = "In {count} subnets: {names}"
MORE_LINKS = "{count} more links: {names}"
NOT_DRAWN = "{count} more consumers are not drawn"
THROUGH = "through {names}"
JOINS = "joins the path of {name}"
SEEN_AS = "seen as {ranges}"
BY_PATHS_OF_AWS = "from the API servers, by paths of AWS"
ALSO = "then also {causes}"
MISSING = "missing: {fields}"
ONLY_PATHS = "The question was not kept whole: only what the paths name is drawn."
REACHES = {
    "inside": "stays in the VPC, or on a private link of Amazon's",
    "amazon": "leaves the VPC, stays on Amazon's network",
    "internet": "leaves Amazon's network",
    "unknown": "how far it goes is not known",
}
LEGEND_STOP = "stopped here, with the cause"
LEGEND_UNKNOWN = "a fact is missing, which is named"
ENDINGS = {"arrives": "arrives", "stops": "is stopped", "open": "is not known to arrive"}
