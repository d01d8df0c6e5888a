"""Rules of an organisation's own: what must hold of every mode that may be recommended, in CEL.

1. An expression is true where all is well. It was read and its types were checked when the policy was loaded
   (`expressions`), and only then given to CEL's own compiler.
2. What is not known is not there. An expression that needs it, or fails in any other way, is not judged: that is a
   breach that is not certain, so that a mode is never recommended past it.
3. The steps are bounded by a number and not by a clock, so that the same question has the same answer on a slow day.

The values that some guardrail names are converted once for each decision, and for each mode only what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cel

from service.domain.decision import Assessment
from service.domain.question import Breach, Question, Severity
from service.policy.expressions import Cost, check
from service.policy.selecting import Selector
from service.policy.tokens import ExpressionError
from service.policy.types import of_assessment, of_question

MOST_STEPS = 100_000
"""Nodes of an expression times the items that it looks at; at most a quarter of a second of one core was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """One rule; ``source`` is where the organisation has it from."""

    name: str
    message: str
    program: cel.Program
    cost: Cost
    severity: Severity = Severity.DENY
    source: str | None = None
    selector: Selector = field(default_factory=Selector)


def compiled(expression: str) -> tuple[cel.Program, Cost]:
    """What CEL makes of an expression, and its cost; raises `ExpressionError`."""
    cost = check(expression)
    try:
        return cel.compile(expression), cost
    except ValueError as error:
        raise ExpressionError(f"is refused by CEL: {str(error).splitlines()[0][:200]}") from None


@dataclass(frozen=True, slots=True)
class CheckedGuardrails:
    """The guardrails that bear on a question."""

    guardrails: tuple[Guardrail, ...]

    def judge(self, question: Question, assessments: Sequence[Assessment]) -> Sequence[Sequence[Breach]]:
        """For each assessment, the guardrails that it breaks or that cannot be judged."""
        wanted = frozenset(name for it in self.guardrails for name in it.program.variables())
        context = cel.Context(variables=of_question(question, wanted))
        return [tuple(self._judged(context, wanted, question, assessment)) for assessment in assessments]

    def _judged(
        self, context: cel.Context, wanted: frozenset[str], question: Question, assessment: Assessment
    ) -> Iterator[Breach]:
        for name, value in of_assessment(question, assessment, wanted).items():
            context.add_variable(name, value)
        callers, ranges = len(question.consumers or ()), len(assessment.public_access_cidrs or ())
        longest = max(callers, len(assessment.traces), len(assessment.findings), ranges, 1)
        for guardrail in self.guardrails:
            if question.consumers is None and "consumers" in guardrail.program.variables():
                yield _unjudged(guardrail, "who calls is not given")
            elif breach := _breach(guardrail, context, longest):
                yield breach


def _breach(guardrail: Guardrail, context: cel.Context, longest: int) -> Breach | None:
    if guardrail.cost.loops and guardrail.cost.nodes * longest > MOST_STEPS:
        return _unjudged(guardrail, f"it would look at more than {MOST_STEPS} things")
    try:
        holds = guardrail.program.execute(context)
    except KeyError as error:
        return _unjudged(guardrail, f"`{error.args[0]}` is not known")
    except Exception as error:  # whatever CEL raises, the rule was not judged
        return _unjudged(guardrail, f"it fails with {type(error).__name__}")
    if holds is True:
        return None
    source = f" ({guardrail.source})" if guardrail.source else ""
    return Breach(id=guardrail.name, severity=guardrail.severity, sentence=guardrail.message + source)


def _unjudged(guardrail: Guardrail, why: str) -> Breach:
    sentence = f"the guardrail {guardrail.name} cannot be judged: {why} ({guardrail.message})"
    return Breach(id=guardrail.name, severity=guardrail.severity, sentence=sentence, is_certain=False)
