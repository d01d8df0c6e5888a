"""What answers say to a browser: closed by default, and open to configured origins only."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Edge, Records, Settings, SettingsError
from service.web.headers import PAGE_POLICY, embedded_page_policy

PORTAL = "https://portal.example.com"


@pytest.fixture(scope="module")
def open_to_portal() -> FlaskClient:
    """A service that one origin may call from its pages."""
    return create_app(Settings(records=Records.OFF, edge=Edge(allowed_origins=(PORTAL,)))).test_client()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "BREW"])
@pytest.mark.parametrize("path", ["/livez", "/v1/decisions", "/v1/facts", "/docs", "/nothing", "/metrics"])
def test_every_answer_is_closed(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not any("unsafe" in part or "*" in part for part in policy)


def test_no_header_is_said_twice(client: FlaskClient) -> None:
    for path in ("/livez", "/v1/facts", "/docs", "/nothing"):
        names = [name.lower() for name, _ in client.get(path).headers]

        assert sorted(names) == sorted(set(names))


def test_answers_are_kept_by_no_cache_unless_they_change_with_a_release_only(client: FlaskClient) -> None:
    assert client.post("/v1/decisions", json={"cluster": {}}).headers["Cache-Control"] == "no-store"
    assert client.get("/livez").headers["Cache-Control"] == "no-store"
    assert client.get("/v1/facts").headers["Cache-Control"] == "public, max-age=3600"


def test_without_a_configured_origin_no_page_may_read_or_ask(client: FlaskClient) -> None:
    asked = {"Origin": PORTAL, "Access-Control-Request-Method": "POST"}

    for answer in (client.get("/livez", headers=asked), client.options("/v1/decisions", headers=asked)):
        assert not any(name.startswith("Access-Control-") for name, _ in answer.headers)


def test_a_configured_origin_may_read(open_to_portal: FlaskClient) -> None:
    answer = open_to_portal.get("/v1/facts", headers={"Origin": PORTAL})

    assert answer.headers["Access-Control-Allow-Origin"] == PORTAL
    assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers.getlist("Vary")


def test_problems_may_be_read_as_well(open_to_portal: FlaskClient) -> None:
    assert open_to_portal.get("/nothing", headers={"Origin": PORTAL}).headers["Access-Control-Allow-Origin"] == PORTAL


@pytest.mark.parametrize(
    "origin",
    [
        "https://portal.example.com.evil.example",
        "https://evil.example/https://portal.example.com",
        "http://portal.example.com",
        "https://portal.example.com:8443",
        "https://PORTAL.example.com",
        "https://sub.portal.example.com",
        "null",
        "*",
    ],
)
def test_an_origin_that_only_looks_like_it_may_not(open_to_portal: FlaskClient, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    for answer in (open_to_portal.get("/livez", headers=asked), open_to_portal.options("/v1/decisions", headers=asked)):
        assert not any(name.startswith("Access-Control-") for name, _ in answer.headers)
        assert "Origin" in answer.headers.getlist("Vary")


def test_a_preflight_is_answered_before_anything_is_asked_of_the_caller(open_to_portal: FlaskClient) -> None:
    asked = {
        "Origin": PORTAL,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,authorization",
    }

    answer = open_to_portal.options("/v1/decisions", headers=asked)

    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == PORTAL
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    for header in ("Content-Type", "Authorization", "X-Api-Key", "Idempotency-Key"):
        assert header in answer.headers["Access-Control-Allow-Headers"]


def test_a_plain_options_request_is_no_preflight(open_to_portal: FlaskClient) -> None:
    assert open_to_portal.options("/v1/decisions", headers={"Origin": PORTAL}).headers["Allow"]


@pytest.mark.parametrize(
    "given", ["*", "portal.example.com", "https://portal.example.com/", "https://*.example.com", "https://a b", "null"]
)
def test_what_is_no_exact_origin_stops_the_start(given: str) -> None:
    with pytest.raises(SettingsError, match="ALLOWED_ORIGINS has"):
        Settings.from_environment({"ALLOWED_ORIGINS": given})


def test_origins_are_read_as_a_list() -> None:
    settings = Settings.from_environment(
        {"ALLOWED_ORIGINS": "https://a.example, http://localhost:7007,http://[::1]:80"}
    )

    assert settings.edge.allowed_origins == ("https://a.example", "http://localhost:7007", "http://[::1]:80")


def test_who_may_show_a_page_in_a_frame_is_the_same_list() -> None:
    assert embedded_page_policy(()) == PAGE_POLICY
    assert embedded_page_policy((PORTAL,)).endswith(f"; frame-ancestors {PORTAL}")
    assert embedded_page_policy((PORTAL,)).partition("; frame-")[0] == PAGE_POLICY.partition("; frame-")[0]


def test_a_route_may_open_a_frame_for_its_own_answer() -> None:
    app = create_app(Settings(records=Records.OFF))

    @app.get("/card")
    def card() -> tuple[str, dict[str, str]]:
        return "", {"Content-Security-Policy": embedded_page_policy((PORTAL,))}

    answer = app.test_client().get("/card")

    assert "X-Frame-Options" not in answer.headers
    assert PORTAL in answer.headers["Content-Security-Policy"]
