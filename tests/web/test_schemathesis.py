"""The live application under generated requests: every check that Schemathesis has, the same requests each time.

It asks who calls, and the requests carry a key for everything; that it refuses those without is one of the checks.

Schemathesis' own ``parametrize`` thinks of thousands of cases while tests are collected, in every process. Here an
operation's test is built when it runs; it is the same test, of all phases, with the same cases.
"""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.generation.hypothesis import builder
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.schemas import BaseSchema

from service.access_settings import AccessSettings
from service.app import create_app
from service.settings import Records, Settings
from service.web.access.callers import Scope
from service.web.access.keys import new_key
from tests.web.description import DESCRIPTION

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

# Schemathesis leaves out the operation from which it has the description.
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, methods in DESCRIPTION["paths"].items()
    for method in methods
    if path != "/openapi.yaml"
]
# What Schemathesis notes on a test of which it had to leave something out.
LEFT_OUT = (
    builder.InvalidHeadersExampleMark,
    builder.InvalidRegexMark,
    builder.MissingPathParameters,
    builder.NonSerializableMark,
    builder.UnsatisfiableExampleMark,
    builder.UnserializablePayloadMark,
)


@pytest.fixture(scope="module")
def service() -> BaseSchema:
    """The application under its own description."""
    load_all_checks()
    app = create_app(Settings(records=Records.OFF, access=AccessSettings(keys=_KEY.line())))
    return schemathesis.openapi.from_wsgi("/openapi.yaml", app, config=SchemathesisConfig.from_dict(CONFIG))


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


@settings(deadline=None, suppress_health_check=list(HealthCheck))
def keeps_its_description(case: schemathesis.Case) -> None:
    """One request, and all checks of its answer."""
    case.call_and_validate(headers={"Authorization": f"Bearer {_TEXT}"})


def test_every_operation_of_the_description_is_asked(service: BaseSchema) -> None:
    assert sorted(found.ok().label for found in service.get_all_operations()) == sorted(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_service_keeps_its_description(service: BaseSchema, operation: str) -> None:
    described = service.find_operation_by_label(operation)
    assert described is not None
    whole_test = build_operation_test(
        config=service.config,
        operation=described,
        test_func=keeps_its_description,
        given_kwargs={},
        feedback=FeedbackSources(),
    )
    whole_test()
    assert not [mark for mark in LEFT_OUT if mark.is_set(whole_test)]
