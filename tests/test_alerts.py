"""Alarms ask for metrics that are told, by labels and values that they have, and each is explained."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from service.domain.decision import Outcome
from service.web.metering import KEPT, STATUSES
from service.web.parts import parts_of
from service.web.readiness import KNOWN_QUESTION
from tests.recording import recording_app
from tests.test_docs import table

ROOT = Path(__file__).resolve().parents[1]
ALERTS = ROOT / "deploy/prometheus/alerts.yml"
VALUES = {
    "status": {str(status) for status in STATUSES},
    "outcome": {outcome.value for outcome in Outcome},
    "result": set(KEPT),
    "route": {"/v1/decisions"},
}


def rules() -> list[dict[str, Any]]:
    """Every alarm."""
    (group,) = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    return list(group["rules"])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The labels of every metric that a service tells."""
    app = recording_app(tmp_path_factory.mktemp("alerts"))
    client = app.test_client()
    client.post("/v1/decisions", json=KNOWN_QUESTION)
    families = text_string_to_metric_families(client.get("/metrics").text)
    parts_of(app).recorder.keeper.close()
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


def test_every_alarm_asks_for_metrics_that_are_told(told: dict[str, set[str]]) -> None:
    for rule in rules():
        expression = rule["expr"]
        asked = re.findall(r"(eksendpoint_\w+)(?:\{([^}]*)\})?", expression)
        assert asked or "up{" in expression
        for name, selector in asked:
            assert name in told, rule["alert"]
            for label, value in re.findall(r'(\w+)="([^"]*)"', selector):
                assert label in told[name], rule["alert"]
                assert value in VALUES[label], rule["alert"]


def test_every_alarm_is_whole_and_explained() -> None:
    explained = table("operations.md", "alarm")

    assert list(explained) == [rule["alert"] for rule in rules()]
    assert all(meaning and action for meaning, action in explained.values())
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert rule["annotations"]["summary"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_prometheus_is_told_where_the_alarms_are() -> None:
    prometheus = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))

    assert any(fnmatch("alerts.yml", Path(name).name) for name in prometheus["rule_files"])
    assert {job["job_name"] for job in prometheus["scrape_configs"]} == {"eks-endpoint-decision"}


def test_every_metric_is_in_the_operations_page(told: dict[str, set[str]]) -> None:
    written = set(table("operations.md", "metric"))
    families = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in told}

    assert families == written
