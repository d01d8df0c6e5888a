"""Draws the pictures of docs/img anew from the example in README.md: ``python -m tests.pictures``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from service.app import create_app
from service.settings import Records, Settings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "img"
PICTURES = {"payments-today.svg": "current", "payments-recommended.svg": "public_and_private"}
"""Each picture with the mode that it shows."""


def example() -> dict[str, Any]:
    """The question of the first request in README.md."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    command = next(block for block in blocks if block.startswith("curl "))
    question: dict[str, Any] = json.loads(command.partition(" -d '")[2].rpartition("'")[0])
    return question


def drawn() -> dict[str, bytes]:
    """Every picture by its name, as the service draws it now."""
    client = create_app(Settings(records=Records.OFF)).test_client()
    return {
        name: client.post("/v1/diagrams", json=example(), query_string={"mode": mode}).data
        for name, mode in PICTURES.items()
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in drawn().items():
        (FOLDER / name).write_bytes(picture)
