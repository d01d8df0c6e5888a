"""The commands on the record: ``replay``, ``records prepare``, ``records export`` and ``records forget``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from service.catalogue.prices import read_prices
from service.command_line.policy_files import POLICIES
from service.command_line.verdicts import Exit
from service.intake.readings import quoted
from service.policy.policy import Policy
from service.records.lines import BadLineError, line_of, record_of
from service.records.record import Record, Wanted
from service.records.store import Store, StoreError
from service.settings import Records, Settings
from service.web.policies import Policies
from service.web.replaying import Outcome, Replay, replay

_MOST_SHOWN = 20
"""How many differences of one decision are printed; the rest is counted."""


def _time(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"`{quoted(text)}` is no time, expected one such as 2026-06-18T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


SINCE = click.option("--since", callback=_time, metavar="TIME", help="Only decisions from this time on.")


@click.command("replay")
@click.argument("what", nargs=-1)
@SINCE
@click.option("--all", "is_all", is_flag=True, help="Every decision that is kept.")
@POLICIES
def replay_decisions(what: tuple[str, ...], since: datetime | None, is_all: bool, policies: tuple[Policy, ...]) -> None:
    """Decide again and compare byte for byte: WHAT are ids of kept decisions, or files of exported ones.

    Says for each decision that differs which hop, objection or score changed. Ends with 1 if one differs, and with 2 if
    one could not be decided again or was not found.
    """
    if not (what or since or is_all):
        raise click.UsageError("say which decisions: ids, files, --since or --all")
    settings = Settings.from_environment()
    prices, known = read_prices(settings.prices_file), (Policies(settings.policy_file).current(), *policies)
    outcomes: Counter[Outcome] = Counter()
    missing = 0
    with _bar("deciding again") as advance:
        for found in _records(what, since, is_all):
            if isinstance(found, str):
                click.echo(found, err=True)
                missing += 1
                continue
            made = replay(found, prices, known)
            outcomes[made.outcome] += 1
            _tell(made)
            advance()
    counted = ", ".join(f"{outcomes[outcome]} {outcome.value}" for outcome in Outcome)
    click.echo(f"{sum(outcomes.values())} decided again: {counted}" + (f"; {missing} not found" if missing else ""))
    if missing or outcomes[Outcome.MASKED] or outcomes[Outcome.REFUSED]:
        sys.exit(Exit.NOT_UNDERSTOOD)
    sys.exit(Exit.BROKEN if outcomes[Outcome.DIFFERS] else Exit.FINE)


def _tell(made: Replay) -> None:
    if made.outcome is Outcome.SAME:
        return
    click.echo(f"{made.id} ({quoted(made.cluster)}): {made.outcome.value}")
    for sentence in made.differences[:_MOST_SHOWN]:
        click.echo(f"  {sentence}")
    if len(made.differences) > _MOST_SHOWN:
        click.echo(f"  and {len(made.differences) - _MOST_SHOWN} more")


def _records(what: tuple[str, ...], since: datetime | None, is_all: bool) -> Iterator[Record | str]:
    """The records that are meant; a sentence where there is none."""
    for one in what:
        if Path(one).is_file():
            yield from _of_file(Path(one))
        else:
            with opened_store() as store:
                yield store.find(one) or f"{quoted(one)}: is neither a kept decision nor a file"
    if since is not None or is_all:
        with opened_store() as store:
            yield from store.every(Wanted(since=since))


def _of_file(path: Path) -> Iterator[Record | str]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield record_of(line)
            except BadLineError as error:
                yield f"{quoted(str(path))}, line {number}: {error}"


@click.group("records")
def records() -> None:
    """What is kept: make its tables, export it, or forget some of it."""


@records.command("prepare")
def prepare() -> None:
    """Make or complete the tables: before replicas start whose role in the database may not change tables."""
    with opened_store() as store:
        click.echo(f"the tables are as this version needs them: {store.place}")


@records.command("export")
@SINCE
@click.option("--until", callback=_time, metavar="TIME", help="Only decisions before this time.")
@click.option("--cluster", help="Only decisions on the cluster of this name.")
def export(since: datetime | None, until: datetime | None, cluster: str | None) -> None:
    """Print every kept decision as a JSON line, the oldest first: question, answer, and what is known of both."""
    with opened_store() as store, _bar("exporting") as advance:
        for record in store.every(Wanted(cluster=cluster, since=since, until=until)):
            click.echo(line_of(record), nl=False)
            advance()


@records.command("forget")
@click.option("--older-than-days", type=click.IntRange(0, 36_500))
@click.option("--all-but-newest", type=click.IntRange(0, 10**9))
def forget(older_than_days: int | None, all_but_newest: int | None) -> None:
    """Forget old decisions, as the service does once an hour where its settings say so."""
    if older_than_days is None and all_but_newest is None:
        raise click.UsageError("say what to forget: --older-than-days, --all-but-newest or both")
    now = datetime.now(UTC)
    before = None if older_than_days is None else now - timedelta(days=older_than_days)
    with opened_store() as store:
        click.echo(f"{store.purge(before=before, newest=all_but_newest, now=now)} decisions forgotten")


@contextmanager
def opened_store() -> Iterator[Store]:
    """The store that the settings name, with its tables; a failure of it ends the command."""
    settings = Settings.from_environment()
    if settings.records is Records.OFF:
        raise click.ClickException("no decisions are kept here (RECORDS=off)")
    try:
        store = Store(settings.store.url)
        store.prepare()
        yield store
        store.close()
    except StoreError as error:
        raise click.ClickException(f"the store does not answer: {error}") from None


@contextmanager
def _bar(what: str) -> Iterator[Callable[[], None]]:
    """A count on standard error, if that is a terminal; nobody knows how many there will be."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda: progress.advance(task)
