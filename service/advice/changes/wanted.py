"""What is to be written: the setting of each step and of the end, and the names that commands and objects need.

Names come from outside. One that AWS would not take is treated as not known, so that nothing else than letters,
digits and hyphens gets into a command by a name, however it is quoted there (the EKS API's pattern of a cluster
name, and the patterns of the ids of EC2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from service.domain.addresses import Network
from service.domain.change import Change, ChangePlan, Repair, Setting
from service.domain.cluster import UNNAMED
from service.domain.network import RouteTable, VpcEndpoint
from service.domain.written import SourceDocument
from service.engine import Study

REPAIR = "repair"
_CLUSTER_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}")
_OBJECT_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ID = re.compile(r"[a-z]{1,12}-[0-9A-Za-z][0-9A-Za-z-]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The two switches and the list as a tool writes them; the list is empty only if public access is off."""

    public: bool
    private: bool
    cidrs: tuple[str, ...]

    @property
    def is_open_to_all(self) -> bool:
        """Whether the list is written out as everybody."""
        return self.public and set(self.cidrs) <= {"0.0.0.0/0", "::/0"}

    def __str__(self) -> str:
        listed = f", list {', '.join(self.cidrs)}" if self.public else ""
        return f"public access {_switch(self.public)}, private access {_switch(self.private)}{listed}"


def _switch(is_on: bool) -> str:
    return "on" if is_on else "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Changes around the cluster: a step of the plan before an update, or a repair on offer; ``what`` says which."""

    what: str
    sentence: str
    changes: tuple[Change, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the tools write down. A name that is not known, or that AWS would not take, is None.

    ``steps`` are the settings on the way, the last of them the target, and ``numbers`` which steps of the plan set
    them, for its other steps are preparations. ``is_new`` says that the cluster does not exist yet, ``is_unplanned``
    that the present setting is not known, so that there is no plan.
    """

    name: str | None
    region: str | None
    subnets: tuple[str, ...]
    steps: tuple[Access, ...]
    numbers: tuple[int, ...]
    is_new: bool = False
    is_unplanned: bool = False
    plan: ChangePlan | None = None
    preparations: tuple[Preparation, ...] = ()
    route_tables: tuple[RouteTable, ...] = ()
    endpoints: tuple[VpcEndpoint, ...] = ()
    name_servers: tuple[str, ...] = ()
    document: SourceDocument | None = None

    @property
    def target(self) -> Access:
        """What is to hold in the end."""
        return self.steps[-1]

    @property
    def basis(self) -> tuple[str, ...]:
        """What the setting rests on, where no mode fits before that is made."""
        made = self.plan.rests_on if self.plan else ()
        return tuple(f"no mode fits before this is made, so make it first: {sentence}" for sentence in made)

    @property
    def object_name(self) -> str:
        """A name for a Kubernetes object: the cluster's if it may be one."""
        return self.name if self.name and _OBJECT_NAME.fullmatch(self.name) else "cluster"


def wanted_of(known: Study, plan: ChangePlan | None, target: Setting | None, repairs: Iterable[Repair] = ()) -> Wanted:
    """What is to be written for a question; ``plan`` is None if the present setting is not known.

    Without a plan and a target only the repairs are written. A list with an address that stands for another is not.
    """
    everyone = ("0.0.0.0/0", "::/0") if known.scene.is_dual_stack else ("0.0.0.0/0",)
    updates = plan.updates if plan else ((1, target),) if target else ()
    if plan is not None and plan.has_example_lists:
        updates = ()
    cluster = known.question.cluster
    return Wanted(
        name=cluster.name if _CLUSTER_NAME.fullmatch(cluster.name) and cluster.name != UNNAMED else None,
        region=cluster.region if cluster.region and _REGION.fullmatch(cluster.region) else None,
        subnets=tuple(name for name in cluster.cluster_subnets or () if is_id(name, "subnet")),
        steps=tuple(_access(setting, everyone) for _, setting in updates),
        numbers=tuple(number for number, _ in updates),
        is_new=plan is not None and plan.start is None,
        is_unplanned=plan is None and target is not None,
        preparations=(*_preparations(plan), *_on_offer(repairs)),
        route_tables=cluster.route_tables,
        endpoints=cluster.vpc.endpoints or (),
        name_servers=cluster.vpc.domain_name_servers or (),
        plan=plan,
        document=known.question.source,
    )


def _preparations(plan: ChangePlan | None) -> Iterable[Preparation]:
    """The steps of a plan that set no endpoint access."""
    for number, step in enumerate(plan.steps if plan else (), 1):
        if not any(change.is_update for change in step.changes):
            yield Preparation(what=f"step {number}", sentence=step.sentence, changes=step.changes, facts=step.facts)


def _on_offer(repairs: Iterable[Repair]) -> Iterable[Preparation]:
    """Each repair once."""
    for code, it in {repair.code: repair for repair in repairs}.items():
        yield Preparation(what=f"{REPAIR} {code}", sentence=it.sentence, changes=it.changes, facts=it.facts)


def is_id(text: object, kind: str = "") -> bool:
    """Whether a text can be the id of something in EC2, of one kind if that is named."""
    return isinstance(text, str) and text.startswith(f"{kind}-" if kind else "") and bool(_ID.fullmatch(text))


def _access(setting: Setting, everyone: tuple[str, ...]) -> Access:
    """A setting with its list written out: EKS reads an empty one as open to all (F-1.11)."""
    mode = setting.mode
    cidrs: tuple[str, ...] = ()
    if mode.has_public:
        cidrs = _texts(setting.public_access_cidrs or ()) or everyone
    return Access(public=mode.has_public, private=mode.has_private, cidrs=cidrs)


def _texts(networks: Iterable[Network]) -> tuple[str, ...]:
    return tuple(map(str, networks))
