"""Runs every measurement, or those that are named, and prints a table for each.

A measurement is a module with a function ``measure`` that returns a table; it joins by being listed here.
"""

from __future__ import annotations

import argparse

from rich.console import Console

from tests.bench import batches, growth, kept_records, other_tools, readme, single_decisions

MEASUREMENTS = {
    "decisions": single_decisions.measure,
    "batches": batches.measure,
    "batch-memory": batches.measure_memory,
    "growth": growth.measure,
    "other-tools": other_tools.measure,
    "records": kept_records.measure,
}

SHOWN = ("decisions", "batches", "other-tools")
"""What README.md shows."""


def main() -> None:
    """Reads which measurements are wanted and for how long."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MEASUREMENTS], help="all of them unless named")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each measurement may take")
    parser.add_argument("--readme", action="store_true", help="write what README.md shows into it as well")
    given = parser.parse_args()
    console, tables = Console(), []
    for name in SHOWN if given.readme else given.names or MEASUREMENTS:
        tables.append(MEASUREMENTS[name](given.seconds))
        console.print(tables[-1])
    if given.readme:
        readme.README.write_text(readme.with_tables(readme.README.read_text("utf-8"), tables), "utf-8")


if __name__ == "__main__":
    main()
