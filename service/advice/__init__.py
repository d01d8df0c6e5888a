"""What to do with a decision: pure functions on top of `engine.decide`, which they call and never copy."""

from service.advice.advising import advise, advised, decided

__all__ = ["advise", "advised", "decided"]
