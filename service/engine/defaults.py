"""What is taken for granted of a cluster where nothing is said: a table of EKS's and AWS's defaults.

Each row is an assumption that every answer lists, and when it is made. What has no default is not here: it
stays unknown, and the gates say so.
"""

from __future__ import annotations

from collections.abc import Callable

from service.domain.cluster import Cluster, IpFamily
from service.domain.trace import Assumption

_OPEN = "the public endpoint is taken to be open to all addresses, EKS's default, where it is on"


def _leaves_out(cluster: Cluster, member: str) -> bool:
    return cluster.endpoint_access is not None and member in cluster.endpoint_access.left_out


def _leaves_open(cluster: Cluster, *members: str) -> bool:
    access = cluster.endpoint_access
    return access is not None and not access.unknown.isdisjoint(members)


def _row(code: str, field: str, sentence: str, *facts: str) -> Assumption:
    return Assumption(code=code, field=field, sentence=sentence, facts=facts)


TAKEN_FOR_GRANTED: tuple[tuple[Assumption, Callable[[Cluster], bool]], ...] = (
    (
        _row(
            "hosted-in-region",
            "/cluster/hosting",
            "the control plane is taken to run in the Region, not on an Outpost",
            "F-7.3",
        ),
        lambda cluster: cluster.hosting is None,
    ),
    (
        _row(
            "ipv4-cluster",
            "/cluster/ip_family",
            "the cluster is taken to be of the IPv4 family, EKS's default",
            "F-5.7",
        ),
        lambda cluster: cluster.ip_family is None,
    ),
    (
        _row(
            "dual-stack-endpoint",
            "/cluster/created_at",
            "the cluster is taken to be younger than 2024-10-21, so that its endpoint has both families",
            "F-5.6",
            "F-12.4",
        ),
        lambda cluster: cluster.ip_family is IpFamily.IPV6 and cluster.created_at is None,
    ),
    (
        _row("public-access-cidrs-open", "/cluster/endpoint_access", _OPEN, "F-1.10", "F-1.11"),
        lambda cluster: cluster.endpoint_access is None,
    ),
    (
        _row(
            "public-access-on",
            "/cluster/endpoint_access/public",
            "public access is taken to be on, EKS's default",
            "F-1.1",
        ),
        lambda cluster: _leaves_out(cluster, "public"),
    ),
    (
        _row(
            "private-access-off",
            "/cluster/endpoint_access/private",
            "private access is taken to be off, EKS's default",
            "F-1.1",
        ),
        lambda cluster: _leaves_out(cluster, "private"),
    ),
    (
        _row("public-access-cidrs-open", "/cluster/endpoint_access/public_access_cidrs", _OPEN, "F-1.10", "F-1.11"),
        lambda cluster: _leaves_out(cluster, "public_access_cidrs"),
    ),
    (
        _row(
            "present-setting-unknown",
            "/cluster/endpoint_access",
            "which endpoints are on today is said to be not known: the present setting is not assessed",
            "F-1.1",
        ),
        lambda cluster: _leaves_open(cluster, "public", "private"),
    ),
    (
        _row(
            "public-access-cidrs-unknown",
            "/cluster/endpoint_access/public_access_cidrs",
            "what stands on the present list is said to be not known: nobody is taken to be on it",
            "F-1.8",
        ),
        lambda cluster: _leaves_open(cluster, "public_access_cidrs"),
    ),
    (
        _row(
            "dns-support-on",
            "/cluster/vpc/enable_dns_support",
            "the VPC's DNS resolution is taken to be on, as EKS requires",
            "F-2.8",
        ),
        lambda cluster: cluster.vpc.has_dns_support is None,
    ),
    (
        _row(
            "dns-hostnames-on",
            "/cluster/vpc/enable_dns_hostnames",
            "the VPC's DNS hostnames are taken to be on, as EKS requires",
            "F-2.8",
        ),
        lambda cluster: cluster.vpc.has_dns_hostnames is None,
    ),
    (
        _row(
            "amazon-provided-dns",
            "/cluster/vpc/domain_name_servers",
            "the DHCP options are taken to name AmazonProvidedDNS",
            "F-2.7",
        ),
        lambda cluster: cluster.vpc.domain_name_servers is None,
    ),
    (
        _row(
            "block-public-access-off",
            "/cluster/vpc/block_public_access",
            "the VPC's Block Public Access is taken to be off",
            "F-4.9",
        ),
        lambda cluster: cluster.vpc.block_public_access is None,
    ),
    (
        _row(
            "default-network-acls",
            "/cluster/network_acls",
            "subnets without a network ACL are taken to have the default one, which allows all",
            "F-3.19",
        ),
        lambda cluster: cluster.network_acls is None,
    ),
)


def taken_for_granted(cluster: Cluster) -> tuple[Assumption, ...]:
    """The rows of the table that apply."""
    return tuple(assumption for assumption, applies in TAKEN_FOR_GRANTED if applies(cluster))
