"""The catalogues that an answer points into: facts, causes and controls, each listed and by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from difflib import get_close_matches
from typing import NoReturn

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from service.catalogue import (
    CAUSES,
    CONTROLS,
    FACTS,
    FACTS_EDITION,
    SOURCES,
    Cause,
    Control,
    Fact,
    control_named,
)
from service.web.kept import kept

blueprint = Blueprint("catalogue", __name__, url_prefix="/v1")


@blueprint.get("/facts")
def facts() -> Response:
    """Every numbered fact, gate, contradiction and mistake, in the order of the facts sheet."""
    return kept(_listed(_sourced(fact) for fact in FACTS.values()))


@blueprint.get("/facts/<id_>")
def fact(id_: str) -> Response:
    """One fact with the sources behind it."""
    return kept(_sourced(FACTS.get(id_.upper()) or _unknown("fact", id_, FACTS)))


@blueprint.get("/causes")
def causes() -> Response:
    """Every code with which a path can fail, a setting be found wanting or a mode be ruled out."""
    return kept(_listed(_cause(cause) for cause in CAUSES.values()))


@blueprint.get("/causes/<code>")
def cause(code: str) -> Response:
    """One cause: what it means, the facts that explain it, and what mends it."""
    return kept(_cause(CAUSES.get(code.lower()) or _unknown("cause", code, CAUSES)))


@blueprint.get("/controls")
def controls() -> Response:
    """Every control that an assessment is held against."""
    return kept(_listed(_sourced(control) for control in CONTROLS.values()))


@blueprint.get("/controls/<name>")
def control(name: str) -> Response:
    """One control, by its id or by the name that its tool gives it."""
    return kept(_sourced(control_named(name) or _unknown("control", name, CONTROLS)))


def _listed(items: Iterable[dict[str, object]]) -> dict[str, object]:
    return {"facts_edition": FACTS_EDITION, "items": list(items)}


def _cause(cause: Cause) -> dict[str, object]:
    return {"id": cause.code, "title": cause.title, "source": cause.origin} | asdict(cause)


def _sourced(entry: Fact | Control) -> dict[str, object]:
    """An entry with the documents themselves in place of their keys."""
    fields = asdict(entry)
    keys = fields.pop("source_keys")
    return fields | {"sources": [SOURCES[key] for key in keys]}


def _unknown(what: str, name: str, known: Iterable[str]) -> NoReturn:
    ids = {id_.casefold(): id_ for id_ in known}
    close = get_close_matches(name.casefold(), ids, n=1)
    hint = f", did you mean `{ids[close[0]]}`?" if close else f"; `/v1/{what}s` lists what there is"
    raise NotFound(f"there is no {what} `{name}`{hint}")
