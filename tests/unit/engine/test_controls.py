"""The controls, against the verdicts that the tools themselves gave on the same clusters."""

from __future__ import annotations

import pytest

from service.catalogue import CONTROLS as CATALOGUE
from service.domain.addresses import parse_network
from service.domain.cluster import EndpointAccess
from service.domain.consumer import Consumer, ConsumerKind
from service.domain.decision import ControlVerdict
from service.domain.network import Route, RouteTable, Subnet
from service.engine.callers import Caller, Vantage
from service.engine.controls import CONTROLS, NodeExposure, judge_controls, node_exposure
from service.engine.scanners import Setting, as_written, written_out
from service.engine.scene import Place
from tests.knowledge_base import knowledge

NO_NODES = NodeExposure()
PRIVATE_NODES = NodeExposure(is_described=True)


def a_setting(*cidrs: str, public: bool | None = True, private: bool | None = True) -> Setting:
    """A setting as a definition writes it; no ranges are a list that is left out."""
    return Setting(public=public, private=private, cidrs=cidrs or None)


def the_verdict(id_: str, setting: Setting, nodes: NodeExposure = NO_NODES) -> ControlVerdict:
    """What one control says."""
    return next(verdict for verdict in judge_controls(setting, nodes) if verdict.id == id_)


# The twelve clusters on which the tools were compared, as definitions write them.
CLUSTERS = {
    "1 nothing stated": a_setting(public=None, private=None),
    "2 public only": a_setting(private=False),
    "3 public only, one address": a_setting("203.0.113.5/32", private=False),
    "4 both, one address": a_setting("203.0.113.5/32"),
    "5 both, open": a_setting("0.0.0.0/0"),
    "6 private only": a_setting(public=False),
    "7 public off, private not stated": a_setting(public=False, private=None),
    "8 both, two halves": a_setting("0.0.0.0/1", "128.0.0.0/1"),
    "9 both, private range": a_setting("10.0.0.0/8"),
    "10 both, one address and open": a_setting("203.0.113.5/32", "0.0.0.0/0"),
    "11 both, open with host bits": a_setting("132.1.50.0/0"),
    "12 both, all of IPv6": a_setting("::/0"),
}
ROWS = {
    # row of the table: the controls whose verdicts it gives
    "Checkov CKV_AWS_39": ("checkov-ckv_aws_39",),
    "Checkov CKV_AWS_38": ("checkov-ckv_aws_38",),
    "cfn-guard registry EKS_ENDPOINT_NO_PUBLIC_ACCESS": ("cfn-guard-eks_endpoint_no_public_access",),
    "cfn-guard Control Tower CT.EKS.PR.1": ("control-tower-ct.eks.pr.1",),
    "Trivy AWS-0040": ("trivy-avd-aws-0040",),
    "Trivy AWS-0041, Terraform": ("trivy-avd-aws-0041",),
    "Trivy AWS-0041, CloudFormation": ("trivy-avd-aws-0041-cloudformation",),
    "KICS public access": ("kics-eks-cluster-has-public-access",),
    "KICS public access CIDRs": ("kics-eks-cluster-has-public-access-cidrs",),
    "Prowler eks_cluster_not_publicly_accessible": ("prowler-eks_cluster_not_publicly_accessible",),
    "Prowler eks_cluster_private_nodes_enabled": ("prowler-eks_cluster_private_nodes_enabled",),
    "Kubescape C-0227": ("kubescape-c-0227",),
    "Kubescape C-0228": ("kubescape-c-0228",),
    "Kubescape C-0229": ("kubescape-c-0229",),
    "hardeneks; Security Hub EKS.1; Powerpipe restrict_public_access": (
        "hardeneks-check_endpoint_public_access",
        "aws-security-hub-eks.1",
        "aws-config-eks-endpoint-no-public-access",
        "powerpipe-eks_cluster_endpoint_restrict_public_access",
    ),
    "Powerpipe public_access_restricted; ScoutSuite (as written)": (
        "powerpipe-eks_cluster_endpoint_public_access_restricted",
        "scoutsuite-eks-public-endpoint",
    ),
    "Powerpipe Terraform mod": ("powerpipe-terraform-eks-public-access",),
    "CloudSploit eksPrivateEndpoint": ("cloudsploit-eksprivateendpoint",),
    "Elastic CSP CIS 5.4.1": ("elastic-csp-cis-5.4.1",),
    "Elastic CSP CIS 5.4.2": ("elastic-csp-cis-5.4.2",),
    "HashiCorp Sentinel FSBP; Nirmata plan policy; Cartography rule": (
        "sentinel-fsbp-eks.1",
        "nirmata-eks-public-endpoint",
        "cartography-eks-exposed_internet",
    ),
    "cdk-nag EKS1": ("cdk-nag-awssolutions-eks1",),
}
BY_MEANING = {
    # The benchmark by coverage and not by text, so that 8, 11 and 12 fail where restatements pass them.
    "cis-eks-5.4.1": "F F F p F p F F p F F F",
    "cis-eks-5.4.2": "F F F F F p F F F F F F",
}


def truth_table() -> dict[str, list[str]]:
    """What every tool says of the twelve clusters, from the table of the knowledge base."""
    lines = knowledge("anchors/PEERS.md").splitlines()
    begins = lines.index("| Check | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | basis |")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[begins + 2 : begins + 24]]
    return {name: [verdict.lower() for verdict in verdicts] for name, *verdicts, _ in rows}


def test_every_row_of_the_table_has_a_control() -> None:
    assert set(truth_table()) == set(ROWS)
    assert len(ROWS) == 22
    named = {id_ for ids in ROWS.values() for id_ in ids}
    assert named | set(BY_MEANING) | {"cis-eks-5.4.3"} == set(CATALOGUE)


@pytest.mark.parametrize(("row", "id_"), [(row, id_) for row, ids in ROWS.items() for id_ in ids])
def test_a_tool_is_predicted_to_judge_the_twelve_clusters_as_it_did(row: str, id_: str) -> None:
    assert [the_verdict(id_, setting).result for setting in CLUSTERS.values()] == truth_table()[row]


@pytest.mark.parametrize("id_", BY_MEANING)
def test_a_benchmark_is_judged_by_its_meaning(id_: str) -> None:
    verdicts = [the_verdict(id_, setting).result for setting in CLUSTERS.values()]

    assert verdicts == [{"p": "pass", "F": "fail"}[letter] for letter in BY_MEANING[id_].split()]


def test_private_only_passes_everything() -> None:
    verdicts = judge_controls(a_setting(public=False), PRIVATE_NODES)

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


def an_access(*cidrs: str, public: bool = True, private: bool = True, **fields: frozenset[str]) -> EndpointAccess:
    """A setting as a question gives it; host bits are cleared and remembered, as intake does."""
    networks = tuple(parse_network(cidr) for cidr in cidrs)
    rewritten = tuple(c for c, network in zip(cidrs, networks, strict=True) if c != str(network))
    return EndpointAccess(public=public, private=private, public_access_cidrs=networks, rewritten=rewritten, **fields)


def test_the_order_of_the_list_changes_no_verdict() -> None:
    one = an_access("52.78.1.1/32", "13.209.0.0/28")
    other = an_access("13.209.0.0/28", "52.78.1.1/32")

    assert as_written(one) == as_written(other)
    assert written_out(one) == written_out(other)


def test_a_setting_reads_as_it_was_written() -> None:
    left_out = frozenset({"public", "private", "public_access_cidrs"})

    assert as_written(an_access("132.1.50.0/0", "0.0.0.0/0")).cidrs == ("0.0.0.0/0", "132.1.50.0/0")
    assert as_written(an_access()).cidrs is None
    assert as_written(an_access(left_out=left_out, private=False)) == CLUSTERS["1 nothing stated"]


def test_a_setting_that_one_writes_to_bring_it_about_leaves_nothing_out() -> None:
    left_out = frozenset({"public", "private", "public_access_cidrs"})

    assert written_out(an_access(left_out=left_out, private=False)) == a_setting("0.0.0.0/0", private=False)
    assert written_out(an_access("132.1.50.0/0")).cidrs == ("0.0.0.0/0",)


def test_a_tool_that_reads_what_is_written_passes_what_is_left_out() -> None:
    silent, said = CLUSTERS["1 nothing stated"], a_setting("0.0.0.0/0", private=False)

    for id_ in ("kics-eks-cluster-has-public-access", "kics-eks-cluster-has-public-access-cidrs"):
        assert the_verdict(id_, silent).why.startswith("the switch is left out")
        assert the_verdict(id_, said).result == "fail"


@pytest.mark.parametrize(
    ("setting", "is_open"),
    [
        (a_setting(), True),
        (a_setting("0.0.0.0/1", "128.0.0.0/1"), True),
        (a_setting("2000::/3"), True),
        (a_setting("0.0.0.0/1"), False),
        (a_setting("13.209.0.0/28"), False),
        (a_setting(public=False), False),
    ],
)
def test_a_list_is_open_if_it_covers_the_internet_of_a_family(setting: Setting, is_open: bool) -> None:
    assert setting.is_open is is_open


def test_a_list_that_is_not_known_leaves_open_what_turns_on_it() -> None:
    unknown = as_written(an_access(unknown=frozenset({"public_access_cidrs"})))

    verdicts = {verdict.id: verdict for verdict in judge_controls(unknown, PRIVATE_NODES)}

    assert verdicts["cis-eks-5.4.1"].result == "undetermined"
    assert verdicts["checkov-ckv_aws_38"].why == "what stands on the list is not known"
    assert verdicts["checkov-ckv_aws_39"].result == "fail"
    assert verdicts["kubescape-c-0227"].result == "pass"
    assert judge_controls(as_written(an_access(public=False, unknown=frozenset({"public_access_cidrs"}))), NO_NODES)


@pytest.mark.parametrize(
    ("nodes", "result", "why"),
    [
        (NO_NODES, "undetermined", "no node is described"),
        (PRIVATE_NODES, "pass", "no node has a public address"),
        (
            NodeExposure(has_other_compute=True),
            "not_applicable",
            "no consumer is an EC2 node, and only those can have a public address",
        ),
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
    verdict = the_verdict("cis-eks-5.4.3", a_setting(), nodes)

    assert (verdict.result, verdict.why) == (result, why)


def test_a_control_that_is_named_after_nodes_says_which_it_overlooks() -> None:
    nodes = NodeExposure(is_described=True, exposed=("edge", "nodes"))

    verdict = the_verdict("prowler-eks_cluster_private_nodes_enabled", a_setting(), nodes)

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
        (a_node(kind=ConsumerKind.FARGATE_POD), NodeExposure(has_other_compute=True)),
    ],
)
def test_a_nodes_own_word_on_its_address_stands_over_its_subnets(node: Caller, exposure: NodeExposure) -> None:
    assert node_exposure([node]) == exposure
