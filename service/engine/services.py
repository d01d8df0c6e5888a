"""What a consumer needs beside the Kubernetes API: AWS services, by the internet or by VPC endpoints (section 8).

1. Nodes pull images (`ecr.api`, `ecr.dkr`, `s3`) and, for their names and addresses, call `ec2` (F-8.3, F-8.4);
   Fargate pods pull images. What a consumer `calls_first` comes on top (F-8.7).
2. An interface endpoint with private DNS answers for the service's name whether or not there is another way,
   so its groups decide (F-8.9). A gateway endpoint serves the subnets whose table it is associated with.
3. A name that no endpoint answers for needs a way to the internet.
4. Endpoints that were not described are not known to be missing: what hangs on them is a finding that says so. No
   endpoint serves the global name of STS, so that needs no description (F-8.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.domain.cluster import Hosting
from service.domain.consumer import Consumer, ConsumerKind
from service.domain.decision import Finding
from service.domain.network import Direction, VpcEndpoint
from service.engine.alike import stand_in
from service.engine.callers import Caller
from service.engine.filters import Party, References, Verdict, admits
from service.engine.scene import CLUSTER_GROUP, Place, Scene
from service.engine.way_out import egress, leaving_alike
from service.engine.ways import Walk, concluded

NODE_NEEDS = ("ec2", "ecr.api", "ecr.dkr", "s3")
FARGATE_NEEDS = ("ecr.api", "ecr.dkr", "s3")
OUTPOST_NEEDS = ("ec2messages", "secretsmanager", "ssm", "ssmmessages")
GLOBAL_STS = frozenset({"sts.amazonaws.com", "sts_global", "sts-global"})
OIDC = frozenset({"oidc", "oidc-eks", "oidc.eks"})
FACTS = {
    "isolated-subnet-missing-vpc-endpoints": ("F-8.3", "F-8.4"),
    "no-path-to-eks-service-api": ("F-8.7", "F-6.4"),
    "vpc-endpoint-sg-blocks-client": ("F-8.9",),
    "s3-gateway-endpoint-not-in-route-table": ("F-8.3", "F-8.9"),
    "sts-global-endpoint-not-covered-by-vpc-endpoint": ("F-8.5",),
    "eks-vpce-private-dns-shadows-oidc": ("F-8.10",),
    "outposts-missing-extra-endpoints": ("F-8.8", "F-7.1"),
    "ipv6-preferred-but-egress-blocked": ("F-3.25",),
}
PREFIXES = ("com.amazonaws.", "aws.api.")


def service_findings(scene: Scene, callers: Iterable[Caller]) -> tuple[Finding, ...]:
    """What keeps consumers in the VPC from the AWS services that they need; the same in every mode."""
    found = [_findings_on(scene, caller) for caller in callers if caller.is_inside]
    faults = sorted((fault for faults, _ in found for fault in faults), key=lambda it: (it.consumer or "", it.cause))
    return (*faults, *(doubt for _, doubts in found for doubt in doubts))


def _findings_on(scene: Scene, caller: Caller) -> tuple[list[Finding], list[Finding]]:
    """What a caller lacks, and what it may lack; found once, for no list has a part in it."""
    key = ("services", caller.reference)
    kept: tuple[list[Finding], list[Finding]] | None = scene.memo.get(key)
    if kept is None:
        details: dict[str, dict[str, None]] = {}
        for cause, detail in _faults_of(scene, caller):
            details.setdefault(cause, {})[detail] = None
        faults = [_finding(caller.consumer.name, cause, said) for cause, said in details.items()]
        kept = scene.memo[key] = faults, list(_doubts_of(scene, caller))
    return kept


def _finding(name: str, cause: str, details: Iterable[str]) -> Finding:
    return Finding(
        consumer=name, cause=cause, severity="high", sentence=f"{name}: {'; '.join(details)}", facts=FACTS[cause]
    )


def _doubts_of(scene: Scene, caller: Caller) -> Iterable[Finding]:
    """What hangs on VPC endpoints of which nobody said whether they are there."""
    doubtful = _doubtful(scene, caller)
    name, places = caller.consumer.name, ", ".join(place.id for place in _shut_in(scene, caller) if doubtful)
    for cause, services in sorted(doubtful.items()):
        sentence = (
            f"{name}: nothing leads out of {places}, and the VPC's endpoints were not described, so"
            f" {', '.join(services)} may be out of reach"
        )
        missing = ("/cluster/vpc/endpoints",)
        yield Finding(
            consumer=name, cause=cause, severity="medium", sentence=sentence, facts=FACTS[cause], missing=missing
        )


def _doubtful(scene: Scene, caller: Caller) -> dict[str, list[str]]:
    """The services that are out of reach if the VPC has no endpoints for them, by the cause that this would have."""
    needs = _needs(caller.consumer, scene) if scene.cluster.vpc.endpoints is None else ()
    found: dict[str, list[str]] = {}
    for place in _shut_in(scene, caller)[:1] if needs else ():
        for service in needs:
            if service not in GLOBAL_STS | OIDC:
                found.setdefault(_missing(scene, service, [], place)[0], []).append(service)
    return found


def services_lacking(scene: Scene, caller: Caller, cause: str) -> tuple[str, ...]:
    """The services, as they are called, that a consumer cannot reach from one of its subnets for this cause.

    Those of which it is not known belong to them.
    """
    lacking = {
        service
        for service in _needs(caller.consumer, scene)
        if any(found == cause for found, _ in _faults_with(scene, caller, service))
    }
    return tuple(sorted(lacking | set(_doubtful(scene, caller).get(cause, ()))))


def _needs(consumer: Consumer, scene: Scene) -> tuple[str, ...]:
    needs: list[str] = list(consumer.calls_first)
    if consumer.kind is ConsumerKind.NODE:
        needs += NODE_NEEDS
        if scene.hosting is not Hosting.REGION:
            needs += OUTPOST_NEEDS
    if consumer.kind is ConsumerKind.FARGATE_POD:
        needs += FARGATE_NEEDS
    return tuple(sorted({plain_name(name) for name in needs}))


def plain_name(name: str) -> str:
    """A service by its short name: `ecr.api` for `com.amazonaws.eu-west-1.ecr.api`."""
    for prefix in PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix) :].split(".", 1)[-1]
    return name


def _faults_of(scene: Scene, caller: Caller) -> Iterable[tuple[str, str]]:
    for service in _needs(caller.consumer, scene):
        yield from _faults_with(scene, caller, service)
    if caller.consumer.prefers_ipv6 and not scene.is_dual_stack and not _leaves_over_ipv6(scene, caller):
        yield (
            "ipv6-preferred-but-egress-blocked",
            "AWS services that publish IPv6 addresses are tried over IPv6 first, and nothing lets that out",
        )


def _leaves_over_ipv6(scene: Scene, caller: Caller) -> bool:
    return all(_way_out(scene, caller, place, 6) is not Verdict.NO for place in caller.places)


def _way_out(scene: Scene, caller: Caller, place: Place, version: int) -> Verdict:
    gates, left = egress(scene, caller, place, version)
    return concluded(Walk(label=place.id, gates=(*gates, *left.gates_back), source=None)).verdict


def _faults_with(scene: Scene, caller: Caller, service: str) -> Iterator[tuple[str, str]]:
    """Why one service cannot be reached from subnets of a caller; nothing where it can, or where that is not known."""
    if service in OIDC:
        yield from _shadowed_oidc(scene)
        return
    endpoints = _endpoints_of(scene, "sts" if service in GLOBAL_STS else service)
    interface = [e for e in endpoints if e.kind == "interface" and e.has_private_dns is not False]
    if service not in GLOBAL_STS and interface:
        for place in _refused(scene, caller, service, interface):
            yield "vpc-endpoint-sg-blocks-client", f"the security group of the {service} endpoint refuses {place.id}"
        return
    gateways = [e for e in endpoints if e.kind == "gateway"]
    if not gateways and scene.cluster.vpc.endpoints is None and service not in GLOBAL_STS:
        return
    for place in _shut_in(scene, caller):
        if not gateways:
            yield _missing(scene, service, endpoints, place)
        elif not any(_is_associated(gateway, place) for gateway in gateways):
            detail = f"the {service} gateway endpoint does not serve {place.id}"
            yield "s3-gateway-endpoint-not-in-route-table", detail


def _refused(scene: Scene, caller: Caller, service: str, endpoints: list[VpcEndpoint]) -> list[Place]:
    """The subnets of a caller that every endpoint refuses, found once for all callers in them with the same groups."""
    key = ("refused", service, caller.groups, tuple(map(id, caller.places)))
    kept: tuple[list[Place], tuple[Place, ...]] | None = scene.memo.get(key)
    if kept is None:
        refused = [it for it in caller.places if all(_admits(scene, e, caller, it) is Verdict.NO for e in endpoints)]
        kept = scene.memo[key] = refused, caller.places  # the subnets are kept, so that their ids stay theirs
    return kept[0]


def _shut_in(scene: Scene, caller: Caller) -> list[Place]:
    """The subnets from which a caller certainly has no way to the internet over IPv4, in their order."""
    key = ("shut in", caller.reference)
    found: list[Place] | None = scene.memo.get(key)
    if found is None:
        alike, asks = leaving_alike(scene, caller.places), stand_in(scene, caller) or caller
        shut = {it.id for places in alike if _way_out(scene, asks, places[0], 4) is Verdict.NO for it in places}
        found = scene.memo[key] = [place for place in caller.places if place.id in shut] if shut else []
    return found


def _endpoints_of(scene: Scene, service: str) -> list[VpcEndpoint]:
    key = ("endpoints", service)
    if key not in scene.memo:
        scene.memo[key] = [e for e in scene.cluster.vpc.endpoints or () if plain_name(e.service) == service]
    found: list[VpcEndpoint] = scene.memo[key]
    return found


def _missing(scene: Scene, service: str, endpoints: list[VpcEndpoint], place: Place) -> tuple[str, str]:
    where = f"{place.id} has no way out"
    if service in GLOBAL_STS:
        serves = "the sts endpoint serves the regional name only" if endpoints else "no endpoint serves that name"
        return (
            "sts-global-endpoint-not-covered-by-vpc-endpoint",
            f"calls the global STS name: {where} and {serves}",
        )
    if endpoints:
        where += f" and the {service} endpoint has no private DNS"
    if service == "eks":
        return (
            "no-path-to-eks-service-api",
            f"calls the EKS service API first: {where} and no endpoint for it",
        )
    if service in OUTPOST_NEEDS and scene.hosting is not Hosting.REGION:
        return "outposts-missing-extra-endpoints", f"{where} and no usable endpoint for {service}"
    return "isolated-subnet-missing-vpc-endpoints", f"{where} and no usable endpoint for {service}"


def _shadowed_oidc(scene: Scene) -> Iterator[tuple[str, str]]:
    """Private DNS of the `eks` endpoint owns the domain in which the issuer's name lies."""
    if any(endpoint.has_private_dns is not False for endpoint in _endpoints_of(scene, "eks")):
        yield "eks-vpce-private-dns-shadows-oidc", "private DNS of the eks endpoint hides the OIDC issuer's name"


def _is_associated(gateway: VpcEndpoint, place: Place) -> bool:
    if gateway.route_tables is None or place.table is None:
        return True
    return place.table.id in gateway.route_tables


def _admits(scene: Scene, endpoint: VpcEndpoint, caller: Caller, place: Place) -> Verdict:
    """Whether the endpoint's own groups admit 443; groups that were not given are taken to (F-8.9)."""
    if endpoint.security_groups is None or any(n not in scene.groups for n in endpoint.security_groups):
        return Verdict.YES
    groups = caller.groups
    if groups and CLUSTER_GROUP in groups:
        groups = None
    party = Party(place.addresses(4), True, groups, References.MATCH)
    return admits(scene.admission(endpoint.security_groups, Direction.IN, 443), party)
