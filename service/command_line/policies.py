"""The commands on policies: ``policy test``, ``policy check`` and ``policy diff``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import orjson
from rich.console import Console
from rich.text import Text

from service.advice import advise
from service.catalogue.prices import read_prices
from service.command_line.gathering import gather
from service.command_line.policy_files import FILE, as_policy, listed_mistakes, read_policy
from service.command_line.policy_suites import Tested, as_junit, run_suite, silent, suites_in
from service.command_line.records import opened_store
from service.command_line.verdicts import Exit
from service.domain.errors import MistakesError
from service.intake.documents import is_document_name
from service.intake.readings import quoted
from service.intake.understanding import NotUnderstoodError
from service.policy.applying import apply
from service.policy.checking import faults
from service.policy.policy import Policy
from service.records.record import Wanted
from service.web.answers import answer_of, said_of
from service.web.render.differences import differences
from service.web.schemas import load_question
from service.web.schemas.policy import InvalidPolicyError
from service.web.schemas.suite import load_suite

_MOST_SHOWN = 8
"""How many differences of one decision are printed; the rest is counted."""
_NOBODY = UUID(int=0)
_PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))


@click.group("policy")
def policy() -> None:
    """The organisation's policy: test it, check it, and see what a change will do."""


@policy.command("test")
@_PATHS
@click.option("--junit", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Also as JUnit's XML.")
def test_policies(paths: tuple[Path, ...], junit: Path | None) -> None:
    """Decide the questions of every suite in PATHS (files, or folders of *.suite.yaml) and hold them to what it says.

    All objections are held to it: one that is not listed fails. Ends with 1 if a case fails.
    """
    tested = [one for path in suites_in(paths) for one in _run(path)[1]]
    console = Console(highlight=False)
    for one in tested:
        if not one.passes:
            console.print(Text(f"{one.suite}: {one.case}", style="bold"))
            for sign, line in one.changes():
                console.print(Text(f"  {sign} {line}", style="red" if sign == "-" else "green"))
    if junit is not None:
        junit.write_bytes(as_junit(tested))
    counts = Counter(one.passes for one in tested)
    click.echo(f"{len(tested)} cases: {counts[True]} as expected, {counts[False]} not")
    sys.exit(Exit.BROKEN if counts[False] or not tested else Exit.FINE)


def _run(path: Path) -> tuple[Policy, list[Tested]]:
    try:
        suite = load_suite(path)
    except InvalidPolicyError as error:
        mistakes = listed_mistakes(error)
        raise click.ClickException(f"`{quoted(str(path))}` is no suite:\n{mistakes}") from None
    beside = path.parent / suite.policy
    if not beside.is_file():
        raise click.ClickException(f"`{quoted(str(path))}`: there is no policy `{quoted(str(beside))}`")
    tested = read_policy(beside)
    return tested, list(run_suite(path.name, suite, tested))


@policy.command("check")
@_PATHS
def check_policies(paths: tuple[Path, ...]) -> None:
    """Look for contradictions, selectors that nothing fits, and what never shows, in PATHS: policies or suites.

    A suite is looked at with its policy. Ends with 1 if something is found.
    """
    found = []
    for path in suites_in(paths):
        checked, tested = _run(path) if path.name.endswith(".suite.yaml") else (read_policy(path), None)
        found += [f"{quoted(str(path))}: {fault}" for fault in faults(checked)]
        if tested is not None:
            found += [f"{quoted(str(path))}: {fault}" for fault in silent(checked, tested)]
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} found" if found else "nothing found")
    sys.exit(Exit.BROKEN if found else Exit.FINE)


@policy.command("diff")
@click.argument("old", type=FILE, callback=as_policy)
@click.argument("new", type=FILE, callback=as_policy)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day for waivers; this one if not given.")
def diff_policies(old: Policy, new: Policy, paths: tuple[Path, ...], today: datetime | None) -> None:
    """Decide again under OLD and NEW, and list whose decision flips and because of what.

    What is decided is the newest question on every cluster in the record, or the questions and documents in PATHS.
    Ends with 1 if a decision flips.
    """
    day = today.date() if today else datetime.now(UTC).date()
    flips, changes, count = 0, 0, 0
    for place, question in _of_paths(paths) if paths else _of_the_record():
        count += 1
        before, after = (_answer(policy, question, day) for policy in (old, new))
        if _gist(before) == _gist(after):
            changes += _told(before) != _told(after)
            continue
        flips += 1
        click.echo(f"{quoted(place)}: {_gist(before)} -> {_gist(after)}")
        sentences = sorted(filter(_says_why, differences(before, after)), key=lambda it: ": objection " not in it)
        for sentence in sentences[:_MOST_SHOWN]:
            click.echo(f"  {sentence}")
        if len(sentences) > _MOST_SHOWN:
            click.echo(f"  and {len(sentences) - _MOST_SHOWN} more")
    click.echo(f"{count} decided under both: {flips} flip, {changes} say something else without flipping")
    sys.exit(Exit.BROKEN if flips else Exit.FINE)


def _of_paths(paths: tuple[Path, ...]) -> Iterator[tuple[str, Any]]:
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    for file in files:
        if file.is_dir() or not is_document_name(file.name):
            continue
        try:
            yield from ((asked.place, asked.question) for asked in gather(str(file)))
        except NotUnderstoodError as error:
            raise click.ClickException(f"{quoted(str(file))}: {error}") from None


def _of_the_record() -> Iterator[tuple[str, Any]]:
    newest: dict[str, bytes] = {}
    with opened_store() as store:
        for record in store.every(Wanted()):
            if not record.masked:  # a question of which parts were masked is not the one that was asked
                newest[record.cluster] = record.question
    yield from ((name, orjson.loads(question)) for name, question in sorted(newest.items()))


def _answer(policy: Policy, document: Any, day: date) -> dict[str, Any]:
    """What would be answered; a revision that the question names does not count here."""
    try:
        question = load_question(document)
    except MistakesError as error:
        raise click.ClickException(f"a question is not valid: {error}") from None
    now = datetime(day.year, day.month, day.day, tzinfo=UTC)
    advised = advise(apply(policy, question, day))
    answer = answer_of(said_of(advised, read_prices(), input_digest=""), id_=_NOBODY, created_at=now)
    told: dict[str, Any] = orjson.loads(answer.json)
    return told


def _says_why(sentence: str) -> bool:
    """Whether a difference is a reason, and not what follows from one."""
    return not sentence.startswith(("policy: ", "outcome: ", "recommendation: "))


def _gist(answer: dict[str, Any]) -> str:
    chosen = answer["recommendation"]
    return str(chosen["mode"] if chosen else answer["outcome"])


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    ours = ("policy", "decision_digest")
    return {name: value for name, value in answer.items() if name not in ours}
