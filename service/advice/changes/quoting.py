"""Values in the languages of the tools, quoted so that they stand for themselves and do nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any

import yaml

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,100}")
_WIDTH = 1_000  # a line that YAML never folds


def shell_word(value: str) -> str:
    """One word of a POSIX shell."""
    return quote(value)


def shell_json(value: Any) -> str:
    """A JSON value as one word of a POSIX shell."""
    return quote(json.dumps(value, separators=(",", ":")))


def shell_parameter(name: str, meaning: str) -> str:
    """A word that the one who runs the command has to set; without it the shell stops and says what it means."""
    return f'"${{{name}:?set it to {meaning}}}"'


def json_text(value: Any) -> str:
    """A JSON document."""
    return json.dumps(value, indent=2)


def yaml_text(value: Any) -> str:
    """A YAML document in block style, without the last line's end."""
    text: str = yaml.safe_dump(value, sort_keys=False, default_flow_style=False, width=_WIDTH)
    return text.rstrip("\n")


@dataclass(frozen=True, slots=True)
class Expression:
    """A reference in HCL, such as ``aws_nat_gateway.nat.id``, which is no string."""

    text: str

    def __str__(self) -> str:
        return self.text


def hcl_value(value: object) -> str:
    """A literal of HCL: a boolean, a number, a list, a string in which nothing is a template; or an expression."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Expression):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(hcl_value, value))}]"
    return json.dumps(str(value)).replace("${", "$${").replace("%{", "%%{")


def hcl_attributes(values: Mapping[str, object], indent: int) -> list[str]:
    """Attributes with their equals signs below each other, as `terraform fmt` puts them."""
    width = max(map(len, values))
    return [f"{' ' * indent}{name.ljust(width)} = {hcl_value(value)}" for name, value in values.items()]


def label_of(text: str | None, otherwise: str) -> str:
    """A name for a block of HCL."""
    return text if text and _LABEL.fullmatch(text) else otherwise
