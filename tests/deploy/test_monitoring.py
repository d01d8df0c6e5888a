"""What Prometheus and Grafana are told to look at is what the service shows."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from service.web.parts import parts_of
from tests.e2e.scaled_out import program
from tests.recording import recording_app

ROOT = Path(__file__).parents[2]
DASHBOARDS = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
PROMETHEUS = ROOT / "deploy/prometheus/prometheus.yml"
OF_PROMETHEUS = {"job", "instance", "le"}
"""Labels that a scrape or a histogram adds."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Every series that a service shows once it was asked, with its labels."""
    app = recording_app(tmp_path_factory.mktemp("record"))
    client = app.test_client()
    client.post("/v1/decisions", json={"cluster": {}})
    client.get("/nowhere")
    families = text_string_to_metric_families(client.get("/metrics").text)
    parts_of(app).recorder.keeper.close()
    series: dict[str, set[str]] = {}
    for sample in (sample for family in families for sample in family.samples):
        series.setdefault(sample.name, set()).update(sample.labels)
    return series


def queries(dashboard: Path) -> list[str]:
    """Every query of a dashboard, its variables included."""
    document = json.loads(dashboard.read_text("utf-8"))
    asked = [target["expr"] for panel in document["panels"] for target in panel["targets"]]
    return asked + [variable["definition"] for variable in document["templating"]["list"]]


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_asks_only_for_what_the_service_shows(dashboard: Path, shown: dict[str, set[str]]) -> None:
    asked = {name for query in queries(dashboard) for name in re.findall(r"\beksendpoint_\w+", query)}

    assert len(asked) > 5
    assert asked - set(shown) == set()


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_divides_only_by_labels_that_there_are(dashboard: Path, shown: dict[str, set[str]]) -> None:
    for query in queries(dashboard):
        names = re.findall(r"\beksendpoint_\w+", query)
        known = OF_PROMETHEUS.union(*(shown[name] for name in names))
        matched = re.findall(r"[{,]\s*(\w+)\s*[=!]", query)
        grouped = [
            one.strip() for group in re.findall(r"\b(?:by|ignoring)\s*\(([^)]*)\)", query) for one in group.split(",")
        ]
        assert {*matched, *grouped} <= known, query


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_has_each_panel_once_and_in_a_place_of_its_own(dashboard: Path) -> None:
    panels = json.loads(dashboard.read_text("utf-8"))["panels"]
    taken: set[tuple[int, int]] = set()

    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)


def provisioned(name: str) -> dict[str, Any]:
    """A file by which Grafana is set up."""
    document = yaml.safe_load((ROOT / "deploy/grafana/provisioning" / name).read_text("utf-8"))
    assert isinstance(document, dict)
    return document


def test_the_dashboards_ask_the_source_that_is_set_up_for_them() -> None:
    (source,) = provisioned("datasources/prometheus.yaml")["datasources"]
    text = "".join(dashboard.read_text("utf-8") for dashboard in DASHBOARDS)

    assert set(re.findall(r'"uid": "(prom[^"]*)"', text)) == {source["uid"]}


def test_grafana_looks_for_dashboards_where_they_are_mounted() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    (provider,) = provisioned("dashboards/dashboards.yaml")["providers"]

    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in compose["services"]["grafana"]["volumes"]


def test_prometheus_asks_every_replica_by_itself() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    (job,) = yaml.safe_load(PROMETHEUS.read_text("utf-8"))["scrape_configs"]

    replicas = sorted(name for name in compose["services"] if name.startswith("replica-"))
    assert job["static_configs"] == [{"targets": [f"{name}:8080" for name in replicas]}]


def test_prometheus_takes_its_configuration() -> None:
    asked = subprocess.run(
        [program("promtool"), "check", "config", "--syntax-only", str(PROMETHEUS)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode == 0, asked.stderr
