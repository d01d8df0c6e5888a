"""Which members of an answer hold sentences, and the answer with those in another language.

1. `SENTENCES` are the members that hold one, or a list of them; all others hold codes, names, numbers and addresses.
2. What the caller wrote, or what a tool takes as it is, is not looked into: `AS_THEY_ARE`.
3. The names in an answer are never taken for words, even where they read like some.
"""

from __future__ import annotations

from typing import Any

from service.words.speaking import Words

SENTENCES = frozenset(
    (
        # of an answer
        *("sentence", "summary", "detail", "because", "mend", "why", "advice", "partial", "question", "words"),
        # of its plan and its written changes
        *("preconditions", "waits", "verify", "way_back", "call", "rests_on", "title", "what", "notes"),
        # of the catalogues, prices and what else is listed
        *("meaning", "passes", "caveats", "section", "confidence_note", "unit", "reason", "differences"),
    )
)
AS_THEY_ARE = frozenset(
    (
        *("cluster", "consumers", "labels", "changes", "way_back_changes", "values", "answer", "facts", "missing"),
        *("document", "content", "text", "source", "sources"),
    )
)
"""Members whose content is no sentence, whatever its own members are called; ``changes`` hold sentences where they are
written for a tool, which is told by their title."""
NAMES = frozenset(("consumer", "consumers", "serves", "awaits", "locks_out", "name"))


def in_words(document: Any, words: Words) -> Any:
    """A document as it is read from JSON, with its sentences in other words."""
    return _Reader(words, document).read(document)


class _Reader:
    """One document with the names in it, and what was said of its sentences already."""

    def __init__(self, words: Words, document: Any) -> None:
        self._words = words
        self._names = names_in(document)
        self._said: dict[str, str] = {}

    def read(self, node: Any) -> Any:
        if type(node) is dict:
            return {name: self._member(name, value, node) for name, value in node.items()}
        if type(node) is list:
            return [self.read(item) for item in node]
        return node

    def _member(self, name: str, value: Any, owner: dict[str, Any]) -> Any:
        if name in SENTENCES and not (name == "title" and "cluster" in owner):
            if type(value) is str:
                return self._sentence(value, is_answer=name == "words" and value != owner.get("answer"))
            if type(value) is list:
                return [self._sentence(item) if type(item) is str else self.read(item) for item in value]
        if name in AS_THEY_ARE and not (name == "changes" and value and "title" in value[0]):
            return value
        return self.read(value)

    def _sentence(self, text: str, *, is_answer: bool = False) -> str:
        said = self._said.get(text)
        if said is None:
            said = self._said[text] = self._words.of(text, self._names)
        return self._words.word(text) if is_answer else said


def names_in(document: Any) -> frozenset[str]:
    """The names that a document tells of: of the cluster, of callers, of a policy."""
    found: set[str] = set()
    _gather(document, found)
    return frozenset(found)


def _gather(node: Any, found: set[str]) -> None:
    if type(node) is dict:
        for name, value in node.items():
            if name in NAMES:
                found.update(it for it in (value if type(value) is list else [value]) if type(it) is str)
            if type(value) in (dict, list):
                _gather(value, found)
    elif type(node) is list:
        for item in node:
            _gather(item, found)
