"""A question that holds a document in place of its cluster becomes the question that the document describes.

1. The described cluster takes the place of ``source``; the described consumers are taken if none are given.
2. What the document left open, or was taken for granted in reading it, goes along as a statement with its text.
3. A mistake in what was described stands at the document, with the place where it would be in a question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from service.domain.errors import InvalidQuestionError, Mistake
from service.domain.trace import Assumption
from service.domain.written import SourceDocument
from service.intake.archives import archive_kind, read_members
from service.intake.understanding import Kind, NotUnderstoodError, Understanding
from service.web.schemas.hints import did_you_mean, listed, shown
from service.web.schemas.source import Source

LEFT_OPEN = "left-open-by-document"
TAKEN = "taken-for-granted-in-document"
_MOST_NAMED = 20
_ENDPOINT = "/endpoint_access/"

Document = dict[str, Any]
Load = Callable[[Document], Any]


def chosen_description(source: Source) -> Understanding:
    """The cluster that is meant; raises `InvalidQuestionError` at its place in the question."""
    try:
        described = source.understood().descriptions
    except NotUnderstoodError as error:
        raise _invalid("/source/document", str(error)) from None
    clusters = [one for one in described if one.has_cluster]
    if not clusters:
        raise _invalid("/source/document", "describes a network in which no cluster stands: describe it in `cluster`")
    if source.cluster is None and len(clusters) == 1:
        return clusters[0]
    names = [_name(one) for one in clusters]
    found = [one for one in clusters if source.cluster in (_name(one), one.place)]
    if len(found) == 1:
        return found[0]
    choices = list(dict.fromkeys(one.place if names.count(_name(one)) > 1 else _name(one) for one in clusters))
    more = f" and {len(choices) - _MOST_NAMED} more" if len(choices) > _MOST_NAMED else ""
    known = listed(choices[:_MOST_NAMED]) + more
    if source.cluster is None:
        raise _invalid("/source/cluster", f"is missing: the document describes {len(clusters)} clusters, {known}")
    how = f"fits {len(found)} clusters of the document" if found else "is no cluster of the document"
    hint = did_you_mean(source.cluster, choices) or f"; there are {known}"
    raise _invalid("/source/cluster", f"{shown(source.cluster)} {how}{hint}")


def _name(one: Understanding) -> str:
    return str(one.cluster.get("name") or one.place)


def _invalid(pointer: str, detail: str) -> InvalidQuestionError:
    return InvalidQuestionError((Mistake(pointer, detail),))


def with_cluster(question: Document, described: Understanding) -> Document:
    """The question with the described cluster, and with the described consumers if it names none."""
    rest = {name: value for name, value in question.items() if name != "source"}
    if described.consumers and rest.get("consumers") is None:
        rest["consumers"] = list(described.consumers)
    return rest | {"cluster": described.cluster}


def at_the_document(mistakes: Iterable[Mistake], question: Document) -> Iterator[Mistake]:
    """The mistakes of the described question, those in what was described moved to the document."""
    described = ("/cluster",) if question.get("consumers") is not None else ("/cluster", "/consumers")
    for mistake in mistakes:
        if mistake.pointer.startswith(described):
            yield Mistake("/source/document", f"as described, at `{mistake.pointer}`: {mistake.detail}")
        else:
            yield mistake


def statements_on(described: Understanding) -> tuple[Assumption, ...]:
    """What the document left open, what was taken for granted, and which defaults of its format were read."""
    open_ones = (
        Assumption(code=LEFT_OPEN, field=_place(one.field), sentence=_open(one.why, one.text))
        for one in described.unknown
    )
    taken = (Assumption(code=TAKEN, field=_place(one.field), sentence=one.sentence) for one in described.assumed)
    defaults = (
        Assumption(code=TAKEN, field=_place(one.field), sentence=one.because)
        for one in described.origins
        if one.kind is Kind.DEFAULT
    )
    return (*open_ones, *taken, *defaults)


def document_of(source: Source, described: Understanding) -> SourceDocument:
    """The document as an edit of it needs it."""
    content = source.content()
    kind = None if content is None else archive_kind(content)
    if content is None:
        files: tuple[tuple[str, bytes], ...] = ()
    else:
        files = tuple(read_members(content, kind)) if kind else ((source.name, content),)
    return written_document(described, files, is_archive=kind is not None, name=source.name, value=source.document)


def written_document(
    described: Understanding,
    files: tuple[tuple[str, bytes], ...],
    *,
    is_archive: bool,
    name: str = "",
    value: Any = None,
) -> SourceDocument:
    """The document behind a description, as an edit of it needs it; ``value`` is what it holds without files."""
    stated = (one for one in described.origins if one.kind is Kind.STATED and one.field.startswith(_ENDPOINT))
    return SourceDocument(
        format=described.format,
        place=described.place,
        name=name,
        files=files,
        is_archive=is_archive,
        value=None if files else value,
        places=tuple((one.field.removeprefix(_ENDPOINT), one.place) for one in stated),
    )


def _open(why: str, text: str) -> str:
    quoted = text.replace("`", "'")
    return f"the document leaves this open: {why}" + (f" (`{quoted}`)" if quoted else "")


def _place(field: str) -> str:
    return field if field.startswith("/consumers") else f"/cluster{field.rstrip('/')}"
