"""The controls, against the verdicts that the tools themselves gave on the same clusters."""

import pytest

from service.catalogue import CONTROLS as CATALOGUE
from service.domain.addresses import parse_network
from service.domain.cluster import EndpointAccess
from service.domain.consumer import Consumer, ConsumerKind
from service.domain.decision import ControlVerdict
from service.domain.network import Route, RouteTable, Subnet
from service.engine.callers import Caller, Vantage
from service.engine.controls import CONTROLS, NodeExposure, admits_everybody, judge_controls, node_exposure
from service.engine.scene import Place

NO_NODES = NodeExposure()
PRIVATE_NODES = NodeExposure(is_described=True)


def an_access(*cidrs: str, public: bool = True, private: bool = True) -> EndpointAccess:
    """A setting as a definition writes it; host bits are cleared and remembered, as intake does."""
    networks = tuple(parse_network(cidr) for cidr in cidrs)
    rewritten = tuple(c for c, network in zip(cidrs, networks, strict=True) if c != str(network))
    return EndpointAccess(public=public, private=private, public_access_cidrs=networks, rewritten=rewritten)


def the_verdict(id_: str, access: EndpointAccess, nodes: NodeExposure = NO_NODES) -> ControlVerdict:
    """What one control says."""
    return next(verdict for verdict in judge_controls(access, nodes) if verdict.id == id_)


# The twelve clusters on which the tools were compared; 7 (both endpoints off) cannot exist here (F-1.3).
CLUSTERS = {
    "1 nothing stated": an_access(private=False),
    "2 public only": an_access("0.0.0.0/0", private=False),
    "3 public only, one address": an_access("203.0.113.5/32", private=False),
    "4 both, one address": an_access("203.0.113.5/32"),
    "5 both, open": an_access("0.0.0.0/0"),
    "6 private only": an_access(public=False),
    "8 both, two halves": an_access("0.0.0.0/1", "128.0.0.0/1"),
    "9 both, private range": an_access("10.0.0.0/8"),
    "10 both, one address and open": an_access("203.0.113.5/32", "0.0.0.0/0"),
    "11 both, open with host bits": an_access("132.1.50.0/0"),
    "12 both, all of IPv6": an_access("::/0"),
}
NEVER_PUBLIC = "F F F F F p F F F F F"
NO_LITERAL = "F F p p F p p p F p p"
TOOLS = {
    # control: verdicts of the tool on the clusters above, in their order
    "aws-security-hub-eks.1": NEVER_PUBLIC,
    "aws-config-eks-endpoint-no-public-access": NEVER_PUBLIC,
    "control-tower-ct.eks.pr.1": NEVER_PUBLIC,
    "checkov-ckv_aws_39": NEVER_PUBLIC,
    "trivy-avd-aws-0040": NEVER_PUBLIC,
    "cis-eks-5.4.2": NEVER_PUBLIC,
    "checkov-ckv_aws_38": NO_LITERAL,
    "prowler-eks_cluster_not_publicly_accessible": NO_LITERAL,
    "trivy-avd-aws-0041": "F F F F F p F p F F F",
    "prowler-eks_cluster_private_nodes_enabled": "F F F p p p p p p p p",
    # The tool misses cluster 1, which leaves the switch out; here the switch is always known to be on.
    "kics-eks-cluster-has-public-access": NEVER_PUBLIC,
    # By coverage and not by text, so that 8, 11 and 12 fail where restatements of the benchmark pass them.
    "cis-eks-5.4.1": "F F F p F p F p F F F",
}


@pytest.mark.parametrize("id_", TOOLS)
def test_a_control_judges_the_twelve_clusters_as_its_tool_does(id_: str) -> None:
    verdicts = [the_verdict(id_, access).result for access in CLUSTERS.values()]

    assert verdicts == [{"p": "pass", "F": "fail"}[letter] for letter in TOOLS[id_].split()]


def test_private_only_passes_everything() -> None:
    verdicts = judge_controls(an_access(public=False), PRIVATE_NODES)

    assert {verdict.result for verdict in verdicts} == {"pass"}


def test_the_controls_are_those_of_the_catalogue_with_the_same_facts() -> None:
    assert {control.id: control.facts for control in CONTROLS} == {
        id_: control.facts for id_, control in CATALOGUE.items()
    }
    assert [control.id for control in CONTROLS] == list(CATALOGUE)


@pytest.mark.parametrize(
    ("id_", "cluster", "blindness"),
    [
        (
            "checkov-ckv_aws_38",
            "8 both, two halves",
            "does not see that the list covers all of the IPv4 internet",
        ),
        (
            "checkov-ckv_aws_38",
            "11 both, open with host bits",
            "does not see that the list covers all of the IPv4",
        ),
        (
            "prowler-eks_cluster_not_publicly_accessible",
            "12 both, all of IPv6",
            "covers all of the IPv6 internet",
        ),
        ("trivy-avd-aws-0041", "9 both, private range", "does not see that EKS refuses such a list"),
        ("trivy-avd-aws-0041", "4 both, one address", "the tool fails every list that EKS accepts"),
        ("prowler-eks_cluster_private_nodes_enabled", "5 both, open", "the tool looks at no node"),
        (
            "aws-security-hub-eks.1",
            "4 both, one address",
            "that its list is restricted does not count here",
        ),
    ],
)
def test_a_verdict_says_what_its_tool_does_not_see(id_: str, cluster: str, blindness: str) -> None:
    verdict = the_verdict(id_, CLUSTERS[cluster])

    assert blindness in verdict.why


@pytest.mark.parametrize(
    ("cluster", "why"),
    [
        ("1 nothing stated", "public access is on, and its list is empty, which is open to all"),
        ("8 both, two halves", "public access is on, and the list covers all of the IPv4 internet"),
    ],
)
def test_a_failure_says_how_the_list_is_open(cluster: str, why: str) -> None:
    verdict = the_verdict("aws-security-hub-eks.1", CLUSTERS[cluster])

    assert verdict.why == why


def test_the_order_of_the_list_changes_no_verdict() -> None:
    one = an_access("52.78.1.1/32", "13.209.0.0/28")
    other = an_access("13.209.0.0/28", "52.78.1.1/32")

    assert judge_controls(one, NO_NODES) == judge_controls(other, NO_NODES)


@pytest.mark.parametrize(
    ("access", "is_open"),
    [
        (an_access(), True),
        (an_access("0.0.0.0/1", "128.0.0.0/1"), True),
        (an_access("2000::/3"), True),
        (an_access("0.0.0.0/1"), False),
        (an_access("13.209.0.0/28"), False),
        (an_access(public=False), False),
    ],
)
def test_a_list_is_open_if_it_covers_the_internet_of_a_family(access: EndpointAccess, is_open: bool) -> None:
    assert admits_everybody(access) is is_open


@pytest.mark.parametrize(
    ("nodes", "result", "why"),
    [
        (NO_NODES, "undetermined", "no node is described"),
        (PRIVATE_NODES, "pass", "no node has a public address"),
        (
            NodeExposure(is_described=True, unknown=("nodes",)),
            "undetermined",
            "whether these nodes have public addresses is not known: nodes",
        ),
        (
            NodeExposure(is_described=True, exposed=("edge",), unknown=("nodes",)),
            "fail",
            "nodes with a public address: edge",
        ),
    ],
)
def test_private_nodes_are_judged_by_the_nodes(nodes: NodeExposure, result: str, why: str) -> None:
    verdict = the_verdict("cis-eks-5.4.3", an_access(), nodes)

    assert (verdict.result, verdict.why) == (result, why)


def test_a_control_that_is_named_after_nodes_says_which_it_overlooks() -> None:
    nodes = NodeExposure(is_described=True, exposed=("edge", "nodes"))

    verdict = the_verdict("prowler-eks_cluster_private_nodes_enabled", an_access(), nodes)

    assert verdict.result == "pass"
    assert verdict.why.endswith("the tool does not see that nodes have a public address: edge, nodes")


def a_place(*, assigns: bool | None, target: str | None = "nat-a") -> Place:
    """A subnet with a default route to the target; None is a subnet whose route table is not known."""
    table = target and RouteTable(id="rtb-a", routes=(Route(destination=parse_network("0.0.0.0/0"), target=target),))
    subnet = Subnet(id="subnet-a", assigns_public_ip=assigns)
    return Place(id="subnet-a", subnet=subnet, table=table or None, acl=None, settled_by="")


def a_node(*places: Place, public_ip: bool | None = None, kind: ConsumerKind = ConsumerKind.NODE) -> Caller:
    """Nodes called nodes in these subnets."""
    return Caller(
        consumer=Consumer(name="nodes", kind=kind, public_ip=public_ip),
        reference="",
        location_reference="",
        vantage=Vantage.CLUSTER_VPC,
        places=places,
    )


@pytest.mark.parametrize(
    ("node", "exposure"),
    [
        (a_node(a_place(assigns=True), public_ip=False), NodeExposure(is_described=True)),
        (a_node(a_place(assigns=False), public_ip=True), NodeExposure(is_described=True, exposed=("nodes",))),
        (
            a_node(a_place(assigns=False), a_place(assigns=True)),
            NodeExposure(is_described=True, exposed=("nodes",)),
        ),
        (a_node(a_place(assigns=False)), NodeExposure(is_described=True)),
        (a_node(a_place(assigns=None)), NodeExposure(is_described=True)),
        (
            a_node(a_place(assigns=None, target="igw-0a1b2c3d")),
            NodeExposure(is_described=True, unknown=("nodes",)),
        ),
        (a_node(a_place(assigns=None, target=None)), NodeExposure(is_described=True, unknown=("nodes",))),
        (a_node(), NodeExposure(is_described=True, unknown=("nodes",))),
        (a_node(kind=ConsumerKind.OPERATOR), NO_NODES),
    ],
)
def test_a_nodes_own_word_on_its_address_stands_over_its_subnets(node: Caller, exposure: NodeExposure) -> None:
    assert node_exposure([node]) == exposure
