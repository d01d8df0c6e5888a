"""The sections of advice as members of the JSON document; those that were not asked for are left out."""

from __future__ import annotations

from typing import Any

from service.domain.advice import Advised
from service.web.render.changes import changes_member
from service.web.render.conditions import conditions_member, mends_member
from service.web.render.plans import plan_member
from service.web.render.scanning import controls_member
from service.web.render.sensitivity import sensitivity_member
from service.web.render.unknowns import unknowns_member

Document = dict[str, Any]


def advice_members(advised: Advised) -> Document:
    """What the answer says beside the decision."""
    sections: Document = {
        "conditions": None if advised.conditions is None else conditions_member(advised.conditions),
        "mends": None if advised.mends is None else mends_member(advised.mends),
        "change_plan": plan_member(advised.change_plan) if advised.change_plan else None,
        "changes": None if advised.changes is None else changes_member(advised.changes),
        "sensitivity": sensitivity_member(advised.sensitivity) if advised.sensitivity else None,
        "unknowns": None if advised.unknowns is None else unknowns_member(advised.unknowns),
        "unknowns_not_tried": advised.untried,
        "controls": controls_member(advised.controls) if advised.controls else None,
    }
    return {name: section for name, section in sections.items() if section is not None}
