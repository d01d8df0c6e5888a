"""What takes a finding away that is the same in every mode: repairs, each proved by deciding again.

1. Such findings rule no mode out, so `conditions` has nothing to say of them: VPC endpoints that are missing,
   ports that are closed to the API server, names that only the DHCP options spoil.
2. A repair is offered only if the finding is gone once it is made and none is new. It is tried on one mode
   alone, for these findings do not hang on the mode.
3. The number of trials is bounded; a finding that was not tried says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.advice.changing import changed
from service.advice.faults import CallFault, Fault
from service.advice.repairs import IN_EVERY_MODE, repairs_for, repairs_for_any_mode
from service.domain.change import Mend, Repair
from service.domain.cluster import EndpointMode
from service.domain.decision import AllowList, Decision, Finding
from service.engine import Study, findings_on

MOST_TRIALS = 24
"""For the whole answer; a trial traces everybody in one mode."""
Key = tuple[str | None, str]


@dataclass(slots=True)
class Bench:
    """Where repairs are tried: one mode with one list, and how many trials are left."""

    mode: EndpointMode
    listed: AllowList | None
    left: int = MOST_TRIALS

    def findings(self, known: Study) -> tuple[Finding, ...]:
        """What is wrong in the mode."""
        return findings_on(known, self.mode, self.listed)


def mends(known: Study, decision: Decision) -> tuple[Mend, ...]:
    """For each finding on the present setting, or on the recommended one of a new cluster, what takes it away."""
    assessed = decision.current
    if assessed is not None:
        bench = Bench(assessed.mode, None)
    elif decision.recommendation is not None:
        assessed = decision.assessment_of(decision.recommendation.mode)
        bench = Bench(assessed.mode, assessed.allow_list)
    else:
        return ()
    found = []
    for finding in {_key(it): it for it in assessed.findings}.values():  # one cause may stop several of its ports
        repairs, is_tried = _proved(bench, known, assessed.findings, finding)
        if repairs or not is_tried:
            found.append(Mend(consumer=finding.consumer, cause=finding.cause, repairs=repairs, is_tried=is_tried))
    return tuple(found)


def all_mended(bench: Bench, known: Study, present: tuple[Finding, ...]) -> tuple[Repair, ...]:
    """The first repair that helps for each finding in turn, each made before the next."""
    made: list[Repair] = []
    for finding in present:
        if _key(finding) in {_key(it) for it in present}:
            repairs, _ = _proved(bench, known, present, finding, most=1)
            for repair in repairs:
                made.append(repair)
                known = _with(known, repair)
                present = bench.findings(known)
    return tuple(made)


def _proved(
    bench: Bench, known: Study, present: tuple[Finding, ...], finding: Finding, most: int = 2
) -> tuple[tuple[Repair, ...], bool]:
    """Repairs with which the finding is gone and none is new, and whether all that are known were tried."""
    before = {_key(it) for it in present}
    found: list[Repair] = []
    for repair in _candidates(bench, known, finding):
        if len(found) == most:
            break
        if bench.left == 0:
            return tuple(found), False
        bench.left -= 1
        after = {_key(it) for it in bench.findings(_with(known, repair))}
        if after < before and _key(finding) not in after:
            found.append(repair)
    return tuple(found), True


def _candidates(bench: Bench, known: Study, finding: Finding) -> Iterator[Repair]:
    if finding.consumer is None:
        yield from repairs_for(Fault(known=known, mode=bench.mode, cause=finding.cause))
    elif finding.cause in IN_EVERY_MODE:
        journeys = known.journeys(known.access_of(bench.listed), (bench.mode,))
        journey = next(it for it in journeys if it.consumer.name == finding.consumer)
        fault = CallFault(known=known, mode=bench.mode, cause=finding.cause, journey=journey)
        yield from repairs_for_any_mode(fault)


def _with(known: Study, repair: Repair) -> Study:
    return known.anew(changed(known.question, repair.changes))


def _key(finding: Finding) -> Key:
    return finding.consumer, finding.cause
