"""The written changes as a member of the JSON document and as a section of the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.domain.written import WrittenChange
from service.web.render.escaping import fenced, plain, prose

Document = dict[str, Any]

_LANGUAGES = {"shell": "sh", "json_patch": "json"}
_ALWAYS, _OFFERED = "aws_cli", "repair "


def changes_member(changes: Iterable[WrittenChange]) -> list[Document]:
    """Each change with its text."""
    return [
        {
            "tool": change.tool,
            "title": change.title,
            "what": change.what,
            "form": change.form.value,
            "text": change.text,
            "own": change.is_own,
            "notes": change.notes,
            "facts": change.facts,
        }
        for change in changes
    ]


def the_change(answer: Document) -> Iterator[str]:
    """The section of the report: the tool that the cluster was described in, else the commands; the rest by name."""
    changes = answer.get("changes")
    if not changes:
        return
    own = [change for change in changes if change["own"]]
    commands = [change for change in changes if change["tool"] == _ALWAYS and change["form"] == "shell"]
    shown = own or [change for change in commands if not change["what"].startswith(_OFFERED)]
    yield "## The change"
    for change in shown:
        yield ""
        yield f"{prose(change['title'])}, {plain(change['what'])}:"
        yield ""
        yield from fenced(change["text"].split("\n"), _LANGUAGES.get(change["form"], change["form"]))
        if change["notes"]:
            yield ""
        for note in change["notes"]:
            yield f"- {prose(note)}"
    others = dict.fromkeys(
        f"{change['title']}, for the repairs" if change["what"].startswith(_OFFERED) else change["title"]
        for change in changes
        if change not in shown
    )
    yield ""
    yield f"The JSON answer has the change for: {'; '.join(map(plain, others))}."
