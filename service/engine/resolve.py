"""Which address the endpoint's name gives, by mode and by whom the caller asks (facts, section 13.1).

1. Whoever asks the VPC's resolver, or forwards to it, gets the private zone's answer once the private
   endpoint is on (F-2.3, F-2.6); everybody else gets what public DNS says (F-2.2, F-2.4, F-2.10).
2. A zone in the caller's own network that leads the name to a PrivateLink's endpoint answers the same in every mode;
   behind it stand the interfaces, which are always there (F-3.2, F-3.21). Nothing else needs such a zone (F-2.10).
3. Pods that use the `kubernetes` Service do not ask the name at all (F-3.21).
4. The private zone needs both DNS attributes and Amazon's name servers (F-2.7): without host names it is not
   consulted, without DNS support the resolver answers nothing (Reading 7).
5. A resolver that drops private answers to public names gives nothing once the answer is private (F-2.18).

>>> [answer.value for answer in RESOLVES_TO[Asker.OTHER_RESOLVER]]
['public_addresses', 'public_addresses', 'eni_addresses']
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from service.domain.cluster import EndpointMode
from service.domain.trace import Action, Answer, Assumption, Disposition
from service.engine.callers import Asker, Caller
from service.engine.gates import Gate, Stage, closed, opened
from service.engine.scene import Scene

NAME = "endpoint name"
_PUBLIC, _ENI = Answer.PUBLIC_ADDRESSES, Answer.ENI_ADDRESSES
MODES = tuple(EndpointMode)

# Which address the endpoint's name gives, by whom the client asks (F-2.2 to F-2.4, F-3.21).
RESOLVES_TO = {
    #                      PUBLIC    PUBLIC_AND_PRIVATE  PRIVATE
    Asker.VPC_RESOLVER: (_PUBLIC, _ENI, _ENI),
    Asker.OTHER_RESOLVER: (_PUBLIC, _PUBLIC, _ENI),
    Asker.LINK_ZONE: (_ENI, _ENI, _ENI),
    Asker.CLUSTER_IP: (_ENI, _ENI, _ENI),
}
PUBLICLY_RESOLVED_SINCE = datetime(2019, 12, 1, tzinfo=UTC)
"""Before this day the private-only name resolved inside the VPC only (F-2.12)."""


_BY_CLUSTER_IP = opened(
    Stage.NAME,
    "kubernetes service",
    "kubernetes_service",
    "its address is translated to an EKS-owned interface, in every mode",
    "F-3.21",
    action=Action.TRANSLATED,
)


class Resolved(NamedTuple):
    """The answer, the gate that shows it, and whom the answer comes from in effect."""

    answer: Answer
    would_be: Answer
    gate: Gate
    asker: Asker


def resolve(scene: Scene, caller: Caller, mode: EndpointMode) -> Resolved:
    """What the caller learns about the endpoint's address in this mode."""
    vpc = scene.cluster.vpc
    asker = caller.asker
    if asker is Asker.VPC_RESOLVER and vpc.has_dns_hostnames is False:
        asker = Asker.OTHER_RESOLVER  # the private zone is not consulted (F-2.7)
    answer = RESOLVES_TO[asker][MODES.index(mode)]
    if caller.asker is Asker.CLUSTER_IP:
        return Resolved(answer, answer, _BY_CLUSTER_IP, asker)
    if caller.asker is Asker.LINK_ZONE and caller.connection is not None:
        return Resolved(answer, answer, _by_link_zone(caller, caller.connection.id), asker)
    if caller.asker is Asker.VPC_RESOLVER and vpc.has_dns_support is False:
        detail = "the VPC's DNS support is off, so its resolver answers nothing"
        return Resolved(Answer.NOTHING, answer, _silent(detail, "vpc-dns-support-disabled", "F-2.7", "F-2.8"), asker)
    if caller.blocks_private_answers and answer is _ENI:
        detail = "its resolver drops private addresses in answers to public names"
        return Resolved(Answer.NOTHING, answer, _silent(detail, "custom-dns-not-forwarding", "F-2.18"), asker)
    return Resolved(answer, answer, _answered(scene, caller, mode, answer), asker)


def _silent(detail: str, cause: str, *facts: str) -> Gate:
    return closed(Stage.NAME, NAME, "dns", detail, cause, Disposition.NOT_RESOLVED, *facts)


def _told(who: str, answer: Answer, *facts: str) -> Gate:
    what = "private addresses of the EKS-owned interfaces" if answer is _ENI else "public addresses"
    return opened(Stage.NAME, NAME, "dns", f"{who} gives the {what}", *facts, action=Action.RESOLVED)


_VPC, _OWN = "the VPC's resolver", "its own resolver"
_TOLD_BY_VPC = {_PUBLIC: _told(_VPC, _PUBLIC, "F-2.2"), _ENI: _told(_VPC, _ENI, "F-2.3", "F-2.4")}
_TOLD_BY_OWN = {_PUBLIC: _told(_OWN, _PUBLIC, "F-2.2", "F-2.3"), _ENI: _told(_OWN, _ENI, "F-2.4")}


@lru_cache(maxsize=1024)
def _zone_of(link: str) -> Gate:
    detail = f"a zone of its own network gives the address of the endpoint of {link}, which leads to the interfaces"
    return opened(Stage.NAME, NAME, "dns", detail, "F-2.10", "F-3.21", action=Action.RESOLVED)


def _by_link_zone(caller: Caller, link: str) -> Gate:
    """A zone of the caller's network gives the name the address of the link's endpoint; assumed if nobody said so."""
    location = caller.consumer.location
    gate = _zone_of(link)
    if location is not None and location.resolver is not None:
        return gate
    sentence = (
        f"a private zone where {caller.consumer.name} stands is taken to give the endpoint's name the address of the"
        f" endpoint of {link}; what public DNS answers does not lead through it"
    )
    where = f"{caller.location_reference}/resolver"
    assumed = Assumption(code="zone-leads-to-link", field=where, sentence=sentence, facts=("F-2.10", "F-6.6"))
    return gate._replace(assumptions=(assumed,))


def _answered(scene: Scene, caller: Caller, mode: EndpointMode, answer: Answer) -> Gate:
    by_vpc = caller.asker is Asker.VPC_RESOLVER
    gate = (_TOLD_BY_VPC if by_vpc else _TOLD_BY_OWN)[answer]
    created = scene.cluster.created_at
    if mode is not EndpointMode.PRIVATE or by_vpc or created is None or created >= PUBLICLY_RESOLVED_SINCE:
        return gate
    sentence = "the name of a cluster from before December 2019 is taken to resolve outside the VPC"
    assumed = Assumption(
        code="old-name-resolves-publicly",
        field="/cluster/created_at",
        sentence=sentence,
        facts=("F-2.12", "F-2.13"),
    )
    return gate._replace(assumptions=(assumed,))
