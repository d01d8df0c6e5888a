"""The verbs: from a question to a decision, by pure functions (docs/decision.md)."""

from service.engine.deciding import Lists, Study, decide, study

__all__ = ["Lists", "Study", "decide", "study"]
