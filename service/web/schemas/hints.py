"""The words of a refusal: what was found, and what was probably meant."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches

from service.web.schemas.synonyms import meaning_of

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
    """``, did you mean `x`?`` for the known word that is meant or comes closest, or nothing if none does.

    A word of other people's (`synonyms`) goes before what is only spelled alike; the members of a member, written
    ``vpc/cidrs``, are meant only if they are named as they are called or by such a word.
    """
    if not isinstance(word, str):
        return ""
    names = {_plainly(name): name for name in sorted(known, reverse=True)}
    within = {name.rpartition("/")[2]: name for name in sorted(names.values(), reverse=True)}
    asked = _plainly(word)
    plain = names.get(asked) or meaning_of(asked, names.values()) or within.get(asked)
    if plain is None:
        close = get_close_matches(asked, [name for name in names if "/" not in name], n=1, cutoff=0.65)
        plain = names[close[0]] if close else None
    return f", did you mean `{plain}`?" if plain else ""


def listed(words: Iterable[str]) -> str:
    """Words in backticks, in their order."""
    return ", ".join(f"`{word}`" for word in words)


def _plainly(word: str) -> str:
    return word[:256].casefold().replace("-", "_").replace(" ", "_").strip("_")
