"""What every error body has in common, said once."""

from typing import Any

from werkzeug.test import TestResponse

MEMBERS = {"type", "title", "status", "detail", "code", "request_id", "errors"}


def assert_error(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Holds the response to RFC 9457 and the contract, and gives its body."""
    body = response.get_json(force=True)

    assert (response.status_code, body["code"]) == (status, code), body
    assert response.mimetype in ("application/problem+json", "application/json")
    assert set(body) == MEMBERS
    assert body["status"] == status
    assert body["request_id"] == response.headers["X-Request-Id"]
    assert all(set(error) == {"pointer", "detail"} for error in body["errors"])
    for sentence in (body["detail"], *(error["detail"] for error in body["errors"])):
        assert sentence
        assert not sentence.endswith(".")
        assert "Traceback" not in sentence
    return dict(body)
