"""Runs the suites that stand beside policies, and tells what came that was not expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from service.advice import advise
from service.domain.decision import POLICY, Decision
from service.engine.ruling import GUARDRAIL
from service.policy.applying import apply
from service.policy.policy import Policy
from service.web.schemas.suite import Expected, Suite

SUITE_ENDING = ".suite.yaml"
Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A case with what was expected and what came, line by line."""

    suite: str
    case: str
    expected: Lines
    found: Lines
    decision: Decision

    @property
    def passes(self) -> bool:
        """Whether exactly what was expected came."""
        return self.expected == self.found

    def changes(self) -> Iterator[tuple[str, str]]:
        """The lines that differ: ``-`` was expected and did not come, ``+`` came and was not expected."""
        yield from (("-", line) for line in self.expected if line not in self.found)
        yield from (("+", line) for line in self.found if line not in self.expected)


def suites_in(paths: Sequence[Path]) -> list[Path]:
    """The suites that files and folders are or hold, in one order."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob(f"*{SUITE_ENDING}")) if path.is_dir() else [path]
    return found


def run_suite(name: str, suite: Suite, policy: Policy) -> Iterator[Tested]:
    """Decides each question of a suite on the suite's day."""
    for case in suite.cases:
        decision = advise(apply(policy, case.question, suite.today)).decision
        yield Tested(
            suite=name,
            case=case.name,
            expected=_lines(case.expect),
            found=_lines(_came(decision)),
            decision=decision,
        )


def _came(decision: Decision) -> Expected:
    chosen = decision.recommendation
    objections = {
        assessment.mode.value: tuple(dict.fromkeys(it.id for it in assessment.objections))
        for assessment in decision.assessments
    }
    return Expected(
        outcome=decision.outcome.value,
        mode=chosen.mode.value if chosen else None,
        warnings=tuple({it.code for it in decision.warnings if it.code.startswith(GUARDRAIL)}),
        undetermined=decision.ruling.undetermined,
        waived=tuple({it.id for assessment in decision.assessments for it in assessment.waived}),
        **objections,
    )


def _lines(expected: Expected) -> Lines:
    lines = [f"outcome: {expected.outcome}", f"mode: {expected.mode or 'none'}"]
    for mode in ("public", "public_and_private", "private"):
        lines += [f"{mode}: {id_}" for id_ in sorted(getattr(expected, mode))]
    for what in ("warnings", "undetermined", "waived"):
        lines += [f"{what}: {id_}" for id_ in sorted(getattr(expected, what))]
    return tuple(lines)


def silent(policy: Policy, tested: Sequence[Tested]) -> Iterator[str]:
    """What of a policy never showed in its suite: rules that applied to no case, guardrails that no mode broke."""
    applied = {rule.name for one in tested for rule in one.decision.ruling.rules}
    said = {it.code for one in tested for it in one.decision.warnings}
    for one in tested:
        for assessment in one.decision.assessments:
            said |= {it.id for it in (*assessment.objections, *assessment.waived) if it.source == POLICY}
    touched = {waiver for one in tested for waiver in one.decision.ruling.waivers}
    shown = {(waiver.rule, waiver.owner, waiver.reason, waiver.expires) for waiver in touched}
    yield from (f"rule {rule.name} never applies in the suite" for rule in policy.rules if rule.name not in applied)
    for guardrail in policy.guardrails:
        if GUARDRAIL + guardrail.name not in said:
            yield f"guardrail {guardrail.name} never fires in the suite"
    for waiver in policy.waivers:
        if (waiver.rule, waiver.owner, waiver.reason, waiver.expires) not in shown:
            yield f"the waiver of {waiver.rule} for {waiver.cluster} touches nothing in the suite"


def as_junit(tested: Sequence[Tested]) -> bytes:
    """The results in the XML that CI systems read."""
    root = ElementTree.Element("testsuites")
    for name in dict.fromkeys(one.suite for one in tested):
        of_suite = [one for one in tested if one.suite == name]
        failed = sum(not one.passes for one in of_suite)
        counts = {"name": name, "tests": str(len(of_suite)), "failures": str(failed)}
        element = ElementTree.SubElement(root, "testsuite", counts)
        for one in of_suite:
            case = ElementTree.SubElement(element, "testcase", {"classname": name, "name": one.case})
            if not one.passes:
                lines = "\n".join(f"{sign} {line}" for sign, line in one.changes())
                failure = ElementTree.SubElement(case, "failure", {"message": "another decision than expected"})
                failure.text = lines
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
