"""Writes the pages of docs/ that only repeat the catalogue: ``python -m service.catalogue.pages``, run at the root.

They are never edited by hand; a test holds them to the data.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from service.catalogue import CAUSES, CONTROLS, FACTS, FACTS_EDITION, SOURCES, Cause, Control, Fact, Source

FACTS_HEAD = f"""# Facts

How the API endpoint of an Amazon EKS cluster behaves, as far as published documents say.
The tables of this project encode the edition of {FACTS_EDITION}; every answer carries that date and cites these
numbers.
This page is written by `python -m service.catalogue.pages`; the data is `service/catalogue/facts.json`.

A line reads: number, title, statement, then how sure it is and the source.

- *high*: stated outright by current AWS documentation or by an AWS API model.
- *medium*: one older or secondary source, or a short deduction from facts that are high.
- *low*: a third party's report, a price seen second-hand only, or behaviour that could not be confirmed.

`F` numbers are facts, `G` gates that follow from them, `M` mistakes that a naive reading makes, and `C` places where
the sources contradict each other; both readings are named there, and warnings in answers point to them.
"""

CAUSES_HEAD = """# Causes and controls

Why a path fails, a setting is worth a finding, or a mode is ruled out; and what the known controls look at.
This page is written by `python -m service.catalogue.pages`; the data is `service/catalogue/causes.json` and
`controls.json`.

A cause names the first thing on the path that stops it; what would stop the same path after it stands in `also`.
A path that lacks a fact ends as `insufficient_info` and carries the cause that the lack leaves open, so that ending
is not listed below.
Codes marked *ours* are not on the list that this project shares with others.
"""


def facts_page() -> str:
    """docs/facts.md: every entry under its section, then the documents that were read."""
    sections = groupby(FACTS.values(), key=lambda fact: fact.section)
    return "\n".join(
        [
            FACTS_HEAD,
            *(f"## {title}\n\n{''.join(map(_fact_line, facts))}" for title, facts in sections),
            "## Sources\n\n| key | document | edition read |\n|---|---|---|",
            *map(_source_row, SOURCES.values()),
            "",
        ]
    )


def causes_page() -> str:
    """docs/causes.md: every cause by what has to be mended, then the controls."""
    by_layer = sorted(CAUSES.values(), key=lambda cause: cause.layer)
    layers = groupby(by_layer, key=lambda cause: cause.layer)
    return "\n".join(
        [
            CAUSES_HEAD,
            *(f"## {layer}\n\n{''.join(map(_cause_line, causes))}" for layer, causes in layers),
            "## Controls\n\n" + "".join(map(_control_line, CONTROLS.values())),
        ]
    )


PAGES = {"facts.md": facts_page, "causes.md": causes_page}


def _fact_line(fact: Fact) -> str:
    sure = f"{fact.confidence} ({fact.confidence_note})" if fact.confidence_note else fact.confidence
    rests_on = f" See {', '.join(fact.facts)}." if fact.facts else ""
    return f"- **{fact.id} {fact.title}.** {fact.sentence}{rests_on} *{sure}; {fact.source}*\n"


def _source_row(source: Source) -> str:
    return f"| {source.key} | {source.title} | {source.edition} |"


def _cause_line(cause: Cause) -> str:
    ours = ", *ours*" if cause.origin == "this project" else ""
    ends = f" ({', '.join(cause.dispositions)})" if cause.dispositions else ""
    return (
        f"- `{cause.code}`{ours}: {cause.meaning} {cause.mend} "
        f"*{', '.join(cause.appears_as)}{ends}; {', '.join(cause.facts)}*\n"
    )


def _control_line(control: Control) -> str:
    said = " ".join((f"{control.source}: {control.title}.", f"Passes if: {control.passes}", *control.caveats))
    return f"- `{control.id}` {said} *{control.level}; {', '.join(control.facts)}*\n"


if __name__ == "__main__":
    for name, page in PAGES.items():
        Path("docs", name).write_text(page(), encoding="utf-8")
