"""What the scanners will say, as a member of the JSON document and as a section of the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from service.domain.verdicts import Comparison
from service.web.render.escaping import plain

Document = dict[str, Any]

_SETTINGS = {"present": "the present setting", "recommended": "the recommended setting"}
RESULTS = ("pass", "fail", "not_applicable", "undetermined")


def controls_member(found: Comparison) -> Document:
    """Every control on both settings; the reasons stand beside the verdicts in `assessments` and `current`."""
    return {
        "verdicts": [asdict(row) for row in found.rows],
        "disagreements": [
            {"setting": it.setting, "asks": it.asks, "passing": it.passing, "failing": it.failing}
            for it in found.disputes
        ],
        "blind": [asdict(it) for it in found.blind],
    }


def what_scanners_say(answer: Document) -> Iterator[str]:
    """The section of the report, from the JSON document; nothing if it has no such member."""
    found = answer.get("controls")
    if not found:
        return
    yield "## Scanners"
    yield ""
    for setting, words in _SETTINGS.items():
        counts = {result: sum(row[setting] == result for row in found["verdicts"]) for result in RESULTS}
        if any(counts.values()):
            said = ", ".join(f"{count} {result.replace('_', ' ')}" for result, count in counts.items() if count)
            yield f"- {words}: {said}"
    for it in found["disagreements"]:
        yield (
            f"- on {_SETTINGS[it['setting']]} controls that ask for {it['asks'].replace('_', ' ')} disagree:"
            f" {_codes(it['passing'])} pass, {_codes(it['failing'])} fail"
        )
    for it in found["blind"]:
        yield f"- `{it['id']}` passes {_SETTINGS[it['setting']]} although that is open: {plain(it['why'])}"
    yield ""
    yield "| control | asks for | present | recommended |"
    yield "| --- | --- | --- | --- |"
    for row in found["verdicts"]:
        results = [row[setting] for setting in _SETTINGS]
        if set(results) - {"pass", None}:  # what passes throughout is counted above
            cells = [str(result or "no setting").replace("_", " ") for result in results]
            yield f"| `{row['id']}` | {row['asks'].replace('_', ' ')} | {' | '.join(cells)} |"


def _codes(ids: list[str]) -> str:
    return ", ".join(f"`{id_}`" for id_ in ids)
