"""A present setting that is said to be not known decides nothing in silence."""

from typing import Any

import pytest

from service.domain.decision import Assessment, Decision, Status
from service.engine import decide
from service.web.schemas import load_question

OPERATOR = {
    "name": "operators",
    "kind": "operator",
    "location": {"at": "internet", "source_cidrs": ["203.0.113.0/28"]},
}


def decided(access: dict[str, Any], **requirements: Any) -> Decision:
    """The decision on an operator on the internet, with the list as it is given."""
    return decide(
        load_question(
            {
                "cluster": {"name": "demo", "endpoint_access": access},
                "consumers": [OPERATOR],
                "requirements": {"public_access_cidrs": "keep"} | requirements,
            }
        )
    )


def public(decision: Decision) -> Assessment:
    return decision.assessments[0]


def codes(decision: Decision) -> set[str]:
    return {assumption.code for assumption in decision.assumptions}


@pytest.mark.parametrize(
    "access", [{"public": None}, {"public": True, "private": None}, {"public": None, "private": True}]
)
def test_without_both_switches_the_present_setting_is_not_assessed(access: dict[str, Any]) -> None:
    decision = decided(access)

    assert decision.current is None
    assert "present-setting-unknown" in codes(decision)
    assert codes(decision).isdisjoint({f"{switch}-access-{'on' if switch == 'public' else 'off'}" for switch in access})


@pytest.mark.parametrize(
    ("access", "mode"),
    [
        ({"public": False, "private": None}, "private"),
        ({"public": None, "private": False}, "public"),
    ],
)
def test_one_switch_that_is_off_settles_the_other(access: dict[str, Any], mode: str) -> None:
    """EKS refuses both off (F-1.3)."""
    decision = decided(access)

    assert decision.current
    assert decision.current.mode.value == mode
    assert "present-setting-unknown" not in codes(decision)


def test_a_list_that_is_not_known_lets_nobody_in_for_certain_and_keeps_nobody_out() -> None:
    decision = decided({"public": True, "private": False, "public_access_cidrs": None})

    (flow,) = [trace for trace in public(decision).traces if trace.consumer == "operators"]
    assert flow.is_uncertain
    assert flow.missing == ("/cluster/endpoint_access/public_access_cidrs",)
    assert flow.cause == "client-ip-not-in-public-access-cidrs"
    assert public(decision).status is Status.UNDETERMINED
    assert public(decision).public_access_cidrs is None
    assert "public-access-cidrs-unknown" in codes(decision)
    assert "public-access-cidrs-open" not in codes(decision)


def test_a_list_that_is_not_known_is_no_finding_and_scores_as_open() -> None:
    unknown = decided({"public": True, "private": True, "public_access_cidrs": None})
    everyone = decided({"public": True, "private": True, "public_access_cidrs": ["0.0.0.0/0"]})

    assert unknown.current
    assert "public-endpoint-open-to-internet" not in {finding.cause for finding in unknown.current.findings}
    assert public(unknown).scores.exposure.terms[0].points == public(everyone).scores.exposure.terms[0].points == 0


@pytest.mark.parametrize(
    ("requirement", "objection"),
    [
        ({"internet_exposure": "allow_list"}, "internet-exposure-allow-list"),
        ({"approved_source_cidrs": ["203.0.113.0/24"]}, "unapproved-source-cidrs"),
    ],
)
def test_a_requirement_on_a_list_that_is_not_known_is_not_certain(requirement: dict[str, Any], objection: str) -> None:
    decision = decided({"public": True, "public_access_cidrs": None}, **requirement)

    (found,) = [one for one in public(decision).objections if one.id == objection]
    assert not found.is_certain


@pytest.mark.parametrize("control", ["cis-eks-5.4.1", "checkov-ckv_aws_38", "trivy-avd-aws-0041"])
def test_a_control_that_reads_the_list_cannot_judge_one_that_is_not_known(control: str) -> None:
    decision = decided({"public": True, "private": True, "public_access_cidrs": None})

    assert decision.current
    (verdict,) = [one for one in decision.current.controls if one.id == control]
    assert verdict.result == "undetermined"
