"""Whatever calls the Kubernetes API, where it stands, and through what its calls go."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from service.domain.addresses import Network


class ConsumerKind(Enum):
    """What a consumer is; it says which of the three steps its calls belong to (Reading 11)."""

    NODE = "node"
    FARGATE_POD = "fargate_pod"
    HYBRID_NODE = "hybrid_node"
    POD = "pod"
    OPERATOR = "operator"
    PIPELINE = "pipeline"
    GITOPS_CONTROLLER = "gitops_controller"
    FUNCTION = "function"
    MANAGED_SERVICE = "managed_service"

    __hash__ = object.__hash__  # members are singletons, and are looked up all the time

    @property
    def runs_a_kubelet(self) -> bool:
        """Whether the API server calls it on 10250 (step 2)."""
        return self in _WITH_A_KUBELET

    @property
    def is_node_like(self) -> bool:
        """Whether its calls are step 3: kubelet and pods to the API server."""
        return self in _NODE_LIKE


_WITH_A_KUBELET = frozenset({ConsumerKind.NODE, ConsumerKind.FARGATE_POD, ConsumerKind.HYBRID_NODE})
_NODE_LIKE = _WITH_A_KUBELET | {ConsumerKind.POD}


class Vantage(Enum):
    """Where a consumer stands, seen from the cluster VPC."""

    CLUSTER_VPC = "cluster_vpc"
    CONNECTED_NETWORK = "connected_network"
    OTHER_NETWORK = "other_network"
    INTERNET = "internet"


class Resolver(Enum):
    """Whom a consumer asks for the endpoint's name (F-2.2 to F-2.4, F-2.18)."""

    VPC = "vpc"
    FORWARDED = "forwarded_to_cluster_vpc"
    OWN = "own"
    OWN_BLOCKING = "own_blocking_private_answers"


class Importance(Enum):
    """What it means that a consumer gets in."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True)
class Dynamic:
    """Source addresses that change and cannot be listed (F-6.12)."""


DYNAMIC = Dynamic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a consumer or its proxy stands."""

    at: Vantage
    subnet: str | None = None
    connection: str | None = None
    cidrs: tuple[Network, ...] | None = None
    resolver: Resolver | None = None
    source_cidrs: tuple[Network, ...] | Dynamic | None = None
    internet_egress: tuple[Network, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """An HTTPS proxy for what ``bypass`` does not name; the proxy resolves the name (F-2.20)."""

    location: Location | None = None
    internet_egress: tuple[Network, ...] | None = None
    bypass: tuple[str, ...] = ()
    allows: tuple[str, ...] | None = None
    security_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A port that the API server must reach on a consumer, and for what (step 2)."""

    port: int
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """Anything that calls the Kubernetes API."""

    name: str
    kind: ConsumerKind
    importance: Importance = Importance.REQUIRED
    location: Location | None = None
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    is_managed: bool | None = None
    is_in_cluster: bool = False
    public_ip: bool | Network | None = None
    internet_egress: tuple[Network, ...] | None = None
    proxy: Proxy | None = None
    tunnel_via: str | None = None
    calls_first: tuple[str, ...] = ()
    serves: tuple[Served, ...] = ()
    host_networks: tuple[Network, ...] = ()
    prefers_ipv6: bool | None = None
    service: str | None = None
    masquerades_pods: bool | None = None
    addresses: tuple[Network, ...] = field(default=())  # a hybrid node's own

    @property
    def runs_in_pods(self) -> bool:
        """Whether its calls come from pods, which use the `kubernetes` Service (F-3.21)."""
        return self.kind is ConsumerKind.POD or self.is_in_cluster

    @property
    def is_managed_collector(self) -> bool:
        """Whether it is Amazon's managed Prometheus collector, which calls from interfaces in the VPC (F-6.14)."""
        return self.service == "prometheus_collector"

    @property
    def stands_with_the_cluster(self) -> bool:
        """Whether it is taken to stand in the cluster subnets, unless it is said to stand elsewhere."""
        return self.kind.is_node_like or self.is_in_cluster or self.is_managed_collector
