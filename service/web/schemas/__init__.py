"""The wire: from a document to a question, with every mistake at its place."""

from service.web.schemas.loading import load_question

__all__ = ["load_question"]
