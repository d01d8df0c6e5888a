"""Errors are exceptions like any other, whatever they carry."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from service.domain.errors import (
    InvalidDocumentError,
    InvalidQueryError,
    InvalidQuestionError,
    Mistake,
    TooLargeError,
    UnreadableDocumentError,
)
from service.intake.understanding import NotUnderstoodError

MISTAKES = (Mistake("/a", "is wrong"), Mistake("", "lacks a member"))


@contextmanager
def surroundings() -> Iterator[None]:
    """A context manager, which sets the traceback of what passes through it."""
    yield


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UnreadableDocumentError("is no JSON"), "is no JSON"),
        (TooLargeError(10), "the question is larger than 10 bytes"),
        (InvalidQuestionError(MISTAKES), "/a: is wrong; /: lacks a member"),
        (InvalidDocumentError(MISTAKES), "/a: is wrong; /: lacks a member"),
        (InvalidQueryError(MISTAKES), "/a: is wrong; /: lacks a member"),
        (NotUnderstoodError("is no format", place="a.json"), "a.json: is no format"),
    ],
)
def test_an_error_passes_through_a_context_manager_and_says_its_sentence(error: Exception, sentence: str) -> None:
    with pytest.raises(type(error)) as caught, surroundings():
        raise error

    assert str(caught.value) == sentence
