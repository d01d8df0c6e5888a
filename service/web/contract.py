"""openapi.yaml as it stands beside the service: what schemas, examples and the page for people are made of."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def contract(openapi_file: Path) -> dict[str, Any]:
    """The description of the API, read once per process; whoever asks for it changes nothing in it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(openapi_file.read_text("utf-8"), loader)  # noqa: S506  a safe loader
    return document
