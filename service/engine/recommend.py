"""Which mode is recommended: the eligible one with the highest total, ties broken in a stated order.

1. Only modes without objections take part (law 8).
2. The highest weighted total wins; equal totals go to the higher exposure score, then accessibility, then
   efficiency, then to `private`, `public_and_private`, `public`: the safer mode when all else is equal.
3. `because` names the objections that ruled the others out, then the terms in which the winner leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from service.domain.cluster import EndpointMode
from service.domain.decision import Assessment, Recommendation, Scores, Status, Term

SAFEST_FIRST = (EndpointMode.PRIVATE, EndpointMode.PUBLIC_AND_PRIVATE, EndpointMode.PUBLIC)


def recommend(assessments: Sequence[Assessment]) -> Recommendation | None:
    """The recommendation, or None if no mode is eligible."""
    eligible = sorted((a for a in assessments if a.status is Status.ELIGIBLE), key=order)
    if not eligible:
        return None
    best, second = eligible[0], eligible[1] if len(eligible) > 1 else None
    return Recommendation(
        mode=best.mode,
        public_access_cidrs=best.public_access_cidrs,
        summary=_summary(best, second, assessments),
        because=tuple(dict.fromkeys((*_ruled_out_by(assessments), *_leads_in(best, second)))),
        margin=best.scores.total - second.scores.total if second else None,
        runner_up=second.mode if second else None,
        awaits=best.allow_list.awaits if best.allow_list else (),
    )


def order(assessment: Assessment) -> tuple[Fraction, int, int, int, int]:
    """Who goes first, the lowest: the highest total, then `precedence`."""
    return (-assessment.scores.total, *precedence(assessment))


def precedence(assessment: Assessment) -> tuple[int, int, int, int]:
    """Who goes first when totals are equal, the lowest; no weight bears on it."""
    scores = assessment.scores
    return (
        -scores.exposure.points,
        -scores.accessibility.points,
        -scores.efficiency.points,
        SAFEST_FIRST.index(assessment.mode),
    )


def _ruled_out_by(assessments: Sequence[Assessment]) -> Iterable[str]:
    return (objection.id for assessment in assessments for objection in assessment.objections)


def _leads_in(best: Assessment, second: Assessment | None) -> Iterable[str]:
    mine = _terms(best.scores)
    if second is None:
        return (term.name for term in mine if term.points == term.of)
    theirs = {term.name: term.points for term in _terms(second.scores)}
    leads = [term for term in mine if term.points > theirs[term.name]]
    return (term.name for term in sorted(leads, key=lambda term: theirs[term.name] - term.points))


def _terms(scores: Scores) -> tuple[Term, ...]:
    return (*scores.exposure.terms, *scores.efficiency.terms, *scores.accessibility.terms)


def _summary(best: Assessment, second: Assessment | None, assessments: Sequence[Assessment]) -> str:
    names = {mode: mode.value.replace("_", " ") for mode in EndpointMode}
    said = f"{names[best.mode]} fits"
    if best.allow_list and best.allow_list.awaits:
        said += f" once the addresses of {', '.join(best.allow_list.awaits)} are on its list"
    if second is not None:
        margin = float(best.scores.total - second.scores.total)
        said += f", {round(margin, 2):g} points before {names[second.mode]}"
    told = [(a.status, f"{names[a.mode]}: {', '.join(dict.fromkeys(o.id for o in a.objections))}") for a in assessments]
    out = "; ".join(text for status, text in told if status is Status.RULED_OUT)
    unknown = "; ".join(text for status, text in told if status is Status.UNDETERMINED)
    if out and unknown:
        return f"{said} (not {out}; not known of {unknown})"
    return f"{said} (not {out})" if out else f"{said} (not known of {unknown})" if unknown else said
