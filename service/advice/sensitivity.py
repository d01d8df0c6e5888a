"""How sure a recommendation is: what would have to be true of the weights for another mode to win.

1. A total is linear in the weights, so that each rival has, for each weight, one value at which it draws level
   (closed form, exact). The nearest one below and above the given weight is where the winner changes.
2. The weights' shares are the points of a triangle, and those for which a mode wins are a polygon in it: the
   triangle, clipped by one line for each rival. Its area is the mode's share of all ways to weigh.
3. `is_robust`: the mode wins for every choice of weights each within a quarter of what was given, all off at
   once and each to the rival's advantage.
4. A mode that is nowhere worse than another dominates it, and then no weight matters between the two.

Only eligible modes take part (law 8), and ties go where `recommend` sends them.

>>> from service.domain.cluster import Cluster
>>> from service.domain.question import Question
>>> from service.engine import decide
>>> question = Question(cluster=Cluster(name="demo"))
>>> found = sensitivity(decide(question), question.requirements.weights)
>>> sum(each.share for each in found.shares)
Fraction(1, 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from service.domain.decision import Assessment, Decision, Status
from service.domain.question import Weights
from service.domain.sensitivity import Sensitivity, Share, Turn, WeightRange
from service.engine.recommend import precedence

LEAST, MOST = 3, 5
"""A weight that is off by a quarter, in quarters; one weight off by that much turns 11 % of random winners and by a
tenth 4 % (docs/advice.md), so that a winner who survives it is worth calling robust."""
CRITERIA = ("exposure", "efficiency", "accessibility")

Vector = tuple[Fraction, Fraction, Fraction]
"""A weight for each criterion."""
Polygon = tuple[Vector, ...]

_ONE, _NONE = Fraction(1), Fraction()
_CORNERS: Polygon = ((_ONE, _NONE, _NONE), (_NONE, _ONE, _NONE), (_NONE, _NONE, _ONE))
"""The triangle of all shares: in each corner one criterion is all that counts."""


def sensitivity(decision: Decision, weights: Weights) -> Sensitivity | None:
    """How sure the recommendation of a decision is; None if nothing is recommended."""
    chosen = decision.recommendation
    if chosen is None:
        return None
    eligible = _eligible(decision)
    best = decision.assessment_of(chosen.mode)
    rivals = [assessment for assessment in eligible if assessment is not best]
    given = (Fraction(weights.exposure), Fraction(weights.efficiency), Fraction(weights.accessibility))
    return Sensitivity(
        mode=chosen.mode,
        tolerance=Fraction(MOST, LEAST + 1) - 1,
        weights=tuple(_range_of(number, best, eligible, given) for number in range(len(CRITERIA))),
        shares=tuple(Share(mode=each.mode, share=_share(each, eligible)) for each in eligible),
        dominates=tuple(rival.mode for rival in rivals if _leads(best, rival)),
    )


def is_robust(decision: Decision, weights: Weights) -> bool | None:
    """Whether the recommendation holds for all weights a quarter off; None if nothing is recommended."""
    chosen = decision.recommendation
    if chosen is None:
        return None
    best = decision.assessment_of(chosen.mode)
    given = (weights.exposure, weights.efficiency, weights.accessibility)
    return all(_survives(best, rival, given) for rival in _eligible(decision) if rival is not best)


def _survives(best: Assessment, rival: Assessment, given: Sequence[Fraction | int]) -> bool:
    """Whether the lead is left if each weight is off by a quarter to the rival's advantage."""
    leads = [mine - theirs for mine, theirs in zip(_points(best), _points(rival), strict=True)]
    least = sum(weight * lead * (LEAST if lead > 0 else MOST) for weight, lead in zip(given, leads, strict=True))
    return least > 0 or (least == 0 and precedence(best) < precedence(rival))


def _eligible(decision: Decision) -> list[Assessment]:
    return [assessment for assessment in decision.assessments if assessment.status is Status.ELIGIBLE]


def _points(assessment: Assessment) -> tuple[int, int, int]:
    scores = assessment.scores
    return scores.exposure.points, scores.efficiency.points, scores.accessibility.points


def _weighted(weights: Vector, points: tuple[int, int, int]) -> Fraction:
    return weights[0] * points[0] + weights[1] * points[1] + weights[2] * points[2]


def _lead(one: Assessment, other: Assessment, weights: Vector) -> Fraction:
    """By how much one mode leads another, times the sum of the weights."""
    return _weighted(weights, _points(one)) - _weighted(weights, _points(other))


def _leads(one: Assessment, other: Assessment) -> bool:
    """Whether one mode wins for all weights: a linear lead is least in a corner."""
    least = min(_lead(one, other, corner) for corner in _CORNERS)
    return least > 0 or (least == 0 and precedence(one) < precedence(other))


def _with(weights: Vector, number: int, value: Fraction) -> Vector:
    changed = list(weights)
    changed[number] = value
    return (changed[0], changed[1], changed[2])


def _range_of(number: int, best: Assessment, eligible: Sequence[Assessment], given: Vector) -> WeightRange:
    """Where the winner changes if one weight moves and the others stay."""
    unweighted = _with(given, number, Fraction())
    levels: dict[bool, list[Fraction]] = {True: [], False: []}
    for rival in eligible:
        slope = _points(best)[number] - _points(rival)[number]
        if slope:
            levels[slope < 0].append(-_lead(best, rival, unweighted) / slope)
    below, above = max(levels[False], default=None), min(levels[True], default=None)
    if below is not None and (below < 0 or not any(_with(given, number, below))):
        below = None  # no weight is negative, and weights that are all nothing weigh nothing
    return WeightRange(
        criterion=CRITERIA[number],
        given=given[number],
        below=None if below is None else _turn(number, best, eligible, _with(given, number, below), -1),
        above=None if above is None else _turn(number, best, eligible, _with(given, number, above), 1),
    )


def _turn(
    number: int, best: Assessment, eligible: Sequence[Assessment], weights: Vector, direction: int
) -> Turn | None:
    """Who wins at these weights, and who right behind them in a direction; None if that is still the best."""

    def order(assessment: Assessment) -> tuple[Fraction, tuple[int, ...]]:
        return -_weighted(weights, _points(assessment)), precedence(assessment)

    def order_beyond(assessment: Assessment) -> tuple[Fraction, int, tuple[int, ...]]:
        total, last = order(assessment)
        return total, -direction * _points(assessment)[number], last

    at_value = min(eligible, key=order)
    is_last = direction < 0 and weights[number] == 0
    beyond = at_value if is_last else min(eligible, key=order_beyond)
    if beyond is best:
        return None
    return Turn(value=weights[number], at_value=at_value.mode, beyond=beyond.mode)


def _share(mode: Assessment, eligible: Sequence[Assessment]) -> Fraction:
    """The area of the part of the triangle in which a mode wins, the whole triangle being 1."""
    polygon: Polygon = _CORNERS
    for rival in eligible:
        if rival is not mode and _points(rival) == _points(mode) and precedence(rival) < precedence(mode):
            return Fraction()  # a line of ties has no area, and a triangle of ties goes to one mode
        polygon = _clipped(polygon, [_lead(mode, rival, corner) for corner in polygon])
    first, *others = polygon or _CORNERS[:1]
    return sum((abs(_determinant(first, one, other)) for one, other in pairwise(others)), Fraction())


def _clipped(polygon: Polygon, leads: Sequence[Fraction]) -> Polygon:
    """The part of a polygon where a linear lead, known in its corners, is not negative (Sutherland, Hodgman)."""
    kept: list[Vector] = []
    for number, (corner, lead) in enumerate(zip(polygon, leads, strict=True)):
        before, lead_before = polygon[number - 1], leads[number - 1]
        if lead * lead_before < 0:
            kept.append(_between(before, corner, lead_before / (lead_before - lead)))
        if lead >= 0:
            kept.append(corner)
    return tuple(kept)


def _between(one: Vector, other: Vector, part: Fraction) -> Vector:
    return (
        one[0] + part * (other[0] - one[0]),
        one[1] + part * (other[1] - one[1]),
        one[2] + part * (other[2] - one[2]),
    )


def _determinant(a: Vector, b: Vector, c: Vector) -> Fraction:
    """The area of a triangle of shares, in triangles of all shares."""
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
