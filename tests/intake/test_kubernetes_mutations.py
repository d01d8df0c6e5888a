"""Documents that went wrong somewhere: each reader refuses them or gives descriptions that load as questions."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.intake import ack, capa, crossplane, eksctl, rancher
from service.intake.documents import read_documents
from service.intake.formats import Format
from service.intake.understanding import NotUnderstoodError
from service.web.schemas import load_question
from tests.intake.kubernetes_samples import SAMPLES

_FORMATS = {one.name: one for module in (ack, capa, crossplane, eksctl, rancher) for one in module.FORMATS}
_PARSED = {name: read_documents(text.encode(), "sample.yaml").by_name["sample.yaml"] for name, text in SAMPLES.items()}
_TEXTS = (
    *("", " ", "true", "no", "${X}", "{{ .Values.x }}", "$X", "10.0.0.0/16", "10.0.0.1/16", "10.0.0.0/33", "::/0"),
    *("::ffff:10.0.0.0/112", "2001:db8::/64", "0.0.0.0/0", "sg-1", "subnet-1", "one", "a" * 300, "tab\there", "\u202e"),
    *("Disable", "ipv6", "eu-west-1a", "tgw-0123456789abcdef0", "private-1", "self", "pl-1"),
)
_NAMES = ("id", "name", "from", "cidr", "cidrs", "az", "enabled", "x")
_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(_TEXTS),
    st.text(max_size=8),
    st.lists(st.sampled_from(_TEXTS), max_size=3),
    st.dictionaries(
        st.sampled_from(("id", "name", "from", "cidr", "cidrs", "az", "enabled", "x")), st.sampled_from(_TEXTS)
    ),
    st.just([[{}], None, {"a": []}]),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += _places(item, (*path, key))
    return found


def _mutated(value: Any, changes: list[tuple[int, str, Any]]) -> Any:
    for number, how, junk in changes:
        places = _places(value)
        if not places:
            break
        *parents, last = places[number % len(places)]
        target = value
        for step in parents:
            target = target[step]
        if how == "remove":
            del target[last]
        elif how == "again" and isinstance(target, list):
            target.append(deepcopy(target[last]))
        elif how == "wrap":
            target[last] = [target[last]]
        else:
            target[last] = deepcopy(junk)
    return value


_CHANGES = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from(("replace", "remove", "again", "wrap")), _JUNK),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("name", SAMPLES)
@settings(deadline=None, max_examples=60)
@given(changes=_CHANGES)
def test_a_document_that_went_wrong_is_refused_or_gives_what_loads(
    name: str, changes: list[tuple[int, str, Any]]
) -> None:
    document = _mutated(deepcopy(_PARSED[name]), changes)
    _read(_FORMATS[name], document)


def _read(one: Format, document: Any) -> None:
    one.recognises(document, "sample.yaml")
    try:
        understood = one.read({"sample.yaml": document})
    except NotUnderstoodError:
        return
    for found in understood:
        question: dict[str, Any] = {"cluster": found.cluster}
        if found.consumers:
            question["consumers"] = list(found.consumers)
        load_question(json.loads(json.dumps(question)))


def test_every_format_has_a_sample_that_it_understands() -> None:
    assert set(SAMPLES) == set(_FORMATS)
    for name, one in _FORMATS.items():
        assert one.recognises(_PARSED[name], "sample.yaml")
        assert one.read({"sample.yaml": _PARSED[name]})
