"""What takes a finding away: repairs on the setting as it is, each proved by deciding again.

1. A mode that is ruled out has its `conditions`; findings are of the setting that stands. Some are the same in
   every mode (VPC endpoints that are missing, ports that are closed to the API server), others stop a call today.
2. A repair is offered only if the finding is gone once it is made, and neither a finding nor an objection is new. The
   list is the present one, so an address that is not on it is put there.
3. Where several things stop a call one after the other, no repair does it alone: then the smallest set is looked for
   that lets it in (`together`), going on from what each repair uncovers. Where none is found, what would still
   stand in the way is said (`stands`).
4. The number of trials is bounded; a finding that was not tried to the end says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from service.advice.changing import changed
from service.advice.faults import CallFault, Fault
from service.advice.repairs import IN_EVERY_MODE, repairs_for, repairs_for_any_mode
from service.domain.change import Mend, Repair
from service.domain.cluster import EndpointMode
from service.domain.decision import AllowList, Decision, Finding
from service.domain.question import ListOrigin
from service.engine import Study, findings_on, objections_to
from service.engine.tracing import Journey

MOST_TRIALS = 24
"""For the whole answer; a trial traces everybody in one mode."""
MOST_TOGETHER = 3
MOST_OFFERED = 2
Key = tuple[str | None, str]


@dataclass(slots=True)
class Bench:
    """Where repairs are tried: one mode with one list, whether calls to the API server count, the trials left."""

    mode: EndpointMode
    listed: AllowList | None
    has_calls: bool = True
    left: int = MOST_TRIALS

    def findings(self, known: Study) -> tuple[Finding, ...]:
        """What is wrong in the mode."""
        return findings_on(known, self.mode, self.listed)

    def wrong(self, known: Study) -> frozenset[Key]:
        """The findings, and what stands against the mode beside them: an address that must not be listed, for one."""
        against = objections_to(known, self.mode, self.listed)
        return _keys(self.findings(known)) | {(name, it.id) for it in against for name in it.consumers or (None,)}

    def journey(self, known: Study, name: str) -> Journey:
        """One consumer's flows in the mode."""
        journeys = known.journeys(known.access_of(self.listed), (self.mode,))
        return next(it for it in journeys if it.consumer.name == name)


@dataclass(frozen=True, slots=True)
class _Trial:
    """Repairs that were made: the question with them, and what is wrong with it."""

    made: tuple[Repair, ...]
    known: Study
    after: frozenset[Key]


@dataclass(frozen=True, slots=True)
class _Turn:
    """On what the next finding is mended: what was wrong, with the list that was offered for those before it."""

    known: Study
    before: frozenset[Key]
    listing: Repair | None = None


def mends(known: Study, decision: Decision) -> tuple[Mend, ...]:
    """For each finding on the present setting, or on the recommended one of a new cluster, what takes it away."""
    assessed = decision.current
    if assessed is not None:
        bench = Bench(assessed.mode, None)
        wanted = replace(known.question.requirements, public_access_cidrs=ListOrigin.KEEP)
        known = known.anew(replace(known.question, requirements=wanted))
    elif decision.recommendation is not None:
        assessed = decision.assessment_of(decision.recommendation.mode)
        bench = Bench(assessed.mode, assessed.allow_list)
    else:
        return ()
    found = []
    turn = _Turn(known, bench.wrong(known))
    for finding in {_key(it): it for it in assessed.findings}.values():  # one cause may stop several of its ports
        if turn.listing is not None and _key(finding) not in turn.before:
            told = Mend(consumer=finding.consumer, cause=finding.cause, repairs=(turn.listing,), is_tried=True)
        else:
            told = _mend(bench, turn, finding)
            turn = _with_list(bench, turn, told.repairs[:1] or told.together)
        if told.repairs or told.together or told.stands or not told.is_tried:
            found.append(told)
    return tuple(found)


def _with_list(bench: Bench, turn: _Turn, offered: tuple[Repair, ...]) -> _Turn:
    """A list that is offered stays on offer: a change sets all of it, so the next one has to hold what it holds."""
    listing = next((it for it in offered if any(change.is_update for change in it.changes)), None)
    if listing is None or bench.left == 0:
        return turn
    bench.left -= 1
    there = turn.known.anew(changed(turn.known.question, (it for it in listing.changes if it.is_update)))
    return _Turn(there, bench.wrong(there), listing)


def all_mended(bench: Bench, known: Study, present: tuple[Finding, ...]) -> tuple[Repair, ...]:
    """The first repair that helps for each finding in turn, each made before the next."""
    made: list[Repair] = []
    for finding in present:
        if _key(finding) in _keys(present):
            helpful, _, _ = _alone(bench, known, bench.wrong(known), finding, most=1)
            for trial in helpful:
                made += trial.made
                known = trial.known
                present = bench.findings(known)
    return tuple(made)


def _alone(
    bench: Bench, known: Study, before: frozenset[Key], finding: Finding, most: int = MOST_OFFERED
) -> tuple[list[_Trial], list[_Trial], bool]:
    """The repairs that help by themselves, those that were tried and do not, and whether all that are known were."""
    helpful: list[_Trial] = []
    others: list[_Trial] = []
    for repair in _candidates(bench, known, finding):
        if len(helpful) == most:
            break
        trial = _tried(bench, known, (), repair)
        if trial is None:
            return helpful, others, False
        (helpful if _helps(trial, before, finding) else others).append(trial)
    return helpful, others, True


def _mend(bench: Bench, turn: _Turn, finding: Finding) -> Mend:
    """What is offered for a finding: repairs that do alone, else the smallest set, else what is left."""
    helpful, others, is_tried = _alone(bench, turn.known, turn.before, finding)
    repairs = tuple(repair for trial in helpful for repair in trial.made)
    told = Mend(consumer=finding.consumer, cause=finding.cause, repairs=repairs, is_tried=is_tried)
    if repairs or not is_tried or not others or finding.consumer is None:
        return told
    further = [trial for trial in others if _key(finding) not in trial.after]
    return _with_more(bench, turn.before, finding, told, further)


def _with_more(bench: Bench, before: frozenset[Key], finding: Finding, told: Mend, further: list[_Trial]) -> Mend:
    """The smallest set that goes on from what each repair uncovers; what is left where it comes furthest."""
    name = str(finding.consumer)
    furthest: dict[tuple[str, ...], None] = {}
    for _ in range(1, MOST_TOGETHER):
        longer: list[_Trial] = []
        for trial in further:
            stopped = _stopped(bench, trial.known, name)
            new = sorted(cause for _, cause in trial.after - before)
            furthest[tuple(dict.fromkeys((*(it for it in stopped if (name, it) not in before), *new)))] = None
            for repair in _repairs(bench, trial.known, name, stopped):
                if repair.changes in {it.changes for it in trial.made}:
                    continue
                more = _tried(bench, trial.known, trial.made, repair)
                if more is None:
                    return replace(told, is_tried=False)
                if _helps(more, before, finding):
                    return replace(told, together=more.made)
                longer.append(more)
        further = longer
    return replace(told, stands=min(furthest, key=len, default=()) or (finding.cause,))


def _tried(bench: Bench, known: Study, made: tuple[Repair, ...], repair: Repair) -> _Trial | None:
    """One more repair made; None once the trials are used up."""
    if bench.left == 0:
        return None
    bench.left -= 1
    there = known.anew(changed(known.question, repair.changes))
    return _Trial((*made, repair), there, bench.wrong(there))


def _helps(trial: _Trial, before: frozenset[Key], finding: Finding) -> bool:
    """Whether the finding is gone and none is new."""
    return trial.after < before and _key(finding) not in trial.after


def _candidates(bench: Bench, known: Study, finding: Finding) -> Iterator[Repair]:
    """What may mend the finding, or what stands behind it on the same way; what mends its own cause first."""
    name = finding.consumer
    if name is None:
        found = repairs_for(Fault(known=known, mode=bench.mode, cause=finding.cause))
        yield from (it for it in found if bench.has_calls or not any(change.is_update for change in it.changes))
        return
    causes = dict.fromkeys((finding.cause, *_stopped(bench, known, name, finding.cause)))
    found = tuple(_repairs(bench, known, name, causes))
    yield from tuple({repair.changes: repair for repair in reversed(found)}.values())[::-1]


def _stopped(bench: Bench, known: Study, name: str, cause: str | None = None) -> tuple[str, ...]:
    """The causes that stand in the way of a consumer's calls and of those to it, or of the ones that a cause stops."""
    journey = bench.journey(known, name)
    own = (journey.to_api_server[bench.mode],) if bench.has_calls else ()
    stopped = (trace for trace in (*own, *journey.from_api_server) if trace.cause and cause in (None, trace.cause))
    return tuple(dict.fromkeys(it for trace in stopped for it in (trace.cause, *trace.also) if it))


def _repairs(bench: Bench, known: Study, name: str, causes: Iterable[str]) -> Iterator[Repair]:
    """What may mend any of the causes for a consumer."""
    journey = bench.journey(known, name)
    call = journey.to_api_server[bench.mode]
    for cause in causes:
        fault = CallFault(known=known, mode=bench.mode, cause=cause, journey=journey)
        if cause in IN_EVERY_MODE:
            yield from repairs_for_any_mode(fault)
        if bench.has_calls and cause in (call.cause, *call.also):
            yield from repairs_for(fault)


def _keys(findings: Iterable[Finding]) -> frozenset[Key]:
    return frozenset(map(_key, findings))


def _key(finding: Finding) -> Key:
    return finding.consumer, finding.cause
