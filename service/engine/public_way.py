"""To the public endpoint: out of where the caller stands, over its gateway, through the list (13.2).

1. A caller in the VPC takes its way out (`way_out`); one outside, its own way over the internet.
2. The public access CIDRs admit the address that the endpoint sees (F-1.18, F-4.6). No group of the
   endpoint network interfaces is ever asked (F-1.9).
3. The load balancer spreads the calls over the API servers (F-5.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from service.domain.addresses import EVERY_IPV4, EVERYWHERE, NOWHERE, RESERVED, Addresses, of_networks
from service.domain.consumer import Dynamic, Vantage
from service.domain.network import Connection
from service.domain.trace import Action, Assumption, Disposition
from service.engine.alike import stand_in, told_of
from service.engine.callers import Caller
from service.engine.filters import Party
from service.engine.gates import API_SERVER, Gate, Stage, closed, opened, own_groups, unknown
from service.engine.gateways import NO_WAY_OUT, OFF_AMAZON, Source
from service.engine.routes import PUBLIC_INTERNET
from service.engine.scene import Place, Scene
from service.engine.way_out import egress, leaving_alike
from service.engine.ways import Walk, Way, better, concluded, merged, named, standing_for

LIST = "public access CIDRs"
LONGEST_LIST = 40
"""How many ranges publicAccessCidrs holds (F-1.12)."""

ARRIVAL = (
    opened(
        Stage.ACLS_BACK,
        "network load balancer",
        "network_load_balancer",
        "the public endpoint: spreads calls over the API servers",
        "F-5.1",
        action=Action.ROUTED,
    ),
    API_SERVER,
)


def public_way(scene: Scene, caller: Caller) -> Way:
    """What becomes of a call to the public endpoint's addresses; the same in every mode that has them.

    Of all that it meets only the gate of the list differs from one list to another, so what is remembered for one
    serves all that say the same of the caller.
    """
    here = ("way", caller.reference)
    found: Way | None = scene.of_list.get(here)
    if found is None:
        other = stand_in(scene, caller)
        walked = _through_the_list(scene, caller) if other is None else told_of(caller, other, public_way(scene, other))
        found = scene.of_list[here] = walked
    return found


def _through_the_list(scene: Scene, caller: Caller) -> Way:
    walks = _unlisted(scene, caller)
    listed = [admission(scene, caller, walk.source, walk.version) for walk in walks]
    key = ("public", caller.reference, *((gate.cause, gate.works, gate.hop and gate.hop.detail) for gate in listed))
    found: Way | None = scene.memo.get(key)
    if found is None:
        ways = [_way_of(caller, walk, gate) for walk, gate in zip(walks, listed, strict=True)]
        found = scene.memo[key] = merged(_of_places(walks, ways))
    return found


class Unlisted(NamedTuple):
    """A walk to the public endpoint but for the gate of its list: what stands before it and behind it."""

    places: Sequence[Place]
    version: int | None
    gates: tuple[Gate, ...]
    gates_back: tuple[Gate, ...]
    source: Source
    leaves_aws_network: bool | None


def _unlisted(scene: Scene, caller: Caller) -> tuple[Unlisted, ...]:
    """Every walk of a caller, by the subnets that nothing tells apart and the versions of IP that they may try."""
    key = ("unlisted", caller.reference)
    found: tuple[Unlisted, ...] | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = tuple(_walks_of(scene, caller))
    return found


def _walks_of(scene: Scene, caller: Caller) -> Iterator[Unlisted]:
    if not caller.is_inside:
        yield _from_outside(scene, caller)
        return
    for places in leaving_alike(scene, caller.places):
        for version in _versions(scene, caller, places[0]):
            gates, left = egress(scene, caller, places[0], version)
            yield Unlisted(places, version, gates, left.gates_back, left.source, left.leaves_aws_network)


def _versions(scene: Scene, caller: Caller, place: Place) -> tuple[int, ...]:
    """The families that a caller in a subnet tries, in this order; the endpoint of most clusters has one (F-5.6)."""
    if not scene.is_dual_stack:
        return (4,)
    if caller.consumer.prefers_ipv6:
        return (6,)
    return (4, 6) if place.may_have_ipv6 else (4,)


def _way_of(caller: Caller, walk: Unlisted, listed: Gate) -> Way:
    label = named(walk.places) or caller.consumer.name
    source = None if isinstance(walk.source, Dynamic) else walk.source
    gates = (*walk.gates, listed, *walk.gates_back, *ARRIVAL)
    way = concluded(Walk(label=label, gates=gates, source=source, leaves_aws_network=walk.leaves_aws_network))
    return standing_for(way, walk.places, walk.places) if walk.places else way


def _of_places(walks: Sequence[Unlisted], ways: Sequence[Way]) -> list[tuple[str, Way]]:
    """One way for each of the subnets: of two families the better one, and the first of two alike."""
    found: dict[str, Way] = {}
    for walk, way in zip(walks, ways, strict=True):
        name = named(walk.places)
        found[name] = better(found[name], way) if name in found else way
    return list(found.items())


def admission(scene: Scene, caller: Caller, source: Source, version: int | None) -> Gate:
    """The public access CIDRs against the address that the endpoint sees (F-1.8, F-1.11, F-1.18)."""
    admitted = scene.admitted(version)
    if not scene.access.knows_list:
        cause = _unlisted_cause(scene, caller, NOWHERE, None)
        missing = ("/cluster/endpoint_access/public_access_cidrs",)
        return unknown(Stage.LIST, LIST, "public_access_cidrs", "what stands on the list", cause, missing, "F-1.8")
    kind, facts = "public_access_cidrs", ("F-1.8", "F-1.18" if caller.consumer.kind.is_node_like else "F-4.6")
    versions = (version,) if version else (4, 6) if scene.is_dual_stack else (4,)
    if all(admitted.covers(PUBLIC_INTERNET[each]) for each in versions):
        return _OPEN_TO_ALL
    if isinstance(source, Addresses) and admitted.covers(source):
        return opened(Stage.LIST, LIST, kind, f"admits {_few(source)}", *facts)
    cause = _unlisted_cause(scene, caller, admitted, source)
    if isinstance(source, Dynamic):
        detail = "the source addresses change and cannot be listed"
        return closed(Stage.LIST, LIST, kind, detail, cause, Disposition.DENIED_IN, *facts, "F-6.12")
    if (caller.like or caller.reference).removesuffix("/proxy") in scene.access.awaited and not (
        source and source.meets(RESERVED)
    ):
        return _to_be_listed(scene, caller, kind, *facts)
    if source is None:
        detail = f"whether the address of {caller.consumer.name} is on the list"
        return unknown(Stage.LIST, LIST, kind, detail, cause, source_references(scene, caller), *facts)
    detail = f"{_few(source - admitted)} is not on the list"
    stop = closed(Stage.LIST, LIST, kind, detail, cause, Disposition.DENIED_IN, *facts)
    return stop._replace(works=f"works from {_few(source & admitted)}") if source.meets(admitted) else stop


_OPEN_TO_ALL = opened(Stage.LIST, LIST, "public_access_cidrs", "the list is open to all addresses", "F-1.8", "F-1.11")


def _to_be_listed(scene: Scene, caller: Caller, kind: str, *facts: str) -> Gate:
    """The list follows from who must get in, so an address that nobody has said yet will stand on it.

    So will the others of a caller of which only some are known.
    """
    name = caller.consumer.name
    sentence = f"the list is taken to hold the addresses of {name}, which are still to be said"
    assumed = Assumption(
        code="addresses-to-be-listed", field=source_references(scene, caller)[0], sentence=sentence, facts=facts
    )
    gate = opened(Stage.LIST, LIST, kind, f"is to hold the addresses of {name}, which are not known yet", *facts)
    return gate._replace(assumptions=(assumed,))


def _few(addresses: Addresses) -> str:
    texts = addresses.texts()
    return ", ".join(texts[:4]) + (f" and {len(texts) - 4} more" if len(texts) > 4 else "")


def source_references(scene: Scene, caller: Caller) -> tuple[str, ...]:
    """The fields that would settle from which address a caller's internet traffic comes."""
    key = ("source references", caller.reference)
    found: tuple[str, ...] | None = scene.memo.get(key)
    if found is None:
        found = scene.memo[key] = _source_references(caller)
    return found


def _source_references(caller: Caller) -> tuple[str, ...]:
    if caller.is_inside:
        tables = {place.table.id: place.table for place in caller.places if place.table}
        routes = (route for table in tables.values() for route in table.routes)
        targets = sorted({route.target for route in routes if route.target.startswith("nat")})
        return (
            *(f"/cluster/nat_gateways[{name}]/public_ips" for name in targets),
            f"{caller.reference}/internet_egress",
        )
    if caller.vantage is Vantage.INTERNET:
        return (f"{caller.location_reference}/source_cidrs",)
    return (f"{caller.location_reference}/internet_egress",)


def _unlisted_cause(scene: Scene, caller: Caller, admitted: Addresses, source: Source) -> str:
    """Why the list does not help this caller; one that needs more ranges than the list holds has its own code."""
    link = caller.connection
    if isinstance(source, Addresses) and _needs_too_many(scene, admitted, source):
        return "public-access-cidr-quota-exceeded"
    if link is not None and not _takes_internet(link) and link.internet_egress:
        is_listed = admitted.covers(of_networks(link.internet_egress))
        if is_listed:
            return "vpn-split-tunnel-endpoint-not-routed"
    is_node = caller.consumer.kind.is_node_like
    return "node-egress-ip-not-in-public-access-cidrs" if is_node else "client-ip-not-in-public-access-cidrs"


def _needs_too_many(scene: Scene, admitted: Addresses, source: Addresses) -> bool:
    """Whether the list with these sources on it, merged, is longer than EKS takes (F-1.12)."""
    at_most = len(scene.access.public_access_cidrs) + len(source.texts())
    return at_most > LONGEST_LIST and len((admitted | source).networks()) > LONGEST_LIST


def _takes_internet(link: Connection) -> bool:
    """Whether a caller's internet traffic goes into the link at all (a split tunnel carries only its ranges)."""
    return link.carries is None or of_networks(link.carries).covers(PUBLIC_INTERNET[4])


def _from_outside(scene: Scene, caller: Caller) -> Unlisted:
    source = caller.egress
    link = caller.connection
    if link is not None and not _takes_internet(link) and not _has_own_egress(caller):
        source = None
    leaves = _leaves_amazon(caller)
    target = Party(PUBLIC_INTERNET[4], is_every=False)
    gates: list[Gate] = [own_groups(caller, scene, target, 443, "the public endpoint")]
    if isinstance(source, Addresses) and not source:
        gates.append(
            closed(
                Stage.ROUTE,
                f"egress of {caller.consumer.name}",
                "consumer",
                "it has no internet",
                NO_WAY_OUT,
                Disposition.NO_ROUTE,
                "F-4.2",
            )
        )
    else:
        gates.append(_over_the_internet(caller))
    reachable = EVERYWHERE if scene.is_dual_stack else EVERY_IPV4
    if isinstance(source, Addresses) and source:
        if not source.meets(reachable):
            detail = "the endpoint has IPv4 addresses only and the caller IPv6 ones only"
            gates.append(
                closed(
                    Stage.ROUTE,
                    "internet",
                    "internet",
                    detail,
                    "no-common-address-family",
                    Disposition.NO_ROUTE,
                    "F-5.6",
                )
            )
        source &= reachable
    return Unlisted((), None, tuple(gates), (), source or None, leaves)


def _has_own_egress(caller: Caller) -> bool:
    location, own = caller.consumer.location, caller.consumer.internet_egress
    return own is not None or (
        location is not None and (location.internet_egress is not None or location.source_cidrs is not None)
    )


def _over_the_internet(caller: Caller) -> Gate:
    detail = "over the internet to the public endpoint's addresses"
    if caller.vantage is not Vantage.INTERNET:
        detail = "through its own internet egress to the public endpoint's addresses"
    return opened(Stage.ROUTE, "internet", "internet", detail, "F-1.5", action=Action.ROUTED)


def _leaves_amazon(caller: Caller) -> bool | None:
    if caller.vantage is Vantage.INTERNET:
        return True
    link = caller.connection
    return None if link is None else link.kind in OFF_AMAZON
