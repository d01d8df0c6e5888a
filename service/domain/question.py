"""A question: a cluster, who must reach its API server, and what must hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from service.domain.addresses import Network
from service.domain.cluster import Cluster
from service.domain.consumer import Consumer
from service.domain.trace import Assumption
from service.domain.written import SourceDocument


class InternetExposure(Enum):
    """How far the public endpoint may be open."""

    NONE = "none"
    ALLOW_LIST = "allow_list"
    ANY = "any"


class NodeTraffic(Enum):
    """Whether node traffic to the API server may leave the VPC."""

    INSIDE_VPC = "inside_vpc"
    ANY = "any"


class ListOrigin(Enum):
    """Where the list comes from with which public modes are assessed."""

    DERIVE = "derive"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each criterion counts; only the shares matter."""

    exposure: Fraction | int = 5
    efficiency: Fraction | int = 2
    accessibility: Fraction | int = 3

    @property
    def sum(self) -> Fraction | int:
        """What the weighted scores are divided by."""
        return self.exposure + self.efficiency + self.accessibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What the caller insists on; each unmet one is an objection."""

    internet_exposure: InternetExposure = InternetExposure.ANY
    node_traffic: NodeTraffic = NodeTraffic.ANY
    approved_source_cidrs: tuple[Network, ...] | None = None
    controls: tuple[str, ...] = ()
    weights: Weights = field(default_factory=Weights)
    public_access_cidrs: ListOrigin = ListOrigin.DERIVE


class Section(Enum):
    """A part of the answer that is computed only for a question that includes it."""

    CHANGE_PLAN = "change_plan"
    CHANGES = "changes"
    CONDITIONS = "conditions"
    UNKNOWNS = "unknowns"
    SENSITIVITY = "sensitivity"
    CONTROLS = "controls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that a decision depends on, so that the same question always gives the same decision."""

    cluster: Cluster
    consumers: tuple[Consumer, ...] | None = None
    requirements: Requirements = field(default_factory=Requirements)
    include: frozenset[Section] = frozenset(Section)
    stated: tuple[Assumption, ...] = ()
    """What is to be said of how the question came about: what a document left open, and what was read into it."""
    source: SourceDocument | None = None
    """The document that the cluster was read from, for an edit of it; a decision does not look at it."""

    @property
    def includes_controls(self) -> bool:
        """Whether the answer says what the known controls say."""
        return Section.CONTROLS in self.include
