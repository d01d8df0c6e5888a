"""In which characters a document may come, and which are no text at all."""

from __future__ import annotations

import pytest

from service.intake.documents import read_documents
from service.intake.understanding import NotUnderstoodError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_with_its_mark_is_read_as_editors_and_shells_write_it(encoding: str) -> None:
    """Windows PowerShell redirects the output of a command into UTF-16."""
    raw = '{"cluster": {"name": "caf\u00e9"}}\r\n'.encode(encoding)

    assert read_documents(raw, "a.json").by_name["a.json"] == {"cluster": {"name": "caf\u00e9"}}


@pytest.mark.parametrize(("raw", "byte"), [("# caf\u00e9\n".encode("latin-1"), 5), (b"\xff\xfea\x00\x00\xd8", 4)])
def test_other_characters_are_refused_with_their_place_and_what_to_do(raw: bytes, byte: int) -> None:
    with pytest.raises(NotUnderstoodError, match=f"byte {byte} is `0x[0-9a-f]+`, save it as UTF-8"):
        read_documents(raw, "a.tf")


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
