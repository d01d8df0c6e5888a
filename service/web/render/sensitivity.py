"""How sure the recommendation is, as a member of the JSON document and as a section of the report."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from service.domain.sensitivity import Sensitivity, Turn

Document = dict[str, Any]


def sensitivity_member(found: Sensitivity) -> Document:
    """Numbers are rounded here only; a value at which the winner turns is also given exactly."""
    return {
        "mode": found.mode.value,
        "tolerance": float(found.tolerance),
        "weights": [
            {
                "criterion": reach.criterion,
                "given": float(reach.given),
                "below": _turn(reach.below),
                "above": _turn(reach.above),
            }
            for reach in found.weights
        ],
        "shares": [{"mode": each.mode.value, "share": _rounded(each.share)} for each in found.shares],
        "dominates": [mode.value for mode in found.dominates],
    }


def _turn(turn: Turn | None) -> Document | None:
    if turn is None:
        return None
    return {
        "value": _rounded(turn.value),
        "exact": str(turn.value),
        "wins_at_value": turn.at_value.value,
        "wins_beyond": turn.beyond.value,
    }


def _rounded(number: Fraction) -> float:
    return round(float(number), 4)


def how_sure(answer: Document, names: dict[str, str]) -> Iterator[str]:
    """The section of the report, from the JSON document; nothing if it has no such member."""
    found = answer.get("sensitivity")
    if not found:
        return
    yield "## How sure"
    yield ""
    quarter = f"{100 * found['tolerance']:g} %"
    holds = "holds" if answer["recommendation"]["robust"] else "does not hold"
    yield f"- the recommendation {holds} if every weight is off by as much as {quarter}, all at once"
    if found["dominates"]:
        yield f"- whatever the weights, it beats {', '.join(names[mode] for mode in found['dominates'])}"
    won = ", ".join(f"{names[each['mode']]} wins {100 * each['share']:.1f} %" for each in found["shares"])
    yield f"- of all ways to weigh the three criteria {won}"
    for reach in found["weights"]:
        for turn, side in ((reach["below"], "below"), (reach["above"], "above")):
            if turn:
                yield (
                    f"- {reach['criterion']} counts {reach['given']:g}: {side} {turn['value']:g}"
                    f" {names[turn['wins_beyond']]} wins"
                )
