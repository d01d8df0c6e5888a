"""``keys new`` makes a key that the service accepts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from service.command_line.commands import main
from service.web.access.callers import Caller, Scope
from service.web.access.key_ring import KeyRing
from service.web.access.keys import key_of
from service.web.access.rates import rate_of


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", "new", *arguments])


def test_a_key_and_its_line_are_printed_and_fit_each_other() -> None:
    result = run("--name", "portal", "--scope", "decide", "--scope", "read", "--limit", "600/minute")

    text, line = result.stdout.splitlines()
    key = key_of(line)
    assert result.exit_code == 0
    assert (key.name, key.scopes) == ("portal", frozenset({Scope.DECIDE, Scope.READ}))
    assert key.last_day == datetime.now(UTC).date() + timedelta(days=365)
    assert KeyRing(line).caller_of(text) == Caller(name="key:portal", scopes=key.scopes, rate=rate_of("600/minute"))


def test_with_a_file_the_line_goes_there_and_what_stood_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("# keys without an end of line")

    texts = [run("--name", name, "--scope", "decide", "--file", str(file)).stdout.strip() for name in ("a", "b")]

    ring = KeyRing(path=file)
    assert [ring.caller_of(text) for text in texts] == [
        Caller(name=f"key:{name}", scopes=frozenset({Scope.DECIDE})) for name in ("a", "b")
    ]
    assert all(text not in file.read_text() for text in texts)


def test_a_key_may_last_as_long_as_is_said() -> None:
    assert run("--name", "a", "--scope", "read", "--never-expires").stdout.rstrip().endswith(":read:never")
    tomorrow = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    assert run("--name", "a", "--scope", "read", "--days", "1").stdout.rstrip().endswith(tomorrow)


def test_what_cannot_be_a_key_is_refused() -> None:
    for arguments in (
        ("--name", "a:b", "--scope", "read"),
        ("--name", "a", "--scope", "write"),
        ("--name", "a", "--scope", "read", "--limit", "fast"),
        ("--name", "a"),
    ):
        result = run(*arguments)

        assert (result.exit_code, result.stdout) == (2, "")
        assert "Error: " in result.stderr
