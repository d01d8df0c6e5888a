"""The safe way from the present setting to the recommended one, or to one that changes elsewhere make fit.

1. Preparations come first, one step each (`preparing`): what takes findings away that are the same in every
   mode; and, where no mode fits as things are, what makes one fit: of those for which `conditions` found something
   the one that moves the fewest callers, then the one that leaves least to choose, then the one that weighs most.
   The plan says plainly that it rests on them.
2. States are the modes with the present list, the recommended one, or both lists together; one call moves
   from one to the next, and changes one switch or the list, never both, so that each can be verified. Callers
   move at the state in which that cuts off fewest.
3. The engine is run on every state. A required consumer that gets in at the start and at the end must get
   in on all of them; and where its name's answer changes, the old answer must still lead in until it has
   aged (F-2.15), because resolvers keep it. Of all ways the one that cuts off fewest is taken, then the one
   that opens the endpoint least, then the shortest (F-9.11, F-9.12).
4. Nothing is sent that changes nothing, for EKS refuses it (F-9.5); each update is waited for (F-9.1, F-9.6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from service.advice.changing import changed
from service.advice.forwarding import lacking_endpoint
from service.advice.mends import Bench, all_mended
from service.advice.preparing import MOVES, Preparation, access_entries, example_ranges, preparations, step_of
from service.advice.safest_way import safest_way
from service.advice.states import Paths, State, cuts, kept
from service.advice.updating import Examples, access_change, update
from service.domain.change import Change, ChangeKind, ChangePlan, Conditions, PlanStep, Repair, Setting
from service.domain.cluster import EndpointMode
from service.domain.consumer import ConsumerKind, Importance
from service.domain.decision import Assessment, Decision, Outcome
from service.domain.question import Question
from service.engine import Study, objections_to
from service.engine.recommend import order

_RESTS = "no mode fits as things are, and this plan rests on these changes being made"
_MOVED = frozenset({ChangeKind.CONSUMER_LOCATION, ChangeKind.CONSUMER_TUNNEL, ChangeKind.CONSUMER_SUBNETS})
_CALLERS = (ConsumerKind.OPERATOR, ConsumerKind.PIPELINE)


@dataclass(frozen=True, slots=True)
class _Destination:
    """Where a plan leads: the mode as it is assessed there, and what has to be made for it to fit."""

    assessed: Assessment
    rests_on: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a plan rests on, and whose addresses its list awaits."""

    rests_on: tuple[str, ...]
    awaits: tuple[str, ...]


def change_plan(
    known: Study,
    decision: Decision,
    conditions: tuple[Conditions, ...],
    decide: Callable[[Study], Decision],
) -> ChangePlan | None:
    """The plan to the recommended setting, or to the best one that conditions make fit; None without either.

    There is none either if the present setting is not known.
    """
    present = known.question.cluster.endpoint_access
    goal = _destination(known, decision, conditions, decide)
    if goal is None or (present is not None and not (present.knows_mode and present.knows_list)):
        return None
    target = Setting(mode=goal.assessed.mode, public_access_cidrs=goal.assessed.public_access_cidrs)
    now = decision.current
    start = Setting(mode=now.mode, public_access_cidrs=now.public_access_cidrs) if now else None
    awaits = goal.assessed.allow_list.awaits if goal.assessed.allow_list else ()
    if awaits:
        if start is None or start.public_access_cidrs is None:
            return ChangePlan(start=start, target=target, steps=(), locks_out=(), sentence=_waiting(awaits))
        target = replace(target, public_access_cidrs=start.public_access_cidrs)
    repairs = (*goal.rests_on, *_mending(known, goal))
    made = preparations((*repairs, *_resolver(known, repairs, start, target)))
    rests_on = tuple(repair.sentence for repair in goal.rests_on)
    if start is None:
        return _creation(known.question, target, made, rests_on)
    return _changing(known, start, target, made, _Basis(rests_on, awaits))


def _destination(
    known: Study,
    decision: Decision,
    conditions: tuple[Conditions, ...],
    decide: Callable[[Study], Decision],
) -> _Destination | None:
    """The recommended mode; if none fits, one that can be made to: with the least intrusion, then by weight."""
    if decision.recommendation is not None:
        return _Destination(decision.assessment_of(decision.recommendation.mode))
    if decision.outcome is not Outcome.NO_MODE_FITS:
        return None  # a missing fact is asked for before anything is changed
    least = [(each.mode, min(each.ways, key=_intrusion)) for each in conditions if each.ways]
    found = [_Destination(_made(known, mode, way, decide), way) for mode, way in least]
    return min(found, key=lambda it: (_intrusion(it.rests_on), order(it.assessed)), default=None)


def _intrusion(way: tuple[Repair, ...]) -> tuple[int, int]:
    """How many callers it takes elsewhere, which no owner of a network can do for them; then what is left to choose."""
    changes = [change for repair in way for change in repair.changes]
    moved = {change.target for change in changes if change.kind in _MOVED}
    return len(moved), sum(change.value("is_example") is True for change in changes)


def _made(known: Study, mode: EndpointMode, way: tuple[Repair, ...], decide: Callable[[Study], Decision]) -> Assessment:
    """A mode, assessed with a way made that would make it fit."""
    changes = (change for repair in way for change in repair.changes)
    return decide(known.anew(changed(known.question, changes))).assessment_of(mode)


def _mending(known: Study, goal: _Destination) -> tuple[Repair, ...]:
    """What takes away the findings that no mode changes, if the mode still fits with it; nothing for mere doubts."""
    mode, listed = goal.assessed.mode, goal.assessed.allow_list
    there = known.anew(changed(known.question, (change for repair in goal.rests_on for change in repair.changes)))
    certain = tuple(finding for finding in goal.assessed.findings if not finding.missing)
    found = all_mended(Bench(mode, listed, has_calls=False), there, certain)
    after = changed(there.question, (change for repair in found for change in repair.changes))
    return () if found and objections_to(there.anew(after), mode, listed) else found


def _resolver(known: Study, repairs: Iterable[Repair], start: Setting | None, target: Setting) -> tuple[Repair, ...]:
    """What answers those whose queries are said to be forwarded, where they begin to hang on it."""
    changes = (change for repair in repairs for change in repair.changes)
    there = known.anew(changed(known.question, changes))
    return lacking_endpoint(State(Paths(known), start) if start else None, State(Paths(there), target))


def _changing(known: Study, start: Setting, target: Setting, made: Sequence[Preparation], basis: _Basis) -> ChangePlan:
    """The plan for a cluster that is there."""
    first = [each for each in made if each.kind not in MOVES]
    moves = [each for each in made if each.kind in MOVES]
    networks = [Paths(known), *_networks(known, [*first, *moves])]
    last = State(networks[-1], target)
    keep = kept(State(networks[0], start), last)
    administer = _administer(last) if start.mode.has_public and not target.mode.has_public else ()
    before, after = State(networks[0], start).traces, last.traces
    locked_out = tuple(
        consumer.name
        for consumer in known.consumers
        if consumer.kind in _CALLERS
        and consumer.importance is not Importance.UNWANTED
        and before[consumer.name].is_accepted
        and not after[consumer.name].is_accepted
    )
    steps = [
        _prepared(each, State(here, start), State(there, start), keep)
        for each, (here, there) in zip(first, pairwise(networks), strict=False)
    ]
    if administer:
        here = State(networks[len(first)], start)
        steps.append(_prepared(access_entries(known.question, administer), here, here, keep))
    way = safest_way(networks[len(first) :], start, target, keep)
    examples = Examples(example_ranges(made), start.public_access_cidrs or ())
    for here, there in pairwise(way):
        if there.paths is here.paths:
            steps.append(update(here, there, keep, examples))
        else:
            steps.append(_prepared(moves[networks.index(here.paths) - len(first)], here, there, keep))
    return ChangePlan(
        start=start,
        target=target,
        steps=tuple(steps),
        locks_out=locked_out,
        sentence=_sentence(steps, locked_out, basis),
        rests_on=basis.rests_on,
    )


def _networks(known: Study, made: Iterable[Preparation]) -> Iterable[Paths]:
    """The network after each preparation."""
    question = known.question
    for each in made:
        question = changed(question, each.changes)
        yield Paths(known.anew(question))


def _administer(last: State) -> tuple[str, ...]:
    """Who calls from inside once public access is off, and is no part of the cluster."""
    traces = last.traces
    return tuple(
        consumer.name
        for consumer in last.paths.known.consumers
        if consumer.kind in _CALLERS
        and consumer.importance is not Importance.UNWANTED
        and traces[consumer.name].is_accepted
    )


def _prepared(each: Preparation, here: State, there: State, keep: tuple[str, ...]) -> PlanStep:
    return step_of(each, here.paths.known.question, here, there, cuts(here, there, keep))


def _waiting(awaits: tuple[str, ...]) -> str:
    return (
        f"the new list cannot be sent before the addresses of {', '.join(awaits)} are known, for without them it locks "
        "out whom it is for, and an empty one is open to all (F-1.11): say them and ask again"
    )


def _sentence(steps: Sequence[PlanStep], locked_out: tuple[str, ...], basis: _Basis) -> str:
    if not steps and basis.awaits:
        return _waiting(basis.awaits)
    first = f"the list stays as it is: {_waiting(basis.awaits)}; " if basis.awaits else ""
    if locked_out:
        first += (
            f"whoever carries this out from the place of {', '.join(locked_out)} is locked out of the Kubernetes API "
            "by it; the EKS API that makes the changes stays within reach (F-6.4), so verify from elsewhere; "
        )
    if basis.rests_on:
        first += f"{_RESTS}: {'; '.join(basis.rests_on)}; "
    updates = sum(change.is_update for step in steps for change in step.changes)
    if not steps:
        same = "the present setting is the recommended one: send nothing, for EKS refuses a change of nothing (F-9.5)"
        return f"{first}{same}"
    stays = "the endpoint access stays as it is (F-9.5)"
    said = f"{updates} updates, one after the other" if updates > 1 else "one update" if updates else stays
    if len(steps) > updates:
        said = f"{_preparations(len(steps) - updates)} first; then {said}"
    lost = sorted({cut.consumer for step in steps for cut in step.cuts})
    last = f"; cut off for a while: {', '.join(lost)}" if lost else "; nobody who must get in is cut off on the way"
    return f"{first}{said}{last}"


def _preparations(number: int) -> str:
    return "one preparation" if number == 1 else f"{number} preparations"


def _creation(
    question: Question, target: Setting, made: Sequence[Preparation], rests_on: tuple[str, ...]
) -> ChangePlan:
    """A cluster that does not exist yet is created with the setting that it is to have, in a network that is ready."""
    examples = Examples(example_ranges(made))
    change = access_change(target, examples)
    step = PlanStep(
        sentence="create the cluster with this setting",
        call="eks:CreateCluster",
        changes=(Change(kind=ChangeKind.CREATE_CLUSTER, values=change.values),),
        setting=target,
        preconditions=(
            "both DNS attributes of the VPC are on, set in separate calls (F-2.8, F-2.9)",
            "the cluster subnets lie in at least two zones, with free addresses (F-3.4)",
            "an access entry is made for whoever administers the cluster (F-6.3)",
        ),
        waits=("until the cluster is `ACTIVE` (F-9.15)",),
        verify=(
            "nodes join within 15 minutes (F-4.5)",
            "`kubectl get --raw /readyz` works for everybody who must get in",
        ),
        way_back="change the endpoint access later, one update at a time; the VPC alone stays for ever (F-1.24)",
        way_back_changes=(),
        cuts=(),
        facts=("F-1.1", "F-1.24"),
    )
    steps = (*(step_of(each, question, None, None, ()) for each in made), step)
    sentence = "a new cluster, made right at once"
    if rests_on:
        sentence = f"{_RESTS}: {'; '.join(rests_on)}"
    elif len(steps) > 1:
        sentence = f"{_preparations(len(steps) - 1)} first; then a new cluster, made right at once"
    return ChangePlan(start=None, target=target, steps=steps, locks_out=(), sentence=sentence, rests_on=rests_on)
