"""A document in an outside format on the wire: what it is called, which format it has, and how it is written."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from service.intake.documents import Documents, read_documents, refuse_the_deep
from service.intake.formats import Format
from service.intake.recognising import Understood, understand
from service.intake.registry import FORMATS
from service.intake.understanding import NotUnderstoodError
from service.web.schemas.elements import Element
from service.web.schemas.fields import Choice, Text, WireField, words
from service.web.schemas.hints import did_you_mean, listed, shown

BASE64 = "base64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document as it was sent; ``cluster`` says which of its clusters is meant, where it describes several."""

    document: Any = None
    format: Format | None = None
    name: str = ""
    encoding: str | None = None
    cluster: str | None = None

    def understood(self) -> Understood:
        """What the document describes; raises `NotUnderstoodError`."""
        return understand(self._documents(), FORMATS, self.format)

    def _documents(self) -> Documents:
        content = self.content()
        if content is None:
            refuse_the_deep(self.document)
            return Documents(by_name={self.name: self.document})
        return read_documents(content, self.name)

    def content(self) -> bytes | None:
        """The bytes of the document; None if it came as data. Raises `NotUnderstoodError`."""
        if not isinstance(self.document, str | bytes):
            return None
        raw = self.document.encode() if isinstance(self.document, str) else self.document
        if self.encoding == BASE64:
            try:
                raw = base64.b64decode(raw, validate=True)
            except binascii.Error:
                raise NotUnderstoodError("the document is not base64, as `encoding` says") from None
        return raw


class FormatName(Text):
    """The name of a format that is read."""

    expected = "the id of a format (`GET /v1/formats`)"

    def read(self, value: Any) -> Any:
        """The format of that name."""
        name = super().read(value)
        known = {one.name: one for one in FORMATS}
        if name not in known:
            hint = did_you_mean(name, known) or f"; there are {listed(known)}"
            raise ValidationError(f"is {shown(name)}, expected {self.expected}{hint}")
        return known[name]


class Document(WireField):
    """A document: its text, or the object or the list that it is in JSON."""

    expected = "a document: its text, an object or a list"

    def read(self, value: Any) -> Any:
        """The document as it is."""
        if type(value) not in (str, dict, list):
            raise ValidationError(f"is {shown(value)}, expected {self.expected}")
        return value


class SaidElement(Element):
    """What is said of a document that is sent by itself."""

    noun = Source
    format = FormatName()
    name = Text()


class EnvelopeElement(SaidElement):
    """A document with what is said of it."""

    document = Document(required=True)
    encoding = Choice(words(BASE64))


class DocumentSourceElement(EnvelopeElement):
    """A document in place of a cluster."""

    cluster = Text()
