"""Which members of an answer hold sentences, and the answer with those in another language.

1. `SENTENCES` are the members that hold one, or a list of them; all others hold codes, names, numbers and addresses.
2. What the caller wrote, or what a tool takes as it is, is not looked into: `AS_THEY_ARE`.
3. The names in an answer are never taken for words, even where they read like some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from service.words import ENGLISH
from service.words.speaking import Memory, Words

Say = Callable[[str], str]

SENTENCES = frozenset(
    (
        # of an answer
        *("sentence", "summary", "detail", "because", "mend", "why", "advice", "partial", "question", "words"),
        # of its plan and its written changes
        *("preconditions", "waits", "verify", "way_back", "call", "rests_on", "title", "notes"),
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


def in_words(document: Any, words: Words, named: Iterable[str] = ()) -> Any:
    """A document as it is read from JSON, with its sentences in other words; in English it is as it was.

    ``named`` are names that it tells of besides those that it lists.
    """
    if words.language == ENGLISH:
        return document
    names, memory = names_in(document).union(named), Memory()
    said: dict[str, str] = {}

    def say(sentence: str) -> str:
        if sentence not in said:
            said[sentence] = words.of(sentence, names, memory)
        return said[sentence]

    return _read(document, say, words.word)


def sentences_in(document: Any) -> list[str]:
    """Every sentence of a document, in its order."""
    found: list[str] = []

    def note(sentence: str) -> str:
        found.append(sentence)
        return sentence

    _read(document, note, note)
    return found


def _read(node: Any, say: Say, say_word: Say) -> Any:
    if type(node) is dict:
        return {name: _member(name, value, node, say, say_word) for name, value in node.items()}
    if type(node) is list:
        return [_read(item, say, say_word) for item in node]
    return node


def _member(name: str, value: Any, owner: dict[str, Any], say: Say, say_word: Say) -> Any:
    if name in SENTENCES and not (name == "title" and "cluster" in owner):  # such a title is the cluster's name
        if type(value) is str:
            is_word = name == "words" and value != owner.get("answer")  # an answer that is a name is its own words
            return (say_word if is_word else say)(value)
        if type(value) is list:
            return [say(item) if type(item) is str else _read(item, say, say_word) for item in value]
    if name in AS_THEY_ARE and not (name == "changes" and value and "title" in value[0]):
        return value
    return _read(value, say, say_word)


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
