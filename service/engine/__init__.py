"""The verbs: from a question to a decision, by pure functions (docs/decision.md)."""

from service.engine.deciding import decide

__all__ = ["decide"]
