"""What is made before the endpoint access is changed, one step each: DNS, rules, routes, VPC endpoints, callers.

1. Steps come from repairs whose worth was proved by deciding again (`conditions`, `mends`), and from what no
   network shows: whoever is to administer from inside needs an access entry before public access goes (F-6.3).
2. Names first, then what lets traffic through, then ways, then services: what a later step needs stands before
   it. DNS support and DNS host names are two calls (F-2.9).
3. Moving callers is kept apart, for when it is safe hangs on the setting (`planning`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from service.advice.faults import example
from service.advice.forwarding import with_one_resolver
from service.advice.preparation_words import WORDS
from service.advice.states import State
from service.domain.addresses import Addresses, addresses
from service.domain.change import Change, ChangeKind, Cut, PlanStep, Repair, Value
from service.domain.question import Question

ACCOUNT = "111122223333"
"""Stands for an account that was not given, as in AWS's own examples."""
MOVES = frozenset(
    {
        ChangeKind.CONSUMER_LOCATION,
        ChangeKind.CONSUMER_EGRESS,
        ChangeKind.CONSUMER_RESOLVER,
        ChangeKind.CONSUMER_PROXY,
        ChangeKind.CONSUMER_TUNNEL,
        ChangeKind.CONSUMER_SUBNETS,
        ChangeKind.CONSUMER_PUBLIC_ADDRESS,
        ChangeKind.CLUSTER_SUBNETS,
    }
)
_ORDER = list(WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Changes that one step makes, and what they are for."""

    sentence: str
    changes: tuple[Change, ...]
    facts: tuple[str, ...]

    @property
    def kind(self) -> ChangeKind:
        """What kind of thing it touches; all of its changes touch one thing."""
        return self.changes[0].kind


def preparations(repairs: Iterable[Repair]) -> tuple[Preparation, ...]:
    """The steps of some repairs in the order in which they are made; the list of the endpoint is no part of them."""
    found: list[Preparation] = []
    seen: set[Change] = set()
    for repair in with_one_resolver(repairs):
        changes = [change for change in repair.changes if not change.is_update and change not in seen]
        seen.update(changes)
        groups = [tuple(group) for _, group in groupby(changes, key=_thing)]
        for group in groups:
            sentence = (
                repair.sentence if len(groups) == 1 else f"{_said(group)}; it is a part of this: {repair.sentence}"
            )
            found.append(Preparation(sentence=sentence, changes=group, facts=repair.facts))
    return tuple(sorted(found, key=lambda it: (_ORDER.index(it.kind), not it.changes[0].value("enable_dns_support"))))


def access_entries(question: Question, names: Iterable[str]) -> Preparation:
    """The mapping of whoever is to administer from inside, which the network does not show (F-6.3, F-8.12)."""
    role = f"arn:aws:iam::{question.cluster.account or ACCOUNT}:role/administrators"
    changes = tuple(
        example(ChangeKind.ACCESS_ENTRY, name, ("principal_arn",), principal_arn=role, type="STANDARD")
        for name in names
    )
    sentence = (
        f"see that an access entry is made for each principal of {', '.join(names)}: once public access is off, "
        "`aws-auth` can be changed from inside only, and access entries from everywhere"
    )
    return Preparation(sentence=sentence, changes=changes, facts=("F-6.3", "F-8.12"))


def _thing(change: Change) -> tuple[ChangeKind, str | None, tuple[str, ...]]:
    """What belongs into one step: the same kind of change of the same thing, and each DNS attribute for itself."""
    names = tuple(name for name, _ in change.values) if change.kind is ChangeKind.VPC_ATTRIBUTE else ()
    return change.kind, change.target, names


def _said(changes: tuple[Change, ...]) -> str:
    first = changes[0]
    values = [f"{name.replace('_', ' ')} {_text(value)}" for name, value in first.values if _is_shown(name, value)]
    more = f", and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{WORDS[first.kind].what} {first.target or ''}".rstrip() + f" ({', '.join(values)}{more})"


def _is_shown(name: str, value: Value) -> bool:
    return name not in ("is_example", "examples") and value not in (None, ())


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def step_of(
    made: Preparation, question: Question, here: State | None, there: State | None, cut: tuple[Cut, ...]
) -> PlanStep:
    """A preparation as a step; the states are None where there is no cluster yet."""
    words, target = WORDS[made.kind], made.changes[0].target or "the VPC"
    verify = [text.format(target=target) for text in words.verify]
    if here is not None and there is not None:
        old, new = here.traces, there.traces
        now_in = sorted(name for name in new if new[name].is_accepted and not old[name].is_accepted)
        verify += [f"`kubectl get --raw /readyz` works from: {', '.join(now_in)}"] if now_in else []
    examples = sorted({name for change in made.changes for name in _examples(change)})
    before = list(words.before)
    if examples:
        before.append(f"put the real values in place of the examples: {', '.join(examples)}")
    return PlanStep(
        sentence=made.sentence,
        call=words.call.format(way=str(made.changes[0].value("direction")).capitalize()),
        changes=made.changes,
        setting=there.setting if there else None,
        preconditions=tuple(before),
        waits=words.waits,
        verify=tuple(verify),
        way_back=words.way_back.format(target=target),
        way_back_changes=tuple(back for change in made.changes for back in _undone(question, change)),
        cuts=cut,
        facts=made.facts,
    )


def _examples(change: Change) -> tuple[str, ...]:
    """The values that are examples, as texts."""
    names = change.value("examples")
    found: list[str] = []
    for name in names if isinstance(names, tuple) else ():
        value = change.target if name == "target" else change.value(name)
        found += value if isinstance(value, tuple) else [str(value)]
    return tuple(found)


def _undone(question: Question, change: Change) -> tuple[Change, ...]:
    """What takes a change back: the values from before, or the same thing removed."""
    vpc = question.cluster.vpc
    match change.kind:
        case ChangeKind.CONTROL_PLANE_EGRESS:
            return ()
        case ChangeKind.VPC_ATTRIBUTE | ChangeKind.SUBNET_ATTRIBUTE:
            return (replace(change, values=tuple((name, False) for name, _ in change.values)),)
        case ChangeKind.DHCP_OPTIONS:
            past = {"domain_name_servers": vpc.domain_name_servers, "domain_name": vpc.domain_name}
            return (replace(change, values=tuple((name, past.get(name)) for name, _ in change.values if name in past)),)
        case ChangeKind.CLUSTER_SUBNETS:
            return (replace(change, values=(("subnets", question.cluster.cluster_subnets),)),)
        case _:
            return (replace(change, values=(*change.values, ("is_removed", True))),)


def example_ranges(made: Iterable[Preparation]) -> Addresses:
    """The addresses among the changes that only stand for others, and may stand so on the list."""
    found = (
        text
        for each in made
        for change in each.changes
        if change.kind in (ChangeKind.CONSUMER_EGRESS, ChangeKind.NAT_GATEWAY)
        for text in (change.value("cidrs") or change.value("public_ips"),)
    )
    return addresses(*(text for texts in found if isinstance(texts, tuple) for text in texts))
