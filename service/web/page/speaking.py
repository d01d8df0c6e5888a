"""A page as it goes out: in the language of whoever reads it, and allowed to run nothing but our own files.

A language that was chosen in the address, and is not the one that the browser asks for, stays in every link.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, request

from service.logs import without_secrets
from service.web.headers import PAGE_POLICY, with_style
from service.web.language import PARAMETER, language_of, spoken
from service.web.page.rendering import page
from service.web.render.diagram.svg import STYLE
from service.words import LANGUAGES

POLICY = with_style(PAGE_POLICY, STYLE)
"""That of every page, and the style that stands in each picture."""


def html(template: str, status: int = 200, **told: Any) -> Response:
    """The page that a template makes, with what every page needs; ``address`` is its own if not the present one."""
    words = spoken()
    here = without_secrets(request.full_path.rstrip("?")) if request.method == "GET" else "/"
    address = told.pop("address", here)
    body = page(
        template,
        words,
        here=urlsplit(address).path,
        to=_keeping_language,
        chosen_language=None if words.language == _usual_language() else words.language,
        languages=[(name, _with_language(address, name)) for name in LANGUAGES],
        **told,
    )
    response = Response(body, status=status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _keeping_language(address: str) -> str:
    """A link of ours that leads to a page in the present language."""
    language = spoken().language
    return address if language == _usual_language() else _with_language(address, language)


def _usual_language() -> str:
    """The language that the browser asks for."""
    return language_of(request.headers.get("Accept-Language", ""))


def _with_language(address: str, language: str) -> str:
    parts = urlsplit(address)
    pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != PARAMETER]
    return parts._replace(query=urlencode([*pairs, (PARAMETER, language)])).geturl()
