"""Half a surrogate pair is no text: an answer that quotes it could not be written."""

from __future__ import annotations

import pytest

from service.intake.documents import read_documents
from service.intake.understanding import NotUnderstoodError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (r'{"a": "\ud800"}', "a.json"),
        (r'{"\udfff": 1}', "a.json"),
        (r'a: "\uD800"', "a.yaml"),
        (r'a: "\U0000d800"', "a.yaml"),
    ],
)
def test_half_a_character_is_refused(text: str, name: str) -> None:
    with pytest.raises(NotUnderstoodError, match=r"half a character|not YAML"):
        read_documents(text.encode(), name)


def test_a_whole_pair_is_a_character() -> None:
    assert read_documents(rb'{"a": "\ud83d\ude00"}', "a.json").by_name["a.json"] == {"a": "\U0001f600"}
