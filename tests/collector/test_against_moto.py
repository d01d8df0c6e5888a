"""The command against a simulated AWS over HTTP, and what its bundles say to intake."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.command_line.commands import main
from service.intake.documents import read_documents
from service.intake.recognising import understand
from service.intake.registry import FORMATS
from tests.collector.conftest import ACCOUNT, KEY, ROOT, SECRET, TOKEN, Aws
from tests.collector.network import Network
from tests.command_line.serving import a_service
from tests.waiting import until

HERE = f"{ACCOUNT}/eu-west-1"
DENIED = {"code": "UnauthorizedOperation", "status": 403}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ("collect", *arguments))


def described(path: Path) -> dict[str, Any]:
    result = CliRunner().invoke(main, ("describe", str(path)))
    found: dict[str, Any] = json.loads(result.stdout)
    return {one["cluster"]["name"]: one for one in found["descriptions"]}


def by_id(elements: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {element["id"]: element for element in elements}


def lines(result: Result) -> dict[str, dict[str, Any]]:
    return {line["cluster"]: line for line in map(json.loads, result.stdout.splitlines())}


@pytest.fixture
def network(aws: Aws) -> Network:
    """A cluster with nodes that leave through NAT, and nodes that nothing lets out."""
    found = Network(aws)
    cluster = found.cluster()
    found.nodes(cluster, "general", "private")
    found.nodes(cluster, "shut-in", "isolated")
    return found


def test_the_bundle_describes_the_network_as_it_was_made(network: Network, tmp_path: Path) -> None:
    peering, _ = network.peer()
    network.route("private", "10.9.0.0/16", VpcPeeringConnectionId=peering)

    result = run("--output", str(tmp_path / "out"))

    cluster = described(tmp_path / "out")["payments"]["cluster"]
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{HERE}/payments: collected\n"
    assert {id_: one["route_table"] for id_, one in by_id(cluster["subnets"]).items()} == {
        network.subnets[name]: network.tables[name] for name in ("public", "private", "isolated")
    }
    routes = by_id(cluster["route_tables"])[network.tables["private"]]["routes"]
    assert {route["destination"]: route["target"] for route in routes} == {
        "10.0.0.0/16": "local",
        "0.0.0.0/0": network.nat,
        "10.9.0.0/16": peering,
    }
    assert by_id(cluster["nat_gateways"])[network.nat]["public_ips"] == [network.nat_address]
    assert by_id(cluster["connections"])[peering] == {
        "id": peering,
        "kind": "peering",
        "attached": True,
        "remote_cidrs": ["10.9.0.0/16"],
        "returns": True,
    }
    assert by_id(cluster["security_groups"])[network.group]["role"] == "cluster"
    assert cluster["vpc"]["block_public_access"] == "off"
    assert cluster["vpc"]["enable_dns_support"] is True


def test_isolated_nodes_are_locked_out_of_a_public_endpoint_and_those_behind_nat_are_not(network: Network) -> None:
    result = run("--decide", "--output-format", "jsonl")

    line = lines(result)["payments"]
    assert (line["place"], line["present"]) == (f"{HERE}/payments", "public")
    assert line["locked_out"] == ["shut-in"]
    assert "no-route-to-internet" in line["broken"]
    assert result.exit_code == 1


@pytest.mark.parametrize("format_", ["table", "markdown", "csv", "json", "jsonl"])
def test_decisions_are_printed_in_every_format(network: Network, format_: str) -> None:
    result = run("--decide", "--output-format", format_)

    assert all(words in result.stdout for words in ("payments", "shut-in"))
    if format_ == "csv":
        (row,) = csv.DictReader(io.StringIO(result.stdout))
        assert (row["present"], row["locked out today"]) == ("public", "shut-in")


def test_a_service_decides_what_is_sent_to_it(network: Network, tmp_path: Path) -> None:
    with a_service() as url:
        sent = run("--send", url, "--output-format", "jsonl")
    here = run("--decide", "--output-format", "jsonl")
    nobody = run("--send", "http://127.0.0.1:1", "--output", str(tmp_path / "out"))

    lines_of_both = [lines(one)["payments"] for one in (sent, here)]
    for line in lines_of_both:
        del line["decision"]["decision_id"], line["decision"]["created_at"], line["decision"]["input_digest"]
    assert lines_of_both[0] == lines_of_both[1]
    assert sent.exit_code == here.exit_code == 1
    assert nobody.exit_code == 3
    assert "does not answer" in nobody.stderr


def test_a_zip_is_what_the_api_takes(network: Network, tmp_path: Path) -> None:
    file = tmp_path / "clusters.zip"

    result = run("--output", str(file))

    (found,) = understand(read_documents(file.read_bytes(), file.name), FORMATS).descriptions
    assert result.exit_code == 0, result.output
    assert found.cluster["name"] == "payments"
    assert {one["name"] for one in found.consumers} == {"general", "shut-in", "operator"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("clusters")] == ["clusters.zip"]


def test_two_regions_in_one_output_are_not_mixed(network: Network, aws: Aws, tmp_path: Path) -> None:
    other = Network(aws, "us-east-1", cidr="10.50")
    other.cluster("orders")
    aws.fail(DENIED | {"call": "ec2:DescribeNatGateways", "region": "us-east-1"})

    run("--output", str(tmp_path / "out.zip"), "--region", "eu-west-1", "--region", "us-east-1")

    found = described(tmp_path / "out.zip")
    assert by_id(found["payments"]["cluster"]["nat_gateways"]).keys() == {network.nat}
    assert "/nat_gateways" in {one["field"] for one in found["orders"]["unknown"]}
    assert by_id(found["orders"]["cluster"]["subnets"]).keys() == set(other.subnets.values())


def test_a_denied_call_is_an_unknown_and_is_told(network: Network, aws: Aws, tmp_path: Path) -> None:
    aws.fail(DENIED | {"call": "ec2:DescribeRouteTables"}, DENIED | {"call": "eks:ListNodegroups"})

    result = run("--output", str(tmp_path / "out"), "--decide", "--output-format", "jsonl")

    found = described(tmp_path / "out")["payments"]
    told = "eks:ListNodegroups, ec2:DescribeRouteTables"
    assert f"{HERE}/payments: denied, and so unknown: {told}" in result.stderr
    assert {"/route_tables", "/consumers"} <= {one["field"] for one in found["unknown"]}
    why = "ec2:DescribeRouteTables about {} denied (UnauthorizedOperation): what it was to tell is unknown"
    assert why.format(network.vpc) in {one["why"] for one in found["ignored"]}
    assert result.exit_code in (0, 1)
    assert lines(result)["payments"]["locked_out"] == []


def test_a_second_run_keeps_what_is_complete_and_asks_for_the_rest(network: Network, aws: Aws, tmp_path: Path) -> None:
    network.cluster("orders")
    aws.fail({"call": "ec2:DescribeSubnets", "code": "InternalError", "status": 400, "times": 1})
    first = run("--output", str(tmp_path / "out"), "--parallel", "1")
    aws.fail()

    second = run("--output", str(tmp_path / "out"))
    called = aws.calls()
    third = run("--output", str(tmp_path / "out"), "--refresh")

    assert first.exit_code == 3
    assert "not answered" in first.stderr
    assert second.exit_code == third.exit_code == 0
    assert called.count("eks:DescribeCluster") == 2
    assert third.stdout == f"{HERE}/orders: collected\n{HERE}/payments: collected\n"


def test_a_second_run_asks_nothing_of_clusters_that_are_complete(network: Network, aws: Aws, tmp_path: Path) -> None:
    for output in ("out", "out.zip"):
        run("--output", str(tmp_path / output))
        aws.fail()

        again = run("--output", str(tmp_path / output))

        assert again.stdout == f"{HERE}/payments: kept from an earlier run\n"
        assert aws.calls() == ["sts:GetCallerIdentity", "eks:ListClusters"]


def test_a_run_that_is_killed_leaves_no_half_bundle_and_is_gone_on_with(
    network: Network, aws: Aws, tmp_path: Path
) -> None:
    network.cluster("a-first")
    network.cluster("z-last")
    output = tmp_path / "out"
    aws.fail({"call": "eks:ListFargateProfiles", "delay": 1.5})
    command = [sys.executable, "-m", "service", "collect", "--output", str(output)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    until((output / HERE / "a-first").exists)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    whole = sorted(path.name for path in (output / HERE).iterdir())
    aws.fail()
    result = run("--output", str(output))

    assert "a-first" in whole
    assert "z-last" not in whole
    assert f"{HERE}/a-first: kept from an earlier run" in result.stdout
    assert f"{HERE}/z-last: collected" in result.stdout
    assert sorted(described(output)) == ["a-first", "payments", "z-last"]


def test_a_region_that_is_denied_is_told_and_the_others_are_read(network: Network, aws: Aws, tmp_path: Path) -> None:
    Network(aws, "us-east-1").cluster("orders")
    aws.fail({"call": "eks:ListClusters", "region": "eu-west-1", "code": "AccessDeniedException"})

    result = run("--output", str(tmp_path / "out"), "--region", "eu-west-1", "--region", "us-east-1")

    assert result.exit_code == 3
    assert f"{HERE}: eks:ListClusters was refused: AccessDeniedException" in result.stderr
    assert result.stdout == f"{ACCOUNT}/us-east-1/orders: collected\n"


def test_credentials_that_expire_on_the_way_end_the_region_and_the_next_run_goes_on(
    network: Network, aws: Aws, tmp_path: Path
) -> None:
    aws.fail({"call": "ec2:DescribeSubnets", "code": "RequestExpired", "status": 400})

    result = run("--output", str(tmp_path / "out"))
    aws.fail()
    again = run("--output", str(tmp_path / "out"))

    assert result.exit_code == 3
    assert f"{HERE}: the credentials do not hold here, or no longer (RequestExpired)" in result.stderr
    assert again.stdout == f"{HERE}/payments: collected\n"


def test_throttling_is_survived(network: Network, aws: Aws, tmp_path: Path) -> None:
    aws.fail({"call": "ec2:DescribeNetworkAcls", "code": "RequestLimitExceeded", "status": 503, "times": 2})

    result = run("--output", str(tmp_path / "out"))

    assert result.exit_code == 0, result.output
    assert described(tmp_path / "out")["payments"]["cluster"]["network_acls"]
    assert aws.calls().count("ec2:DescribeNetworkAcls") == 3


def test_all_regions_are_those_that_the_account_has_enabled(network: Network, aws: Aws, tmp_path: Path) -> None:
    result = run("--output", str(tmp_path / "out"), "--region", "all", "--parallel", "8")

    assert result.exit_code == 0, result.output
    assert result.stdout == f"{HERE}/payments: collected\n"
    assert aws.calls().count("eks:ListClusters") > 15


def test_roles_are_assumed_with_their_external_id_and_each_accounts_clusters_are_its_own(
    network: Network, aws: Aws, tmp_path: Path
) -> None:
    own, role = f"arn:aws:iam::{ACCOUNT}:role/reader", "arn:aws:iam::222222222222:role/reader"

    result = run(
        "--output", str(tmp_path / "out"), "--role-arn", own, "--role-arn", role, "--external-id", "agreed-between-us"
    )

    assert result.exit_code == 0, result.output
    assert result.stdout == f"{HERE}/payments: collected\n"
    assert aws.calls().count("sts:AssumeRole") == 2
    assert aws.calls().count("eks:ListClusters") == 2


def test_without_any_region_a_role_is_assumed_in_its_own_partition(network: Network, aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[default]\n")
    roles = (f"arn:aws:iam::{ACCOUNT}:role/reader", f"arn:aws-cn:iam::{ACCOUNT}:role/reader")

    homes = [
        run("--output", str(tmp_path / f"out-{number}"), "--role-arn", role, "--cluster", "payments").stderr
        for number, role in enumerate(roles)
    ]

    asked = [region for call, region in aws.asked() if call == "sts:AssumeRole"]
    assert asked == ["us-east-1", "cn-north-1"]
    assert all("no cluster of this name" in told for told in homes)


def test_profiles_are_read_one_after_the_other_and_one_that_is_missing_is_told(
    network: Network, aws: Aws, tmp_path: Path
) -> None:
    keys = f"aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    (tmp_path / "none").write_text(f"[default]\n{keys}[other]\n{keys}")
    Network(aws, "us-east-1").cluster("orders")

    result = run("--output", str(tmp_path / "out"), *(f"--profile={name}" for name in ("default", "nobody", "other")))

    assert result.exit_code == 3
    assert "nobody: the account cannot be reached: ProfileNotFound" in result.stderr
    assert result.stdout == f"{HERE}/payments: collected\n{ACCOUNT}/us-east-1/orders: collected\n"


def test_without_credentials_the_account_cannot_be_reached(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)

    for more in ((), ("--role-arn", f"arn:aws:iam::{ACCOUNT}:role/reader")):
        result = run("--output", str(tmp_path / "out"), *more)

        assert result.exit_code == 3
        assert "the account cannot be reached: NoCredentialsError" in result.stderr


def test_only_named_clusters_are_read_and_one_that_is_nowhere_is_told(network: Network, tmp_path: Path) -> None:
    network.cluster("orders")

    result = run("--output", str(tmp_path / "out"), "--cluster", "orders", "--cluster", "nowhere")

    assert result.stdout == f"{HERE}/orders: collected\n"
    assert "nowhere: no cluster of this name could be read" in result.stderr
    assert result.exit_code == 3


def test_an_account_without_clusters_is_told(aws: Aws, tmp_path: Path) -> None:
    result = run("--output", str(tmp_path / "out"), "--decide")

    assert (result.stdout, result.exit_code) == ("", 0)
    assert result.stderr.startswith("no cluster was found in these accounts and Regions")


def test_a_cluster_that_cannot_be_described_is_told(network: Network, aws: Aws, tmp_path: Path) -> None:
    aws.fail({"call": "eks:DescribeCluster", "code": "AccessDeniedException"})

    result = run("--output", str(tmp_path / "out"))

    assert f"{HERE}/payments: eks:DescribeCluster was refused: AccessDeniedException" in result.stderr
    assert (result.exit_code, list((tmp_path / "out").iterdir())) == (3, [])


def test_credentials_are_neither_printed_nor_written(network: Network, aws: Aws, tmp_path: Path) -> None:
    aws.fail(DENIED | {"call": "ec2:DescribeVpcs"}, {"call": "ec2:DescribeSubnets", "code": "RequestExpired"})
    runs = [run("--output", str(tmp_path / "out"), "--decide")]
    aws.fail(DENIED | {"call": "ec2:DescribeVpcs"})
    runs += [run("--output", str(tmp_path / "out"), "--decide"), run("--output", str(tmp_path / "out.zip"))]

    said = "".join(one.stdout + one.stderr for one in runs)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        packed = b"".join(archive.read(name) for name in archive.namelist())
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert written
    assert packed
    for secret in (KEY, SECRET, TOKEN, "secret-name"):
        assert secret not in said
        assert secret.encode() not in written + packed


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_only_its_owner_can_read_what_was_collected(network: Network, tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.new").write_text("left by a run that was stopped")

    run("--output", str(tmp_path / name))

    assert (tmp_path / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("is_there", [True, False])
def test_without_boto3_the_command_says_what_to_install(tmp_path: Path, is_there: bool) -> None:
    (tmp_path / "boto3.py").write_text("raise ModuleNotFoundError('no boto3', name='boto3')\n" if is_there else "")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    command = [sys.executable, "-m", "service", "collect", "--output", str(tmp_path / "out")]

    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)

    said = "boto3 is not installed, and collecting needs it: python -m pip install boto3"
    assert (said in finished.stderr) is is_there
