"""The command ``collect``: a live account, read and written down, and decided if that is wanted."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from service.collector.bundles import Bundle, Folder, OutputError, open_output
from service.collector.collecting import Collector, Target, Trouble, Watch
from service.collector.errors import CallError
from service.collector.iam import iam_policy
from service.command_line.gathering import gather
from service.command_line.printing import OUTPUTS
from service.command_line.sending import SendError, send
from service.command_line.verdicts import Exit, Verdict, decide, desk_here
from service.domain.errors import InvalidQuestionError
from service.intake.readings import quoted
from service.intake.understanding import NotUnderstoodError
from service.web.deciding import Desk
from service.words import ENGLISH, words_in

NOT_ALL_READ = 3
"""The exit status where an account, a Region, a cluster or a call failed: the same command goes on from there."""
ALL_REGIONS = "all"


@click.command("collect")
@click.option("--output", type=click.Path(path_type=Path), help="A folder, or a file that ends in .zip.")
@click.option("--profile", "profiles", multiple=True, help="A profile of the AWS configuration; may be repeated.")
@click.option(
    "--role-arn", "roles", multiple=True, help="A role to assume, with the profile's credentials; repeatable."
)
@click.option("--external-id", default="", help="What the roles' trust policies ask for.")
@click.option("--region", "regions", multiple=True, help="A Region, or `all`; may be repeated. Else the profile's own.")
@click.option("--cluster", "clusters", multiple=True, help="Only the clusters of this name; may be repeated.")
@click.option("--refresh", is_flag=True, help="Collect again what an earlier run completed.")
@click.option("--parallel", type=click.IntRange(1, 16), default=4, show_default=True, help="Regions side by side.")
@click.option("--decide", "is_deciding", is_flag=True, help="Decide each cluster, and print a line for each.")
@click.option("--send", "url", metavar="URL", help="Have the service at URL decide each cluster.")
@click.option("--output-format", type=click.Choice(list(OUTPUTS)), default="table", show_default=True)
@click.option("--show-iam-policy", is_flag=True, help="Print the IAM policy that suffices, and do nothing else.")
def collect_clusters(
    output: Path | None,
    profiles: tuple[str, ...],
    roles: tuple[str, ...],
    external_id: str,
    regions: tuple[str, ...],
    clusters: tuple[str, ...],
    refresh: bool,
    parallel: int,
    is_deciding: bool,
    url: str | None,
    output_format: str,
    show_iam_policy: bool,
) -> None:
    """Read clusters and the network around them from AWS, and write what POST /v1/descriptions takes.

    Nothing in the account is changed. Ends with 1 if something stands against a cluster's present setting, with 2 if
    something was not understood, and with 3 if something could not be read: the same command then goes on from there.
    """
    if show_iam_policy:
        click.echo(json.dumps(iam_policy(), indent=2))
        return
    if len(profiles) > 1 and roles:
        raise click.UsageError("roles are assumed with one profile's credentials: give one --profile, or none")
    if output is None and not (is_deciding or url):
        raise click.UsageError("say where to: --output FOLDER or FILE.zip, --decide, or --send URL")
    run = _Run()
    with _opened(output) as folder:
        bundles = run.collect(folder, _targets(run, profiles, roles, external_id, regions, clusters), refresh, parallel)
        run.missed(clusters, bundles)
        decided = run.decided(bundles, url) if is_deciding or url else None
    if decided is None:
        _say(bundles)
    elif decided:
        click.echo(OUTPUTS[output_format](decided, words_in(ENGLISH)), nl=False)
    sys.exit(max([run.exit, *(verdict.exit for verdict in decided or ())]))


@contextmanager
def _opened(output: Path | None) -> Iterator[Folder]:
    """Where bundles are written: what was named, or a folder that goes again; says what is wrong with it."""
    with ExitStack() as stack:
        place = output or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clusters-")))
        try:
            folder = open_output(place)
            yield folder
            folder.close()
        except OutputError as error:
            raise click.BadParameter(f"`{quoted(str(place))}` {error}", param_hint="--output") from None
        except OSError as error:
            raise click.ClickException(f"`{quoted(str(place))}` cannot be written: {error.strerror}") from None


def _targets(
    run: _Run,
    profiles: tuple[str, ...],
    roles: tuple[str, ...],
    external_id: str,
    regions: tuple[str, ...],
    clusters: tuple[str, ...],
) -> Iterator[Target]:
    """Each Region of each account, once; an account that cannot be reached is told."""
    seen = set()
    named = [region for region in regions if region != ALL_REGIONS]
    for label, account in _boto3().accounts(profiles, roles, external_id, named[0] if named else ""):
        if isinstance(account, CallError):
            run.tell(label, f"the account cannot be reached: {account}")
            continue
        every, remark = account.regions() if ALL_REGIONS in regions else ((), "")
        if remark:
            click.echo(f"{account.id}: {remark}", err=True)
        for region in dict.fromkeys([*named, *every] if regions else [account.home]):
            if (account.id, region) not in seen:
                seen.add((account.id, region))
                yield Target(account=account, region=region, clusters=clusters)


def _boto3() -> Any:
    """The one module that needs boto3, which is an extra: nothing else here waits for it, or lacks it."""
    try:
        return import_module("service.collector.account")
    except ModuleNotFoundError as error:
        if error.name not in ("boto3", "botocore"):
            raise
        sentence = "boto3 is not installed, and collecting needs it: python -m pip install boto3"
        raise click.ClickException(sentence) from None


def _say(bundles: list[Bundle]) -> None:
    for one in bundles:
        click.echo(f"{one.name}: {'kept from an earlier run' if one.is_kept else 'collected'}")


class _Run:
    """What has gone wrong so far, said on standard error as it is found."""

    def __init__(self) -> None:
        self.exit = 0
        self._console = Console(stderr=True)

    def tell(self, place: str, why: str, status: int = NOT_ALL_READ) -> None:
        """Says what could not be done, and sees to the exit status."""
        self.exit = max(self.exit, status)
        click.echo(f"{quoted(place)}: {why}", err=True)

    def collect(self, folder: Folder, targets: Iterator[Target], refresh: bool, parallel: int) -> list[Bundle]:
        """The bundles of all clusters that could be read."""
        found: list[Bundle | Trouble] = []
        with Progress(
            *Progress.get_default_columns(),
            MofNCompleteColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        ) as progress:
            task = progress.add_task("reading accounts", total=0)
            total = 0

            def expect(number: int) -> None:
                nonlocal total
                total += number
                progress.update(task, total=total)

            def done(place: str) -> None:
                progress.update(task, advance=1, description=place)

            watch = Watch(expect=expect, done=done)
            collector = Collector(output=folder, is_refreshing=refresh, watch=watch, side_by_side=parallel)
            found = list(collector.collect(list(targets)))
        for one in found:
            if isinstance(one, Trouble):
                self.tell(one.place, one.sentence)
            else:
                self._gaps(one)
        return [one for one in found if isinstance(one, Bundle)]

    def _gaps(self, bundle: Bundle) -> None:
        if bundle.failed:
            self.tell(bundle.name, f"not answered, and unknown until it is collected again: {', '.join(bundle.failed)}")
        if bundle.denied:
            again = "; --refresh asks again" if bundle.is_kept else ""
            click.echo(f"{bundle.name}: denied, and so unknown: {', '.join(bundle.denied)}{again}", err=True)

    def missed(self, clusters: tuple[str, ...], bundles: list[Bundle]) -> None:
        """Says which of the named clusters was found nowhere, and that there is none, where none is named."""
        if not clusters and not bundles:
            click.echo(
                "no cluster was found in these accounts and Regions (`--region all` looks in every one)", err=True
            )
        for name in clusters:
            if all(bundle.cluster != name for bundle in bundles):
                self.tell(name, "no cluster of this name could be read in these accounts and Regions")

    def decided(self, bundles: list[Bundle], url: str | None) -> list[Verdict]:
        """The verdicts on all bundles; what is not understood is told."""
        desk = desk_here()
        found: list[Verdict] = []
        with Progress(console=self._console, transient=True, disable=not self._console.is_terminal) as progress:
            for bundle in progress.track(bundles, description="deciding"):
                try:
                    found += [send(url, bundle.folder, bundle.name)] if url else _of(bundle, desk)
                except (NotUnderstoodError, InvalidQuestionError) as error:
                    self.tell(bundle.name, str(error), Exit.NOT_UNDERSTOOD)
                except SendError as error:
                    self.tell(bundle.name, str(error))
        return found


def _of(bundle: Bundle, desk: Desk) -> list[Verdict]:
    asked = gather(str(bundle.folder))
    return [decide(replace(one, place=bundle.name), {}, desk) for one in asked]
