"""The verbs: from a question to a decision, by pure functions (docs/decision.md)."""

from service.engine.deciding import Lists, decide, findings_on, objections_to
from service.engine.studying import Study, study

__all__ = ["Lists", "Study", "decide", "findings_on", "objections_to", "study"]
