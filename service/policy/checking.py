"""What is wrong with a policy by itself, before any question is decided under it.

1. Two rules that can fit one cluster and leave it nothing: no mode, or public modes with nothing that may be listed.
2. A selector that no cluster fits.
3. Weights, prices or assumptions that a later rule for the same or more clusters always replaces.

Selectors are compared by what they name. Patterns of names may overlap in ways that are not looked into: then two
rules count as able to fit one cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from service.domain.cluster import EndpointMode
from service.domain.question import InternetExposure, NodeTraffic, Requirements
from service.policy.applying import united
from service.policy.policy import Policy, Rule
from service.policy.selecting import Selector


def faults(policy: Policy) -> Iterator[str]:
    """Every contradiction, then every selector or member that can never count."""
    for rule in policy.rules:
        for fault in _contradiction(rule.demands):
            yield f"rule {rule.name}: {fault}"
    for one, other in combinations(policy.rules, 2):
        if can_both_fit(one.selector, other.selector):
            alone = {*_contradiction(one.demands), *_contradiction(other.demands)}
            for fault in _contradiction(united(one.demands, other.demands)):
                if fault not in alone:
                    yield f"rules {one.name} and {other.name} together: {fault}"
    for kind, named in (("rule", policy.rules), ("guardrail", policy.guardrails)):
        for it in named:
            for why in _unreachable(it.selector):
                yield f"{kind} {it.name}: no cluster fits it: {why}"
    yield from _replaced(policy.rules)


def _contradiction(demands: Requirements) -> Iterator[str]:
    modes = set(demands.modes)
    if not modes:
        yield "no mode is allowed"
        return
    if demands.internet_exposure is InternetExposure.NONE and EndpointMode.PRIVATE not in modes:
        yield "no public endpoint is wanted, and private is not allowed"
    if demands.node_traffic is NodeTraffic.INSIDE_VPC and modes == {EndpointMode.PUBLIC}:
        yield "node traffic is to stay inside the VPC, and only public is allowed"
    if demands.approved_source_cidrs == () and EndpointMode.PRIVATE not in modes:
        yield "nothing may stand on the list, and private is not allowed"


def can_both_fit(one: Selector, other: Selector) -> bool:
    """Whether a cluster can fit both, as far as what they name tells."""
    for mine, theirs in ((one.regions, other.regions), (one.accounts, other.accounts), (_exact(one), _exact(other))):
        if mine and theirs and not set(mine) & set(theirs):
            return False
    labels, others = dict(one.labels), dict(other.labels)
    if any(not set(labels[key]) & set(others[key]) for key in labels.keys() & others.keys()):
        return False
    return not (labels.keys() & set(other.without_labels) or others.keys() & set(one.without_labels))


def _exact(selector: Selector) -> tuple[str, ...]:
    """The names of a selector if they are all written out."""
    patterns = any(sign in name for name in selector.names for sign in "*?[")
    return () if patterns else selector.names


def _unreachable(selector: Selector) -> Iterator[str]:
    for key, values in selector.labels:
        if key in selector.without_labels:
            yield f"it needs the label `{key}` and lacks it"
        if not values:
            yield f"the label `{key}` has no value that fits"


def _covers(wide: Selector, narrow: Selector) -> bool:
    """Whether all that fit one selector fit the other, as far as what they name tells."""
    for mine, theirs in (
        (wide.regions, narrow.regions),
        (wide.accounts, narrow.accounts),
        (wide.names, narrow.names),
    ):
        if mine and not (theirs and set(theirs) <= set(mine)):
            return False
    narrower = dict(narrow.labels)
    if not all(key in narrower and set(narrower[key]) <= set(values) for key, values in wide.labels):
        return False
    return set(wide.without_labels) <= set(narrow.without_labels)


def _replaced(rules: tuple[Rule, ...]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        given = [(what, value) for what, value in (("weights", rule.weights), ("prices", rule.prices)) if value]
        for later in rules[number + 1 :]:
            if not _covers(later.selector, rule.selector):
                continue
            for what, _ in given:
                if getattr(later, what):
                    yield f"rule {rule.name}: its {what} never count: rule {later.name} fits as well and comes later"
            theirs = {it.field for it in later.presumed}
            for it in rule.presumed:
                if it.field in theirs:
                    yield f"rule {rule.name}: {it.field} is always assumed as rule {later.name} says"
