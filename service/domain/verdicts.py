"""What the known controls say of the present and of the recommended setting, side by side."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRow:
    """One control: what it claims to ask for, and its result on each setting; None if there is no such setting."""

    id: str
    asks: str
    present: str | None
    recommended: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Controls that claim to ask for the same and judge one setting (present, recommended) differently."""

    setting: str
    asks: str
    passing: tuple[str, ...]
    failing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blindness:
    """A control that is content with a setting whose list is in truth the whole internet, and why."""

    setting: str
    id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Every control on both settings, where controls disagree, and where one is blind."""

    rows: tuple[ControlRow, ...]
    disputes: tuple[Dispute, ...]
    blind: tuple[Blindness, ...]
