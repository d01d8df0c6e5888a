"""Bundles that a service decides, and the line that is made of its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.catalogue.prices import read_prices
from service.command_line.gathering import Asked, gather
from service.command_line.sending import SendError, line_of, send
from service.command_line.verdicts import decide
from service.web.deciding import Desk
from service.web.policies import Policies
from tests.command_line.serving import a_service
from tests.scenarios.story import Story, stories

DESK = Desk(policies=Policies(None), prices=read_prices(None))
CLUSTER = {
    "cluster": {
        "name": "payments",
        "status": "ACTIVE",
        "resourcesVpcConfig": {"vpcId": "vpc-1", "endpointPublicAccess": True, "endpointPrivateAccess": False},
    }
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of one for all tests here."""
    with a_service() as address:
        yield address


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "payments"
    folder.mkdir()
    (folder / "describe-cluster_payments.json").write_text(json.dumps(CLUSTER))
    (folder / "collection.json").write_text(json.dumps({"collection": {"calls": []}}))
    return folder


def test_a_service_says_the_same_as_this_process(url: str, bundle: Path) -> None:
    (asked,) = gather(str(bundle))
    here = decide(Asked(place="here", question=asked.question, described=asked.described), {}, DESK)

    there = send(url, bundle, "here")

    assert there.line == here.line
    assert there.exit is here.exit
    digests = [json.loads(one.json)["decision_digest"] for one in (here, there)]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("story", [one for one in stories() if not one.is_refused], ids=lambda story: story.name)
def test_the_line_of_an_answer_is_that_of_the_decision(story: Story) -> None:
    access = {"endpoint_access": {}} | story.request.get("cluster", {})
    verdict = decide(Asked(place="here", question=story.request | {"cluster": access}), {}, DESK)

    assert line_of(json.loads(verdict.json), "here") == verdict.line


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"describe-subnets.json": {"Subnets": []}}, "the service refuses it with 422: "),
        ({f"{number}.json": CLUSTER for number in range(501)}, "the service refuses it with 422: "),
    ],
)
def test_what_the_service_refuses_is_told(url: str, tmp_path: Path, files: dict[str, Any], sentence: str) -> None:
    for name, document in files.items():
        (tmp_path / name).write_text(json.dumps(document))

    with pytest.raises(SendError) as raised:
        send(url, tmp_path, "here")

    assert str(raised.value).startswith(sentence)
    assert len(str(raised.value)) > len(sentence)


def test_a_service_that_is_not_there_or_is_none_is_told(url: str, bundle: Path) -> None:
    with pytest.raises(SendError, match="does not answer"):
        send("http://127.0.0.1:1", bundle, "here")
    with pytest.raises(SendError, match="does not answer"):
        send("no address", bundle, "here")
    with pytest.raises(SendError):
        send(f"{url}/docs", bundle, "here")
