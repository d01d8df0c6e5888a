"""The record on the command line: decided again, exported, forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.command_line.commands import main
from service.records.lines import BadLineError, line_of, record_of
from service.records.store import Store
from tests.recording import decided, recording_app
from tests.records.builders import a_record

ENVIRONMENT = "RECORDS_URL"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two decisions that the service made."""
    client = recording_app(tmp_path).test_client()
    decided(client)
    decided(client, {"cluster": {"name": "search"}})
    return Store(f"sqlite:///{tmp_path / 'records.sqlite3'}")


def run(store: Store, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env={ENVIRONMENT: store.place, **environment})


def exported(store: Store, *arguments: str) -> list[str]:
    return run(store, "records", "export", *arguments).stdout.splitlines()


def test_what_was_decided_is_decided_the_same_again(store: Store) -> None:
    result = run(store, "replay", "--all")

    assert (result.exit_code, result.stdout) == (0, "2 decided again: 2 same, 0 differs, 0 masked, 0 refused\n")


def test_an_exported_decision_can_be_decided_again_from_its_file(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "exported.jsonl"
    file.write_text("\n".join(exported(store)) + "\nno record\n", "utf-8")

    result = run(store, "replay", str(file), RECORDS="off")

    assert result.exit_code == 2
    assert "2 decided again: 2 same" in result.stdout
    assert "line 3: is no record" in result.stderr


def test_a_decision_that_differs_is_named_with_what_differs(store: Store, tmp_path: Path) -> None:
    record = json.loads(exported(store, "--cluster", "payments")[0])
    record["answer"] = record["answer"].replace('"outcome":"recommended"', '"outcome":"undetermined"')
    file = tmp_path / "tampered.jsonl"
    file.write_text(json.dumps(record))

    result = run(store, "replay", str(file))

    assert result.exit_code == 1
    assert f"{record['id']} (payments): differs" in result.stdout
    assert "  outcome: undetermined -> recommended" in result.stdout


def test_ids_are_looked_up_and_an_unknown_one_is_said(store: Store) -> None:
    known = json.loads(exported(store)[0])["id"]

    result = run(store, "replay", known, "nobody")

    assert result.exit_code == 2
    assert "1 decided again: 1 same" in result.stdout
    assert "nobody: is neither a kept decision nor a file" in result.stderr


@pytest.mark.parametrize(("since", "count"), [("2020-01-01", 2), ("2020-01-01T00:00:00Z", 2), ("2999-01-01", 0)])
def test_decisions_are_taken_by_time(store: Store, since: str, count: int) -> None:
    assert f"{count} decided again" in run(store, "replay", "--since", since).stdout
    assert len(exported(store, "--since", since)) == count


def test_old_decisions_are_forgotten_on_request(store: Store) -> None:
    result = run(store, "records", "forget", "--all-but-newest", "1")

    assert result.stdout == "1 decisions forgotten\n"
    assert [json.loads(line)["cluster"] for line in exported(store)] == ["search"]
    assert run(store, "records", "forget", "--older-than-days", "30").stdout == "0 decisions forgotten\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay",),
        ("replay", "--since", "yesterday"),
        ("records", "forget"),
        ("records", "forget", "--older-than-days", "-1"),
    ],
)
def test_a_command_that_says_too_little_explains_itself(store: Store, arguments: tuple[str, ...]) -> None:
    result = run(store, *arguments)

    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_a_store_that_does_not_answer_or_is_off_ends_the_command_with_a_sentence(store: Store) -> None:
    away = CliRunner().invoke(main, ["replay", "--all"], env={ENVIRONMENT: "postgresql://nobody@127.0.0.1:1/none"})
    off = run(store, "replay", "--all", RECORDS="off")

    assert away.exit_code == 1
    assert "the store does not answer" in away.stderr
    assert off.exit_code == 1
    assert "RECORDS=off" in off.stderr


def test_a_line_gives_its_record_back_whatever_its_bytes_are() -> None:
    for record in (a_record(), a_record(question=b"\xff\x00", answer="한국어\n".encode(), masked=("/answer/a",))):
        assert record_of(line_of(record)) == record


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b"no json", b'{"question": 1, "answer": "x"}', b"\xff"])
def test_a_line_without_a_record_is_refused(line: bytes) -> None:
    with pytest.raises(BadLineError):
        record_of(line)


def test_the_tables_are_made_before_anybody_asks(tmp_path: Path) -> None:
    empty = Store(f"sqlite:///{tmp_path / 'new' / 'records.sqlite3'}")

    made, again = run(empty, "records", "prepare"), run(empty, "records", "prepare")

    assert made.output == again.output == f"the tables are as this version needs them: {empty.place}\n"
    assert exported(empty) == []
