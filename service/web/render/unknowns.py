"""What to ask next, as a member of the JSON document and as a section of the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.domain.unknowns import PossibleAnswer, Unknown
from service.web.render.escaping import code, plain, prose

Document = dict[str, Any]

_ENDS = {"accepted": "{who} gets in ({modes})", "insufficient_info": "{who} may get in or not ({modes})"}
_STOPPED = "{who} does not get in ({modes})"


def unknowns_member(unknowns: Iterable[Unknown]) -> list[Document]:
    """The questions, the most decisive first."""
    return [
        {
            "field": unknown.field,
            "question": unknown.question,
            "kind": unknown.kind.value,
            "assumed": unknown.is_assumed,
            "answers": [_answer(answer) for answer in unknown.answers],
        }
        for unknown in unknowns
    ]


def _answer(answer: PossibleAnswer) -> Document:
    listed = answer.public_access_cidrs
    return {
        "answer": answer.value,
        "words": answer.words,
        "representative": answer.is_representative,
        "assumed": answer.is_assumed,
        "decisive": answer.is_decisive,
        "outcome": answer.outcome.value,
        "mode": answer.mode.value if answer.mode else None,
        "public_access_cidrs": None if listed is None else [str(network) for network in listed],
        "admissions": [
            {"consumer": each.consumer, "mode": each.mode.value, "disposition": each.disposition.value}
            for each in answer.admissions
        ],
    }


def what_to_ask(answer: Document, names: dict[str, str]) -> Iterator[str]:
    """The section of the report, from the JSON document; nothing if no answer would change anything."""
    unknowns, untried = answer.get("unknowns", []), answer.get("unknowns_not_tried", [])
    if not (unknowns or untried):
        return
    yield "## What to ask next"
    yield ""
    for number, unknown in enumerate(unknowns, 1):
        taken = ", taken for granted today" if unknown["assumed"] else ""
        yield f"{number}. {prose(unknown['question'])} (settle: {code(unknown['field'])}{taken})"
        for possible in unknown["answers"]:
            yield f"   - {plain(possible['words'])}: {plain(_becomes(possible, names))}"
    if untried:
        yield ""
        yield f"Not tried, for the search is bounded: {', '.join(map(code, untried))}."


def _becomes(possible: Document, names: dict[str, str]) -> str:
    """What an answer would make of the decision, in a line."""
    if possible["decisive"]:
        becomes = names[possible["mode"]] if possible["mode"] else possible["outcome"].replace("_", " ")
        answer = possible["answer"]
        examples = answer if possible["representative"] and isinstance(answer, list) else []
        listed = [f"{it} (an example)" if it in examples else it for it in possible["public_access_cidrs"] or ()]
        said = f"then {becomes}" + (f", public access from {', '.join(listed)}" if listed else "")
    else:
        said = "the recommendation stays"
    ends: dict[tuple[str, str], list[str]] = {}
    for each in possible["admissions"]:
        end = _ENDS.get(each["disposition"], _STOPPED)
        ends.setdefault((each["consumer"], end), []).append(names[each["mode"]])
    told = (end.format(who=who, modes=", ".join(modes)) for (who, end), modes in ends.items())
    return "; ".join((said, *told))
