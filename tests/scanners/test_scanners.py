"""Checkov and cfn-guard run for real over every kind of setting, and say what was predicted.

They live beside the project's own environment (`make scanners`), because their pins are their own. Where they
cannot be had these tests are skipped, but never in CI. The registry's rule EKS_ENDPOINT_NO_PUBLIC_ACCESS is not
in the package that ships cfn-guard, so of the two rules only Control Tower's is run.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from service.engine.controls import NodeExposure, judge_controls
from service.engine.scanners import Setting

HERE = Path(__file__).resolve().parents[2] / "build" / "scanners"
CHECKOV = HERE / "checkov" / "bin" / "checkov"
PACKAGE = HERE / "node_modules" / "@cdklabs" / "cdk-validator-cfnguard"
SYSTEM = "macos" if platform.system() == "Darwin" else "ubuntu"
MACHINE = "x86_64" if platform.machine() in ("x86_64", "AMD64") else "aarch64"
GUARD = PACKAGE / "bin" / SYSTEM / MACHINE / "cfn-guard"
RULE = PACKAGE / "rules" / "control-tower" / "cfn-guard" / "eks" / "ct-eks-pr-1.guard"
PATIENCE = 120

LISTS: tuple[tuple[str, ...] | None, ...] = (
    None,
    ("0.0.0.0/0",),
    ("13.209.0.0/28",),
    ("203.0.113.5/32", "0.0.0.0/0"),
    ("0.0.0.0/1", "128.0.0.0/1"),
    ("132.1.50.0/0",),
    ("::/0",),
    ("10.0.0.0/8",),
)
SETTINGS = {
    f"c{number}": Setting(public=public, private=private, cidrs=cidrs)
    for number, (public, private, cidrs) in enumerate(product((None, True, False), (None, True, False), LISTS))
}
"""Every way to write the two switches, or not, with lists that tools tell apart."""


def predicted(id_: str) -> dict[str, str]:
    """What the control is predicted to say of every setting."""
    return {
        name: next(it.result for it in judge_controls(setting, NodeExposure()) if it.id == id_)
        for name, setting in SETTINGS.items()
    }


def tool(path: Path) -> str:
    """The tool, if it was installed; the test is skipped where it was not, but never in CI."""
    if not path.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"{path.name} is not here: run `make scanners`")
    return str(path)


def run(*command: str) -> Any:
    """What a tool prints as JSON; that it found something is no failure of the tool."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def as_terraform(name: str, setting: Setting) -> str:
    """The cluster as a resource; what the setting leaves out is left out."""
    lines = {
        "subnet_ids": '["subnet-a", "subnet-b"]',
        "endpoint_public_access": None if setting.public is None else json.dumps(setting.public),
        "endpoint_private_access": None if setting.private is None else json.dumps(setting.private),
        "public_access_cidrs": None if setting.cidrs is None else json.dumps(setting.cidrs),
    }
    body = "\n".join(f"    {field} = {value}" for field, value in lines.items() if value)
    return f'resource "aws_eks_cluster" "{name}" {{\n  name = "{name}"\n  vpc_config {{\n{body}\n  }}\n}}\n'


def as_template(setting: Setting) -> dict[str, Any]:
    """The cluster as a CloudFormation template, likewise."""
    access = {
        "SubnetIds": ["subnet-a", "subnet-b"],
        "EndpointPublicAccess": setting.public,
        "EndpointPrivateAccess": setting.private,
        "PublicAccessCidrs": setting.cidrs and list(setting.cidrs),
    }
    said = {field: value for field, value in access.items() if value is not None}
    cluster = {"Type": "AWS::EKS::Cluster", "Properties": {"ResourcesVpcConfig": said}}
    return {"Resources": {"Cluster": cluster}}


@cache
def checkov_verdicts(folder: Path) -> dict[str, dict[str, str]]:
    """What Checkov says, by check and cluster; one run for all."""
    command = ("-d", str(folder), "--framework", "terraform", "-c", "CKV_AWS_38,CKV_AWS_39", "-o", "json", "--compact")
    results = run(tool(CHECKOV), *command, "--skip-download")["results"]
    verdicts: dict[str, dict[str, str]] = {"CKV_AWS_38": {}, "CKV_AWS_39": {}}
    for found, result in (("passed_checks", "pass"), ("failed_checks", "fail")):
        for check in results[found]:
            verdicts[check["check_id"]][check["resource"].removeprefix("aws_eks_cluster.")] = result
    return verdicts


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every setting as Terraform."""
    folder = tmp_path_factory.mktemp("terraform")
    text = "\n".join(as_terraform(name, setting) for name, setting in SETTINGS.items())
    (folder / "main.tf").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("check", ["CKV_AWS_38", "CKV_AWS_39"])
def test_checkov_says_what_was_predicted(check: str, terraform: Path) -> None:
    assert checkov_verdicts(terraform)[check] == predicted(f"checkov-{check.lower()}")


def test_control_towers_rule_says_what_was_predicted(tmp_path: Path) -> None:
    for name, setting in SETTINGS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(as_template(setting)), encoding="utf-8")

    options = ("--output-format", "json", "--show-summary", "none", "--structured")
    said = run(tool(GUARD), "validate", "--data", str(tmp_path), "--rules", str(RULE), *options)

    verdicts = {Path(each["name"]).stem: each["status"].lower() for each in said}
    assert verdicts == predicted("control-tower-ct.eks.pr.1")
