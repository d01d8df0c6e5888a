"""How good a mode is on the three criteria: each score a sum of named terms on a fixed scale.

1. Exposure: how many addresses may open a connection, by coverage (F-1.11), and which legs leave the VPC and
   Amazon's network; the same for `public` and `public_and_private` with the same list (F-1.6, 13.4).
2. Efficiency: how many devices a call passes, NAT processing, zones, single points of failure (section 11).
   Prices weigh nothing: they are second-hand and differ by Region (F-11.1 to F-11.5).
3. Accessibility: who of the required and the preferred consumers gets in.

No term looks at another mode, so no score depends on which modes are there. A term without anything to
measure gives its full points, because nothing is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log2
from typing import NamedTuple

from service.domain.cluster import EndpointMode
from service.domain.consumer import Importance
from service.domain.decision import Score, Scores, Term
from service.domain.question import Weights
from service.domain.trace import Action, Answer, Trace
from service.engine.callers import Caller
from service.engine.gateways import defaults
from service.engine.scene import Place, Scene
from service.engine.tracing import Journey, is_wanted

ADDRESSES, INTERNET_LEGS = 70, 30
"""Exposure: an open door outweighs which way one's own people take to it."""
ONE_ADDRESS = 65
"""What a public endpoint with a list of one address gets: more than any other list, less than none at all."""
SHORT_PATHS, NO_NAT, SAME_ZONE, NO_SINGLE_POINT = 40, 25, 15, 20
"""Efficiency: devices on the way first (F-11.13), then what is paid by the byte, then what fails alone."""
FEWEST, MOST = 2, 6
"""Devices on the shortest way (route table, interface) and on one that is worth no points any more."""
ALONE = frozenset({"proxy", "tunnel", "firewall"})
"""Kinds of device of which there is one by its nature."""
GATEWAYS = frozenset({"egress_only_internet_gateway"})
"""Kinds of device that pass a call on though they let it through as it is."""
_PASSED_ON = (Action.ROUTED, Action.TRANSLATED)
REQUIRED, PREFERRED = 80, 20
"""Accessibility: who must get in counts four times who should."""


def weigh(scene: Scene, mode: EndpointMode, journeys: Sequence[Journey], weights: Weights) -> Scores:
    """The three scores of a mode and their weighted mean."""
    wanted = [journey for journey in journeys if is_wanted(journey.consumer)]
    exposure = Score(terms=_exposure(scene, mode, wanted))
    efficiency = Score(terms=_efficiency(scene, mode, wanted))
    accessibility = Score(terms=_accessibility(mode, wanted))
    weighted = (
        weights.exposure * exposure.points
        + weights.efficiency * efficiency.points
        + weights.accessibility * accessibility.points
    )
    total = Fraction(weighted, weights.sum)
    return Scores(exposure=exposure, efficiency=efficiency, accessibility=accessibility, total=total)


def _term(name: str, of: int, share: float, because: str) -> Term:
    return Term(name=name, points=round(of * share), of=of, because=because)


def _share(good: int, everything: int) -> float:
    return good / everything if everything else 1.0


def _exposure(scene: Scene, mode: EndpointMode, wanted: Sequence[Journey]) -> tuple[Term, ...]:
    """Exposure to the internet, which is what the public endpoint makes possible: both public modes get the
    same, whichever way a name leads today (law 2). Calls that leave the VPC and stay on Amazon's network are
    no exposure (F-1.5, M-9).
    """
    count, over = len(wanted), 0
    if mode.has_public:
        over = sum(_may_cross_the_internet(journey) for journey in wanted)
    because = f"{over} of {count} legs to the API server can go over the internet"
    return (
        _addresses_term(scene, mode),
        _term("legs_off_the_internet", INTERNET_LEGS, _share(count - over, count), because),
    )


def _may_cross_the_internet(journey: Journey) -> bool:
    flow = journey.to_api_server[EndpointMode.PUBLIC]
    return flow.resolved_to is Answer.PUBLIC_ADDRESSES and flow.leaves_aws_network is not False


def _addresses_term(scene: Scene, mode: EndpointMode) -> Term:
    name = "addresses_that_may_connect"
    if not mode.has_public:
        return Term(name=name, points=ADDRESSES, of=ADDRESSES, because="there is no public endpoint")
    if not scene.access.knows_list:
        return Term(name=name, points=0, of=ADDRESSES, because="the list is not known, so every address may connect")
    ipv4, ipv6 = scene.admitted(4).count(), scene.admitted(6).count()
    points = round(ONE_ADDRESS * (1 - max(_openness(ipv4, 32), _openness(ipv6, 128))))
    counted = "one IPv4 address" if ipv4 == 1 and not ipv6 else f"{ipv4} IPv4 addresses"
    if ipv6:
        counted = f"{ipv4} IPv4 and about 2^{round(log2(ipv6))} IPv6 addresses"
    awaited = ", and those that the list still awaits," if scene.access.awaited else ""
    return Term(name=name, points=points, of=ADDRESSES, because=f"{counted}{awaited} may open a connection")


def _openness(count: int, bits: int) -> float:
    """How much of a family's space so many addresses are, 0 for none or one to 1 for all, on a log scale."""
    return log2(count) / bits if count else 0.0


_NONE_IS = {
    Importance.REQUIRED: "nobody must get in, so nobody is missing",
    Importance.PREFERRED: "nobody is only preferred, so nobody is missing",
}


class Burden(NamedTuple):
    """What one accepted flow costs: devices on the way, NAT, zones left, one device that carries it all."""

    devices: int
    passes_nat: bool
    share_in_zone: float
    hangs_on_one: bool


def burden(scene: Scene, caller: Caller, flow: Trace) -> Burden:
    """The burden of a flow, measured once for all modes that share it."""
    key = ("burden", id(flow))
    kept: tuple[Burden, Trace] | None = scene.memo.get(key)
    if kept is None:
        kinds = [hop.kind for hop in flow.hops]
        passes_nat = "nat_gateway" in kinds
        measured = Burden(
            devices=sum(hop.action in _PASSED_ON or hop.kind in GATEWAYS for hop in flow.hops),
            passes_nat=passes_nat,
            share_in_zone=_share_in_zone(scene, caller, flow, passes_nat),
            hangs_on_one=not ALONE.isdisjoint(kinds) or (passes_nat and _hangs_on_one_nat(scene, caller, flow)),
        )
        kept = scene.memo[key] = (measured, flow)  # the flow lives as long as its id is a key
    return kept[0]


def _efficiency(scene: Scene, mode: EndpointMode, wanted: Sequence[Journey]) -> tuple[Term, ...]:
    told = [(j.caller, j.to_api_server[mode]) for j in wanted]
    burdens = [burden(scene, caller, flow) for caller, flow in told if flow.is_accepted]
    count = len(burdens)
    if not count:
        of = {"short_paths": SHORT_PATHS, "no_nat_processing": NO_NAT, "same_zone": SAME_ZONE}
        sizes = {**of, "no_single_point_of_failure": NO_SINGLE_POINT}
        return tuple(Term(name=name, points=0, of=size, because="nobody gets in") for name, size in sizes.items())
    devices = sum(each.devices for each in burdens)
    shortness = sum(min(max(MOST - each.devices, 0), MOST - FEWEST) for each in burdens) / (MOST - FEWEST)
    nat = sum(each.passes_nat for each in burdens)
    zones = sum(each.share_in_zone for each in burdens) / count
    alone = sum(each.hangs_on_one for each in burdens)
    said = f"of {count} accepted flows"
    return (
        _term("short_paths", SHORT_PATHS, shortness / count, f"{devices} devices on the way {said}"),
        _term("no_nat_processing", NO_NAT, 1 - nat / count, f"{nat} {said} pay for NAT processing by the byte"),
        _term("same_zone", SAME_ZONE, zones, f"{round(100 * zones)} % {said} can stay in their zone"),
        _term("no_single_point_of_failure", NO_SINGLE_POINT, 1 - alone / count, f"{alone} {said} hang on one device"),
    )


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares)


def _share_in_zone(scene: Scene, caller: Caller, flow: Trace, passes_nat: bool) -> float:
    """The share of a flow that can stay in its zone; zones that are not known count half (F-11.9, F-11.10)."""
    if not caller.is_inside:
        return 1.0
    if passes_nat:
        return _mean([_nat_is_near(scene, place) for place in caller.places])
    if flow.resolved_to is Answer.PUBLIC_ADDRESSES:
        return 0.5  # in which zones the load balancer answers is not for the VPC to know
    zones = [place.subnet.availability_zone for place in scene.cluster_places]
    if None in zones:
        return 0.5
    own = [place.subnet.availability_zone for place in caller.places]
    return _mean([zones.count(zone) / len(zones) if zone else 0.5 for zone in own])


def _nat_is_near(scene: Scene, place: Place) -> float:
    routes = defaults(scene, place.table, 4)
    nat = scene.nats.get(routes[0].target) if routes and routes[0] else None
    home = scene.places.get(nat.subnet) if nat and nat.subnet else None
    if nat is not None and nat.is_regional:
        return 1.0
    if home is None or None in (home.subnet.availability_zone, place.subnet.availability_zone):
        return 0.5
    return float(home.subnet.availability_zone == place.subnet.availability_zone)


def _hangs_on_one_nat(scene: Scene, caller: Caller, flow: Trace) -> bool:
    """Whether one zonal NAT gateway carries a flow from several zones (F-11.10)."""
    nats = {name for hop in flow.hops if hop.kind == "nat_gateway" for name in hop.component.split(", ")}
    zones = {place.subnet.availability_zone for place in caller.places}
    return len(nats) == 1 and len(zones) > 1 and not all(_is_regional(scene, name) for name in nats)


def _is_regional(scene: Scene, name: str) -> bool:
    return name in scene.nats and scene.nats[name].is_regional


def _accessibility(mode: EndpointMode, wanted: Sequence[Journey]) -> tuple[Term, ...]:
    terms = []
    for importance, of in ((Importance.REQUIRED, REQUIRED), (Importance.PREFERRED, PREFERRED)):
        flows = [j.to_api_server[mode] for j in wanted if j.consumer.importance is importance]
        inside = sum(flow.is_accepted for flow in flows)
        because = f"{inside} of {len(flows)} {importance.value} consumers get in" if flows else _NONE_IS[importance]
        terms.append(_term(f"{importance.value}_admitted", of, _share(inside, len(flows)), because))
    return tuple(terms)
