"""Templates filled: everything that comes from outside is escaped, every word of ours can be translated."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from service import __version__
from service.web.page.naming import name_of
from service.web.page.statics import address_of
from service.words.speaking import Words

_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_LIST = 12


@cache
def _environment(words: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["named"] = lambda code: words.gettext(name_of(code))
    environment.filters["said"] = words.of
    environment.filters["sentence"] = lambda text: f"{text[:1].upper()}{text[1:]}"
    environment.filters["coded"] = _coded
    environment.filters["plain"] = _plain
    environment.globals.update(
        asset=address_of, version=__version__, longest_list=_LONGEST_LIST, language=words.language
    )
    return environment


def _coded(text: str) -> Markup:
    """A sentence with what stands between backticks marked as code."""
    pieces = str(text).split("`")
    if len(pieces) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)
    )


def _plain(text: str) -> Markup:
    """A text between two tags, in which quotation marks mean nothing: a question in JSON has many of them."""
    return Markup(str(escape(text)).replace("&#34;", '"').replace("&#39;", "'"))  # noqa: S704  escaped before


def page(template: str, words: Words, **told: Any) -> str:
    """The page that a template makes of what is told, in these words."""
    return _environment(words).get_template(template).render(**told)
