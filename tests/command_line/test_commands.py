"""``python -m service``: what it reads, prints, and with which status it ends."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.app import create_app
from service.command_line.commands import main
from service.intake.archives import MOST_EXPANDED_BYTES, MOST_FILES
from service.settings import Records, Settings

CLUSTER_FILE = """\
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: payments, region: eu-west-1}
"""
PRIVATE_TOO = CLUSTER_FILE + "vpc: {clusterEndpoints: {publicAccess: true, privateAccess: true}}\n"
LOCKED_OUT = {
    "cluster": {"name": "narrow", "endpoint_access": {"public": True, "public_access_cidrs": ["13.209.0.0/28"]}},
    "consumers": [
        {"name": "ci", "kind": "pipeline", "location": {"at": "internet", "source_cidrs": ["13.124.1.10/32"]}}
    ],
}


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=given)


@pytest.fixture
def cluster_file(tmp_path: Path) -> str:
    path = tmp_path / "cluster.yaml"
    path.write_text(CLUSTER_FILE)
    return str(path)


def test_a_document_gets_a_line_with_its_present_and_its_recommended_mode() -> None:
    result = run("decide", "-", given=CLUSTER_FILE)

    assert result.exit_code == 0, result.output
    words = " ".join(re.sub("[│┃]", " ", result.stdout).split())
    for part in ("payments", "public", "recommended", "locked out today", "public and private"):
        assert part in words


def test_a_mode_is_recommended_once_the_callers_are_known(cluster_file: str, tmp_path: Path) -> None:
    consumers = tmp_path / "consumers.json"
    consumers.write_text(json.dumps(LOCKED_OUT["consumers"]))

    result = run("decide", cluster_file, "--consumers", str(consumers), "--output", "jsonl")

    record = json.loads(result.stdout)
    assert (record["recommended"], record["to_settle"]) == ("public and private", "")


def test_a_question_is_told_from_a_document_and_decided_as_over_http() -> None:
    over_http = (
        create_app(Settings(records=Records.OFF)).test_client().post("/v1/decisions", json=LOCKED_OUT).get_json()
    )

    result = run("decide", "--output", "json", "-", given=json.dumps(LOCKED_OUT))

    (record,) = json.loads(result.stdout)
    assert record["decision"]["decision_digest"] == over_http["decision_digest"]
    assert record["decision"]["input_digest"] == over_http["input_digest"]


def test_a_required_consumer_that_is_locked_out_today_ends_with_1() -> None:
    result = run("decide", "--output", "jsonl", "-", given=json.dumps(LOCKED_OUT))

    record = json.loads(result.stdout)
    assert result.exit_code == 1
    assert record["locked_out"] == ["ci"]
    assert record["broken"] == ["client-ip-not-in-public-access-cidrs"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--internet-exposure", "any"), 0),
        (("--internet-exposure", "none"), 1),
        (("--node-traffic", "inside_vpc"), 1),
        (("--approved-source", "13.209.0.0/28"), 1),
        (("--control", "cis-eks-5.4.1"), 1),
    ],
)
def test_a_requirement_that_the_present_setting_breaks_ends_with_1(
    cluster_file: str, options: tuple[str, ...], status: int
) -> None:
    assert run("decide", cluster_file, *options).exit_code == status


def test_requirements_and_consumers_come_from_files_and_options_go_over_them(cluster_file: str, tmp_path: Path) -> None:
    requirements, consumers = tmp_path / "requirements.yaml", tmp_path / "consumers.json"
    requirements.write_text("internet_exposure: none\nnode_traffic: any\n")
    consumers.write_text(json.dumps(LOCKED_OUT["consumers"]))
    arguments = ("decide", cluster_file, "--requirements", str(requirements), "--consumers", str(consumers))

    held = run(*arguments, "--output", "jsonl")
    eased = run(*arguments, "--output", "jsonl", "--internet-exposure", "any")

    assert json.loads(held.stdout)["broken"] == ["internet-exposure-none"]
    assert (held.exit_code, eased.exit_code) == (1, 0)
    flows = json.loads(eased.stdout)["decision"]["traffic_path"][0]["flows"]
    assert {flow["consumer"] for flow in flows} == {"ci"}


def test_a_switch_that_is_not_known_is_no_proof_that_a_requirement_holds() -> None:
    question = {"cluster": {"endpoint_access": {"public": None}}, "requirements": {"internet_exposure": "none"}}

    result = run("decide", "--output", "jsonl", "-", given=json.dumps(question))

    assert json.loads(result.stdout)["present"] == "not known"
    assert result.exit_code == 1


@pytest.mark.parametrize(("exposure", "status"), [("any", 0), ("none", 1)])
def test_a_cluster_that_is_to_come_is_broken_only_if_no_mode_fits(exposure: str, status: int) -> None:
    question = {"cluster": {}, "consumers": LOCKED_OUT["consumers"], "requirements": {"internet_exposure": exposure}}

    result = run("decide", "--output", "jsonl", "-", given=json.dumps(question))

    assert json.loads(result.stdout)["present"] == "none yet"
    assert result.exit_code == status


def test_what_is_not_understood_ends_with_2_and_does_not_keep_the_rest_from_being_decided(
    cluster_file: str, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")

    result = run("decide", str(broken), cluster_file)

    assert result.exit_code == 2
    assert "broken.json: the document is not JSON" in result.stderr
    assert "payments" in result.stdout


def test_a_question_with_mistakes_is_not_understood() -> None:
    result = run(
        "decide",
        "-",
        given='{"cluster": {"regoin": "eu-west-1"}}',
    )

    assert result.exit_code == 2
    assert "no format recognises the document" in result.stderr


def test_a_mistake_in_the_requirements_is_said_at_its_place(cluster_file: str) -> None:
    result = run("decide", cluster_file, "--approved-source", "everywhere")

    assert result.exit_code == 2
    assert "/requirements/approved_source_cidrs/0" in result.stderr
    assert result.stdout == ""


def test_a_folder_is_read_as_one_archive_without_links_and_hidden_folders(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "one.yaml").write_text(CLUSTER_FILE)
    (tmp_path / "two.yaml").write_text(CLUSTER_FILE.replace("payments", "orders"))
    (tmp_path / ".git" / "three.yaml").write_text(CLUSTER_FILE.replace("payments", "hidden"))
    (tmp_path / "four.yaml").symlink_to(tmp_path / "two.yaml")
    (tmp_path / "notes.txt").write_text("hello")

    result = run("decide", str(tmp_path), "--output", "jsonl")

    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(record["cluster"], record["place"]) for record in records} == {
        ("payments", f"{tmp_path}/a/one.yaml#"),
        ("orders", f"{tmp_path}/two.yaml#"),
    }


def test_a_network_in_which_no_cluster_stands_is_nothing_to_decide() -> None:
    network = {"Vpcs": [{"VpcId": "vpc-0a1b2c3d4e5f60001", "CidrBlock": "10.0.0.0/16"}]}

    result = run("decide", "-", given=json.dumps(network))

    assert result.exit_code == 2
    assert "in which no cluster stands" in result.stderr


@pytest.mark.parametrize(
    ("count", "size", "words"),
    [(MOST_FILES + 1, 4, f"more than {MOST_FILES} documents"), (9, MOST_EXPANDED_BYTES // 8, "bytes of documents")],
)
def test_a_folder_is_read_within_the_limits_of_an_archive(tmp_path: Path, count: int, size: int, words: str) -> None:
    for number in range(count):
        (tmp_path / f"{number}.yaml").write_bytes(b"a: 1".ljust(size))

    result = run("decide", str(tmp_path))

    assert result.exit_code == 2
    assert words in result.stderr


def test_an_empty_file_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "cluster.yaml").write_text(CLUSTER_FILE)

    assert run("decide", str(tmp_path)).exit_code == 0


def test_an_archive_comes_on_standard_input() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("one.yaml", CLUSTER_FILE)

    assert run("decide", "-", given=stream.getvalue()).exit_code == 0


def test_csv_and_markdown_have_a_row_for_each_cluster(cluster_file: str) -> None:
    formula = json.dumps({"cluster": {"name": '=HYPERLINK("x")|[a](b)'}})

    as_csv = run("decide", cluster_file, "-", "--output", "csv", given=formula)
    as_markdown = run("decide", cluster_file, "-", "--output", "markdown", given=formula)

    rows = list(csv.reader(io.StringIO(as_csv.stdout)))
    assert [row[0] for row in rows] == ["cluster", "payments", '\'=HYPERLINK("x")|[a](b)']
    lines = as_markdown.stdout.splitlines()
    assert len(lines) == 4
    assert "[a](b)" not in lines[3]


def test_describe_prints_what_was_understood(cluster_file: str) -> None:
    result = run("describe", cluster_file, "--format", "eksctl-clusterconfig")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["descriptions"][0]["cluster"]["name"] == "payments"


def test_describe_says_what_it_does_not_understand() -> None:
    result = run("describe", "-", given="a: 1")

    assert result.exit_code == 2
    assert "looked for" in result.stderr


def test_a_file_of_the_command_line_that_cannot_be_read_is_refused(cluster_file: str, tmp_path: Path) -> None:
    listed = tmp_path / "list.json"
    listed.write_text("[]")
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff")

    assert "holds no object" in run("decide", cluster_file, "--requirements", str(listed)).stderr
    assert "cannot be read" in run("decide", cluster_file, "--requirements", str(binary)).stderr


def test_serve_says_what_is_wrong_with_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "zero")

    result = run("serve")

    assert result.exit_code == 1
    assert "PORT is `zero`" in result.output


CALL = """\
module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"
  cluster_name                    = "demo"
  cluster_endpoint_public_access  = true # for now
  cluster_endpoint_private_access = true
  subnet_ids                      = ["subnet-1", "subnet-2"]
  eks_managed_node_groups         = { a = {} }
}
"""


def test_a_folder_gets_an_edit_of_its_files(tmp_path: Path) -> None:
    folder, consumers = tmp_path / "infra", tmp_path / "consumers.json"
    folder.mkdir()
    (folder / "main.tf").write_text(CALL)
    office = {"name": "office", "kind": "operator", "location": {"at": "internet", "source_cidrs": ["13.209.0.0/28"]}}
    consumers.write_text(json.dumps([office]))

    result = run("decide", str(folder), "--consumers", str(consumers), "--output", "json")

    changes = json.loads(result.stdout)[0]["decision"]["changes"]
    assert [change["text"] for change in changes if change["own"]] == [
        '--- a/main.tf\n+++ b/main.tf\n@@ -6,0 +7,1 @@\n+  cluster_endpoint_public_access_cidrs = ["13.209.0.0/28"]'
    ]


def test_a_verdict_is_said_in_korean_where_that_is_asked_for(cluster_file: str) -> None:
    table = run("decide", cluster_file, "--output", "markdown", "--lang", "ko")
    answer = run("decide", cluster_file, "--output", "jsonl", "--lang", "ko")
    refused = run("decide", "-", "--lang", "ko", given="")

    assert table.stdout.startswith("| 클러스터 |")
    assert "payments" in table.stdout
    assert re.search("[가-힣]", json.loads(answer.stdout)["decision"]["assumptions"][0]["sentence"])
    assert "문서가 비어 있습니다" in refused.stderr
