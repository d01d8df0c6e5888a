"""What the scanners will say: both settings side by side, disputes, and passes that are worth nothing."""

from __future__ import annotations

from dataclasses import replace

from service.advice.scanning import compare_controls
from service.domain.cluster import Cluster
from service.domain.consumer import Consumer
from service.domain.decision import Outcome
from service.domain.verdicts import Comparison
from service.engine.controls import CONTROLS
from tests.unit.builders import PRIVATE, a_cluster, an_access, an_operator, nodes, ranges, the_assessment, the_decision

TWO_HALVES = ("0.0.0.0/1", "128.0.0.0/1")


def compared(cluster: Cluster, *consumers: Consumer) -> Comparison:
    """The controls on the present and the recommended setting."""
    return compare_controls(the_decision(cluster, *consumers))


def test_every_control_stands_on_both_settings() -> None:
    found = compared(a_cluster(endpoint_access=an_access("0.0.0.0/0", private=True)), nodes())
    rows = {row.id: (row.present, row.recommended) for row in found.rows}

    assert list(rows) == [control.id for control in CONTROLS]
    assert rows["checkov-ckv_aws_39"] == ("fail", "pass")
    assert rows["cis-eks-5.4.2"] == ("fail", "pass")


def test_a_cluster_that_does_not_exist_has_no_present_setting() -> None:
    found = compared(a_cluster(endpoint_access=None), nodes())

    assert {row.present for row in found.rows} == {None}
    assert {row.recommended for row in found.rows} == {"pass"}


def test_where_nothing_is_recommended_only_the_present_setting_is_judged() -> None:
    decision = the_decision(a_cluster("52.0.0.1"), nodes(), an_operator())

    found = compare_controls(decision)

    assert decision.outcome is Outcome.NO_MODE_FITS
    assert {row.recommended for row in found.rows} == {None}
    assert {dispute.setting for dispute in found.disputes} == {"present"}


def test_controls_that_ask_for_the_same_and_disagree_are_named() -> None:
    """The setting that AWS's best practices recommend: both on, one address."""
    found = compared(a_cluster(endpoint_access=an_access("13.209.0.0/28", private=True)), nodes(), an_operator())
    lists = next(it for it in found.disputes if (it.setting, it.asks) == ("recommended", "no_open_list"))

    assert "checkov-ckv_aws_38" in lists.passing
    assert lists.failing == ("trivy-avd-aws-0041", "trivy-avd-aws-0041-cloudformation")


def test_a_pass_for_a_list_that_is_the_whole_internet_is_told() -> None:
    found = compared(a_cluster(endpoint_access=an_access(*TWO_HALVES, private=True)), nodes())

    assert {blind.id for blind in found.blind} == {
        "checkov-ckv_aws_38",
        "prowler-eks_cluster_not_publicly_accessible",
        "kics-eks-cluster-has-public-access-cidrs",
        "kubescape-c-0227",
        "powerpipe-eks_cluster_endpoint_public_access_restricted",
        "powerpipe-terraform-eks-public-access",
        "scoutsuite-eks-public-endpoint",
        "elastic-csp-cis-5.4.1",
    }
    assert all(blind.setting == "present" for blind in found.blind)
    assert "does not see that the list covers all of the IPv4 internet" in found.blind[0].why


def test_what_a_definition_leaves_out_is_passed_at_present_and_not_once_it_is_written() -> None:
    access = replace(an_access(), left_out=frozenset({"public", "private", "public_access_cidrs"}))

    found = compared(a_cluster(endpoint_access=access), nodes(), an_operator())
    row = next(row for row in found.rows if row.id == "kics-eks-cluster-has-public-access")

    assert (row.present, row.recommended) == ("pass", "fail")
    assert row.id in {blind.id for blind in found.blind if blind.setting == "present"}


def test_a_required_control_that_does_not_apply_is_no_objection() -> None:
    fargate = replace(nodes(), kind=type(nodes().kind).FARGATE_POD)

    assessment = the_assessment(PRIVATE, a_cluster(), fargate, controls=("cis-eks-5.4.3",))

    assert not assessment.objections


def test_a_setting_is_judged_by_the_text_that_one_would_write() -> None:
    """`132.1.50.0/0` passes a comparison of texts at present; written out again it reads 0.0.0.0/0."""
    access = replace(an_access(private=True), public_access_cidrs=ranges("132.1.50.0/0"), rewritten=("132.1.50.0/0",))

    found = compared(a_cluster(endpoint_access=access), nodes(), an_operator())
    row = next(row for row in found.rows if row.id == "checkov-ckv_aws_38")

    assert (row.present, row.recommended) == ("pass", "fail")
