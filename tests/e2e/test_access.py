"""Who may call a service that runs: what it refuses to start with, whom it lets in, and what it never says."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import jwt
import redis

from service.web.policies import SECONDS_BETWEEN_LOOKS
from tests.e2e.scaled_out import running_redis
from tests.e2e.server import ROOT, Server, read_all, running_service
from tests.waiting import until
from tests.web.callers import ALL, DECIDE, KeyFile
from tests.web.test_tokens import AUDIENCE, ISSUER, claims, key_set, signing_key

QUESTION = {"cluster": {"name": "demo"}, "include": []}


def test_a_service_that_others_reach_does_not_start_without_a_word_on_who_may_call() -> None:
    environment = {**os.environ, "HOST": "0.0.0.0", "RECORDS": "off"}
    command = [sys.executable, "-m", "service", "serve"]

    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert finished.returncode == 1
    assert finished.stderr.startswith("cannot start: HOST is `0.0.0.0`, which other machines may reach")
    assert "API_KEYS_FILE" in finished.stderr
    assert "ACCESS=none" in finished.stderr


def raw(server: Server, *lines: str) -> int:
    """The status of a request whose head is sent as it is."""
    with server.connect() as connection:
        head = "\r\n".join(("GET /v1/formats HTTP/1.1", "host: test", "connection: close", *lines))
        connection.sendall(f"{head}\r\n\r\n".encode("latin-1"))
        return int(read_all(connection).split(b" ", 2)[1])


def test_only_a_proxy_of_ours_says_that_a_caller_came_over_tls_and_none_what_the_path_is(tmp_path: Path) -> None:
    settings = {"ACCESS": "none", "RECORDS": "off", "WORKERS": "1"}
    forwarded = {"Host": "decisions.example", "X-Forwarded-Proto": "https", "SCRIPT_NAME": "/examples"}
    for proxies, shown in (("1", "https"), ("0", "http")):
        with running_service(tmp_path / "log", **settings, TRUSTED_PROXIES=proxies) as server:
            page = server.get("/examples/demo", headers=forwarded)

            assert page.status_code == 200
            assert f"curl -s {shown}://decisions.example/v1/decisions" in page.text


def test_only_who_is_known_is_let_in_and_no_key_or_token_is_ever_told(tmp_path: Path) -> None:
    keys, sets = KeyFile(tmp_path / "keys"), tmp_path / "jwks.json"
    portal, root = keys.add("portal", DECIDE, limit="40/day"), keys.add("root", ALL)
    sets.write_bytes(key_set("one"))
    token = jwt.encode(claims(), signing_key("one"), "RS256", headers={"kid": "one"})
    alice = {"Authorization": f"Bearer {token}"}
    environment = {
        "HOST": "0.0.0.0",
        "RECORDS": "required",
        "API_KEYS_FILE": str(keys.path),
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
        "JWT_JWKS_FILE": str(sets),
    }
    told = ""
    with running_service(tmp_path / "log", **environment) as server:
        text = portal["Authorization"].removeprefix("Bearer ")
        for headers, status in (({}, 401), (portal, 200), (alice, 200), ({"X-API-Key": text}, 200)):
            response = server.post("/v1/decisions", json=QUESTION, headers=headers)
            told += response.text
            assert response.status_code == status
        for lines, status in (
            ((f"authorization: Bearer {text}",), 200),
            ((f"authorization: Bearer {text}",) * 2, 401),
            ((f"authorization: Bearer {text}", f"x-api-key: {text}"), 401),
            (("authorization: Bearer ",), 401),
            (("authorization: Bearer " + "x" * 9_000,), 431),
            (("authorization: Bearer \xe9\xfc",), 401),
            ((f"authorization : Bearer {text}",), 400),
        ):
            assert raw(server, *lines) == status, lines
        for path in (f"/v1/decisions/{text}", f"/v1/decisions?cluster={text}", f"/v1/{token}"):
            assert server.get(path, headers=root).status_code in (401, 404)
        server.get("/livez", headers={"X-Request-Id": text})
        told += server.get("/metrics", headers=root).text + server.get("/v1/decisions", headers=root).text
        callers = Counter(item["caller"] for item in server.get("/v1/decisions", headers=root).json()["items"])
        assert callers == {"key:portal": 2, "jwt:alice": 1}

        statuses = Counter(server.get("/v1/formats", headers=portal).status_code for _ in range(50))
        assert statuses[429] > 10, "two workers count together"
        assert statuses[200] >= 30

        keys.path.write_text("")
        time.sleep(SECONDS_BETWEEN_LOOKS)
        assert {server.get("/v1/formats", headers=root).status_code for _ in range(10)} == {401}
        until(lambda: "a file has changed and is in force" in server.output())
    told += server.output()
    with sqlite3.connect(tmp_path / "records.sqlite3") as database:
        told += "\n".join(database.iterdump())
    database.close()

    for secret in (text, root["Authorization"].removeprefix("Bearer "), token, token.rpartition(".")[2]):
        assert secret not in told
    assert not re.search("eksd_[A-Za-z0-9_-]{10}", told)
    lines = [line for line in server.lines() if line["message"] == "request"]
    assert {line["caller"] for line in lines} == {None, "key:portal", "key:root", "jwt:alice"}


def test_replicas_share_a_limit_through_redis_and_go_on_without_it(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    environment = {"RECORDS": "off", "RATE_LIMIT": "20/hour", "WORKERS": "1"}
    with running_redis(tmp_path) as address:
        environment["RATE_LIMIT_STORE"] = address
        one, other = (running_service(tmp_path / name / "log", **environment) for name in ("one", "other"))
        with one as first, other as second:
            statuses = Counter(server.get("/v1/formats").status_code for _ in range(15) for server in (first, second))

            assert statuses == {200: 20, 429: 10}
            redis.from_url(address).shutdown(nosave=True)
            assert {server.get("/v1/formats").status_code for _ in range(5) for server in (first, second)} == {200}
            assert first.get("/readyz").json()["status"] == "pass"
            told = [line["message"] for line in first.lines() if line["logger"] == "service.limits"]
            assert told == ["Redis does not answer; each replica counts by itself"]
