"""The list of calls, the IAM policy and the documentation say the same, and all of them only read."""

import json
import re
from pathlib import Path

import botocore.session
import pytest
from click.testing import CliRunner

from service.collector import calls
from service.collector.calls import CALLS, READING_VERBS
from service.collector.iam import iam_policy
from service.command_line.commands import main

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "collecting.md").read_text("utf-8")


def shown() -> dict[str, object]:
    result = CliRunner().invoke(main, ["collect", "--show-iam-policy"])
    assert result.exit_code == 0
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.action)
def test_every_call_is_an_operation_that_reads(call: calls.Call) -> None:
    model = botocore.session.Session().get_service_model(call.service)

    assert call.operation in model.operation_names
    assert call.operation.startswith(READING_VERBS)
    assert call.tells


def test_the_policy_allows_exactly_the_calls_that_need_a_permission() -> None:
    (statement,) = iam_policy()["Statement"]

    assert set(statement["Action"]) == {call.action for call in CALLS} - {"sts:GetCallerIdentity"}
    assert statement["Effect"] == "Allow"


def test_no_call_is_made_past_the_list() -> None:
    """Only `account.py` reaches boto3, and only with a `Call`."""
    room = ROOT / "service" / "collector"
    sources = {path.name: path.read_text("utf-8") for path in room.glob("*.py")}

    assert [name for name, source in sources.items() if re.search(r"^(import|from) boto", source, re.MULTILINE)] == [
        "account.py"
    ]
    assert [name for name, source in sources.items() if re.search(r"(?<![\w.])(Call|_call)\(", source)] == ["calls.py"]


def test_the_documentation_shows_the_policy_as_it_is_printed() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", DOC, re.DOTALL)

    assert json.loads(block) == shown()


def test_the_documentation_says_of_every_call_why_it_is_made() -> None:
    rows = dict(re.findall(r"^\| `([a-z0-9]+:[A-Za-z]+)` \| (.*) \|$", DOC, re.MULTILINE))

    assert rows == {call.action: call.tells for call in CALLS}
