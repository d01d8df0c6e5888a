"""One question, the whole answer: the decision, and the sections of advice that the question includes.

A section that is not asked for is not computed, and stands in the answer as ``None``.

>>> from service.domain.cluster import Cluster
>>> from service.domain.question import Question
>>> advise(Question(cluster=Cluster(name="demo"))).decision.cluster
'demo'
"""

from __future__ import annotations

from service.advice.sensitivity import is_robust, sensitivity
from service.advice.unknowns import unknowns
from service.domain.advice import Advised
from service.domain.question import Question, Section
from service.engine import decide


def advise(question: Question) -> Advised:
    """The decision on a question, with the advice that it includes."""
    decision = decide(question)
    weights = question.requirements.weights
    return Advised(
        decision=decision,
        is_robust=is_robust(decision, weights),
        sensitivity=sensitivity(decision, weights) if Section.SENSITIVITY in question.include else None,
        unknowns=unknowns(question, decision, decide) if Section.UNKNOWNS in question.include else None,
    )
