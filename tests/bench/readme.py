"""The benchmark table of README.md: what was measured, on which machine, with which versions."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from rich.table import Table

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- benchmark: `make benchmark-table` -->", "<!-- benchmark ends -->"
_VERSIONS = ("flask", "gunicorn", "gevent", "marshmallow", "orjson", "regopy")


def with_tables(text: str, tables: Iterable[Table]) -> str:
    """README.md with these tables in place of those between its marks; raises `ValueError` if it has none."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    parts = [f"Measured on {machine()}."]
    parts += [f"**{table.title}**\n\n{as_markdown(table)}" for table in tables]
    return f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{after}"


def as_markdown(table: Table) -> str:
    """A table's rows; what stands in its cells is ours."""
    columns = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    head, *rows = zip(*columns, strict=True)
    lines = [head, *([["---", *["---:"] * (len(head) - 1)]]), *rows]
    return "\n".join(f"| {' | '.join(cell.strip() for cell in line)} |" for line in lines)


def machine() -> str:
    """Where and with what: the day, the processor, the cores, and the versions that matter."""
    names = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.partition(":")[2].strip() for line in names if line.startswith("model name")), "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    what = f"{model or platform.machine()}, {cores} cores, {platform.system()}, Python {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in _VERSIONS)
    return f"{datetime.date.today().isoformat()}: {what}, {versions}"
