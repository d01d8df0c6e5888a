"""Backstage's own tools read the kit: its maker of forms the pages and the question, its templater the step.

They are packages for node beside the project's own environment (`make scanners`); where they cannot be had these tests
are skipped, but never in CI.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Records, Settings
from service.web.form_schema import NAME
from tests.deploy.test_backstage import ANSWERS, STEP, TEMPLATE, rendered
from tests.scanners.test_scanners import HERE, PATIENCE
from tests.web.description import REQUESTS

SCRIPT = Path(__file__).with_name("portal.cjs")
PACKAGES = [HERE / "node_modules" / name for name in ("nunjucks", "@rjsf/validator-ajv8", "@rjsf/utils", "react")]
PAGES = TEMPLATE["spec"]["parameters"]


def told(*tasks: dict[str, Any]) -> list[Any]:
    """What the tools make of each task."""
    node = shutil.which("node")
    if not (node and all(package.is_dir() for package in PACKAGES)) and os.environ.get("CI") != "true":
        pytest.skip("node, or what Backstage makes forms with, is not here: run `make scanners`")
    done = subprocess.run(
        [node or "node", str(SCRIPT), str(HERE)],
        input="\n".join(map(json.dumps, tasks)),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """The service that a portal asks."""
    return create_app(Settings(records=Records.OFF)).test_client()


@pytest.fixture(scope="module")
def schema(client: FlaskClient) -> dict[str, Any]:
    """The question as a portal gets it for its forms."""
    return dict(client.get(f"/v1/schemas/{NAME}").get_json(force=True))


def test_the_scaffolder_renders_the_step_as_the_tests_do() -> None:
    given = [
        ANSWERS | {"present": present, "routing": routing}
        for present, routing in product(
            ("unknown", "public", "public_and_private", "private"), ("public", "private_with_nat", "isolated")
        )
    ]

    made = told(*({"task": "render", "input": STEP, "known": {"parameters": each}} for each in given))

    assert made == [rendered(STEP, parameters=each) for each in given]


def test_a_report_that_looks_like_a_template_is_shown_and_not_rendered() -> None:
    report = "# a cluster called ${{ parameters.name }} and {% for it in [1] %}{{ it }}{% endfor %}"
    steps = {"decide": {"output": {"body": {"message": report}}}}

    (shown,) = told(
        {
            "task": "render",
            "input": TEMPLATE["spec"]["output"],
            "known": {"parameters": ANSWERS, "steps": steps},
        }
    )

    assert shown["text"][0]["content"] == report
    assert shown["links"][0]["url"].endswith("?cluster=payments-prod")


def test_each_page_takes_what_it_asks_for_and_says_where_a_mistake_stands() -> None:
    mistakes = {"name": "two words", "region": "Seoul", "operatorCidrs": [], "exposure": "some"}
    filled = [{name: value for name, value in ANSWERS.items() if name in page["properties"]} for page in PAGES]
    wrong = [
        each | {name: mistakes[name] for name in page["properties"] if name in mistakes}
        for each, page in zip(filled, PAGES, strict=True)
    ]

    made = told(
        *(
            {"task": "check", "schema": {"type": "object", **page}, "filled": given}
            for page, given in zip((*PAGES, *PAGES), (*filled, *wrong), strict=True)
        )
    )

    assert made[: len(PAGES)] == [[]] * len(PAGES)
    named = {fault.split()[0].lstrip(".") for faults in made[len(PAGES) :] for fault in faults}
    assert named == set(mistakes)


def test_every_example_of_a_question_fits_the_form(schema: dict[str, Any]) -> None:
    made = told(*({"task": "check", "schema": schema, "filled": question} for question in REQUESTS.values()))

    assert made == [[]] * len(REQUESTS)


@pytest.mark.parametrize("filled", [{"cluster": {}}, {"cluster": {"subnets": [{"id": "a"}], "vpc": {}}}])
def test_what_rjsf_adds_to_a_form_by_itself_says_nothing(
    client: FlaskClient, schema: dict[str, Any], filled: dict[str, Any]
) -> None:
    """It makes parts as soon as they are shown; above all no list may come out that is empty."""
    (begun,) = told({"task": "begin", "schema": schema, "filled": filled})
    (faults,) = told({"task": "check", "schema": schema, "filled": begun})

    answer = client.post("/v1/decisions", json=begun)
    alone = client.post("/v1/decisions", json=filled).get_json()

    assert faults == []
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["assessments"] == alone["assessments"]
