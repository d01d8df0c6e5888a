"""The laws hold under every policy: it only ever takes modes away, and a waiver gives back no more than it took."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.advice import advise
from service.domain.decision import Decision, Status
from service.domain.question import Question
from service.policy.applying import apply
from tests.laws.questions import few_examples, questions
from tests.policy.builders import TODAY, a_policy

RULES = st.fixed_dictionaries(
    {},
    optional={
        "internet_exposure": st.sampled_from(["none", "allow_list", "any"]),
        "node_traffic": st.sampled_from(["inside_vpc", "any"]),
        "approved_source_cidrs": st.lists(st.sampled_from(["0.0.0.0/0", "13.0.0.0/8", "52.0.0.0/8"]), max_size=2),
        "controls": st.lists(st.sampled_from(["cis-eks-5.4.1", "cis-eks-5.4.3"]), unique=True),
        "allowed_modes": st.lists(st.sampled_from(["public", "public_and_private", "private"]), unique=True),
        "assume": st.just({}),
    },
)
GUARDRAILS = st.lists(
    st.sampled_from(
        [
            "mode.private",
            "cluster.account == '123456789012'",
            "flows.all(f, f.accepted)",
            "!public_access.open_to_all",
            "scores.exposure >= 60 || size(objections) > 0",
            "1 / size(findings) == 1",
        ]
    ),
    unique=True,
    max_size=2,
)
WAIVED = st.lists(st.sampled_from(["mode-not-allowed", "unapproved-source-cidrs", "guardrail-g0"]), unique=True)


@st.composite
def policies(draw: st.DrawFn):
    """A policy of a rule or two, some guardrails, and waivers for every cluster that the questions name."""
    rules = [{"name": f"r{number}", **draw(RULES)} for number in range(draw(st.integers(0, 2)))]
    expressions = draw(GUARDRAILS)
    guardrails = [{"name": f"g{n}", "expression": text, "message": "m"} for n, text in enumerate(expressions)]
    wanted = [rule for rule in draw(WAIVED) if guardrails or rule != "guardrail-g0"]
    waivers = [
        {"cluster": "law", "rule": rule, "reason": "r", "owner": "o", "expires": "2099-12-31"} for rule in wanted
    ]
    return a_policy(rules=rules, guardrails=guardrails, waivers=waivers)


def eligible(decision: Decision) -> set[str]:
    """The modes that may be recommended."""
    return {it.mode.value for it in decision.assessments if it.status is Status.ELIGIBLE}


@given(questions(), policies())
@few_examples(150)
def test_a_policy_only_takes_modes_away(question: Question, policy) -> None:
    """A further demand never adds an eligible mode, and what is recommended has no objection."""
    asked = replace(question, include=frozenset(), cluster=replace(question.cluster, name="law"))

    free, ruled = advise(asked).decision, advise(apply(policy, asked, TODAY)).decision
    without_waivers = advise(apply(replace(policy, waivers=()), asked, TODAY)).decision

    assert eligible(without_waivers) <= eligible(ruled) <= eligible(free)
    if ruled.recommendation:
        assert not ruled.assessment_of(ruled.recommendation.mode).objections
    for assessment in ruled.assessments:
        assert {it.source for it in assessment.waived} <= {"policy"}


@given(questions(), policies())
@few_examples(40)
def test_the_same_question_under_the_same_policy_has_the_same_decision(question: Question, policy) -> None:
    asked = replace(question, include=frozenset())

    assert advise(apply(policy, asked, TODAY)) == advise(apply(policy, asked, TODAY))
