"""What is wrong with a setting, or worth knowing about it, beside the objections (Reading 13).

1. Every flow of a wanted consumer that does not arrive, with what would mend or settle it.
2. What nodes and others need beside the Kubernetes API (`services`).
3. A public endpoint open to all; a list that does nothing because the public endpoint is off (F-1.21).
4. DNS attributes without which nodes cannot register (F-2.8), and a DHCP domain name that renames them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.domain.addresses import parse_network
from service.domain.cluster import EndpointMode
from service.domain.consumer import ConsumerKind, Importance
from service.domain.decision import Finding
from service.domain.trace import Trace
from service.engine.objections import dns_faults
from service.engine.requirements import open_to
from service.engine.scene import Scene
from service.engine.tracing import Journey, is_wanted

ALL_ADDRESSES = {parse_network("0.0.0.0/0")}
"""EKS's default list, which nobody filled in."""


def findings(
    scene: Scene, mode: EndpointMode, journeys: Sequence[Journey], services: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """All findings on a mode, by consumer and cause."""
    found = [
        *_blocked_flows(mode, journeys),
        *services,
        *_list_findings(scene, mode),
        *_dns_findings(scene, journeys),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.consumer or "", finding.cause)))


def _blocked_flows(mode: EndpointMode, journeys: Sequence[Journey]) -> Iterable[Finding]:
    for journey in journeys:
        if is_wanted(journey.consumer):
            for trace in (journey.to_api_server[mode], *journey.from_api_server):
                if trace.cause is not None:
                    yield _of_flow(trace, trace.cause, journey.consumer.importance)


def _of_flow(trace: Trace, cause: str, importance: Importance) -> Finding:
    last = trace.hops[-1]
    what = f"the API server's call to TCP {trace.port}" if trace.step == 2 else "its call to the API server"
    how = "may not arrive" if trace.is_uncertain else "does not arrive"
    sentence = f"{trace.consumer}: {what} {how}: {last.component}: {last.detail}"
    severity = "high" if importance is Importance.REQUIRED and not trace.is_uncertain else "medium"
    return Finding(
        consumer=trace.consumer,
        cause=cause,
        severity=severity,
        sentence=sentence,
        facts=last.facts,
        missing=trace.missing,
    )


def _list_findings(scene: Scene, mode: EndpointMode) -> Iterable[Finding]:
    stated = scene.access.public_access_cidrs
    if not mode.has_public:
        if stated and set(stated) != ALL_ADDRESSES:
            yield Finding(
                consumer=None,
                cause="public-allowlist-without-public-endpoint",
                severity="low",
                sentence="publicAccessCidrs is filled in, but the public endpoint is off: it does nothing",
                facts=("F-1.8", "F-1.21"),
            )
        return
    admitted = scene.admitted(None)
    if scene.access.knows_list and any(admitted.covers(everything) for everything in open_to(scene)):
        yield Finding(
            consumer=None,
            cause="public-endpoint-open-to-internet",
            severity="medium",
            sentence="every address on the internet may open a connection; only IAM and RBAC stand behind it",
            facts=("F-1.11", "F-1.22"),
        )


def _dns_findings(scene: Scene, journeys: Sequence[Journey]) -> Iterable[Finding]:
    for cause, sentence in dns_faults(scene, journeys):
        yield Finding(consumer=None, cause=cause, severity="high", sentence=sentence, facts=("F-2.8",))
    name = scene.cluster.vpc.domain_name
    if name is None or _is_amazon_domain(name, scene.cluster.region):
        return
    for node in (j.consumer.name for j in journeys if j.consumer.kind is ConsumerKind.NODE):
        yield Finding(
            consumer=node,
            cause="dhcp-domain-name-breaks-node-registration",
            severity="medium",
            sentence=f"the DHCP options name the domain {name}: a node that takes its host name from it "
            "reaches the API server and may be refused there",
            facts=("F-8.4",),
        )


def _is_amazon_domain(name: str, region: str | None) -> bool:
    allowed = {"ec2.internal", "compute.internal"}
    return name in allowed or (
        name.endswith(".compute.internal") and name.split(".")[0] == (region or name.split(".")[0])
    )
