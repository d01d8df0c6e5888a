"""Step 2: what the API server calls, and the filters that every such call meets (13.3).

1. The call leaves an endpoint network interface, if the groups on it let it out (F-3.11).
2. The target's own groups admit the port (F-3.16, F-3.17).
"""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.consumer import ConsumerKind, Vantage
from service.domain.network import Direction
from service.domain.trace import Action, Disposition
from service.engine.callers import Caller
from service.engine.filters import Party, Verdict, admits
from service.engine.gates import Gate, Stage, closed, opened, unknown
from service.engine.gateways import OFF_AMAZON
from service.engine.links import NO_PATH
from service.engine.private_way import INTERFACE
from service.engine.scene import CLUSTER_GROUP, Scene
from service.engine.ways import Walk

KUBELET_PORT = 10250
ORIGIN = (
    opened(Stage.NAME, "API server", "api_server", "calls from the AWS-managed VPC", "F-3.2", action=Action.ORIGINATED),
    opened(
        Stage.OWN,
        INTERFACE,
        "endpoint_network_interface",
        "leaves through an EKS-owned interface in a cluster subnet, in every mode",
        "F-3.18",
        action=Action.ROUTED,
    ),
)


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
        return "onprem-firewall-missing-10250" if self.is_hybrid_kubelet else "link-firewall-blocks-control-plane"

    @property
    def route_cause(self) -> str:
        """The code for a target to which the cluster subnets have no route."""
        if self.is_hybrid_kubelet:
            return "hybrid-node-no-return-path"
        hybrid = self.caller.consumer.kind in (ConsumerKind.HYBRID_NODE, ConsumerKind.POD)
        return "hybrid-pod-cidr-not-routable-for-webhooks" if hybrid else NO_PATH


def walk_to(target: Target, gates: list[Gate]) -> Walk:
    """The gates between the interface and the target, with both ends."""
    caller = target.caller
    kind = "kubelet" if target.purpose == "kubelet" else "api_target"
    detail = f"takes the connection on TCP {target.port}"
    arrival = opened(Stage.ACLS_BACK, caller.consumer.name, kind, detail, "F-3.18", action=Action.ACCEPTED)
    leaves = caller.connection.kind in OFF_AMAZON if caller.connection else caller.vantage is Vantage.INTERNET
    return Walk(label=caller.consumer.name, gates=(*ORIGIN, *gates, arrival), source=None, leaves_aws_network=leaves)


def unreachable(target: Target, detail: str) -> Gate:
    """Nothing leads to the target, for a reason that lies in the target."""
    name = target.caller.consumer.name
    return closed(Stage.ROUTE, name, "consumer", detail, target.route_cause, Disposition.NO_ROUTE, "F-7.8")


def interfaces_let_out(scene: Scene, target: Target, party: Party) -> Gate:
    """The groups on the endpoint network interfaces let the call out (F-3.11)."""
    component, kind, port = scene.interface_groups.names, "security_group", target.port
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


def target_verdict(scene: Scene, target: Target, interfaces: Party) -> Verdict:
    """Whether the target's own groups admit the port from the interfaces; without a group nobody can say."""
    groups = target.caller.groups
    if not groups:
        return Verdict.UNKNOWN
    if CLUSTER_GROUP in groups:
        return Verdict.YES
    return admits(scene.admission(groups, Direction.IN, target.port), interfaces)


def target_groups(scene: Scene, target: Target, interfaces: Party) -> Gate:
    """The target's own groups admit the port from the control plane (F-3.16, F-3.17)."""
    caller, kind, port = target.caller, "security_group", target.port
    names = sorted(caller.groups or ())
    component = ", ".join(names) or f"security groups of {caller.consumer.name}"
    if CLUSTER_GROUP in names:
        return opened(Stage.TARGET_GROUPS, component, kind, f"admits TCP {port} from itself", "F-3.10")
    verdict = target_verdict(scene, target, interfaces)
    if verdict is Verdict.YES:
        return opened(Stage.TARGET_GROUPS, component, kind, f"admits TCP {port} from the control plane", "F-3.16")
    cause = target.group_cause
    if verdict is Verdict.NO:
        detail = f"no rule admits TCP {port} from the control plane"
        return closed(Stage.TARGET_GROUPS, component, kind, detail, cause, Disposition.DENIED_IN, "F-3.16", "F-3.17")
    missing = [f"{caller.reference}/security_groups"] if not names else ["/cluster/security_groups"]
    detail = f"whether a rule admits TCP {port} from the control plane"
    return unknown(Stage.TARGET_GROUPS, component, kind, detail, cause, missing, "F-3.16", "F-3.17")
