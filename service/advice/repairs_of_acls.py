"""Repairs of network ACLs: rules for the calls that they stop and the replies to them, and no wider (F-3.19).

1. An ACL is stateless, so a call needs its port one way and the whole of 1024 to 65535 the other.
2. Open to the internet is only what goes there; between subnets and networks it is their ranges.
3. A rule must stand before the first one that denies. Where no number is free there, the sentence says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.advice.faults import CallFault, change, is_public, repair
from service.domain.addresses import EVERY_IPV4, Addresses, of_networks
from service.domain.change import Change, ChangeKind, Repair
from service.domain.network import EPHEMERAL_PORTS, AclRule, Direction, NetworkAcl
from service.domain.trace import Answer
from service.engine.filters import Party, Verdict
from service.engine.gateways import defaults
from service.engine.scene import Place

HTTPS = (443, 443)
Opening = tuple[Direction, tuple[int, int], Addresses]
"""What an ACL has to pass: which way, on which ports, to or from where."""


def open_acls(fault: CallFault) -> Iterable[Repair]:
    """For a call to the API server."""
    yield from _opened(fault, _own_ways(fault))


def open_acls_to_it(fault: CallFault) -> Iterable[Repair]:
    """For the API server's calls, and for its own call if that is stopped as well."""
    ways = [way for trace in fault.calls_to_it for way in _from_interfaces(fault, (trace.port, trace.port))]
    if ways and fault.trace.cause == fault.cause:
        ways += _own_ways(fault)
    yield from _opened(fault, ways)


def _own_ways(fault: CallFault) -> Iterator[tuple[Place, Opening]]:
    is_private = fault.trace.resolved_to is Answer.ENI_ADDRESSES
    return _to_interfaces(fault) if is_private else _to_internet(fault)


def _opened(fault: CallFault, ways: Iterable[tuple[Place, Opening]]) -> Iterable[Repair]:
    """Rules on every ACL along the way that does not pass what it has to."""
    acls: dict[str, NetworkAcl] = {}
    needed: dict[tuple[str, Direction, tuple[int, int]], Addresses] = {}
    for place, (direction, ports, there) in ways:
        if place.acl is not None:
            acls[place.acl.id] = place.acl
            key = (place.acl.id, direction, ports)
            needed[key] = needed.get(key, Addresses()) | there
    changes: list[Change] = []
    crowded = False
    for (name, direction, ports), there in sorted(needed.items(), key=lambda it: (it[0][0], it[0][1].value, it[0][2])):
        if fault.known.scene.acl_verdict(acls[name], direction, ports, Party(there)) is not Verdict.YES:
            numbers = _free_numbers(acls[name], direction, changes, len(there.networks()))
            crowded |= not numbers
            changes += _rules(name, direction, ports, there, numbers)
    if changes:
        names = sorted({str(it.target) for it in changes})
        said = ", ".join(sorted({f"{it.value('direction')} TCP {_ports_of(it)}" for it in changes}))
        first = "its rules have to be numbered anew first, for no number is free before the one that denies; "
        sentence = f"let {', '.join(names)} pass {said} for {fault.journey.consumer.name}"
        target = f"{'+'.join(names)}:{fault.journey.consumer.name}"
        yield repair("acl-opened", target, f"{first if crowded else ''}{sentence}", ("F-3.19",), *changes)


def _rules(
    name: str, direction: Direction, ports: tuple[int, int], there: Addresses, numbers: Sequence[int]
) -> Iterator[Change]:
    for position, cidr in enumerate(there.texts()):
        yield change(
            ChangeKind.NETWORK_ACL_RULE,
            name,
            direction="egress" if direction is Direction.OUT else "ingress",
            protocol="tcp",
            from_port=ports[0],
            to_port=ports[1],
            cidrs=(cidr,),
            rule_number=numbers[position] if numbers else None,
        )


def _ports_of(made: Change) -> str:
    first, last = made.value("from_port"), made.value("to_port")
    return f"{first}" if first == last else f"{first}-{last}"


def _free_numbers(acl: NetworkAcl, direction: Direction, made: Sequence[Change], wanted: int) -> Sequence[int]:
    """Numbers that no rule of that direction has, before the first that denies; none if they do not suffice."""
    rules: tuple[AclRule, ...] = acl.egress if direction is Direction.OUT else acl.ingress
    word = "egress" if direction is Direction.OUT else "ingress"
    taken = {rule.number for rule in rules}
    mine = (it for it in made if it.target == acl.id and it.value("direction") == word)
    taken |= {number for it in mine if isinstance(number := it.value("rule_number"), int)}
    last = max(taken, default=99) + wanted
    before = min((rule.number for rule in rules if not rule.allows), default=min(last, 32766) + 1)
    free = [number for number in range(before - 1, 0, -1) if number not in taken][:wanted]
    return sorted(free) if len(free) == wanted else ()


def _range(fault: CallFault, place: Place) -> Addresses:
    """The range of a subnet; that of the VPC if it was not given."""
    return place.addresses(4) or of_networks(fault.known.question.cluster.vpc.cidrs or ())


def _to_interfaces(fault: CallFault) -> Iterator[tuple[Place, Opening]]:
    caller, ends = fault.journey.caller, fault.known.scene.cluster_places
    if not caller.is_inside:
        for end in ends if caller.addresses else ():
            yield from _answered(end, Direction.IN, HTTPS, caller.addresses or Addresses())
        return
    for place in caller.places:
        for end in ends:
            yield from _between(fault, place, end, HTTPS)


def _from_interfaces(fault: CallFault, ports: tuple[int, int]) -> Iterator[tuple[Place, Opening]]:
    caller, starts = fault.journey.caller, fault.known.scene.cluster_places
    if not caller.is_inside:
        for start in starts if caller.addresses else ():
            yield from _answered(start, Direction.OUT, ports, caller.addresses or Addresses())
        return
    for place in caller.places:
        for start in starts:
            yield from _between(fault, start, place, ports)


def _between(fault: CallFault, start: Place, end: Place, ports: tuple[int, int]) -> Iterator[tuple[Place, Opening]]:
    """ACLs stand around subnets, so within one there is none."""
    if start.id != end.id:
        yield from _answered(start, Direction.OUT, ports, _range(fault, end))
        yield from _answered(end, Direction.IN, ports, _range(fault, start))


def _to_internet(fault: CallFault) -> Iterator[tuple[Place, Opening]]:
    scene = fault.known.scene
    for place in fault.journey.caller.places:
        yield from _answered(place, Direction.OUT, HTTPS, EVERY_IPV4)
        if is_public(fault.known, place) or place.table is None:
            continue
        for route in defaults(scene, place.table, 4):
            nat = scene.nats.get(route.target) if route else None
            home = scene.places.get(nat.subnet or "") if nat else None
            if home is not None:
                yield from _answered(home, Direction.OUT, HTTPS, EVERY_IPV4)
                yield from _answered(home, Direction.IN, HTTPS, _range(fault, place))


def _answered(
    place: Place, direction: Direction, ports: tuple[int, int], there: Addresses
) -> Iterator[tuple[Place, Opening]]:
    """A call on its ports, and the replies the other way."""
    back = Direction.IN if direction is Direction.OUT else Direction.OUT
    yield place, (direction, ports, there)
    yield place, (back, EPHEMERAL_PORTS, there)
