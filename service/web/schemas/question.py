"""The question on the wire: a cluster, who must reach its API server, and what must hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError

from service.catalogue import CONTROLS, control_named
from service.domain.cluster import UNNAMED, Cluster, EndpointAccess, Hosting, IpFamily
from service.domain.question import InternetExposure, ListOrigin, NodeTraffic, Question, Requirements, Section, Weights
from service.web.schemas.consumers import ConsumerElement
from service.web.schemas.elements import MOST_RANGES, Element, Fault, Items, Part, names, ranges
from service.web.schemas.fields import (
    Choice,
    Flag,
    Labels,
    Text,
    Timestamp,
    Weight,
    members_of,
)
from service.web.schemas.filters import Acl, FirewallElement, Group
from service.web.schemas.hints import did_you_mean, shown
from service.web.schemas.network import (
    ConnectionElement,
    NatGatewayElement,
    RemoteNetworksElement,
    RouteTableElement,
    SubnetElement,
    VpcElement,
)
from service.web.schemas.ranges import Range, is_rewritten, read_network
from service.web.schemas.source import DocumentSourceElement

MOST_ELEMENTS = 1_000
MOST_CONTROLS = 100

_CONNECTOR = "a registered cluster has no endpoint configuration of its own, so there is nothing to decide (F-7.19)"
_ANYWHERE = "an EKS Anywhere control plane is run by the customer and has none of these modes (F-7.20)"
_REFUSED_HOSTING = {
    "connector": _CONNECTOR,
    "eks_connector": _CONNECTOR,
    "registered": _CONNECTOR,
    "eks_anywhere": _ANYWHERE,
    "anywhere": _ANYWHERE,
}
_BOTH_OFF = (
    "both endpoints are off (both-endpoints-disabled), and EKS refuses that (F-1.3):"
    " turn `private` on, or `public` with a list"
)


class RewrittenRange(Range):
    """A range of the allow-list with what was written, for Reading 8 warns of what was read away."""

    def read(self, value: Any) -> Any:
        """The network, or the text itself where the two differ."""
        network = super().read(value)
        return value if is_rewritten(value) else network


_SWITCHES_AND_LIST = frozenset({"public", "private", "public_access_cidrs"})


class Account(Text):
    """An AWS account's id."""

    expected = "an account id of twelve digits, in quotes"

    def __init__(self, wire_name: str | None = None) -> None:
        super().__init__(wire_name, shortest=12, longest=12)

    def read(self, value: Any) -> str:
        """The id as it is."""
        text = super().read(value)
        if not (text.isascii() and text.isdigit()):
            raise ValidationError(f"is {shown(text)}, expected {self.expected}")
        return text


class EndpointAccessElement(Element):
    """The present setting of the two endpoints."""

    noun = EndpointAccess
    public = Flag(keeps_null=True)
    private = Flag(keeps_null=True)
    public_access_cidrs = Items(RewrittenRange(), most=MOST_RANGES, keeps_null=True)

    def build(self, values: dict[str, Any]) -> EndpointAccess:
        """The setting, with the entries that were read differently from how they were written; null is not known."""
        left_out = _SWITCHES_AND_LIST.difference(values)
        for switch, other in (("public", "private"), ("private", "public")):
            if switch in values and values[switch] is None and values.get(other) is False:
                values[switch] = True  # EKS refuses both off (F-1.3)
        unknown = frozenset(name for name, value in values.items() if value is None)
        values = {name: value for name, value in values.items() if value is not None}
        entries = values.get("public_access_cidrs", ())
        rewritten = tuple([entry for entry in entries if type(entry) is str])
        if rewritten:
            values["public_access_cidrs"] = tuple(
                [read_network(entry) if type(entry) is str else entry for entry in entries]
            )
        return EndpointAccess(rewritten=rewritten, left_out=left_out, unknown=unknown, **values)

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """EKS takes every combination but one; an endpoint that is not named has EKS's default (F-1.1)."""
        if given.get("public") is False and given.get("private", False) is False:
            yield "", _BOTH_OFF


class ClusterElement(Element):
    """The cluster and the network around it."""

    noun = Cluster
    name = Text()
    labels = Labels()
    region = Text()
    account = Account()
    hosting = Choice(members_of(Hosting), refused=_REFUSED_HOSTING)
    ip_family = Choice(members_of(IpFamily))
    created_at = Timestamp()
    egress_mode = Text()
    has_auto_mode = Flag("auto_mode")
    endpoint_access = Part(EndpointAccessElement())
    service_cidr = Range()
    vpc = Part(VpcElement())
    subnets = Items(SubnetElement(), by="id", most=MOST_ELEMENTS)
    cluster_subnets = names()
    route_tables = Items(RouteTableElement(), by="id", most=MOST_ELEMENTS)
    nat_gateways = Items(NatGatewayElement(), by="id", most=MOST_ELEMENTS)
    connections = Items(ConnectionElement(), by="id", most=MOST_ELEMENTS)
    firewalls = Items(FirewallElement(), by="id", most=MOST_ELEMENTS)
    security_groups = Items(Group(), by="id", most=MOST_ELEMENTS)
    network_acls = Items(Acl(), by="id", most=MOST_ELEMENTS)
    remote_networks = Part(RemoteNetworksElement())

    def build(self, values: dict[str, Any]) -> Cluster:
        """The cluster, which may go without a name."""
        values.setdefault("name", UNNAMED)
        return Cluster(**values)


class ControlId(Text):
    """A known control, by its id or by the name that its tool gives it."""

    expected = "the id of a known control (`GET /v1/controls`)"

    def read(self, value: Any) -> str:
        """The id in the catalogue."""
        name = super().read(value)
        control = control_named(name)
        if control is None:
            known = {alias for known in CONTROLS.values() for alias in (known.id, *known.aliases)}
            raise ValidationError(f"is {shown(name)}, expected {self.expected}{did_you_mean(name, known)}")
        return control.id


class WeightsElement(Element):
    """How much each criterion counts; one that is not given keeps its default, and only shares matter."""

    noun = Weights
    exposure = Weight()
    efficiency = Weight()
    accessibility = Weight()

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Shares of nothing are no shares."""
        weights = [given.get(name) for name in ("exposure", "efficiency", "accessibility")]
        if all(type(weight) in (int, float) and weight == 0 for weight in weights):
            yield "", "all weights are 0: at least one criterion must count"


class RequirementsElement(Element):
    """What the caller insists on."""

    noun = Requirements
    internet_exposure = Choice(members_of(InternetExposure))
    node_traffic = Choice(members_of(NodeTraffic))
    approved_source_cidrs = ranges()
    controls = Items(ControlId(), most=MOST_CONTROLS)
    weights = Part(WeightsElement())
    public_access_cidrs = Choice(members_of(ListOrigin))

    def build(self, values: dict[str, Any]) -> Requirements:
        """The requirements; whose the weights are is kept, for a policy may have others."""
        return Requirements(has_own_weights="weights" in values, **values)


class QuestionElement(Element):
    """All that a decision depends on."""

    noun = Question
    cluster = Part(ClusterElement())
    source = Part(DocumentSourceElement())
    consumers = Items(ConsumerElement(), by="name", most=MOST_ELEMENTS)
    requirements = Part(RequirementsElement())
    include = Items(Choice(members_of(Section)), most=len(Section))
    policy_revision = Text()

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """The cluster is described once."""
        if given.get("cluster") is None and given.get("source") is None:
            yield "cluster", "is missing, expected an object, or a document in `source`"
        if given.get("cluster") is not None and given.get("source") is not None:
            yield "source", "stands beside `cluster`: give one of them"

    def build(self, values: dict[str, Any]) -> Question:
        """The question; every section is included unless it says which."""
        sections = values.pop("include", None)
        return Question(include=frozenset(Section if sections is None else sections), **values)
