"""The card in pages of others: the file that defines its element, and the same card as a page for frames.

1. `card.js` is one file: the style, the words and the packing of questions are put before its source here, so that
   each of them stands in one place and serves the page for frames as well.
2. A frame may stand on pages of the configured origins only. What it shows needs no scripts, but for a question in its
   address, which a browser does not send.
3. Every address in a frame is relative, so that a proxy may put it under a path of its own.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response
from markupsafe import Markup

from service.records.record import Record
from service.web.headers import embedded_page_policy, with_style
from service.web.language import PARAMETER, spoken
from service.web.page.failing import stated
from service.web.page.naming import N_, NAMES
from service.web.page.rendering import page
from service.web.page.shortening import card_of
from service.web.page.statics import Asset, asset_of, assets
from service.web.parts import parts
from service.web.problems import Problem
from service.words import LANGUAGES, words_in
from service.words.documents import in_words
from service.words.speaking import Words

_FOLDER = Path(__file__).parent / "embedded"
STYLE = (_FOLDER / "card.css").read_text("utf-8")

SENTENCES = MappingProxyType(
    {
        "recommended": N_("Open it %(mode)s"),
        "no_mode_fits": N_("No mode fits"),
        "undetermined": N_("It depends on what is not known yet"),
        "list": N_("Public access only from"),
        "more": N_("and %(count)s more"),
        "provided": N_("Provided that:"),
        "because": N_("Because"),
        "ruled_out": N_("not %(mode)s:"),
        "perhaps": N_("perhaps not %(mode)s:"),
        "today": N_("Today"),
        "after": N_("Afterwards"),
        "everybody": N_("Everybody gets in."),
        "once": N_("Everybody gets in, once what is provided for above holds."),
        "outside": N_("Locked out:"),
        "doubt": N_("In doubt:"),
        "no_present": N_("No present setting is known to hold it against."),
        "not_known": N_("Not known yet"),
        "assumed": N_("taken for granted today"),
        "rests": N_("Things taken for granted: %(count)s."),
        "whole": N_("The whole decision"),
        "opens": N_("(opens in a new tab)"),
        "decided": N_("Decided %(time)s"),
        "name": N_("EKS endpoint decision"),
        "loading": N_("Asking the service …"),
        "nothing": N_("Nothing is asked: the element names no decision and holds no question."),
        "unreachable": N_("The service did not answer"),
        "unreachable_why": N_("It is not reachable from here, or this page may not ask it."),
        "missing": N_("There is no such decision"),
        "again": N_("Try again"),
    }
)
"""What a card says itself, by the names under which its element and its page ask for it."""


@cache
def element() -> Asset:
    """The file that defines the element, ready to go out."""
    words = {language: _said_in(words_in(language)) for language in LANGUAGES}
    given = b"const STYLE = %b;\nconst WORDS = %b;\n" % (orjson.dumps(STYLE), orjson.dumps(words))
    packing, source = assets()["packing.js"].content, (_FOLDER / "element.js").read_bytes()
    return asset_of(given + packing + source, ".js")


def _said_in(words: Words) -> dict[str, dict[str, str]]:
    return {
        "sentences": {name: words.gettext(sentence) for name, sentence in SENTENCES.items()},
        "names": {code: words.gettext(name) for code, name in NAMES.items()},
    }


def card_frame(record: Record) -> Response:
    """The card of a decision that is kept, as a page for a frame."""
    card = in_words(card_of(orjson.loads(record.answer), is_kept=True), spoken())
    return _framed("card.html", card=card, whole=_in_language(f"../../decisions/{record.id}"))


def asking_frame() -> Response:
    """A page for a frame that decides the question in its address, which stands behind the `#`."""
    return _framed("card_of_question.html")


def failure_frame(error: Exception) -> Response:
    """A failure of any kind, as a page for a frame."""

    def show(problem: Problem) -> Response:
        return _framed("card_failure.html", problem.kind.status, problem=problem)

    return stated(error, show)


def _framed(template: str, status: int = 200, **told: Any) -> Response:
    words = spoken()
    body = page(template, words, say=partial(_say, words), style=Markup(STYLE), **told)  # noqa: S704  a file of ours
    response = Response(body, status=status, content_type="text/html; charset=utf-8")
    origins = parts().settings.edge.allowed_origins
    response.headers["Content-Security-Policy"] = with_style(embedded_page_policy(origins), STYLE)
    return response


def _say(words: Words, name: str, **values: object) -> str:
    return words.gettext(SENTENCES[name]) % values


def _in_language(address: str) -> str:
    """A link that leads to a page in the language of the frame, whatever the browser prefers."""
    return f"{address}?{urlencode({PARAMETER: spoken().language})}"
