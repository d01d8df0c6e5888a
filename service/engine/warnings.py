"""What sources contradict each other about, where it bears on the question; both readings named (section 16).

Beside the contradictions: what was read in one of two possible ways (Readings 7 and 8), and facts that can
change under the answer's feet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from service.domain.addresses import of_network
from service.domain.cluster import Hosting
from service.domain.consumer import ConsumerKind, Resolver, Vantage
from service.domain.trace import Answer, Assumption, Disposition
from service.engine.callers import AMAZON_DNS, Asker
from service.engine.resolve import MODES
from service.engine.scene import Scene
from service.engine.tracing import Journey

Told = tuple[str, str, tuple[str, ...]]  # the field, the sentence, the facts
Journeys = Sequence[Journey]


def warnings(scene: Scene, journeys: Journeys) -> tuple[Assumption, ...]:
    """The warnings that bear on the question, by code."""
    found = []
    for code, warn in WARNINGS.items():
        told = warn(scene, journeys)
        if told is not None:
            found.append(Assumption(code=code, field=told[0], sentence=told[1], facts=told[2]))
    return tuple(sorted(found, key=lambda warning: (warning.code, warning.field)))


def _has(journeys: Journeys, kind: ConsumerKind) -> bool:
    return any(journey.consumer.kind is kind for journey in journeys)


def hybrid_with_both(scene: Scene, journeys: Journeys) -> Told | None:
    if not _has(journeys, ConsumerKind.HYBRID_NODE):
        return None
    return (
        "/cluster/endpoint_access",
        "hybrid nodes with both endpoints: one page advises against it, two say that it cannot be chosen, a "
        "newer one lists it with DNS forwarding; it is read as possible, with the paths as the names resolve",
        ("C-1", "F-7.6", "F-7.7"),
    )


def no_way_out(scene: Scene, journeys: Journeys) -> Told | None:
    stuck = any(
        journey.consumer.kind.is_node_like
        and journey.to_api_server[MODES[0]].disposition is Disposition.NO_ROUTE
        and journey.caller.is_inside
        for journey in journeys
    )
    if not stuck:
        return None
    return (
        "/cluster/endpoint_access",
        "clusters without a way out: one page calls public access optional beside private, another says that "
        "only the private endpoint should be on; it is read as optional",
        ("C-2", "F-8.1"),
    )


def many_groups(scene: Scene, journeys: Journeys) -> Told | None:
    additional = [group for group in scene.interface_groups.described if group.role == "additional"]
    if len(additional) <= 4:
        return None
    return (
        "/cluster/security_groups",
        f"{len(additional)} additional security groups: the API text allows five, the quota page four; it is "
        "read as four",
        ("C-4", "F-1.23"),
    )


def traffic_stays_with_amazon(scene: Scene, journeys: Journeys) -> Told | None:
    outward = any(
        journey.caller.is_inside and journey.to_api_server[mode].resolved_to is Answer.PUBLIC_ADDRESSES
        for journey in journeys
        for mode in MODES[:1]
    )
    if not outward or (scene.cluster.endpoint_access is not None and scene.access.private):
        return None
    return (
        "/cluster/endpoint_access/private",
        "calls from the VPC to the public endpoint: the guide says that they stay on Amazon's network, the API "
        "text that private access keeps them off the internet; they are read as leaving the VPC and not "
        "Amazon's network",
        ("C-5", "F-1.5"),
    )


def pods_in_public_mode(scene: Scene, journeys: Journeys) -> Told | None:
    if not any(journey.caller.asker is Asker.CLUSTER_IP for journey in journeys):
        return None
    return (
        "/consumers",
        "pods with only the public endpoint on: one page says that every call from the VPC leaves it, others "
        "show the kubernetes Service leading to the EKS-owned interfaces in every mode; it is read as the "
        "latter",
        ("C-6", "F-3.21"),
    )


def connected_networks(scene: Scene, journeys: Journeys) -> Told | None:
    if not any(journey.caller.vantage is Vantage.CONNECTED_NETWORK for journey in journeys):
        return None
    return (
        "/cluster/connections",
        "the private endpoint from connected networks: the API text names only the cluster VPC, the guide adds "
        "networks connected to it; it is read with the guide",
        ("C-7", "F-1.7"),
    )


def local_clusters(scene: Scene, journeys: Journeys) -> Told | None:
    if scene.hosting is not Hosting.OUTPOSTS_INSTANCE_STORE:
        return None
    return (
        "/cluster/hosting",
        "local clusters on Outposts: older pages know private only, those of 2026 add public and private on "
        "instance store; it is read with the newer ones",
        ("C-8", "F-7.2"),
    )


def chinese_names(scene: Scene, journeys: Journeys) -> Told | None:
    if not (scene.cluster.region or "").startswith("cn-"):
        return None
    return (
        "/cluster/region",
        "the endpoint's name in China: the guide's versions end it in amazonwebservices.com.cn with and without "
        "`api.`; bypass lists are read against the region's eks.amazonaws.com.cn",
        ("C-10", "F-5.5"),
    )


def resolver_in_private(scene: Scene, journeys: Journeys) -> Told | None:
    asked = any(journey.caller.blocks_private_answers for journey in journeys)
    if not asked:
        return None
    return (
        "/cluster/vpc/inbound_resolver",
        "an inbound resolver with only the private endpoint on: one page says that it is not needed, another "
        "gives it as the cure for `no such host`; it is read as needed where the caller's resolver blocks "
        "private answers",
        ("C-12", "F-2.5", "F-2.19"),
    )


def mixed_name_servers(scene: Scene, journeys: Journeys) -> Told | None:
    servers = [server.lower() for server in scene.cluster.vpc.domain_name_servers or ()]
    if AMAZON_DNS.isdisjoint(servers) or AMAZON_DNS.issuperset(servers):
        return None
    return (
        "/cluster/vpc/domain_name_servers",
        "the DHCP options mix AmazonProvidedDNS with other name servers: read as the VPC's resolver; a host that "
        "asks another one gets the public answer",
        ("F-2.7", "F-2.17"),
    )


def forwarded_to_nothing(scene: Scene, journeys: Journeys) -> Told | None:
    forwards = any(j.consumer.location and j.consumer.location.resolver is Resolver.FORWARDED for j in journeys)
    if not forwards or scene.cluster.vpc.has_inbound_resolver is not False:
        return None
    return (
        "/cluster/vpc/inbound_resolver",
        "queries are said to be forwarded to the VPC, which is said to have no inbound resolver: read as "
        "forwarded, by whatever forwards them",
        ("F-2.14",),
    )


def rewritten_entries(scene: Scene, journeys: Journeys) -> Told | None:
    if not scene.access.rewritten:
        return None
    return (
        "/cluster/endpoint_access/public_access_cidrs",
        f"read without host bits, and IPv4-mapped as IPv4: {', '.join(sorted(scene.access.rewritten))}; EKS may "
        "refuse them as written",
        ("F-1.16",),
    )


def growing_addresses(scene: Scene, journeys: Journeys) -> Told | None:
    names = sorted(name for name, nat in scene.nats.items() if nat.is_regional)
    if not names:
        return None
    return (
        "/cluster/nat_gateways",
        f"{', '.join(names)} is regional and may add addresses by itself: a list written once can go stale",
        ("F-4.7",),
    )


def new_ranges(scene: Scene, journeys: Journeys) -> Told | None:
    """Nodes and pods in a range of the VPC in which no endpoint network interface stands, as in one added later."""
    held = [of_network(cidr) for cidr in scene.cluster.vpc.cidrs or ()]
    homes = [place.ipv4 for place in scene.cluster_places]
    if len(held) < 2 or None in homes:
        return None
    later = [one for one in held if not any(home and one.meets(home) for home in homes)]
    names = sorted(
        {
            place.id
            for journey in journeys
            if journey.from_api_server
            for place in journey.caller.places
            if place.ipv4 and any(one.covers(place.ipv4) for one in later)
        }
    )
    if not names:
        return None
    return (
        "/cluster/vpc/cidrs",
        f"{', '.join(names)} lie in a range of the VPC that holds no cluster subnet: in one that was added within the "
        "last hour, the control plane may not reach kubelets and webhooks yet",
        ("F-3.20",),
    )


def private_link_targets(scene: Scene, journeys: Journeys) -> Told | None:
    """Whoever gets in through PrivateLink hangs on a list of targets that somebody has to keep up."""
    links = sorted({link.id for j in journeys if (link := j.maker.connection) is not None and link.is_private_link})
    if not links:
        return None
    return (
        "/cluster/connections",
        f"behind {', '.join(links)} a load balancer sends calls to the addresses of the EKS-owned interfaces, which "
        "EKS may change: its targets have to follow them, or nobody gets in",
        ("F-3.7", "F-2.15"),
    )


def shared_vpc(scene: Scene, journeys: Journeys) -> Told | None:
    if not scene.cluster.vpc.is_shared:
        return None
    return (
        "/cluster/vpc/shared",
        "in a shared VPC the owner's default security group cannot be used, and cluster and nodes must belong "
        "to the same participant",
        ("F-7.21",),
    )


def batch_wants_public(scene: Scene, journeys: Journeys) -> Told | None:
    if not any(journey.consumer.service == "batch" for journey in journeys):
        return None
    return (
        "/consumers",
        "AWS Batch was once reported to insist on an endpoint open to the internet, even beside private access; "
        "the report is undated: try it before you rely on it",
        ("F-6.15",),
    )


WARNINGS: dict[str, Callable[[Scene, Journeys], Told | None]] = {
    "C-1": hybrid_with_both,
    "C-2": no_way_out,
    "C-4": many_groups,
    "C-5": traffic_stays_with_amazon,
    "C-6": pods_in_public_mode,
    "C-7": connected_networks,
    "C-8": local_clusters,
    "C-10": chinese_names,
    "C-12": resolver_in_private,
    "mixed-name-servers": mixed_name_servers,
    "forwarded-without-inbound-resolver": forwarded_to_nothing,
    "public-access-cidrs-rewritten": rewritten_entries,
    "regional-nat-may-grow": growing_addresses,
    "secondary-range-takes-an-hour": new_ranges,
    "private-link-targets-move": private_link_targets,
    "shared-vpc": shared_vpc,
    "batch-wants-public-access": batch_wants_public,
}
