"""The style and the scripts of the page, read once; an address changes with its content, so it may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, request

_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file as it goes out."""

    content: bytes
    media_type: str
    digest: str


def asset_of(content: bytes, suffix: str) -> Asset:
    """What goes out as a file that ends so."""
    return Asset(content=content, media_type=_MEDIA_TYPES[suffix], digest=sha256(content).hexdigest()[:16])


@cache
def assets() -> dict[str, Asset]:
    """Every file by its name."""
    return {path.name: asset_of(path.read_bytes(), path.suffix) for path in sorted(_FOLDER.iterdir())}


def address_of(name: str) -> str:
    """Where the page finds a file."""
    return f"/page/{name}?v={assets()[name].digest}"


def sent(asset: Asset) -> Response:
    """A file as an answer: it may be kept for ever under an address with its digest, and is asked for again without."""
    response = Response(asset.content, content_type=asset.media_type)
    response.set_etag(asset.digest)
    if request.args.get("v") == asset.digest:
        response.cache_control.public, response.cache_control.max_age = True, 31_536_000
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    response.make_conditional(request)
    return response
