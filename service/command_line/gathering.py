"""From files, folders and standard input to questions.

1. A file holds a question as `POST /v1/decisions` takes it, or a document as `POST /v1/descriptions` does: a
   document makes a question for each cluster in it.
2. A folder is read as one archive of all the files in it that may be documents, for many of them describe a cluster
   in several files. Links are not followed, and folders that begin with a dot are passed over.
3. `-` is standard input.
4. A file named `.jsonl` or `.ndjson`, and standard input whose first line is a question by itself, hold a question on
   each line, as `POST /v1/decision-batches` takes them; they are read line by line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

from service.domain.errors import InvalidQuestionError, TooLargeError, UnreadableDocumentError
from service.domain.written import SourceDocument
from service.intake.archives import MOST_EXPANDED_BYTES, MOST_FILES, archive_kind, read_members
from service.intake.documents import MOST_BYTES, Documents, is_document_name, read_documents, read_files
from service.intake.formats import Format
from service.intake.recognising import Understood, understand
from service.intake.registry import FORMATS
from service.intake.understanding import NotUnderstoodError, Understanding
from service.settings import MAX_BODY_BYTES
from service.web.descriptions import is_question, question_of
from service.web.schemas.sourced import statements_on, written_document
from service.web.strict_json import read_document, read_object

STANDARD_INPUT = "-"
_NAMES_OF_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and where it came from; ``described`` is what its cluster was understood from, if anything."""

    place: str
    question: dict[str, Any]
    described: Understanding | None = None
    source: SourceDocument | None = None

    @property
    def stated(self) -> tuple[Any, ...]:
        """What is to be said of the document behind it."""
        return statements_on(self.described) if self.described else ()


def gather(path: str, format_: Format | None = None) -> tuple[Asked, ...]:
    """Every question that a path makes; raises `NotUnderstoodError` or `OSError`."""
    return _asked(path, _content(path), format_)


@dataclass(frozen=True, slots=True)
class _Content:
    """The files of a path with their names, and whether they are several that belong together."""

    files: tuple[tuple[str, bytes], ...]
    is_archive: bool = False

    def documents(self) -> Documents:
        """What the files hold; raises `NotUnderstoodError`."""
        if self.is_archive:
            return read_files(self.files)
        ((name, raw),) = self.files
        return read_documents(raw, name)


def _held(name: str, raw: bytes) -> _Content:
    """A file, or the files in it if it is an archive."""
    kind = archive_kind(raw) if len(raw) <= MOST_BYTES else None
    return _Content(tuple(read_members(raw, kind)), is_archive=True) if kind else _Content(((name, raw),))


def _asked(path: str, content: _Content, format_: Format | None) -> tuple[Asked, ...]:
    documents = content.documents()
    if format_ is None and len(documents.by_name) == 1 and not documents.is_archive:
        (document,) = documents.by_name.values()
        if is_question(document):
            return (Asked(place=path, question=document),)
    clusters = [one for one in understand(documents, FORMATS, format_).descriptions if one.has_cluster]
    if not clusters:
        raise NotUnderstoodError("describes a network in which no cluster stands")
    return tuple(
        Asked(
            place=_place(path, one.place, is_folder=Path(path).is_dir()),
            question=question_of(one),
            described=one,
            source=written_document(one, content.files, is_archive=content.is_archive),
        )
        for one in clusters
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line that holds no question that can be read, and why."""

    place: str
    why: str


def gather_each(path: str, format_: Format | None = None) -> Iterator[Asked | Refused]:
    """Every question that a path makes, each when it is asked for; raises `NotUnderstoodError` or `OSError`."""
    if path == STANDARD_INPUT and format_ is None:
        stream = sys.stdin.buffer
        first = stream.readline(MAX_BODY_BYTES + 1)
        if _asks(first):
            yield from _of_lines(path, chain([first], _lines(stream)))
        else:
            yield from _asked(path, _held("", first + stream.read(MOST_BYTES + 1 - len(first))), format_)
    elif path.endswith(_NAMES_OF_LINES):
        with Path(path).open("rb") as stream:
            yield from _of_lines(path, _lines(stream))
    else:
        yield from gather(path, format_)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines; of one that is too long only so much that it shows."""
    while line := stream.readline(MAX_BODY_BYTES + 2):
        yield line
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_BODY_BYTES)


def _of_lines(path: str, lines: Iterable[bytes]) -> Iterator[Asked | Refused]:
    for number, line in enumerate(lines, start=1):
        place, content = f"{path}:{number}", line.removesuffix(b"\n")
        try:
            if len(content) > MAX_BODY_BYTES:
                raise TooLargeError(MAX_BODY_BYTES)
            question = read_object(content, "line")
        except (UnreadableDocumentError, InvalidQuestionError, TooLargeError) as error:
            yield Refused(place=place, why=str(error))
        else:
            include = question.get("include")
            yield Asked(place=place, question=question | {"include": [] if include is None else include})


def _asks(line: bytes) -> bool:
    """Whether a whole line is a question, so that others may follow."""
    if not line.endswith(b"\n"):
        return False
    try:
        return is_question(read_document(line, "line"))
    except UnreadableDocumentError:
        return False


def _place(path: str, place: str, *, is_folder: bool) -> str:
    """Where a cluster stands as one who knows the path finds it; a file's own name is not said twice."""
    if is_folder:
        return f"{path.rstrip('/')}/{place}"
    inside = place.removeprefix(Path(path).name).strip("#")
    return f"{path}: {inside}" if inside else path


def describe(path: str, format_: Format | None = None) -> Understood:
    """What is understood of a path; raises `NotUnderstoodError` or `OSError`."""
    return understand(read_path(path), FORMATS, format_)


def read_path(path: str) -> Documents:
    """The documents of a file, a folder or standard input."""
    return _content(path).documents()


def _content(path: str) -> _Content:
    if path == STANDARD_INPUT:
        return _held("", sys.stdin.buffer.read(MOST_BYTES + 1))
    place = Path(path)
    if place.is_dir():
        return _Content(tuple(_bounded(place)), is_archive=True)
    with place.open("rb") as stream:
        return _held(place.name, stream.read(MOST_BYTES + 1))


def _files_in(folder: Path) -> Iterator[Path]:
    """What may be a document, in one order whatever the file system's is."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = Path(parent, name)
            if is_document_name(name) and not file.is_symlink():
                yield file.relative_to(folder)


def _bounded(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files with their names, as many and as large as an archive may hold."""
    left = MOST_EXPANDED_BYTES
    for number, file in enumerate(_files_in(folder), start=1):
        if number > MOST_FILES:
            raise NotUnderstoodError(f"the folder holds more than {MOST_FILES} documents: name the files that count")
        with (folder / file).open("rb") as stream:
            content = stream.read(left + 1)
        left -= len(content)
        if left < 0:
            raise NotUnderstoodError(f"the folder holds more than {MOST_EXPANDED_BYTES} bytes of documents")
        if content.strip():
            yield file.as_posix(), content
