"""What is written for tools with objects of their own has the members and types that those tools publish."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from service.domain.cluster import UNNAMED, EndpointMode
from service.domain.written import Form, WrittenChange
from tests.laws.test_written_changes import LISTS, wanted, written

PUBLISHED: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "schemas" / "published.yaml").read_text(encoding="utf-8")
)
BY_OBJECT = {tuple(each["object"]): name for name, each in PUBLISHED.items()}
TOOLS = {"eksctl", "cluster_api", "ack", "crossplane", "rancher"}


def objects(changes: list[WrittenChange]) -> dict[str, tuple[WrittenChange, Any]]:
    """Every object that is written for one of the tools, under the name of its published type."""
    found = [(change, yaml.safe_load(change.text)) for change in changes if change.tool in TOOLS]
    texts = [(change, told) for change, told in found if change.form is Form.YAML]
    return {BY_OBJECT[(told["apiVersion"], told["kind"])]: (change, told) for change, told in texts}


def mistakes(name: str, told: Any) -> list[str]:
    """What the published type refuses."""
    return [f"{it.json_path}: {it.message}" for it in Draft202012Validator(PUBLISHED[name]["schema"]).iter_errors(told)]


@pytest.mark.parametrize(("mode", "cidrs"), list(product(EndpointMode, LISTS)))
def test_what_is_written_is_what_the_tools_publish(mode: EndpointMode, cidrs: tuple[str, ...]) -> None:
    told = objects(written(wanted(mode, cidrs)))

    assert set(told) == set(PUBLISHED)
    assert {name: mistakes(name, each) for name, (_, each) in told.items()} == {name: [] for name in PUBLISHED}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_member_that_the_tool_does_not_know_is_found(name: str) -> None:
    """The schemas are closed where the setting stands, so that a name that is spelt otherwise does not pass."""
    _, told = objects(written(wanted(EndpointMode.PUBLIC, LISTS[0])))[name]
    spelt = yaml.safe_dump(told).replace("public", "publik").replace("Public", "Publik")

    assert mistakes(name, yaml.safe_load(spelt))


def test_what_an_object_must_have_and_nobody_told_is_asked_for() -> None:
    """eksctl takes no config without a Region; ACK and others merge into an object that has its name."""
    told = objects(written(wanted(EndpointMode.PUBLIC, LISTS[0], name=UNNAMED, region=None)))

    lacking = {name for name, (_, each) in told.items() if mistakes(name, each)}
    asked = {name for name, (change, _) in told.items() if any("add `" in note for note in change.notes)}
    assert lacking == asked == {"eksctl", "ack"}


def test_every_type_says_where_it_was_read_and_under_which_licence() -> None:
    assert all(each["licence"] and len(each["source"].split()) >= 3 for each in PUBLISHED.values())
