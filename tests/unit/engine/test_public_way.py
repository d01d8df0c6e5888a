"""To the public endpoint: the way out, and the list."""

from tests.unit.builders import (
    ALL,
    PUBLIC,
    a_cluster,
    an_acl,
    an_acl_rule,
    assert_trace,
    nodes,
    the_call,
    with_acl,
)


def test_the_acl_around_the_nat_gateway_is_held_against_every_subnet_of_the_nodes() -> None:
    """ACLs on the way must pass the traffic (F-3.19), of every subnet of a consumer (Reading 3)."""
    refuses_b = (an_acl_rule(90, ALL, "10.0.16.0/20", allows=False), an_acl_rule(100, ALL))
    cluster = with_acl(a_cluster(), "subnet-public", an_acl(ingress=refuses_b))

    call = the_call(PUBLIC, cluster, nodes())

    assert_trace(call, "denied_out", ["nodes", "rtb-a", "nat-a", "acl-1"], "nacl-blocks-subnet-traffic")
    assert call.partial == ("works from subnet-a",)
