"""The policy over HTTP: in every answer, in the report, in the record, at `/v1/policy`, and asked for by revision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Records, Settings, SettingsError
from service.web.policies import MOST_KEPT, SECONDS_BETWEEN_LOOKS, Policies
from service.web.schemas.policy import MOST_POLICY_BYTES
from service.web.shared_contents import SharedContents
from tests.recording import change_desk
from tests.web.assertions import assert_error
from tests.web.description import faults

STRICT = """
name: strict
rules:
  - {name: closed, match: {labels: {environment: prod}}, internet_exposure: none}
guardrails:
  - {name: owned, expression: "'owner' in cluster.labels", message: a cluster needs an owner}
waivers:
  - {cluster: old, rule: guardrail-owned, reason: it goes in spring, owner: platform, expires: 2099-12-31}
  - {cluster: older, rule: guardrail-owned, reason: it went, owner: platform, expires: 2020-12-31}
"""
QUESTION: dict[str, Any] = {"cluster": {"name": "demo", "labels": {"environment": "prod"}}}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A policy file."""
    path = tmp_path / "policy.yaml"
    path.write_text(STRICT)
    return path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def strict(file: Path, clock: Clock) -> Flask:
    """An application under that file, with a clock of its own for looking at it."""
    app = create_app(Settings(records=Records.OFF, policy_file=file))
    change_desk(app, policies=Policies(file, clock))
    return app


@pytest.fixture
def asking(strict: Flask) -> FlaskClient:
    return strict.test_client()


def answer(client: FlaskClient, **cluster: Any) -> Any:
    """The answer on a cluster."""
    response = client.post("/v1/decisions", json={"cluster": {**QUESTION["cluster"], **cluster}})
    assert response.status_code == 200
    assert faults("Decision", response.get_json()) == []
    return response.get_json()


def revision(client: FlaskClient) -> str:
    """What is in force."""
    return str(client.get("/v1/policy").get_json()["revision"])


def test_every_answer_carries_name_revision_and_rules(asking: FlaskClient) -> None:
    said = answer(asking)

    assert said["policy"]["name"] == "strict"
    assert said["policy"]["revision"] == revision(asking)
    assert said["policy"]["rules"] == [{"name": "closed", "because": "the label `environment` is `prod`"}]
    public = said["assessments"][0]["objections"]
    assert {it["id"] for it in public if it["source"] == "policy"} == {"internet-exposure-none", "guardrail-owned"}


def test_a_waiver_is_shown_in_the_answer_and_in_the_report(asking: FlaskClient) -> None:
    said = answer(asking, name="old")
    report = asking.post("/v1/decisions", json={"cluster": {"name": "old"}}, headers={"Accept": "text/markdown"})

    assert said["policy"]["waivers"][0] | {"in_force": True, "owner": "platform"} == said["policy"]["waivers"][0]
    assert said["assessments"][2]["waived"][0]["id"] == "guardrail-owned"
    assert "- `guardrail-owned` is waived for public, public and private, private until 2099-12-31" in report.text


def test_an_expired_waiver_counts_for_nothing_and_is_listed(asking: FlaskClient) -> None:
    said = answer(asking, name="older")
    report = asking.post("/v1/decisions", json={"cluster": {"name": "older"}}, headers={"Accept": "text/markdown"})

    assert "waived" not in said["assessments"][2]
    assert [it["in_force"] for it in said["policy"]["waivers"]] == [False]
    assert "- `guardrail-owned` is **not** waived any more since 2020-12-31: it went" in report.text


def test_what_is_in_force_is_shown_as_described(asking: FlaskClient) -> None:
    shown = asking.get("/v1/policy").get_json()

    assert faults("PolicyInForce", shown) == []
    assert shown["content"]["rules"][0]["internet_exposure"] == "none"
    assert (shown["trouble"], "applies" in shown) == (None, False)


def test_what_applies_to_a_cluster_is_told_with_the_reason(asking: FlaskClient) -> None:
    shown = asking.get("/v1/policy?for=old,region=eu-west-1,account=123456789012,environment=prod").get_json()

    assert faults("PolicyInForce", shown) == []
    applies = shown["applies"]
    assert applies["cluster"] == {
        "name": "old",
        "region": "eu-west-1",
        "account": "123456789012",
        "labels": {"environment": "prod"},
    }
    assert applies["rules"] == [{"name": "closed", "applies": "yes", "because": "the label `environment` is `prod`"}]
    assert (applies["demands"]["internet_exposure"], applies["waivers"][0]["in_force"]) == ("none", True)


def test_what_would_be_assumed_and_approved_is_told_as_well(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("name: a\nrules: [{name: x, approved_source_cidrs: [13.0.0.0/8], assume: {hosting: region}}]")
    client = create_app(Settings(records=Records.OFF, policy_file=file)).test_client()

    applies = client.get("/v1/policy?for=environment=prod").get_json()["applies"]

    assert applies["cluster"]["name"] == "unnamed"
    assert applies["demands"]["approved_source_cidrs"] == ["13.0.0.0/8"]
    assert [it["field"] for it in applies["assumed"]] == ["/cluster/hosting"]


@pytest.mark.parametrize("words", ["a,b", "=x", "a=1,a=2", ",", "", "x" * 2_001])
def test_a_cluster_that_is_not_understood_is_refused_at_its_place(asking: FlaskClient, words: str) -> None:
    body = assert_error(asking.get("/v1/policy", query_string={"for": words}), 422, "INVALID_QUERY")

    assert [error["pointer"] for error in body["errors"]] == ["/for"]


def test_a_changed_file_is_in_force_after_the_stated_time(asking: FlaskClient, file: Path, clock: Clock) -> None:
    before = revision(asking)
    file.write_text(STRICT.replace("closed", "shut"))

    assert revision(asking) == before
    clock.now += SECONDS_BETWEEN_LOOKS
    assert revision(asking) != before
    assert answer(asking)["policy"]["rules"][0]["name"] == "shut"


@pytest.mark.parametrize("broken", ["name: [", "name: x\nguardrails: [{name: y, expression: zzz, message: m}]", None])
def test_a_broken_file_replaces_nothing_and_readiness_warns(
    asking: FlaskClient, file: Path, clock: Clock, broken: str | None
) -> None:
    before = revision(asking)
    if broken is None:
        file.unlink()
    else:
        file.write_text(broken)
    clock.now += SECONDS_BETWEEN_LOOKS

    ready = asking.get("/readyz")
    shown = asking.get("/v1/policy").get_json()

    assert (ready.status_code, ready.get_json()["status"]) == (200, "warn")
    assert faults("Health", ready.get_json()) == []
    assert faults("PolicyInForce", shown) == []
    assert shown["revision"] == before
    assert shown["trouble"]["reason"]
    clock.now += SECONDS_BETWEEN_LOOKS
    assert asking.get("/v1/policy").get_json()["trouble"]["since"] == shown["trouble"]["since"]

    file.write_text(STRICT)
    clock.now += SECONDS_BETWEEN_LOOKS
    assert asking.get("/readyz").get_json()["status"] == "pass"
    assert asking.get("/v1/policy").get_json()["trouble"] is None


def test_a_question_may_ask_for_a_revision_that_is_still_known(asking: FlaskClient, file: Path, clock: Clock) -> None:
    first = revision(asking)
    file.write_text("name: lax")
    clock.now += SECONDS_BETWEEN_LOOKS

    pinned = asking.post("/v1/decisions", json={**QUESTION, "policy_revision": first}).get_json()

    assert pinned["policy"]["revision"] == first
    assert answer(asking)["policy"]["name"] == "lax"
    assert asking.get("/v1/policy").get_json()["revisions"] == [first, revision(asking)]


def test_an_unknown_revision_is_refused_at_its_place(asking: FlaskClient) -> None:
    body = assert_error(
        asking.post("/v1/decisions", json={**QUESTION, "policy_revision": "sha256:other"}), 422, "INVALID_QUESTION"
    )

    assert [error["pointer"] for error in body["errors"]] == ["/policy_revision"]


def test_only_so_many_revisions_are_known(file: Path, clock: Clock) -> None:
    known = Policies(file, clock)
    first = known.current().revision
    for number in range(MOST_KEPT):
        file.write_text(f"name: policy-{number}")
        known.look()

    assert len(known.revisions) == MOST_KEPT
    assert known.of_revision(first) is None


def test_a_worker_that_is_started_while_the_file_is_broken_has_the_last_good_policy(file: Path, clock: Clock) -> None:
    """What a fork shares: the memory, but not what another process has put into force since."""
    one, other = Policies(file, clock), Policies(file, clock)
    other._shared = one._shared
    first = one.current().revision
    file.write_text("name: newer")
    one.look()
    file.write_text("name: [")
    other.look()

    assert other.current().name == "newer"
    assert other.trouble is not None
    assert {first, one.current().revision} <= {it for it in (first, one.current().revision) if other.of_revision(it)}


def test_a_revision_that_another_worker_has_loaded_is_known_to_all(file: Path, clock: Clock) -> None:
    one, other = Policies(file, clock), Policies(file, clock)
    other._shared = one._shared
    file.write_text("name: newer")
    one.look()
    newer = one.current().revision
    file.write_text("name: newest")
    other.look()

    found = other.of_revision(newer)

    assert found is not None
    assert found.name == "newer"


def test_what_was_half_written_is_read_as_nothing() -> None:
    shared = SharedContents(MOST_POLICY_BYTES, MOST_KEPT)
    shared.add(b"name: a")
    shared.add(b"name: b")
    shared.add(b"name: a")
    assert shared.read() == [b"name: b", b"name: a"]

    shared._memory[55] ^= 1

    assert shared.read() == []


def test_a_file_that_is_no_policy_stops_the_start_with_every_mistake(file: Path) -> None:
    file.write_text("name: A\nrulez: []")

    with pytest.raises(SettingsError) as refused:
        create_app(Settings(records=Records.OFF, policy_file=file))

    assert "/name" in str(refused.value)
    assert "/rulez" in str(refused.value)
    with pytest.raises(SettingsError):
        Policies(file.with_name("missing.yaml"))


def test_a_second_look_without_a_change_reads_nothing(file: Path, clock: Clock) -> None:
    known = Policies(file, clock)
    loaded = known.loaded_at

    known.look()

    assert known.loaded_at is loaded
