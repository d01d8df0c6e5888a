"""To the endpoint network interfaces, and back."""

from service.domain.cluster import IpFamily
from tests.unit.builders import (
    PRIVATE,
    a_bastion,
    a_cluster,
    a_group,
    a_public_subnet,
    a_range,
    a_rule,
    a_subnet,
    assert_trace,
    nodes,
    ranges,
    the_call,
    the_cluster_group,
)


def test_a_host_network_counts_for_its_host_although_another_caller_of_the_same_groups_was_walked_first() -> None:
    """Each interface must be reached (Reading 3); what shadows one of them is this host's own affair."""
    shadowed = a_bastion(name="shadowed", host_networks=ranges("10.0.16.0/20"))

    call = the_call(PRIVATE, a_cluster(), shadowed, a_bastion(name="first"))

    assert_trace(call, "no_route", ["shadowed", "host network of shadowed"], "docker-bridge-cidr-conflict")


def test_rules_for_ipv6_are_held_against_the_ipv6_range_of_every_subnet() -> None:
    """Rules for IPv4 and IPv6 are separate (F-3.25), and every subnet of the nodes must get in (Reading 3)."""
    subnets = (
        a_subnet(ipv6_cidr=a_range("2600:1f00::/64")),
        a_subnet("subnet-b", "10.0.16.0/20", ipv6_cidr=a_range("2600:1f00:0:1::/64")),
        a_public_subnet(),
    )
    groups = (the_cluster_group(a_rule("2600:1f00::/64")), a_group("sg-own"))
    cluster = a_cluster(ip_family=IpFamily.IPV6, subnets=subnets, security_groups=groups)

    call = the_call(PRIVATE, cluster, nodes(security_groups=("sg-own",)))

    assert_trace(call, "denied_in", ["nodes", "sg-cluster"], "cluster-sg-missing-443-from-node")
