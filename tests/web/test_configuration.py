"""The running configuration: every setting, where it comes from, and no secret."""

from __future__ import annotations

import json
import re
from pathlib import Path

from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Records, Settings
from service.web.configuration import SHOWN, as_document
from service.web.parts import parts_of
from tests.web.description import faults

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "RECORDS_URL": "postgresql://who:hunter2@db.example:5433/records?password=hunter2&sslpassword=hunter2",
    "RATE_LIMIT_STORE": "redis://:hunter2@cache.example:6380/1?password=hunter2",
    "API_KEYS": f"portal:{'0' * 64}:decide:never",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "https://who:hunter2@collector.example",
}


def shown(**environment: str) -> dict[str, object]:
    """The value of every setting that is shown for an environment."""
    settings = Settings.from_environment(environment)
    known = parts_of(create_app(Settings(records=Records.OFF))).desk.policies
    return {it["name"]: it["value"] for it in as_document(settings, known)["settings"]}


def test_the_configuration_is_as_described(client: FlaskClient) -> None:
    answer = client.get("/v1/config").get_json()

    assert faults("Configuration", answer) == []
    assert answer["policy"]["revision"] == client.get("/v1/policy").get_json()["revision"]
    assert {it["name"]: it["value"] for it in answer["settings"]}["RECORDS"] == "off"
    assert set(answer["versions"]) >= {"python", "gunicorn", "flask"}


def test_every_variable_is_shown_in_one_way_or_another() -> None:
    sources = "".join((ROOT / "service" / name).read_text("utf-8") for name in ("settings.py", "access_settings.py"))

    assert set(SHOWN) == set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', sources)) - {"INFO"}


def test_it_says_which_settings_were_given(client: FlaskClient) -> None:
    settings = Settings.from_environment({"WORKERS": "2", "PORT": "", "PATH": "/bin"})
    document = as_document(settings, parts_of(client.application).desk.policies)

    given = [it["name"] for it in document["settings"] if it["from"] == "environment"]
    assert given == ["WORKERS"]


def test_no_secret_is_shown() -> None:
    told = shown(**SECRETS)

    assert "hunter2" not in json.dumps(told)
    assert "who" not in json.dumps(told)
    assert told["RECORDS_URL"] == "postgresql://db.example:5433/records"
    assert told["RATE_LIMIT_STORE"] == "redis://cache.example:6380/1"
    assert told["API_KEYS"] == told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "set"


def test_an_address_that_is_hardly_one_gives_no_secret_away() -> None:
    told = shown(RECORDS_URL="postgresql://who@db.example:hunter2/records")

    assert told["RECORDS_URL"] == "set"
    assert shown(RECORDS_URL="postgresql://u:p@[::1]/records")["RECORDS_URL"] == "postgresql://[::1]/records"
    assert shown()["RECORDS_URL"] == "sqlite:///data/records.sqlite3"
    assert shown()["JWT_JWKS_URL"] is None
