"""What a reader of Terraform documents writes down on the way: origins, assumptions, what is left out or open."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.intake.terraform_values import Open, Value, opened
from service.intake.understanding import Assumed, Ignored, Kind, Origin, Unknown


@dataclass(slots=True)
class Notes:
    """The notes on one cluster, in the order in which they were taken."""

    origins: list[Origin] = field(default_factory=list)
    assumed: list[Assumed] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)

    def stated(self, name: str, place: str) -> None:
        """The field stands in the document."""
        self.origins.append(Origin(field=name, kind=Kind.STATED, place=place))

    def default(self, name: str, because: str) -> None:
        """The field has somebody's default."""
        self.origins.append(Origin(field=name, kind=Kind.DEFAULT, because=because))

    def computed(self, name: str, place: str, because: str) -> None:
        """The field follows from other parts of the document."""
        self.origins.append(Origin(field=name, kind=Kind.COMPUTED, place=place, because=because))

    def assume(self, name: str, sentence: str) -> None:
        """Something was taken for granted."""
        self.assumed.append(Assumed(field=name, sentence=sentence))

    def leave_out(self, place: str, why: str) -> None:
        """A part of the document is not used."""
        self.ignored.append(Ignored(place=place, why=why))

    def leave_open(self, name: str, value: Value, why: str = "") -> None:
        """The field has no value; the expression's text says what stands there."""
        found = opened(value) if not isinstance(value, Open) else value
        self.unknown.append(Unknown(field=name, why=why or found.why, text=found.shown()))
