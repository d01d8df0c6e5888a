"""Who calls: each consumer with the place it stands in, its groups, its resolver and its way out filled in.

1. Without consumers, the nodes of the cluster subnets and one operator are assumed.
2. Node-like kinds and managed collectors without a place stand in the cluster subnets; the others, on the internet.
3. Managed nodes and Fargate pods hold the cluster security group (F-3.9, F-3.14); self-managed nodes do not
   unless they say so (F-3.13); pods share the groups of the nodes. Pods of hybrid nodes come with their own addresses
   or, where those masquerade them, with those of the nodes (F-7.9).
4. Callers in the VPC ask its resolver if the DHCP options name it (F-2.7); all others, one of their own. Behind a
   PrivateLink that is a zone which leads the name to the link's endpoint, unless it is said that they ask elsewhere.
5. A link that translates shows its callers as its own interfaces in the VPC, so those are their groups (F-6.10).
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from service.domain.addresses import Addresses, of_networks
from service.domain.consumer import (
    Consumer,
    ConsumerKind,
    Dynamic,
    Location,
    Proxy,
    Resolver,
    Vantage,
)
from service.domain.network import Connection
from service.domain.trace import Assumption
from service.engine.scene import Place, Scene, unknown_place

AMAZON_DNS = frozenset({"amazonprovideddns", "169.254.169.253", "fd00:ec2::253"})
"""The VPC's resolver in DHCP options: its name, and the link-local addresses that are its own in every VPC."""


class Asker(Enum):
    """Through whom a caller learns the endpoint's address (facts, section 13.1)."""

    VPC_RESOLVER = "vpc_resolver"
    OTHER_RESOLVER = "other_resolver"
    LINK_ZONE = "link_zone"
    CLUSTER_IP = "cluster_ip"


class Caller(NamedTuple):
    """A consumer (or its proxy) where it stands; ``addresses`` and ``groups`` None are not known.

    ``overlay`` holds the addresses of pods in the VPC that are none of the VPC's own.

    ``held_elsewhere`` holds the groups of the nodes, which the interfaces of a link are not taken to share.
    ``egress`` holds what was said about the addresses from which its internet traffic leaves: None nothing,
    an empty set that there is no internet, `Dynamic` that they cannot be listed. ``like`` is the reference of one for
    whom a stand-in stands (`alike`).
    """

    consumer: Consumer
    reference: str
    location_reference: str
    vantage: Vantage
    places: tuple[Place, ...] = ()
    connection: Connection | None = None
    addresses: Addresses | None = None
    is_every: bool = True
    overlay: Addresses | None = None
    groups: frozenset[str] | None = frozenset()
    held_elsewhere: frozenset[str] = frozenset()
    asker: Asker = Asker.OTHER_RESOLVER
    blocks_private_answers: bool = False
    egress: Addresses | Dynamic | None = None
    assumptions: tuple[Assumption, ...] = ()
    like: str | None = None

    @property
    def is_inside(self) -> bool:
        """Whether it stands in the cluster VPC."""
        return self.vantage is Vantage.CLUSTER_VPC


def assumed_consumers() -> tuple[Consumer, ...]:
    """Who is taken to call if nobody was named: the nodes and one operator."""
    operator = Location(at=Vantage.INTERNET)
    return (
        Consumer(name="nodes", kind=ConsumerKind.NODE),
        Consumer(name="operator", kind=ConsumerKind.OPERATOR, location=operator),
    )


def consumers_of(
    consumers: tuple[Consumer, ...] | None,
) -> tuple[tuple[Consumer, ...], tuple[Assumption, ...]]:
    """The consumers of a question, by name, with the assumption made where none was named."""
    if consumers:
        said = {node.masquerades_pods for node in consumers if node.kind is ConsumerKind.HYBRID_NODE}
        masquerades = said.pop() if len(said) == 1 else None
        told = (_as_its_nodes_say(consumer, masquerades) for consumer in consumers)
        return tuple(sorted(told, key=lambda consumer: consumer.name)), ()
    sentence = "nobody was named: the nodes of the cluster subnets and one operator on the internet are assumed"
    return assumed_consumers(), (Assumption(code="consumers-assumed", field="/consumers", sentence=sentence),)


def _as_its_nodes_say(consumer: Consumer, masquerades: bool | None) -> Consumer:
    """A pod outside the VPC, with what all hybrid nodes say of how pods leave them (F-7.9)."""
    place = consumer.location
    is_beyond = place is not None and place.at is Vantage.CONNECTED_NETWORK
    if masquerades is None or not (consumer.runs_in_pods and is_beyond):
        return consumer
    return replace(consumer, masquerades_pods=masquerades)


def caller_of(consumer: Consumer, scene: Scene, node_groups: frozenset[str] | None) -> Caller:
    """Place a consumer in the scene; ``node_groups`` are those that pods share with the nodes."""
    reference = f"/consumers[{consumer.name}]"
    location, assumed = _location_of(consumer, reference, scene)
    caller = _placed(consumer, location, scene, reference, f"{reference}/location")
    if caller.is_inside:
        groups, more = _groups_of(consumer, scene, reference, node_groups)
        caller = caller._replace(groups=groups)
        assumed += more
    else:
        groups = frozenset(consumer.security_groups)
        caller = caller._replace(groups=groups, held_elsewhere=node_groups or frozenset())
    return caller._replace(assumptions=(*caller.assumptions, *assumed))


def proxy_caller(consumer: Consumer, proxy: Proxy, scene: Scene) -> Caller:
    """The consumer's proxy as a caller of its own; without a location, behind a link that is not known."""
    reference = f"/consumers[{consumer.name}]/proxy"
    location = proxy.location or Location(at=Vantage.CONNECTED_NETWORK)
    stand_in = Consumer(
        name=f"proxy of {consumer.name}",
        kind=ConsumerKind.MANAGED_SERVICE,
        location=location,
        security_groups=proxy.security_groups,
        internet_egress=proxy.internet_egress,
    )
    caller = _placed(stand_in, location, scene, reference, f"{reference}/location")
    may_stand_inside = caller.is_inside or proxy.location is None
    groups = frozenset(proxy.security_groups) or (None if may_stand_inside else frozenset())
    return caller._replace(groups=groups)


def _location_of(consumer: Consumer, reference: str, scene: Scene) -> tuple[Location, tuple[Assumption, ...]]:
    if consumer.location is not None or consumer.subnets:
        return consumer.location or Location(at=Vantage.CLUSTER_VPC), ()
    if consumer.kind is ConsumerKind.HYBRID_NODE:
        link = next(iter(scene.connections)) if len(scene.connections) == 1 else None
        sentence = f"{consumer.name} is taken to stand on premises, behind {link or 'a link that was not named'}"
        location = Location(at=Vantage.CONNECTED_NETWORK, connection=link)
    elif consumer.stands_with_the_cluster:
        sentence = f"{consumer.name} is taken to stand in the cluster subnets"
        location = Location(at=Vantage.CLUSTER_VPC)
    else:
        sentence = f"{consumer.name} is taken to stand on the internet"
        location = Location(at=Vantage.INTERNET)
    return location, (Assumption(code="location-assumed", field=f"{reference}/location", sentence=sentence),)


def _placed(consumer: Consumer, location: Location, scene: Scene, reference: str, where: str) -> Caller:
    connection = scene.connections.get(location.connection) if location.connection else None
    resolver = _resolver_of(consumer, location, scene)
    addresses, is_every = _addresses_of(consumer, location, scene, connection)
    places, assumed = _places_of(consumer, location, scene, where)
    overlay = _overlay_of(consumer, location, scene)
    if overlay is not None:
        addresses, is_every, assumed = None, True, (*assumed, _translated(consumer, overlay, where))
    return Caller(
        consumer=consumer,
        reference=reference,
        location_reference=where,
        vantage=location.at,
        places=places,
        connection=connection,
        addresses=addresses,
        is_every=is_every,
        overlay=overlay,
        asker=_asker(consumer, location, resolver, connection),
        blocks_private_answers=resolver is Resolver.OWN_BLOCKING,
        egress=_egress_of(consumer, location, connection),
        assumptions=assumed if consumer.location else (),
    )


def _places_of(
    consumer: Consumer, location: Location, scene: Scene, where: str
) -> tuple[tuple[Place, ...], tuple[Assumption, ...]]:
    if location.at is not Vantage.CLUSTER_VPC:
        return (), ()
    names = consumer.subnets or ((location.subnet,) if location.subnet else ())
    if names:
        return tuple(scene.places[name] for name in sorted(set(names))), ()
    if consumer.stands_with_the_cluster:
        places, what = scene.cluster_places, "the cluster subnets"
    elif len(scene.places) == 1:
        places, what = tuple(scene.places.values()), "the only subnet that was described"
    else:
        return (unknown_place("a subnet of the VPC", f"{where}/subnet", scene.cluster),), ()
    sentence = f"{consumer.name} is taken to stand in {what}"
    return places, (Assumption(code="location-assumed", field=f"{where}/subnet", sentence=sentence),)


def _resolver_of(consumer: Consumer, location: Location, scene: Scene) -> Resolver:
    if location.resolver is not None:
        return location.resolver
    servers = scene.cluster.vpc.domain_name_servers
    if location.at is not Vantage.CLUSTER_VPC:
        return Resolver.OWN
    amazon = servers is None or any(server.lower() in AMAZON_DNS for server in servers)
    return Resolver.VPC if amazon else Resolver.OWN


def _asker(consumer: Consumer, location: Location, resolver: Resolver, link: Connection | None) -> Asker:
    if consumer.runs_in_pods:
        return Asker.CLUSTER_IP  # the kubernetes Service leads to the interfaces in every mode (F-3.21)
    if link is not None and link.is_private_link and location.resolver in (None, Resolver.VPC):
        return Asker.LINK_ZONE
    if resolver is Resolver.FORWARDED:
        return Asker.VPC_RESOLVER
    # `vpc` is the resolver of the caller's own VPC: elsewhere it does not know the private zone (F-2.10).
    at_home = location.at is Vantage.CLUSTER_VPC
    return Asker.VPC_RESOLVER if resolver is Resolver.VPC and at_home else Asker.OTHER_RESOLVER


def _addresses_of(
    consumer: Consumer, location: Location, scene: Scene, connection: Connection | None
) -> tuple[Addresses | None, bool]:
    """The private addresses that a caller outside the VPC comes from, and whether from every one of them."""
    remote = scene.cluster.remote_networks
    is_hybrid_pod = location.at is Vantage.CONNECTED_NETWORK and consumer.runs_in_pods
    if is_hybrid_pod and consumer.masquerades_pods and remote.node_cidrs:
        return of_networks(remote.node_cidrs), True  # whatever addresses they have among themselves (F-7.9)
    if location.cidrs:
        return of_networks(location.cidrs), True
    if consumer.kind is ConsumerKind.HYBRID_NODE:
        stated = consumer.addresses or remote.node_cidrs
        return (of_networks(stated), True) if stated else (None, True)
    if is_hybrid_pod and remote.pod_cidrs:
        # With their own addresses or with those of their nodes: which of the two, only the network of the site says.
        leaves_as_itself = consumer.masquerades_pods is False or not remote.node_cidrs
        return of_networks(remote.pod_cidrs + (() if leaves_as_itself else remote.node_cidrs)), leaves_as_itself
    if location.at is Vantage.CONNECTED_NETWORK and connection and connection.remote_cidrs:
        return of_networks(connection.remote_cidrs), False
    return None, True


def _overlay_of(consumer: Consumer, location: Location, scene: Scene) -> Addresses | None:
    """What of the addresses that are given for pods in the VPC the VPC does not hold."""
    if location.at is not Vantage.CLUSTER_VPC or not consumer.runs_in_pods or not scene.cluster.vpc.cidrs:
        return None
    return (of_networks(location.cidrs or ()) - scene.vpc_addresses) or None


def _translated(consumer: Consumer, overlay: Addresses, where: str) -> Assumption:
    sentence = (
        f"{consumer.name} has addresses that the VPC does not hold ({', '.join(overlay.texts()[:2])}), those of an"
        " overlay network, of which no fact speaks: its calls are taken to leave with the address of its node"
    )
    return _assumed("overlay-translates", f"{where}/cidrs", sentence)


def _egress_of(consumer: Consumer, location: Location, link: Connection | None) -> Addresses | Dynamic | None:
    """What was said of the caller's internet addresses: by itself, by its place, by its link (Reading 6)."""
    for stated in (consumer.internet_egress, location.internet_egress):
        if stated is not None:
            return of_networks(stated)
    if isinstance(location.source_cidrs, Dynamic):
        return location.source_cidrs
    if location.source_cidrs:
        return of_networks(location.source_cidrs)
    if location.at is Vantage.CONNECTED_NETWORK and link and link.internet_egress is not None:
        return of_networks(link.internet_egress)
    return None


def node_groups_of(consumers: tuple[Consumer, ...], scene: Scene) -> frozenset[str] | None:
    """The groups that pods share with the nodes: those of all nodes alike, else not known."""
    found = {_groups_of(consumer, scene, "", None)[0] for consumer in consumers if consumer.kind is ConsumerKind.NODE}
    if not found:
        return scene.interface_groups.cluster_ids
    return found.pop() if len(found) == 1 else None


def _groups_of(
    consumer: Consumer, scene: Scene, reference: str, node_groups: frozenset[str] | None
) -> tuple[frozenset[str] | None, tuple[Assumption, ...]]:
    stated = frozenset(consumer.security_groups)
    kind, where = consumer.kind, f"{reference}/security_groups"
    if stated:
        return stated, ()
    if kind is ConsumerKind.NODE:
        if consumer.is_managed:
            return scene.interface_groups.cluster_ids, ()
        if consumer.is_managed is False:
            return None, ()
        sentence = f"{consumer.name} are taken to be a managed node group that holds the cluster security group"
        return scene.interface_groups.cluster_ids, (
            _assumed("managed-nodes", f"{reference}/managed", sentence, "F-3.9"),
        )
    if kind is ConsumerKind.FARGATE_POD:
        sentence = f"{consumer.name} is taken to hold the cluster security group, Fargate's default"
        return scene.interface_groups.cluster_ids, (_assumed("fargate-default-group", where, sentence, "F-3.14"),)
    if consumer.runs_in_pods:
        sentence = f"{consumer.name} is taken to share the security groups of the nodes"
        return node_groups, (_assumed("pods-share-node-groups", where, sentence, "F-3.9"),)
    return None, ()


def _assumed(code: str, where: str, sentence: str, *facts: str) -> Assumption:
    return Assumption(code=code, field=where, sentence=sentence, facts=facts)
