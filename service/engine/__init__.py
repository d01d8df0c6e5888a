"""The verbs: from a question to a decision, by pure functions (docs/decision.md)."""

from service.engine.deciding import Lists, Study, decide, findings_on, objections_to, study

__all__ = ["Lists", "Study", "decide", "findings_on", "objections_to", "study"]
