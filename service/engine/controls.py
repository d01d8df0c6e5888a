"""The known controls, each judged by what it really looks at (F-10.4 to F-10.15).

1. A benchmark is judged by its meaning: a list is open if it covers the internet, however it is written.
2. A tool is judged as the tool judges: some compare texts, some see a yes or no. Where that makes it blind
   the verdict stands, and ``why`` says what it does not see.
3. An empty list is open to all (F-1.11).
4. What the description does not tell is ``undetermined``, never a pass.

The ids, titles and caveats of the controls are the catalogue's (`service.catalogue`); a test holds the ids
and facts together.

>>> from service.domain.cluster import EndpointAccess
>>> verdicts = judge_controls(EndpointAccess(public=False, private=True), NodeExposure(is_described=True))
>>> {verdict.result for verdict in verdicts}
{'pass'}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.domain.addresses import addresses, of_network, of_networks, parse_network
from service.domain.cluster import EndpointAccess
from service.domain.consumer import ConsumerKind
from service.domain.decision import ControlVerdict
from service.engine.callers import Caller
from service.engine.gateways import is_internet_gateway
from service.engine.routes import PUBLIC_INTERNET
from service.engine.scene import Place

PASS = "pass"  # noqa: S105  # a verdict, no secret
FAIL = "fail"
UNDETERMINED = "undetermined"
_NO_LIST = "public access is on, and its list is not known"

Verdict = tuple[str, str]
"""A result and the sentence that gives its reason."""

TRIVY_PRIVATE = addresses(
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)
"""The nine ranges that AVD-AWS-0041 takes for private; documentation ranges are public to it (F-10.12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeExposure:
    """Which nodes have a public address of their own (names), and of which that is not known."""

    is_described: bool = False
    exposed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def node_exposure(callers: Iterable[Caller]) -> NodeExposure:
    """What is known of the public addresses of the EC2 nodes; Fargate pods never have one (F-7.15)."""
    nodes = [caller for caller in callers if caller.consumer.kind is ConsumerKind.NODE]
    has_one = {caller.consumer.name: _has_public_address(caller) for caller in nodes}
    return NodeExposure(
        is_described=bool(nodes),
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


def admits_everybody(access: EndpointAccess) -> bool:
    """Whether the list lets in all of the internet of one family, by what it covers (F-1.11, M-11)."""
    listed = of_networks(access.public_access_cidrs)
    is_empty = not listed and not access.admits_nobody
    is_open = is_empty or any(listed.covers(internet) for internet in PUBLIC_INTERNET.values())
    return access.public and access.knows_list and is_open


def judge_controls(access: EndpointAccess, nodes: NodeExposure) -> tuple[ControlVerdict, ...]:
    """What each known control says of a setting, in the catalogue's order."""
    return tuple(_judged(control, access, nodes) for control in CONTROLS)


def _judged(control: Control, access: EndpointAccess, nodes: NodeExposure) -> ControlVerdict:
    result, why = control.verdict(access, nodes)
    return ControlVerdict(id=control.id, result=result, why=why, facts=control.facts)


def _restricted(access: EndpointAccess, _: NodeExposure) -> Verdict:
    if not access.private:
        return FAIL, "private access is off"
    if not access.public:
        return PASS, "private access is on and public access is off"
    if not access.knows_list:
        return UNDETERMINED, _NO_LIST
    if admits_everybody(access):
        return FAIL, f"private access is on, but {_how_it_is_open(access)}"
    return PASS, "private access is on, and the list of the public endpoint is short of everything"


def _private_only(access: EndpointAccess, _: NodeExposure) -> Verdict:
    if not access.private:
        return FAIL, "private access is off"
    if access.public:
        return FAIL, "public access is on, and no list makes up for that"
    return PASS, "private access is on and public access is off"


def _private_nodes(_: EndpointAccess, nodes: NodeExposure) -> Verdict:
    if nodes.exposed:
        return FAIL, f"nodes with a public address: {', '.join(nodes.exposed)}"
    if nodes.unknown:
        return (
            UNDETERMINED,
            f"whether these nodes have public addresses is not known: {', '.join(nodes.unknown)}",
        )
    if not nodes.is_described:
        return UNDETERMINED, "no node is described"
    return PASS, "no node has a public address"


def _public_access_off(access: EndpointAccess, _: NodeExposure) -> Verdict:
    if not access.public:
        return PASS, "public access is off"
    if admits_everybody(access):
        return FAIL, f"public access is on, and {_how_it_is_open(access)}"
    if not access.knows_list:
        return FAIL, "public access is on, whatever stands on its list"
    return FAIL, "public access is on; that its list is restricted does not count here"


def _reads_open(access: EndpointAccess, _: NodeExposure) -> Verdict:
    if not access.public:
        return PASS, "public access is off"
    if not access.knows_list:
        return UNDETERMINED, _NO_LIST
    if access.admits_nobody:
        return UNDETERMINED, "nobody can be listed yet, so there is no list to read"
    if not access.public_access_cidrs:
        return FAIL, "the list is empty, which is open to all"
    if _is_written_out(access):
        return FAIL, "0.0.0.0/0 is on the list"
    if admits_everybody(access):
        return (
            PASS,
            f"no entry reads 0.0.0.0/0; the tool compares texts and does not see that {_covered(access)}",
        )
    return PASS, "the list does not hold 0.0.0.0/0"


def _public_range_listed(access: EndpointAccess, _: NodeExposure) -> Verdict:
    if not access.public:
        return PASS, "public access is off"
    if not access.knows_list:
        return UNDETERMINED, _NO_LIST
    if access.admits_nobody:
        return FAIL, "the tool fails every list that EKS accepts"
    if not access.public_access_cidrs:
        return FAIL, "the list is empty, which is open to all"
    public = [range_ for range_ in access.public_access_cidrs if not TRIVY_PRIVATE.covers(of_network(range_))]
    if public:
        lowest = of_networks(tuple(public)).texts()[0]
        return FAIL, f"{lowest} on the list is public; the tool fails every list that EKS accepts"
    return PASS, "every range on the list is private; the tool does not see that EKS refuses such a list"


def _private_access_on(access: EndpointAccess, nodes: NodeExposure) -> Verdict:
    if not access.private:
        return FAIL, "private access is off"
    if nodes.exposed:
        names = ", ".join(nodes.exposed)
        return PASS, f"private access is on; the tool does not see that nodes have a public address: {names}"
    return PASS, "private access is on; the tool looks at no node"


def _is_written_out(access: EndpointAccess) -> bool:
    """Whether an entry reads 0.0.0.0/0 as it was written, before host bits were cleared."""
    everything = parse_network("0.0.0.0/0")
    rewritten = [parse_network(text) for text in access.rewritten]
    return access.public_access_cidrs.count(everything) > rewritten.count(everything)


def _how_it_is_open(access: EndpointAccess) -> str:
    return _covered(access) if access.public_access_cidrs else "its list is empty, which is open to all"


def _covered(access: EndpointAccess) -> str:
    listed = of_networks(access.public_access_cidrs)
    family = "IPv4" if listed.covers(PUBLIC_INTERNET[4]) else "IPv6"
    return f"the list covers all of the {family} internet"


@dataclass(frozen=True, slots=True)
class Control:
    """A control: its id in the catalogue, how it judges, and the facts that say so."""

    id: str
    verdict: Callable[[EndpointAccess, NodeExposure], Verdict]
    facts: tuple[str, ...]


CONTROLS = (
    Control("cis-eks-5.4.1", _restricted, ("F-10.4", "F-1.11")),
    Control("cis-eks-5.4.2", _private_only, ("F-10.5", "C-14")),
    Control("cis-eks-5.4.3", _private_nodes, ("F-10.6",)),
    Control("aws-security-hub-eks.1", _public_access_off, ("F-10.7", "F-10.9")),
    Control("aws-config-eks-endpoint-no-public-access", _public_access_off, ("F-10.8", "F-10.9")),
    # It wants both switches written out; one endpoint is always on, so public off means private on (F-1.3).
    Control("control-tower-ct.eks.pr.1", _public_access_off, ("F-10.10", "F-10.9")),
    Control("checkov-ckv_aws_39", _public_access_off, ("F-10.11",)),
    Control("checkov-ckv_aws_38", _reads_open, ("F-10.11", "M-11")),
    Control("trivy-avd-aws-0040", _public_access_off, ("F-10.12",)),
    Control("trivy-avd-aws-0041", _public_range_listed, ("F-10.12", "F-1.13", "C-11")),
    Control("prowler-eks_cluster_not_publicly_accessible", _reads_open, ("F-10.13", "M-11")),
    Control("prowler-eks_cluster_private_nodes_enabled", _private_access_on, ("F-10.13",)),
    Control("kics-eks-cluster-has-public-access", _public_access_off, ("F-10.14",)),
)
