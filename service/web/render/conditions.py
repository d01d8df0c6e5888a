"""What would make the other modes eligible, as a member of the JSON document and as a section of the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.domain.change import Conditions, Repair
from service.web.render.escaping import plain
from service.web.render.plans import change_member

Document = dict[str, Any]


def conditions_member(conditions: Iterable[Conditions]) -> list[Document]:
    """For each mode that is not eligible, the smallest sets of repairs that would make it so."""
    return [
        {
            "mode": each.mode.value,
            "ways": [[_repair(repair) for repair in way] for way in each.ways],
            "stands": each.stands,
            "exhausted": each.is_exhausted,
        }
        for each in conditions
    ]


def _repair(repair: Repair) -> Document:
    return {
        "code": repair.code,
        "sentence": repair.sentence,
        "changes": [change_member(change) for change in repair.changes],
        "facts": repair.facts,
    }


def what_would_help(answer: Document, names: dict[str, str]) -> Iterator[str]:
    """The section of the report, from the JSON document."""
    conditions = answer.get("conditions")
    if not conditions:
        return
    yield "## What would make the other modes fit"
    yield ""
    for each in conditions:
        name = names[each["mode"]]
        for number, way in enumerate(each["ways"]):
            sentences = "; and ".join(f"{it['sentence']} ({', '.join(it['facts'])})" for it in way)
            yield f"- {plain(name)}{', or' if number else ''}: {plain(sentences)}"
        if not each["ways"]:
            stands = ", ".join(each["stands"]) or "so much at once"
            yield f"- {plain(name)}: nothing simple is known to help against {plain(stands)}"
