"""The live application under generated requests: every check that Schemathesis has, the same requests each time.

It asks who calls, and the requests carry a key for everything; that it refuses those without is one of the checks.
"""

import json
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from service.access_settings import AccessSettings
from service.app import create_app
from service.settings import Records, Settings
from service.web.access.callers import Scope
from service.web.access.keys import new_key

_TEXT, _KEY = new_key("schemathesis", frozenset(Scope), None, None)
# What a JSON Schema cannot say, references between parts above all, makes a question that fits it a 422.
ACCEPTED = ["2xx", "304", "404", "422"]
CONFIG: dict[str, Any] = {
    "seed": 20260618,
    "generation": {"max-examples": 15, "deterministic": True, "with-security-parameters": False},
    # Literals of our own code as values: each of thousands is held to each leaf of the schema, which takes minutes.
    "analysis": {"constants": {"enabled": False}},
    "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
}

api = schemathesis.openapi.from_wsgi(
    "/openapi.yaml",
    create_app(Settings(records=Records.OFF, access=AccessSettings(keys=_KEY.line()))),
    config=SchemathesisConfig.from_dict(CONFIG),
)


@schemathesis.serializer("application/gzip", "application/x-tar", "application/zip")
def as_bytes(_: object, value: Any) -> bytes:
    """An archive goes out as the bytes that were generated for it, which are seldom one."""
    return bytes(getattr(value, "data", b"")) or str(value).encode("utf-8", "replace")


@schemathesis.serializer("application/x-ndjson")
def as_lines(_: object, value: Any) -> bytes:
    """A value goes out as the line that it is in JSON, and a text as it is, which seldom holds a question."""
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "replace")


@schemathesis.deserializer("application/x-ndjson")
def of_lines(_: object, response: Any) -> str:
    """The lines of an answer as one text."""
    return str(response.text)


@api.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_keeps_its_description(case: schemathesis.Case) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {_TEXT}"})
