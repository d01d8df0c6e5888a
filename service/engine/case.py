"""What an objection looks at: one mode of one question, traced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.domain.cluster import EndpointMode
from service.domain.decision import ControlVerdict
from service.domain.question import Requirements
from service.domain.trace import Trace
from service.engine.scene import Scene
from service.engine.tracing import Journey


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mode of one question, traced."""

    scene: Scene
    mode: EndpointMode
    journeys: Sequence[Journey]
    requirements: Requirements
    demands: Requirements | None
    controls: Sequence[ControlVerdict]

    def flows(self) -> Iterable[tuple[Journey, Trace]]:
        """Each consumer's flow to the API server in this mode."""
        return [(journey, journey.to_api_server[self.mode]) for journey in self.journeys]
