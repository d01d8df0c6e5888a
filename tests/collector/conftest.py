"""A simulated AWS for all tests of the collector, and an account in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from tests.waiting import free_port, until

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
SECRET = "wJalrXUtnFEMI-not-a-real-secret-key-0123"
KEY, TOKEN = "AKIANOTAREALACCESSKY", "not-a-real-session-token-0123456789"


@dataclass(frozen=True, kw_only=True)
class Aws:
    """The simulated AWS: where it listens, and what goes wrong in it."""

    url: str

    def fail(self, *faults: dict[str, Any]) -> None:
        """From now on these faults, and no others."""
        requests.post(f"{self.url}/faults", json=list(faults), timeout=5).raise_for_status()

    def calls(self) -> list[str]:
        """What was called since."""
        return [call for call, _ in self.asked()]

    def asked(self) -> list[tuple[str, str]]:
        """The same, each with its Region."""
        return [(call, region) for call, region in requests.get(f"{self.url}/calls", timeout=5).json()]

    def client(self, service: str, region: str) -> Any:
        """A client of somebody who may change things."""
        credentials = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
        return boto3.client(service, region_name=region, endpoint_url=self.url, **credentials)


@pytest.fixture(scope="session")
def started() -> Iterator[Aws]:
    """The process."""
    port = free_port()
    command = [sys.executable, "-m", "tests.collector.simulated_aws", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = Aws(url=f"http://127.0.0.1:{port}")
    try:
        until(lambda: process.poll() is not None or _answers(found))
        assert process.poll() is None, "the simulated AWS has ended"
        yield found
    finally:
        process.terminate()
        process.wait(10)


def _answers(aws: Aws) -> bool:
    try:
        aws.fail()
    except requests.ConnectionError:
        return False
    return True


@pytest.fixture
def aws(started: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Aws]:
    """An empty AWS, and credentials for it in the environment."""
    requests.post(f"{started.url}/moto-api/reset", timeout=30).raise_for_status()
    started.fail()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    config = tmp_path / "config"
    config.write_text("[default]\nregion = eu-west-1\n[profile other]\nregion = us-east-1\n")
    settings = {
        "AWS_ENDPOINT_URL": started.url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": TOKEN,
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    yield started
    started.fail()
