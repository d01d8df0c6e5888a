"""A policy file is read as strictly as a question, and its revision is that of what it says."""

import pytest

from service.web.policies import Policies
from service.web.schemas.policy import MOST_POLICY_BYTES, InvalidPolicyError, load_policy

WHOLE = """
name: ours
description: all members
lets_questions_weigh: false
rules:
  - name: prod
    match:
      names: ["pay-*"]
      regions: [eu-west-1]
      accounts: ["123456789012"]
      labels: {environment: [prod, production], tier: gold}
      without_labels: [sandbox]
    internet_exposure: allow_list
    node_traffic: inside_vpc
    approved_source_cidrs: [13.209.0.0/16]
    controls: [CKV_AWS_39]
    allowed_modes: [private, public_and_private]
    weights: {exposure: 6}
    assume: {hosting: region, block_public_access: "off"}
    prices: {as_of: "2026-11-01", currency: EUR, region: eu-west-1, source: contract, prices: []}
guardrails:
  - {name: closed, expression: "!public_access.open_to_all", message: the list is open, severity: warn, source: NET-1}
waivers:
  - {cluster: payments, rule: guardrail-closed, reason: migration, owner: ops, expires: 2026-12-31}
"""


def mistakes(text: str) -> dict[str, str]:
    """What is wrong with a file, by place."""
    with pytest.raises(InvalidPolicyError) as refused:
        load_policy(text.encode())
    return {mistake.pointer: mistake.detail for mistake in refused.value.mistakes}


def test_a_whole_policy_is_read() -> None:
    policy = load_policy(WHOLE.encode())

    (rule,) = policy.rules
    assert rule.selector.labels == (("environment", ("prod", "production")), ("tier", ("gold",)))
    assert rule.demands.controls == ("checkov-ckv_aws_39",)
    assert [it.field for it in rule.presumed] == ["/cluster/vpc/block_public_access", "/cluster/hosting"]
    assert policy.mark.name == "ours"
    assert (policy.waivers[0].expires.isoformat(), policy.guardrails[0].source) == ("2026-12-31", "NET-1")


def test_the_policy_that_ships_demands_nothing() -> None:
    policy = Policies().current()

    assert (policy.name, [rule.name for rule in policy.rules]) == ("default", ["usual-weights"])
    assert (policy.guardrails, policy.waivers) == ((), ())


def test_the_revision_changes_with_what_is_said_and_not_with_how_it_is_written() -> None:
    first = load_policy(b"name: ours\ndescription: one\n")

    assert load_policy(b"# a comment\ndescription:   'one'\nname: ours\n").revision == first.revision
    assert load_policy(b"name: ours\ndescription: two\n").revision != first.revision


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("[", "", "is not YAML"),
        ("- a", "", "is no policy, expected one YAML object"),
        ("", "", "is no policy"),
        ("name: a\n---\nname: b", "", "is no policy"),
        ("# " + "x" * MOST_POLICY_BYTES, "", "is no policy"),
        ("{}", "/name", "is missing"),
        ("name: Ours", "/name", "expected a name of lower-case letters"),
        ("name: a\nrulez: []", "/rulez", "did you mean `rules`?"),
        ("name: a\nrules: {}", "/rules", "expected a list"),
        ("name: a\nrules: [{name: x, match: {labels: [a]}}]", "/rules/0/match/labels", "expected an object of texts"),
        ("name: a\nrules: [{name: x, match: {labels: {a: [1]}}}]", "/rules/0/match/labels/a", "expected text"),
        ("name: a\nrules: [{name: x, match: {accounts: ['1']}}]", "/rules/0/match/accounts/0", "expected 12 to 12"),
        ("name: a\nrules: [{name: x, match: {accounts: [a23456789012]}}]", "/rules/0/match/accounts/0", "account id"),
        ("name: a\nrules: [{name: x, controls: [CKV_AWS_93]}]", "/rules/0/controls/0", "did you mean"),
        ("name: a\nrules: [{name: x, prices: {as_of: x}}]", "/rules/0/prices", "is not a price list"),
        ("name: a\nrules: [{name: x, assume: {hostin: region}}]", "/rules/0/assume/hostin", "did you mean `hosting`?"),
        ("name: a\nrules: [{name: x}, {name: x}]", "/rules", "has more than one by the name of `x`"),
        (
            "name: a\nguardrails: [{name: x, message: m, expression: mode.prvate}]",
            "/guardrails/0/expression",
            "`private`",
        ),
        (
            "name: a\nwaivers: [{cluster: c, rule: mode-not-alowed, reason: r, owner: o, expires: 2026-12-31}]",
            "/waivers",
            "did you mean `mode-not-allowed`?",
        ),
        (
            "name: a\nwaivers: [{cluster: c, rule: no-route-to-internet, reason: r, owner: o, expires: soon}]",
            "/waivers",
            "which this policy does not raise; expected `guardrail-NAME`",
        ),
        (
            "name: a\nwaivers: [{cluster: c, rule: mode-not-allowed, reason: r, owner: o, expires: 2026-02-30}]",
            "/waivers/0/expires",
            "expected a day such as",
        ),
    ],
)
def test_every_mistake_stands_at_its_place(text: str, place: str, sentence: str) -> None:
    found = mistakes(text)

    assert sentence in found[place]


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidPolicyError):
        load_policy(b"\xff\xfe")


def test_a_list_of_rules_is_bounded() -> None:
    rules = ", ".join(f"{{name: x{number}}}" for number in range(201))

    assert "expected at most" in mistakes(f"name: a\nrules: [{rules}]")["/rules"]
