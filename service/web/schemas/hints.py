"""The words of a refusal: what was found, and what was probably meant."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """A value as it stood in the document, shortened, in backticks."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _LONGEST_SHOWN:
        text = text[: _LONGEST_SHOWN - 1] + "…"
    return f"`{text.replace('`', chr(39))}`"


def kind_of(value: object) -> str:
    """What kind of JSON value it is, with the value where it is short enough to say."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return f"{shown(value)}, which is text" if isinstance(value, str) else shown(value)


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """``, did you mean `x`?`` for the known word that comes closest, or nothing if none does."""
    if not isinstance(word, str):
        return ""
    plain = {_plainly(name): name for name in sorted(known, reverse=True)}
    close = get_close_matches(_plainly(word), plain, n=1, cutoff=0.65)
    return f", did you mean `{plain[close[0]]}`?" if close else ""


def listed(words: Iterable[str]) -> str:
    """Words in backticks, in their order."""
    return ", ".join(f"`{word}`" for word in words)


def _plainly(word: str) -> str:
    return word[:256].casefold().replace("-", "_").replace(" ", "_").strip("_")
