"""A description in the making: each field goes in with where it came from, or is left open with why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from service.intake.readings import Open, Reading, quoted
from service.intake.understanding import Assumed, Ignored, Kind, Origin, Understanding, Unknown


@dataclass(slots=True, kw_only=True)
class Draft:
    """One cluster as far as it is understood yet; `understanding` closes it."""

    format: str
    place: str
    cluster: dict[str, Any] = field(default_factory=dict)
    consumers: list[dict[str, Any]] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    assumed: list[Assumed] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)

    def take(self, reference: str, reading: Reading) -> bool:
        """The field as it was read: stated, computed, left open; says whether the document speaks of it at all."""
        if reading.is_missing:
            return False
        if isinstance(reading.value, Open):
            self.leave_open(reference, reading.value.why, reading.value.text)
            return True
        self._put(reference, reading.value)
        self.note(reference, reading)
        return True

    def note(self, reference: str, reading: Reading) -> None:
        """Where a field came from that is put in as part of an element."""
        kind = Kind.COMPUTED if reading.because else Kind.STATED
        self.origins.append(Origin(field=reference, kind=kind, place=reading.place, because=reading.because))
        for sentence in reading.assumed:
            self.assume(reference, sentence)

    def fall_back(self, reference: str, value: Any, because: str) -> None:
        """The field as the format's or the EKS API's default has it."""
        self._put(reference, value)
        self.origins.append(Origin(field=reference, kind=Kind.DEFAULT, because=because))

    def compute(self, reference: str, value: Any, because: str, place: str = "") -> None:
        """The field as other parts of the document make it."""
        self._put(reference, value)
        self.origins.append(Origin(field=reference, kind=Kind.COMPUTED, place=place, because=because))

    def compute_in(self, reference: str, because: str, place: str = "") -> None:
        """Where a computed field came from that is put in as part of an element."""
        self.origins.append(Origin(field=reference, kind=Kind.COMPUTED, place=place, because=because))

    def leave_open(self, reference: str, why: str, text: str = "") -> None:
        """The field as one that the document leaves open."""
        found = Unknown(field=reference, why=why, text=quoted(text))
        if found not in self.unknown:
            self.unknown.append(found)

    def reopen(self, reference: str, why: str, text: str = "") -> None:
        """A field that was described already as one that the document leaves open after all."""
        *parents, last = reference.strip("/").split("/")
        target = self.cluster
        for name in parents:
            target = target.get(name, {})
        target.pop(last, None)
        self.origins = [one for one in self.origins if one.field != reference]
        self.unknown = [one for one in self.unknown if one.field != reference]
        self.leave_open(reference, why, text)

    def assume(self, reference: str, sentence: str) -> None:
        """What was taken for granted, said once."""
        found = Assumed(field=reference, sentence=sentence)
        if found not in self.assumed:
            self.assumed.append(found)

    def ignore(self, place: str, why: str) -> None:
        """A part of the document that is left out."""
        self.ignored.append(Ignored(place=place, why=why))

    def add(self, section: str, element: dict[str, Any]) -> None:
        """An element of a list such as the subnets; one with the same id is kept as it is."""
        elements = self.cluster.setdefault(section, [])
        if all(known["id"] != element["id"] for known in elements):
            elements.append(element)

    def know_subnets(self, ids: Iterable[str]) -> None:
        """Subnets that are named and not described: an element each, so that others may refer to them."""
        for id_ in ids:
            self.add("subnets", {"id": id_})

    def consumer(self, consumer: dict[str, Any], reading: Reading) -> None:
        """A consumer that the document shows, under a name of its own."""
        names = {known["name"] for known in self.consumers}
        name, number = consumer["name"], 2
        while name in names:
            name, number = f"{consumer['name']} {number}", number + 1
        self.consumers.append(consumer | {"name": name})
        self.note(f"/consumers[{name}]", reading)

    def understanding(self) -> Understanding:
        """The description as it stands."""
        return Understanding(
            format=self.format,
            place=self.place,
            cluster=self.cluster,
            consumers=tuple(self.consumers),
            origins=tuple(self.origins),
            assumed=tuple(self.assumed),
            ignored=tuple(self.ignored),
            unknown=tuple(self.unknown),
        )

    def _put(self, reference: str, value: Any) -> None:
        *parents, last = reference.strip("/").split("/")
        target = self.cluster
        for name in parents:
            target = target.setdefault(name, {})
        target[last] = value
