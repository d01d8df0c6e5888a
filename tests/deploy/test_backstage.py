"""The kit for Backstage: its files are what Backstage takes, and its template asks what the service answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from jinja2 import Environment
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from service.app import create_app
from service.settings import Records, Settings
from tests.knowledge_base import KNOWLEDGE_BASE

KIT = Path(__file__).parents[2] / "deploy" / "backstage"
CONTRACTS = KNOWLEDGE_BASE / "contracts" / "backstage"
ENTITIES = list(yaml.safe_load_all((KIT / "catalog-info.yaml").read_text("utf-8")))
TEMPLATE = yaml.safe_load((KIT / "template.yaml").read_text("utf-8"))
PROXY = yaml.safe_load((KIT / "app-config.proxy.yaml").read_text("utf-8"))
STEP = TEMPLATE["spec"]["steps"][0]["input"]
ANSWERS = {
    "name": "payments-prod",
    "region": "eu-west-1",
    "present": "public",
    "presentCidrs": ["0.0.0.0/0"],
    "routing": "private_with_nat",
    "operatorCidrs": ["13.209.0.0/28"],
    "exposure": "allow_list",
    "nodeTraffic": "inside_vpc",
}
_EXPRESSION = Environment(variable_start_string="${{", variable_end_string="}}")


def contract(name: str) -> Draft7Validator:
    """One of Backstage's schemas, each known under its `$id`."""
    if not CONTRACTS.is_dir():
        pytest.skip("the schemas of Backstage (../shared) are not here")
    known = [json.loads(path.read_text("utf-8")) for path in CONTRACTS.glob("*.schema.json")]
    named = [(schema["$id"], Resource.from_contents(schema, DRAFT7)) for schema in known if "$id" in schema]
    registry: Registry[Any] = Registry().with_resources(named)
    return Draft7Validator(json.loads((CONTRACTS / f"{name}.schema.json").read_text("utf-8")), registry=registry)


def rendered(value: Any, **known: Any) -> Any:
    """As the scaffolder does: what is one expression keeps the type of its value, the rest becomes text."""
    if isinstance(value, dict):
        return {name: rendered(each, **known) for name, each in value.items()}
    if isinstance(value, list):
        return [rendered(each, **known) for each in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\$\{\{((?:(?!\}\}).)*)\}\}", value)
    if whole:
        return _EXPRESSION.compile_expression(whole[1].strip(), undefined_to_none=False)(**known)
    return _EXPRESSION.from_string(value).render(**known)


def output_of(response: Any) -> dict[str, Any]:
    """What the action gives a template: JSON as it is, everything else as a text."""
    is_json = "application/json" in response.headers["Content-Type"]
    return {"code": response.status_code, "body": response.get_json() if is_json else {"message": response.text}}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """The service behind Backstage's proxy."""
    return create_app(Settings(records=Records.OFF)).test_client()


def asked(client: FlaskClient, **changed: Any) -> dict[str, Any]:
    """What the template's step gets for these answers to its form."""
    sent = rendered(STEP, parameters=ANSWERS | changed)
    proxied = sent["path"].removeprefix("/proxy/eks-endpoint-decision")
    return output_of(
        client.open(proxied, method=sent["method"], headers=sent["headers"], data=json.dumps(sent["body"]))
    )


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity["kind"])
def test_an_entity_is_one_for_the_catalogue(entity: dict[str, Any]) -> None:
    if entity["kind"] == "API":
        text = (KIT / entity["spec"]["definition"]["$text"]).read_text("utf-8")
        entity = entity | {"spec": entity["spec"] | {"definition": text}}

    faults = [error.message for error in contract(f"{entity['kind']}.v1alpha1").iter_errors(entity)]

    assert faults == []
    assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", entity["metadata"]["name"])


def test_the_template_and_the_proxy_are_such() -> None:
    assert [error.message for error in contract("Template.v1beta3").iter_errors(TEMPLATE)] == []
    assert [error.message for error in contract("proxy-config").iter_errors(PROXY)] == []


def test_the_parts_of_the_kit_name_each_other() -> None:
    (route,) = PROXY["proxy"]["endpoints"]
    component, api, _ = ENTITIES
    site = yaml.safe_load((KIT / "mkdocs.yml").read_text("utf-8"))

    assert STEP["path"] == f"/proxy{route}/v1/decisions"
    assert component["spec"]["providesApis"] == [api["metadata"]["name"]]
    assert PROXY["proxy"]["endpoints"][route]["headers"]["Authorization"].startswith("Bearer ${")
    assert STEP["method"] in PROXY["proxy"]["endpoints"][route]["allowedMethods"]
    assert [(KIT / site["docs_dir"] / page).is_file() for each in site["nav"] for page in each.values()] == [True]


def test_the_form_asks_for_everything_that_the_question_needs() -> None:
    pages = TEMPLATE["spec"]["parameters"]
    used = set(re.findall(r"parameters\.(\w+)", json.dumps(TEMPLATE["spec"]["steps"])))

    assert used == {name for page in pages for name in page["required"]} == set(ANSWERS)
    assert all(set(page["required"]) == set(page["properties"]) for page in pages)


@pytest.mark.parametrize("present", ["unknown", "public", "public_and_private", "private"])
@pytest.mark.parametrize("routing", ["public", "private_with_nat", "isolated"])
def test_the_report_comes_out(client: FlaskClient, present: str, routing: str) -> None:
    output = asked(client, present=present, routing=routing)

    shown = rendered(TEMPLATE["spec"]["output"], parameters=ANSWERS, steps={"decide": {"output": output}})

    assert output["code"] == 200
    assert shown["text"][0]["content"].startswith("# ")
    assert "payments-prod" in shown["text"][0]["content"]
    assert shown["links"][0]["url"].endswith("?cluster=payments-prod")


@pytest.mark.parametrize("exposure", ["none", "allow_list", "any"])
def test_what_must_hold_is_held(client: FlaskClient, exposure: str) -> None:
    """With no public endpoint allowed the operators on the internet are locked out, and that is an answer like any."""
    report = asked(client, exposure=exposure)["body"]["message"]

    assert ("**Recommended" in report) == (exposure != "none")


def test_a_mistake_comes_as_json_so_that_it_can_be_read(client: FlaskClient) -> None:
    output = asked(client, operatorCidrs=["everywhere"])

    assert output["code"] == 422
    assert output["body"]["errors"][0]["pointer"] == "/consumers/1/location/source_cidrs/0"
