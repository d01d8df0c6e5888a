"""Policies as files on the command line."""

from __future__ import annotations

from pathlib import Path

import click

from service.intake.readings import quoted
from service.policy.policy import Policy
from service.web.schemas.policy import MOST_POLICY_BYTES, InvalidPolicyError, load_policy

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def read_policy(path: Path) -> Policy:
    """The policy of a file; raises `click.BadParameter` with every mistake in it."""
    try:
        with path.open("rb") as stream:
            return load_policy(stream.read(MOST_POLICY_BYTES + 1))
    except InvalidPolicyError as error:
        mistakes = listed_mistakes(error)
        raise click.BadParameter(f"`{quoted(str(path))}` is no policy:\n{mistakes}") from None


def listed_mistakes(error: InvalidPolicyError) -> str:
    """Every mistake on a line of its own, at its place."""
    return "\n".join(f"  {mistake.pointer or '/'}: {mistake.detail}" for mistake in error.mistakes)


def as_policy(_: click.Context, __: click.Parameter, path: Path) -> Policy:
    """For an argument that is a policy file."""
    return read_policy(path)


def _read_all(_: click.Context, __: click.Parameter, paths: tuple[Path, ...]) -> tuple[Policy, ...]:
    return tuple(read_policy(path) for path in paths)


POLICIES = click.option(
    "--policy",
    "policies",
    multiple=True,
    type=FILE,
    callback=_read_all,
    help="A policy file beside the one in force, for decisions that were made under it; may be repeated.",
)
