"""Step 2: the API server calls kubelets, webhooks and aggregated APIs, the same in every mode (F-3.18).

1. The call leaves an endpoint network interface, if the groups on it let it out (F-3.11); it never takes the
   load balancer, an internet gateway or a NAT gateway.
2. In the VPC the local route leads to the node or pod; to hybrid nodes and their pods, the routes of the
   cluster subnets and the link (F-7.8, F-7.9).
3. The ACLs, the firewall on the link and the target's own groups admit the port (F-3.16, F-3.17).
4. What lies on the internet, and every OIDC issuer, is called by paths of AWS unless the cluster routes its
   own egress (F-8.16, F-12.9).
"""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.addresses import Addresses, of_networks
from service.domain.consumer import Consumer, ConsumerKind, Vantage
from service.domain.network import Direction
from service.domain.trace import Action, Disposition
from service.engine.callers import Caller
from service.engine.filters import Admission, Party, References, Verdict, admission_of, admits
from service.engine.gates import (
    Call,
    Gate,
    Side,
    Stage,
    acl,
    closed,
    firewall,
    opened,
    replies,
    unknown,
)
from service.engine.links import NO_PATH, route_to
from service.engine.private_way import INTERFACE, within_vpc
from service.engine.scene import CLUSTER_GROUP, Place, Scene
from service.engine.way_out import OFF_AMAZON, way_out
from service.engine.ways import Walk, Way, concluded, merged

KUBELET_PORT = 10250
ORIGIN = (
    opened(Stage.NAME, "API server", "api_server", "calls from the AWS-managed VPC", "F-3.2", action=Action.ORIGINATED),
    opened(Stage.OWN, INTERFACE, "endpoint_network_interface", "leaves through an EKS-owned interface in a cluster "
           "subnet, in every mode", "F-3.18", action=Action.ROUTED),
)  # fmt: skip
AWS_MANAGED, CUSTOMER_ROUTED = "AWS_MANAGED", "CUSTOMER_ROUTED"


@dataclass(frozen=True, slots=True)
class Target:
    """What the API server calls: where, on which port, and the causes if it is stopped."""

    caller: Caller
    port: int
    purpose: str
    is_shared_group: bool = True

    @property
    def group_cause(self) -> str:
        """The code for a target whose own groups refuse the call."""
        if self.caller.consumer.kind is ConsumerKind.POD and not self.is_shared_group:
            return "pod-eni-sg-missing-cluster-sg"
        what = "10250" if self.port == KUBELET_PORT else "webhook-port"
        return f"node-sg-missing-{what}-from-control-plane"

    @property
    def is_hybrid_kubelet(self) -> bool:
        """Whether it is the kubelet of a hybrid node."""
        return self.caller.consumer.kind is ConsumerKind.HYBRID_NODE and self.purpose == "kubelet"

    @property
    def firewall_cause(self) -> str:
        """The code for a firewall on the link that refuses the call."""
        return (
            "onprem-firewall-missing-10250"
            if self.is_hybrid_kubelet
            else "link-firewall-blocks-control-plane"
        )

    @property
    def route_cause(self) -> str:
        """The code for a target to which the cluster subnets have no route."""
        if self.is_hybrid_kubelet:
            return "hybrid-node-no-return-path"
        hybrid = self.caller.consumer.kind in (ConsumerKind.HYBRID_NODE, ConsumerKind.POD)
        return "hybrid-pod-cidr-not-routable-for-webhooks" if hybrid else NO_PATH


def kubelet_way(scene: Scene, target: Target) -> Way:
    """What becomes of the API server's call to one port of a consumer."""
    caller = target.caller
    if target.purpose == "oidc_issuer" or caller.vantage in (Vantage.INTERNET, Vantage.OTHER_NETWORK):
        if not target.is_hybrid_kubelet:
            return _by_egress_mode(scene, target)
        return concluded(
            _walk(target, [_unreachable(target, "it has only a public address, so nothing leads to it")])
        )
    walks = []
    for source in scene.cluster_places:
        if not caller.is_inside:
            walks.append((source.id, concluded(_walk_over_link(scene, target, source))))
            continue
        for place in caller.places:
            label = place.id if len(scene.cluster_places) == 1 else f"{source.id} to {place.id}"
            walks.append((label, concluded(_walk_in_vpc(scene, target, source, place))))
    return merged(walks)


def _walk(target: Target, gates: list[Gate]) -> Walk:
    caller = target.caller
    kind = "kubelet" if target.purpose == "kubelet" else "api_target"
    detail = f"takes the connection on TCP {target.port}"
    arrival = opened(Stage.ACLS_BACK, caller.consumer.name, kind, detail, "F-3.18", action=Action.ACCEPTED)
    leaves = caller.connection.kind in OFF_AMAZON if caller.connection else caller.vantage is Vantage.INTERNET
    return Walk(
        label=caller.consumer.name, gates=(*ORIGIN, *gates, arrival), source=None, leaves_aws_network=leaves
    )


def _unreachable(target: Target, detail: str) -> Gate:
    name = target.caller.consumer.name
    return closed(Stage.ROUTE, name, "consumer", detail, target.route_cause, Disposition.NO_ROUTE, "F-7.8")


def _interfaces(scene: Scene, place: Place, version: int) -> Party:
    names = scene.cluster_group_ids | {group.id for group in scene.interface_groups}
    return Party(place.addresses(version), False, names, References.MATCH, version)


def _walk_in_vpc(scene: Scene, target: Target, source: Place, place: Place) -> Walk:
    caller = target.caller
    version = 6 if place.subnet.ipv6_cidr is not None and scene.ip_family.value == "ipv6" else 4
    interfaces = _interfaces(scene, source, version)
    party = Party(
        place.addresses(version), caller.consumer.kind.is_node_like, caller.groups, References.MATCH, version
    )
    side = Side(party=party, words=caller.consumer.name, settled_by=f"/cluster/subnets[{place.id}]/cidr")
    from_side = Side(
        party=interfaces, words="the interfaces", settled_by=f"/cluster/subnets[{source.id}]/cidr"
    )
    port = (target.port, target.port)
    apart = source.id != place.id
    gates = [_interfaces_let_out(scene, target, party)]
    if apart:
        gates.append(acl(Stage.OWN_ACL, source, Direction.OUT, port, side, ours=True))
    gates += within_vpc(scene, source, party.addresses, caller.consumer.name, target.firewall_cause)
    if apart:
        gates.append(acl(Stage.TARGET_ACL, place, Direction.IN, port, from_side, ours=False))
    gates.append(_target_groups(scene, target, interfaces))
    gates += _reply_stays_on_host(caller, interfaces.addresses, source)
    if apart:
        gates.append(replies(place, Direction.OUT, from_side, ours=False))
        gates.append(replies(source, Direction.IN, side, ours=True))
    return _walk(target, gates)


def _interfaces_let_out(scene: Scene, target: Target, party: Party) -> Gate:
    """The groups on the endpoint network interfaces let the call out (F-3.11)."""
    component, kind, port = scene.interface_group_names, "security_group", target.port
    verdict = admits(scene.interface_admission(Direction.OUT, port), party)
    name = target.caller.consumer.name
    if verdict is Verdict.YES:
        return opened(Stage.OWN_GROUPS, component, kind, f"lets TCP {port} out to {name}", "F-3.9")
    cause = "cluster-sg-blocks-egress"
    if verdict is Verdict.NO:
        detail = f"no egress rule on the interfaces lets TCP {port} out to {name}"
        return closed(Stage.OWN_GROUPS, component, kind, detail, cause, Disposition.DENIED_OUT, "F-3.11")
    detail = f"whether an egress rule on the interfaces lets TCP {port} out to {name}"
    missing = (f"{target.caller.reference}/security_groups",)
    return unknown(Stage.OWN_GROUPS, component, kind, detail, cause, missing, "F-3.11")


def _target_groups(scene: Scene, target: Target, interfaces: Party) -> Gate:
    """The target's own groups admit the port from the control plane (F-3.16, F-3.17)."""
    caller, kind, port = target.caller, "security_group", target.port
    names = sorted(caller.groups or ())
    component = ", ".join(names) or f"security groups of {caller.consumer.name}"
    if caller.groups and CLUSTER_GROUP in caller.groups:
        return opened(Stage.TARGET_GROUPS, component, kind, f"admits TCP {port} from itself", "F-3.10")
    described = [scene.groups[name] for name in names if name in scene.groups]
    admission = admission_of(described, Direction.IN, port)
    if not names or len(described) < len(names):
        admission = Admission(admission.addresses, admission.groups, is_unsure=True)
    verdict = admits(admission, interfaces)
    if verdict is Verdict.YES:
        return opened(
            Stage.TARGET_GROUPS, component, kind, f"admits TCP {port} from the control plane", "F-3.16"
        )
    cause = target.group_cause
    if verdict is Verdict.NO:
        detail = f"no rule admits TCP {port} from the control plane"
        return closed(
            Stage.TARGET_GROUPS, component, kind, detail, cause, Disposition.DENIED_IN, "F-3.16", "F-3.17"
        )
    missing = [f"{caller.reference}/security_groups"] if not names else ["/cluster/security_groups"]
    detail = f"whether a rule admits TCP {port} from the control plane"
    return unknown(Stage.TARGET_GROUPS, component, kind, detail, cause, missing, "F-3.16", "F-3.17")


def _reply_stays_on_host(caller: Caller, interfaces: Addresses | None, source: Place) -> list[Gate]:
    own = caller.consumer.host_networks
    if not own or interfaces is None or not of_networks(own).meets(interfaces):
        return []
    detail = f"the host keeps {', '.join(of_networks(own).texts())} to itself, so replies to {source.id} never leave"
    component, cause = f"host network of {caller.consumer.name}", "docker-bridge-cidr-conflict"
    return [
        closed(Stage.ROUTE_BACK, component, "host_network", detail, cause, Disposition.NO_ROUTE, "F-3.18")
    ]


def _walk_over_link(scene: Scene, target: Target, source: Place) -> Walk:
    caller, port = target.caller, (target.port, target.port)
    link, addresses = caller.connection, _remote_addresses(scene, target)
    party = Party(addresses, caller.is_every, caller.groups, References.NEVER)
    side = Side(party=party, words=caller.consumer.name, settled_by=f"{caller.location_reference}/cidrs")
    gates = [
        _interfaces_let_out(scene, target, party),
        acl(Stage.OWN_ACL, source, Direction.OUT, port, side, ours=True),
        *_remote_networks(scene, target, addresses),
    ]
    if link is None:
        missing = (f"{caller.location_reference}/connection",)
        gates.append(unknown(Stage.ROUTE, "private network link", "connection", "which link leads there",
                             target.route_cause, missing, "F-7.8"))  # fmt: skip
        return _walk(target, gates)
    gates.append(route_to(scene, source, link, party, Stage.ROUTE, target.route_cause, caller))
    if not link.is_attached or link.returns is False:
        detail = "nothing answers through it" if link.is_attached else "it does not end in the cluster VPC"
        gates.append(closed(Stage.ROUTE, link.id, "connection", detail, target.route_cause,
                            Disposition.NO_ROUTE, "F-7.8"))  # fmt: skip
    elif link.returns is None:
        missing = (f"/cluster/connections[{link.id}]/returns",)
        gates.append(unknown(Stage.ROUTE, link.id, "connection", "whether the far side answers through it",
                             target.route_cause, missing, "F-7.8"))  # fmt: skip
    else:
        gates.append(opened(Stage.ROUTE, link.id, "connection", f"carries traffic to {caller.consumer.name}", "F-7.8",
                            action=Action.ROUTED))  # fmt: skip
    call = Call(direction="from_cluster", port=target.port, far_side=party, cause=target.firewall_cause)
    checked = firewall(link, call)
    gates.append(_on_the_far_side(checked))
    gates.append(replies(source, Direction.IN, side, ours=True))
    return _walk(target, gates)


def _on_the_far_side(gate: Gate) -> Gate:
    """The on-premises firewall stands on the target's side of the call."""
    if gate.verdict is not Verdict.NO or gate.hop is None:
        return gate
    return closed(gate.stage, gate.hop.component, gate.hop.kind, gate.hop.detail, gate.cause,
                  Disposition.DENIED_IN, "F-7.9")  # fmt: skip


def _serves_from_pods(target: Target) -> bool:
    kind = target.caller.consumer.kind
    return kind is ConsumerKind.POD or (kind is ConsumerKind.HYBRID_NODE and not target.is_hybrid_kubelet)


def _remote_addresses(scene: Scene, target: Target) -> Addresses | None:
    consumer, location = target.caller.consumer, target.caller.consumer.location
    if not _serves_from_pods(target):
        return target.caller.addresses
    if consumer.kind is ConsumerKind.POD and location is not None and location.cidrs:
        return of_networks(location.cidrs)
    return of_networks(scene.cluster.remote_networks.pod_cidrs)


def _remote_networks(scene: Scene, target: Target, addresses: Addresses | None) -> list[Gate]:
    """EKS routes to hybrid nodes and pods only within the remote networks of the cluster (F-7.9)."""
    remote = scene.cluster.remote_networks
    if target.is_hybrid_kubelet:
        known, what = of_networks(remote.node_cidrs), "remote node networks"
        if not remote.node_cidrs:
            return []
    elif _serves_from_pods(target):
        known, what = of_networks(remote.pod_cidrs), "remote pod networks"
    else:
        return []
    if addresses and known.covers(addresses):
        return []
    outside = ", ".join((addresses - known).texts()[:2]) if addresses else "its address"
    return [_unreachable(target, f"{outside} is not within the {what} of the cluster")]


def _by_egress_mode(scene: Scene, target: Target) -> Way:
    """Calls that leave the VPC: by paths of AWS, or by the customer's own routes (F-8.16, F-12.9)."""
    mode, caller = scene.cluster.egress_mode or AWS_MANAGED, target.caller
    if mode == AWS_MANAGED:
        if caller.vantage is Vantage.INTERNET:
            gate = opened(Stage.ROUTE, "AWS-managed egress", "internet", "leaves by paths of AWS", "F-8.16", "F-12.9",
                          action=Action.ROUTED)  # fmt: skip
            return concluded(_outside_walk(target, [gate]))
        detail = "the control plane leaves by paths of AWS, which do not lead into private networks"
        cause = (
            "control-plane-cannot-reach-private-idp"
            if target.purpose == "oidc_issuer"
            else target.route_cause
        )
        gate = closed(
            Stage.ROUTE,
            "AWS-managed egress",
            "internet",
            detail,
            cause,
            Disposition.NO_ROUTE,
            "F-12.9",
            "F-12.15",
        )
        return concluded(_outside_walk(target, [gate]))
    if mode != CUSTOMER_ROUTED:
        detail, cause = f"what the egress mode {mode} does", "control-plane-cannot-reach-private-idp"
        gate = unknown(
            Stage.ROUTE,
            "control plane egress",
            "internet",
            detail,
            cause,
            ("/cluster/egress_mode",),
            "F-12.11",
        )
        return concluded(_outside_walk(target, [gate]))
    if caller.vantage is Vantage.INTERNET:
        return merged(
            [(place.id, concluded(_customer_routed(scene, target, place))) for place in scene.cluster_places]
        )
    if caller.vantage is Vantage.OTHER_NETWORK:
        return concluded(_walk(target, [_unreachable(target, "no link leads from the VPC to it")]))
    if caller.is_inside:
        walks = [
            (place.id, concluded(_walk_in_vpc(scene, target, scene.cluster_places[0], place)))
            for place in caller.places
        ]
        return merged(walks)
    return merged(
        [(place.id, concluded(_walk_over_link(scene, target, place))) for place in scene.cluster_places]
    )


def _outside_walk(target: Target, gates: list[Gate]) -> Walk:
    """A call by paths of AWS never sees an endpoint network interface."""
    walk = _walk(target, gates)
    return Walk(label=walk.label, gates=(ORIGIN[0], *walk.gates[2:]), source=None,
                leaves_aws_network=walk.leaves_aws_network)  # fmt: skip


def _customer_routed(scene: Scene, target: Target, place: Place) -> Walk:
    stand_in = Consumer(name="the API server", kind=ConsumerKind.MANAGED_SERVICE, public_ip=False)
    caller = Caller(consumer=stand_in, reference="/cluster", location_reference="/cluster",
                    vantage=Vantage.CLUSTER_VPC, places=(place,), groups=None)  # fmt: skip
    left = way_out(scene, caller, place, 4)
    party = Party(None, False, None, References.NEVER)
    return _walk(target, [_interfaces_let_out(scene, target, party), *left.gates, *left.gates_back])
