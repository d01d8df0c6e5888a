"""One question, the whole answer: the decision, and the sections of advice that the question includes.

A section that is not asked for is not computed, and stands in the answer as ``None``.

>>> from service.domain.cluster import Cluster
>>> from service.domain.question import Question
>>> advise(Question(cluster=Cluster(name="demo"))).decision.cluster
'demo'
"""

from __future__ import annotations

from collections.abc import Callable

from service.advice.allow_list import derived_lists
from service.advice.changes import repairs_in, written_changes
from service.advice.conditions import conditions
from service.advice.mends import mends
from service.advice.planning import change_plan
from service.advice.provisos import provisos
from service.advice.scanning import compare_controls
from service.advice.sensitivity import is_robust, sensitivity
from service.advice.unknowns import MOST_TRACED, unknowns
from service.domain.advice import Advised
from service.domain.decision import Decision
from service.domain.question import ListOrigin, Question, Section
from service.engine import Study, decide, study


def advise(question: Question) -> Advised:
    """The decision on a question, with the advice that it includes."""
    known = study(question)
    return advised(known, decided(known))


def advised(known: Study, decision: Decision) -> Advised:
    """A decision with the advice that its question includes; who times the two apart calls them apart."""
    question = known.question
    weights = question.requirements.weights
    wants = question.include
    plans = bool({Section.CHANGE_PLAN, Section.CHANGES} & wants)
    helps = Section.CONDITIONS in wants or (plans and decision.recommendation is None)
    found = conditions(known, decision) if helps else ()
    plan = change_plan(known, decision, found, decided) if plans else None
    needed = found if Section.CONDITIONS in wants else None
    asked, untried = None, None
    if Section.UNKNOWNS in wants:
        asked, untried = unknowns(question, decision, deciding_like(known))
    mending = mends(known, decision) if Section.CONDITIONS in wants else None
    offered = repairs_in(needed, mending)
    return Advised(
        decision=decision,
        provisos=provisos(known, decision),
        change_plan=plan if Section.CHANGE_PLAN in wants else None,
        changes=written_changes(known, decision, plan, offered) if Section.CHANGES in wants else None,
        conditions=needed,
        mends=mending,
        is_robust=is_robust(decision, weights),
        sensitivity=sensitivity(decision, weights) if Section.SENSITIVITY in wants else None,
        unknowns=asked,
        untried=untried,
        controls=compare_controls(decision) if question.includes_controls else None,
    )


def decided(known: Study, *, with_present: bool = True) -> Decision:
    """The decision with the list that the question wants: the smallest one, or the given one."""
    keeps = known.question.requirements.public_access_cidrs is ListOrigin.KEEP
    return decide(known.question, {} if keeps else derived_lists(known), known, with_present=with_present)


def deciding_like(known: Study) -> Callable[[Question], Decision | None]:
    """How to decide questions that differ from a known one in a fact, until too many consumers were traced for it.

    It is for the modes and the recommendation: the present setting is left out.
    """
    before = known.tally.traced

    def decide_anew(question: Question) -> Decision | None:
        if known.tally.traced - before + len(known.consumers) > MOST_TRACED:
            return None
        return decided(known.anew(question), with_present=False)

    return decide_anew
