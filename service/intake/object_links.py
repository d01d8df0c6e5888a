"""How objects of ACK and Crossplane name each other: by id, by the object's name, or by its labels.

ACK writes `vpcID` or `vpcRef: {from: {name}}`; Crossplane `vpcId`, `vpcIdRef: {name}` or
`vpcIdSelector: {matchLabels}`, and likewise for lists. The two differ in capitals (`vpcID`, `vpcId`), so names of
members are compared without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.intake.kubernetes_objects import Manifest
from service.intake.readings import MISSING, Open, Reading, Section, as_text, as_texts, quoted

EC2_GROUPS = ("ec2.services.k8s.aws", "ec2.aws.upbound.io", "ec2.aws.m.upbound.io", "ec2.aws.crossplane.io")
_EXTERNAL_NAME = "crossplane.io/external-name"


def member(section: Section, *names: str) -> Reading:
    """What stands under the first of the names that is there, whatever its capitals."""
    if isinstance(section.value, Open):
        return Reading(section.value, section.place)
    if isinstance(section.value, Mapping):
        wanted = [name.lower() for name in names]
        spelt = {str(key).lower(): str(key) for key in section.value}
        for name in wanted:
            if name in spelt:
                return section.get(spelt[name])
    return Reading(MISSING, section.place)


def part(section: Section, *names: str) -> Section:
    """The section under one of the names; a list of one is the one."""
    reading = member(section, *names)
    value = reading.value
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return Section(value, reading.place, section.read)


def parts(section: Section, *names: str) -> Iterator[Section]:
    """The objects of a list, or the one that stands in its place."""
    reading = member(section, *names)
    items = reading.value if isinstance(reading.value, list) else [reading.value]
    for index, item in enumerate(items):
        if isinstance(item, Mapping):
            yield Section(item, f"{reading.place}/{index}", section.read)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The objects that others may name."""

    found: tuple[Manifest, ...]

    def of(self, kind: str, groups: Iterable[str] = EC2_GROUPS) -> list[Manifest]:
        """The objects of a kind."""
        return [one for one in self.found if one.kind == kind and one.group in groups and one.name]

    def link(self, section: Section, stem: str, kind: str, groups: Iterable[str] = EC2_GROUPS) -> Reading:
        """The names or ids that a member and its references give: a list of texts, open, or missing."""
        for plural in ("", "s"):
            literal = as_texts(member(section, f"{stem}Id{plural}", f"{stem}{plural}" if plural else f"{stem}Name"))
            if isinstance(literal.value, Open) or (not literal.is_missing and literal.value):
                return self._by_external_name(literal, kind, groups)
            referred = member(section, f"{stem}IdRef{plural}", f"{stem}Ref{plural}", f"{stem}NameRef{plural}")
            if not referred.is_missing:
                return _referred(referred)
        selector = part(section, f"{stem}IdSelector", f"{stem}Selector", f"{stem}NameSelector")
        return self._selected(selector, kind, groups) if selector.is_there else Reading(MISSING, section.place)

    def _by_external_name(self, literal: Reading, kind: str, groups: Iterable[str]) -> Reading:
        """Ids that stand for objects here, by the name that the provider gave them."""
        if isinstance(literal.value, Open):
            return literal
        names = {one.annotation(_EXTERNAL_NAME).value: one.name for one in self.of(kind, groups)}
        return Reading([names.get(id_, id_) for id_ in literal.value], literal.place)

    def _selected(self, selector: Section, kind: str, groups: Iterable[str]) -> Reading:
        if isinstance(selector.value, Open):
            return Reading(selector.value, selector.place)
        labels = selector.get("matchLabels").value
        wanted = labels.items() if isinstance(labels, Mapping) else ()
        found = [one.name for one in self.of(kind, groups) if _has(one.labels, wanted)]
        if found:
            return Reading(found, selector.place)
        text = ", ".join(f"{key}={value}" for key, value in wanted if isinstance(value, str))
        return Reading(Open(quoted(text), "a selector that no object here answers"), selector.place)


def _has(labels: Mapping[str, str], wanted: Iterable[tuple[Any, Any]]) -> bool:
    """Whether an object has the labels; values that a patch sets are taken to agree."""
    return all(not isinstance(value, str) or labels.get(str(key)) == value for key, value in wanted)


def _referred(referred: Reading) -> Reading:
    items = referred.value if isinstance(referred.value, list) else [referred.value]
    names = []
    for item in items:
        reference = Section(item, referred.place)
        inner = reference.section("from")
        name = as_text((inner if inner.is_there else reference).get("name"))
        if isinstance(name.value, Open):
            names.append(name.value.text)  # objects of one template share their placeholders
        elif name.is_missing:
            return referred.opened("a reference without a name")
        else:
            names.append(name.value)
    return Reading(names, referred.place)
