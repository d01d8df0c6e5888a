"""What the service answers, as types: the members that openapi.yaml gives these schemas, and no others.

What a caller mostly passes on (hops, scores, advice) is left as JSON; a test holds these types to openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

Json = Mapping[str, Any]
Mode = Literal["public", "public_and_private", "private"]


class Statement(TypedDict):
    """Something assumed, warned of or asked for, with the field of the question that it is about."""

    code: str
    field: str
    sentence: str
    facts: Sequence[str]


class Recommendation(TypedDict):
    """The recommended mode, and the objections and terms that decided it; ``margin`` is in points."""

    mode: Mode
    public_access_cidrs: Sequence[str] | None
    summary: str
    because: Sequence[str]
    margin: float | None
    runner_up: str | None
    robust: bool
    conditions: Sequence[Statement]


class Assessment(TypedDict):
    """What is said of one mode."""

    mode: Mode
    status: str
    eligible: bool
    objections: Sequence[Json]
    scores: Json
    traffic_path: Sequence[Json]
    findings: Sequence[Json]
    allow_list: Json | None
    waived: NotRequired[Sequence[Json]]
    controls: NotRequired[Sequence[Json]]


class PresentSetting(Assessment):
    """The setting of today, in the same form."""

    public_access_cidrs: Sequence[str] | None


class Decision(TypedDict):
    """A decision; the sections of advice are there if the question's ``include`` named them."""

    decision_id: str
    created_at: str
    input_digest: str
    decision_digest: str
    engine: Json
    policy: Json
    cluster: Json
    outcome: Literal["recommended", "no_mode_fits", "undetermined"]
    recommendation: Recommendation | None
    traffic_path: Sequence[Json] | None
    assessments: Sequence[Assessment]
    current: PresentSetting | None
    conditions: NotRequired[Sequence[Json]]
    mends: NotRequired[Sequence[Json]]
    change_plan: NotRequired[Json]
    controls: NotRequired[Json]
    changes: NotRequired[Sequence[Json]]
    unknowns: NotRequired[Sequence[Json]]
    unknowns_not_tried: NotRequired[Sequence[str]]
    sensitivity: NotRequired[Json]
    assumptions: Sequence[Statement]
    warnings: Sequence[Statement]
    prices: Json


class Card(TypedDict):
    """A decision in short, for portals; lists are cut and say how many of them are missing (``more``)."""

    decision_id: str | None
    created_at: str
    cluster: Json
    outcome: Literal["recommended", "no_mode_fits", "undetermined"]
    mode: Mode | None
    public_access_cidrs: Json | None
    because: Json
    conditions: Sequence[Json]
    current_mode: Mode | None
    locked_out_today: Json | None
    in_doubt_today: Json | None
    locked_out_after: Json | None
    in_doubt_after: Json | None
    not_known: Json
    assumption_count: int


class Problem(TypedDict):
    """Why a request was refused (RFC 9457), each mistake at its JSON Pointer."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None
    errors: Sequence[Json]


class BatchItem(TypedDict):
    """What became of one of many questions: a decision with status 200, or else a problem."""

    index: int
    status: int
    decision: NotRequired[Decision]
    problem: NotRequired[Problem]


class RecordSummary(TypedDict):
    """A recorded decision in a list."""

    id: str
    title: str
    created_at: str
    cluster: str
    region: str | None
    outcome: str
    mode: Mode | None
    current_mode: str | None
    input_digest: str
    decision_digest: str
    policy_name: str
    policy_revision: str
    engine_version: str
    facts_edition: str
    caller: str | None
    request_id: str | None


class Descriptions(TypedDict):
    """The clusters that a document describes, and what of it was left out."""

    descriptions: Sequence[Json]
    ignored: Sequence[Json]
