"""What the caller insists on, as objections: exposure, node traffic, approved sources, controls.

Unlike the facts that rule a mode out, these are the question's own (its ``source`` is `requirement`) or the
organisation's (`policy`). Both are held against the mode, each by itself, so that neither loosens the other and a
waiver of the one leaves the other; what the question insists on itself is not said twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from service.domain.addresses import Addresses, of_networks
from service.domain.cluster import EndpointMode
from service.domain.decision import POLICY, Objection
from service.domain.question import UNAPPROVED, InternetExposure, NodeTraffic, Requirements
from service.domain.trace import Answer
from service.engine.case import Case
from service.engine.routes import PUBLIC_INTERNET
from service.engine.scene import Scene


def requirements(case: Case) -> Iterable[Objection]:
    """What the question insists on, then what only the policy does."""
    own = [objection for objects in UNMET for objection in objects(case, case.requirements)]
    yield from own
    if case.demands is not None:
        said = {(objection.id, objection.is_certain) for objection in own}
        for objects in UNMET:
            for objection in objects(case, case.demands):
                if (objection.id, objection.is_certain) not in said:
                    yield replace(objection, source=POLICY)


def internet_exposure(case: Case, requirements: Requirements) -> Iterable[Objection]:
    """No public endpoint is wanted, or one with a list short of everything."""
    wanted = requirements.internet_exposure
    if not case.mode.has_public or wanted is InternetExposure.ANY:
        return
    if wanted is InternetExposure.NONE:
        yield _unmet("internet-exposure-none", "the public endpoint is on, and none is wanted", "F-1.7")
        return
    if not case.scene.access.knows_list:
        yield _unjudged("internet-exposure-allow-list", "a list short of everything is wanted", "F-1.11")
        return
    admitted = case.scene.admitted(None)
    if any(admitted.covers(everything) for everything in open_to(case.scene)):
        sentence = "the list admits every address, and one short of everything is wanted"
        yield _unmet("internet-exposure-allow-list", sentence, "F-1.11")


def open_to(scene: Scene) -> tuple[Addresses, ...]:
    """What a list must not cover to be a list: all of a family that the endpoint has."""
    return tuple(PUBLIC_INTERNET.values()) if scene.is_dual_stack else (PUBLIC_INTERNET[4],)


def node_traffic(case: Case, requirements: Requirements) -> Iterable[Objection]:
    """Node traffic is to stay inside the VPC (F-1.5)."""
    if requirements.node_traffic is NodeTraffic.ANY:
        return
    names = tuple(
        journey.consumer.name
        for journey, flow in case.flows()
        if journey.consumer.kind.is_node_like
        and journey.caller.is_inside
        and flow.resolved_to is Answer.PUBLIC_ADDRESSES
    )
    if names:
        sentence = f"{', '.join(names)} would leave the VPC to reach the API server"
        yield _unmet("node-traffic-inside-vpc", sentence, "F-1.5", consumers=names)


def approved_sources(case: Case, requirements: Requirements) -> Iterable[Objection]:
    """The list holds only what may stand on it."""
    approved = requirements.approved_source_cidrs
    if approved is None or not case.mode.has_public:
        return
    if not case.scene.access.knows_list:
        yield _unjudged(UNAPPROVED, "only approved sources may stand on it", "F-1.8")
        return
    outside = case.scene.admitted(None) - of_networks(approved)
    if outside:
        texts = outside.texts()
        shown = ", ".join(texts[:3]) + (f" and {len(texts) - 3} more ranges" if len(texts) > 3 else "")
        yield _unmet(UNAPPROVED, f"the list admits what is not approved: {shown}", "F-1.8")


def required_controls(case: Case, requirements: Requirements) -> Iterable[Objection]:
    """A control that must pass fails, or cannot be judged."""
    for verdict in case.controls:
        if verdict.id in requirements.controls and verdict.result not in ("pass", "not_applicable"):
            certain = verdict.result == "fail"
            told = f"{verdict.id} fails: {verdict.why}" if certain else f"{verdict.id} cannot be judged: {verdict.why}"
            yield Objection(
                id=f"control-{verdict.id}-fails",
                facts=verdict.facts,
                source="requirement",
                sentence=told,
                is_certain=certain,
            )


def allowed_modes(case: Case, requirements: Requirements) -> Iterable[Objection]:
    """The mode is not among those that are allowed (F-1.2)."""
    if case.mode not in requirements.modes:
        allowed = [mode.value for mode in EndpointMode if mode in requirements.modes]
        sentence = f"allowed here is only {', '.join(allowed)}" if allowed else "no mode is allowed here"
        yield _unmet("mode-not-allowed", sentence, "F-1.2")


def _unjudged(code: str, wanted: str, fact: str) -> Objection:
    return replace(_unmet(code, f"the list is not known, and {wanted}", fact), is_certain=False)


def _unmet(code: str, sentence: str, fact: str, consumers: tuple[str, ...] = ()) -> Objection:
    return Objection(id=code, sentence=sentence, facts=(fact,), source="requirement", consumers=consumers)


UNMET: tuple[Callable[[Case, Requirements], Iterable[Objection]], ...] = (
    internet_exposure,
    node_traffic,
    approved_sources,
    required_controls,
    allowed_modes,
)
