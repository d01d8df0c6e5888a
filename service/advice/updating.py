"""One update of the endpoint access as a step: what must hold before, what to wait for and verify, the way back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from service.advice.forwarding import forwarding
from service.advice.states import AGEING, Paths, State, cuts
from service.domain.addresses import NOWHERE, Addresses, Network, of_network
from service.domain.change import Change, ChangeKind, PlanStep, Setting, Value
from service.domain.consumer import ConsumerKind
from service.domain.trace import Answer, Trace


class Examples(NamedTuple):
    """Addresses that only stand for others, and the ranges that stood on the list before anything was made up."""

    addresses: Addresses = NOWHERE
    given: tuple[Network, ...] = ()


def access_change(setting: Setting, examples: Examples) -> Change:
    """The endpoint access of a setting, as one call sets it."""
    listed = setting.public_access_cidrs
    values: list[tuple[str, Value]] = [
        ("endpoint_public_access", setting.mode.has_public),
        ("endpoint_private_access", setting.mode.has_private),
    ]
    if listed is not None:
        values.append(("public_access_cidrs", tuple(map(str, listed))))
    if _stand_ins(setting, examples):
        values += [("is_example", True), ("examples", ("public_access_cidrs",))]
    return Change(kind=ChangeKind.ENDPOINT_ACCESS, values=tuple(values))


def _stand_ins(setting: Setting, examples: Examples) -> list[str]:
    """Entries of the list that only stand for addresses that somebody has to choose."""
    new = (network for network in setting.public_access_cidrs or () if network not in examples.given)
    return [str(network) for network in new if examples.addresses.meets(of_network(network))]


def update(here: State, there: State, keep: tuple[str, ...], examples: Examples) -> PlanStep:
    """One call that changes a switch or the list."""
    old, new = here.traces, there.traces
    one, other = here.setting, there.setting
    moved = tuple(name for name in sorted(old) if old[name].resolved_to is not new[name].resolved_to)
    reached = tuple(name for name in sorted(new) if new[name].is_accepted)
    before = _before(here, there, moved, examples)
    waits = ["until the update is `Successful` and the cluster `ACTIVE`, usually some minutes (F-9.1, F-9.2)"]
    if moved:
        waits.append(f"{AGEING} seconds, until resolvers have forgotten the old answer (F-2.15)")
    verify = [f"{name}: the name gives {_answer(new[name])}" for name in moved]
    if reached:
        verify.append(f"`kubectl get --raw /readyz` works from: {', '.join(reached)}")
    if not _kinds(here.paths, reached).isdisjoint((ConsumerKind.NODE, ConsumerKind.FARGATE_POD)):
        verify.append("all nodes stay Ready (`kubectl get nodes`)")
    return PlanStep(
        sentence=_what(one, other),
        call="eks:UpdateClusterConfig",
        changes=(access_change(other, examples),),
        setting=other,
        preconditions=before,
        waits=tuple(waits),
        verify=tuple(verify),
        way_back=f"the same call with the setting before it: {_what(other, one)}",
        way_back_changes=(access_change(one, examples),),
        cuts=cuts(here, there, keep),
        facts=("F-9.1", "F-9.7", "F-9.11" if other.mode.has_private else "F-9.12"),
    )


def _before(here: State, there: State, moved: Iterable[str], examples: Examples) -> tuple[str, ...]:
    """What must hold before an update; ``moved`` are those to whom the name gives another answer then."""
    new, one, other = there.traces, here.setting, there.setting
    turns_public_off = one.mode.has_public and not other.mode.has_public
    before = ["no other update of the cluster is in progress (F-9.6)"]
    if other.mode.has_private and not one.mode.has_private:
        before.append("both DNS attributes of the VPC are on, and its DHCP options name AmazonProvidedDNS (F-2.7)")
        before.append("the groups on the endpoint network interfaces admit TCP 443 from whoever stands inside (F-3.15)")
    asking = [name for name in forwarding(there) if name not in forwarding(here)]
    if asking:
        before.append(f"an inbound endpoint in the VPC answers the DNS queries of {', '.join(asking)} (F-2.14)")
    led = [name for name in moved if new[name].is_accepted and new[name].resolved_to is Answer.ENI_ADDRESSES]
    if led:
        before.append(
            f"`nc -vz ADDRESS 443` connects to each endpoint network interface from {', '.join(led)}, for the name "
            "leads there from now on; `aws ec2 describe-network-interfaces` lists them as `Amazon EKS ...` (F-3.8)"
        )
    if turns_public_off:
        before.append("whoever administers the cluster from inside is mapped to an access entry already (F-6.3)")
    stand_ins = _stand_ins(other, examples)
    if stand_ins:
        before.append(f"put the real addresses in place of the examples: {', '.join(stand_ins)}")
    return tuple(before)


def _kinds(paths: Paths, names: tuple[str, ...]) -> set[ConsumerKind]:
    return {consumer.kind for consumer in paths.known.consumers if consumer.name in names}


def _answer(trace: Trace) -> str:
    return trace.resolved_to.value.replace("_", " ").replace("eni", "ENI") if trace.resolved_to else "no answer"


def _what(here: Setting, there: Setting) -> str:
    listed = ", ".join(map(str, there.public_access_cidrs or ()))
    if here.mode is there.mode:
        return f"set the list of the public endpoint to {listed}"
    if here.mode.has_private is not there.mode.has_private:
        return (
            f"turn private access {'on' if there.mode.has_private else 'off'}, and leave the public endpoint as it is"
        )
    return f"turn public access on, from {listed}" if there.mode.has_public else "turn public access off"
