"""How sure a recommendation is, as nouns: where weights turn it, and how many ways to weigh agree with it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from service.domain.cluster import EndpointMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Where another mode begins to win: ``at_value`` wins at the value itself (a tie), ``beyond`` right behind it."""

    value: Fraction
    at_value: EndpointMode
    beyond: EndpointMode


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightRange:
    """The values of one weight, the others as given, between which the winner stays; None: no end on that side."""

    criterion: str
    given: Fraction
    below: Turn | None
    above: Turn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The part of all ways to weigh the three criteria for which a mode wins."""

    mode: EndpointMode
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How sure a recommendation is.

    ``tolerance`` is how far all weights may be off in what `robust` means; ``dominates`` are eligible modes
    that no weights put before the recommended one.
    """

    mode: EndpointMode
    tolerance: Fraction
    weights: tuple[WeightRange, ...]
    shares: tuple[Share, ...]
    dominates: tuple[EndpointMode, ...]
