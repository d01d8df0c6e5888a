"""What a guardrail says of a mode, and that one that cannot be judged never lets a mode through."""

from dataclasses import replace
from typing import Any

import pytest

from service.domain.decision import Outcome, Status
from service.policy.guardrails import MOST_STEPS
from service.web.schemas import load_question
from tests.policy.builders import a_policy, a_question, decided, guarded_by, objections

EVERY = ["guardrail-rule"]


def test_a_mode_that_breaks_a_guardrail_is_ruled_out_and_the_source_is_named() -> None:
    decision = decided(guarded_by("mode.private", source="network standard 12"))

    assert objections(decision) == {"public": EVERY, "public_and_private": [], "private": []}
    said = decision.assessments[0].objections[-1]
    assert (said.sentence, said.is_certain) == ("it must hold (network standard 12)", True)
    assert decision.ruling.undetermined == ()


def test_a_fact_that_is_not_given_leaves_every_mode_undetermined_and_the_rule_is_listed() -> None:
    decision = decided(guarded_by("cluster.account == '123456789012'"))

    assert {it.status for it in decision.assessments[1:2]} == {Status.UNDETERMINED}
    assert decision.outcome is Outcome.UNDETERMINED
    assert decision.ruling.undetermined == ("rule",)
    assert "`account` is not known" in decision.assessments[1].objections[-1].sentence


def test_the_fact_settles_it() -> None:
    asked = a_question(account="123456789012")

    assert decided(guarded_by("cluster.account == '123456789012'"), asked).outcome is Outcome.RECOMMENDED


@pytest.mark.parametrize("expression", ["1 / (scores.exposure - scores.exposure) == 1", "flows[99].step == 1"])
def test_a_guardrail_that_fails_is_not_judged(expression: str) -> None:
    decision = decided(guarded_by(expression))

    assert decision.recommendation is None
    assert "it fails with" in decision.assessments[0].objections[-1].sentence


def test_a_rule_about_callers_is_not_judged_where_nobody_was_named() -> None:
    policy, unnamed = guarded_by("consumers.all(c, c.kind != 'pipeline')"), a_question()

    decision = decided(policy, replace(unnamed, consumers=None))

    assert decision.ruling.undetermined == ("rule",)
    assert "who calls is not given" in decision.assessments[0].objections[-1].sentence


def test_one_that_looks_at_too_much_is_not_judged() -> None:
    expression = "flows.all(f, " + "&&".join(["f.step>0"] * 40) + ")"
    consumers = [
        {"name": f"c{number}", "kind": "operator", "location": {"at": "internet", "source_cidrs": ["13.209.0.1/32"]}}
        for number in range(1_000)
    ]

    decision = decided(guarded_by(expression), load_question({"cluster": {}, "consumers": consumers, "include": []}))

    assert f"more than {MOST_STEPS} things" in decision.assessments[0].objections[-1].sentence


def test_one_that_warns_rules_nothing_out_and_names_the_modes() -> None:
    decision = decided(guarded_by("mode.private", severity="warn"))

    assert objections(decision)["public"] == []
    warned = [it.sentence for it in decision.warnings if it.code == "guardrail-rule"]
    assert warned == ["it must hold (public)"]


def test_a_warning_that_cannot_be_judged_is_said_and_listed() -> None:
    decision = decided(guarded_by("cluster.region == 'eu-west-1'", severity="warn"))

    assert decision.recommendation is not None
    assert decision.ruling.undetermined == ("rule",)
    assert any("cannot be judged" in it.sentence for it in decision.warnings)


def holding(expression: str, **cluster: Any) -> list[str]:
    """The modes of which an expression is true."""
    decision = decided(guarded_by(expression), a_question(**cluster))
    assert decision.ruling.undetermined == ()
    return [mode for mode, ids in objections(decision).items() if not ids]


def test_an_expression_sees_the_mode_and_its_list() -> None:
    assert holding("mode.name == 'private'") == ["private"]
    assert holding("mode.current") == ["public_and_private"]
    assert holding("public_access.open_to_all") == []
    assert holding("public_access.count == 0 && public_access.ipv4_addresses == 0") == ["private"]
    assert holding("size(public_access.ranges) == 1 && mode.private") == ["public_and_private"]


def test_an_expression_sees_flows_scores_objections_and_findings() -> None:
    assert holding("flows.exists(f, f.consumer == 'office' && f.accepted)") == ["public", "public_and_private"]
    assert holding("'private-only-from-internet' in objections") == ["private"]
    assert holding("scores.exposure > 99 && scores.efficiency >= 0 && scores.total > 0.0") == ["private"]
    assert holding("findings.exists(f, f.cause == 'no-route-to-internet' && f.severity != '')") == ["public"]


def test_an_expression_sees_the_cluster() -> None:
    told = {
        "region": "eu-west-1",
        "account": "123456789012",
        "labels": {"environment": "prod"},
        "hosting": "region",
        "ip_family": "ipv4",
        "auto_mode": False,
    }
    expression = (
        "cluster.region == 'eu-west-1' && cluster.labels.environment == 'prod' && cluster.hosting == 'region'"
        " && cluster.ip_family == 'ipv4' && !cluster.auto_mode && cluster.exists && mode.private"
    )

    assert holding(expression, **told) == ["public_and_private", "private"]


def test_a_list_that_is_not_known_is_not_there() -> None:
    document = {
        "cluster": {"endpoint_access": {"public": True, "private": True, "public_access_cidrs": None}},
        "requirements": {"public_access_cidrs": "keep"},
    }

    decision = decided(guarded_by("!public_access.open_to_all"), load_question(document))

    assert decision.ruling.undetermined == ("rule",)


def test_guardrails_apply_to_the_clusters_that_they_are_about() -> None:
    rule = {"name": "rule", "expression": "false", "message": "never", "match": {"labels": {"environment": "prod"}}}
    policy = a_policy(guardrails=[rule])

    assert objections(decided(policy))["private"] == []
    assert objections(decided(policy, a_question(labels={"environment": "prod"})))["private"] == EVERY


def test_the_present_setting_is_judged_as_well() -> None:
    decision = decided(guarded_by("!mode.current"))

    assert decision.current is not None
    assert [it.id for it in decision.current.objections if it.source == "policy"] == EVERY
