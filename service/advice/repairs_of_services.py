"""Repairs of what consumers need beside the Kubernetes API: VPC endpoints, names, and a way over IPv6 (section 8)."""

from __future__ import annotations

from collections.abc import Iterable

from service.advice.faults import NEW_GROUP, CallFault, change, example, named_tables, repair
from service.domain.addresses import EVERY_IPV6, of_networks
from service.domain.change import Change, ChangeKind, Repair, Value
from service.domain.network import Direction, VpcEndpoint
from service.engine.callers import Caller
from service.engine.filters import Party, Verdict, admits
from service.engine.gateways import defaults
from service.engine.scene import CLUSTER_GROUP
from service.engine.services import GLOBAL_STS, plain_name, services_lacking

GATEWAYS = frozenset({"s3", "dynamodb"})
"""Services that have gateway endpoints, which cost nothing (F-8.3)."""


def add_endpoints(fault: CallFault) -> Iterable[Repair]:
    """An endpoint for each service that is out of reach; private DNS for those that are there without it (F-8.9)."""
    caller = fault.journey.caller
    lacking = services_lacking(fault.known.scene, caller, fault.cause)
    yield from _with_endpoints(fault, lacking)


def _with_endpoints(fault: CallFault, services: tuple[str, ...]) -> Iterable[Repair]:
    present = {plain_name(e.service) for e in fault.known.question.cluster.vpc.endpoints or () if _is_interface(e)}
    changes: list[Change] = []
    for service in services:
        if service in present:
            changes.append(change(ChangeKind.VPC_ENDPOINT, service, kind="interface", private_dns=True))
        else:
            is_first = not any(it.kind is ChangeKind.SECURITY_GROUP for it in changes)
            changes += _new_endpoint(fault, service, is_first=is_first)
    name = fault.journey.consumer.name
    sentence = f"make VPC endpoints with private DNS for {', '.join(services)} in the subnets of {name}"
    yield repair("endpoints", "+".join(services), sentence, ("F-8.3", "F-8.7", "F-8.9"), *changes)


def _is_interface(endpoint: VpcEndpoint) -> bool:
    return endpoint.kind == "interface"


def _new_endpoint(fault: CallFault, service: str, *, is_first: bool) -> Iterable[Change]:
    caller = fault.journey.caller
    subnets = tuple(sorted(place.id for place in caller.places))
    if service in GATEWAYS:
        yield change(ChangeKind.VPC_ENDPOINT, service, kind="gateway", **_tables(fault))
        return
    if caller.groups and caller.groups & fault.known.scene.interface_groups.cluster_ids:
        held = tuple(sorted(caller.groups & fault.known.scene.interface_groups.cluster_ids))
        yield change(
            ChangeKind.VPC_ENDPOINT,
            service,
            kind="interface",
            subnets=subnets,
            security_groups=held,
            private_dns=True,
        )
        return
    if is_first:
        yield example(ChangeKind.SECURITY_GROUP, NEW_GROUP, ("target",), description="VPC endpoints of the cluster")
        yield _admission(NEW_GROUP, fault)
    yield example(
        ChangeKind.VPC_ENDPOINT,
        service,
        ("security_groups",),
        kind="interface",
        subnets=subnets,
        security_groups=(NEW_GROUP,),
        private_dns=True,
    )


def _tables(fault: CallFault) -> dict[str, tuple[str, ...]]:
    """The tables of the consumer's subnets by name; the subnets, where a table has no name of its own."""
    places = fault.journey.caller.places
    named = all(place.table is not None and place.table.id in named_tables(fault.known) for place in places)
    if not named:
        return {"subnets": tuple(sorted(place.id for place in places))}
    return {"route_tables": tuple(sorted({place.table.id for place in places if place.table is not None}))}


def _admission(group: str, fault: CallFault) -> Change:
    """443 into a group, from the groups that the consumer holds or else from its subnets."""
    caller = fault.journey.caller
    groups = tuple(sorted((caller.groups or frozenset()) - {CLUSTER_GROUP}))
    ranges = of_networks(tuple(place.subnet.cidr for place in caller.places if place.subnet.cidr is not None))
    cidrs = () if groups else ranges.texts() or tuple(map(str, fault.known.question.cluster.vpc.cidrs or ()))
    values: dict[str, Value] = {"direction": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443}
    if group == NEW_GROUP:
        return example(ChangeKind.SECURITY_GROUP_RULE, group, ("target",), **values, cidrs=cidrs, groups=groups)
    return change(ChangeKind.SECURITY_GROUP_RULE, group, **values, cidrs=cidrs, groups=groups)


def admit_on_endpoints(fault: CallFault) -> Iterable[Repair]:
    """A rule for 443 on the first group of each endpoint that refuses the consumer (F-8.9)."""
    services = services_lacking(fault.known.scene, fault.journey.caller, fault.cause)
    refusing = {
        endpoint.security_groups[0]
        for endpoint in fault.known.question.cluster.vpc.endpoints or ()
        if plain_name(endpoint.service) in services and endpoint.security_groups
    }
    name = fault.journey.consumer.name
    changes = tuple(_admission(group, fault) for group in sorted(refusing))
    sentence = f"admit TCP 443 from {name} on {', '.join(sorted(refusing))}, the group of its endpoints"
    yield repair("endpoint-admits", name, sentence, ("F-8.9",), *changes)


def associate_gateway(fault: CallFault) -> Iterable[Repair]:
    """The gateway endpoint in the route tables of the consumer's subnets."""
    caller = fault.journey.caller
    services = services_lacking(fault.known.scene, caller, fault.cause)
    where = _tables(fault)
    tables = tuple(name for names in where.values() for name in names)
    changes = tuple(change(ChangeKind.VPC_ENDPOINT, service, kind="gateway", **where) for service in services)
    sentence = f"associate the gateway endpoint of {', '.join(services)} with the tables of {', '.join(tables)}"
    yield repair("gateway-associated", "+".join(tables), sentence, ("F-8.3",), *changes)


def use_regional_sts(fault: CallFault) -> Iterable[Repair]:
    """The regional name of STS in place of the global one, and an endpoint for it if there is none (F-8.5)."""
    consumer = fault.journey.consumer
    calls = tuple(dict.fromkeys("sts" if plain_name(it) in GLOBAL_STS else it for it in consumer.calls_first))
    made = change(ChangeKind.CONSUMER_CALLS, consumer.name, calls_first=calls)
    has_endpoint = any(plain_name(e.service) == "sts" for e in fault.known.question.cluster.vpc.endpoints or ())
    further = () if has_endpoint else next(iter(_with_endpoints(fault, ("sts",)))).changes
    sentence = f"let {consumer.name} call the regional name of STS (AWS_STS_REGIONAL_ENDPOINTS=regional)"
    sentence += "" if has_endpoint else ", and add an endpoint for it"
    yield repair("regional-sts", consumer.name, sentence, ("F-8.5",), made, *further)


def turn_off_private_dns(fault: CallFault) -> Iterable[Repair]:
    """Private DNS of the `eks` endpoint owns the domain of the issuer's name (F-8.10)."""
    made = change(ChangeKind.VPC_ENDPOINT, "eks", kind="interface", private_dns=False)
    sentence = "turn private DNS off on the eks endpoint, or ask the issuer by its dual-stack name"
    yield repair("private-dns-off", "eks", sentence, ("F-8.8", "F-8.10"), made)


def name_amazon_domain(fault: CallFault) -> Iterable[Repair]:
    """Amazon's own domain name in the DHCP options, from which nodes get the names that are expected of them."""
    region = fault.known.question.cluster.region
    name = "ec2.internal" if region in (None, "us-east-1") else f"{region}.compute.internal"
    if region is None:
        made = example(ChangeKind.DHCP_OPTIONS, None, ("domain_name",), domain_name=name)
    else:
        made = change(ChangeKind.DHCP_OPTIONS, domain_name=name)
    sentence = f"name {name} as the domain in the VPC's DHCP options; nodes take it when they start"
    yield repair("amazon-domain", "", sentence, ("F-8.4",), made)


def let_out_over_ipv6(fault: CallFault) -> Iterable[Repair]:
    """What stops IPv6: a group without a rule for it, a table without a route (F-3.25)."""
    scene, caller = fault.known.scene, fault.journey.caller
    changes: list[Change] = [
        change(
            ChangeKind.SECURITY_GROUP_RULE,
            group,
            direction="egress",
            protocol="tcp",
            from_port=443,
            to_port=443,
            cidrs=("::/0",),
            groups=(),
        )
        for group in _closed_to_ipv6(caller, fault)
    ]
    tables = {place.table.id: place.table for place in caller.places if place.table is not None}
    changes += [
        change(ChangeKind.ROUTE, name, destinations=("::/0",), via="egress_only_internet_gateway")
        for name, table in sorted(tables.items())
        if name in named_tables(fault.known) and not any(defaults(scene, table, 6))
    ]
    sentence = f"let {caller.consumer.name} out over IPv6, or turn IPv6 off on its hosts"
    yield repair("ipv6-let-out", caller.consumer.name, sentence, ("F-3.25",), *changes)


def _closed_to_ipv6(caller: Caller, fault: CallFault) -> tuple[str, ...]:
    scene = fault.known.scene
    described = sorted((caller.groups or frozenset()) & scene.groups.keys())
    there = Party(EVERY_IPV6, version=6)
    if not described or admits(scene.admission(described, Direction.OUT, 443), there) is Verdict.YES:
        return ()
    return (described[0],)
