"""The words of answers in the languages that they can be had in; English is what the service thinks in.

Everything is decided, digested and recorded in English. At the edge, for who wants another language, the sentences of
an answer are said in it (`Words.of`): codes, names, addresses and whatever the caller wrote stay as they are.
The messages are found in the code (`extracting`), their translations stand in ``service/catalogue/words`` in the form
of gettext, read by Babel. docs/words.md tells how to add to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

from service.words.korean import particles
from service.words.speaking import Words

ENGLISH = "en"
LANGUAGES = (ENGLISH, "ko")
_FINISHED = {"ko": particles}


@cache
def words_in(language: str) -> Words:
    """The words of a language; those of English change nothing."""
    if language == ENGLISH:
        return Words(language, {})
    return Words(language, entries_of(language), _FINISHED.get(language, str))


def entries_of(language: str) -> dict[str, str]:
    """Every message that has a translation which somebody stands for, with it."""
    place = files("service.catalogue").joinpath("words", language, "LC_MESSAGES", "messages.po")
    with place.open("rb") as file:
        catalogue = read_po(file, locale=language)
    told = ((_first(message.id), _first(message.string)) for message in catalogue if not message.fuzzy)
    return {msgid: msgstr for msgid, msgstr in told if msgid and msgstr}


def _first(text: str | Sequence[str] | None) -> str:
    """A message, or the first form of one that has a number in it."""
    return text if isinstance(text, str) else text[0] if text else ""
