"""One question, one decision, on one screen.

1. The scene is set: references looked up, defaults filled in and listed.
2. Every consumer is traced in every mode, and step 2 once for all modes.
3. Each mode is assessed: objections rule it out, scores order the rest.
4. One eligible mode is recommended; the present setting is assessed in the same form.

>>> from service.domain.cluster import Cluster
>>> from service.domain.question import Question
>>> decision = decide(Question(cluster=Cluster(name="demo")))
>>> decision.outcome.value, decision.recommendation.mode.value
('recommended', 'public_and_private')
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.domain.addresses import Network
from service.domain.cluster import EndpointAccess, EndpointMode
from service.domain.decision import Assessment, Decision, Finding
from service.domain.question import Question
from service.domain.trace import Assumption
from service.engine.callers import consumers_of
from service.engine.case import Case
from service.engine.controls import NodeExposure, judge_controls, node_exposure
from service.engine.findings import findings
from service.engine.objections import objections
from service.engine.recommend import recommend
from service.engine.resolve import MODES
from service.engine.scene import Scene, set_scene
from service.engine.services import service_findings
from service.engine.tracing import Journey, journeys
from service.engine.warnings import warnings
from service.engine.weigh import weigh


def decide(question: Question) -> Decision:
    """The decision on a question: which mode, why, and what becomes of every flow in each of them."""
    cluster = question.cluster
    scene = set_scene(cluster)
    consumers, assumed = consumers_of(question.consumers)
    traced = journeys(scene, consumers)
    exposure = node_exposure(journey.caller for journey in traced)
    services = service_findings(scene, (journey.caller for journey in traced))
    assessments = tuple(_assess(question, scene, mode, traced, exposure, services) for mode in MODES)
    current = cluster.endpoint_access
    return Decision(
        cluster=cluster.name,
        region=cluster.region,
        labels=cluster.labels,
        assessments=assessments,
        current=next((a for a in assessments if current and current.knows_mode and a.mode is current.mode), None),
        recommendation=recommend(assessments),
        assumptions=_in_order(
            (*question.stated, *scene.assumptions, *assumed, *(a for j in traced for a in j.assumptions))
        ),
        warnings=warnings(scene, traced),
    )


def _assess(
    question: Question,
    scene: Scene,
    mode: EndpointMode,
    traced: Sequence[Journey],
    exposure: NodeExposure,
    services: tuple[Finding, ...],
) -> Assessment:
    needed = question.includes_controls or question.requirements.controls
    access = replace(scene.access, public=mode.has_public, private=mode.has_private)
    controls = judge_controls(access, exposure) if needed else ()
    case = Case(scene=scene, mode=mode, journeys=traced, requirements=question.requirements, controls=controls)
    flows = (
        *(journey.to_api_server[mode] for journey in traced),
        *(t for j in traced for t in j.from_api_server),
    )
    return Assessment(
        mode=mode,
        public_access_cidrs=_list_of(access, is_dual_stack=scene.is_dual_stack),
        objections=objections(case),
        scores=weigh(scene, mode, traced, question.requirements.weights),
        traces=tuple(sorted(flows, key=lambda trace: (trace.step, trace.consumer, trace.port, trace.purpose))),
        controls=controls if question.includes_controls else (),
        findings=findings(scene, mode, traced, services),
    )


def _list_of(access: EndpointAccess, *, is_dual_stack: bool) -> tuple[Network, ...] | None:
    """The list in force, if there is one and it is known: as given; an empty one is open to all (F-1.10, F-1.11)."""
    if not (access.public and access.knows_list):
        return None
    given = access.public_access_cidrs or access.admitted(is_dual_stack=is_dual_stack).networks()
    return tuple(
        sorted(set(given), key=lambda network: (network.version, int(network.network_address), network.prefixlen))
    )


def _in_order(assumptions: Sequence[Assumption]) -> tuple[Assumption, ...]:
    return tuple(sorted(set(assumptions), key=lambda assumed: (assumed.field, assumed.code, assumed.sentence)))
