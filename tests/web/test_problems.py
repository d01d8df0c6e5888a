"""One body for every failure, under the right status, with nothing of our insides in it."""

import json
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.domain.errors import InvalidQuestionError, Mistake
from service.settings import Records, Settings
from service.web.bodies import read_body
from service.web.problems import ALL_KINDS
from tests.web.assertions import assert_error

LIMIT = 2_048


@pytest.fixture(scope="module")
def app() -> Flask:
    """The service with three more routes, so that each failure can be had at will."""
    app = create_app(Settings(max_body_bytes=LIMIT, records=Records.OFF))

    @app.post("/echo")
    def echo() -> dict[str, object]:
        return read_body()

    @app.get("/invalid")
    def invalid() -> str:
        mistakes = (
            Mistake("/cluster", "is missing"),
            Mistake("/consumers/0/kind", "is `nodes`, did you mean `node`?"),
        )
        raise InvalidQuestionError(mistakes)

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the password is hunter2")

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def body_of(size: int) -> bytes:
    """A JSON object of exactly so many bytes."""
    return b'{"a": "%s"}' % (b"x" * (size - len(b'{"a": ""}')))


def test_a_body_that_says_it_is_json_is_read(client: FlaskClient) -> None:
    for content_type in (
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
    ):
        response = client.post("/echo", data=b'{"a": 1}', content_type=content_type)

        assert (response.status_code, response.get_json()) == (200, {"a": 1})


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "application/jsonp",
    ],
)
def test_a_body_of_another_kind_is_415_and_the_sentence_names_it(client: FlaskClient, content_type: str | None) -> None:
    response = client.post("/echo", data=b'{"a": 1}', content_type=content_type)

    body = assert_error(response, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert content_type is None or f"`{content_type}`" in body["detail"]
    assert "expected `application/json`" in body["detail"]


def test_a_compressed_body_is_415(client: FlaskClient) -> None:
    response = client.post(
        "/echo", data=b"\x1f\x8b", content_type="application/json", headers={"Content-Encoding": "br"}
    )

    assert_error(response, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_body_of_the_largest_size_is_read(client: FlaskClient) -> None:
    response = client.post("/echo", data=body_of(LIMIT), content_type="application/json")

    assert response.status_code == 200


def test_a_body_of_one_byte_more_is_413_and_the_sentence_names_the_limit(client: FlaskClient) -> None:
    response = client.post("/echo", data=body_of(LIMIT + 1), content_type="application/json")

    body = assert_error(response, 413, "TOO_LARGE")
    assert body["detail"] == f"the body is larger than {LIMIT} bytes"


def test_a_body_that_is_no_json_is_400(client: FlaskClient) -> None:
    response = client.post("/echo", data=b'{"a": NaN}', content_type="application/json")

    body = assert_error(response, 400, "UNREADABLE_DOCUMENT")
    assert body["detail"].startswith("the body is not JSON: ")
    assert body["errors"] == []


def test_a_body_that_is_no_object_is_422_at_the_root(client: FlaskClient) -> None:
    response = client.post("/echo", data=b"[1]", content_type="application/json")

    body = assert_error(response, 422, "INVALID_QUESTION")
    assert body["errors"] == [{"pointer": "", "detail": "is a list, expected an object"}]


def test_every_mistake_stands_at_its_place(client: FlaskClient) -> None:
    response = client.get("/invalid")

    body = assert_error(response, 422, "INVALID_QUESTION")
    assert body["detail"] == "2 mistakes; the errors name each mistake and where it stands"
    assert [error["pointer"] for error in body["errors"]] == ["/cluster", "/consumers/0/kind"]


def test_the_same_mistake_made_again_stands_at_each_of_its_places(client: FlaskClient) -> None:
    listed = ["10.0.0.0/33", "10.0.0.0/16", "10.0.0.0/33", 7, "10.0.0.0/33"]
    response = client.post("/v1/decisions", json={"cluster": {"vpc": {"cidrs": listed}}})

    errors = assert_error(response, 422, "INVALID_QUESTION")["errors"]
    assert [error["pointer"] for error in errors] == [f"/cluster/vpc/cidrs/{number}" for number in (0, 2, 3, 4)]
    assert errors[0]["detail"] == errors[1]["detail"] == errors[3]["detail"] != errors[2]["detail"]


def test_an_unknown_resource_is_404(client: FlaskClient) -> None:
    body = assert_error(client.get("/v1/nothing"), 404, "NOT_FOUND")

    assert body["detail"] == "nothing stands at `/v1/nothing`"


def test_a_wrong_method_is_405_and_says_which_are_right(client: FlaskClient) -> None:
    response = client.get("/echo")

    assert_error(response, 405, "METHOD_NOT_ALLOWED")
    assert response.headers["Allow"] == "OPTIONS, POST"


def test_our_own_failure_is_500_with_an_id_and_no_insides(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="service.problems"):
        response = client.get("/broken", headers={"X-Request-Id": "find-me"})

    body = assert_error(response, 500, "INTERNAL_ERROR")
    assert body["request_id"] == "find-me"
    assert "hunter2" not in response.text
    assert "RuntimeError" not in response.text
    assert "hunter2" in caplog.text


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/json, */*;q=0.1", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("application/json", "application/json"),
        ("text/html, application/json;q=0.5", "application/json"),
        ("text/markdown", "application/problem+json"),
    ],
)
def test_the_body_is_called_what_the_client_accepts(client: FlaskClient, accept: str | None, media_type: str) -> None:
    response = client.get("/nothing", headers={"Accept": accept} if accept else {})

    assert_error(response, 404, "NOT_FOUND")
    assert response.mimetype == media_type


def test_a_problem_reads_well_in_a_terminal(client: FlaskClient) -> None:
    response = client.get("/nothing")

    assert response.data.endswith(b"}\n")
    assert json.loads(response.data)["type"] == "/docs#not-found"


def test_no_two_kinds_of_problem_share_a_code() -> None:
    assert len({kind.code for kind in ALL_KINDS}) == len(ALL_KINDS)
