"""What must stay true, or be accepted, for the recommended list to be right."""

from __future__ import annotations

from collections.abc import Iterable

from service.domain.decision import AllowList, Decision
from service.domain.trace import Assumption
from service.engine import Study

_LIST = "/cluster/endpoint_access/public_access_cidrs"


def provisos(known: Study, decision: Decision) -> tuple[Assumption, ...]:
    """The conditions that come with a recommendation, by code; none if its list was not derived."""
    chosen = decision.recommendation
    if chosen is None:
        return ()
    listed = decision.assessment_of(chosen.mode).allow_list
    if listed is None:
        return ()
    found = (*_awaited(listed), *_widened(listed), *_left_out(listed), *_growing(known, decision, listed))
    return tuple(sorted(found, key=lambda it: (it.code, it.field)))


def _widened(listed: AllowList) -> Iterable[Assumption]:
    extra = sum(entry.extra for entry in listed.entries)
    if extra:
        sentence = f"the list admits {extra} addresses that nobody needs, because exact ranges would be more than 40"
        yield Assumption(code="list-admits-more", field=_LIST, sentence=sentence, facts=("F-1.12",))


def _awaited(listed: AllowList) -> Iterable[Assumption]:
    for name in listed.awaits:
        sentence = (
            f"the list is not complete without the addresses of {name}, which are not known: say from which addresses "
            "it comes (a fixed egress address, if they change), and send no list before"
        )
        yield Assumption(
            code="addresses-to-be-listed", field=f"/consumers[{name}]", sentence=sentence, facts=("F-1.8", "F-1.11")
        )


def _left_out(listed: AllowList) -> Iterable[Assumption]:
    for it in listed.left_out:
        yield Assumption(
            code=it.code, field=f"/consumers[{it.consumer}]", sentence=f"{it.sentence}: {it.advice}", facts=it.facts
        )


def _growing(known: Study, decision: Decision, listed: AllowList) -> Iterable[Assumption]:
    """Entries for regional NAT gateways, which may add addresses by themselves (F-4.7)."""
    served = {name for entry in listed.entries for name in entry.serves}
    mode = decision.recommendation.mode if decision.recommendation else None
    passed = {
        name
        for assessment in decision.assessments
        if assessment.mode is mode
        for trace in assessment.traces
        if trace.consumer in served and trace.source is not None
        for hop in trace.hops
        if hop.kind == "nat_gateway"
        for name in hop.component.split(", ")
    }
    for name in sorted(passed):
        if name in known.scene.nats and known.scene.nats[name].is_regional:
            yield Assumption(
                code="addresses-may-grow",
                field=f"/cluster/nat_gateways[{name}]",
                sentence=f"{name} is regional and may add addresses by itself: use zonal NAT gateways with "
                "fixed addresses, turn private access on for what stands in the VPC, or keep the list up with it",
                facts=("F-4.7",),
            )
