"""The smallest public access list that serves whom it must, for each mode that has a public endpoint.

1. Everybody is traced with the endpoint open to all: who then comes in through it, and from where, is who
   needs an entry in that mode. With private access off these are the cluster's own nodes as well (F-1.18).
2. Required consumers get one, unless their addresses cannot be listed: changing (F-6.12), reserved (F-1.13) or
   not approved. One whose addresses are not known is to get one: the list awaits them, and is not complete
   before. Preferred ones get one as long as that costs nothing that anybody insists on. Unwanted ones never do.
3. The ranges are merged; if more than 40 are left (F-1.12), they are widened at the least cost (`widening`).
4. A list on which nobody stands cannot be sent, for EKS reads it as open to all (F-1.11): where nobody needs
   the public endpoint, that is an objection to the mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.advice.widening import widened
from service.domain.addresses import NOWHERE, RESERVED, Addresses, Network, in_order, of_network, of_networks
from service.domain.cluster import EndpointAccess, EndpointMode
from service.domain.consumer import Dynamic, Importance
from service.domain.decision import POLICY, AllowList, LeftOut, ListEntry, Objection
from service.domain.question import UNAPPROVED
from service.domain.trace import Answer, Trace
from service.engine import Study
from service.engine.public_way import LONGEST_LIST
from service.engine.requirements import open_to
from service.engine.tracing import Journey

OPEN = EndpointAccess(public=True, private=True)
PUBLIC_MODES = (EndpointMode.PUBLIC, EndpointMode.PUBLIC_AND_PRIVATE)
SERVES_NOBODY = "public-endpoint-serves-nobody"


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why a consumer gets no entry, what it can do about it, and the facts behind both."""

    why: str
    advice: str
    facts: tuple[str, ...]


_REASONS = {
    "way-unknown": _Reason(
        "whether it gets as far as the endpoint is not known",
        "settle what is missing about its way to the endpoint",
        ("F-1.8",),
    ),
    "addresses-unknown": _Reason(
        "its addresses are not known",
        "say from which addresses it comes; if nobody knows, give it a fixed egress address",
        ("F-1.11",),
    ),
    "addresses-change": _Reason(
        "its addresses change and cannot be listed",
        "give it a fixed egress address, or run it inside the VPC or behind a link to it",
        ("F-6.12",),
    ),
    "addresses-reserved": _Reason(
        "it is said to come from reserved addresses, which EKS refuses",
        "say under which public address it reaches the internet; EKS refuses reserved ranges",
        ("F-1.13", "F-1.14"),
    ),
    "addresses-not-approved": _Reason(
        "it comes from addresses that are not approved",
        "approve its addresses, or let it come from an approved address or inside the VPC",
        ("F-1.8",),
    ),
    "list-full": _Reason(
        f"the list already takes up the {LONGEST_LIST} ranges that it may hold",
        "merge or drop other sources, or let it come from inside the VPC",
        ("F-1.12",),
    ),
    "admits-unwanted": _Reason(
        "its addresses are shared with a consumer that must not get in",
        "let it come from an address that it does not share with whom must not get in",
        ("F-1.8",),
    ),
    "opens-to-all": _Reason(
        "with it the list would admit every address",
        "say from which addresses it comes; a list that covers the internet is no list",
        ("F-1.11",),
    ),
}


@dataclass(frozen=True, slots=True)
class _Claim:
    """A consumer that comes through the public endpoint; ``source`` None is not known, or changes."""

    consumer: str
    source: Addresses | None
    changes: bool = False
    is_sure: bool = True


def derived_lists(known: Study, modes: tuple[EndpointMode, ...] = PUBLIC_MODES) -> dict[EndpointMode, AllowList]:
    """For each public mode that is asked for the smallest list that serves whom it must."""
    opened = known.journeys(OPEN, modes)
    return {mode: _list_for(known, mode, opened) for mode in modes}


def _comes_in(trace: Trace) -> bool:
    """Whether nothing certain but the list keeps a flow from the public endpoint."""
    return (trace.is_accepted or trace.is_uncertain) and trace.resolved_to is Answer.PUBLIC_ADDRESSES


def _list_for(known: Study, mode: EndpointMode, opened: Sequence[Journey]) -> AllowList:
    claims: dict[Importance, list[_Claim]] = {importance: [] for importance in Importance}
    for journey in opened:
        trace, name = journey.to_api_server[mode], journey.consumer.name
        if _comes_in(trace):
            changes = trace.source is None and isinstance(journey.maker.egress, Dynamic)
            claims[journey.consumer.importance].append(_Claim(name, trace.source, changes, trace.is_accepted))
    unwanted = _union(claims[Importance.UNWANTED])
    heard = _hear(known, claims, unwanted)
    return AllowList(
        entries=_entries(known, heard.served, unwanted),
        left_out=heard.left_out,
        awaits=heard.awaits,
        unneeded=_unneeded(known, _union(heard.served)),
        objections=(*_unapproved(known, opened, heard), *_serving_nobody(mode, opened, heard)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What became of the claims: who is served, whom the list awaits, and who is left out."""

    served: Sequence[_Claim]
    awaits: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def _hear(known: Study, claims: Mapping[Importance, Sequence[_Claim]], unwanted: Addresses) -> _Heard:
    left_out: list[LeftOut] = []
    served: list[_Claim] = []
    awaits: list[str] = []
    for claim in claims[Importance.REQUIRED]:
        code = _unlistable(known, claim)
        if code == "addresses-unknown":
            awaits.append(claim.consumer)
        elif code:
            left_out.append(_left_out(claim, code))
        else:
            served.append(claim)
    for claim in claims[Importance.PREFERRED]:
        code = _unlistable(known, claim) or _inadmissible(known, claim, _union(served), unwanted)
        served += [] if code else [claim]
        left_out += [_left_out(claim, code)] if code else []
    in_order = sorted(left_out, key=lambda it: it.consumer)
    return _Heard(served=served, awaits=tuple(sorted(awaits)), left_out=tuple(in_order))


def _union(claims: Iterable[_Claim]) -> Addresses:
    found = NOWHERE
    for claim in claims:
        found |= claim.source or NOWHERE
    return found


def _unlistable(known: Study, claim: _Claim) -> str | None:
    """Why no entry can serve the consumer."""
    if claim.source is None:
        return "addresses-change" if claim.changes else "addresses-unknown"
    if claim.source.meets(RESERVED) and any(RESERVED.covers(of_network(it)) for it in claim.source.networks()):
        return "addresses-reserved"
    approved = known.question.approved_source_cidrs
    if approved is not None and not of_networks(approved).covers(claim.source):
        return "addresses-not-approved"
    return None


def _inadmissible(known: Study, claim: _Claim, listed: Addresses, unwanted: Addresses) -> str | None:
    """Why an entry for a consumer that is only preferred would cost too much."""
    if not claim.is_sure:
        return "way-unknown"
    source = claim.source or NOWHERE
    if source.meets(unwanted):
        return "admits-unwanted"
    if any((listed | source).covers(everything) for everything in open_to(known.scene)):
        return "opens-to-all"
    return "list-full" if len((listed | source).networks()) > LONGEST_LIST else None


def _left_out(claim: _Claim, code: str) -> LeftOut:
    reason = _REASONS[code]
    return LeftOut(
        consumer=claim.consumer,
        code=code,
        sentence=f"{claim.consumer} gets no entry: {reason.why}",
        advice=reason.advice,
        facts=reason.facts,
    )


def _entries(known: Study, served: Sequence[_Claim], unwanted: Addresses) -> tuple[ListEntry, ...]:
    needed = _union(served)
    ranges = needed.networks()
    if len(ranges) > LONGEST_LIST:
        approved = known.question.approved_source_cidrs
        allowed = None if approved is None else of_networks(approved)

        def may_stand(network: Network) -> bool:
            admitted = of_network(network)
            return not admitted.meets(unwanted - needed) and (allowed is None or allowed.covers(admitted))

        ranges = widened(needed, LONGEST_LIST, may_stand) or ranges
    return tuple(_entry(network, served, needed) for network in ranges)


def _entry(network: Network, served: Sequence[_Claim], needed: Addresses) -> ListEntry:
    admitted = of_network(network)
    serves = tuple([claim.consumer for claim in served if claim.source and claim.source.meets(admitted)])
    return ListEntry(cidr=network, serves=serves, extra=(admitted - needed).count())


def _unneeded(known: Study, needed: Addresses) -> tuple[Network, ...]:
    """Entries of the list in force that serve nobody."""
    present = known.question.cluster.endpoint_access
    if present is None or not (present.knows_mode and present.knows_list and present.public):
        return ()
    return in_order(it for it in present.public_access_cidrs if not of_network(it).meets(needed))


def _unapproved(known: Study, opened: Sequence[Journey], heard: _Heard) -> Iterable[Objection]:
    """Required consumers whose addresses are not approved, and those of whom that is not known."""
    required = _required(opened)
    unapproved = tuple(
        it.consumer for it in heard.left_out if it.code == "addresses-not-approved" and it.consumer in required
    )
    by = "requirement" if known.question.requirements.approved_source_cidrs is not None else POLICY
    if unapproved:
        yield Objection(
            id=UNAPPROVED,
            consumers=unapproved,
            sentence=f"{', '.join(unapproved)} would have to be listed, with addresses that are not approved",
            facts=("F-1.8",),
            source=by,
        )
    if heard.awaits and known.question.approved_source_cidrs is not None:
        yield Objection(
            id=UNAPPROVED,
            consumers=heard.awaits,
            sentence=f"whether the addresses of {', '.join(heard.awaits)} are approved is not known",
            facts=("F-1.8",),
            source=by,
            is_certain=False,
        )


def _serving_nobody(mode: EndpointMode, opened: Sequence[Journey], heard: _Heard) -> Iterable[Objection]:
    """A list without an entry, where no required consumer is sent to the public endpoint."""
    outward = {
        journey.consumer.name
        for journey in opened
        if journey.to_api_server[mode].resolved_to is Answer.PUBLIC_ADDRESSES
    }
    if not heard.served and not heard.awaits and not _required(opened) & outward:
        unsure = any(it.code in ("addresses-unknown", "way-unknown") for it in heard.left_out)
        yield Objection(
            id=SERVES_NOBODY,
            sentence="nobody is to be let in through the public endpoint, so its list has no entry, and EKS reads an "
            "empty list as open to all: turn the public endpoint off",
            facts=("F-1.7", "F-1.11"),
            is_certain=not unsure,
        )


def _required(opened: Sequence[Journey]) -> set[str]:
    return {journey.consumer.name for journey in opened if journey.consumer.importance is Importance.REQUIRED}
