"""Verdicts as people and programs read them: a table, Markdown, CSV, JSON, JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.command_line.verdicts import Exit, Line, Verdict
from service.web.language import translated
from service.web.render.escaping import plain
from service.words import ENGLISH
from service.words.speaking import Words

WIDTH_IN_LOGS = 160
"""Where no terminal says how wide it is, as in a pipeline's log."""
COLUMNS = ("cluster", "from", "present", "locked out today", "recommended", "broken")


def in_words(verdict: Verdict, words: Words) -> Verdict:
    """A verdict with its sentences in these words; codes and names stay."""
    if words.language == ENGLISH:
        return verdict
    line = verdict.line
    said = replace(
        line,
        present=words.word(line.present),
        recommended=words.word(line.recommended),
        to_settle=words.of(line.to_settle),
    )
    return Verdict(line=said, json=translated(verdict.json, words))


def as_table(verdicts: Sequence[Verdict], words: Words) -> str:
    """A table for a terminal, in colour if it has any."""
    table = Table(show_lines=len(verdicts) > 1)
    for column in COLUMNS:
        table.add_column(words.word(column), overflow="fold")
    for verdict in verdicts:
        style = "red" if verdict.exit is Exit.BROKEN else "green"
        # Text is taken as it is, where a string would be read for markup.
        *cells, broken = (Text(cell) for cell in _cells(verdict.line, words))
        broken.stylize(style)
        table.add_row(*cells, broken)
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_IN_LOGS
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def as_markdown(verdicts: Sequence[Verdict], words: Words) -> str:
    """A table to paste into a ticket."""
    rows = [tuple(words.word(column) for column in COLUMNS), tuple("---" for _ in COLUMNS)]
    rows += [tuple(plain(cell) for cell in _cells(verdict.line, words)) for verdict in verdicts]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def as_csv(verdicts: Sequence[Verdict], words: Words) -> str:
    """One row for each cluster under English names; what a spreadsheet would take for a formula is quoted."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for verdict in verdicts:
        writer.writerow(
            [f"'{cell}" if cell[:1] in "=+-@" and cell != "-" else cell for cell in _cells(verdict.line, words)]
        )
    return stream.getvalue()


def as_json(verdicts: Sequence[Verdict], _: Words) -> str:
    """A list of what `as_json_lines` has on its lines."""
    return f"[{','.join(_record(verdict) for verdict in verdicts)}]\n"


def as_json_lines(verdicts: Sequence[Verdict], _: Words) -> str:
    """On each line a verdict: the line of the table, and in `decision` the whole answer."""
    return "".join(f"{_record(verdict)}\n" for verdict in verdicts)


OUTPUTS: dict[str, Callable[[Sequence[Verdict], Words], str]] = {
    "table": as_table,
    "markdown": as_markdown,
    "csv": as_csv,
    "json": as_json,
    "jsonl": as_json_lines,
}


def _record(verdict: Verdict) -> str:
    head = orjson.dumps(verdict.line.as_record()).decode()
    return f'{head[:-1]},"decision":{verdict.json.decode().rstrip()}}}'


def _cells(line: Line, words: Words) -> tuple[str, ...]:
    perhaps = [words.of(f"{name} (not known)", {name}) for name in line.may_be_locked_out]
    locked_out = ", ".join([*line.locked_out, *perhaps]) or "-"
    recommended = f"{line.recommended}: {line.to_settle}" if line.to_settle else line.recommended
    return (line.cluster, line.place, line.present, locked_out, recommended, ", ".join(line.broken) or "-")
