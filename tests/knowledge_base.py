"""Where the tests find the project's knowledge base, which lies beside the project and not inside it."""

import os
from pathlib import Path

import pytest

KNOWLEDGE_BASE = Path(__file__).resolve().parents[2] / "shared"


def knowledge(name: str) -> str:
    """The text of a file of the knowledge base; the test is skipped where it is absent, but never in CI."""
    path = KNOWLEDGE_BASE / name
    if not path.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"the knowledge base (../shared/{name}) is not here")
    return path.read_text(encoding="utf-8")
