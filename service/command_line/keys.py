"""The command on API keys: ``keys new``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from service.web.access.callers import Scope, scopes_of
from service.web.access.keys import InvalidKeysError, new_key
from service.web.access.rates import rate_of

_USUAL_DAYS = 365


@click.group("keys")
def keys() -> None:
    """API keys, of which the service keeps hashes only."""


def _rate(_: click.Context, __: click.Parameter, text: str | None) -> Any:
    try:
        return rate_of(text) if text else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@keys.command("new")
@click.option("--name", required=True, help="Whose key it is, as the record and the log will name them.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it is for; may be given more than once.",
)
@click.option(
    "--days", type=click.IntRange(1, 36_500), default=_USUAL_DAYS, show_default=True, help="How long it lasts."
)
@click.option("--never-expires", is_flag=True, help="Accept it for ever.")
@click.option("--limit", "rate", callback=_rate, help="A limit of its own, such as 600/minute.")
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="Add the line to this file.")
def new(name: str, scopes: tuple[str, ...], days: int, never_expires: bool, rate: Any, file: Path | None) -> None:
    """Make a key. Standard output gets the key, which is shown this once, and the line that stands for it.

    With --file the line goes there, and standard output gets the key alone.
    """
    last_day = None if never_expires else datetime.now(UTC).date() + timedelta(days=days)
    try:
        text, key = new_key(name, scopes_of(list(scopes)), last_day, rate)
    except InvalidKeysError as error:
        raise click.BadParameter(str(error), param_hint="--name") from None
    click.echo("the key, shown this once; give it to who calls:", err=True)
    click.echo(text)
    if file is None:
        click.echo("the line for API_KEYS_FILE:", err=True)
        click.echo(key.line())
        return
    is_begun = file.exists() and not file.read_bytes().endswith(b"\n")
    with file.open("a", encoding="utf-8") as stream:
        stream.write(("\n" if is_begun else "") + key.line() + "\n")
    click.echo(f"its line is in {file}; a running service takes it within seconds", err=True)
