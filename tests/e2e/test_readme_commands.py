"""The one-liners of README.md, run as they are printed; what they call prints what was recorded."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from service.settings import Settings
from tests.e2e.server import ROOT, Server, running_service
from tests.knowledge_base import KNOWLEDGE_BASE
from tests.web.description import DESCRIPTION

README = (ROOT / "README.md").read_text("utf-8")
PLAN = KNOWLEDGE_BASE / "cases/definitions/checkov/runner/resources/plan_nested_child_modules/tfplan.json"
DESCRIBED = DESCRIPTION["components"]["examples"]["described-cluster"]["value"]
CONTROL_PLANES = {
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        {
            "apiVersion": "controlplane.cluster.x-k8s.io/v1beta2",
            "kind": "AWSManagedControlPlane",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {
                "eksClusterName": name,
                "region": "eu-west-1",
                "endpointAccess": {"public": True, "private": True},
            },
        }
        for name in ("payments", "orders")
    ],
}


def one_liner(program: str, with_words: str) -> str:
    """The block of README.md that begins with this program and holds these words."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if block.startswith(f"{program} ") and with_words in block]
    return str(found).strip()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_service(tmp_path_factory.mktemp("service") / "log") as server:
        yield server


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with the service's Python where README.md has it, and `bin` for programs that are not here."""
    (tmp_path / "bin").mkdir()
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    _make_program(python, f'PYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} "$@"')
    return tmp_path


def _make_program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def recorded(workplace: Path, program: str, output: str) -> None:
    """Puts a program in the way that prints what the real one printed."""
    answer = workplace / f"{program}.recorded"
    answer.write_text(output)
    _make_program(workplace / "bin" / program, f"cat {shlex.quote(str(answer))}")


def run(command: str, workplace: Path, port: int | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a line as a shell does; only the port is the test's own."""
    for program in re.findall(r"(?:^|\| )([a-z]+) ", command):
        if not (workplace / "bin" / program).exists() and shutil.which(program) is None:
            pytest.skip(f"{program} is not here")
    if port is not None:
        command = command.replace(f":{Settings().port}/", f":{port}/")
    environment = {"PATH": f"{workplace / 'bin'}:/usr/local/bin:/usr/bin:/bin", "HOME": str(workplace), "NO_PROXY": "*"}
    return subprocess.run(
        command, shell=True, cwd=workplace, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_cluster_of_the_account_is_described(workplace: Path, service: Server) -> None:
    recorded(workplace, "aws", json.dumps(DESCRIBED))

    ended = run(one_liner("aws", "/v1/descriptions"), workplace, service.port)

    (description,) = json.loads(ended.stdout)["descriptions"]
    assert description["cluster"]["name"] == "payments-prod"
    assert description["cluster"]["endpoint_access"]["public_access_cidrs"] == ["203.0.113.0/24"]


def test_a_cluster_of_the_account_gets_a_report(workplace: Path, service: Server) -> None:
    recorded(workplace, "aws", json.dumps(DESCRIBED))

    ended = run(one_liner("aws", "/v1/decisions"), workplace, service.port)

    assert ended.stdout.startswith("# API server endpoint of payments-prod")
    assert "## The present setting" in ended.stdout


def test_a_repository_is_described_as_one_archive(workplace: Path, service: Server) -> None:
    (workplace / "main.tf").write_text(DESCRIPTION["components"]["examples"]["terraform"]["value"])
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for arguments in (("init", "-q"), ("add", "main.tf"), (*author, "commit", "-qm", "cluster")):
        subprocess.run(["git", *arguments], cwd=workplace, check=True)

    ended = run(one_liner("git", "/v1/descriptions"), workplace, service.port)

    (description,) = json.loads(ended.stdout)["descriptions"]
    assert description["cluster"]["endpoint_access"]["private"] is True
    assert description["cluster"]["endpoint_access"]["public"] is False


def test_the_clusters_of_a_management_cluster_make_a_table(workplace: Path) -> None:
    recorded(workplace, "kubectl", yaml.safe_dump(CONTROL_PLANES))

    ended = run(one_liner("kubectl", "decide"), workplace)

    assert ended.returncode == 0, ended.stderr
    rows = [line.split(" | ") for line in ended.stdout.splitlines()[2:]]
    assert [(row[0], row[2]) for row in rows] == [
        ("| payments", "public and private"),
        ("| orders", "public and private"),
    ]


@pytest.mark.skipif(not PLAN.is_file(), reason="the definitions (../shared) are not here")
def test_a_plan_that_breaks_a_requirement_ends_the_pipeline(workplace: Path) -> None:
    recorded(workplace, "terraform", PLAN.read_text())

    ended = run(one_liner("terraform", "decide"), workplace)

    assert ended.returncode == 1, ended.stderr
    assert "internet-exposure-allow-list" in ended.stdout
