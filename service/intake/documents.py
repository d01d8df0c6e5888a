"""From bytes to parsed documents: one text (JSON, YAML or HCL), or an archive of several.

1. What the bytes are is told from the bytes; a file's name only decides between texts.
2. Text is UTF-8, or UTF-16 with its mark, as PowerShell redirects into files. JSON is read with JSON's reader, so
   that a fault in it is named as JSON's.
3. A document is data: nothing in it is executed, included or fetched.
4. Every size is bounded (the constants here, in `archives` and in `yaml_documents`), and so is every depth.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from service.intake.archives import archive_kind, read_members
from service.intake.understanding import Ignored, NotUnderstoodError
from service.intake.yaml_documents import DEPTH_LIMIT, read_yaml

MOST_YAML_BYTES = 1024 * 1024
MOST_BYTES = 4 * 1024 * 1024
"""What one request may hold. A Terraform plan of a large stack takes about 1 MiB; YAML is read far more slowly."""

_TERRAFORM_NAMES = (".tf", ".hcl", ".tfvars")
_DOCUMENT_NAMES = (".json", ".yaml", ".yml", ".template", ".golden", ".tf.json", *_TERRAFORM_NAMES)
_SURROGATE = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F]")
_HCL = re.compile(
    r'^[ \t]*(?:(?:resource|data|ephemeral)[ \t]+"[^"\n]+"[ \t]+"[^"\n]+"'
    r'|(?:module|variable|output|provider)[ \t]+"[^"\n]+"|locals|terraform)[ \t]*\{',
    re.MULTILINE,
)
_BEFORE_VALUE = re.compile(r"[ \t]*(?:-[ \t]+)*(?:[A-Za-z0-9_./-]{1,80}:[ \t]+)?")
_TEMPLATED = ("{{", "{%")
"""How a template of Helm or Jinja may begin, and no JSON does."""
_CONTROL = re.compile(
    r"\{\{-?[ \t]*(?:(?:if|else|range|with|end|define|include|template)\b|/\*|\$[A-Za-z0-9_]*[ \t]*:?=)|\{%"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The documents of one request by file name, and the files of an archive that were left out.

    A document is a dict or list, a list of several YAML documents, or a `str`: HCL's text.
    """

    by_name: dict[str, Any]
    is_archive: bool = False
    ignored: tuple[Ignored, ...] = field(default=())


def read_documents(raw: bytes, name: str = "") -> Documents:
    """What these bytes hold; ``name`` is the file's, if it has one. Raises `NotUnderstoodError`."""
    if len(raw) > MOST_BYTES:
        raise NotUnderstoodError(f"the document has {len(raw)} bytes, expected at most {MOST_BYTES}")
    kind = archive_kind(raw)
    if kind is None:
        return Documents(by_name={name: read_text(_decoded(raw), name)})
    return read_files(read_members(raw, kind))


def read_files(files: Iterable[tuple[str, bytes]]) -> Documents:
    """What several files hold together, such as an archive's or a folder's. Raises `NotUnderstoodError`."""
    by_name: dict[str, Any] = {}
    ignored: list[Ignored] = []
    for member, content in files:
        if not is_document_name(member):
            ignored.append(Ignored(place=member, why="its name is not that of a JSON, YAML or Terraform file"))
            continue
        try:
            by_name[member] = read_text(_decoded(content), member)
        except NotUnderstoodError as error:
            ignored.append(Ignored(place=member, why=str(error)))
    if not by_name:
        raise NotUnderstoodError(_nothing_in(ignored))
    return Documents(by_name=by_name, is_archive=True, ignored=tuple(ignored))


def is_document_name(name: str) -> bool:
    """Whether a file of that name is read at all among others."""
    return name.lower().endswith(_DOCUMENT_NAMES)


def _nothing_in(ignored: Iterable[Ignored]) -> str:
    reasons = [f"`{one.place}`: {one.why}" for one in ignored][:3]
    return "there is no document in it that can be read" + (f" ({'; '.join(reasons)})" if reasons else "")


def read_text(text: str, name: str = "") -> Any:
    """The document that a text holds: parsed JSON or YAML, or the text itself if it is HCL."""
    if "\x00" in text:
        raise NotUnderstoodError("the document holds NUL")
    lower = name.lower()
    if lower.endswith(_TERRAFORM_NAMES):
        return text
    if lower.endswith(".json"):
        return read_json(text)
    start = text.lstrip()[:1]
    if not lower.endswith((".yaml", ".yml")):
        if start in ("{", "[") and not text.lstrip().startswith(_TEMPLATED):
            return _flow(text)
        if blocks := list(_HCL.finditer(text)):
            return text if any(text[block.start()] not in " \t" for block in blocks) else _indented(text)
    return _yaml(text)


def _indented(text: str) -> Any:
    """Blocks of HCL of which none begins a line: examples within a YAML document, or else HCL."""
    try:
        return _yaml(text)
    except NotUnderstoodError:
        return text


def _flow(text: str) -> Any:
    """What begins with a bracket: JSON, or else YAML in its flow style (which has names without quotes)."""
    try:
        return read_json(text)
    except NotUnderstoodError as as_json:
        if isinstance(as_json.__cause__, json.JSONDecodeError):
            try:
                return _yaml(text)
            except NotUnderstoodError:
                raise as_json from None
        raise


def _yaml(text: str) -> Any:
    if len(text) > MOST_YAML_BYTES:
        raise NotUnderstoodError(f"the YAML has {len(text)} characters, expected at most {MOST_YAML_BYTES}")
    documents = _read_templated(text)
    if not documents:
        raise NotUnderstoodError("the document is empty")
    refuse_the_deep(documents)
    _refuse_half_characters(text, documents)
    if not any(isinstance(document, dict | list) for document in documents):
        raise NotUnderstoodError("the document is a plain text, expected an object or a list (JSON or YAML), or HCL")
    return documents[0] if len(documents) == 1 else documents


def _read_templated(text: str) -> list[Any]:
    """YAML whose values may be placeholders in double braces (Helm, Jinja), which are then texts; none is filled."""
    try:
        return read_yaml(text)
    except NotUnderstoodError:
        if _CONTROL.search(text):
            raise NotUnderstoodError(
                "the document is a template, and its conditions and loops are not evaluated here: render it first,"
                " for instance with `helm template`"
            ) from None
        quoted = "\n".join(map(_with_quotes, text.split("\n")))
        if quoted == text:
            raise
        return read_yaml(quoted)


def _with_quotes(line: str) -> str:
    """A line whose value begins with double braces, which YAML would read as objects, with the value quoted."""
    before = _BEFORE_VALUE.match(line)
    start = before.end() if before else 0
    value = line[start:].rstrip()
    if not value.startswith("{{") or "}}" not in value or " #" in value:
        return line
    escaped = value.replace("'", "''")
    return f"{line[:start]}'{escaped}'"


def read_json(text: str) -> Any:
    """The value that a JSON text holds; raises `NotUnderstoodError`, also for a name that comes twice."""
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        found = f"the document is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise NotUnderstoodError(found) from error
    except RecursionError:
        raise NotUnderstoodError(f"the document is nested deeper than {DEPTH_LIMIT} levels") from None
    except ValueError:
        raise NotUnderstoodError("the document holds a number with too many digits") from None
    refuse_the_deep(value)
    _refuse_half_characters(text, value)
    return value


def _refuse_half_characters(text: str, value: Any) -> None:
    """Raises `NotUnderstoodError` for an escape of half a surrogate pair, which no answer can carry."""
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise NotUnderstoodError("the document holds half a character: a lone surrogate's escape") from None


def refuse_the_deep(value: Any) -> None:
    """Raises `NotUnderstoodError` if lists and objects are nested deeper than the limit."""
    level = [value]
    for _ in range(DEPTH_LIMIT + 1):
        level = [part for one in level for part in _parts(one) if isinstance(part, dict | list)]
        if not level:
            return
    raise NotUnderstoodError(f"the document is nested deeper than {DEPTH_LIMIT} levels")


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotUnderstoodError(f"the name `{twice[:80]}` stands more than once in an object")
    return members


def _refuse_constant(name: str) -> Any:
    raise NotUnderstoodError(f"`{name}` is no number in JSON")


def _decoded(raw: bytes) -> str:
    is_utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = raw.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUnderstoodError(
            f"the document is not UTF-8: byte {error.start} is `0x{raw[error.start]:02x}`, save it as UTF-8"
        ) from None
    if not text.strip():
        raise NotUnderstoodError("the document is empty")
    return text
