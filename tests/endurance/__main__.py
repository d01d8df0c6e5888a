"""`python -m tests.endurance soak|fuzz`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.endurance import fuzz as fuzzing
from tests.endurance import soak as soaking


@click.group()
def endurance() -> None:
    """What takes long and is run on purpose."""


@endurance.command()
@click.option("--count", default=1_000_000, show_default=True, help="How many mutated questions are asked.")
@click.option("--start", default=0, show_default=True, help="The number of the first one; a number is a question.")
def fuzz(count: int, start: int) -> None:
    """Ask mutated questions; none may be answered with a 500."""
    sys.exit(fuzzing.run(count, start))


@endurance.command()
@click.option("--seconds", default=180.0, show_default=True, help="For how long there is load.")
def soak(seconds: float) -> None:
    """Ask a running service for minutes while things go wrong, and hold every answer to the engine."""
    with TemporaryDirectory() as folder:
        sys.exit(soaking.run(seconds, Path(folder), click.echo))


if __name__ == "__main__":
    endurance()
