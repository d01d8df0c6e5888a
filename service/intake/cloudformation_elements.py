"""Elements of a description's lists in the making: subnets, tables, gateways, groups."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any

from service.intake.cloudformation_templates import Resource
from service.intake.drafting import Draft
from service.intake.readings import Open, Reading, as_ranges
from service.intake.understanding import Kind, Origin


@dataclass(slots=True)
class Element:
    """One element of a list of the description, with where each of its fields came from."""

    draft: Draft
    section: str
    id: str
    place: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """How the description refers to it."""
        return f"/{self.section}[{self.id}]"

    def take(self, name: str, reading: Reading) -> bool:
        """A field as it was read; says whether the document speaks of it."""
        if reading.is_missing:
            return False
        if isinstance(reading.value, Open):
            self.draft.leave_open(f"{self.reference}/{name}", reading.value.why, reading.value.text)
        else:
            self.fields[name] = reading.value
            self.draft.note(f"{self.reference}/{name}", reading)
        return True

    def fall_back(self, name: str, value: Any, because: str) -> None:
        """A field as CloudFormation's default has it."""
        self.fields[name] = value
        self.draft.origins.append(Origin(field=f"{self.reference}/{name}", kind=Kind.DEFAULT, because=because))

    def compute(self, name: str, value: Any, because: str, place: str = "") -> None:
        """A field as other parts of the template make it."""
        self.take(name, Reading(value, place or self.place, because))

    def leave_open(self, name: str, why: str, text: str = "") -> None:
        """A field that the template leaves open."""
        self.draft.leave_open(f"{self.reference}/{name}", why, text)

    def done(self, resource: Resource | None = None) -> None:
        """Puts the element into the description, with what is assumed if it may not be made."""
        self.draft.add(self.section, {"id": self.id, **self.fields})
        self.draft.note(f"{self.reference}/id", Reading(self.id, self.place))
        if resource is not None:
            assume_made(self.draft, self.reference, resource)


def assume_made(draft: Draft, reference: str, resource: Resource) -> None:
    """That a resource is made, although its condition cannot be evaluated, or rests on defaults of parameters."""
    for sentence in resource.rests_on:
        draft.assume(reference, sentence)
    if isinstance(resource.holds, Open):
        held = f"the condition `{resource.holds.text}`, which cannot be evaluated, holds"
        draft.assume(reference, f"{held}, so that {resource.id} is made")


def exact_range(reading: Reading, version: int) -> Reading:
    """One range as a VPC or a subnet has it: without host bits, of one family."""
    ranges = as_ranges(reading)
    if ranges.is_missing or isinstance(ranges.value, Open):
        return ranges
    if len(ranges.value) != 1:
        return reading.opened("no single range")
    try:
        network = ip_network(ranges.value[0])
    except ValueError:
        return reading.opened("a range with host bits, which AWS refuses")
    if network.version != version:
        return reading.opened(f"no IPv{version} range")
    return replace(ranges, value=ranges.value[0])
