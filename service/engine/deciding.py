"""One question, one decision, on one screen.

1. The scene is set: references looked up, defaults filled in and listed.
2. Every consumer is traced in every mode, and step 2 once for all modes.
3. Each mode is assessed: objections rule it out, scores order the rest.
4. The organisation's policy is heard: its guardrails object or warn, its waivers take objections of its own back.
5. One eligible mode is recommended; the present setting is assessed in the same form.

The list is the one that was given, unless ``lists`` holds another for a mode. What no list changes is the
`Study` of a question, which several decisions on it share.

>>> from service.domain.cluster import Cluster
>>> from service.domain.question import Question
>>> decision = decide(Question(cluster=Cluster(name="demo")))
>>> decision.outcome.value, decision.recommendation.mode.value
('recommended', 'public_and_private')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.domain.addresses import Network, in_order
from service.domain.cluster import EndpointAccess, EndpointMode
from service.domain.decision import AllowList, Assessment, Decision, Finding, Objection
from service.domain.question import Question
from service.domain.trace import Assumption
from service.engine.case import Case
from service.engine.controls import NodeExposure, judge_controls, node_exposure
from service.engine.findings import findings
from service.engine.objections import objections
from service.engine.recommend import recommend
from service.engine.resolve import MODES
from service.engine.ruling import ruled
from service.engine.scanners import as_written, written_out
from service.engine.services import service_findings
from service.engine.studying import Study, study
from service.engine.tracing import Journey
from service.engine.warnings import warnings
from service.engine.weigh import weigh

Lists = Mapping[EndpointMode, AllowList]
_NONE: Lists = {}


def decide(
    question: Question, lists: Lists = _NONE, studied: Study | None = None, *, with_present: bool = True
) -> Decision:
    """The decision on a question: which mode, why, and what becomes of every flow in each of them.

    ``lists`` holds for each mode in it the list with which it is assessed in place of the given one. Who only wants to
    know what would be recommended leaves the present setting out.
    """
    known = studied or study(question)
    scene, present = known.scene, question.cluster.endpoint_access if with_present else None
    traced = _traced(known, lists)
    exposure = node_exposure(journey.caller for journey in traced)
    services = service_findings(scene, (journey.caller for journey in traced))
    modes = tuple(_assess(known, mode, lists.get(mode), traced, exposure, services) for mode in MODES)
    current, now = None, tuple[Journey, ...]()
    if present and not present.knows_mode:
        present = None
    if present and present.mode in lists:
        here = known.journeys(scene.access, (present.mode,))
        now = tuple(_put_together(told) for told in zip(traced, here, strict=True))
        current = _assess(known, present.mode, None, now, exposure, services)
    elif present:
        current = modes[MODES.index(present.mode)]
    if current and current.controls:  # only tools that read what is written tell it from the mode that it is
        current = replace(current, controls=judge_controls(as_written(scene.access), exposure))
    assumed = (assumption for journey in (*traced, *now) for assumption in journey.assumptions)
    assessments, current, ruling, warned = ruled(known.question, modes, current)
    return Decision(
        cluster=question.cluster.name,
        region=question.cluster.region,
        labels=question.cluster.labels,
        assessments=assessments,
        current=current,
        recommendation=recommend(assessments),
        assumptions=_in_order((*question.stated, *scene.assumptions, *known.assumptions, *assumed)),
        warnings=(*warnings(scene, traced), *warned),
        ruling=ruling,
    )


def objections_to(known: Study, mode: EndpointMode, listed: AllowList | None = None) -> tuple[Objection, ...]:
    """What stands against one mode alone, for whoever tries what would help; the same as in a whole decision."""
    if known.question.policy.judges:
        return decide(known.question, {mode: listed} if listed else _NONE, known).assessment_of(mode).objections
    access = known.access_of(listed)
    traced = known.journeys(access, (mode,))
    exposure = node_exposure(journey.caller for journey in traced)
    return _objections(_case(known, mode, listed, traced, exposure), listed)


def findings_on(known: Study, mode: EndpointMode, listed: AllowList | None = None) -> tuple[Finding, ...]:
    """What is wrong in one mode alone, for whoever tries what would mend it; the same as in a whole decision."""
    access = known.access_of(listed)
    traced = known.journeys(access, (mode,))
    services = service_findings(known.scene, (journey.caller for journey in traced))
    return findings(known.under(access), mode, traced, services)


def _case(
    known: Study, mode: EndpointMode, listed: AllowList | None, traced: Sequence[Journey], exposure: NodeExposure
) -> Case:
    scene, requirements = known.under(known.access_of(listed)), known.question.requirements
    access = scene.access.in_mode(mode)
    demands = known.question.policy.demands
    needed = known.question.includes_controls or requirements.controls or (demands and demands.controls)
    controls = judge_controls(written_out(access), exposure) if needed else ()
    return Case(scene=scene, mode=mode, journeys=traced, requirements=requirements, demands=demands, controls=controls)


def _objections(case: Case, listed: AllowList | None) -> tuple[Objection, ...]:
    return (*objections(case), *(listed.objections if listed else ()))


def _traced(known: Study, lists: Lists) -> tuple[Journey, ...]:
    """Everybody's flows in all modes, each mode's under its own list; in private no list plays a part (law 5)."""
    if not lists:
        return known.journeys(known.scene.access, MODES)
    modes_of: dict[EndpointAccess, list[EndpointMode]] = {}
    for mode in MODES:
        public = mode if mode.has_public else EndpointMode.PUBLIC_AND_PRIVATE
        modes_of.setdefault(known.access_of(lists.get(public)), []).append(mode)
    parts = [known.journeys(access, tuple(modes)) for access, modes in modes_of.items()]
    return tuple(_put_together(told) for told in zip(*parts, strict=True))


def _put_together(told: Sequence[Journey]) -> Journey:
    flows = {mode: journey.to_api_server[mode] for journey in told for mode in journey.to_api_server}
    assumed = tuple(assumption for journey in told for assumption in journey.assumptions)
    return told[0]._replace(to_api_server={mode: flows[mode] for mode in MODES}, assumptions=assumed)


def _assess(
    known: Study,
    mode: EndpointMode,
    listed: AllowList | None,
    traced: Sequence[Journey],
    exposure: NodeExposure,
    services: tuple[Finding, ...],
) -> Assessment:
    question = known.question
    case = _case(known, mode, listed, traced, exposure)
    scene = case.scene
    access = scene.access.in_mode(mode)
    flows = (
        *(journey.to_api_server[mode] for journey in traced),
        *(t for j in traced for t in j.from_api_server),
    )
    return Assessment(
        mode=mode,
        public_access_cidrs=_list_of(access, is_dual_stack=scene.is_dual_stack),
        objections=_objections(case, listed),
        scores=weigh(scene, mode, traced, question.requirements.weights),
        traces=tuple(sorted(flows, key=lambda trace: (trace.step, trace.consumer, trace.port, trace.purpose))),
        controls=tuple(case.controls) if question.includes_controls else (),
        findings=findings(scene, mode, traced, services),
        allow_list=listed,
    )


def _list_of(access: EndpointAccess, *, is_dual_stack: bool) -> tuple[Network, ...] | None:
    """The list in force, if there is one and it is known: as given; an empty one is open to all (F-1.10, F-1.11).

    A list that only awaits its entries is none yet: written as an empty one it would be open to all.
    """
    if not (access.public and access.knows_list) or (access.admits_nobody and access.awaited):
        return None
    given = access.public_access_cidrs or access.admitted(is_dual_stack=is_dual_stack).networks()
    return in_order(given)


def _in_order(assumptions: Sequence[Assumption]) -> tuple[Assumption, ...]:
    return tuple(sorted(set(assumptions), key=lambda assumed: (assumed.field, assumed.code, assumed.sentence)))
