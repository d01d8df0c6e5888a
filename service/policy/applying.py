"""What a policy makes of a question.

1. Every rule that fits the cluster applies, in the order of the file.
2. Demands add up and only tighten: ranges that may stand on the list and allowed modes intersect, controls unite,
   the strictest exposure and node traffic hold. They stand beside what the question insists on, so no question
   loosens them.
3. Of weights, prices and facts to take for granted the last rule that has any decides. The question's own weights win
   if the policy lets questions weigh, and its own facts win always.
4. A rule of which it is not known whether it fits demands, and gives nothing else.

The day comes from outside; it only decides which waivers are still in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import reduce

from service.catalogue.prices import PriceList
from service.domain.addresses import Network, of_networks
from service.domain.cluster import Cluster
from service.domain.policy import AppliedRule, Waiver
from service.domain.question import InternetExposure, NodeTraffic, Question, Requirements, UnderPolicy
from service.domain.trace import Assumption
from service.policy.guardrails import CheckedGuardrails
from service.policy.policy import Policy, Presumed, Rule
from service.policy.selecting import Fit

ASSUMED = "assumed-by-policy"
STRICTEST = (InternetExposure.NONE, InternetExposure.ALLOW_LIST, InternetExposure.ANY)


def apply(policy: Policy, question: Question, today: date) -> Question:
    """The question as it is decided under the policy on that day."""
    cluster = question.cluster
    fits = [(rule, *rule.selector.fit(cluster)) for rule in policy.rules]
    certain = [rule for rule, fit, _ in fits if fit is Fit.YES]
    applied = tuple(AppliedRule(name=rule.name, because=why) for rule, fit, why in fits if fit is not Fit.NO)
    guarding = tuple(it for it in policy.guardrails if it.selector.fit(cluster)[0] is not Fit.NO)
    filled, stated = _filled(cluster, certain, policy.name)
    return replace(
        question,
        cluster=filled,
        requirements=_weighed(policy, question.requirements, certain),
        stated=(*question.stated, *stated),
        policy=UnderPolicy(
            mark=policy.mark,
            rules=applied,
            demands=reduce(united, (rule.demands for rule, fit, _ in fits if fit is not Fit.NO), None),
            guardrails=CheckedGuardrails(guarding) if guarding else None,
            waivers=_waivers(policy, cluster.name, today),
            assumed=frozenset(it.field for it in stated),
        ),
    )


def prices_for(policy: Policy, cluster: Cluster) -> PriceList | None:
    """The prices of the last rule that fits and has any; None if none has."""
    found = [rule.prices for rule in policy.rules if rule.prices and rule.selector.fit(cluster)[0] is Fit.YES]
    return found[-1] if found else None


def united(one: Requirements | None, other: Requirements) -> Requirements:
    """Demands that meet both."""
    if one is None:
        return other
    return Requirements(
        internet_exposure=min(one.internet_exposure, other.internet_exposure, key=STRICTEST.index),
        node_traffic=one.node_traffic if other.node_traffic is NodeTraffic.ANY else other.node_traffic,
        approved_source_cidrs=_in_both(one.approved_source_cidrs, other.approved_source_cidrs),
        controls=tuple(sorted({*one.controls, *other.controls})),
        modes=one.modes & other.modes,
    )


def _in_both(one: tuple[Network, ...] | None, other: tuple[Network, ...] | None) -> tuple[Network, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    return (of_networks(one) & of_networks(other)).networks()


def _weighed(policy: Policy, requirements: Requirements, rules: Iterable[Rule]) -> Requirements:
    weights = [rule.weights for rule in rules if rule.weights]
    if requirements.has_own_weights and policy.lets_questions_weigh:
        return requirements
    default = Requirements().weights
    return replace(requirements, weights=weights[-1] if weights else default)


def _filled(cluster: Cluster, rules: Iterable[Rule], name: str) -> tuple[Cluster, tuple[Assumption, ...]]:
    """The cluster with facts that were not given and that the policy takes for granted, and what is said of them."""
    last: dict[str, tuple[Presumed, str]] = {it.field: (it, rule.name) for rule in rules for it in rule.presumed}
    stated = []
    for field, (presumed, rule) in sorted(last.items()):
        *inside, member = field.removeprefix("/cluster/").split("/")
        owner = cluster.vpc if inside else cluster
        if getattr(owner, MEMBERS[member]) is None:
            filled = replace(owner, **{MEMBERS[member]: presumed.value})
            cluster = replace(cluster, vpc=filled) if inside else filled  # type: ignore[arg-type, assignment]
            sentence = f"{presumed.words}, as the policy {name} takes for granted (rule {rule})"
            stated.append(Assumption(code=ASSUMED, field=field, sentence=sentence))
    return cluster, tuple(stated)


MEMBERS = {
    "hosting": "hosting",
    "ip_family": "ip_family",
    "enable_dns_support": "has_dns_support",
    "enable_dns_hostnames": "has_dns_hostnames",
    "domain_name_servers": "domain_name_servers",
    "block_public_access": "block_public_access",
}
"""The facts that a policy may take for granted, by their name on the wire; all have one value for a whole cluster."""


def _waivers(policy: Policy, cluster: str, today: date) -> tuple[Waiver, ...]:
    return tuple(
        Waiver(rule=it.rule, reason=it.reason, owner=it.owner, expires=it.expires, is_in_force=today <= it.expires)
        for it in policy.waivers
        if it.cluster == cluster
    )
