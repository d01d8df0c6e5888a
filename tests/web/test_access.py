"""Who may call what, and what those learn who may not."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.access_settings import AccessSettings, is_loopback
from service.app import create_app
from service.logs import CALLER, JsonFormatter
from service.settings import Records, Settings, SettingsError
from service.web.access.callers import Scope
from service.web.access.scopes import NEEDED
from tests.recording import recording_app
from tests.web.assertions import assert_error
from tests.web.callers import ADMIN, ALL, DECIDE, READ, KeyFile, guarded
from tests.web.description import DESCRIPTION

QUESTION: dict[str, Any] = {"cluster": {"name": "payments"}}
EXAMPLES = DESCRIPTION["components"]["examples"]
UNKNOWN = "eksd_" + "x" * 43
REFUSED = "the credentials are not accepted; send a valid key or token as `Authorization: Bearer ...`, and nothing else"


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys")


@pytest.fixture
def everything(file: KeyFile) -> dict[str, str]:
    """The header of a caller who may do all."""
    return file.add("root", ALL)


@pytest.fixture
def client(file: KeyFile, everything: dict[str, str]) -> FlaskClient:
    """A client of an application that knows the callers in the file."""
    return guarded(AccessSettings(keys_file=file.path)).test_client()


# Where the service listens


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "10.0.0.7", "192.168.1.1", "::ffff:10.0.0.1", "service.internal", ""]
)
def test_an_address_that_others_reach_needs_a_word_on_who_may_call(host: str, file: KeyFile) -> None:
    with pytest.raises(SettingsError, match=r"API_KEYS_FILE .* or ACCESS=none"):
        create_app(Settings(host=host, records=Records.OFF))

    file.add("portal", DECIDE)
    for access in (AccessSettings(is_open=True), AccessSettings(keys_file=file.path)):
        create_app(Settings(host=host, records=Records.OFF, access=access))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]", "::ffff:127.0.0.1"])
def test_its_own_machine_needs_none(host: str) -> None:
    assert is_loopback(host)
    create_app(Settings(host=host, records=Records.OFF))


def test_an_open_service_with_keys_is_a_contradiction(file: KeyFile) -> None:
    file.add("portal", DECIDE)

    with pytest.raises(SettingsError, match="ACCESS is `none`, yet there are credentials"):
        guarded(AccessSettings(is_open=True, keys_file=file.path))


def test_the_environment_says_who_may_call() -> None:
    settings = Settings.from_environment(
        {"ACCESS": "", "API_KEYS": " a:b ", "API_KEYS_FILE": "/keys", "METRICS_ACCESS": "Open"}
    )
    assert settings.access == AccessSettings(keys="a:b", keys_file=Path("/keys"), has_open_metrics=True)
    assert "a:b" not in repr(settings)
    assert Settings.from_environment({"ACCESS": "None"}).access.is_open
    with pytest.raises(SettingsError, match="ACCESS is `off`, expected `none` or nothing at all"):
        Settings.from_environment({"ACCESS": "off"})


@pytest.mark.parametrize(
    ("environ", "headers", "words"),
    [
        ({"REMOTE_ADDR": "10.0.0.9"}, {}, "the request comes from another machine"),
        ({"REMOTE_ADDR": ""}, {}, "the request comes from another machine"),
        ({}, {"X-Forwarded-For": "10.0.0.9"}, "the request was forwarded by a proxy"),
        ({}, {"Forwarded": "for=10.0.0.9"}, "the request was forwarded by a proxy"),
        ({}, {"Host": "evil.example"}, "the request was meant for another host"),
        ({}, {"Host": "127.0.0.1.evil.example:8080"}, "the request was meant for another host"),
        ({}, {"Host": "10.0.0.7"}, "the request was meant for another host"),
    ],
)
def test_without_credentials_nobody_is_answered_but_this_machine(
    app: Flask, environ: dict[str, str], headers: dict[str, str], words: str
) -> None:
    client = app.test_client()

    body = assert_error(client.get("/v1/facts", environ_overrides=environ, headers=headers), 403, "LOOPBACK_ONLY")

    assert body["detail"].startswith(words)
    assert client.get("/livez", environ_overrides=environ, headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "box", "localhost."])
def test_this_machine_may_call_itself_as_it_likes(app: Flask, host: str) -> None:
    environ = {"REMOTE_ADDR": "::1"}

    assert app.test_client().get("/v1/formats", headers={"Host": host}, environ_overrides=environ).status_code == 200


def test_an_open_service_answers_everybody() -> None:
    client = guarded(AccessSettings(is_open=True), host="0.0.0.0").test_client()
    elsewhere = {"REMOTE_ADDR": "10.0.0.9"}

    response = client.get("/v1/facts", environ_overrides=elsewhere, headers={"Host": "a.example", "Via": "1.1 a"})

    assert response.status_code == 200


# What each route needs


def test_every_route_says_what_it_needs(app: Flask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert set(NEEDED) == routes


def test_the_description_names_the_same_scopes() -> None:
    described = {
        (method.upper(), path): {scope for way in operation["security"] for scopes in way.values() for scope in scopes}
        for path, item in DESCRIPTION["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }
    needed = {
        (method, route.replace("<id_>", "{id}").replace("<", "{").replace(">", "}")): {scope.value for scope in scopes}
        for (method, route), scopes in NEEDED.items()
    }

    assert described == needed


@pytest.mark.parametrize(("method", "route"), NEEDED)
def test_a_route_answers_those_who_have_its_scope_and_nobody_else(
    file: KeyFile, everything: dict[str, str], method: str, route: str
) -> None:
    headers = {scope: file.add(scope.value, frozenset({scope})) for scope in Scope}
    client = guarded(AccessSettings(keys_file=file.path)).test_client()
    path = (
        route.replace("/page/<name>", "/page/page.css")
        .replace("<id_>", "F-1.1")
        .replace("<name>", "cis")
        .replace("<code>", "custom-dns-not-forwarding")
    )
    needed = NEEDED[method, route]

    statuses = {
        scope: client.open(path, method=method, headers=header).status_code for scope, header in headers.items()
    }
    nobody = client.open(path, method=method)

    if not needed:
        assert {*statuses.values(), nobody.status_code} == {200}
        return
    if route.startswith("/v1") or route == "/metrics":
        assert_error(nobody, 401, "UNAUTHENTICATED")
    else:
        assert (nobody.status_code, nobody.mimetype) == (401, "text/html")
    assert {scope for scope, status in statuses.items() if status != 403} == needed
    assert 401 not in statuses.values()


def test_who_lacks_a_scope_is_told_which(client: FlaskClient, file: KeyFile) -> None:
    headers = file.add("portal", DECIDE)
    client = guarded(AccessSettings(keys_file=file.path)).test_client()

    response = client.get("/v1/decisions", headers=headers)

    body = assert_error(response, 403, "MISSING_SCOPE")
    assert body["detail"] == "`key:portal` lacks the scope `read`, which this needs"
    assert response.headers["WWW-Authenticate"].endswith('error="insufficient_scope", scope="read"')
    assert body | {"request_id": ""} == EXAMPLES["missing-scope"]["value"] | {"request_id": ""}


def test_a_body_is_not_read_from_who_may_not_send_one(client: FlaskClient) -> None:
    """Neither its size nor its form is told before the credentials are good."""
    response = client.post("/v1/decisions", data=b"x" * 10_000_000, content_type="text/plain")

    assert_error(response, 401, "UNAUTHENTICATED")


def test_metrics_may_be_open(client: FlaskClient, file: KeyFile) -> None:
    assert_error(client.get("/metrics"), 401, "UNAUTHENTICATED")

    opened = guarded(AccessSettings(keys_file=file.path, has_open_metrics=True)).test_client()

    assert opened.get("/metrics").status_code == 200
    assert opened.head("/metrics").status_code == 200
    assert_error(opened.post("/metrics"), 401, "UNAUTHENTICATED")


def test_only_who_is_known_learns_what_there_is_not(client: FlaskClient, everything: dict[str, str]) -> None:
    for method, path, status, code in (
        ("GET", "/nothing", 404, "NOT_FOUND"),
        ("DELETE", "/v1/decisions", 405, "METHOD_NOT_ALLOWED"),
    ):
        assert_error(client.open(path, method=method), 401, "UNAUTHENTICATED")
        assert_error(client.open(path, method=method, headers=everything), status, code)


def test_what_a_route_takes_is_told_to_browsers_without_credentials(client: FlaskClient) -> None:
    response = client.options("/v1/decisions")

    assert response.status_code == 200
    assert "POST" in response.headers["Allow"]


# Credentials


def test_a_key_is_taken_from_either_header(client: FlaskClient, everything: dict[str, str]) -> None:
    text = everything["Authorization"].removeprefix("Bearer ")

    for headers in (everything, {"Authorization": f"bEARER {text}"}, {"X-API-Key": text}):
        assert client.get("/v1/facts", headers=headers).status_code == 200


def test_without_credentials_the_answer_says_how_to_send_them(client: FlaskClient) -> None:
    response = client.get("/v1/facts")

    body = assert_error(response, 401, "UNAUTHENTICATED")
    assert body["detail"].startswith("no credentials are given; send a valid key")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="eks-endpoint-decision"'


def hostile(text: str) -> dict[str, dict[str, str]]:
    """What somebody may send in place of a key that is good."""
    return {
        "another scheme": {"Authorization": f"Basic {text}"},
        "no scheme": {"Authorization": text},
        "nothing after the scheme": {"Authorization": "Bearer"},
        "an empty bearer": {"Authorization": "Bearer "},
        "an empty header": {"Authorization": ""},
        "an empty key": {"X-API-Key": ""},
        "two spaces": {"Authorization": f"Bearer  {text}"},
        "a space behind": {"Authorization": f"Bearer {text} x"},
        "two headers in one": {"Authorization": f"Bearer {text},Bearer {text}"},
        "both headers": {"Authorization": f"Bearer {text}", "X-API-Key": text},
        "a key that nobody has": {"Authorization": f"Bearer {UNKNOWN}"},
        "a key with its end cut off": {"Authorization": f"Bearer {text[:-1]}"},
        "a key in capitals": {"Authorization": f"Bearer {text.upper()}"},
        "a very long one": {"Authorization": "Bearer " + "x" * 100_000},
        "letters that are none": {"Authorization": "Bearer \xe9\xff\x85"},
        "a null": {"Authorization": f"Bearer {text}\x00"},
        "a token without a signature": {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."},
    }


@pytest.mark.parametrize("name", hostile(""))
def test_what_is_no_good_key_is_refused_in_one_and_the_same_way(
    client: FlaskClient, everything: dict[str, str], name: str
) -> None:
    headers = hostile(everything["Authorization"].removeprefix("Bearer "))[name]

    response = client.post("/v1/decisions", json=QUESTION, headers=headers)

    body = assert_error(response, 401, "UNAUTHENTICATED")
    assert body["detail"] == REFUSED
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="eks-endpoint-decision", error="invalid_token"'
    assert body | {"request_id": ""} == EXAMPLES["unauthenticated"]["value"] | {"request_id": ""}


def test_a_second_header_spoils_the_first(client: FlaskClient, everything: dict[str, str]) -> None:
    twice = [("Authorization", everything["Authorization"])] * 2

    assert_error(client.get("/v1/facts", headers=twice), 401, "UNAUTHENTICATED")


@pytest.mark.parametrize("query", ["access_token={}", "api_key=a", "Authorization=a", "limit={}", "{}", "limit=%65{}"])
def test_credentials_in_an_address_are_refused_beside_good_ones_too(
    client: FlaskClient, everything: dict[str, str], query: str
) -> None:
    text = everything["Authorization"].removeprefix("Bearer ")
    shown = text.removeprefix("e") if "%65" in query else text

    response = client.get(f"/v1/decisions?{query.format(shown)}", headers=everything)

    assert_error(response, 401, "UNAUTHENTICATED")
    assert text not in response.text


def test_two_slashes_in_a_row_lead_nowhere_and_to_no_other_host(
    client: FlaskClient, everything: dict[str, str]
) -> None:
    response = client.get("/v1//decisions", headers=everything | {"Host": "elsewhere.example"})

    assert_error(response, 404, "NOT_FOUND")
    assert "Location" not in response.headers


def test_an_expired_key_is_refused_like_one_that_never_was(
    client: FlaskClient, file: KeyFile, caplog: pytest.LogCaptureFixture
) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    headers = file.add("portal", DECIDE, yesterday)
    client = guarded(AccessSettings(keys_file=file.path)).test_client()

    with caplog.at_level(logging.INFO, logger="service.callers"):
        response = client.get("/v1/facts", headers=headers)

    assert assert_error(response, 401, "UNAUTHENTICATED")["detail"] == REFUSED
    reasons = [record.fields["reason"] for record in caplog.records if record.name == "service.callers"]  # type: ignore[attr-defined]
    assert reasons == ["the key `portal` has expired"]


def test_readiness_warns_while_the_file_of_keys_is_broken(
    file: KeyFile, everything: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.web.watched_file.SECONDS_BETWEEN_LOOKS", 0)
    client = guarded(AccessSettings(keys_file=file.path)).test_client()
    assert client.get("/readyz").get_json()["status"] == "pass"

    file.path.write_text("broken")
    assert client.get("/v1/facts", headers=everything).status_code == 200

    assert client.get("/readyz").get_json()["status"] == "warn"


# Who called


def test_the_record_names_who_asked_and_is_searched_by_it(file: KeyFile, tmp_path: Path) -> None:
    portal, pipeline = file.add("portal", DECIDE), file.add("pipeline", DECIDE)
    auditor = file.add("auditor", READ)
    client = recording_app(tmp_path, access=AccessSettings(keys_file=file.path)).test_client()
    made = [client.post("/v1/decisions", json=QUESTION, headers=headers) for headers in (portal, pipeline)]
    client.post("/v1/decision-batches", json=[QUESTION], headers=pipeline)

    def callers(query: str) -> list[str]:
        items = client.get(f"/v1/decisions{query}", headers=auditor).get_json()["items"]
        return sorted(item["caller"] for item in items)

    assert callers("") == ["key:pipeline", "key:pipeline", "key:portal"]
    assert callers("?caller=key:portal") == ["key:portal"]
    kept = client.get(f"{made[0].headers['Location']}/record", headers=auditor).get_json()
    assert kept["caller"] == "key:portal"
    assert_error(client.get(made[0].headers["Location"], headers=portal), 403, "MISSING_SCOPE")


def test_an_idempotency_key_is_the_callers_own(file: KeyFile, tmp_path: Path) -> None:
    """Else one could see that another has used it, or get the other's answer."""
    portal, pipeline = file.add("portal", DECIDE), file.add("pipeline", DECIDE)
    client = recording_app(tmp_path, access=AccessSettings(keys_file=file.path)).test_client()

    def asked(headers: dict[str, str], name: str) -> Any:
        question = {"cluster": {"name": name}}
        return client.post("/v1/decisions", json=question, headers=headers | {"Idempotency-Key": "one"})

    first = asked(portal, "payments")

    assert asked(portal, "payments").data == first.data
    assert asked(pipeline, "search").status_code == 200
    assert_error(asked(portal, "search"), 422, "IDEMPOTENCY_KEY_REUSED")


def test_the_lines_of_a_request_name_who_asked(
    client: FlaskClient, everything: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Any] = []

    class Seeing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(json.loads(JsonFormatter().format(record)))

    handler = Seeing()
    logging.getLogger("service").addHandler(handler)
    try:
        with caplog.at_level(logging.INFO, logger="service"):
            client.get("/v1/facts", headers=everything)
            client.post("/v1/decision-batches", json=[QUESTION], headers=everything).close()
            client.get("/livez", headers=everything)
    finally:
        logging.getLogger("service").removeHandler(handler)

    assert [(line["message"], line["caller"]) for line in seen] == [
        ("request", "key:root"),
        ("batch", "key:root"),
        ("request", "key:root"),
        ("request", None),
    ]
    assert CALLER.get() is None


def test_no_line_of_the_log_holds_a_key_or_a_token() -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"
    record = logging.LogRecord("service.x", logging.ERROR, __file__, 1, f"a {UNKNOWN} and {token}", (), None)
    record.fields = {"path": f"/v1/decisions/{UNKNOWN}", "reason": f"{token}."}

    line = JsonFormatter().format(record)

    assert UNKNOWN not in line
    assert "eyJ" not in line
    assert json.loads(line)["path"] == "/v1/decisions/[secret]"


def test_a_key_is_no_id_of_a_request(client: FlaskClient) -> None:
    response = client.get("/livez", headers={"X-Request-Id": UNKNOWN})

    assert UNKNOWN not in response.headers["X-Request-Id"]


def test_who_has_admin_alone_does_not_decide(client: FlaskClient, file: KeyFile) -> None:
    headers = file.add("operator", ADMIN)
    client = guarded(AccessSettings(keys_file=file.path)).test_client()

    assert_error(client.post("/v1/decisions", json=QUESTION, headers=headers), 403, "MISSING_SCOPE")
