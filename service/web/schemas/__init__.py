"""The wire: from a document to a question, with every mistake at its place."""

from service.web.schemas.loading import described_source, load_question
from service.web.schemas.sourced import with_cluster

__all__ = ["described_source", "load_question", "with_cluster"]
