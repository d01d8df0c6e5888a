"""The wire: from a document to a question, with every mistake at its place."""

from service.web.schemas.loading import described_question, load_question

__all__ = ["described_question", "load_question"]
