"""What the modules of one Terraform configuration share while their resources are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from service.intake.terraform_evaluator import Budget
from service.intake.terraform_folders import Folder
from service.intake.terraform_instances import MOST_INSTANCES
from service.intake.terraform_known_modules import Call
from service.intake.terraform_resources import Resource
from service.intake.terraform_values import Value
from service.intake.understanding import Ignored, NotUnderstoodError


@dataclass(slots=True)
class World:
    """What the modules of one request share."""

    folders: Mapping[str, Folder]
    budget: Budget
    described: dict[str, Callable[[str], Value]] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    rests_on: frozenset[str] = frozenset()
    """What the values that are being computed take for granted, in sentences."""
    modules: int = 0
    before: int = 0
    """How many resources the roots before this one make."""
    unseen: dict[str, str] = field(default_factory=dict)

    def add(self, resource: Resource) -> None:
        """A resource, as long as there are not too many."""
        if self.before + len(self.resources) >= MOST_INSTANCES:
            raise NotUnderstoodError(f"the configuration makes more than {MOST_INSTANCES} resources that matter here")
        self.resources.append(resource)

    def next(self) -> World:
        """The world of another root: its addresses are its own, what the request may still do is shared."""
        return World(self.folders, self.budget, modules=self.modules, before=self.before + len(self.resources))

    def may_make(self, call: Call) -> None:
        """A module that is not known: what it is given tells of what it may make more."""
        given = " ".join(call.arguments)
        if "vpc" in given or "subnet" in given or "route_table" in given:
            self.unseen.setdefault("vpcendpoints", call.address)
        if "route_table" in given:
            self.unseen.setdefault("routetables", call.address)
