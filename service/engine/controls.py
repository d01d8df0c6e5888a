"""The known controls, each judged by what it really looks at (F-10.4 to F-10.15).

1. A benchmark is judged by its meaning: a list is open if it covers the internet, however it is written.
2. A tool is judged as the tool judges (`scanners`), where it is blind as well.
3. An empty list is open to all (F-1.11).
4. What the description does not tell is ``undetermined``, never a pass; what there is nothing of to look at is
   ``not_applicable``.

The ids, titles and caveats of the controls are the catalogue's (`service.catalogue`); a test holds the ids
and facts together. ``asks`` is what a control claims to ask for: of those that claim the same, some pass a
setting that others fail.

>>> verdicts = judge_controls(Setting(public=False, private=True, cidrs=None), NodeExposure(is_described=True))
>>> {verdict.result for verdict in verdicts}
{'pass'}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from service.domain.consumer import ConsumerKind
from service.domain.decision import ControlVerdict
from service.engine.callers import Caller
from service.engine.gateways import is_internet_gateway
from service.engine.scanners import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNDETERMINED,
    Setting,
    Verdict,
    both_written_out,
    possible,
    private_access_on,
    private_only,
    public_access_off,
    public_range_listed,
    public_range_listed_in_template,
    reads_open,
    reads_open_if_written,
    restricted,
    restricted_by_text,
    written_true,
)
from service.engine.scene import Place


class Asks(Enum):
    """What a control claims to ask for."""

    RESTRICTED_ACCESS = "restricted_access"
    PRIVATE_ONLY = "private_only"
    PRIVATE_NODES = "private_nodes"
    NO_PUBLIC_ENDPOINT = "no_public_endpoint"
    NO_OPEN_LIST = "no_open_list"
    PRIVATE_ENDPOINT = "private_endpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeExposure:
    """Which nodes have a public address of their own (names), and of which that is not known."""

    is_described: bool = False
    has_other_compute: bool = False
    """Whether kubelets run elsewhere than on EC2 nodes (Fargate, hybrid)."""
    exposed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def node_exposure(callers: Iterable[Caller]) -> NodeExposure:
    """What is known of the public addresses of the EC2 nodes; Fargate pods never have one (F-7.15)."""
    kubelets = [caller for caller in callers if caller.consumer.kind.runs_a_kubelet]
    nodes = [caller for caller in kubelets if caller.consumer.kind is ConsumerKind.NODE]
    has_one = {caller.consumer.name: _has_public_address(caller) for caller in nodes}
    return NodeExposure(
        is_described=bool(nodes),
        has_other_compute=len(kubelets) > len(nodes),
        exposed=tuple(sorted(name for name, has in has_one.items() if has)),
        unknown=tuple(sorted(name for name, has in has_one.items() if has is None)),
    )


def _has_public_address(node: Caller) -> bool | None:
    if node.consumer.public_ip is not None:
        return node.consumer.public_ip is not False
    found = {_assigns_public_address(place) for place in node.places}
    return True if True in found else None if None in found or not found else False


def _assigns_public_address(place: Place) -> bool | None:
    """What the subnet says; one that says nothing and has no way to an internet gateway assigns none."""
    if place.subnet.assigns_public_ip is not None or place.table is None:
        return place.subnet.assigns_public_ip
    return None if any(is_internet_gateway(route.target) for route in place.table.routes) else False


@lru_cache(maxsize=128)
def judge_controls(setting: Setting, nodes: NodeExposure) -> tuple[ControlVerdict, ...]:
    """What each known control says of a setting, in the catalogue's order."""
    return tuple(_judged(control, setting, nodes) for control in CONTROLS)


def _judged(control: Control, setting: Setting, nodes: NodeExposure) -> ControlVerdict:
    verdicts = [control.verdict(each, nodes) for each in possible(setting)]
    result, why = verdicts[0]
    if any(other != result for other, _ in verdicts):
        result, why = UNDETERMINED, "what stands on the list is not known"
    elif any(other != why for _, other in verdicts):
        why = "so it says whatever stands on the list"
    return ControlVerdict(id=control.id, result=result, why=why, facts=control.facts)


def _private_nodes(_: Setting, nodes: NodeExposure) -> Verdict:
    if nodes.exposed:
        return FAIL, f"nodes with a public address: {', '.join(nodes.exposed)}"
    if nodes.unknown:
        return (
            UNDETERMINED,
            f"whether these nodes have public addresses is not known: {', '.join(nodes.unknown)}",
        )
    if nodes.is_described:
        return PASS, "no node has a public address"
    if nodes.has_other_compute:
        return NOT_APPLICABLE, "no consumer is an EC2 node, and only those can have a public address"
    return UNDETERMINED, "no node is described"


def _private_access_of_nodes(setting: Setting, nodes: NodeExposure) -> Verdict:
    result, why = private_access_on(setting)
    if result == FAIL:
        return result, why
    if nodes.exposed:
        names = ", ".join(nodes.exposed)
        return PASS, f"private access is on; the tool does not see that nodes have a public address: {names}"
    return PASS, "private access is on; the tool looks at no node"


@dataclass(frozen=True, slots=True)
class Control:
    """A control: its id in the catalogue, what it claims to ask for, how it judges, and the facts that say so."""

    id: str
    asks: Asks
    verdict: Callable[[Setting, NodeExposure], Verdict]
    facts: tuple[str, ...]


def _of_setting(id_: str, asks: Asks, verdict: Callable[[Setting], Verdict], *facts: str) -> Control:
    return Control(id_, asks, lambda setting, _: verdict(setting), facts)


CONTROLS = (
    _of_setting("cis-eks-5.4.1", Asks.RESTRICTED_ACCESS, restricted, "F-10.4", "F-1.11"),
    _of_setting("cis-eks-5.4.2", Asks.PRIVATE_ONLY, private_only, "F-10.5", "C-14"),
    Control("cis-eks-5.4.3", Asks.PRIVATE_NODES, _private_nodes, ("F-10.6",)),
    _of_setting("aws-security-hub-eks.1", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.7", "F-10.9"),
    _of_setting(
        "aws-config-eks-endpoint-no-public-access", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.8", "F-10.9"
    ),
    _of_setting("control-tower-ct.eks.pr.1", Asks.NO_PUBLIC_ENDPOINT, both_written_out, "F-10.10", "F-10.9"),
    _of_setting("checkov-ckv_aws_39", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.11"),
    _of_setting("checkov-ckv_aws_38", Asks.NO_OPEN_LIST, reads_open, "F-10.11", "M-11"),
    _of_setting("trivy-avd-aws-0040", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.12"),
    _of_setting("trivy-avd-aws-0041", Asks.NO_OPEN_LIST, public_range_listed, "F-10.12", "F-1.13", "C-11"),
    _of_setting("prowler-eks_cluster_not_publicly_accessible", Asks.NO_OPEN_LIST, reads_open, "F-10.13", "M-11"),
    Control("prowler-eks_cluster_private_nodes_enabled", Asks.PRIVATE_NODES, _private_access_of_nodes, ("F-10.13",)),
    _of_setting("kics-eks-cluster-has-public-access", Asks.NO_PUBLIC_ENDPOINT, written_true, "F-10.14", "F-1.1"),
    _of_setting(
        "kics-eks-cluster-has-public-access-cidrs", Asks.NO_OPEN_LIST, reads_open_if_written, "F-10.14", "M-11"
    ),
    _of_setting("cfn-guard-eks_endpoint_no_public_access", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.9"),
    _of_setting(
        "trivy-avd-aws-0041-cloudformation", Asks.NO_OPEN_LIST, public_range_listed_in_template, "F-10.12", "F-1.11"
    ),
    _of_setting("kubescape-c-0227", Asks.RESTRICTED_ACCESS, private_access_on, "F-10.4"),
    _of_setting("kubescape-c-0228", Asks.PRIVATE_ONLY, private_only, "F-10.5"),
    _of_setting("kubescape-c-0229", Asks.PRIVATE_NODES, reads_open, "F-10.6", "M-11"),
    _of_setting("hardeneks-check_endpoint_public_access", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.15"),
    _of_setting(
        "powerpipe-eks_cluster_endpoint_restrict_public_access",
        Asks.NO_PUBLIC_ENDPOINT,
        public_access_off,
        "F-10.15",
    ),
    _of_setting(
        "powerpipe-eks_cluster_endpoint_public_access_restricted", Asks.NO_OPEN_LIST, reads_open, "F-10.15", "M-11"
    ),
    _of_setting(
        "powerpipe-terraform-eks-public-access",
        Asks.NO_OPEN_LIST,
        reads_open,
        "F-10.15",
        "M-11",
    ),
    _of_setting("scoutsuite-eks-public-endpoint", Asks.NO_OPEN_LIST, reads_open, "F-10.15", "M-11"),
    _of_setting("cloudsploit-eksprivateendpoint", Asks.PRIVATE_ENDPOINT, private_access_on, "F-10.15"),
    _of_setting("elastic-csp-cis-5.4.1", Asks.RESTRICTED_ACCESS, restricted_by_text, "F-10.4", "M-11"),
    _of_setting("elastic-csp-cis-5.4.2", Asks.PRIVATE_ONLY, private_only, "F-10.5"),
    _of_setting("sentinel-fsbp-eks.1", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.7", "F-10.9"),
    _of_setting("nirmata-eks-public-endpoint", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.15"),
    _of_setting("cartography-eks-exposed_internet", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.15"),
    _of_setting("cdk-nag-awssolutions-eks1", Asks.NO_PUBLIC_ENDPOINT, public_access_off, "F-10.15"),
)
