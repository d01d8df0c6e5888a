"""A question on each line: decided one after the other, as a batch decides them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from service.app import create_app
from service.command_line.commands import main
from service.settings import MAX_BODY_BYTES, Records, Settings

ROOT = Path(__file__).parents[2]
DEMO = json.dumps({"cluster": {"name": "demo"}})


def test_lines_are_decided_as_in_a_batch() -> None:
    wanted = json.dumps({"cluster": {"name": "demo"}, "include": ["unknowns"]})
    body = f"{DEMO}\n{wanted}\n"
    client = create_app(Settings(records=Records.OFF)).test_client()
    batch = client.post("/v1/decision-batches", data=body, content_type="application/x-ndjson").data.splitlines()

    result = CliRunner().invoke(main, ["decide", "-", "--output", "jsonl"], input=body)

    decided = [json.loads(line)["decision"]["decision_digest"] for line in result.stdout.splitlines()]
    assert decided == [json.loads(line)["decision"]["decision_digest"] for line in batch]
    assert [json.loads(line)["place"] for line in result.stdout.splitlines()] == ["-:1", "-:2"]


def test_a_bad_line_is_named_by_its_number_and_spoils_no_other() -> None:
    long = json.dumps({"cluster": {"name": "x" * MAX_BODY_BYTES}})
    body = f'{DEMO}\nnonsense\n\n[]\n{{"cluster": {{"nmae": "a"}}}}\n{long}\n{DEMO}'

    result = CliRunner().invoke(main, ["decide", "-", "--output", "jsonl"], input=body)

    assert [json.loads(line)["place"] for line in result.stdout.splitlines()] == ["-:1", "-:7"]
    assert result.exit_code == 2
    for part in (
        "-:2: the line is not JSON",
        "-:3: the line is empty",
        "-:4: ",
        "-:5: /cluster/nmae",
        "-:6: the quest",
    ):
        assert part in result.stderr


def test_a_file_of_lines_is_known_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "questions.ndjson"
    path.write_text(f"nonsense\n{DEMO}\n")

    result = CliRunner().invoke(main, ["decide", str(path), "--output", "csv"])

    assert [line.split(",")[0] for line in result.stdout.splitlines()] == ["cluster", "demo"]
    assert f"{path}:1: the line is not JSON" in result.stderr


def test_an_answer_is_printed_before_the_next_line_is_there() -> None:
    command = [sys.executable, "-m", "service", "decide", "-", "--output", "jsonl"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(1, 4):
            process.stdin.write(f"{DEMO}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["place"] == f"-:{number}"
        process.stdin.close()
        assert process.stdout.read() == ""
