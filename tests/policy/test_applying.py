"""What a policy makes of a question: nothing looser, and everything said."""

from datetime import date, timedelta
from typing import Any

import pytest

from service.advice import advise
from service.catalogue.prices import read_prices
from service.domain.cluster import Cluster, EndpointMode, Hosting
from service.domain.question import Question, Weights
from service.domain.unknowns import Unknown
from service.policy.applying import apply, prices_for
from service.policy.selecting import Fit, Selector
from service.web.schemas import load_question
from tests.policy.builders import TODAY, a_policy, a_question, decided, objections

PROD = {"labels": {"environment": ["prod", "production"]}}
OFFICE = {"name": "office", "kind": "operator", "location": {"at": "internet", "source_cidrs": ["13.209.0.0/28"]}}


def demands_of(*rules: dict[str, Any], **cluster: Any) -> Any:
    """What rules demand of a cluster together."""
    named = [{"name": f"rule-{number}", **rule} for number, rule in enumerate(rules)]
    return apply(a_policy(rules=named), a_question(**cluster), TODAY).policy.demands


def test_demands_of_all_rules_that_fit_add_up_and_only_tighten() -> None:
    demands = demands_of(
        {"approved_source_cidrs": ["13.0.0.0/8"], "controls": ["cis-eks-5.4.1"], "internet_exposure": "any"},
        {"approved_source_cidrs": ["13.209.0.0/16", "52.0.0.0/8"], "controls": ["cis-eks-5.4.3"]},
        {"internet_exposure": "allow_list", "node_traffic": "inside_vpc", "allowed_modes": ["private"]},
        {"internet_exposure": "any", "node_traffic": "any", "allowed_modes": ["private", "public"]},
        {"match": PROD, "allowed_modes": []},
    )

    assert [str(it) for it in demands.approved_source_cidrs] == ["13.209.0.0/16"]
    assert demands.controls == ("cis-eks-5.4.1", "cis-eks-5.4.3")
    assert (demands.internet_exposure.value, demands.node_traffic.value) == ("allow_list", "inside_vpc")
    assert demands.modes == {EndpointMode.PRIVATE}


@pytest.mark.parametrize(
    ("selector", "cluster", "fit"),
    [
        (Selector(), Cluster(name="x"), Fit.YES),
        (Selector(names=("pay-*", "x")), Cluster(name="x"), Fit.YES),
        (Selector(names=("pay-*",)), Cluster(name="x"), Fit.NO),
        (Selector(regions=("eu-west-1",)), Cluster(name="x", region="eu-west-1"), Fit.YES),
        (Selector(regions=("eu-west-1",)), Cluster(name="x", region="us-east-1"), Fit.NO),
        (Selector(regions=("eu-west-1",)), Cluster(name="x"), Fit.PERHAPS),
        (Selector(accounts=("123456789012",)), Cluster(name="x"), Fit.PERHAPS),
        (Selector(accounts=("123456789012",), names=("y",)), Cluster(name="x"), Fit.NO),
        (Selector(labels=(("a", ("1", "2")),)), Cluster(name="x", labels=(("a", "2"),)), Fit.YES),
        (Selector(labels=(("a", ("1", "2")),)), Cluster(name="x", labels=(("a", "3"),)), Fit.NO),
        (Selector(labels=(("a", ("1",)),)), Cluster(name="x"), Fit.NO),
        (Selector(without_labels=("a",)), Cluster(name="x"), Fit.YES),
        (Selector(without_labels=("a",)), Cluster(name="x", labels=(("a", ""),)), Fit.NO),
    ],
)
def test_a_selector_fits_by_all_that_it_names(selector: Selector, cluster: Cluster, fit: Fit) -> None:
    found, because = selector.fit(cluster)

    assert found is fit
    assert because


def test_a_rule_of_which_it_is_not_known_whether_it_fits_demands_and_gives_nothing() -> None:
    rule = {
        "name": "abroad",
        "match": {"accounts": ["123456789012"]},
        "allowed_modes": ["private"],
        "weights": {"exposure": 9},
        "assume": {"hosting": "outposts_ebs"},
    }
    asked = apply(a_policy(rules=[rule]), a_question(), TODAY)

    assert asked.policy.demands is not None
    assert asked.policy.demands.modes == {EndpointMode.PRIVATE}
    assert (asked.requirements.weights, asked.cluster.hosting) == (Weights(), None)
    assert asked.policy.rules[0].because == "the account is not given"


def test_a_question_cannot_loosen_what_the_policy_demands() -> None:
    policy = a_policy(rules=[{"name": "strict", "internet_exposure": "none", "approved_source_cidrs": ["52.0.0.0/8"]}])
    loose = {
        "cluster": {"name": "x"},
        "consumers": [OFFICE],
        "requirements": {
            "internet_exposure": "any",
            "approved_source_cidrs": ["0.0.0.0/0"],
            "public_access_cidrs": "keep",
        },
    }

    found = objections(decided(policy, load_question(loose)))

    assert found["public"] == ["internet-exposure-none", "unapproved-source-cidrs"]
    assert found["private"] == []


def test_a_derived_list_holds_only_what_both_approve() -> None:
    policy = a_policy(rules=[{"name": "ranges", "approved_source_cidrs": ["13.209.0.0/16"]}])
    document = {
        "cluster": {"name": "x"},
        "consumers": [OFFICE],
        "requirements": {"approved_source_cidrs": ["13.0.0.0/8", "52.0.0.0/8"]},
    }
    asked = apply(policy, load_question(document), TODAY)

    assert [str(it) for it in asked.approved_source_cidrs or ()] == ["13.209.0.0/16"]


def test_what_the_question_insists_on_itself_stays_its_own_and_is_said_once() -> None:
    policy = a_policy(rules=[{"name": "strict", "internet_exposure": "none"}])
    strict = {"cluster": {"name": "x"}, "requirements": {"internet_exposure": "none"}}

    decision = decided(policy, load_question(strict))

    said = [it.source for it in decision.assessments[0].objections if it.id == "internet-exposure-none"]
    assert said == ["requirement"]


def test_the_questions_own_weights_win_if_the_policy_lets_them() -> None:
    document = {
        "cluster": {"name": "x"},
        "requirements": {"weights": {"exposure": 1, "efficiency": 1, "accessibility": 1}},
    }
    rule = {"name": "weights", "weights": {"exposure": 8, "efficiency": 1, "accessibility": 1}}

    def weights(lets: bool, asked: Question) -> Weights:
        return apply(a_policy(rules=[rule], lets_questions_weigh=lets), asked, TODAY).requirements.weights

    own, without = load_question(document), a_question()

    assert weights(True, own) == Weights(exposure=1, efficiency=1, accessibility=1)
    assert weights(False, own) == weights(True, without) == Weights(exposure=8, efficiency=1, accessibility=1)
    assert apply(a_policy(lets_questions_weigh=False), own, TODAY).requirements.weights == Weights()


def test_a_fact_is_taken_for_granted_only_where_it_is_missing_and_is_said() -> None:
    rule = {
        "name": "usual",
        "assume": {
            "hosting": "outposts_ebs",
            "ip_family": "ipv4",
            "enable_dns_support": True,
            "enable_dns_hostnames": True,
            "domain_name_servers": ["AmazonProvidedDNS"],
            "block_public_access": "off",
        },
    }
    asked = apply(a_policy(rules=[rule]), a_question(hosting="region"), TODAY)

    assert asked.cluster.hosting is Hosting.REGION
    assert asked.cluster.vpc.has_dns_support
    assert asked.policy.assumed == {
        "/cluster/ip_family",
        *(f"/cluster/vpc/{it}" for it in ("enable_dns_support", "enable_dns_hostnames")),
        *(f"/cluster/vpc/{it}" for it in ("domain_name_servers", "block_public_access")),
    }
    sentences = [it.sentence for it in decided(a_policy(rules=[rule])).assumptions if it.code == "assumed-by-policy"]
    assert "`hosting` is taken to be outposts_ebs, as the policy ours takes for granted (rule usual)" in sentences


def unknown(question: Question, field: str) -> Unknown:
    """What the advice asks about a field."""
    return next(it for it in advise(question).unknowns or () if it.field == field)


def test_what_each_answer_would_become_is_told_from_what_the_policy_took_for_granted() -> None:
    """The table of questions marks EKS's default as assumed; here the policy assumed something else."""
    asked = apply(a_policy(rules=[{"name": "usual", "assume": {"hosting": "outposts_ebs"}}]), a_question(), TODAY)

    answers = {it.value: it for it in unknown(asked, "/cluster/hosting").answers}

    assert [value for value, it in answers.items() if it.is_assumed] == ["outposts_ebs"]
    assert answers["region"].mode is EndpointMode.PUBLIC_AND_PRIVATE


def test_the_last_rule_that_fits_decides_about_prices() -> None:
    shipped = read_prices()
    own = {"as_of": "2026-11-01", "currency": "EUR", "region": "eu-west-1", "source": "our contract", "prices": []}
    policy = a_policy(rules=[{"name": "prod", "match": PROD, "prices": own}])
    prod = Cluster(name="x", labels=(("environment", "prod"),))

    assert prices_for(policy, Cluster(name="x")) is None
    found = prices_for(policy, prod)
    assert found is not None
    assert (found.currency, shipped.currency) == ("EUR", "USD")


WAIVER = {
    "cluster": "payments",
    "rule": "mode-not-allowed",
    "reason": "migration",
    "owner": "ops",
    "expires": "2026-12-31",
}


def waived(today: date, **more: Any) -> Any:
    """The decision on a cluster that may not be public and private, but for a waiver."""
    policy = a_policy(rules=[{"name": "private", "allowed_modes": ["private"]}], waivers=[{**WAIVER, **more}])
    return decided(policy, today=today)


def test_a_waiver_counts_until_the_end_of_its_day_and_is_shown() -> None:
    decision = waived(date(2026, 12, 31))

    assert decision.recommendation.mode is EndpointMode.PUBLIC_AND_PRIVATE
    assert [it.id for it in decision.assessments[1].waived] == ["mode-not-allowed"]
    (shown,) = decision.ruling.waivers
    assert (shown.rule, shown.owner, shown.is_in_force) == ("mode-not-allowed", "ops", True)


def test_an_expired_waiver_counts_for_nothing_and_is_listed() -> None:
    decision = waived(date(2026, 12, 31) + timedelta(days=1))

    assert decision.recommendation is None
    assert [it.is_in_force for it in decision.ruling.waivers] == [False]
    assert decision.assessments[1].waived == ()


def test_a_waiver_for_another_cluster_or_of_what_nobody_raised_is_not_shown() -> None:
    assert waived(TODAY, cluster="other").ruling.waivers == ()
    assert waived(TODAY, rule="internet-exposure-none").ruling.waivers == ()


def test_a_waiver_takes_nothing_back_that_the_question_or_the_facts_insist_on() -> None:
    waiver = {**WAIVER, "rule": "internet-exposure-none"}
    policy = a_policy(rules=[{"name": "closed", "internet_exposure": "none"}], waivers=[waiver])
    asked = load_question({"cluster": {"name": "payments"}, "requirements": {"internet_exposure": "none"}})

    decision = decided(policy, asked)

    assert "internet-exposure-none" in {it.id for it in decision.assessments[0].objections}
    assert decision.ruling.waivers == ()


def test_a_waiver_of_approved_ranges_lets_the_derived_list_hold_the_others() -> None:
    rule = {"name": "ranges", "approved_source_cidrs": ["52.0.0.0/8"]}
    waiver = {**WAIVER, "rule": "unapproved-source-cidrs"}

    without = decided(a_policy(rules=[rule]))
    decision = decided(a_policy(rules=[rule], waivers=[waiver]))

    assert objections(without)["public_and_private"] == ["unapproved-source-cidrs"]
    assert decision.recommendation is not None
    assert [str(it) for it in decision.recommendation.public_access_cidrs or ()] == ["13.209.0.0/28"]
    assert [it.rule for it in decision.ruling.waivers] == ["unapproved-source-cidrs"]
