"""The examples that the page offers: the questions of openapi.yaml, so that they stand in one place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from service.web.contract import contract

_REQUEST = ("paths", "/v1/decisions", "post", "requestBody", "content", "application/json", "examples")


@cache
def examples(openapi_file: Path) -> Mapping[str, dict[str, Any]]:
    """Every example of a question by its name, with `summary` and `value`."""
    document = contract(openapi_file)
    offered = document
    for member in _REQUEST:
        offered = offered[member]
    known = document["components"]["examples"]
    return MappingProxyType({name: known[name] for name in offered})
