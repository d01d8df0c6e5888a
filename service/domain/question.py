"""A question: a cluster, who must reach its API server, and what must hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import Protocol

from service.domain.addresses import Network, of_networks
from service.domain.cluster import Cluster, EndpointMode
from service.domain.consumer import Consumer
from service.domain.decision import Assessment
from service.domain.policy import NO_POLICY, AppliedRule, PolicyMark, Waiver
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
    """What the caller insists on; each unmet one is an objection.

    ``modes`` are those that are allowed, and ``has_own_weights`` says whether the weights were given.
    """

    internet_exposure: InternetExposure = InternetExposure.ANY
    node_traffic: NodeTraffic = NodeTraffic.ANY
    approved_source_cidrs: tuple[Network, ...] | None = None
    controls: tuple[str, ...] = ()
    weights: Weights = field(default_factory=Weights)
    public_access_cidrs: ListOrigin = ListOrigin.DERIVE
    has_own_weights: bool = False
    modes: frozenset[EndpointMode] = frozenset(EndpointMode)


class Section(Enum):
    """A part of the answer that is computed only for a question that includes it."""

    CHANGE_PLAN = "change_plan"
    CHANGES = "changes"
    CONDITIONS = "conditions"
    UNKNOWNS = "unknowns"
    SENSITIVITY = "sensitivity"
    CONTROLS = "controls"


UNAPPROVED = "unapproved-source-cidrs"
"""The objection to a list that admits what is not approved."""


class Severity(Enum):
    """What a broken guardrail does: rule the mode out, or be said."""

    DENY = "deny"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A guardrail that a mode breaks, or (``is_certain`` false) of which it cannot be said."""

    id: str
    severity: Severity
    sentence: str
    is_certain: bool = True


class Guardrails(Protocol):
    """Rules of an organisation's own over a question and what was found of each mode."""

    def judge(self, question: Question, assessments: Sequence[Assessment]) -> Sequence[Sequence[Breach]]:
        """For each assessment, the guardrails that it breaks or that cannot be judged."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderPolicy:
    """What an organisation's policy adds to a question; its demands stand beside the question's own requirements."""

    mark: PolicyMark = NO_POLICY
    rules: tuple[AppliedRule, ...] = ()
    demands: Requirements | None = None
    guardrails: Guardrails | None = None
    waivers: tuple[Waiver, ...] = ()
    assumed: frozenset[str] = frozenset()
    """The fields that were not given and that the policy filled in."""

    @property
    def judges(self) -> bool:
        """Whether the policy has its say once the modes are assessed."""
        return self.guardrails is not None or bool(self.waivers)

    def waives(self, rule: str) -> bool:
        """Whether a waiver in force takes back the policy's objections of that id."""
        return any(waiver.rule == rule and waiver.is_in_force for waiver in self.waivers)


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
    policy: UnderPolicy = field(default_factory=UnderPolicy)
    policy_revision: str | None = None
    """The revision of the policy that the question wants to be decided under; None for the one in force."""

    @property
    def approved_source_cidrs(self) -> tuple[Network, ...] | None:
        """What may stand on a list by the question's own word and by the policy's; None if neither says."""
        own, demands = self.requirements.approved_source_cidrs, self.policy.demands
        theirs = demands.approved_source_cidrs if demands and not self.policy.waives(UNAPPROVED) else None
        if own is None or theirs is None:
            return theirs if own is None else own
        return (of_networks(own) & of_networks(theirs)).networks()

    @property
    def includes_controls(self) -> bool:
        """Whether the answer says what the known controls say."""
        return Section.CONTROLS in self.include
