"""What would make the other modes eligible, and what takes findings away: in the JSON document and the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.domain.change import Conditions, Mend, Repair
from service.web.render.escaping import plain, prose
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


def mends_member(mends: Iterable[Mend]) -> list[Document]:
    """For each finding on the setting as it is, what takes it away."""
    return [
        {
            "consumer": mend.consumer,
            "cause": mend.cause,
            "repairs": [_repair(repair) for repair in mend.repairs],
            "together": [_repair(repair) for repair in mend.together],
            "stands": mend.stands,
            "tried": mend.is_tried,
        }
        for mend in mends
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
            yield f"- {plain(name)}{', or' if number else ''}: {prose(sentences)}"
        if not each["ways"]:
            stands = ", ".join(each["stands"]) or "so much at once"
            yield f"- {plain(name)}: nothing simple is known to help against {plain(stands)}"


def what_would_mend(answer: Document) -> Iterator[str]:
    """The section of the report on findings, from the JSON document."""
    mends = [mend for mend in answer.get("mends", ()) if mend["repairs"] or mend["together"] or mend["stands"]]
    if not mends:
        return
    yield "## What takes findings away"
    yield ""
    for mend in mends:
        what = f"{mend['consumer']}: {mend['cause']}" if mend["consumer"] else mend["cause"]
        together = "; and ".join(map(_cited, mend["together"]))
        said = "; or ".join(map(_cited, mend["repairs"])) or together
        if mend["stands"]:
            yield f"- {plain(what)}: nothing that was tried lets it in: {plain(', '.join(mend['stands']))} would stand"
        else:
            yield f"- {plain(what)}: {prose(said)}"


def _cited(repair: Document) -> str:
    return f"{repair['sentence']} ({', '.join(repair['facts'])})"
