"""What an address may ask for after its question mark; as strict as a body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from flask import request
from marshmallow import ValidationError

from service.domain.cluster import UNNAMED, Cluster, EndpointMode
from service.domain.decision import Outcome
from service.domain.errors import InvalidQueryError, Mistake
from service.domain.trace import Step
from service.records.record import BadCursorError, Cursor, Wanted, cursor_of
from service.records.store import MOST_ON_A_PAGE
from service.web.render.diagram.subject import CURRENT, Excerpt
from service.web.schemas.elements import Element
from service.web.schemas.fields import Choice, Flag, Text, Timestamp, WireField, words
from service.web.schemas.hints import shown
from service.web.schemas.loading import shape_mistakes

USUAL_ON_A_PAGE = 50
_TEXT = Text(longest=2_000)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """Which page of a list is wanted."""

    cursor: Cursor | None = None
    limit: int = USUAL_ON_A_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery(Wanted):
    """Which decisions are wanted, and which page of them."""

    cursor: Cursor | None = None
    limit: int = USUAL_ON_A_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideQuery:
    """How a question is to be decided."""

    validate_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyQuery:
    """For which cluster a policy is to be told; None for none."""

    cluster: Cluster | None = None


class ClusterField(WireField):
    """A cluster in a few words: its name, `region=`, `account=`, and its labels as `key=value`, with commas."""

    expected = "a name, `region=...`, `account=...` and labels `key=value`, separated by commas"

    def read(self, value: Any) -> Cluster:
        """A cluster of which nothing else is known."""
        parts = _TEXT.read(value).split(",")
        pairs = [part.partition("=") for part in parts if "=" in part]
        names, keys = [part for part in parts if "=" not in part], [key for key, _, _ in pairs]
        if len(names) > 1 or len(keys) > len(set(keys)) or not all((*names, *keys)):
            raise ValidationError(f"is {shown(value)}, expected {self.expected}")
        told = {key: text for key, _, text in pairs}
        region, account = told.pop("region", None), told.pop("account", None)
        name = names[0] if names else UNNAMED
        return Cluster(name=name, labels=tuple(sorted(told.items())), region=region, account=account)


class CursorField(WireField):
    """Where a page ended."""

    expected = "the `next` of a page"

    def read(self, value: Any) -> Cursor:
        """The cursor that the text stands for."""
        try:
            return cursor_of(value)
        except BadCursorError:
            raise ValidationError(f"is {shown(value)}, expected {self.expected}") from None


class Limit(WireField):
    """How many items a page holds at most."""

    expected = f"a whole number from 1 to {MOST_ON_A_PAGE}"

    def read(self, value: Any) -> int:
        """The number; an address holds texts only."""
        if not (value.isascii() and value.isdigit() and len(value) < 5 and 1 <= int(value) <= MOST_ON_A_PAGE):
            raise ValidationError(f"is {shown(value)}, expected {self.expected}")
        return int(value)


class TextFlag(Flag):
    """A switch in an address."""

    expected = "`true` or `false`"

    def read(self, value: Any) -> bool:
        """The boolean that the text says."""
        if value not in ("true", "false"):
            raise ValidationError(f"is {shown(value)}, expected {self.expected}")
        return bool(value == "true")


@dataclass(frozen=True, slots=True)
class NoQuery:
    """Nothing can be asked for."""


class NoQueryElement(Element):
    """An address that takes no parameters."""

    noun = NoQuery


class HistoryQueryElement(Element):
    """A page of a list."""

    noun: ClassVar[type] = PageQuery
    cursor = CursorField()
    limit = Limit()


class ListQueryElement(HistoryQueryElement):
    """A page of the decisions that are wanted."""

    noun = ListQuery
    cluster = Text()
    mode = Choice(words(*(mode.value for mode in EndpointMode)))
    outcome = Choice(words(*(outcome.value for outcome in Outcome)))
    policy_revision = Text()
    caller = Text()
    since = Timestamp()
    until = Timestamp()


class PolicyQueryElement(Element):
    """For which cluster."""

    noun = PolicyQuery
    cluster = ClusterField("for")


class DecideQueryElement(Element):
    """How to decide."""

    noun = DecideQuery
    validate_only = TextFlag()


_MODES = words(*(mode.value for mode in EndpointMode), CURRENT)


class DiagramQueryElement(Element):
    """What of a decision is drawn."""

    noun = Excerpt
    mode = Choice(_MODES)
    compare = Choice(_MODES)
    consumer = Text()
    step = Choice({str(step.value): step.value for step in Step})


def read_query(element: Element) -> Any:
    """What the present request's address asks for; raises `InvalidQueryError` with every mistake."""
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    mistakes = [Mistake(f"/{name}", "stands more than once") for name in repeated]
    return read_parameters(element, cast(dict[str, Any], request.args.to_dict()), mistakes)


def read_parameters(element: Element, document: dict[str, Any], mistakes: Iterable[Mistake] = ()) -> Any:
    """What these parameters ask for; raises `InvalidQueryError` with every mistake, also those found before."""
    found = (*mistakes, *shape_mistakes(element, document))
    if found:
        raise InvalidQueryError(found)
    return element.read(document)


def idempotency_key() -> str | None:
    """The present request's `Idempotency-Key`, None if there is none; raises `InvalidQueryError`."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        detail = "is no key, expected 1 to 255 printable ASCII characters, such as a UUID"
        raise InvalidQueryError((Mistake("/Idempotency-Key", detail),))
    return key
