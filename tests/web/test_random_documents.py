"""Documents that nobody would write, through the route: an answer or a refusal, and never a failure of ours."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.intake.registry import FORMATS
from service.web.routes.descriptions import MEDIA_TYPES
from tests.knowledge_base import KNOWLEDGE_BASE
from tests.web.description import faults

DEFINITIONS = KNOWLEDGE_BASE / "cases" / "definitions"
REAL = sorted(
    path
    for path in DEFINITIONS.glob("**/*")
    if path.is_file() and path.name != "MANIFEST.json" and path.stat().st_size < 20_000
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["true", "${var.x}", "{{ x }}", "0.0.0.0/0", "::/0", "10.0.0.0/99", "subnet-1", "", "\ud800", "\x00"]
    )
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
UNHURRIED = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

pytestmark = pytest.mark.skipif(not REAL, reason="the definitions (../shared) are not here")


def assert_answered(client: FlaskClient, **request: Any) -> None:
    """200 as it is described, or a refusal; what is described goes through a decision as well."""
    response = client.post("/v1/descriptions", **request)

    assert response.status_code in (200, 400, 415, 422), response.get_data(as_text=True)
    if response.status_code == 200:
        body = response.get_json()
        assert faults("Descriptions", body) == []
        for one in body["descriptions"][:2]:
            question = {"cluster": one["cluster"], "consumers": one["consumers"] or None, "include": []}
            assert client.post("/v1/decisions", json=question).status_code == (422 if one["errors"] else 200)


@given(data=st.data())
@UNHURRIED
def test_real_documents_with_bytes_changed(client: FlaskClient, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(REAL))
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, max(len(raw) - 1, 0)))
        raw[start : start + data.draw(st.integers(0, 40))] = data.draw(
            st.binary(max_size=6)
            | st.sampled_from([b"{", b"}", b"]", b"null", b"- ", b": ", b'"', b"&a [*a]", b"${", b"!Ref x"])
        )

    assert_answered(
        client,
        data=bytes(raw),
        query_string={"name": path.name},
        content_type=data.draw(st.sampled_from(MEDIA_TYPES)),
    )


@given(data=st.data())
@UNHURRIED
def test_real_json_documents_with_values_changed(client: FlaskClient, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in REAL if path.suffix == ".json"]))
    document = json.loads(path.read_text())
    for _ in range(data.draw(st.integers(1, 3))):
        change(document, data)

    assert_answered(client, data=json.dumps({"document": json.dumps(document)}), content_type="application/json")


def change(document: Any, data: st.DataObject) -> None:
    """Puts another value somewhere into a document."""
    while isinstance(document, dict | list) and document:
        key = data.draw(st.sampled_from(list(document) if isinstance(document, dict) else list(range(len(document)))))
        if not isinstance(document[key], dict | list) or not document[key] or data.draw(st.integers(0, 4)) == 0:
            document[key] = data.draw(VALUES)
            return
        document = document[key]


@given(document=VALUES, named=st.sampled_from(FORMATS))
@UNHURRIED
def test_anything_under_the_name_of_a_format(client: FlaskClient, document: Any, named: Any) -> None:
    assert_answered(
        client, data=json.dumps({"document": document, "format": named.name}), content_type="application/json"
    )


@given(raw=st.binary(max_size=200), media_type=st.sampled_from(MEDIA_TYPES))
@UNHURRIED
def test_any_bytes_under_any_content_type(client: FlaskClient, raw: bytes, media_type: str) -> None:
    assert_answered(client, data=raw, content_type=media_type)
    assert_answered(client, json={"document": base64.b64encode(raw).decode(), "encoding": "base64"})
