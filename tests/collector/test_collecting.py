"""Many Regions side by side, with what goes wrong in them."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from service.collector.bundles import Bundle, open_output
from service.collector.calls import Call
from service.collector.collecting import Collector, Target, Trouble, Watch
from service.collector.errors import FailedError
from tests.collector.recorded import ACCOUNT, Recorded

REGIONS = ("eu-west-1", "eu-west-2", "us-east-1")


def collected(tmp_path: Path, *targets: Target, **more: Any) -> list[Bundle | Trouble]:
    return list(Collector(output=open_output(tmp_path / "out"), **more).collect(targets))


def test_what_is_found_comes_in_the_order_of_the_targets(tmp_path: Path) -> None:
    targets = [Target(account=Recorded(), region=region) for region in REGIONS]

    found = collected(tmp_path, *targets)

    assert [one.name for one in found if isinstance(one, Bundle)] == [f"{ACCOUNT}/{name}/payments" for name in REGIONS]


def test_whoever_watches_is_told_of_every_region_and_cluster(tmp_path: Path) -> None:
    expected: list[int] = []
    done: list[str] = []

    watch = Watch(expect=expected.append, done=done.append)
    collected(tmp_path, *[Target(account=Recorded(), region=name) for name in REGIONS], watch=watch)

    assert sum(expected) == len(done) == 6


@pytest.mark.parametrize("name", ["../../etc", "", "a/b", ".hidden", "x" * 101])
def test_a_name_that_eks_does_not_allow_is_told_and_leads_nowhere(tmp_path: Path, name: str) -> None:
    (trouble,) = collected(
        tmp_path, Target(account=Recorded(eks__ListClusters={"clusters": [name]}), region="eu-west-1")
    )

    assert trouble == Trouble(place=f"{ACCOUNT}/eu-west-1", sentence="a cluster whose name is none that EKS allows")
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize("is_named", [True, False])
def test_a_cluster_that_is_gone_is_trouble_only_if_it_was_just_listed(tmp_path: Path, is_named: bool) -> None:
    account = Recorded(eks__DescribeCluster=FailedError("ResourceNotFoundException"))
    target = Target(account=account, region="eu-west-1", clusters=("payments",) if is_named else ())

    found = collected(tmp_path, target)

    assert len(found) == (0 if is_named else 1)


def test_whoever_stops_does_not_wait_for_the_clusters_that_would_follow(tmp_path: Path) -> None:
    class Long(Recorded):
        def call(self, call: Call, region: str, **parameters: Any) -> dict[str, Any]:
            if call.operation == "ListClusters":
                return {"clusters": ["first"] if region == "eu-west-1" else [f"c{number}" for number in range(2000)]}
            return super().call(call, region, **parameters)

    accounts = [Long(), Long()]
    targets = [Target(account=one, region=name) for one, name in zip(accounts, REGIONS, strict=False)]
    collector = Collector(output=open_output(tmp_path / "out"))

    found = collector.collect(targets)
    first = list(islice(found, 1))
    found.close()

    assert [one.name for one in first if isinstance(one, Bundle)] == [f"{ACCOUNT}/eu-west-1/first"]
    described = [action for action, _ in accounts[1].called].count("eks:DescribeCluster")
    assert described < 2000


def test_the_other_commands_do_not_wait_for_boto3() -> None:
    script = "import sys, service.command_line.commands; sys.exit('botocore' in sys.modules)"

    finished = subprocess.run([sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[2])

    assert finished.returncode == 0
