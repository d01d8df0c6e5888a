"""The real definitions of the knowledge base, and what a manifest beside them says of each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.engine.deciding import decide
from service.intake.documents import read_documents
from service.intake.formats import Format
from service.intake.understanding import Kind, Understanding
from service.web.schemas import load_question
from tests.knowledge_base import KNOWLEDGE_BASE

_DEFINITIONS = KNOWLEDGE_BASE / "cases" / "definitions"
_WIRE = {
    "endpoint_public_access": "public",
    "endpoint_private_access": "private",
    "public_access_cidrs": "public_access_cidrs",
}


def entries(*formats: str) -> list[Any]:
    """The manifest's entries of these formats, as parameters of a test; one that skips where there are none."""
    manifest = _DEFINITIONS / "MANIFEST.json"
    if not manifest.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason="the definitions (../shared) are not here"))]
    files = json.loads(manifest.read_text())["files"]
    return [pytest.param(entry, id=entry["file"]) for entry in files if entry["format"] in formats]


def documents_of(*files: str) -> dict[str, Any]:
    """Files of the knowledge base as parsed documents."""
    return {
        name: document
        for file in files
        for name, document in read_documents((_DEFINITIONS / file).read_bytes(), file).by_name.items()
    }


def understood(one: Format, *files: str) -> tuple[Understanding, ...]:
    """What a format understands of files of the knowledge base."""
    return one.read(documents_of(*files))


def from_text(one: Format, text: str, name: str = "cluster.yaml") -> tuple[Understanding, ...]:
    """What a format understands of a document written in a test."""
    return one.read(read_documents(text.encode(), name).by_name)


def one_from_text(one: Format, text: str) -> Understanding:
    """The only cluster of a document written in a test, of which a decision can be made."""
    (found,) = from_text(one, text)
    assert_decidable(found)
    return found


def effective(understanding: Understanding) -> dict[str, Any]:
    """The setting that was understood, under the manifest's names."""
    access = understanding.cluster.get("endpoint_access", {})
    return {name: access.get(wire) for name, wire in _WIRE.items()}


def stated(understanding: Understanding) -> dict[str, Any]:
    """What of the setting the document states itself; null for what it does not."""
    kinds = {origin.field: origin.kind for origin in understanding.origins}
    access = understanding.cluster.get("endpoint_access", {})
    return {
        name: access.get(wire) if kinds.get(f"/endpoint_access/{wire}") is Kind.STATED else None
        for name, wire in _WIRE.items()
    }


def assert_as_the_manifest_says(understandings: tuple[Understanding, ...], entry: dict[str, Any]) -> None:
    """The number of clusters, their names, and the stated and effective settings are those of the manifest."""
    assert len(understandings) == len(entry["clusters"])
    for found, expected in zip(understandings, entry["clusters"], strict=True):
        assert stated(found) == {name: expected["stated"][name] for name in _WIRE}
        assert effective(found) == {name: expected["effective"][name] for name in _WIRE}
        assert_named(found, expected["id"])


def assert_named(understanding: Understanding, expected: str) -> None:
    """The name is the expected one, or left open with that text if it is a placeholder."""
    texts = {unknown.text for unknown in understanding.unknown if unknown.field == "/name"}
    assert {understanding.cluster.get("name")} | texts >= {expected}


def assert_decidable(understanding: Understanding) -> None:
    """The description loads as a question, every field of the setting has an origin, and a decision comes out."""
    question: dict[str, Any] = {"cluster": understanding.cluster}
    if understanding.consumers:
        question["consumers"] = list(understanding.consumers)
    fields = {origin.field for origin in understanding.origins}
    assert {f"/endpoint_access/{name}" for name in understanding.cluster.get("endpoint_access", ())} <= fields
    assert decide(load_question(question)).outcome


def unknown_fields(understanding: Understanding) -> dict[str, str]:
    """What is left open, with the text that stands there."""
    return {unknown.field: unknown.text for unknown in understanding.unknown}
