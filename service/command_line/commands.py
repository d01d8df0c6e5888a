"""The commands ``serve``, ``decide`` and ``describe``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service.command_line.collecting import collect_clusters
from service.command_line.gathering import Asked, Refused, describe, gather_each
from service.command_line.keys import keys
from service.command_line.policies import policy
from service.command_line.printing import OUTPUTS, in_words
from service.command_line.records import records, replay_decisions
from service.command_line.verdicts import Exit, Verdict, decide, desk_here
from service.domain.question import InternetExposure, NodeTraffic
from service.intake.documents import MOST_BYTES, read_text
from service.intake.formats import Format
from service.intake.readings import quoted
from service.intake.registry import FORMATS
from service.intake.understanding import NotUnderstoodError
from service.settings import Settings, SettingsError
from service.web.access.guard import Guard
from service.web.deciding import decide_each
from service.web.descriptions import as_document
from service.web.policies import Policies
from service.web.problems import Problem
from service.words import ENGLISH, LANGUAGES, words_in
from service.words.speaking import Words

AS_THEY_COME = "jsonl"
"""The output of which each line goes out as soon as it is made."""
_T = TypeVar("_T")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Which endpoint of an Amazon EKS cluster should be open: decides, describes documents, and serves both."""


@main.command()
def serve() -> None:
    """Answer HTTP; settings come from the environment (docs/operations.md)."""
    try:
        settings = Settings.from_environment()  # said here in a sentence, where a worker would say it in a trace
        Policies(settings.policy_file)
        Guard(settings)
    except SettingsError as error:
        sys.exit(f"cannot start: {error}")
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_conf", "service.wsgi:app"]
    # Gunicorn takes this process's place, so that it is the one that a SIGTERM from outside reaches.
    os.execv(sys.executable, gunicorn)  # noqa: S606  no shell is wanted


main.add_command(collect_clusters)
main.add_command(replay_decisions)
main.add_command(records)
main.add_command(policy)
main.add_command(keys)


def _named(_: click.Context, __: click.Parameter, name: str | None) -> Format | None:
    return next((one for one in FORMATS if one.name == name), None)


FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
FORMAT = click.option(
    "--format", "format_", type=click.Choice([one.name for one in FORMATS]), callback=_named, help="Else recognised."
)


def _yaml(_: click.Context, __: click.Parameter, path: Path | None) -> Any:
    """What a file of the command line holds, JSON or YAML."""
    if path is None:
        return None
    try:
        with path.open("rb") as stream:
            return read_text(stream.read(MOST_BYTES).decode("utf-8-sig"), path.name)
    except (NotUnderstoodError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"`{quoted(str(path))}` cannot be read: {error}") from None


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command("decide")
@FILES
@FORMAT
@click.option("--output", type=click.Choice(list(OUTPUTS)), default="table", show_default=True)
@click.option("--consumers", type=_FILE, callback=_yaml, help="A list of consumers, in place of the question's own.")
@click.option("--requirements", type=_FILE, callback=_yaml, help="An object of requirements, over the question's own.")
@click.option("--internet-exposure", type=click.Choice([one.value for one in InternetExposure]))
@click.option("--node-traffic", type=click.Choice([one.value for one in NodeTraffic]))
@click.option("--approved-source", multiple=True, metavar="CIDR", help="What may stand on the list; may be repeated.")
@click.option("--control", multiple=True, metavar="ID", help="A control that must pass; may be repeated.")
@click.option("--lang", type=click.Choice(LANGUAGES), default=ENGLISH, show_default=True, help="Of the sentences.")
def decide_files(
    files: tuple[str, ...],
    format_: Format | None,
    output: str,
    consumers: Any,
    requirements: Any,
    internet_exposure: str | None,
    node_traffic: str | None,
    approved_source: tuple[str, ...],
    control: tuple[str, ...],
    lang: str,
) -> None:
    """Decide every question, and every cluster of every document, in FILES (also folders; - is standard input).

    Ends with 1 if a requirement is broken or cannot be shown to hold, or a required consumer is locked out today, and
    with 2 if something was not understood.
    """
    options = {
        "internet_exposure": internet_exposure,
        "node_traffic": node_traffic,
        "approved_source_cidrs": list(approved_source),
        "controls": list(control),
    }
    wanted = {name: value for name, value in options.items() if value}
    if requirements is not None and not isinstance(requirements, dict):
        raise click.BadParameter("the file holds no object", param_hint="--requirements")
    more: dict[str, Any] = {"requirements": (requirements or {}) | wanted}
    if consumers is not None:
        more["consumers"] = consumers
    words = words_in(lang)
    refusals, worst, verdicts = Refusals(words), Exit.FINE, list[Verdict]()
    for verdict in _decided(_gathered(files, format_, refusals), more, refusals, is_shown=output != AS_THEY_COME):
        worst = max(worst, verdict.exit)
        if output == AS_THEY_COME:
            click.echo(OUTPUTS[output]([in_words(verdict, words)], words), nl=False)
        else:
            verdicts.append(in_words(verdict, words))
    if verdicts:
        click.echo(OUTPUTS[output](verdicts, words), nl=False)
    sys.exit(max(worst, refusals.exit))


@main.command("describe")
@FILES
@FORMAT
def describe_files(files: tuple[str, ...], format_: Format | None) -> None:
    """Print what is understood of every document in FILES, as POST /v1/descriptions answers; one object for each."""
    refusals = Refusals(words_in(ENGLISH))
    for path in files:
        try:
            understood = describe(path, format_)
        except (NotUnderstoodError, OSError) as error:
            refusals.add(path, str(error))
        else:
            click.echo(orjson.dumps(as_document(understood), option=orjson.OPT_INDENT_2))
    sys.exit(refusals.exit)


class Refusals:
    """What was not understood, said on standard error as it is found."""

    def __init__(self, words: Words) -> None:
        self.exit = Exit.FINE
        self._words = words

    def add(self, place: str, why: str) -> None:
        """Says what is wrong where, and sees to the exit status."""
        self.exit = Exit.NOT_UNDERSTOOD
        click.echo(f"{quoted(place)}: {self._words.of(why)}", err=True)


def _gathered(files: Iterable[str], format_: Format | None, refusals: Refusals) -> Iterator[Asked]:
    for path in files:
        try:
            for one in gather_each(path, format_):
                if isinstance(one, Refused):
                    refusals.add(one.place, one.why)
                else:
                    yield one
        except (NotUnderstoodError, OSError) as error:
            refusals.add(path, str(error))


def _decided(asked: Iterable[Asked], more: dict[str, Any], refusals: Refusals, *, is_shown: bool) -> Iterator[Verdict]:
    desk = desk_here()
    for one, result in _shown(decide_each(asked, lambda one: decide(one, more, desk)), is_shown=is_shown):
        if isinstance(result, Problem):
            told = [f"{mistake.pointer or '/'}: {mistake.detail}" for mistake in result.mistakes]
            refusals.add(one.place, "; ".join(told) or result.detail)
        else:
            yield result


def _shown(items: Iterable[_T], *, is_shown: bool) -> Iterator[_T]:
    """The items, with their number on standard error meanwhile if it is a terminal on which nothing else is printed."""
    console = Console(stderr=True)
    is_hidden = not console.is_terminal or not (is_shown or not sys.stdout.isatty())
    columns = (SpinnerColumn(), TextColumn("deciding"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=is_hidden) as progress:
        yield from progress.track(items, total=None)
