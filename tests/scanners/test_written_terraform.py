"""Checkov reads the Terraform that is written, finds no syntax error in it, and judges it as was predicted."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from service.domain.cluster import EndpointMode
from service.domain.written import Form
from service.engine.controls import NodeExposure, judge_controls
from service.engine.scanners import Setting
from tests.laws.test_written_changes import LISTS, wanted, written
from tests.scanners.test_scanners import CHECKOV, checkov_verdicts, run, tool
from tests.unit.advice.test_written_repairs import REPAIRED
from tests.unit.advice.test_written_repairs import written as written_repair

SETTINGS = {f"c{number}": pair for number, pair in enumerate(product(EndpointMode, [it for it in LISTS if it]))}


def test_checkov_judges_the_written_resource_as_predicted(tmp_path: Path) -> None:
    predicted: dict[str, dict[str, str]] = {"CKV_AWS_38": {}, "CKV_AWS_39": {}}
    texts = []
    for name, (mode, cidrs) in SETTINGS.items():
        change = next(it for it in written(wanted(mode, cidrs, name=name)) if it.tool == "terraform")
        texts.append(change.text)
        listed = cidrs if mode.has_public else None
        setting = Setting(public=mode.has_public, private=mode.has_private, cidrs=listed)
        for verdict in judge_controls(setting, NodeExposure()):
            check = verdict.id.removeprefix("checkov-").upper()
            if check in predicted:
                predicted[check][name] = verdict.result
    (tmp_path / "main.tf").write_text("\n".join(texts), encoding="utf-8")

    assert checkov_verdicts(tmp_path) == predicted


@pytest.mark.parametrize("what", ["modules", "repairs"])
def test_checkov_parses_whatever_else_is_written(what: str, tmp_path: Path) -> None:
    if what == "repairs":
        texts = [written_repair(*changes)["terraform"].text for changes in REPAIRED.values()]
    else:
        texts = [it.text for it in written(wanted(EndpointMode.PUBLIC, LISTS[1])) if it.form is Form.HCL]
    for number, text in enumerate(texts):
        (tmp_path / f"f{number}").mkdir()
        (tmp_path / f"f{number}" / "main.tf").write_text(text, encoding="utf-8")

    said = run(
        tool(CHECKOV), "-d", str(tmp_path), "--framework", "terraform", "-o", "json", "--compact", "--skip-download"
    )

    assert said["summary"]["parsing_errors"] == 0
    assert said["summary"]["resource_count"] > 0
