"""The style and the scripts of the page, read once; an address changes with its content, so it may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file as it goes out."""

    content: bytes
    media_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """Every file by its name."""
    return {
        path.name: Asset(
            content=path.read_bytes(),
            media_type=_MEDIA_TYPES[path.suffix],
            digest=sha256(path.read_bytes()).hexdigest()[:16],
        )
        for path in sorted(_FOLDER.iterdir())
    }


def address_of(name: str) -> str:
    """Where the page finds a file."""
    return f"/page/{name}?v={assets()[name].digest}"
