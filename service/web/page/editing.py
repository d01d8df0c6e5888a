"""What is changed in the form, written into the question: answers, callers, requirements and weights.

1. A question whose cluster comes from a document keeps the document while only callers and requirements change.
   An answer about the cluster turns it into the description that was understood, for the document has no such place.
2. What the form does not show of a caller or of a requirement stays as it is.
3. Values are taken as they were typed: whether they are right is said by whoever loads the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from service.domain.errors import InvalidQuestionError, Mistake
from service.domain.unknowns import AnswerKind
from service.web.page.building import listed

Document = dict[str, Any]

CRITERIA = ("exposure", "efficiency", "accessibility")
CONNECTED = "connected_network"
_ROW = re.compile(r"c(\d{1,4})\.name")
_WAY = re.compile(r"/(\w+)(?:\[(.+?)\])?(?=/|$)")
_MOST_ROWS = 1_000
MOST_SHOWN = 30
"""Callers that the form has a row for; those behind them stay as they are, and are changed in the JSON."""
_REQUIRED_CHOICES = ("internet_exposure", "node_traffic", "public_access_cidrs")
REQUIRED = (*_REQUIRED_CHOICES, "approved_source_cidrs", "controls")


def with_answer(question: Document, field: str, answer: Any, described: Document | None = None) -> Document:
    """The question with an answer written at a field, in which elements stand in brackets by name or id.

    ``described`` is the question that the document in `source` makes, if there is one. Raises
    `InvalidQuestionError` if the field is none of this question.
    """
    question = deepcopy(question)
    if described is not None:
        if field.startswith("/cluster"):
            question.pop("source", None)
            question["cluster"] = deepcopy(described["cluster"])
        if question.get("consumers") is None and described.get("consumers"):
            question["consumers"] = deepcopy(described["consumers"])
    node: Any = question
    *way, (last, _) = _WAY.findall(field) or [("", "")]
    for name, id_ in way:
        node = _inside(node, name, id_, field)
    if not isinstance(node, dict) or not last:
        raise InvalidQuestionError((Mistake("", f"has no place `{field[:200]}` to answer at"),))
    node[last] = answer
    return question


def _inside(node: Any, name: str, id_: str, field: str) -> Any:
    """The part of that name, made if it is not there yet; of a list, the element that is called so."""
    found: Any = None
    if isinstance(node, dict) and not id_:
        found = node[name] = node.get(name) or {}
    elif isinstance(node, dict):
        members = node.get(name)
        elements = [each for each in members if isinstance(each, dict)] if isinstance(members, list) else []
        found = next((each for each in elements if id_ in (each.get("name"), each.get("id"))), None)
    if found is None:
        raise InvalidQuestionError((Mistake("", f"has no place `{field[:200]}` to answer at"),))
    return found


def typed(text: str, kind: str) -> Any:
    """An answer in one's own words, in the form that a question of this kind takes."""
    text = text.strip()
    if kind == AnswerKind.DATE.value and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{text}T00:00:00Z"
    if kind in (AnswerKind.ADDRESSES.value, AnswerKind.RANGES.value):
        return text if text == "dynamic" else listed(text)
    return text


def with_callers(question: Document, form: Mapping[str, str], described: Document | None = None) -> Document:
    """The question with the callers of the form's rows; a row that is marked to go, or has no name, is left out.

    Callers for whom the form had no row (``rows.left`` says how many) stay behind the others.
    """
    named = callers_of(question, described)
    before = {each["name"]: each for each in named}
    left = named[MOST_SHOWN:] if form.get("rows.left") else []
    rows = sorted(int(found[1]) for name in form if (found := _ROW.fullmatch(name)))[:_MOST_ROWS]
    callers = [caller for number in rows if (caller := _caller(f"c{number}", form, before)) is not None]
    callers += deepcopy(left)
    changed = {name: value for name, value in question.items() if name != "consumers"}
    return changed | ({"consumers": callers} if callers else {})


def callers_of(question: Document, described: Document | None = None) -> list[Document]:
    """The callers that a question names, or the document in it."""
    named = question.get("consumers")
    if named is None and described is not None:
        named = described.get("consumers")
    return [each for each in named or () if isinstance(each, dict) and isinstance(each.get("name"), str)]


def _caller(row: str, form: Mapping[str, str], before: Mapping[str, Document]) -> Document | None:
    name = form[f"{row}.name"].strip()
    if not name or form.get(f"{row}.gone"):
        return None
    caller = deepcopy(before.get(form.get(f"{row}.was", ""), {}))
    caller["name"] = name
    caller["kind"] = form.get(f"{row}.kind", "operator")
    importance = form.get(f"{row}.importance", "required")
    if importance != "required" or "importance" in caller:
        caller["importance"] = importance
    place, addresses = form.get(f"{row}.at", ""), form.get(f"{row}.addresses", "")
    if not place:
        caller.pop("location", None)
        return caller
    caller["location"] = _location(caller.get("location"), place, addresses)
    return caller


def _location(before: object, place: str, addresses: str) -> Document:
    """The place that was chosen: the same with other addresses, or another one of which nothing else is known."""
    at, _, connection = place.partition(":")
    location: Document = dict(before) if isinstance(before, dict) else {}
    if (location.get("at"), location.get("connection") or "") != (at, connection):
        location = {"at": at} | ({"connection": connection} if connection else {})
    member = "source_cidrs" if at == "internet" else "cidrs"
    if addresses_of(location) != addresses.strip():
        given = listed(addresses)
        location.pop(member, None)
        if given:
            location[member] = "dynamic" if given == ["dynamic"] else given
    return location


def addresses_of(location: Document) -> str:
    """The addresses of a place as the form shows them."""
    found = location.get("source_cidrs" if location.get("at") == "internet" else "cidrs")
    return ", ".join(map(str, found)) if isinstance(found, list) else str(found or "")


def with_requirements(question: Document, form: Mapping[str, str], controls: list[str]) -> Document:
    """The question with what must hold as the form says; the weights stay."""
    before = question.get("requirements")
    required: Document = dict(before) if isinstance(before, dict) else {}
    for name in _REQUIRED_CHOICES:
        _set(required, name, form.get(f"r.{name}", ""))
    _set(required, "approved_source_cidrs", listed(form.get("r.approved_source_cidrs", "")))
    _set(required, "controls", [control for control in controls if control])
    return _required(question, required)


def with_weights(question: Document, form: Mapping[str, str]) -> Document:
    """The question with the weights of the form."""
    before = question.get("requirements")
    required: Document = dict(before) if isinstance(before, dict) else {}
    required["weights"] = {name: _number(form[f"w.{name}"]) for name in CRITERIA if f"w.{name}" in form}
    return _required(question, required)


def _set(required: Document, name: str, value: Any) -> None:
    if value:
        required[name] = value
    else:
        required.pop(name, None)


def _required(question: Document, required: Document) -> Document:
    rest = {name: value for name, value in question.items() if name != "requirements"}
    return rest | ({"requirements": required} if required else {})


def _number(text: str) -> Any:
    """The number that was typed, and otherwise the text, so that whoever loads the question refuses it."""
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def places_of_form(question: Document) -> Iterator[tuple[str, str]]:
    """Which field of the form shows which place of the question: the places by JSON Pointer, the deeper ones first."""
    for number, _ in enumerate(callers_of(question)):
        yield f"/consumers/{number}/location/source_cidrs", f"c{number}.addresses"
        yield f"/consumers/{number}/location/cidrs", f"c{number}.addresses"
        yield f"/consumers/{number}/location", f"c{number}.at"
        yield f"/consumers/{number}/kind", f"c{number}.kind"
        yield f"/consumers/{number}", f"c{number}.name"
    for name in REQUIRED:
        yield f"/requirements/{name}", f"r.{name}"
    for name in CRITERIA:
        yield f"/requirements/weights/{name}", f"w.{name}"
