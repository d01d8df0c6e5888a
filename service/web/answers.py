"""An answer is a decision with an id, a time, and two digests by which answers are told apart.

1. ``input_digest`` is that of the question with every list in one fixed order, for order means nothing.
2. ``decision_digest`` is that of everything in the answer that follows from the question: two answers with
   one digest say the same, byte for byte.
3. Id and time come last and from outside, so that what lies between question and answer stays a pure function.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from service.catalogue.prices import PriceList
from service.domain.advice import Advised
from service.web.render.document import as_document
from service.web.render.markdown import as_markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A decision as it goes out; ``body`` is its JSON without the members of the head."""

    id: UUID
    created_at: datetime
    input_digest: str
    advised: Advised
    prices: PriceList

    def as_json(self) -> bytes:
        """The document as JSON, on one line that ends."""
        body = orjson.dumps(as_document(self.advised, self.prices))
        head = orjson.dumps(self._head(body))
        return b"%b,%b\n" % (head[:-1], body[1:])

    def as_markdown(self) -> bytes:
        """The same as a report."""
        document = as_document(self.advised, self.prices)
        return as_markdown(self._head(orjson.dumps(document)) | document).encode()

    def _head(self, body: bytes) -> dict[str, str]:
        return {
            "decision_id": str(self.id),
            "created_at": self.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "input_digest": self.input_digest,
            "decision_digest": _digest(body),
        }


def digest_of_question(document: object) -> str:
    """The digest of a question, which is the same in whatever order its lists and members come."""
    return _digest(orjson.dumps(_in_order(document), option=orjson.OPT_SORT_KEYS))


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _in_order(value: Any) -> Any:
    if type(value) is dict:
        return {name: _in_order(member) if type(member) in (dict, list) else member for name, member in value.items()}
    if type(value) is not list or len(value) == 0:
        return value
    if all(type(item) is str for item in value):
        return sorted(value)
    return sorted([_in_order(item) for item in value], key=_sorted_bytes)


def _sorted_bytes(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
