"""Terraform's configuration in JSON (`*.tf.json`, as CDK for Terraform synthesises it), written as HCL.

The JSON form says the same as HCL with other signs, so it is written as HCL and read by the one reader:

1. An object under a type of block is that block; its labels are the names of the levels below.
2. A list stands for several objects at any level.
3. A string is a template: what stands in `${...}` is an expression, the rest is text and is escaped.
4. JSON does not tell a nested block from an attribute. In a resource, objects and lists of objects are blocks, but for
   the maps that `_MAPS` names; elsewhere everything is an attribute.
5. `//` is a comment, and what cannot be a name in HCL is left out.

Source: Terraform's "JSON Configuration Syntax".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.intake.terraform_escapes import escaped

_LABELS = {"resource": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0}
"""The blocks that say what is made, and how many labels each has."""
_OTHERS = frozenset({"//", "terraform", "data", "moved", "import", "check", "removed", "ephemeral"})
_MAPS = frozenset({"tags", "tags_all", "labels", "parameters", "triggers", "keepers", "configuration_values"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,200}")
_REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_.()\[\]{}=, -]{0,500}")
_RAW = frozenset({"type", "provider"})
"""Arguments whose string is no template but a reference or a type (rule "expressions" of the same page)."""


def is_configuration(document: Any) -> bool:
    """Whether a parsed document is Terraform's configuration in JSON: blocks at the top and nothing else."""
    return (
        isinstance(document, dict)
        and ("resource" in document or "module" in document)
        and document.keys() <= _LABELS.keys() | _OTHERS
        and all(isinstance(document[type_], dict | list) for type_ in ("resource", "module") if type_ in document)
    )


def as_hcl(document: Mapping[str, Any]) -> str:
    """The blocks of a configuration in HCL; what is no block that makes something is left out."""
    lines: list[str] = []
    for type_, labels in _LABELS.items():
        for names, body in _labelled(document.get(type_), labels):
            head = " ".join([type_, *(f'"{name}"' for name in names)])
            lines.append(f"{head} {{\n{_body(body, nested=type_ == 'resource')}}}\n")
    return "".join(lines)


def _labelled(content: Any, labels: int) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Each block's labels and body, through as many levels as there are labels."""
    for one in _several(content):
        if labels == 0:
            yield (), one
            continue
        for name, below in one.items():
            if _NAME.fullmatch(name):
                yield from (((name, *names), body) for names, body in _labelled(below, labels - 1))


def _several(content: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in (content if isinstance(content, list) else [content]) if isinstance(one, dict)]


def _body(body: Mapping[str, Any], *, nested: bool) -> str:
    lines: list[str] = []
    for name, value in body.items():
        if not _NAME.fullmatch(name):
            continue
        if nested and name == "dynamic":
            for (label,), inner in _labelled(value, 1):
                lines.append(f'dynamic "{label}" {{\n{_body(inner, nested=True)}}}\n')
        elif nested and name not in _MAPS and _is_block(value):
            lines += [f"{name} {{\n{_body(one, nested=True)}}}\n" for one in _several(value)]
        elif name in _RAW and isinstance(value, str) and _REFERENCE.fullmatch(value):
            lines.append(f"{name} = {value}\n")
        else:
            lines.append(f"{name} = {_value(value)}\n")
    return "".join(lines)


def _is_block(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
    )


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{_template(value)}"'
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_value(name)} = {_value(one)}' for name, one in value.items())} }}"
    return json.dumps(value)


def _template(text: str) -> str:
    """The text with what stands outside `${...}` escaped; within, a line's end is a space."""
    parts: list[str] = []
    position = 0
    while (start := _expression(text, position)) >= 0:
        end = _end_of_expression(text, start + 2)
        parts += [escaped(text[position:start]), text[start:end].replace("\n", " ")]
        position = end
    return "".join([*parts, escaped(text[position:])])


def _expression(text: str, position: int) -> int:
    """Where the next `${` begins that is not written twice (`$${` is text); -1 if there is none."""
    found = text.find("${", position)
    while found > 0 and text[found - 1] == "$":
        found = text.find("${", found + 2)
    return found


def _end_of_expression(text: str, position: int) -> int:
    """Behind the brace that ends an expression; braces within quotes do not count."""
    depth, quoted = 1, False
    while position < len(text) and depth:
        sign = text[position]
        if quoted and sign == "\\":
            position += 1
        elif sign == '"':
            quoted = not quoted
        elif not quoted:
            depth += {"{": 1, "}": -1}.get(sign, 0)
        position += 1
    return position
