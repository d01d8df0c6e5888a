"""Limits inside a body, at their edge and one beyond, and what the service says when it has too much to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.domain.errors import TooBusyError, TooCostlyError
from service.settings import Edge, Records, Settings
from service.web.parts import parts_of
from service.web.routes.batches import MOST_ITEMS
from service.web.uploads import Held
from tests.web.assertions import assert_error


def question(**cluster: Any) -> dict[str, Any]:
    """A question about a cluster, without advice."""
    return {"cluster": {"name": "demo", **cluster}, "include": []}


def consumers(count: int) -> dict[str, Any]:
    """A question with so many callers."""
    return question() | {"consumers": [{"name": f"c{n}", "kind": "function"} for n in range(count)]}


@pytest.mark.parametrize(
    ("of", "edge", "pointer"),
    [
        (lambda size: question(labels={"team": "x" * size}), 256, "/cluster/labels/team"),
        (lambda size: question(created_at="2" * size), 64, "/cluster/created_at"),
        (consumers, 1000, "/consumers"),
        (
            lambda size: question() | {"requirements": {"controls": ["cis-eks-5.4.1"] * size}},
            100,
            "/requirements/controls",
        ),
        (
            lambda size: question(subnets=[{"id": f"s{n}", "cidr": "10.0.0.0/24"} for n in range(size)]),
            1000,
            "/cluster/subnets",
        ),
    ],
    ids=["string", "time", "consumers", "controls", "subnets"],
)
def test_one_more_than_a_count_or_a_length_allows_is_422_at_its_place(
    client: FlaskClient, of: Callable[[int], dict[str, Any]], edge: int, pointer: str
) -> None:
    def mistakes(size: int) -> set[str]:
        response = client.post("/v1/decisions?validate_only=true", json=of(size))
        return {one["detail"] for one in response.get_json().get("errors", []) if one["pointer"] == pointer}

    assert mistakes(edge + 1) - mistakes(edge) != set()
    assert_error(client.post("/v1/decisions", json=of(edge + 1)), 422, "INVALID_QUESTION")


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("1000000000", 200),
        ("1000000001", 422),
        ("1.7e308", 422),
        ("1e309", 400),
        ("0", 200),
        ("-1", 422),
        ("true", 422),
    ],
)
def test_a_number_has_its_own_bounds_and_those_of_a_double(client: FlaskClient, number: str, status: int) -> None:
    body = (
        f'{{"cluster": {{"name": "demo"}}, "requirements": {{"weights": {{"exposure": {number}, "efficiency": 1}}}}}}'
    )

    response = client.post("/v1/decisions?validate_only=true", data=body, content_type="application/json")

    assert response.status_code == status, response.get_json()


@pytest.mark.parametrize(("count", "status"), [(MOST_ITEMS, 200), (MOST_ITEMS + 1, 422)])
def test_a_list_has_a_thousand_questions_at_most(client: FlaskClient, count: int, status: int) -> None:
    with client.post("/v1/decision-batches", json=[{}] * count) as response:
        assert response.status_code == status
        if status == 200:
            assert len(response.get_json()["items"]) == count


def test_what_is_held_is_given_back_whatever_became_of_the_request() -> None:
    app = create_app(Settings(records=Records.OFF, edge=Edge(held_bytes=1024 * 1024)))
    client, held = app.test_client(), parts_of(app).held

    for data in (b"{", b'{"cluster": {}}', b"[]" * 300_000, b'[{"cluster": {}}]'):
        for path in ("/v1/decisions", "/v1/decision-batches", "/v1/descriptions"):
            with client.post(path, data=data, content_type="application/json") as response:
                assert response.data
            assert held.bytes == 0, path


def test_a_list_counts_for_what_it_takes_once_it_is_read() -> None:
    client = create_app(Settings(records=Records.OFF, edge=Edge(held_bytes=1024 * 1024))).test_client()
    item = question(labels={"note": "x" * 200})

    few = client.post("/v1/decision-batches", json=[item] * 400)
    many = client.post("/v1/decision-batches", json=[item] * 500)

    assert few.status_code == 200
    assert_error(many, 503, "TOO_BUSY")
    assert many.headers["Retry-After"] == "2"


def test_the_bound_is_exact() -> None:
    held, one, other = Held(10), {}, {}  # type: ignore[var-annotated]
    held.hold(one, 10)
    with pytest.raises(TooBusyError):
        held.hold(other, 1)
    held.hold(one, 9)
    held.hold(other, 1)

    assert held.bytes == 10


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(TooBusyError(), 503, "TOO_BUSY"), (TooCostlyError(60), 422, "DOCUMENT_TOO_COSTLY")],
)
@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/descriptions"])
def test_a_document_that_finds_no_reader_or_takes_too_long_is_told_apart(
    path: str, error: Exception, status: int, code: str
) -> None:
    def read(_: object) -> Any:
        raise error

    client = create_app(Settings(records=Records.OFF), read=read).test_client()
    body = {"source": {"document": "kind: ClusterConfig"}} if path == "/v1/decisions" else {"document": "a"}

    response = client.post(path, json=body)

    assert_error(response, status, code)
    assert response.headers.get("Retry-After") == ("2" if status == 503 else None)
