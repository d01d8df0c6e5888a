"""Templates filled: everything that comes from outside is escaped, every word of ours can be translated."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service import __version__
from service.web.page.naming import name_of
from service.web.page.statics import address_of

_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_LIST = 12

Translate = Callable[[str], str]


@cache
def _environment(translate: Translate) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )

    def plural(one: str, many: str, count: int) -> str:
        return translate(one if count == 1 else many)

    environment.install_gettext_callables(translate, plural, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["named"] = lambda code: translate(name_of(code))
    environment.filters["sentence"] = lambda text: f"{text[:1].upper()}{text[1:]}"
    environment.globals.update(asset=address_of, version=__version__, longest_list=_LONGEST_LIST)
    return environment


def page(template: str, translate: Translate, **told: Any) -> str:
    """The page that a template makes of what is told."""
    return _environment(translate).get_template(template).render(**told)
