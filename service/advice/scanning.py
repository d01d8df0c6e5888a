"""What the scanners will say: every control on the present and on the recommended setting.

1. The verdicts are the engine's; this puts the two settings side by side.
2. Controls that claim to ask for the same and disagree about a setting are named, for no setting pleases both.
3. A control about exposure that passes a list which covers the internet is named as well: its pass is worth
   nothing (M-11).
"""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.addresses import of_networks
from service.domain.decision import Assessment, ControlVerdict, Decision
from service.domain.verdicts import Blindness, Comparison, ControlRow, Dispute
from service.engine.controls import CONTROLS, Asks
from service.engine.routes import PUBLIC_INTERNET

_OF_EXPOSURE = frozenset({Asks.RESTRICTED_ACCESS, Asks.PRIVATE_ONLY, Asks.NO_PUBLIC_ENDPOINT, Asks.NO_OPEN_LIST})
_ASKS = {control.id: control.asks for control in CONTROLS}


def compare_controls(decision: Decision) -> Comparison:
    """The controls on both settings of a decision that was made with controls."""
    chosen = decision.recommendation
    settings = {
        "present": decision.current,
        "recommended": decision.assessment_of(chosen.mode) if chosen else None,
    }
    there = {name: assessment for name, assessment in settings.items() if assessment}
    results = {name: {it.id: it.result for it in assessment.controls} for name, assessment in there.items()}
    return Comparison(
        rows=tuple(
            ControlRow(
                id=control.id,
                asks=control.asks.value,
                present=results.get("present", {}).get(control.id),
                recommended=results.get("recommended", {}).get(control.id),
            )
            for control in CONTROLS
        ),
        disputes=tuple(dispute for name, assessment in there.items() for dispute in _disputes(name, assessment)),
        blind=tuple(blind for name, assessment in there.items() for blind in _blind(name, assessment)),
    )


def _disputes(setting: str, assessment: Assessment) -> Iterator[Dispute]:
    for asks in Asks:
        alike = [verdict for verdict in assessment.controls if _ASKS[verdict.id] is asks]
        passing, failing = _with_result(alike, "pass"), _with_result(alike, "fail")
        if passing and failing:
            yield Dispute(setting=setting, asks=asks.value, passing=passing, failing=failing)


def _with_result(verdicts: list[ControlVerdict], result: str) -> tuple[str, ...]:
    return tuple(verdict.id for verdict in verdicts if verdict.result == result)


def _blind(setting: str, assessment: Assessment) -> Iterator[Blindness]:
    listed = of_networks(assessment.public_access_cidrs or ())
    if not any(listed.covers(internet) for internet in PUBLIC_INTERNET.values()):
        return
    for verdict in assessment.controls:
        if verdict.result == "pass" and _ASKS[verdict.id] in _OF_EXPOSURE:
            yield Blindness(setting=setting, id=verdict.id, why=verdict.why)
