"""In which language an answer goes out: as ``?lang=`` says, else as `Accept-Language` prefers, else in English.

1. It stands around the application: what is answered inside is English, digested and recorded so. An answer in JSON
   is said in the other language here; a report, a page, a picture or a batch asks `spoken` while it is made.
2. An answer in English passes as it is. Every answer says in ``Vary`` that another language could have come.
3. An answer that has a tag gets one of its own in each language, for the bytes differ; the digests in it are those
   of the English, so that one decision has one digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import orjson
from babel import negotiate_locale
from flask import Flask, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from service.words import ENGLISH, LANGUAGES, words_in
from service.words.documents import in_words
from service.words.speaking import Words

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PARAMETER = "lang"
_KEY = "service.language"
_JSON = ("application/json", "application/problem+json")

Headers = list[tuple[str, str]]


def spoken() -> Words:
    """The words of the language in which the present request is answered."""
    return words_in(request.environ.get(_KEY, ENGLISH))


def language_of(accepted: str, wanted: str | None = None) -> str:
    """The language for what a client accepts and for what the address asks; English if neither names one that is."""
    preferred = [wanted] if wanted else []
    preferred += [name for name, quality in parse_accept_header(accepted, LanguageAccept) if quality > 0]
    return negotiate_locale(preferred, LANGUAGES, sep="-") or ENGLISH


def translated(body: bytes, words: Words) -> bytes:
    """A JSON document of the service in other words; its end of line stays."""
    said = orjson.dumps(in_words(orjson.loads(body), words))
    return said + b"\n" if body.endswith(b"\n") else said


def speak_languages(app: Flask) -> None:
    """Makes the app answer in the language that is wanted."""
    app.wsgi_app = _InLanguage(app.wsgi_app)  # type: ignore[method-assign]  # Flask's way to wrap an app


class _InLanguage:
    """A WSGI application around another one."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers as the application inside does, in the language that the request asks for."""
        wanted = _taken_out(environ) if f"{PARAMETER}=" in environ.get("QUERY_STRING", "") else None
        accepted = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        language = language_of(accepted, wanted) if wanted or accepted else ENGLISH
        if language == ENGLISH:
            english: Iterable[bytes] = self._application(environ, _starting(start_response, ENGLISH))
            return english
        environ[_KEY] = language
        _without_marks(environ, language)
        return self._translated(environ, start_response, words_in(language))

    def _translated(self, environ: WSGIEnvironment, start_response: StartResponse, words: Words) -> Iterable[bytes]:
        begun: list[Any] = []
        start = _starting(start_response, words.language)

        def hold(status: str, headers: Headers, *error: Any) -> Callable[[bytes], object]:
            if _is_document(headers):
                begun[:] = [status, headers, *error]
                return lambda _: None  # nothing in here writes by the way that PEP 3333 keeps for old programs
            write: Callable[[bytes], object] = start(status, headers, *error)
            return write

        body: Iterable[bytes] = self._application(environ, hold)
        if not begun:
            return body
        try:
            whole = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        status, headers, *error = begun
        said = translated(whole, words) if whole else whole
        headers = [(name, value) for name, value in headers if name != "Content-Length"]
        if whole:
            headers.append(("Content-Length", str(len(said))))
        start(status, headers, *error)
        return [said]


def _is_document(headers: Headers) -> bool:
    """Whether an answer is one JSON document that has ended; a batch flows and says itself what it says."""
    fields = dict(headers)
    return fields.get("Content-Type", "").partition(";")[0] in _JSON and "Content-Length" in fields


def _starting(start_response: StartResponse, language: str) -> Callable[..., Any]:
    def start(status: str, headers: Headers, *error: Any) -> Any:
        for index, (name, value) in enumerate(headers):
            if name == "Vary":
                headers[index] = (name, f"{value}, Accept-Language")
                break
        else:
            headers.append(("Vary", "Accept-Language"))
        if language != ENGLISH:
            headers.append(("Content-Language", language))
            headers[:] = [(name, _marked(value, language) if name == "ETag" else value) for name, value in headers]
        return start_response(status, headers, *error)

    return start


def _marked(tag: str, language: str) -> str:
    return f'{tag[:-1]}-{language}"'


def _without_marks(environ: WSGIEnvironment, language: str) -> None:
    """Gives the application the tags that it knows; one of another language is none of this one's."""
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags and tags != "*":
        ending = f'-{language}"'
        own = [tag.strip() for tag in tags.split(",") if tag.strip().endswith(ending)]
        environ["HTTP_IF_NONE_MATCH"] = ", ".join(f'{tag.removesuffix(ending)}"' for tag in own)


def _taken_out(environ: WSGIEnvironment) -> str | None:
    """The language that the address asks for, which no route has to know of."""
    pairs = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
    wanted: list[str] = [value for name, value in pairs if name == PARAMETER]
    if not wanted:
        return None
    environ["QUERY_STRING"] = urlencode([(name, value) for name, value in pairs if name != PARAMETER])
    return wanted[-1]
